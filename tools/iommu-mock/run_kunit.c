// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit's results in debugfs: a document of KTAP for each suite, in which its tests are
 * the lines that are indented once.
 */
#include <stdio.h>
#include <string.h>

#include "run.h"
#include "say.h"

#define INDENT "    "
#define NAMES_SHOWN 20

static void take_line(struct kunit_sum *sum, const char *line)
{
	const char *name;

	if (strncmp(line, INDENT, strlen(INDENT)))
		return;
	line += strlen(INDENT);
	if (!strncmp(line, "ok ", 3) && !strstr(line, "# SKIP"))
		sum->passed++;
	if (strncmp(line, "not ok ", 7))
		return;
	name = line + 7 + strspn(line + 7, "0123456789 ");
	if (sum->failed++ < NAMES_SHOWN)
		tell("    not ok: %s.%s\n", sum->suite, name);
}

void kunit_take(struct kunit_sum *sum, const char *suite, const char *data, size_t length)
{
	char *line;

	snprintf(sum->suite, sizeof(sum->suite), "%s", suite);
	buffer_add(&sum->in, data, length);
	while ((line = buffer_line(&sum->in)))
		take_line(sum, line);
}

int kunit_status(const struct kunit_sum *sum)
{
	if (!sum->passed && !sum->failed) {
		say("no KUnit suite has run");
		return 1;
	}
	if (sum->failed)
		say("of KUnit's tests, %u passed and %u failed", sum->passed, sum->failed);
	return !!sum->failed;
}
