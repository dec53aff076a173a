// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: the walk of stage-1 (3.6, 9.7), alone or nested (3.8) */
#include "../phys.h"
#include "walk.h"

static bool is_nested(const struct mock_vtd_walk *w)
{
	return w->pe.pgtt == VTD_PGTT_NESTED;
}

static bool is_leaf(u64 entry, int level)
{
	return level == 1 || entry & VTD_FS_PS;
}

/*
 * 3.6: which bits must be 0 in a present entry. XD exists only with ECAP.ERS
 * (revisions 3 and 4 of the specification, where NXE enables it), otherwise
 * hardware ignores the bit.
 */
static bool is_reserved(struct mock_vtd_walk *w, u64 entry, int level)
{
	struct mock_vtd *m = w->m;
	u64 rsvd = MOCK_VTD_ENTRY_RSVD;

	if (level > 3 || (level == 3 && !(m->cap & VTD_CAP_FS1GP)))
		rsvd |= VTD_FS_PS;
	if (level > 1 && is_leaf(entry, level))
		rsvd |= GENMASK_ULL(MOCK_VTD_LEVEL_SHIFT(level) - 1, 13);
	if (m->ecap & VTD_ECAP_ERS && !w->pe.nxe)
		rsvd |= VTD_FS_XD;
	return entry & rsvd;
}

/*
 * Where is the table that stage-1 has at @gpa? With nesting, the permissions
 * there are those of reading a table (3.8.1): read permission, and write
 * permission too if stage-2 flags are in use.
 *
 * Erratum SPR17 (Intel document 772415): when a stage-1 table lies in a region
 * that stage-2 maps read-only, the hardware may ignore that permission and set
 * accessed and dirty flags in the stage-1 entries all the same. Here it always
 * does: the read-only page is really written.
 */
static u8 locate_table(struct mock_vtd_walk *w, u64 gpa, bool root,
		       struct mock_vtd_fs_table *table)
{
	struct mock_vtd_leaf leaf;
	bool write;
	u8 reason;

	table->gpa = gpa;
	if (!is_nested(w)) {
		table->pa = gpa;
		table->ss_write = true;
		table->ss_dirty = true;
		return 0;
	}

	reason = mock_vtd_stage2_walk(w, gpa, false, &leaf);
	if (reason)
		return reason;
	write = leaf.write || w->m->spr17;
	if (!leaf.read || (w->pe.ssade && !write))
		return root ? VTD_FR_FS_NEST_ROOT_READ : VTD_FR_FS_NEST_READ;
	table->pa = leaf.pa + (gpa & (BIT_ULL(leaf.lg2) - 1));
	table->ss_write = write;
	table->ss_dirty = leaf.dirty;
	return 0;
}

/* A table under stage-1's walk */
struct fs_step {
	struct mock_vtd_fs_table table;
	int level;
	bool root;
};

/* An entry in it */
struct fs_entry {
	u64 pa;
	u64 val;
	bool rw;
	bool us;
	bool nx;
};

/*
 * 3.8.1: a flag's update writes to the page that holds the table. Not even the
 * erratum makes a page dirty that is not writable.
 */
static u8 make_table_dirty(struct mock_vtd_walk *w,
			   struct mock_vtd_fs_table *table)
{
	struct mock_vtd_leaf leaf;
	u8 reason;

	reason = mock_vtd_stage2_walk(w, table->gpa, true, &leaf);
	if (reason)
		return reason;
	if (!leaf.write && !w->m->spr17)
		return VTD_FR_FS_NEST_AD_WRITE;
	table->ss_dirty = true;
	return 0;
}

/*
 * 3.6.2: set accessed, extended accessed and dirty flags. Returns a fault reason,
 * 0, or -EAGAIN if the entry was changed by software meanwhile.
 */
static int update_flags(struct mock_vtd_walk *w,
			struct mock_vtd_fs_table *table,
			const struct fs_entry *e, u64 flags)
{
	if ((e->val & flags) == flags)
		return 0;
	if (!w->pe.snoop)
		return VTD_FR_FS_AD_NOSNOOP;
	/* Flags are set for requests only: this walk comes to nothing */
	if (mock_speculating(w->m->mi))
		return VTD_FR_FS_AD_UPDATE;
	if (!table->ss_write)
		return VTD_FR_FS_NEST_AD_WRITE;
	if (!table->ss_dirty) {
		u8 reason = make_table_dirty(w, table);

		if (reason)
			return reason;
	}
	if (mock_walking(w->m->mi)) {
		mock_vtd_walk_flags(w, true, flags & ~e->val);
		return 0;
	}
	w->m->stats.walk_refs++;
	switch (mock_phys_cmpxchg64(e->pa, e->val, e->val | flags)) {
	case 0:
		return 0;
	case -EAGAIN:
		return -EAGAIN;
	default:
		return VTD_FR_FS_AD_UPDATE;
	}
}

static u64 accessed_flags(const struct mock_vtd_walk *w)
{
	return VTD_FS_A | (w->pe.eafe ? VTD_FS_EA : 0);
}

/* SFS.5: what stage-1 yields must be an input address of stage-2 */
static bool beyond_stage2(const struct mock_vtd_walk *w, u64 addr)
{
	return is_nested(w) && addr >> w->pe.ss_width;
}

/* Read the entry for the request and check what does not depend on its kind */
static u8 read_entry(struct mock_vtd_walk *w, const struct fs_step *step,
		     struct fs_entry *e)
{
	u64 index = (w->addr >> MOCK_VTD_LEVEL_SHIFT(step->level)) & 511;
	int ret;

	e->pa = step->table.pa + index * sizeof(u64);
	ret = mock_vtd_walk_read64(w->m, e->pa, &e->val);
	if (mock_walking(w->m->mi))
		mock_vtd_walk_fs(w, &step->table, step->level,
				 ret ? NULL : &e->val);
	if (ret)
		return step->root ? VTD_FR_FS_ROOT_ACCESS : VTD_FR_FS_ACCESS;
	if (!(e->val & VTD_FS_P))
		return VTD_FR_FS_NP;
	if (is_reserved(w, e->val, step->level))
		return VTD_FR_FS_RSVD;
	e->rw = step->table.rw && e->val & VTD_FS_RW;
	e->us = step->table.us && e->val & VTD_FS_US;
	e->nx = step->table.nx || e->val & VTD_FS_XD;
	if (!w->priv && !e->us)
		return VTD_FR_FS_US;
	return 0;
}

/* The entry refers to a table: go there */
static int fs_descend(struct mock_vtd_walk *w, struct fs_step *step,
		      const struct fs_entry *e)
{
	struct mock_vtd_fs_table next = { .rw = e->rw, .us = e->us,
					  .nx = e->nx };
	u64 gpa = e->val & VTD_FS_ADDR;
	int ret;

	if (beyond_stage2(w, gpa))
		return VTD_FR_FS_NEST_WIDTH;
	ret = update_flags(w, &step->table, e, accessed_flags(w));
	if (ret)
		return ret;
	ret = locate_table(w, gpa, false, &next);
	if (ret)
		return ret;
	mock_vtd_fs_insert(w, step->level, &next);
	step->table = next;
	step->level--;
	step->root = false;
	return 0;
}

/* 3.6.1: what stage-1 permits, given the request's privilege */
static void stage1_rights(const struct mock_vtd_walk *w,
			  const struct fs_entry *e, struct mock_vtd_leaf *leaf)
{
	leaf->read = true;
	leaf->write = e->rw || (w->priv && !w->pe.wpe);
	leaf->no_exec = 0;
	if (!w->pe.ere)
		leaf->no_exec = VTD_FR_PTE_ERE;
	else if (w->pe.nxe && e->nx)
		leaf->no_exec = VTD_FR_FS_NX;
	else if (w->priv && w->pe.smep && e->us)
		leaf->no_exec = VTD_FR_SMEP;
	leaf->exec = !leaf->no_exec;
}

/* 3.8.1: the final page through stage-2, by its address @gpa */
static u8 nest_leaf(struct mock_vtd_walk *w, u64 gpa,
		    struct mock_vtd_leaf *leaf)
{
	struct mock_vtd_leaf ss;
	u8 lg2, reason;

	reason = mock_vtd_stage2_walk(w, gpa, false, &ss);
	if (reason)
		return reason;
	leaf->read &= ss.read;
	leaf->write &= ss.write;
	if (w->pe.ssee && leaf->exec && !ss.exec) {
		leaf->exec = false;
		leaf->no_exec = VTD_FR_FS_NX;
	}
	reason = mock_vtd_check_rights(w, leaf);
	if (reason)
		return reason;

	/* 6.2.4: the mapping has the smaller of both sizes */
	lg2 = min(leaf->lg2, ss.lg2);
	leaf->pa = (ss.pa + (gpa & (BIT_ULL(ss.lg2) - 1))) >> lg2 << lg2;
	leaf->lg2 = lg2;
	leaf->dirty = ss.dirty;
	leaf->snp = ss.snp;
	return 0;
}

/* The entry maps a page */
static int use_leaf(struct mock_vtd_walk *w, struct fs_step *step,
		    const struct fs_entry *e, struct mock_vtd_leaf *leaf)
{
	u8 lg2 = MOCK_VTD_LEVEL_SHIFT(step->level);
	u64 flags = accessed_flags(w);
	bool dirty;
	u64 gpa;
	int ret;

	leaf->lg2 = lg2;
	leaf->pa = (e->val & VTD_FS_ADDR) >> lg2 << lg2;
	leaf->dirty = true;
	gpa = leaf->pa + (w->addr & (BIT_ULL(lg2) - 1));
	stage1_rights(w, e, leaf);
	ret = mock_vtd_check_rights(w, leaf);
	if (ret)
		return ret;
	if (beyond_stage2(w, leaf->pa))
		return VTD_FR_FS_NEST_WIDTH;
	ret = is_nested(w) ? nest_leaf(w, gpa, leaf) : 0;
	if (ret)
		return ret;

	dirty = w->may_write && leaf->write;
	if (dirty)
		flags |= VTD_FS_D;
	ret = update_flags(w, &step->table, e, flags);
	if (ret)
		return ret;
	/* Only now it is certain that the page will be written to */
	if (dirty && !leaf->dirty) {
		struct mock_vtd_leaf ss;

		ret = mock_vtd_stage2_walk(w, gpa, true, &ss);
		if (ret)
			return ret;
		leaf->dirty = ss.dirty;
	}
	leaf->dirty &= dirty || !!(e->val & VTD_FS_D);
	return 0;
}

static u8 fs_first_step(struct mock_vtd_walk *w, struct fs_step *step)
{
	step->level = mock_vtd_fs_lookup(w, &step->table);
	step->root = !step->level;
	if (!step->root)
		return !w->priv && !step->table.us ? VTD_FR_FS_US : 0;

	step->level = w->pe.fs_levels;
	step->table = (struct mock_vtd_fs_table){ .rw = true, .us = true };
	return locate_table(w, w->pe.fsptptr, true, &step->table);
}

/* 3.6: bits above the width are copies of the highest bit within */
static bool is_canonical(const struct mock_vtd_walk *w)
{
	u8 width = 12 + 9 * w->pe.fs_levels;

	return w->addr == (u64)sign_extend64(w->addr, width - 1);
}

/**
 * mock_vtd_stage1_walk() - translate the request's address by stage-1
 * @w: the request, with PGTT stage-1 or nested
 * @leaf: filled with address, size, permissions and dirty
 *
 * Return: 0, or a fault reason, lack of permission included
 */
u8 mock_vtd_stage1_walk(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf)
{
	int retries = MOCK_VTD_MAX_RETRIES;
	struct fs_step step;
	struct fs_entry e;
	int ret;

	if (!is_canonical(w))
		return VTD_FR_NON_CANONICAL;
	ret = fs_first_step(w, &step);
	if (ret)
		return ret;
	for (;;) {
		bool leaf_entry;

		ret = read_entry(w, &step, &e);
		if (ret)
			return ret;
		leaf_entry = is_leaf(e.val, step.level);
		ret = leaf_entry ? use_leaf(w, &step, &e, leaf) :
				   fs_descend(w, &step, &e);
		if (ret > 0)
			return ret;
		if (ret == -EAGAIN) {
			if (!--retries)
				return VTD_FR_FS_AD_UPDATE;
			continue;
		}
		if (leaf_entry)
			return 0;
	}
}
