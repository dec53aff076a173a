// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caller's terminal.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "terminal.h"

static struct termios before;
static bool raw;

bool terminal_ours(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	       tcgetpgrp(STDIN_FILENO) == getpgrp();
}

bool terminal_is_raw(void)
{
	return raw;
}

void terminal_restore(void)
{
	if (raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	raw = false;
}

/* What the program prints has been through a terminal's output already. */
void terminal_raw(void)
{
	struct termios now;

	if (raw || tcgetattr(STDIN_FILENO, &before))
		return;
	atexit(terminal_restore);
	now = before;
	cfmakeraw(&now);
	raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

bool terminal_size(struct link_size *size)
{
	struct winsize window;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window))
		return false;
	size->rows = window.ws_row;
	size->columns = window.ws_col;
	return true;
}
