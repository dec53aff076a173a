// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: the walk of stage-2 (3.7, 9.8) */
#include "../phys.h"
#include "walk.h"

/* SSIRWE is not supported: IW is reserved, IR ignored */
#define SS_RSVD_IW	BIT_ULL(62)

static bool is_leaf(u64 entry, int level)
{
	return level == 1 || entry & VTD_SS_PS;
}

/* 3.7: which bits must be 0 in an entry with R or W */
static bool is_reserved(struct mock_vtd *m, u64 entry, int level)
{
	u64 rsvd = MOCK_VTD_ENTRY_RSVD | SS_RSVD_IW;

	if (level > 3 ||
	    (level == 3 && !(m->cap & VTD_CAP_SSLPS_1G)) ||
	    (level == 2 && !(m->cap & VTD_CAP_SSLPS_2M)))
		rsvd |= VTD_SS_PS;
	if (!is_leaf(entry, level) || !(m->ecap & VTD_ECAP_SC))
		rsvd |= VTD_SS_SNP;
	if (level > 1 && is_leaf(entry, level))
		rsvd |= GENMASK_ULL(MOCK_VTD_LEVEL_SHIFT(level) - 1, 12);
	return entry & rsvd;
}

/*
 * 3.7.2: set accessed and dirty flags. Returns a fault reason, 0, or -EAGAIN if
 * the entry was changed by software meanwhile.
 */
static int update_flags(struct mock_vtd_walk *w, u64 pa, u64 entry, u64 flags)
{
	if (!w->pe.ssade || (entry & flags) == flags)
		return 0;
	if (!w->pe.snoop)
		return VTD_FR_SS_AD_NOSNOOP;
	/* Flags are set for requests only: this walk comes to nothing */
	if (mock_speculating(w->m->mi))
		return VTD_FR_SS_AD_UPDATE;
	if (mock_walking(w->m->mi)) {
		mock_vtd_walk_flags(w, false, flags & ~entry);
		return 0;
	}
	w->m->stats.walk_refs++;
	switch (mock_phys_cmpxchg64(pa, entry, entry | flags)) {
	case 0:
		return 0;
	case -EAGAIN:
		return -EAGAIN;
	default:
		return VTD_FR_SS_AD_UPDATE;
	}
}

/* A table under stage-2's walk */
struct ss_step {
	struct mock_vtd_ss_table table;
	int level;
	bool root;
};

/*
 * Use one entry. Returns a fault reason, 0 with @done set at a leaf and @step
 * advanced otherwise, or -EAGAIN.
 */
static int use_entry(struct mock_vtd_walk *w, u64 gpa, bool set_dirty,
		     struct ss_step *step, struct mock_vtd_leaf *leaf,
		     bool *done)
{
	u64 index = (gpa >> MOCK_VTD_LEVEL_SHIFT(step->level)) & 511;
	u64 pa = step->table.pa + index * sizeof(u64);
	struct mock_vtd_ss_table next = step->table;
	bool dirty;
	u64 entry;
	int ret;

	ret = mock_vtd_walk_read64(w->m, pa, &entry);
	if (mock_walking(w->m->mi))
		mock_vtd_walk_ss(w, gpa, &step->table, step->level,
				 ret ? NULL : &entry);
	if (ret)
		return step->root ? VTD_FR_SS_ROOT : VTD_FR_SS_ACCESS;
	if (!(entry & (VTD_SS_R | VTD_SS_W)))
		return VTD_FR_SS_PERM;
	if (is_reserved(w->m, entry, step->level))
		return VTD_FR_SS_RSVD;

	next.pa = entry & VTD_SS_ADDR;
	next.read &= !!(entry & VTD_SS_R);
	next.write &= !!(entry & VTD_SS_W);
	next.exec &= !!(entry & VTD_SS_X);
	if (!next.read && !next.write)
		return VTD_FR_SS_PERM;

	*done = is_leaf(entry, step->level);
	dirty = *done && set_dirty && next.write;
	ret = update_flags(w, pa, entry, VTD_SS_A | (dirty ? VTD_SS_D : 0));
	if (ret)
		return ret;

	if (*done) {
		*leaf = (struct mock_vtd_leaf){
			.pa = next.pa,
			.lg2 = MOCK_VTD_LEVEL_SHIFT(step->level),
			.read = next.read,
			.write = next.write,
			.exec = next.exec,
			.snp = entry & VTD_SS_SNP,
			.dirty = !w->pe.ssade || dirty || entry & VTD_SS_D,
		};
		return 0;
	}
	mock_vtd_ss_insert(w, gpa, step->level, &next);
	step->table = next;
	step->level--;
	step->root = false;
	return 0;
}

static void ss_first_step(struct mock_vtd_walk *w, u64 gpa,
			  struct ss_step *step)
{
	step->level = mock_vtd_ss_lookup(w, gpa, &step->table);
	step->root = !step->level;
	if (step->root) {
		step->level = w->pe.ss_levels;
		step->table = (struct mock_vtd_ss_table){
			.pa = w->pe.ssptptr,
			.read = true,
			.write = true,
			.exec = true,
		};
	}
}

static u8 stage2_walk(struct mock_vtd_walk *w, u64 gpa, bool set_dirty,
		      struct mock_vtd_leaf *leaf)
{
	int retries = MOCK_VTD_MAX_RETRIES;
	struct ss_step step;
	bool done = false;

	ss_first_step(w, gpa, &step);
	while (!done) {
		int ret = use_entry(w, gpa, set_dirty, &step, leaf, &done);

		if (ret > 0)
			return ret;
		if (ret == -EAGAIN) {
			done = false;
			if (!--retries)
				return VTD_FR_SS_AD_UPDATE;
		}
	}
	return 0;
}

/**
 * mock_vtd_stage2_walk() - translate an address by stage-2
 * @w: the request
 * @gpa: the address, within @w->pe.ss_width
 * @set_dirty: set the dirty flag if writes are permitted
 * @leaf: filled with address, size, permissions, dirty and snoop control
 *
 * What the permissions must be is the caller's affair. With stage-2 flags in
 * use, the accessed flags are set on the way, also for a request that faults
 * later (3.7.2 permits that).
 *
 * Return: 0 or a fault reason
 */
u8 mock_vtd_stage2_walk(struct mock_vtd_walk *w, u64 gpa, bool set_dirty,
			struct mock_vtd_leaf *leaf)
{
	bool nested = w->pe.pgtt == VTD_PGTT_NESTED;
	u8 reason;

	if (!mock_walking(w->m->mi))
		return stage2_walk(w, gpa, set_dirty, leaf);
	if (nested)
		mock_walk_enter(w->m->mi);
	mock_walk_line(w->m->mi, "stage 2 of %#llx", gpa);
	reason = stage2_walk(w, gpa, set_dirty, leaf);
	if (nested)
		mock_walk_leave(w->m->mi);
	return reason;
}
