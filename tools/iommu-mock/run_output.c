// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes out of the machine: whether it goes to the caller's standard output and
 * error, or to the directory of --logs.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"
#include "say.h"

/* The name of a file in the directory, of a text that may be a command line */
static char *file_name(const char *text)
{
	char *name, *end;

	name = copy_string(text);
	name[strcspn(name, " \t\n")] = '\0';
	end = strrchr(name, '/');
	if (end)
		memmove(name, end + 1, strlen(end + 1) + 1);
	if (strlen(name) > 100)
		name[100] = '\0';
	return name;
}

/* What comes after that would fail likewise, so that it is said once for a file. */
static void lose_log(struct run *run, const char *name, const char *end)
{
	if (run->log_lost)
		return;
	say("%s/%s%s cannot be written: %s", run->opt.logs, name, end, strerror(errno));
	run->log_lost = true;
	if (!run->trouble)
		run->trouble = STATUS_SETUP;
}

static int open_log(struct run *run, const char *name)
{
	int fd = openat(run->logs, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	run->log_lost = false;
	if (fd < 0)
		lose_log(run, name, "");
	return fd;
}

/* A disk may have room for a part. */
static void write_log(struct run *run, const char *end, const char *data, size_t length)
{
	ssize_t n = 0;

	while (length && !run->log_lost) {
		n = write(run->log_file, data, length);
		if (n > 0) {
			data += n;
			length -= n;
		} else if (n < 0 && errno != EINTR) {
			lose_log(run, run->log_name, end);
		}
	}
}

/* Each directory on the way to it that is not there yet; returns why one cannot be made. */
static int make_directories(const char *path)
{
	char *part = copy_string(path), *slash = part;
	int err = 0;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			err = errno;
		*slash = '/';
	}
	if (mkdir(part, 0777) && errno != EEXIST && !err)
		err = errno;
	free(part);
	return err;
}

void logs_open(struct run *run)
{
	int dmesg = -1, err;

	run->logs = -1;
	run->log_file = -1;
	if (run->opt.logs) {
		err = make_directories(run->opt.logs);
		run->logs = open(run->opt.logs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (run->logs < 0)
			die(STATUS_SETUP, "--logs %s: %s", run->opt.logs, strerror(err ?: errno));
		dmesg = open_log(run, "dmesg");
		if (dmesg < 0)
			exit(STATUS_SETUP);
	}
	klog_start(&run->klog, dmesg, run->opt.dmesg, run->opt.power_off);
}

static void close_log(struct run *run)
{
	if (run->log_file >= 0)
		close(run->log_file);
	run->log_file = -1;
	free(run->log_name);
	run->log_name = NULL;
}

void logs_begin(struct run *run, const char *text)
{
	char *name, *file;

	run->number++;
	/* That of the last suite of KUnit */
	close_log(run);
	if (run->logs < 0 || !run->opt.each)
		return;
	name = file_name(text);
	run->log_name = form("%u-%s", run->number, name);
	file = form("%s.out", run->log_name);
	run->log_file = open_log(run, file);
	free(file);
	free(name);
}

void logs_status(struct run *run, const char *status)
{
	char *file;
	int fd;

	if (!run->log_name)
		return;
	file = form("%s.status", run->log_name);
	fd = open_log(run, file);
	if (fd >= 0) {
		if (dprintf(fd, "%s\n", status) < 0)
			lose_log(run, file, "");
		close(fd);
	}
	free(file);
	close_log(run);
}

/* Results are "kunit/SUITE", a NUL and a piece of them. */
void logs_file(struct run *run, const char *data, size_t length)
{
	size_t name = strnlen(data, length);

	if (name == length || strncmp(data, "kunit/", 6) || strchr(data + 6, '/'))
		return;
	kunit_take(&run->kunit, data + 6, data + name + 1, length - name - 1);
	if (run->logs < 0)
		return;
	mkdirat(run->logs, "kunit", 0777);
	if (!run->log_name || strcmp(run->log_name, data)) {
		close_log(run);
		run->log_name = copy_string(data);
		run->log_file = open_log(run, data);
	}
	if (run->log_file >= 0)
		write_log(run, "", data + name + 1, length - name - 1);
}

void output_take(struct run *run, const struct link_frame *frame)
{
	struct sink *sink = frame->stream == STREAM_OUTPUT ? &run->output : &run->error;

	if (run->log_file >= 0 && frame->stream != STREAM_TRACE) {
		write_log(run, ".out", frame->data, frame->length);
		link_room(&run->link, frame->stream, frame->length);
	} else {
		sink_take(run, sink, frame);
	}
}
