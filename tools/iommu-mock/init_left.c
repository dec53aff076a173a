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

/* Threads of the kernel have no memory, and what is dead is only to be waited for. */
static bool is_alive(pid_t pid)
{
	char *path = form("/proc/%d/statm", pid), *text = read_file(path);
	bool alive = text && strncmp(text, "0 ", 2);

	free(text);
	free(path);
	return alive;
}

static void end_process(pid_t pid)
{
	char *path = form("/proc/%d/comm", pid), *name = read_file(path);

	say("the program has left process %s (%d) behind; it is killed", name ? name : "?", pid);
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
	pid_t pid;

	while (stream && (entry = readdir(stream))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		pid = atoi(entry->d_name);
		if (pid == 1 || !is_alive(pid))
			continue;
		nr++;
		if (end)
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

void processes_end(void)
{
	unsigned int waited;

	if (!others(true))
		return;
	for (waited = 0; waited < DEATH_MS; waited += STEP_MS) {
		reap();
		if (!others(false))
			return;
		poll(NULL, 0, STEP_MS);
	}
	say("there are processes that do not die");
}
