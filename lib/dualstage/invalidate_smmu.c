// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * SMMUv3: commands as a guest has them (4.4 and 4.5 of the specification)
 *
 * The unit's VMID and the devices' StreamIDs are put in by the driver.
 */
#include "internal.h"

#define CMD_NH_ALL	0x10
#define CMD_NH_ASID	0x11
#define CMD_NH_VA	0x12
#define CMD_NH_VAA	0x13
#define CMD_ATC_INV	0x40
#define CMD0_SSV	(1ull << 11)
#define CMD0_GLOBAL	(1ull << 9)
#define CMD0_SID(x)	((uint64_t)(x) << 32)
#define CMD0_NUM(x)	((uint64_t)(x) << 12)
#define CMD0_SCALE(x)	((uint64_t)(x) << 20)
#define CMD0_ASID(x)	((uint64_t)(x) << 48)
#define CMD1_LEAF	(1ull << 0)
#define CMD1_TG(x)	((uint64_t)(x) << 10)

/* What takes more commands than these is everything */
#define MAX_PAGES	512u
#define MAX_PIECES	16u
/* A range has at most so many granules, scaled */
#define NUM_MAX		32u
#define SCALE_MAX	31u
/* log2 of pages of all addresses */
#define ALL_PAGES	52u

static void tlb_all(struct ds_batch *b, const struct ds_s1 *s1)
{
	if (s1->asid_known)
		ds_batch_add(b, CMD_NH_ASID | CMD0_ASID(s1->asid), 0);
	else
		ds_batch_add(b, CMD_NH_ALL, 0);
}

static bool by_ranges(const struct ds_s1 *s1)
{
	return s1->granule && s1->unit->caps.features & DS_CAN_RIL;
}

/*
 * By ranges where the unit has them and it is known of which granule the tables are:
 * else entries of another granule would be passed over. Each takes as many granules as
 * NUM and SCALE can say; one alone is no range.
 */
static void tlb_ranges(struct ds_batch *b, const struct ds_s1 *s1, uint64_t w0, uint64_t w1,
		       const struct ds_inv_range *range)
{
	const unsigned int shift = s1->granule - 12;
	uint64_t at = range->page >> shift;
	uint64_t n = ((range->page + range->n - 1) >> shift) - at + 1;
	unsigned int scale, num;
	uint64_t addr;

	while (n) {
		scale = (unsigned int)__builtin_ctzll(n);
		if (scale > SCALE_MAX)
			scale = SCALE_MAX;
		num = (n >> scale) & (NUM_MAX - 1);
		if (!num)
			num = NUM_MAX;
		addr = at << s1->granule;
		if (num == 1 && !scale)
			ds_batch_add(b, w0, w1 | addr);
		else
			ds_batch_add(b, w0 | CMD0_NUM(num - 1) | CMD0_SCALE(scale),
				     w1 | CMD1_TG((s1->granule - 10) / 2) | addr);
		at += (uint64_t)num << scale;
		n -= (uint64_t)num << scale;
	}
}

static void tlb_range(struct ds_batch *b, const struct ds_s1 *s1,
		      const struct ds_inv_range *range)
{
	const uint64_t w0 = s1->asid_known ? CMD_NH_VA | CMD0_ASID(s1->asid) : CMD_NH_VAA;
	const uint64_t w1 = range->leaf ? CMD1_LEAF : 0;
	uint64_t i;

	if (by_ranges(s1)) {
		tlb_ranges(b, s1, w0, w1, range);
		return;
	}
	for (i = 0; i < range->n; i++)
		ds_batch_add(b, w0, w1 | (range->page + i) * DS_PAGE);
}

/* Is it simpler to forget everything than all of these? */
static bool too_many(const struct ds_s1 *s1, const struct ds_inv_range *ranges,
		     unsigned int n)
{
	uint64_t pages = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (ranges[i].all)
			return true;
		pages += ranges[i].n;
		if (!by_ranges(s1) && pages > MAX_PAGES)
			return true;
	}
	return false;
}

static void tlb(struct ds_batch *b, const struct ds_s1 *s1, const struct ds_inv_range *ranges,
		unsigned int n)
{
	unsigned int i;

	if (too_many(s1, ranges, n)) {
		tlb_all(b, s1);
		return;
	}
	for (i = 0; i < n; i++)
		tlb_range(b, s1, &ranges[i]);
}

/* Requests with and without SubstreamID are cached apart */
static void atc_piece(struct ds_batch *b, const struct ds_s1 *s1, const struct ds_dev *dev,
		      uint64_t page, unsigned int lg2)
{
	const uint64_t w0 = CMD_ATC_INV | CMD0_SID(dev->guest_id);
	const uint64_t w1 = page * DS_PAGE | lg2;

	ds_batch_add(b, w0, w1);
	if (s1->ssids)
		ds_batch_add(b, w0 | CMD0_SSV | CMD0_GLOBAL, w1);
}

static unsigned int pieces_of(const struct ds_inv_range *range)
{
	uint64_t page = range->page, n = range->n;
	unsigned int nr, lg2;

	for (nr = 0; n && nr <= MAX_PIECES; nr++) {
		lg2 = ds_chunk(page, n, ALL_PAGES);
		page += 1ull << lg2;
		n -= 1ull << lg2;
	}
	return nr;
}

static void atc(struct ds_batch *b, const struct ds_s1 *s1, const struct ds_dev *dev,
		const struct ds_inv_range *range)
{
	uint64_t page = range->page, n = range->n;
	unsigned int lg2;

	if (range->all || pieces_of(range) > MAX_PIECES) {
		atc_piece(b, s1, dev, 0, ALL_PAGES);
		return;
	}
	while (n) {
		lg2 = ds_chunk(page, n, ALL_PAGES);
		atc_piece(b, s1, dev, page, lg2);
		page += 1ull << lg2;
		n -= 1ull << lg2;
	}
}

static bool is_attached(const struct ds_dev *dev, const struct ds_s1 *s1)
{
	const struct ds_att *att;

	for (att = dev->atts; att; att = att->next)
		if (att->s1 == s1)
			return true;
	return false;
}

/*
 * The TLBs have forgotten when the first call returns, and only then devices are told:
 * one can ask for what it has just forgotten, and be given it by a TLB that has not.
 */
int ds_inv_s1_ste(struct ds_s1 *s1, const struct ds_inv_range *ranges, unsigned int n)
{
	struct ds_batch b = { .unit = s1->unit };
	const struct ds_dev *dev;
	unsigned int i;

	tlb(&b, s1, ranges, n);
	ds_batch_flush(&b);
	for (dev = s1->unit->devs; dev && s1->ats; dev = dev->next)
		for (i = 0; i < n && is_attached(dev, s1); i++)
			atc(&b, s1, dev, &ranges[i]);
	ds_batch_flush(&b);
	return b.rc;
}
