// SPDX-License-Identifier: GPL-2.0-only
/*
 * The units that the caller asked for, and what is left of all units afterwards.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "say.h"

static void add_devices(struct words *devices, const struct unit_spec *spec)
{
	unsigned int i;
	char *path, *name;

	for (i = 0; i < spec->endpoints; i++) {
		path = form(UNITS_DIR "/%s/ep%u/vfio_name", spec->name, i);
		name = read_file(path);
		if (name && *name)
			words_form(devices, "/dev/vfio/devices/%s", name);
		free(name);
		free(path);
	}
}

static void set_env(struct init *init, const char *name, const struct words *values)
{
	char *text = form("%s=", name), *longer;
	size_t i;

	for (i = 0; i < values->nr; i++) {
		longer = form("%s%s%s", text, i ? " " : "", values->list[i]);
		free(text);
		text = longer;
	}
	/* The last of a name counts. */
	words_take(&init->env, text);
}

bool units_make(struct init *init)
{
	struct words devices = {};
	struct unit_spec spec;
	bool good = true;
	size_t i;

	words_free(&init->made);
	for (i = 0; i < init->plan.units.nr && good; i++) {
		good = spec_parse(&spec, init->plan.units.list[i]) && spec_make(&spec);
		if (!good)
			break;
		words_add(&init->made, spec.name);
		add_devices(&devices, &spec);
	}
	if (!good)
		init_trouble(init, STATUS_SETUP, "--unit %s: the unit was not made",
			     init->plan.units.list[i]);
	set_env(init, "IOMMU_MOCK_UNITS", &init->made);
	set_env(init, "IOMMU_MOCK_DEVICES", &devices);
	words_free(&devices);
	return good;
}

static bool was_made(const struct init *init, const char *name)
{
	size_t i;

	for (i = 0; i < init->made.nr; i++)
		if (!strcmp(init->made.list[i], name))
			return true;
	return false;
}

void units_remove(struct init *init)
{
	struct dirent *entry;
	DIR *stream = opendir(UNITS_DIR);

	while (stream && (entry = readdir(stream))) {
		if (entry->d_name[0] == '.' || entry->d_type != DT_DIR)
			continue;
		if (!was_made(init, entry->d_name))
			say("the program has left unit %s behind; it is removed", entry->d_name);
		unit_remove(entry->d_name);
	}
	if (stream)
		closedir(stream);
}
