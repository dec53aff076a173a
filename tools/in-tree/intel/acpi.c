// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's VT-d driver in UML: the _DSM of a unit (8.10)
 *
 * A handle is the unit. There is no table that a kernel would have found when it
 * booted, and nothing else in the namespace.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "shim.h"
#include "platform.h"

/* Functions of the _DSM; 0 says which there are */
static const u16 dsm_types[] = {
	[1] = ACPI_DMAR_TYPE_HARDWARE_UNIT,
	[2] = ACPI_DMAR_TYPE_ROOT_ATS,
	[3] = ACPI_DMAR_TYPE_HARDWARE_AFFINITY,
	[4] = ACPI_DMAR_TYPE_SATC,
};

/* Puts the structures of a type one after another; NULL to count their bytes */
static size_t dsm_collect(const struct in_tree_unit *unit, u16 type, u8 *to)
{
	size_t pos = sizeof(struct acpi_table_dmar), n = 0;

	while (pos + sizeof(struct acpi_dmar_header) <= unit->len) {
		const struct acpi_dmar_header *head = (void *)unit->table + pos;

		if (head->length < sizeof(*head) || head->length > unit->len - pos)
			break;
		if (head->type == type) {
			if (to)
				memcpy(to + n, head, head->length);
			n += head->length;
		}
		pos += head->length;
	}
	return n;
}

/* Does a unit's _DSM have all of these functions? */
bool in_tree_check_dsm(acpi_handle handle, const guid_t *guid, u64 rev, u64 funcs)
{
	unsigned int i;

	if (!funcs || funcs >> ARRAY_SIZE(dsm_types))
		return false;
	for (i = 0; i < ARRAY_SIZE(dsm_types); i++)
		if (funcs & BIT(i) && (!i || !dsm_collect(handle, dsm_types[i], NULL)))
			return false;
	return true;
}

/* What one of the functions returns: a buffer with structures; to be freed as one */
union acpi_object *in_tree_evaluate_dsm(acpi_handle handle, const guid_t *guid, u64 rev,
					u64 func, union acpi_object *args,
					acpi_object_type type)
{
	union acpi_object *obj;
	size_t len;

	if (!func || func >= ARRAY_SIZE(dsm_types) || type != ACPI_TYPE_BUFFER)
		return NULL;
	len = dsm_collect(handle, dsm_types[func], NULL);
	obj = kzalloc(sizeof(*obj) + len, GFP_KERNEL);
	if (!obj)
		return NULL;
	obj->buffer.type = ACPI_TYPE_BUFFER;
	obj->buffer.length = len;
	obj->buffer.pointer = (u8 *)(obj + 1);
	dsm_collect(handle, dsm_types[func], obj->buffer.pointer);
	return obj;
}
