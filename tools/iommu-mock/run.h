/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_RUN_H
#define IOMMU_MOCK_RUN_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "klog.h"
#include "link.h"
#include "machine.h"
#include "options.h"

/* What goes to a file of the caller's */
struct sink {
	int fd;
	struct buffer data;
	/* Nobody takes it any more. */
	bool gone;
	/* The program's stream that goes to it */
	enum link_stream stream;
	/*
	 * How many of the bytes in it are the command's own, and how many are of each
	 * stream: that gets room for as many when they are written.
	 */
	size_t own, owed[NR_STREAMS];
};

/* KUnit's results, as they come */
struct kunit_sum {
	struct buffer in;
	char suite[128];
	unsigned int passed, failed;
};

struct run {
	struct options opt;
	struct machine machine;
	struct link link;
	struct klog klog;
	int signals, log, errors;
	struct buffer error_text;

	struct sink output, error;
	/* How much of the input may be sent, and whether there is any more */
	uint32_t input_room;
	bool input_ended;
	/* The program has the caller's terminal. */
	bool terminal;
	struct timespec last_break;
	unsigned int breaks;

	/* of --logs: the directory, and the files of a program of --each, or of KUnit */
	int logs;
	int log_file;
	bool log_lost;
	char *log_name;
	unsigned int number;
	struct kunit_sum kunit;

	/* How far it has come, and what became of it */
	bool begun, ended, bye;
	int status, trouble, signal;
	/* When its time is over, and until when the kernel has to have said something */
	struct timespec deadline, patience;
};

/* run_input.c: what the caller types or pipes */
bool input_wanted(const struct run *run);
/* Is there a terminal that cannot be read until this job is in the foreground? */
bool input_waits(const struct run *run);
void input_read(struct run *run);

/* run_sink.c: the caller's standard output and error, of which no reader stops a run */
void sinks_open(struct run *run);
void sink_take(struct run *run, struct sink *sink, const struct link_frame *frame);
void sink_write(struct run *run, struct sink *sink);
/* Writes what is left, for as long as there is a reader and no signal comes. */
void sink_flush(struct run *run, struct sink *sink);
/* Has the reader of a shown log so much to read that no more of it is wanted now? */
bool sink_is_full(const struct sink *sink);
/* Takes a signal that has come, if any. */
void read_signal(struct run *run);

/* run_output.c */
void output_take(struct run *run, const struct link_frame *frame);
void logs_open(struct run *run);
void logs_begin(struct run *run, const char *name);
void logs_status(struct run *run, const char *status);
void logs_file(struct run *run, const char *data, size_t length);

/* run_kunit.c: a piece of the results of a suite; and 1 unless some passed and none failed */
void kunit_take(struct kunit_sum *sum, const char *suite, const char *data, size_t length);
int kunit_status(const struct kunit_sum *sum);

/* run_plan.c: what process 1 is told to do */
void plan_dirs(struct machine *machine);
void plan_send(struct run *run);

/* run_end.c: what is said at the end, and the command's status */
int run_verdict(struct run *run);

#endif
