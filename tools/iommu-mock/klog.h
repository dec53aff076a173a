/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_KLOG_H
#define IOMMU_MOCK_KLOG_H

#include <regex.h>
#include <stdbool.h>

#include "store.h"

#define KLOG_TAIL 40

/* A kernel's log, read line by line as it comes */
struct klog {
	struct buffer in;
	/* Where it is kept, or -1; and whether it could not be */
	int file;
	bool lost;
	/* Is it shown as it comes? */
	bool show;
	/* The last lines, and those from the first complaints on */
	char *tail[KLOG_TAIL];
	unsigned long lines;
	struct words excerpt;
	unsigned int complaints, context;
	/* A complaint that may turn out to be none by its next line */
	char *held;
	regex_t pattern, wanted;
	bool wants, said;
};

/* wanted: a pattern that the log has to have, or NULL */
void klog_start(struct klog *klog, int file, bool show, const char *wanted);

/* Takes in what was read into klog->in, and at the end what has no newline. */
void klog_take(struct klog *klog);
void klog_end(struct klog *klog);

void klog_print_tail(struct klog *klog);

#endif
