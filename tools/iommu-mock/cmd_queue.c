// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommu-mock queue: the command or invalidation queue of a unit, in words.
 */
#include <stdlib.h>

#include "cmd.h"
#include "cmd_names.h"
#include "say.h"

static const char usage[] =
	"usage: iommu-mock queue [UNIT]\n"
	"\n"
	"Where the queue is and how far the unit has come, what keeps it from going on, the\n"
	"commands that it has not carried out yet, and the last ones that it has.\n";

int cmd_queue(int argc, char **argv)
{
	char *unit, *path;
	bool done;

	if (usage_wanted(argc, argv, usage))
		return 0;
	if (argc > 2)
		return usage_error(usage, "one unit has one queue");
	unit = find_unit(argv[1]);
	path = form("%s/queue", unit_debugfs(unit));
	done = print_file(path);
	free(path);
	free(unit);
	return !done;
}
