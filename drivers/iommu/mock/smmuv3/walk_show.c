// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: what a walk meets, in words
 *
 * Called only while somebody looks at the tables (../walk.h).
 */
#include <linux/seq_file.h>

#include "../walk.h"
#include "walk.h"

static const struct mock_walk_field l1std_fields[] = {
	{ "Span", 0, SMMU_L1STD_SPAN },
	{ "L2Ptr", 0, SMMU_L1STD_L2PTR },
};

static const struct mock_walk_field ste_fields[] = {
	{ "V", 0, SMMU_STE0_V },
	{ "Config", 0, SMMU_STE0_CONFIG },
	{ "S1Fmt", 0, SMMU_STE0_S1FMT },
	{ "S1ContextPtr", 0, SMMU_STE0_S1CONTEXTPTR },
	{ "S1CDMax", 0, SMMU_STE0_S1CDMAX },
	{ "S1DSS", 1, SMMU_STE1_S1DSS },
	{ "MEV", 1, SMMU_STE1_MEV },
	{ "S2FWB", 1, SMMU_STE1_S2FWB },
	{ "S1STALLD", 1, SMMU_STE1_S1STALLD },
	{ "EATS", 1, SMMU_STE1_EATS },
	{ "STRW", 1, SMMU_STE1_STRW },
	{ "PRIVCFG", 1, SMMU_STE1_PRIVCFG },
	{ "INSTCFG", 1, SMMU_STE1_INSTCFG },
	{ "S2VMID", 2, SMMU_STE2_S2VMID },
	{ "S2T0SZ", 2, SMMU_STE2_S2T0SZ },
	{ "S2SL0", 2, SMMU_STE2_S2SL0 },
	{ "S2TG", 2, SMMU_STE2_S2TG },
	{ "S2PS", 2, SMMU_STE2_S2PS },
	{ "S2AA64", 2, SMMU_STE2_S2AA64 },
	{ "S2ENDI", 2, SMMU_STE2_S2ENDI },
	{ "S2AFFD", 2, SMMU_STE2_S2AFFD },
	{ "S2PTW", 2, SMMU_STE2_S2PTW },
	{ "S2HD", 2, SMMU_STE2_S2HD },
	{ "S2HA", 2, SMMU_STE2_S2HA },
	{ "S2S", 2, SMMU_STE2_S2S },
	{ "S2R", 2, SMMU_STE2_S2R },
	{ "S2TTB", 3, SMMU_STE3_S2TTB },
};

static const struct mock_walk_field l1cd_fields[] = {
	{ "V", 0, SMMU_L1CD_V },
	{ "L2Ptr", 0, SMMU_L1CD_L2PTR },
};

static const struct mock_walk_field cd_fields[] = {
	{ "V", 0, SMMU_CD0_V },
	{ "AA64", 0, SMMU_CD0_AA64 },
	{ "T0SZ", 0, SMMU_CD0_T0SZ },
	{ "TG0", 0, SMMU_CD0_TG0 },
	{ "EPD0", 0, SMMU_CD0_EPD0 },
	{ "T1SZ", 0, SMMU_CD0_T1SZ },
	{ "TG1", 0, SMMU_CD0_TG1 },
	{ "EPD1", 0, SMMU_CD0_EPD1 },
	{ "ENDI", 0, SMMU_CD0_ENDI },
	{ "IPS", 0, SMMU_CD0_IPS },
	{ "AFFD", 0, SMMU_CD0_AFFD },
	{ "WXN", 0, SMMU_CD0_WXN },
	{ "TBI", 0, SMMU_CD0_TBI },
	{ "PAN", 0, SMMU_CD0_PAN },
	{ "HD", 0, SMMU_CD0_HD },
	{ "HA", 0, SMMU_CD0_HA },
	{ "S", 0, SMMU_CD0_S },
	{ "R", 0, SMMU_CD0_R },
	{ "A", 0, SMMU_CD0_A },
	{ "ASET", 0, SMMU_CD0_ASET },
	{ "ASID", 0, SMMU_CD0_ASID },
	{ "HAD0", 1, SMMU_CD1_HAD0 },
	{ "E0PD0", 1, SMMU_CD1_E0PD0 },
	{ "TTB0", 1, SMMU_CD1_TTB0 },
	{ "HAD1", 2, SMMU_CD2_HAD1 },
	{ "E0PD1", 2, SMMU_CD2_E0PD1 },
	{ "TTB1", 2, SMMU_CD2_TTB1 },
	{ "MAIR", 3, SMMU_CD3_MAIR },
};

static const struct mock_walk_field stage1_table_fields[] = {
	{ "APTable[0]", 0, SMMU_PTE_APTABLE_EL0 },
	{ "APTable[1]", 0, SMMU_PTE_APTABLE_RO },
	{ "PXNTable", 0, SMMU_PTE_PXNTABLE },
	{ "UXNTable", 0, SMMU_PTE_UXNTABLE },
	{ "address", 0, SMMU_PTE_ADDR },
};

static const struct mock_walk_field stage1_leaf_fields[] = {
	{ "AF", 0, SMMU_PTE_AF },
	{ "AP[1]", 0, SMMU_PTE_AP_EL0 },
	{ "AP[2]", 0, SMMU_PTE_AP_RO },
	{ "DBM", 0, SMMU_PTE_DBM },
	{ "nG", 0, SMMU_PTE_NG },
	{ "PXN", 0, SMMU_PTE_PXN },
	{ "UXN", 0, SMMU_PTE_UXN },
	{ "Contiguous", 0, SMMU_PTE_CONT },
	{ "AttrIndx", 0, SMMU_PTE_ATTRINDX },
	{ "SH", 0, SMMU_PTE_SH },
	{ "address", 0, SMMU_PTE_ADDR },
};

static const struct mock_walk_field stage2_table_fields[] = {
	{ "address", 0, SMMU_PTE_ADDR },
};

static const struct mock_walk_field stage2_leaf_fields[] = {
	{ "AF", 0, SMMU_PTE_AF },
	{ "S2AP[0]", 0, SMMU_PTE_S2AP_R },
	{ "S2AP[1]", 0, SMMU_PTE_S2AP_W },
	{ "DBM", 0, SMMU_PTE_DBM },
	{ "XN", 0, SMMU_PTE_S2XN },
	{ "Contiguous", 0, SMMU_PTE_CONT },
	{ "MemAttr", 0, SMMU_PTE_S2MEMATTR },
	{ "SH", 0, SMMU_PTE_SH },
	{ "address", 0, SMMU_PTE_ADDR },
};

/**
 * mock_smmu_walk_l1std() - a level 1 stream table descriptor was read
 * @w: the request
 * @table: its table
 * @index: its index there
 * @l1std: the descriptor, or %NULL if it cannot be read
 */
void mock_smmu_walk_l1std(struct mock_smmu_walk *w, u64 table, u64 index,
			  const u64 *l1std)
{
	const struct mock_walk_step step = {
		.name = "level 1 stream table descriptor",
		.level = -1,
		.table = table,
		.index = index,
		.words = l1std,
		.nr_words = 1,
		.aborts = !l1std,
		.fields = l1std_fields,
		.nr_fields = ARRAY_SIZE(l1std_fields),
	};

	mock_walk_step(w->m->mi, &step);
}

/**
 * mock_smmu_walk_ste() - the STE was read
 * @w: the request
 * @pa: its physical address
 * @ste: the STE, or %NULL if it cannot be read
 */
void mock_smmu_walk_ste(struct mock_smmu_walk *w, u64 pa, const u64 *ste)
{
	static const char * const configs[] = {
		[SMMU_STE_CONFIG_ABORT] = "abort",
		[SMMU_STE_CONFIG_BYPASS] = "bypass",
		[SMMU_STE_CONFIG_S1] = "stage 1",
		[SMMU_STE_CONFIG_S2] = "stage 2",
		[SMMU_STE_CONFIG_NESTED] = "nested, stage 1 and stage 2",
	};
	const struct mock_walk_step step = {
		.name = "STE",
		.level = -1,
		.table = pa,
		.index = MOCK_WALK_NO_INDEX,
		.words = ste,
		.nr_words = SMMU_STE_WORDS,
		.aborts = !ste,
		.fields = ste_fields,
		.nr_fields = ARRAY_SIZE(ste_fields),
	};
	u8 config;

	mock_walk_step(w->m->mi, &step);
	if (!ste)
		return;
	config = FIELD_GET(SMMU_STE0_CONFIG, ste[0]);
	if (configs[config])
		mock_walk_line(w->m->mi, "Config %u: %s", config,
			       configs[config]);
}

/* A structure of CD tables, the address of which stage 2 may translate */
static void walk_cds(struct mock_smmu_walk *w, const char *name, u64 addr,
		     u64 pa, struct mock_walk_step *step)
{
	step->name = name;
	step->level = -1;
	step->table = pa;
	step->alias = addr;
	step->index = MOCK_WALK_NO_INDEX;
	step->aliased = w->ste->s2;
	step->aborts = !step->words;
	mock_walk_step(w->m->mi, step);
}

/**
 * mock_smmu_walk_l1cd() - a level 1 context descriptor was read
 * @w: the request
 * @addr: its address as software has it
 * @pa: its physical address
 * @l1cd: the descriptor, or %NULL if it cannot be read
 */
void mock_smmu_walk_l1cd(struct mock_smmu_walk *w, u64 addr, u64 pa,
			 const u64 *l1cd)
{
	struct mock_walk_step step = {
		.words = l1cd,
		.nr_words = 1,
		.fields = l1cd_fields,
		.nr_fields = ARRAY_SIZE(l1cd_fields),
	};

	walk_cds(w, "level 1 CD", addr, pa, &step);
}

/**
 * mock_smmu_walk_cd() - the CD was read
 * @w: the request
 * @addr: its address as software has it
 * @pa: its physical address
 * @cd: the CD, or %NULL if it cannot be read
 */
void mock_smmu_walk_cd(struct mock_smmu_walk *w, u64 addr, u64 pa,
		       const u64 *cd)
{
	struct mock_walk_step step = {
		.words = cd,
		.nr_words = SMMU_CD_WORDS,
		.fields = cd_fields,
		.nr_fields = ARRAY_SIZE(cd_fields),
	};

	walk_cds(w, "CD", addr, pa, &step);
}

static const char *kind_words(enum mock_smmu_desc kind)
{
	switch (kind) {
	case MOCK_SMMU_DESC_TABLE:
		return "a table";
	case MOCK_SMMU_DESC_LEAF:
		return "a block or page";
	default:
		return "invalid";
	}
}

/**
 * mock_smmu_walk_stage1() - a stage-1 descriptor was read
 * @w: the request
 * @tt: the tables
 * @table: its table
 * @level: level of the table
 * @pa: physical address of the descriptor
 * @desc: the descriptor, or %NULL if it cannot be read
 */
void mock_smmu_walk_stage1(struct mock_smmu_walk *w,
			   const struct mock_smmu_tt *tt,
			   const struct mock_smmu_table *table, u8 level,
			   u64 pa, const u64 *desc)
{
	u64 offset = mock_smmu_tt_offset(tt, level, w->va);
	u64 val = desc ? *desc : 0;
	enum mock_smmu_desc kind = mock_smmu_desc_kind(tt, val, level);
	bool leaf = kind == MOCK_SMMU_DESC_LEAF;
	bool write = !table->no_write &&
		     !(val & (leaf ? SMMU_PTE_AP_RO : SMMU_PTE_APTABLE_RO));
	bool user = !table->no_user &&
		    (leaf ? val & SMMU_PTE_AP_EL0 :
			    !(val & SMMU_PTE_APTABLE_EL0));
	const struct mock_walk_step step = {
		.name = "stage-1",
		.level = level,
		.table = pa - offset,
		.alias = table->addr,
		.aliased = w->ste->s2,
		.index = offset / sizeof(u64),
		.words = desc,
		.nr_words = 1,
		.aborts = !desc,
		.fields = leaf ? stage1_leaf_fields : stage1_table_fields,
		.nr_fields = leaf ? ARRAY_SIZE(stage1_leaf_fields) :
				    ARRAY_SIZE(stage1_table_fields),
		.kind = kind_words(kind),
		.rights = kind == MOCK_SMMU_DESC_INVALID ? "nothing" :
			  user ? (write ? "user rw" : "user r-") :
				 (write ? "privileged rw" : "privileged r-"),
	};

	mock_walk_step(w->m->mi, &step);
}

/**
 * mock_smmu_walk_stage2() - a stage-2 descriptor was read
 * @w: the request
 * @ipa: the address that is translated
 * @level: level of the table
 * @pa: physical address of the descriptor
 * @desc: the descriptor, or %NULL if it cannot be read
 */
void mock_smmu_walk_stage2(struct mock_smmu_walk *w, u64 ipa, u8 level, u64 pa,
			   const u64 *desc)
{
	const struct mock_smmu_tt *tt = &w->ste->tt2;
	u64 offset = mock_smmu_tt_offset(tt, level, ipa);
	u64 val = desc ? *desc : 0;
	enum mock_smmu_desc kind = mock_smmu_desc_kind(tt, val, level);
	bool leaf = kind == MOCK_SMMU_DESC_LEAF;
	const char rights[] = {
		!leaf || val & SMMU_PTE_S2AP_R ? 'r' : '-',
		!leaf || val & SMMU_PTE_S2AP_W ? 'w' : '-',
		0,
	};
	const struct mock_walk_step step = {
		.name = "stage-2",
		.level = level,
		.table = pa - offset,
		.index = offset / sizeof(u64),
		.words = desc,
		.nr_words = 1,
		.aborts = !desc,
		.fields = leaf ? stage2_leaf_fields : stage2_table_fields,
		.nr_fields = leaf ? ARRAY_SIZE(stage2_leaf_fields) :
				    ARRAY_SIZE(stage2_table_fields),
		.kind = kind_words(kind),
		.rights = kind == MOCK_SMMU_DESC_INVALID ? "nothing" : rights,
	};

	mock_walk_step(w->m->mi, &step);
}

/**
 * mock_smmu_walk_update() - a request would change a descriptor
 * @m: the SMMU
 * @old: the descriptor
 * @new: what it would be then
 */
void mock_smmu_walk_update(struct mock_smmu *m, u64 old, u64 new)
{
	mock_walk_line(m->mi, "a request would make that descriptor %#llx:%s%s",
		       new, (old ^ new) & SMMU_PTE_AF ? " set AF" : "",
		       (old ^ new) & (SMMU_PTE_AP_RO | SMMU_PTE_S2AP_W) ?
		       " make it dirty" : "");
}
