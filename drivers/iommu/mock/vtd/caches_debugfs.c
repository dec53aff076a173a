// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: what caches there are, and how their entries look */
#include <linux/seq_file.h>

#include "walk.h"

static void show_context(const struct mock_cache_key *key, const void *data,
			 void *arg)
{
	const struct mock_vtd_context *ctx = data;

	seq_printf(arg, "context sid=%04llx dir=%llx pasids=%x rid_pasid=%x dte=%d paside=%d pre=%d fpd=%d fault=%02x\n",
		   key->addr, ctx->pasid_dir, ctx->pasid_count, ctx->rid_pasid,
		   ctx->dte, ctx->paside, ctx->pre, ctx->fpd, ctx->reason);
}

static void show_pasid(const struct mock_cache_key *key, const void *data,
		       void *arg)
{
	const struct mock_vtd_pasid *pe = data;

	seq_printf(arg, "pasid sid=%04llx pasid=%05llx did=%04x pgtt=%u fs=%llx/%u ss=%llx/%u fpd=%d fault=%02x\n",
		   key->tag, key->addr, pe->did, pe->pgtt, pe->fsptptr,
		   pe->fs_levels, pe->ssptptr, pe->ss_levels, pe->fpd,
		   pe->reason);
}

static void show_stage1(const struct mock_cache_key *key, const void *data,
			void *arg)
{
	const struct mock_vtd_fs_table *table = data;

	seq_printf(arg, "stage1 did=%04llx pasid=%05llx addr=%016llx level=%u table=%llx gpa=%llx rw=%d us=%d\n",
		   FIELD_GET(MOCK_VTD_FS_KEY_DID, key->tag),
		   FIELD_GET(MOCK_VTD_FS_KEY_PASID, key->tag),
		   key->addr, MOCK_VTD_SHIFT_LEVEL(key->lg2), table->pa, table->gpa,
		   table->rw, table->us);
}

static void show_stage2(const struct mock_cache_key *key, const void *data,
			void *arg)
{
	const struct mock_vtd_ss_table *table = data;

	seq_printf(arg, "stage2 did=%04llx addr=%016llx level=%u table=%llx r=%d w=%d\n",
		   key->tag, key->addr, MOCK_VTD_SHIFT_LEVEL(key->lg2), table->pa,
		   table->read, table->write);
}

static void show_iotlb(const struct mock_cache_key *key, const void *data,
		       void *arg)
{
	const struct mock_vtd_leaf *leaf = data;

	seq_printf(arg, "iotlb sid=%04llx pasid=%05x%s did=%04x pgtt=%u addr=%016llx lg2=%u pa=%llx r=%d w=%d x=%d d=%d priv=%d fault=%02x\n",
		   FIELD_GET(MOCK_VTD_IOTLB_KEY_SID, key->tag), leaf->pasid,
		   key->tag & MOCK_VTD_IOTLB_KEY_WITH_PASID ? "" : "(rid)", leaf->did,
		   leaf->pgtt, key->addr, key->lg2, leaf->pa, leaf->read,
		   leaf->write, leaf->exec, leaf->dirty,
		   !!(key->tag & MOCK_VTD_IOTLB_KEY_PRIV), leaf->reason);
}

/* In the order of &struct mock_vtd_caches */
const struct mock_cache_desc mock_vtd_cache_descs[MOCK_VTD_NR_CACHES] = {
	{ "context", MOCK_CACHE_CONFIG, sizeof(struct mock_vtd_context),
	  show_context },
	{ "pasid", MOCK_CACHE_CONFIG, sizeof(struct mock_vtd_pasid),
	  show_pasid },
	{ "stage1", MOCK_CACHE_PWC, sizeof(struct mock_vtd_fs_table),
	  show_stage1 },
	{ "stage2", MOCK_CACHE_PWC, sizeof(struct mock_vtd_ss_table),
	  show_stage2 },
	{ "iotlb", MOCK_CACHE_TLB, sizeof(struct mock_vtd_leaf), show_iotlb },
};
