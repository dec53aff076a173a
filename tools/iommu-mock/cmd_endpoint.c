// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommu-mock endpoint: the devices behind mock IOMMUs are listed, shown, plugged in
 * and unplugged.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "cmd_names.h"
#include "say.h"
#include "spec.h"

static const char usage[] =
	"usage: iommu-mock endpoint list [UNIT]\n"
	"       iommu-mock endpoint show UNIT/ENDPOINT\n"
	"       iommu-mock endpoint plug UNIT/ENDPOINT\n"
	"       iommu-mock endpoint unplug [--surprise] UNIT/ENDPOINT\n"
	"\n"
	"With --surprise a PCI function is gone before its driver knows, and even if it is\n"
	"in use.\n"
	"UNIT/ may be left out if there is one unit only.\n";

/* A source-id as bus:device.function, a StreamID as it is */
static char *source_id(const char *unit_dir, const char *dir)
{
	char *type = read_value(unit_dir, "type");
	char *text = read_value(dir, "source_id");
	unsigned long sid = strtoul(text, NULL, 0);
	bool vtd = !strcmp(type, "vtd");

	free(type);
	if (!vtd)
		return text;
	free(text);
	return form("%02lx:%02lx.%lx", sid >> 8 & 0xff, sid >> 3 & 0x1f, sid & 7);
}

static char *capabilities(const char *dir)
{
	static const char * const flags[] = { "ats", "pri", "no_snoop", "can_stall", "ats_raw",
					      NULL };
	char *pasid = read_value(dir, "pasid_bits");
	char *list = copy_string("");
	size_t i;

	for (i = 0; flags[i]; i++) {
		char *value = read_value(dir, flags[i]);

		if (!strcmp(value, "1")) {
			char *longer = form("%s%s%s", list, *list ? " " : "", flags[i]);

			free(list);
			list = longer;
		}
		free(value);
	}
	if (strcmp(pasid, "0")) {
		char *longer = form("%s%spasid_bits=%s", list, *list ? " " : "", pasid);

		free(list);
		list = longer;
	}
	free(pasid);
	if (!*list) {
		free(list);
		return copy_string("-");
	}
	return list;
}

static char *vfio_path(const char *dir)
{
	char *name = read_value(dir, "vfio_name");
	char *path = strcmp(name, "-") ? form("/dev/vfio/devices/%s", name) :
					 copy_string("-");

	free(name);
	return path;
}

static const char *state(const char *unit_dir, const char *dir)
{
	char *unit = read_value(unit_dir, "live");
	char *endpoint = read_value(dir, "live");
	const char *text = "plugged in";

	if (strcmp(unit, "1"))
		text = "unit off";
	else if (strcmp(endpoint, "1"))
		text = "unplugged";
	free(endpoint);
	free(unit);
	return text;
}

static void list_unit(struct table *table, const char *unit)
{
	char *unit_dir = form(UNITS_DIR "/%s", unit);
	struct names names = endpoint_names(unit);
	size_t i;

	for (i = 0; i < names.nr; i++) {
		char *dir = form("%s/%s", unit_dir, names.name[i]);
		char *name = form("%s/%s", unit, names.name[i]);
		char *sid = source_id(unit_dir, dir);
		char *caps = capabilities(dir);
		char *vfio = vfio_path(dir);

		table_add(table, name, sid, state(unit_dir, dir), vfio, caps);
		free(vfio);
		free(caps);
		free(sid);
		free(name);
		free(dir);
	}
	names_free(&names);
	free(unit_dir);
}

static int endpoint_list(const char *name)
{
	struct table table = { .columns = 5 };
	struct names units;
	size_t i;

	need_mock();
	table_add(&table, "ENDPOINT", "SOURCE-ID", "STATE", "DEVICE", "CAPABILITIES");
	if (name) {
		list_unit(&table, find_unit(name));
	} else {
		units = unit_names();
		for (i = 0; i < units.nr; i++)
			list_unit(&table, units.name[i]);
		names_free(&units);
	}
	table_print(&table);
	return 0;
}

static void show_files(const char *dir)
{
	struct table table = { .columns = 3 };
	struct names files = names_in(dir, false);
	size_t i;

	for (i = 0; i < files.nr; i++) {
		char *value = read_value(dir, files.name[i]);

		table_add(&table, "  ", files.name[i], value);
		free(value);
	}
	table_print(&table);
	names_free(&files);
}

static int endpoint_show(const char *name)
{
	struct endpoint_name ep = find_endpoint(name);
	char *unit_dir = form(UNITS_DIR "/%s", ep.unit);
	char *dir = form("%s/%s", unit_dir, ep.endpoint);
	const char *how = state(unit_dir, dir);

	printf("%s/%s: %s\n", ep.unit, ep.endpoint, how);
	show_files(dir);
	if (!strcmp(how, "plugged in")) {
		char *debug = form("%s/endpoints/%s", unit_debugfs(ep.unit), ep.endpoint);
		char *atc = form("%s/atc", debug);
		char *non_snooped = form("%s/non_snooped", debug);

		puts("DMA that did not snoop");
		print_file(non_snooped);
		puts("ATC");
		print_file(atc);
		free(non_snooped);
		free(atc);
		free(debug);
	}
	free(dir);
	free(unit_dir);
	return 0;
}

static const char *plug_failed(int error, bool plug)
{
	switch (error) {
	case ENODEV:
	case ENXIO:
		return "the unit is off";
	case EBUSY:
		return plug ? "somebody still uses what it was" : "it is in use";
	case EEXIST:
		return "it is plugged in already";
	case EOPNOTSUPP:
		return "it is no PCI function, which alone can be torn out";
	default:
		return strerror(error);
	}
}

/* @value: what "live" is to be: "1", "0", or "gone" for a surprise */
static int endpoint_plug(const char *name, const char *value)
{
	const bool plug = !strcmp(value, "1");
	struct endpoint_name ep = find_endpoint(name);
	char *unit_dir = form(UNITS_DIR "/%s", ep.unit);
	char *dir = form("%s/%s", unit_dir, ep.endpoint);
	char *path = form("%s/live", dir);
	const char *how = state(unit_dir, dir);
	int status = 0;

	if (!strcmp(how, "unit off")) {
		say("unit %s is off; 'echo 1 > %s/live' turns it on", ep.unit, unit_dir);
		status = 1;
	} else if (!strcmp(how, plug ? "plugged in" : "unplugged")) {
		say("%s/%s is %s already", ep.unit, ep.endpoint, how);
		status = 1;
	} else if (write_text(path, value)) {
		say("%s/%s cannot be %s: %s", ep.unit, ep.endpoint,
		    plug ? "plugged in" : "unplugged", plug_failed(errno, plug));
		status = 1;
	}
	free(path);
	free(dir);
	free(unit_dir);
	return status;
}

int cmd_endpoint(int argc, char **argv)
{
	if (usage_wanted(argc, argv, usage))
		return 0;
	if (argc < 2)
		return usage_error(usage, "what is to be done with endpoints?");
	if (!strcmp(argv[1], "list") && argc <= 3)
		return endpoint_list(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "unplug") && !strcmp(argv[2], "--surprise"))
		return endpoint_plug(argv[3], "gone");
	if (argc != 3)
		return usage_error(usage, "'endpoint %s' is for one endpoint", argv[1]);
	if (!strcmp(argv[1], "show"))
		return endpoint_show(argv[2]);
	if (!strcmp(argv[1], "plug") || !strcmp(argv[1], "unplug"))
		return endpoint_plug(argv[2], !strcmp(argv[1], "plug") ? "1" : "0");
	return usage_error(usage, "'endpoint %s' is nothing that can be done", argv[1]);
}
