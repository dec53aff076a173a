// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of "run" and "shell".
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "say.h"
#include "spec.h"

enum {
	OPTION_HELP = 256,
	OPTION_UNIT,
	OPTION_MACHINE,
	OPTION_KERNEL,
	OPTION_SMP,
	OPTION_MEM,
	OPTION_TIMEOUT,
	OPTION_SHARE,
	OPTION_ENV,
	OPTION_PARAM,
	OPTION_APPEND,
	OPTION_MODULES,
	OPTION_DMESG,
	OPTION_TRACE,
	OPTION_GDB,
	OPTION_STRACE,
	OPTION_EACH,
	OPTION_LOGS,
	OPTION_KUNIT,
	OPTION_POWER_OFF,
	OPTION_HOME,
	OPTION_ROOT,
	OPTION_ACCEL,
	OPTION_QEMU,
	OPTION_DRIVER,
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "unit", required_argument, NULL, OPTION_UNIT },
	{ "driver", required_argument, NULL, OPTION_DRIVER },
	{ "machine", required_argument, NULL, OPTION_MACHINE },
	{ "kernel", required_argument, NULL, OPTION_KERNEL },
	{ "smp", required_argument, NULL, OPTION_SMP },
	{ "mem", required_argument, NULL, OPTION_MEM },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "share", required_argument, NULL, OPTION_SHARE },
	{ "env", required_argument, NULL, OPTION_ENV },
	{ "param", required_argument, NULL, OPTION_PARAM },
	{ "append", required_argument, NULL, OPTION_APPEND },
	{ "modules", required_argument, NULL, OPTION_MODULES },
	{ "dmesg", no_argument, NULL, OPTION_DMESG },
	{ "trace", optional_argument, NULL, OPTION_TRACE },
	{ "gdb", no_argument, NULL, OPTION_GDB },
	{ "strace", no_argument, NULL, OPTION_STRACE },
	{ "each", no_argument, NULL, OPTION_EACH },
	{ "logs", required_argument, NULL, OPTION_LOGS },
	{ "kunit", optional_argument, NULL, OPTION_KUNIT },
	{ "power-off", required_argument, NULL, OPTION_POWER_OFF },
	{ "home", required_argument, NULL, OPTION_HOME },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "accel", required_argument, NULL, OPTION_ACCEL },
	{ "qemu", required_argument, NULL, OPTION_QEMU },
	{ }
};

static const char usage[] =
	"  --unit TYPE[,KEY=VALUE]...  make an IOMMU: vtd or smmuv3; name=, endpoints=, or\n"
	"                         any attribute of it, of its caches or of its endpoints,\n"
	"                         as in 'smmuv3,endpoints=2,ep1.ats=1'; repeat for more\n"
	"  --driver NAME          whose driver takes the IOMMUs: nested (default), or in-tree\n"
	"                         for the kernel's own; also as 'driver=' of a unit\n"
	"  --machine TYPE         uml (default), or x86_64 or arm64 by QEMU\n"
	"  --kernel NAME          fast (default), debug, or a directory\n"
	"  --smp N                processors\n"
	"  --mem SIZE             memory (512M)\n"
	"  --timeout SECONDS      600; 0: none\n"
	"  --share DIR[:ro]       seen at its own path, writable unless :ro\n"
	"  --env NAME=VALUE       added to the environment, which is passed on\n"
	"  --param MODULE.NAME=VALUE  a module's parameter\n"
	"  --append ARGUMENTS     for the kernel\n"
	"  --modules DIR          other modules, or 'none'\n"
	"  --dmesg                the kernel's log on standard error, as it comes\n"
	"  --trace[=EVENT,...]    what the IOMMUs do, in words on standard error\n"
	"  --gdb, --strace        the program under gdb or strace\n"
	"  --each                 each argument is a shell command line and a program of its\n"
	"                         own, with modules and units made anew\n"
	"  --logs DIR             keep logs there; nothing in it is deleted\n"
	"  --kunit[=GLOB]         run the KUnit suites in the modules as they load\n"
	"  --power-off TEXT       tear nothing down; the kernel's log must say TEXT\n"
	"  --home DIR             where the kernels are\n"
	"  --root DIR, --accel kvm|tcg, --qemu PROGRAM   of a machine of QEMU\n"
	"\n"
	"The status is the program's own, or 120: the kernel complained; 121: the kernel\n"
	"died; 122: memory leaked; 124: out of time; 125: it could not be set up; 126, 127:\n"
	"the program cannot be run, or is not there.\n";

void options_help(const struct options *options)
{
	if (options->shell)
		fputs("usage: iommu-mock shell [OPTION...]\n"
		      "A shell where the IOMMUs are. The options are those of run:\n\n", stdout);
	else
		fputs("usage: iommu-mock run [OPTION...] [--] PROGRAM [ARG...]\n\n", stdout);
	fputs(usage, stdout);
}

static unsigned long number(const char *option, const char *text, unsigned long least)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || value < least || value > INT_MAX)
		die(STATUS_SETUP, "--%s %s is no number of at least %lu", option, text, least);
	return value;
}

static unsigned long mebibytes(const char *text)
{
	unsigned long value, bytes;
	char *end;

	value = strtoul(text, &end, 10);
	switch (*end) {
	case 'g':
	case 'G':
		bytes = value * 1024;
		break;
	case 'm':
	case 'M':
		bytes = value;
		break;
	default:
		bytes = 0;
	}
	if (*text < '0' || *text > '9' || !bytes || end[1] || value > 1 << 20)
		die(STATUS_SETUP, "--mem %s is no size such as 512M or 2G", text);
	if (bytes < 64)
		die(STATUS_SETUP, "--mem %s is too little for a kernel; 64M is the least", text);
	return bytes;
}

/* A word that has to have a name, an equals sign, and a dot before it if asked. */
static void take_setting(struct words *words, const char *option, const char *text, bool dot)
{
	const char *equals = strchr(text, '=');
	const char *point = strchr(text, '.');

	if (!equals || equals == text)
		die(STATUS_SETUP, "--%s %s has no NAME=VALUE", option, text);
	if (dot && (!point || point == text || point + 1 >= equals))
		die(STATUS_SETUP, "--%s %s has no MODULE.NAME=VALUE", option, text);
	words_add(words, text);
}

static void take_unit(struct options *options, const char *text)
{
	struct unit_spec spec;

	if (!spec_parse(&spec, text))
		exit(STATUS_SETUP);
	words_add(&options->units, text);
	if (spec_wants_in_tree(&spec))
		options->in_tree = true;
}

static void take_driver(struct options *options, const char *value)
{
	if (strcmp(value, "nested") && strcmp(value, "in-tree"))
		die(STATUS_SETUP, "--driver %s: it is nested or in-tree", value);
	if (strcmp(value, "in-tree"))
		return;
	options->in_tree = true;
	words_add(&options->params, "iommu_mock.driver=in-tree");
}

static void take_log(struct options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_DMESG:
		options->dmesg = true;
		break;
	case OPTION_TRACE:
		options->trace = value ? value : "";
		break;
	case OPTION_GDB:
		options->gdb = true;
		break;
	case OPTION_STRACE:
		options->strace = true;
		break;
	case OPTION_EACH:
		options->each = true;
		break;
	case OPTION_LOGS:
		options->logs = value;
		break;
	case OPTION_KUNIT:
		options->kunit = value ? value : "";
		break;
	case OPTION_POWER_OFF:
		options->power_off = value;
		break;
	}
}

static void take_machine(struct options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_MACHINE:
		options->machine = value;
		break;
	case OPTION_KERNEL:
		options->kernel = value;
		break;
	case OPTION_SMP:
		options->cpus = number("smp", value, 1);
		break;
	case OPTION_MEM:
		options->memory = mebibytes(value);
		break;
	case OPTION_TIMEOUT:
		options->timeout = number("timeout", value, 0);
		break;
	case OPTION_APPEND:
		options->append = value;
		break;
	case OPTION_MODULES:
		options->modules = value;
		break;
	case OPTION_HOME:
		options->home = value;
		break;
	case OPTION_ROOT:
		options->root = value;
		break;
	case OPTION_ACCEL:
		options->accel = value;
		break;
	case OPTION_QEMU:
		options->qemu = value;
		break;
	default:
		take_log(options, option, value);
	}
}

static void take(struct options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_UNIT:
		take_unit(options, value);
		break;
	case OPTION_DRIVER:
		take_driver(options, value);
		break;
	case OPTION_SHARE:
		words_add(&options->shares, value);
		break;
	case OPTION_ENV:
		take_setting(&options->env, "env", value, false);
		break;
	case OPTION_PARAM:
		take_setting(&options->params, "param", value, true);
		break;
	default:
		take_machine(options, option, value);
	}
}

/* The options of the machines of QEMU mean nothing to another. */
static void check_together(const struct options *options)
{
	if (options->gdb && options->strace)
		die(STATUS_SETUP, "--gdb and --strace: the program cannot be traced by both");
	if (options->each && (options->gdb || options->strace))
		die(STATUS_SETUP, "--each: %s is for a single program",
		    options->gdb ? "--gdb" : "--strace");
	if (!strcmp(options->machine, "uml") && (options->root || options->accel || options->qemu))
		die(STATUS_SETUP, "--root, --accel and --qemu are for --machine x86_64 and arm64");
	if (options->modules && !strcmp(options->modules, "none") &&
	    (options->units.nr || options->in_tree))
		die(STATUS_SETUP, "--%s needs modules, and --modules none loads none",
		    options->units.nr ? "unit" : "driver");
}

/* Of letters behind one dash, only one is at fault. */
__attribute__((noreturn))
static void refuse_option(const char *command, const char *word)
{
	char letter[] = { '-', optopt, '\0' };

	die(STATUS_SETUP, "there is no option %s; see 'iommu-mock help %s'",
	    optopt > 0 && optopt < OPTION_HELP ? letter : word, command);
}

bool options_parse(struct options *options, int argc, char **argv)
{
	int option;

	options->machine = "uml";
	options->kernel = "fast";
	options->memory = 512;
	options->cpus = 1;
	options->timeout = options->shell ? 0 : 600;
	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, "+:h", long_options, NULL)) != -1) {
		switch (option) {
		case 'h':
		case OPTION_HELP:
			return false;
		case ':':
			die(STATUS_SETUP, "%s needs a value; see 'iommu-mock help %s'",
			    argv[optind - 1], argv[0]);
		case '?':
			refuse_option(argv[0], argv[optind - 1]);
		}
		take(options, option, optarg);
	}
	options->program = argv + optind;
	check_together(options);
	return true;
}
