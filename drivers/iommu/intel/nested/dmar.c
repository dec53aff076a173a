// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the ACPI DMAR table
 *
 * Pure functions of the table's bytes, which firmware wrote: every length in it
 * is checked before it is believed. A table with a mistake in what is used of it
 * is refused as a whole: to translate for some devices of a machine and by
 * mistake not for others is worse than not to translate.
 */
#include <linux/acpi.h>
#include <linux/bits.h>
#include <linux/iommu-nested/unit.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "desc.h"
#include "dmar.h"

/* 8.3: the size of the registers is 2^N pages */
#define DRHD_SIZE		GENMASK(3, 0)

static int vtd_refuse(struct vtd_dmar *dmar, const char *why)
{
	dmar->why = why;
	return -EINVAL;
}

static bool vtd_scope_is_pci(const struct acpi_dmar_device_scope *scope)
{
	return scope->entry_type == ACPI_DMAR_SCOPE_TYPE_ENDPOINT ||
	       scope->entry_type == ACPI_DMAR_SCOPE_TYPE_BRIDGE;
}

static int vtd_scope_parse(const struct acpi_dmar_device_scope *raw,
			   struct vtd_dmar_scope *scope, struct vtd_dmar *dmar)
{
	const struct acpi_dmar_pci_path *path = (const void *)(raw + 1);
	unsigned int i, depth = (raw->length - sizeof(*raw)) / sizeof(*path);

	if (!depth || depth > VTD_DMAR_DEPTH)
		return vtd_refuse(dmar, "a device scope with no path, or a path without end");
	scope->bridge = raw->entry_type == ACPI_DMAR_SCOPE_TYPE_BRIDGE;
	scope->bus = raw->bus;
	scope->depth = depth;
	for (i = 0; i < depth; i++) {
		if (path[i].device > 31 || path[i].function > 7)
			return vtd_refuse(dmar, "a device scope with a path to no device");
		scope->devfn[i] = path[i].device << 3 | path[i].function;
	}
	return 0;
}

/* How many scopes of PCI devices there are from @pos to @end, or an error */
static int vtd_scopes_count(const void *pos, const void *end,
			    struct vtd_dmar *dmar)
{
	const struct acpi_dmar_device_scope *raw;
	int n = 0;

	while (pos < end) {
		size_t left = end - pos;

		raw = pos;
		if (left < sizeof(*raw) || raw->length < sizeof(*raw) ||
		    raw->length > left)
			return vtd_refuse(dmar,
					  "a device scope of a wrong length");
		n += vtd_scope_is_pci(raw);
		pos += raw->length;
	}
	return n;
}

static struct vtd_dmar_entry *vtd_entry_new(const struct acpi_dmar_header *head,
					    size_t fixed, struct vtd_dmar *dmar)
{
	const void *pos = (const void *)head + fixed;
	const void *end = (const void *)head + head->length;
	struct vtd_dmar_entry *entry;
	int n, ret;

	if (head->length < fixed)
		return ERR_PTR(vtd_refuse(dmar,
					  "a structure that is too short"));
	n = vtd_scopes_count(pos, end, dmar);
	if (n < 0)
		return ERR_PTR(n);

	entry = kzalloc(struct_size(entry, scopes, n), GFP_KERNEL);
	if (!entry)
		return ERR_PTR(-ENOMEM);
	entry->type = head->type;
	entry->nr_scopes = n;
	for (n = 0; pos < end;
	     pos += ((const struct acpi_dmar_device_scope *)pos)->length) {
		if (!vtd_scope_is_pci(pos))
			continue;
		ret = vtd_scope_parse(pos, &entry->scopes[n++], dmar);
		if (ret) {
			kfree(entry);
			return ERR_PTR(ret);
		}
	}
	return entry;
}

static int vtd_drhd_check(const struct vtd_dmar_entry *unit,
			  struct vtd_dmar *dmar)
{
	const struct vtd_dmar_entry *other;

	if (!unit->first || !IS_ALIGNED(unit->first, VTD_PAGE_SIZE) ||
	    unit->last < unit->first)
		return vtd_refuse(dmar, "a unit with impossible registers");
	list_for_each_entry(other, &dmar->entries, node) {
		if (other->type != ACPI_DMAR_TYPE_HARDWARE_UNIT)
			continue;
		if (unit->first <= other->last && other->first <= unit->last)
			return vtd_refuse(dmar, "two units with the same registers");
		if (unit->all && other->all && unit->segment == other->segment)
			return vtd_refuse(dmar,
					  "two units for all of a segment");
	}
	return 0;
}

static struct vtd_dmar_entry *
vtd_drhd_parse(const struct acpi_dmar_header *head, struct vtd_dmar *dmar)
{
	const struct acpi_dmar_hardware_unit *raw = (const void *)head;
	struct vtd_dmar_entry *entry = vtd_entry_new(head, sizeof(*raw), dmar);
	int ret;

	if (IS_ERR(entry))
		return entry;
	entry->all = raw->flags & ACPI_DMAR_INCLUDE_ALL;
	entry->segment = raw->segment;
	entry->first = raw->address;
	entry->last = raw->address +
		      (VTD_PAGE_SIZE << (raw->size & DRHD_SIZE)) - 1;
	ret = vtd_drhd_check(entry, dmar);
	if (ret) {
		kfree(entry);
		return ERR_PTR(ret);
	}
	return entry;
}

static struct vtd_dmar_entry *
vtd_memory_parse(const struct acpi_dmar_header *head, struct vtd_dmar *dmar)
{
	const struct acpi_dmar_reserved_memory *raw = (const void *)head;
	struct vtd_dmar_entry *entry = vtd_entry_new(head, sizeof(*raw), dmar);

	if (IS_ERR(entry))
		return entry;
	entry->segment = raw->segment;
	entry->first = raw->base_address;
	entry->last = raw->end_address;
	if (entry->first >= entry->last ||
	    !IS_ALIGNED(entry->first, VTD_PAGE_SIZE) ||
	    !IS_ALIGNED(entry->last + 1, VTD_PAGE_SIZE)) {
		kfree(entry);
		return ERR_PTR(vtd_refuse(dmar, "reserved memory that is no range of pages"));
	}
	return entry;
}

static struct vtd_dmar_entry *
vtd_ports_parse(const struct acpi_dmar_header *head, struct vtd_dmar *dmar)
{
	const struct acpi_dmar_atsr *raw = (const void *)head;
	struct vtd_dmar_entry *entry = vtd_entry_new(head, sizeof(*raw), dmar);

	if (IS_ERR(entry))
		return entry;
	entry->all = raw->flags & ACPI_DMAR_ALL_PORTS;
	entry->segment = raw->segment;
	return entry;
}

static struct vtd_dmar_entry *
vtd_satc_parse(const struct acpi_dmar_header *head, struct vtd_dmar *dmar)
{
	const struct acpi_dmar_satc *raw = (const void *)head;
	struct vtd_dmar_entry *entry = vtd_entry_new(head, sizeof(*raw), dmar);

	if (IS_ERR(entry))
		return entry;
	/* 8.8: ATC_REQUIRED */
	entry->all = raw->flags & BIT(0);
	entry->segment = raw->segment;
	return entry;
}

/* A structure, or NULL for one that is not used (8.2: unknown ones are skipped) */
static struct vtd_dmar_entry *
vtd_entry_parse(const struct acpi_dmar_header *head, struct vtd_dmar *dmar)
{
	switch (head->type) {
	case ACPI_DMAR_TYPE_HARDWARE_UNIT:
		return vtd_drhd_parse(head, dmar);
	case ACPI_DMAR_TYPE_RESERVED_MEMORY:
		return vtd_memory_parse(head, dmar);
	case ACPI_DMAR_TYPE_ROOT_ATS:
		return vtd_ports_parse(head, dmar);
	case ACPI_DMAR_TYPE_SATC:
		return vtd_satc_parse(head, dmar);
	default:
		return NULL;
	}
}

/* The names that QEMU gives to its tables, unless it is told others */
static bool vtd_table_is_qemus(const struct acpi_table_header *head)
{
	return !memcmp(head->oem_id, "BOCHS ", sizeof(head->oem_id)) &&
	       !memcmp(head->oem_table_id, "BXPC    ",
		       sizeof(head->oem_table_id));
}

static int vtd_table_parse(const void *data, size_t len, struct vtd_dmar *dmar)
{
	const struct acpi_dmar_header *head;
	struct vtd_dmar_entry *entry;

	if (len < sizeof(struct acpi_table_dmar))
		return vtd_refuse(dmar, "a table that is too short");
	if (vtd_table_is_qemus(data))
		dmar->errata = IOMMU_UNIT_ERRATUM_STAGE1_AW;

	for (dmar->where = sizeof(struct acpi_table_dmar); dmar->where < len;
	     dmar->where += head->length) {
		head = data + dmar->where;
		if (len - dmar->where < sizeof(*head) ||
		    head->length < sizeof(*head) ||
		    head->length > len - dmar->where)
			return vtd_refuse(dmar,
					  "a structure of a wrong length");
		entry = vtd_entry_parse(head, dmar);
		if (IS_ERR(entry))
			return PTR_ERR(entry);
		if (entry)
			list_add_tail(&entry->node, &dmar->entries);
	}
	return 0;
}

/**
 * vtd_dmar_parse - read the table
 * @data: its first byte
 * @len: its length
 * @dmar: filled in, to be freed with vtd_dmar_free() after success
 *
 * Context: process context.
 * Return: 0; -EINVAL if the table is wrong, and @dmar says what; -ENOMEM
 */
int vtd_dmar_parse(const void *data, size_t len, struct vtd_dmar *dmar)
{
	int ret;

	INIT_LIST_HEAD(&dmar->entries);
	dmar->errata = 0;
	dmar->why = NULL;
	dmar->where = 0;
	ret = vtd_table_parse(data, len, dmar);
	if (ret)
		vtd_dmar_free(dmar);
	return ret;
}

/**
 * vtd_dmar_free - free what vtd_dmar_parse() has made
 * @dmar: that
 */
void vtd_dmar_free(struct vtd_dmar *dmar)
{
	struct vtd_dmar_entry *entry, *tmp;

	list_for_each_entry_safe(entry, tmp, &dmar->entries, node)
		kfree(entry);
	INIT_LIST_HEAD(&dmar->entries);
}

/*
 * The numbers of buses behind bridges are the system's to change: only that of
 * the bus where the scope starts is compared, the rest goes by the path.
 */
static bool vtd_scope_match(const struct vtd_dmar_scope *scope,
			    const struct vtd_dmar_path *path)
{
	unsigned int start, i;

	for (start = 0; start + scope->depth <= path->depth; start++) {
		if (path->hops[start].bus != scope->bus)
			continue;
		if (!scope->bridge && start + scope->depth != path->depth)
			continue;
		for (i = 0; i < scope->depth; i++)
			if (path->hops[start + i].devfn != scope->devfn[i])
				break;
		if (i == scope->depth)
			return true;
	}
	return false;
}

/**
 * vtd_dmar_match - is a device in the scope of a structure?
 * @entry: the structure
 * @path: where the device is
 *
 * Return: true if one of the scopes has it
 */
bool vtd_dmar_match(const struct vtd_dmar_entry *entry,
		    const struct vtd_dmar_path *path)
{
	unsigned int i;

	if (entry->segment != path->segment)
		return false;
	for (i = 0; i < entry->nr_scopes; i++)
		if (vtd_scope_match(&entry->scopes[i], path))
			return true;
	return false;
}

/**
 * vtd_dmar_unit - the unit of a device
 * @dmar: the table
 * @path: where the device is
 *
 * Return: the unit; NULL if the device's DMA is translated by none
 */
const struct vtd_dmar_entry *vtd_dmar_unit(const struct vtd_dmar *dmar,
					   const struct vtd_dmar_path *path)
{
	const struct vtd_dmar_entry *entry, *rest = NULL;

	list_for_each_entry(entry, &dmar->entries, node) {
		if (entry->type != ACPI_DMAR_TYPE_HARDWARE_UNIT)
			continue;
		if (vtd_dmar_match(entry, path))
			return entry;
		if (entry->all && entry->segment == path->segment)
			rest = entry;
	}
	return rest;
}

/**
 * vtd_dmar_ats - can requests of a device-TLB get to the unit?
 * @dmar: the table
 * @path: where the device is
 *
 * Root ports block such requests unless the table has them (8.5). A device on
 * the root bus is behind none.
 *
 * Return: true if they can
 */
bool vtd_dmar_ats(const struct vtd_dmar *dmar, const struct vtd_dmar_path *path)
{
	const struct vtd_dmar_entry *entry;

	if (path->depth <= 1)
		return true;
	list_for_each_entry(entry, &dmar->entries, node) {
		if (entry->segment != path->segment)
			continue;
		if (entry->type == ACPI_DMAR_TYPE_SATC &&
		    vtd_dmar_match(entry, path))
			return true;
		if (entry->type == ACPI_DMAR_TYPE_ROOT_ATS &&
		    (entry->all || vtd_dmar_match(entry, path)))
			return true;
	}
	return false;
}
