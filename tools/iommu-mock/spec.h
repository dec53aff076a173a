/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_SPEC_H
#define IOMMU_MOCK_SPEC_H

#include <stdbool.h>
#include <stddef.h>

/* Where the mock's instances are made */
#define UNITS_DIR "/sys/kernel/config/iommu-mock"

/* One KEY=VALUE of a unit that is for configfs as it stands */
struct unit_value {
	/* As it was given, and without the endpoint */
	const char *name, *key, *value;
	/* of that endpoint alone; -1: of the unit, or of each endpoint if these have it */
	int endpoint;
};

/* What "TYPE[,KEY=VALUE]..." asks for */
struct unit_spec {
	const char *type;
	/* NULL: the first free one of unit0, unit1... */
	char *name;
	unsigned int endpoints;
	struct unit_value *values;
	size_t nr_values;
};

/*
 * Reads a description, which is kept. What is wrong with it as far as it shows without
 * a kernel is said, and false returned.
 */
bool spec_parse(struct unit_spec *spec, const char *text);

/* Is it for the kernel's own driver? */
bool spec_wants_in_tree(const struct unit_spec *spec);

/*
 * Makes the unit and turns it on. What the kernel refuses is said, and taken back, and
 * false returned. The name is set.
 */
bool spec_make(struct unit_spec *spec);

/* Takes a unit with all that is in it away; says what cannot be, and returns false. */
bool unit_remove(const char *name);

#endif
