// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caller's standard input, on its way to the program.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "terminal.h"

#define BREAK_KEY 0x03

static bool has_use_for_input(const struct run *run)
{
	return run->begun && !run->ended && !run->input_ended && run->input_room;
}

/* A terminal that another job has would stop us. */
static bool another_has_it(void)
{
	return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) != getpgrp();
}

bool input_wanted(const struct run *run)
{
	return has_use_for_input(run) && !another_has_it();
}

bool input_waits(const struct run *run)
{
	return has_use_for_input(run) && another_has_it();
}

/*
 * A program on a terminal gets ^C itself, and may have lost its wits. A shell's user
 * types it twice without a thought, and has to insist.
 */
static void count_breaks(struct run *run, const char *data, size_t length)
{
	unsigned int enough = run->opt.shell ? 4 : 2;
	struct timespec now;
	size_t i;

	for (i = 0; i < length; i++) {
		if (data[i] != BREAK_KEY) {
			run->breaks = 0;
			continue;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((now.tv_sec - run->last_break.tv_sec) * 1000 +
		    (now.tv_nsec - run->last_break.tv_nsec) / 1000000 > 1000)
			run->breaks = 0;
		run->last_break = now;
		if (++run->breaks >= enough)
			run->signal = SIGINT;
	}
}

void input_read(struct run *run)
{
	char data[4096];
	size_t most = sizeof(data);
	ssize_t n;

	if (most > run->input_room)
		most = run->input_room;
	n = read(STDIN_FILENO, data, most);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		run->input_ended = true;
		link_send(&run->link, LINK_INPUT_END, STREAM_INPUT, NULL, 0);
		return;
	}
	if (run->terminal)
		count_breaks(run, data, n);
	run->input_room -= n;
	link_send(&run->link, LINK_INPUT, STREAM_INPUT, data, n);
}
