// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: what a walk meets, in words
 *
 * Called only while somebody looks at the tables (../walk.h).
 */
#include <linux/seq_file.h>

#include "../walk.h"
#include "walk.h"

static const struct mock_walk_field root_fields[] = {
	{ "P", 0, VTD_ROOT_P },
	{ "CTP", 0, VTD_ROOT_CTP },
};

static const struct mock_walk_field context_fields[] = {
	{ "P", 0, VTD_CTX0_P },
	{ "FPD", 0, VTD_CTX0_FPD },
	{ "DTE", 0, VTD_CTX0_DTE },
	{ "PASIDE", 0, VTD_CTX0_PASIDE },
	{ "PRE", 0, VTD_CTX0_PRE },
	{ "PDTS", 0, VTD_CTX0_PDTS },
	{ "PASIDDIRPTR", 0, VTD_CTX0_PASIDDIRPTR },
	{ "RID_PASID", 1, VTD_CTX1_RID_PASID },
	{ "RID_PRIV", 1, VTD_CTX1_RID_PRIV },
};

static const struct mock_walk_field directory_fields[] = {
	{ "P", 0, VTD_PDE_P },
	{ "FPD", 0, VTD_PDE_FPD },
	{ "SMPTBLPTR", 0, VTD_PDE_SMPTBLPTR },
};

static const struct mock_walk_field pasid_fields[] = {
	{ "P", 0, VTD_PTE0_P },
	{ "FPD", 0, VTD_PTE0_FPD },
	{ "AW", 0, VTD_PTE0_AW },
	{ "SSEE", 0, VTD_PTE0_SSEE },
	{ "PGTT", 0, VTD_PTE0_PGTT },
	{ "SSADE", 0, VTD_PTE0_SSADE },
	{ "SSPTPTR", 0, VTD_PTE0_SSPTPTR },
	{ "DID", 1, VTD_PTE1_DID },
	{ "PWSNP", 1, VTD_PTE1_PWSNP },
	{ "PGSNP", 1, VTD_PTE1_PGSNP },
	{ "SRE", 2, VTD_PTE2_SRE },
	{ "ERE", 2, VTD_PTE2_ERE },
	{ "FSPM", 2, VTD_PTE2_FSPM },
	{ "WPE", 2, VTD_PTE2_WPE },
	{ "NXE", 2, VTD_PTE2_NXE },
	{ "SMEP", 2, VTD_PTE2_SMEP },
	{ "EAFE", 2, VTD_PTE2_EAFE },
	{ "FSPTPTR", 2, VTD_PTE2_FSPTPTR },
};

static const struct mock_walk_field fs_fields[] = {
	{ "P", 0, VTD_FS_P },
	{ "R/W", 0, VTD_FS_RW },
	{ "U/S", 0, VTD_FS_US },
	{ "PWT", 0, VTD_FS_PWT },
	{ "PCD", 0, VTD_FS_PCD },
	{ "A", 0, VTD_FS_A },
	{ "D", 0, VTD_FS_D },
	{ "PS", 0, VTD_FS_PS },
	{ "G", 0, VTD_FS_G },
	{ "EA", 0, VTD_FS_EA },
	{ "XD", 0, VTD_FS_XD },
	{ "ADDR", 0, VTD_FS_ADDR },
};

static const struct mock_walk_field ss_fields[] = {
	{ "R", 0, VTD_SS_R },
	{ "W", 0, VTD_SS_W },
	{ "X", 0, VTD_SS_X },
	{ "EMT", 0, VTD_SS_EMT },
	{ "IPAT", 0, VTD_SS_IPAT },
	{ "PS", 0, VTD_SS_PS },
	{ "A", 0, VTD_SS_A },
	{ "D", 0, VTD_SS_D },
	{ "SNP", 0, VTD_SS_SNP },
	{ "ADDR", 0, VTD_SS_ADDR },
};

/**
 * mock_vtd_walk_root() - the root entry was read
 * @w: the request
 * @entry: the entry, or %NULL if it cannot be read
 */
void mock_vtd_walk_root(struct mock_vtd_walk *w, const u64 *entry)
{
	const struct mock_walk_step step = {
		.name = w->sid & 0x80 ? "root entry, upper half" :
					"root entry, lower half",
		.level = -1,
		.table = w->m->rtaddr & VTD_RTADDR_RTA,
		.index = w->sid >> 8,
		.words = entry,
		.nr_words = 1,
		.aborts = !entry,
		.fields = root_fields,
		.nr_fields = ARRAY_SIZE(root_fields),
	};

	mock_walk_step(w->m->mi, &step);
}

/**
 * mock_vtd_walk_context() - the context entry was read
 * @w: the request
 * @table: its table
 * @ce: the entry, or %NULL if it cannot be read
 */
void mock_vtd_walk_context(struct mock_vtd_walk *w, u64 table, const u64 *ce)
{
	const struct mock_walk_step step = {
		.name = "context entry",
		.level = -1,
		.table = table,
		.index = w->sid & 0x7f,
		.words = ce,
		.nr_words = VTD_CTX_WORDS,
		.aborts = !ce,
		.fields = context_fields,
		.nr_fields = ARRAY_SIZE(context_fields),
	};

	mock_walk_step(w->m->mi, &step);
}

/**
 * mock_vtd_walk_directory() - the PASID directory entry was read
 * @w: the request
 * @entry: the entry, or %NULL if it cannot be read
 */
void mock_vtd_walk_directory(struct mock_vtd_walk *w, const u64 *entry)
{
	const struct mock_walk_step step = {
		.name = "PASID directory entry",
		.level = -1,
		.table = w->ctx.pasid_dir,
		.index = w->pasid >> VTD_PASID_PDE_SHIFT,
		.words = entry,
		.nr_words = 1,
		.aborts = !entry,
		.fields = directory_fields,
		.nr_fields = ARRAY_SIZE(directory_fields),
	};

	mock_walk_step(w->m->mi, &step);
}

/**
 * mock_vtd_walk_pasid() - the PASID table entry was read
 * @w: the request
 * @table: its table
 * @pe: the entry, or %NULL if it cannot be read
 */
void mock_vtd_walk_pasid(struct mock_vtd_walk *w, u64 table, const u64 *pe)
{
	static const char * const types[] = {
		[VTD_PGTT_STAGE1] = "PGTT 1: stage 1",
		[VTD_PGTT_STAGE2] = "PGTT 2: stage 2",
		[VTD_PGTT_NESTED] = "PGTT 3: nested, stage 1 and stage 2",
		[VTD_PGTT_PT] = "PGTT 4: pass-through",
	};
	const struct mock_walk_step step = {
		.name = "PASID table entry",
		.level = -1,
		.table = table,
		.index = w->pasid % VTD_PASID_TBL_ENTRIES,
		.words = pe,
		.nr_words = VTD_PTE_WORDS,
		.aborts = !pe,
		.fields = pasid_fields,
		.nr_fields = ARRAY_SIZE(pasid_fields),
	};
	u8 pgtt;

	mock_walk_step(w->m->mi, &step);
	if (!pe)
		return;
	pgtt = FIELD_GET(VTD_PTE0_PGTT, pe[0]);
	if (pgtt < ARRAY_SIZE(types) && types[pgtt])
		mock_walk_line(w->m->mi, "%s", types[pgtt]);
}

/**
 * mock_vtd_walk_fs() - a stage-1 entry was read
 * @w: the request
 * @table: its table
 * @level: level of the table
 * @entry: the entry, or %NULL if it cannot be read
 */
void mock_vtd_walk_fs(struct mock_vtd_walk *w,
		      const struct mock_vtd_fs_table *table, int level,
		      const u64 *entry)
{
	u64 val = entry ? *entry : 0;
	bool us = table->us && val & VTD_FS_US;
	bool rw = table->rw && val & VTD_FS_RW;
	bool nx = table->nx || val & VTD_FS_XD;
	const struct mock_walk_step step = {
		.name = "stage-1",
		.level = level,
		.table = table->pa,
		.alias = table->gpa,
		.aliased = w->pe.pgtt == VTD_PGTT_NESTED,
		.index = (w->addr >> MOCK_VTD_LEVEL_SHIFT(level)) & 511,
		.words = entry,
		.nr_words = 1,
		.aborts = !entry,
		.fields = fs_fields,
		.nr_fields = ARRAY_SIZE(fs_fields),
		.rights = !(val & VTD_FS_P) ? "nothing" :
			  us ? (rw ? (nx ? "user rw-" : "user rwx") :
				     (nx ? "user r--" : "user r-x")) :
			       (rw ? (nx ? "supervisor rw-" : "supervisor rwx") :
				     (nx ? "supervisor r--" : "supervisor r-x")),
	};

	mock_walk_step(w->m->mi, &step);
}

/**
 * mock_vtd_walk_ss() - a stage-2 entry was read
 * @w: the request
 * @gpa: the address that is translated
 * @table: its table
 * @level: level of the table
 * @entry: the entry, or %NULL if it cannot be read
 */
void mock_vtd_walk_ss(struct mock_vtd_walk *w, u64 gpa,
		      const struct mock_vtd_ss_table *table, int level,
		      const u64 *entry)
{
	u64 val = entry ? *entry : 0;
	const char rights[] = {
		table->read && val & VTD_SS_R ? 'r' : '-',
		table->write && val & VTD_SS_W ? 'w' : '-',
		table->exec && val & VTD_SS_X ? 'x' : '-',
		0,
	};
	const struct mock_walk_step step = {
		.name = "stage-2",
		.level = level,
		.table = table->pa,
		.index = (gpa >> MOCK_VTD_LEVEL_SHIFT(level)) & 511,
		.words = entry,
		.nr_words = 1,
		.aborts = !entry,
		.fields = ss_fields,
		.nr_fields = ARRAY_SIZE(ss_fields),
		.rights = rights,
	};

	mock_walk_step(w->m->mi, &step);
}

/**
 * mock_vtd_walk_flags() - a request would set flags of an entry
 * @w: the request
 * @stage1: in a stage-1 entry
 * @flags: which
 */
void mock_vtd_walk_flags(struct mock_vtd_walk *w, bool stage1, u64 flags)
{
	u64 a = stage1 ? VTD_FS_A : VTD_SS_A;
	u64 d = stage1 ? VTD_FS_D : VTD_SS_D;

	mock_walk_line(w->m->mi, "a request would set%s%s%s in that entry",
		       flags & a ? " A" : "",
		       stage1 && flags & VTD_FS_EA ? " EA" : "",
		       flags & d ? " D" : "");
}
