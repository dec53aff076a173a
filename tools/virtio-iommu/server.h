/* SPDX-License-Identifier: GPL-2.0-only */
/* viommu-server: what its files share */
#ifndef VIOMMU_SERVER_H
#define VIOMMU_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "viommu.h"

#define MAX_ENDPOINTS	16
#define MAX_RESV	16

enum server_mode { MODE_AUTO, MODE_NESTED, MODE_SHADOW };

struct server_endpoint {
	uint32_t id;
	const char *device;
	const char *socket;
};

/* A region of one endpoint, or of all of them (ALL_ENDPOINTS) */
#define ALL_ENDPOINTS	UINT32_MAX
struct server_resv {
	uint32_t id;
	struct viommu_resv resv;
};

#define IPA_AUTO	UINT64_MAX

struct server_options {
	const char *socket;
	struct server_endpoint endpoints[MAX_ENDPOINTS];
	unsigned int nr_endpoints;
	struct server_resv resv[MAX_RESV];
	unsigned int nr_resv;
	struct viommu_range doorbell;	/* .last is 0: none */
	enum server_mode mode;
	uint64_t ipa;
	bool bypass;
	bool old_bypass;
	bool mmap;
	bool share_identity;
};

/* 0: go on; 1: help was asked for and given; -EINVAL: said on standard error */
int server_options(int argc, char **argv, struct server_options *opt);

#endif
