// SPDX-License-Identifier: GPL-2.0-only
/*
 * Process 1's end of the link.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"
#include "qemu.h"
#include "say.h"

/* The line passes bytes as they are from here on, and the host waits until then. */
int link_open(void)
{
	const char *name = getenv("IOMMU_MOCK_LINK");
	struct termios raw;
	int fd;

	if (name && name[0] != '/')
		return link_open_port(name);
	fd = open(name ? name : "/dev/tty2", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && !tcgetattr(fd, &raw)) {
		cfmakeraw(&raw);
		tcsetattr(fd, TCSANOW, &raw);
	}
	return fd;
}

static void wait_for(struct init *init, short events)
{
	struct pollfd watch = { init->link.fd, events, 0 };

	poll(&watch, 1, -1);
}

static void take_size(struct plan *plan, const char *text)
{
	unsigned int rows, columns;

	if (sscanf(text, "%u %u", &rows, &columns) != 2)
		return;
	plan->size.rows = rows;
	plan->size.columns = columns;
}

static void take_word(struct plan *plan, const char *word)
{
	const struct { const char *key; struct words *words; } lists[] = {
		{ "dir", &plan->dirs }, { "param", &plan->params }, { "unit", &plan->units },
		{ "env", &plan->env }, { "arg", &plan->args },
	};
	const struct { const char *key; char **text; } texts[] = {
		{ "here", &plan->here }, { "modules", &plan->modules }, { "trace", &plan->trace },
	};
	const struct { const char *key; bool *flag; } flags[] = {
		{ "each", &plan->each }, { "terminal", &plan->terminal },
		{ "error-terminal", &plan->error_terminal }, { "gdb", &plan->gdb },
		{ "strace", &plan->strace }, { "kunit", &plan->kunit }, { "stay", &plan->stay },
		{ "in-tree", &plan->in_tree },
	};
	size_t length = strcspn(word, "="), i;
	const char *value = word + length + 1;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		if (strlen(lists[i].key) == length && !strncmp(word, lists[i].key, length))
			words_add(lists[i].words, value);
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (strlen(texts[i].key) == length && !strncmp(word, texts[i].key, length))
			*texts[i].text = copy_string(value);
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (strlen(flags[i].key) == length && !strncmp(word, flags[i].key, length))
			*flags[i].flag = true;
	if (!strncmp(word, "size=", 5))
		take_size(plan, value);
}

void init_wait_plan(struct init *init)
{
	struct buffer text = {};
	struct link_frame frame = {};
	char *word;

	while (frame.type != LINK_PLAN_END && !init->link.closed) {
		if (!link_next(&init->link, &frame)) {
			wait_for(init, POLLIN);
			link_fill(&init->link);
			link_flush(&init->link);
			continue;
		}
		if (frame.type == LINK_PLAN)
			buffer_add(&text, frame.data, frame.length);
	}
	for (; buffer_length(&text); buffer_taken(&text, strlen(word) + 1)) {
		word = buffer_begin(&text);
		take_word(&init->plan, word);
	}
	free(text.data);
}

void init_flush(struct init *init)
{
	link_flush(&init->link);
	while (buffer_length(&init->link.out) && !init->link.closed) {
		wait_for(init, POLLOUT);
		link_flush(&init->link);
	}
}

void init_trouble(struct init *init, int status, const char *format, ...)
{
	char *text, *line;
	va_list list;
	int length;

	va_start(list, format);
	length = vasprintf(&text, format, list);
	va_end(list);
	if (length < 0)
		return;
	line = form("%d %s", status, text);
	link_send(&init->link, LINK_TROUBLE, STREAM_OUTPUT, line, strlen(line));
	init_flush(init);
	free(line);
	free(text);
}

void init_send_file(struct init *init, const char *name, const char *path)
{
	char *text = read_file(path);
	struct buffer frame = {};
	size_t length, n, at;

	if (!text)
		return;
	length = strlen(text);
	text[length++] = '\n';
	for (at = 0; at < length; at += n) {
		n = smaller(length - at, 4096);
		buffer_add(&frame, name, strlen(name) + 1);
		buffer_add(&frame, text + at, n);
		link_send(&init->link, LINK_FILE, STREAM_OUTPUT, buffer_begin(&frame),
			  buffer_length(&frame));
		buffer_taken(&frame, buffer_length(&frame));
		init_flush(init);
	}
	free(frame.data);
	free(text);
}
