// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommu-mock unit: mock IOMMUs are made, listed, shown and removed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "cmd_names.h"
#include "say.h"
#include "spec.h"

static const char usage[] =
	"usage: iommu-mock unit add TYPE[,KEY=VALUE]...   TYPE: vtd or smmuv3\n"
	"       iommu-mock unit list\n"
	"       iommu-mock unit show [UNIT]\n"
	"       iommu-mock unit remove UNIT...|--all\n"
	"\n"
	"KEY: name, endpoints, or a file of the unit, of its caches, or of its endpoints\n"
	"(ep1.KEY of one of them). An example: unit add smmuv3,endpoints=2,ats=1\n";

static void list_one(struct table *table, const char *unit)
{
	char *dir = form(UNITS_DIR "/%s", unit);
	struct names endpoints = endpoint_names(unit);
	char *type = read_value(dir, "type");
	char *live = read_value(dir, "live");
	char *device = read_value(dir, "dev_name");
	char *list = names_list(&endpoints);

	table_add(table, unit, type, strcmp(live, "1") ? "off" : "live", device, list);
	free(list);
	free(device);
	free(live);
	free(type);
	names_free(&endpoints);
	free(dir);
}

static int unit_list(void)
{
	struct table table = { .columns = 5 };
	struct names units;
	size_t i;

	need_mock();
	units = unit_names();
	if (!units.nr) {
		puts("There is no unit; 'iommu-mock unit add vtd' makes one.");
		return 0;
	}
	table_add(&table, "UNIT", "TYPE", "STATE", "DEVICE", "ENDPOINTS");
	for (i = 0; i < units.nr; i++)
		list_one(&table, units.name[i]);
	table_print(&table);
	names_free(&units);
	return 0;
}

static int unit_add(int argc, char **argv)
{
	struct unit_spec spec;
	int i;

	if (argc < 2)
		return usage_error(usage, "what kind of unit is to be made?");
	need_mock();
	for (i = 1; i < argc; i++) {
		if (!spec_parse(&spec, argv[i]))
			return 2;
		if (!spec_make(&spec))
			return 1;
		puts(spec.name);
	}
	return 0;
}

/* Files that a unit of this type has: another type's cannot be read */
static void show_files(const char *dir)
{
	struct table table = { .columns = 3 };
	struct names files = names_in(dir, false);
	size_t i;

	for (i = 0; i < files.nr; i++) {
		char *path = form("%s/%s", dir, files.name[i]);
		char *text = read_text(path);

		if (text)
			table_add(&table, "  ", files.name[i], *text ? text : "-");
		free(text);
		free(path);
	}
	table_print(&table);
	names_free(&files);
}

static int unit_show(const char *name)
{
	char *unit = find_unit(name);
	char *dir = form(UNITS_DIR "/%s", unit);
	char *caches = form("%s/caches", dir);
	struct names endpoints = endpoint_names(unit);
	char *list = names_list(&endpoints);
	char *live = read_value(dir, "live");

	printf("%s\n", unit);
	show_files(dir);
	puts("caches");
	show_files(caches);
	printf("endpoints: %s\n", list);
	if (!strcmp(live, "1")) {
		char *stats = form("%s/stats", unit_debugfs(unit));

		puts("counted since it is live");
		print_file(stats);
		free(stats);
	}
	free(live);
	free(list);
	names_free(&endpoints);
	free(caches);
	free(dir);
	free(unit);
	return 0;
}

static int unit_remove_all(void)
{
	struct names units;
	int status = 0;
	size_t i;

	need_mock();
	units = unit_names();
	for (i = 0; i < units.nr; i++)
		if (!unit_remove(units.name[i]))
			status = 1;
	names_free(&units);
	return status;
}

static int unit_remove_some(int argc, char **argv)
{
	int status = 0;
	int i;

	if (argc < 2)
		return usage_error(usage, "which unit is to be removed?");
	if (argc == 2 && !strcmp(argv[1], "--all"))
		return unit_remove_all();
	/* All of them are there, or none is touched */
	for (i = 1; i < argc; i++)
		free(find_unit(argv[i]));
	for (i = 1; i < argc; i++)
		if (!unit_remove(argv[i]))
			status = 1;
	return status;
}

int cmd_unit(int argc, char **argv)
{
	if (usage_wanted(argc, argv, usage))
		return 0;
	if (argc < 2)
		return usage_error(usage, "what is to be done with units?");
	if (!strcmp(argv[1], "add"))
		return unit_add(argc - 1, argv + 1);
	if (!strcmp(argv[1], "list") && argc == 2)
		return unit_list();
	if (!strcmp(argv[1], "show") && argc <= 3)
		return unit_show(argv[2]);
	if (!strcmp(argv[1], "remove"))
		return unit_remove_some(argc - 1, argv + 1);
	return usage_error(usage, "'unit %s' is not as it should be", argv[1]);
}
