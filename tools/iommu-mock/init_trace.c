// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trace events of the mock as lines of text on the caller's standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "say.h"

#define TRACING "/sys/kernel/tracing"

static bool write_to(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	bool good = file >= 0 && write(file, text, strlen(text)) > 0;

	if (file >= 0)
		close(file);
	return good;
}

/* A name is of an event of the mock, of another event, or of a whole subsystem. */
static bool enable(const char *name)
{
	static const char * const places[] = {
		TRACING "/events/iommu_mock/%s/enable",
		TRACING "/events/*/%s/enable",
		TRACING "/events/%s/enable",
	};
	char *slashed = copy_string(name), *colon = strchr(slashed, ':');
	size_t i, j, done = 0;

	if (colon)
		*colon = '/';
	for (i = 0; i < ARRAY_SIZE(places) && !done; i++) {
		char pattern[512];
		glob_t found = {};

		snprintf(pattern, sizeof(pattern), "%.*s%s/enable",
			 (int)(strstr(places[i], "%s") - places[i]), places[i], slashed);
		if (glob(pattern, 0, NULL, &found))
			continue;
		for (j = 0; j < found.gl_pathc; j++)
			done += write_to(found.gl_pathv[j], "1");
		globfree(&found);
	}
	free(slashed);
	return done;
}

static bool enable_all(struct init *init)
{
	char *names = copy_string(*init->plan.trace ? init->plan.trace : "iommu_mock");
	char *name, *save;
	bool good = true;

	name = strtok_r(names, ",", &save);
	for (; name && good; name = strtok_r(NULL, ",", &save)) {
		good = enable(name);
		if (!good)
			init_trouble(init, STATUS_SETUP, "--trace: there is no event '%s'", name);
	}
	free(names);
	return good;
}

/* The clock that a program reads as CLOCK_MONOTONIC */
bool trace_start(struct init *init)
{
	if (!init->plan.trace)
		return true;
	write_to(TRACING "/trace_clock", "mono");
	write_to(TRACING "/trace", "\n");
	if (!enable_all(init))
		return false;
	init->trace = open(TRACING "/trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (init->trace < 0) {
		init_trouble(init, STATUS_SETUP, "there is nothing to trace with: %s",
			     strerror(errno));
		return false;
	}
	return true;
}

/* "  task-12  [000] .....  1.234567: event: text"; only what follows the flags is wanted. */
static void send_line(struct init *init, const char *line)
{
	const char *at = strstr(line, "] ");
	unsigned long seconds, parts;
	int length = 0;
	char *text;

	at = at ? at + 2 + strcspn(at + 2, " ") : line;
	if (sscanf(at, "%lu.%lu: %n", &seconds, &parts, &length) == 2 && length)
		text = form("[%5lu.%06lu] %s\n", seconds, parts, at + length);
	else
		text = form("%s\n", line);
	length = strlen(text);
	link_send(&init->link, LINK_OUTPUT, STREAM_TRACE, text, length);
	init->room[STREAM_TRACE] -= smaller(length, init->room[STREAM_TRACE]);
	free(text);
}

static bool fill(struct init *init)
{
	ssize_t n = read(init->trace, buffer_room(&init->trace_in, 8192), 8192);

	if (n <= 0)
		return false;
	buffer_added(&init->trace_in, n);
	return true;
}

void trace_read(struct init *init)
{
	char *line;

	while (init->trace >= 0 && init->room[STREAM_TRACE] && fill(init))
		while ((line = buffer_line(&init->trace_in)))
			send_line(init, line);
}

void trace_stop(struct init *init)
{
	if (init->trace < 0)
		return;
	write_to(TRACING "/events/enable", "0");
	/* The host's side takes all that comes now, however much. */
	init->room[STREAM_TRACE] = UINT32_MAX;
	trace_read(init);
	init_flush(init);
	init->room[STREAM_TRACE] = OUTPUT_WINDOW;
	close(init->trace);
	init->trace = -1;
}
