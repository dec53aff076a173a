// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommu-mock: runs programs on a kernel that has the mock IOMMUs, and looks into these
 * from inside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../include/linux/iommu-nested/version.h"
#include "cmd.h"
#include "init.h"
#include "say.h"
#include "store.h"

#pragma weak cmd_run
#pragma weak cmd_shell
#pragma weak cmd_unit
#pragma weak cmd_endpoint
#pragma weak cmd_fault
#pragma weak cmd_queue
#pragma weak cmd_caches
#pragma weak cmd_walk
#pragma weak cmd_doctor

struct command {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *usage, *text;
};

static const struct command commands[] = {
	{ "run", cmd_run, "[OPTION...] [--] PROGRAM [ARG...]",
	  "boot a kernel with mock IOMMUs and run a program on it" },
	{ "shell", cmd_shell, "[OPTION...]", "a shell there" },
	{ "unit", cmd_unit, "add|list|show|remove ...", "IOMMUs: make, list and remove them" },
	{ "endpoint", cmd_endpoint, "list|show|plug|unplug ...", "the devices behind them" },
	{ "fault", cmd_fault, "list|inject|clear|hold|go|delay|last ...",
	  "let a unit go wrong, and see what went wrong" },
	{ "queue", cmd_queue, "[UNIT]", "the queue of commands to a unit, in words" },
	{ "caches", cmd_caches, "[UNIT] [CACHE]", "what a unit has cached" },
	{ "walk", cmd_walk, "UNIT ENDPOINT [PASID] IOVA [r|w|x]",
	  "how a unit would translate an address, step by step" },
	{ "complaints", cmd_complaints, "LOG", "what is a complaint in the log of a kernel" },
	{ "doctor", cmd_doctor, "", "what of this machine would not work, and what mends it" },
	{ "help", cmd_help, "[COMMAND]", "this, or more of a command" },
};

static void print_help(FILE *to)
{
	size_t i;

	fputs("iommu-mock run --unit vtd -- ./my-vmm-test\n\n", to);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].main)
			fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].text);
	fputs("\n'iommu-mock help COMMAND' says more.\n", to);
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].main && !strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

int cmd_help(int argc, char **argv)
{
	const struct command *command;
	struct words help = {};

	if (argc < 2) {
		print_help(stdout);
		return 0;
	}
	command = find_command(argv[1]);
	if (!command)
		die(2, "there is no command '%s'; 'iommu-mock help' lists them", argv[1]);
	if (command->main == cmd_help) {
		printf("usage: iommu-mock help %s\n", command->usage);
		return 0;
	}
	words_add(&help, argv[1]);
	words_add(&help, "--help");
	return command->main(2, help.list);
}

int main(int argc, char **argv)
{
	const struct command *command;

	/* What the machine's kernel was told, which nobody else is */
	if (getpid() == 1 && getenv("IOMMU_MOCK_LINK"))
		init_main();
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("iommu-mock " IOMMU_NESTED_VERSION);
		return 0;
	}
	if (!strcmp(argv[1], "--needs"))
		return cmd_needs(argc - 1, argv + 1);
	command = find_command(argv[1]);
	if (!command)
		die(2, "there is no command '%s'; 'iommu-mock help' lists them", argv[1]);
	return command->main(argc - 1, argv + 1);
}
