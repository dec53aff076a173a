// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: what caches there are, and how their entries look */
#include <linux/seq_file.h>

#include "walk.h"

static const char * const worlds[] = { "el1", "el2", "e2h", "?" };

static void show_l1std(const struct mock_cache_key *key, const void *data,
		       void *arg)
{
	const u64 *l1std = data;

	seq_printf(arg, "l1std sid=%08llx lg2=%u table=%llx span=%llu\n",
		   key->addr, key->lg2, *l1std & SMMU_L1STD_L2PTR,
		   FIELD_GET(SMMU_L1STD_SPAN, *l1std));
}

static void show_ste(const struct mock_cache_key *key, const void *data,
		     void *arg)
{
	const struct mock_smmu_ste *ste = data;

	if (ste->illegal) {
		seq_printf(arg, "ste sid=%08llx illegal\n", key->addr);
		return;
	}
	seq_printf(arg, "ste sid=%08llx config=%u world=%s vmid=%04x cds=%llx/%u s1dss=%u s2=%llx/%u eats=%u\n",
		   key->addr, ste->config, worlds[ste->world], ste->vmid,
		   ste->s1ctxptr, ste->s1cdmax, ste->s1dss, ste->tt2.base,
		   ste->tt2.input, ste->eats);
}

static void show_l1cd(const struct mock_cache_key *key, const void *data,
		      void *arg)
{
	const u64 *l1cd = data;

	seq_printf(arg, "l1cd sid=%08llx ssid=%05llx lg2=%u table=%llx v=%d\n",
		   key->tag, key->addr, key->lg2, *l1cd & SMMU_L1CD_L2PTR,
		   !!(*l1cd & SMMU_L1CD_V));
}

static void show_cd(const struct mock_cache_key *key, const void *data,
		    void *arg)
{
	const struct mock_smmu_cd *cd = data;

	if (cd->illegal) {
		seq_printf(arg, "cd sid=%08llx ssid=%05llx illegal\n", key->tag,
			   key->addr);
		return;
	}
	seq_printf(arg, "cd sid=%08llx ssid=%05llx asid=%04x ttb0=%llx/%u ttb1=%llx/%u\n",
		   key->tag, key->addr, cd->asid, cd->half[0].tt.base,
		   cd->half[0].tt.input, cd->half[1].tt.base,
		   cd->half[1].tt.input);
}

static void show_tag(struct seq_file *s, u64 tag)
{
	seq_printf(s, "vmid=%04llx", FIELD_GET(MOCK_SMMU_KEY_VMID, tag));
	if (tag & MOCK_SMMU_KEY_IPA)
		return;
	seq_printf(s, " %s", worlds[FIELD_GET(MOCK_SMMU_KEY_WORLD, tag)]);
	if (tag & MOCK_SMMU_KEY_GLOBAL)
		seq_printf(s, " global aset=%d", !!(tag & MOCK_SMMU_KEY_ASET));
	else
		seq_printf(s, " asid=%04llx", FIELD_GET(MOCK_SMMU_KEY_ASID, tag));
}

static void show_walk1(const struct mock_cache_key *key, const void *data,
		       void *arg)
{
	const struct mock_smmu_table *table = data;

	seq_puts(arg, "stage1 ");
	show_tag(arg, key->tag);
	seq_printf(arg, " addr=%016llx level=%u table=%llx pa=%llx\n", key->addr,
		   table->level, table->addr, table->located ? table->pa : 0);
}

static void show_walk2(const struct mock_cache_key *key, const void *data,
		       void *arg)
{
	const struct mock_smmu_table2 *table = data;

	seq_puts(arg, "stage2 ");
	show_tag(arg, key->tag);
	seq_printf(arg, " addr=%016llx level=%u table=%llx\n", key->addr,
		   table->level, table->pa);
}

static void show_tlb(const struct mock_cache_key *key, const void *data,
		     void *arg)
{
	const struct mock_smmu_leaf *leaf = data;

	seq_printf(arg, "tlb %s ", key->tag & MOCK_SMMU_KEY_IPA ? "ipa" : "va");
	show_tag(arg, key->tag);
	seq_printf(arg, " addr=%016llx lg2=%u ipa=%llx pa=%llx level=%u perm1=%02x perm2=%02x clean=%d%d\n",
		   key->addr, key->lg2, leaf->ipa, leaf->pa, leaf->level,
		   leaf->perm1, leaf->perm2, leaf->clean1, leaf->clean2);
}

/* In the order of &struct mock_smmu_caches */
const struct mock_cache_desc mock_smmu_cache_descs[MOCK_SMMU_NR_CACHES] = {
	{ "l1std", MOCK_CACHE_CONFIG, sizeof(u64), show_l1std },
	{ "ste", MOCK_CACHE_CONFIG, sizeof(struct mock_smmu_ste), show_ste },
	{ "l1cd", MOCK_CACHE_CONFIG, sizeof(u64), show_l1cd },
	{ "cd", MOCK_CACHE_CONFIG, sizeof(struct mock_smmu_cd), show_cd },
	{ "stage1", MOCK_CACHE_PWC, sizeof(struct mock_smmu_table),
	  show_walk1 },
	{ "stage2", MOCK_CACHE_PWC, sizeof(struct mock_smmu_table2),
	  show_walk2 },
	{ "tlb", MOCK_CACHE_TLB, sizeof(struct mock_smmu_leaf), show_tlb },
};
