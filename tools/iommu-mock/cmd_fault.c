// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommu-mock fault: a unit is made to go wrong or to take its time, and what faulted
 * last is told.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "cmd_names.h"
#include "say.h"
#include "spec.h"

static const char usage[] =
	"usage: iommu-mock fault list [UNIT]\n"
	"       iommu-mock fault inject UNIT WHAT[=COUNT]...   COUNT: 1, or 'always'\n"
	"       iommu-mock fault clear UNIT\n"
	"       iommu-mock fault hold UNIT KIND [N]   the queue stops before the Nth command\n"
	"       iommu-mock fault go UNIT              and goes on\n"
	"       iommu-mock fault delay UNIT WHAT=MILLISECONDS...\n"
	"       iommu-mock fault last [UNIT]          the last faults\n"
	"\n"
	"'fault list' tells what there is for WHAT. KIND: devtlb, context, tlb or sync.\n"
	"UNIT may be left out if there is one unit only.\n";

/* In misbehave/, with a count */
static const struct {
	const char *name, *text;
} counts[] = {
	{ "cmd_error", "a command is found erroneous" },
	{ "cmd_stall", "the queue stops until it is 0 again" },
	{ "devtlb_timeout", "an endpoint does not answer an ATC invalidation" },
	{ "walk_abort", "an access to a table aborts" },
	{ "irq_lost", "an interrupt of the unit is lost" },
	{ "reg_stall", "a register write is not acknowledged" },
};

/* In misbehave/, in milliseconds */
static const struct {
	const char *name, *file, *text;
} delays[] = {
	{ "sync", "sync_delay_ms", "a wait or CMD_SYNC completes that much later" },
	{ "limit", "devtlb_limit_ms", "the unit waits no longer for an endpoint's answer" },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static char *misbehave_dir(const char *unit)
{
	return form("%s/misbehave", unit_debugfs(unit));
}

static char *delay_path(const char *unit, const char *endpoint)
{
	return form("%s/endpoints/%s/inv_delay_ms", unit_debugfs(unit), endpoint);
}

static char *count_words(const char *dir, const char *name)
{
	char *text = read_value(dir, name);

	if (strcmp(text, "4294967295"))
		return text;
	free(text);
	return copy_string("always");
}

static void list_endpoint_delays(struct table *table, const char *unit)
{
	struct names names = endpoint_names(unit);
	size_t i;

	for (i = 0; i < names.nr; i++) {
		char *path = delay_path(unit, names.name[i]);
		char *text = read_text(path);

		table_add(table, "delay", names.name[i], text ? text : "-",
			  "ms that the endpoint takes for an ATC invalidation");
		free(text);
		free(path);
	}
	names_free(&names);
}

static int fault_list(const char *name)
{
	struct table table = { .columns = 4 };
	char *unit = find_unit(name);
	char *dir = misbehave_dir(unit);
	char *hold = read_value(dir, "hold");
	size_t i;

	table_add(&table, "HOW", "WHAT", "NOW", "MEANING");
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		char *now = count_words(dir, counts[i].name);

		table_add(&table, "inject", counts[i].name, now, counts[i].text);
		free(now);
	}
	table_add(&table, "hold", "devtlb context tlb sync", hold,
		  "the queue stops before such a command");
	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		char *now = read_value(dir, delays[i].file);

		table_add(&table, "delay", delays[i].name, now, delays[i].text);
		free(now);
	}
	list_endpoint_delays(&table, unit);
	table_print(&table);
	free(hold);
	free(dir);
	free(unit);
	return 0;
}

static bool is_count(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++)
		if (!strcmp(counts[i].name, name))
			return true;
	return false;
}

static char *all_counts(void)
{
	struct names names = { .nr = ARRAY_SIZE(counts) };
	char *list;
	size_t i;

	names.name = grab(names.nr * sizeof(*names.name));
	for (i = 0; i < names.nr; i++)
		names.name[i] = copy_string(counts[i].name);
	list = names_list(&names);
	names_free(&names);
	return list;
}

/* Decimal or 0x, all of it, and not more than 32 bits */
static bool is_number(const char *text)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno && value <= 0xffffffff;
}

static bool inject_one(const char *dir, const char *what)
{
	const char *equals = strchr(what, '=');
	const char *count = equals ? equals + 1 : "1";
	char *name = equals ? form("%.*s", (int)(equals - what), what) : copy_string(what);
	char *path = form("%s/%s", dir, name);
	bool done = false;

	if (!is_count(name))
		say("there is no fault '%s' to inject, but %s", name, all_counts());
	else if (strcmp(count, "always") && !is_number(count))
		say("'%s' is no count: a number, or 'always'", count);
	else if (write_text(path, strcmp(count, "always") ? count : "-1"))
		say("%s cannot be written: %s", path, strerror(errno));
	else
		done = true;
	free(path);
	free(name);
	return done;
}

/* The arguments behind UNIT, or all if UNIT is left out */
static char *take_unit(int *argc, char ***argv)
{
	char *unit;

	need_mock();
	if (*argc > 1 && is_unit((*argv)[1])) {
		unit = find_unit((*argv)[1]);
		--*argc;
		++*argv;
		return unit;
	}
	return find_unit(NULL);
}

static int fault_inject(int argc, char **argv)
{
	char *dir = misbehave_dir(take_unit(&argc, &argv));
	int status = 0;
	int i;

	if (argc < 2)
		return usage_error(usage, "what is to be injected: %s?", all_counts());
	for (i = 1; i < argc; i++)
		if (!inject_one(dir, argv[i]))
			status = 1;
	free(dir);
	return status;
}

static bool set_file(const char *dir, const char *file, const char *text)
{
	char *path = form("%s/%s", dir, file);
	bool done = !write_text(path, text);

	if (!done)
		say("%s cannot be written: %s", path, strerror(errno));
	free(path);
	return done;
}

static int fault_clear(int argc, char **argv)
{
	char *unit = take_unit(&argc, &argv);
	char *dir = misbehave_dir(unit);
	struct names names = endpoint_names(unit);
	bool done = true;
	size_t i;

	if (argc > 1)
		return usage_error(usage, "'%s' is no unit", argv[1]);
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		done &= set_file(dir, counts[i].name, "0");
	for (i = 0; i < ARRAY_SIZE(delays); i++)
		done &= set_file(dir, delays[i].file, "0");
	for (i = 0; i < names.nr; i++) {
		char *path = delay_path(unit, names.name[i]);

		/* An endpoint that is unplugged has none */
		if (write_text(path, "0") && errno != ENOENT)
			done = false;
		free(path);
	}
	done &= set_file(dir, "hold", "go");
	names_free(&names);
	free(dir);
	free(unit);
	return !done;
}

static int fault_hold(int argc, char **argv)
{
	static const char * const kinds[] = { "devtlb", "context", "tlb", "sync" };
	char *dir = misbehave_dir(take_unit(&argc, &argv));
	size_t i;
	char *text;

	if (argc < 2 || argc > 3)
		return usage_error(usage, "before which kind of command is the queue to stop?");
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i], argv[1]))
			break;
	if (i == ARRAY_SIZE(kinds)) {
		say("'%s' is no kind of command, nor a unit; kinds: devtlb, context, tlb and sync",
		    argv[1]);
		return 1;
	}
	if (argc == 3 && (!is_number(argv[2]) || !strtoul(argv[2], NULL, 0))) {
		say("'%s' is no number of a command, from 1 on", argv[2]);
		return 1;
	}
	text = form("%s %s", argv[1], argc == 3 ? argv[2] : "1");
	return !set_file(dir, "hold", text);
}

static int fault_go(int argc, char **argv)
{
	char *dir = misbehave_dir(take_unit(&argc, &argv));

	if (argc > 1)
		return usage_error(usage, "'%s' is no unit", argv[1]);
	return !set_file(dir, "hold", "go");
}

static bool delay_one(const char *unit, const char *dir, const char *what)
{
	const char *equals = strchr(what, '=');
	struct names names = endpoint_names(unit);
	char *name, *path = NULL;
	bool done = false;
	size_t i;

	if (!equals || !is_number(equals + 1)) {
		say("'%s' is not WHAT=MILLISECONDS", what);
		names_free(&names);
		return false;
	}
	name = form("%.*s", (int)(equals - what), what);
	for (i = 0; i < ARRAY_SIZE(delays); i++)
		if (!strcmp(delays[i].name, name))
			path = form("%s/%s", dir, delays[i].file);
	if (!path && names_have(&names, name))
		path = delay_path(unit, name);
	if (!path)
		say("'%s' is nothing that can be delayed: sync, limit, or an endpoint (%s)", name,
		    names_list(&names));
	else if (write_text(path, equals + 1))
		say("%s cannot be written: %s", path, strerror(errno));
	else
		done = true;
	free(path);
	free(name);
	names_free(&names);
	return done;
}

static int fault_delay(int argc, char **argv)
{
	char *unit = take_unit(&argc, &argv);
	char *dir = misbehave_dir(unit);
	int status = 0;
	int i;

	if (argc < 2)
		return usage_error(usage, "what is to be delayed: sync, limit, or an endpoint?");
	for (i = 1; i < argc; i++)
		if (!delay_one(unit, dir, argv[i]))
			status = 1;
	free(dir);
	free(unit);
	return status;
}

static bool last_of(const char *unit, bool title)
{
	char *path = form("%s/last_faults", unit_debugfs(unit));
	char *text = read_text(path);

	if (!text) {
		say("%s cannot be read: %s", path, strerror(errno));
		free(path);
		return false;
	}
	if (title)
		printf("%s\n", unit);
	puts(*text ? text : "no faults");
	free(text);
	free(path);
	return true;
}

static int fault_last(const char *name)
{
	struct names units;
	bool done = true;
	size_t i;

	need_mock();
	if (name)
		return !last_of(find_unit(name), false);
	units = unit_names();
	if (units.nr == 1)
		return !last_of(units.name[0], false);
	for (i = 0; i < units.nr; i++)
		done &= last_of(units.name[i], true);
	if (!units.nr)
		find_unit(NULL);
	names_free(&units);
	return !done;
}

int cmd_fault(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*main)(int argc, char **argv);
	} commands[] = {
		{ "inject", fault_inject }, { "clear", fault_clear }, { "hold", fault_hold },
		{ "go", fault_go }, { "delay", fault_delay },
	};
	size_t i;

	if (usage_wanted(argc, argv, usage))
		return 0;
	if (argc < 2)
		return usage_error(usage, "what is to be done about faults?");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "list") && argc <= 3)
		return fault_list(argv[2]);
	if (!strcmp(argv[1], "last") && argc <= 3)
		return fault_last(argv[2]);
	return usage_error(usage, "'fault %s' is not as it should be", argv[1]);
}
