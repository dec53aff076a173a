/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the device should do, page by page, in as few words as possible: it knows nothing
 * of trees, segments or spaces. Addresses are numbers of pages below MODEL_PAGES.
 */
#ifndef VIOMMU_MODEL_H
#define VIOMMU_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define MODEL_PAGES	32
#define MODEL_EPS	6
#define MODEL_DOMAINS	5
#define MODEL_MEMS	4
#define MODEL_MAPS	MODEL_PAGES

enum model_kind { N, R, M, I };

struct model_ep {
	bool there;
	int domain;	/* -1: none */
	enum model_kind kind[MODEL_PAGES];
};

struct model_map {
	bool there;
	int first;
	int last;
	int gpa;
	unsigned int access;
	bool live[MODEL_PAGES];
};

struct model_domain {
	bool there;
	bool bypass;
	struct model_map maps[MODEL_MAPS];
};

struct model_mem {
	bool there;
	int first;
	int last;
	uint64_t ipa;
	bool read_only;
	bool doorbell;
};

struct model {
	bool share;
	bool bypass;
	struct model_ep eps[MODEL_EPS];
	struct model_domain domains[MODEL_DOMAINS];
	struct model_mem mems[MODEL_MEMS];
};

/* These return VIRTIO_IOMMU_S_* */
int model_attach(struct model *m, int domain, int ep, bool bypass);
int model_detach(struct model *m, int domain, int ep);
int model_map(struct model *m, int domain, int first, int last, int gpa,
	      unsigned int access);
int model_unmap(struct model *m, int domain, int first, int last);
void model_remove_ep(struct model *m, int ep);
void model_remove_mem(struct model *m, int mem);
void model_reset(struct model *m);

/* The IPA of an access to this page, or UINT64_MAX */
uint64_t model_reach(const struct model *m, int ep, int page, unsigned int access);

#endif /* VIOMMU_MODEL_H */
