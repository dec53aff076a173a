// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: the ACPI table that describes a unit, and a machine's memory that is
 * reserved for devices behind it
 *
 * Pure functions of values: the bytes are put one after another as chapter 8 has
 * them, in the order of the structures' types, which it asks for.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../mock.h"
#include "dmar.h"

/* 8.2: types of structures */
#define DMAR_DRHD		0
#define DMAR_RMRR		1
#define DMAR_ATSR		2
#define DMAR_SATC		5

#define DMAR_DRHD_ALL		BIT(0)	/* 8.3: INCLUDE_PCI_ALL */
#define DMAR_ATSR_ALL		BIT(0)	/* 8.5: ALL_PORTS */
#define DMAR_SATC_REQUIRED	BIT(0)	/* 8.8: ATC_REQUIRED */

/* 8.3.1: a PCI endpoint, or a bridge and all that is behind it */
#define DMAR_SCOPE_ENDPOINT	1
#define DMAR_SCOPE_BRIDGE	2
#define DMAR_SCOPE_HEAD		6
#define DMAR_SCOPE_STEP		2	/* of its path, which has no more than two */
#define DMAR_SCOPE_MAX		(DMAR_SCOPE_HEAD + 2 * DMAR_SCOPE_STEP)

#define ACPI_LENGTH		4	/* where the header has it */
#define ACPI_CHECKSUM		9

/**
 * struct dmar_bytes - a table that grows
 * @data: its bytes, %NULL to count them only
 * @len: how many there are
 */
struct dmar_bytes {
	u8 *data;
	size_t len;
};

static void dmar_put(struct dmar_bytes *to, u64 val, unsigned int bytes)
{
	for (; bytes; bytes--, val >>= 8) {
		if (to->data)
			to->data[to->len] = val;
		to->len++;
	}
}

static void dmar_put_text(struct dmar_bytes *to, const char *text)
{
	while (*text)
		dmar_put(to, *text++, 1);
}

/* ACPI 5.2.6, and 8.1; length and checksum come last */
static void dmar_put_header(struct dmar_bytes *to, const struct mock_dmar *dmar)
{
	dmar_put_text(to, "DMAR");
	dmar_put(to, 0, 4);
	dmar_put(to, 1, 1);		/* revision */
	dmar_put(to, 0, 1);
	dmar_put_text(to, "IOMMU ");	/* OEM */
	dmar_put_text(to, "MOCK    ");	/* its name for the table */
	dmar_put(to, 1, 4);
	dmar_put_text(to, "MOCK");	/* who made it */
	dmar_put(to, 1, 4);
	dmar_put(to, dmar->haw - 1, 1);
	dmar_put(to, 0, 1);		/* flags: no interrupt remapping */
	dmar_put(to, 0, 10);
}

static void dmar_put_step(struct dmar_bytes *to, u16 rid)
{
	dmar_put(to, rid >> 3 & 0x1f, 1);
	dmar_put(to, rid & 7, 1);
}

/* @rid: of the first step, which is on the bus that the path starts from */
static void dmar_put_scope_head(struct dmar_bytes *to, u8 type, unsigned int steps,
				u16 rid)
{
	dmar_put(to, type, 1);
	dmar_put(to, DMAR_SCOPE_HEAD + steps * DMAR_SCOPE_STEP, 1);
	dmar_put(to, 0, 3);
	dmar_put(to, rid >> 8, 1);
	dmar_put_step(to, rid);
}

static void dmar_put_device(struct dmar_bytes *to, u16 sid, u32 port)
{
	if (port == MOCK_NO_PORT) {
		dmar_put_scope_head(to, DMAR_SCOPE_ENDPOINT, 1, sid);
		return;
	}
	dmar_put_scope_head(to, DMAR_SCOPE_ENDPOINT, 2, port);
	dmar_put_step(to, sid);
}

/* Of no endpoint's: where it says */
static u32 dmar_port_of(const struct mock_dmar *dmar, u32 sid)
{
	unsigned int i;

	for (i = 0; i < dmar->nr_sids; i++)
		if (dmar->sids[i] == sid)
			return dmar->ports[i];
	return MOCK_NO_PORT;
}

static void dmar_put_integrated(struct dmar_bytes *to, const struct mock_dmar *dmar)
{
	unsigned int i;

	for (i = 0; i < dmar->nr_sids; i++)
		if (dmar->ports[i] == MOCK_NO_PORT)
			dmar_put_device(to, dmar->sids[i], MOCK_NO_PORT);
}

static bool dmar_port_is_new(const struct mock_dmar *dmar, unsigned int i)
{
	unsigned int before;

	for (before = 0; before < i; before++)
		if (dmar->ports[before] == dmar->ports[i])
			return false;
	return dmar->ports[i] != MOCK_NO_PORT;
}

static void dmar_put_bridges(struct dmar_bytes *to, const struct mock_dmar *dmar)
{
	unsigned int i;

	for (i = 0; i < dmar->nr_sids; i++)
		if (dmar_port_is_new(dmar, i))
			dmar_put_scope_head(to, DMAR_SCOPE_BRIDGE, 1, dmar->ports[i]);
}

static bool dmar_has_ports(const struct mock_dmar *dmar)
{
	unsigned int i;

	for (i = 0; i < dmar->nr_sids; i++)
		if (dmar->ports[i] != MOCK_NO_PORT)
			return true;
	return false;
}

/* Where a structure begins, of which the length is not known yet */
static size_t dmar_begin(struct dmar_bytes *to, u16 type)
{
	size_t start = to->len;

	dmar_put(to, type, 2);
	dmar_put(to, 0, 2);
	return start;
}

static void dmar_end(struct dmar_bytes *to, size_t start)
{
	if (to->data)
		put_unaligned_le16(to->len - start, to->data + start + 2);
}

static void dmar_put_unit(struct dmar_bytes *to, const struct mock_dmar *dmar)
{
	size_t start = dmar_begin(to, DMAR_DRHD);

	dmar_put(to, dmar->attrs->include_all ? DMAR_DRHD_ALL : 0, 1);
	dmar_put(to, order_base_2(DIV_ROUND_UP(dmar->regs_size, SZ_4K)), 1);
	dmar_put(to, dmar->segment, 2);
	dmar_put(to, dmar->regs, 8);
	/* With the flag it would name interrupt controllers and timers only */
	if (!dmar->attrs->include_all) {
		dmar_put_integrated(to, dmar);
		dmar_put_bridges(to, dmar);
	}
	dmar_end(to, start);
}

static void dmar_put_range(struct dmar_bytes *to, const struct mock_dmar *dmar,
			   const struct mock_dmar_range *range)
{
	size_t start = dmar_begin(to, DMAR_RMRR);
	unsigned int i;

	dmar_put(to, 0, 2);
	dmar_put(to, dmar->segment, 2);
	dmar_put(to, range->first, 8);
	dmar_put(to, range->last, 8);
	if (range->one)
		dmar_put_device(to, range->sid, dmar_port_of(dmar, range->sid));
	for (i = 0; i < dmar->nr_sids && !range->one; i++)
		dmar_put_device(to, dmar->sids[i], dmar->ports[i]);
	dmar_end(to, start);
}

/* It names those of the unit; one without any has nothing to say of others' */
static void dmar_put_ports(struct dmar_bytes *to, const struct mock_dmar *dmar)
{
	size_t start = dmar_begin(to, DMAR_ATSR);

	dmar_put(to, dmar_has_ports(dmar) ? 0 : DMAR_ATSR_ALL, 1);
	dmar_put(to, 0, 1);
	dmar_put(to, dmar->segment, 2);
	dmar_put_bridges(to, dmar);
	dmar_end(to, start);
}

static void dmar_put_satc(struct dmar_bytes *to, const struct mock_dmar *dmar)
{
	size_t start = dmar_begin(to, DMAR_SATC);

	dmar_put(to, dmar->attrs->atc_required ? DMAR_SATC_REQUIRED : 0, 1);
	dmar_put(to, 0, 1);
	dmar_put(to, dmar->segment, 2);
	dmar_put_integrated(to, dmar);
	dmar_end(to, start);
}

static void dmar_put_all(struct dmar_bytes *to, const struct mock_dmar *dmar)
{
	const struct mock_dmar_attrs *attrs = dmar->attrs;
	unsigned int i;

	dmar_put_header(to, dmar);
	dmar_put_unit(to, dmar);
	for (i = 0; i < attrs->nr_ranges; i++)
		dmar_put_range(to, dmar, &attrs->ranges[i]);
	if (attrs->atsr)
		dmar_put_ports(to, dmar);
	if (attrs->satc)
		dmar_put_satc(to, dmar);
}

/* All bytes of a table add up to 0 */
static u8 dmar_checksum(const u8 *data, size_t len)
{
	u8 sum = 0;

	while (len--)
		sum += *data++;
	return -sum;
}

/**
 * mock_dmar_build() - put the table together
 * @dmar: what it says
 * @len: gets its length
 *
 * Context: process context
 * Return: the table, to be freed with kfree(); -EINVAL if there are more devices than
 * a structure can have; -ENOMEM
 */
void *mock_dmar_build(const struct mock_dmar *dmar, size_t *len)
{
	struct dmar_bytes to = {};

	/* The largest structure has 24 bytes before these */
	if (dmar->nr_sids > (U16_MAX - 24) / DMAR_SCOPE_MAX)
		return ERR_PTR(-EINVAL);
	dmar_put_all(&to, dmar);
	to.data = kmalloc(to.len, GFP_KERNEL);
	if (!to.data)
		return ERR_PTR(-ENOMEM);
	to.len = 0;
	dmar_put_all(&to, dmar);
	put_unaligned_le32(to.len, to.data + ACPI_LENGTH);
	to.data[ACPI_CHECKSUM] = dmar_checksum(to.data, to.len);
	*len = to.len;
	return to.data;
}

/* 8.4: whole pages */
static bool range_is_valid(const struct mock_dmar_range *range, u8 haw)
{
	return range->first < range->last && !(range->last >> haw) &&
	       IS_ALIGNED(range->first, SZ_4K) &&
	       IS_ALIGNED(range->last + 1, SZ_4K);
}

static int range_parse(const char *text, struct mock_dmar_range *range)
{
	unsigned int bus, dev, fn;
	int used = 0;

	*range = (struct mock_dmar_range){};
	if (sscanf(text, "%llx-%llx%n", &range->first, &range->last, &used) != 2)
		return -EINVAL;
	text += used;
	if (!*text)
		return 0;
	used = 0;
	if (sscanf(text, "@%2x:%2x.%1x%n", &bus, &dev, &fn, &used) != 3 ||
	    text[used] || dev > 0x1f || fn > 7)
		return -EINVAL;
	range->one = true;
	range->sid = bus << 8 | dev << 3 | fn;
	return 0;
}

/**
 * mock_dmar_ranges_parse() - read a list of reserved memory
 * @text: FIRST-LAST or FIRST-LAST@BUS:DEVICE.FUNCTION, in hexadecimal, with blanks
 *	between them; none is allowed
 * @haw: width of host addresses
 * @attrs: gets the ranges, and is as before after an error
 *
 * Context: process context
 * Return: 0; -EINVAL for what is no such list, or no range of pages; -ENOMEM
 */
int mock_dmar_ranges_parse(const char *text, u8 haw, struct mock_dmar_attrs *attrs)
{
	char *copy __free(kfree) = kstrdup(text, GFP_KERNEL);
	struct mock_dmar_range ranges[MOCK_DMAR_MAX_RANGES];
	char *rest = copy, *word;
	unsigned int n = 0;

	if (!copy)
		return -ENOMEM;
	while ((word = strsep(&rest, " \t\n"))) {
		if (!*word)
			continue;
		if (n == ARRAY_SIZE(ranges) || range_parse(word, &ranges[n]) ||
		    !range_is_valid(&ranges[n], haw))
			return -EINVAL;
		n++;
	}
	memcpy(attrs->ranges, ranges, n * sizeof(*ranges));
	attrs->nr_ranges = n;
	return 0;
}
