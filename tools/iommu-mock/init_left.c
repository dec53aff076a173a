// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that a program has left running.
 */
#include <ctype.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"
#include "say.h"

/* How long what was killed may take */
#define DEATH_MS 5000
#define STEP_MS 10

/* Of the flags in /proc/PID/stat: it is on its way out, it is a thread of the kernel. */
#define FLAG_EXITING 0x00000004
#define FLAG_KERNEL 0x00200000

enum life { GONE, DYING, ALIVE };

/* What is dead is only to be waited for. */
static enum life life_of(pid_t pid)
{
	char *path = form("/proc/%d/stat", pid), *text = read_file(path);
	char *name_end = text ? strrchr(text, ')') : NULL;
	enum life life = GONE;
	unsigned int flags;
	char state;

	if (name_end && sscanf(name_end, ") %c %*d %*d %*d %*d %*d %u", &state, &flags) == 2 &&
	    state != 'Z' && state != 'X' && !(flags & FLAG_KERNEL))
		life = flags & FLAG_EXITING ? DYING : ALIVE;
	free(text);
	free(path);
	return life;
}

static void end_process(pid_t pid)
{
	char *path = form("/proc/%d/comm", pid), *name = read_file(path);

	if (name)
		say("the program has left process %s (%d) behind; it is killed", name, pid);
	kill(pid, SIGKILL);
	free(name);
	free(path);
}

/* How many there are; if "end" is set they are killed. */
static unsigned int others(bool end)
{
	unsigned int nr = 0;
	struct dirent *entry;
	DIR *stream = opendir("/proc");
	enum life life;
	pid_t pid;

	while (stream && (entry = readdir(stream))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		pid = atoi(entry->d_name);
		life = pid == 1 ? GONE : life_of(pid);
		if (life == GONE)
			continue;
		nr++;
		if (end && life == ALIVE)
			end_process(pid);
	}
	if (stream)
		closedir(stream);
	return nr;
}

static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

bool processes_left(void)
{
	return others(false);
}

bool processes_end(void)
{
	unsigned int waited;

	if (!others(true))
		return true;
	for (waited = 0; waited < DEATH_MS; waited += STEP_MS) {
		reap();
		if (!others(false))
			return true;
		poll(NULL, 0, STEP_MS);
	}
	return false;
}
