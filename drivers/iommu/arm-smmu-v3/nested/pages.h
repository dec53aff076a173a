/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains that a unit may still have something of that it was to forget
 */
#ifndef __ARM_SMMU_V3_NESTED_PAGES_H
#define __ARM_SMMU_V3_NESTED_PAGES_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct smmu3_paging;
struct smmu3_unit;

/**
 * struct smmu3_doubt - may a unit have something cached that is gone from a domain?
 * @node: in one of the lists of struct smmu3_pages while it may
 * @pages: pages of tables that the library has freed since then
 * @on: it may, the domain is in doubt
 * @orphan: the domain was freed meanwhile
 */
struct smmu3_doubt {
	struct list_head node;
	struct list_head pages;
	bool on;
	bool orphan;
};

/**
 * struct smmu3_pages - what a unit is to forget, for its domains
 * @lock: protects it, and every struct smmu3_doubt, except from mere looks
 * @owes: it is to forget everything
 * @waiting: domains in doubt that it has not begun to forget
 * @asked: those that it has begun to
 */
struct smmu3_pages {
	spinlock_t lock; /* see above */
	bool owes;
	struct list_head waiting;
	struct list_head asked;
};

void *smmu3_page_alloc(void *cookie, size_t size, gfp_t gfp);
void smmu3_page_free(void *cookie, void *page, size_t size);

int smmu3_doubt_init(struct smmu3_paging *paging);
void smmu3_doubt_exit(struct smmu3_paging *paging);
void smmu3_doubt(struct smmu3_paging *paging);
bool smmu3_in_doubt(const struct smmu3_paging *paging);

void smmu3_pages_init(struct smmu3_unit *unit);
void smmu3_pages_exit(struct smmu3_unit *unit);
void smmu3_pages_owe(struct smmu3_unit *unit);
bool smmu3_pages_begin(struct smmu3_unit *unit);
void smmu3_pages_forgotten(struct smmu3_unit *unit);
void smmu3_pages_failed(struct smmu3_unit *unit);
void smmu3_pages_off(struct smmu3_unit *unit);

#endif /* __ARM_SMMU_V3_NESTED_PAGES_H */
