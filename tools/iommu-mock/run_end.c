// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a run has ended, in a sentence, and the command's status.
 */
#include <signal.h>

#include "run.h"
#include "say.h"

static const char *where_log(const struct run *run)
{
	return run->opt.logs ? run->opt.logs : "";
}

/* What it was in the middle of is in the last lines. */
static int died(struct run *run)
{
	klog_print_tail(&run->klog);
	if (buffer_length(&run->error_text))
		tell("%.*s", (int)buffer_length(&run->error_text),
		     buffer_begin(&run->error_text));
	if (!run->klog.lines) {
		say("the machine did not start");
		return STATUS_SETUP;
	}
	say("the kernel died %s",
	    run->begun ? "while the program ran" : "before the program began");
	return STATUS_DIED;
}

static int complained(struct run *run)
{
	size_t i;

	if (!run->klog.show)
		for (i = 0; i < run->klog.excerpt.nr; i++)
			tell("%s\n", run->klog.excerpt.list[i]);
	if (run->klog.complaints > 1)
		say("the kernel complained, %u times%s%s", run->klog.complaints,
		    run->opt.logs ? "; its log is in " : "", where_log(run));
	else
		say("the kernel complained%s%s", run->opt.logs ? "; its log is in " : "",
		    where_log(run));
	return STATUS_COMPLAINED;
}

/* Whatever the program says of itself, a kernel that is in trouble comes first. */
int run_verdict(struct run *run)
{
	if (run->signal)
		return 128 + run->signal;
	if (run->trouble == STATUS_TIMEOUT) {
		say("not finished after %lu s", run->opt.timeout);
		return STATUS_TIMEOUT;
	}
	if (!run->bye)
		return died(run);
	if (run->klog.complaints)
		return complained(run);
	if (run->trouble)
		return run->trouble;
	if (run->klog.lost)
		return STATUS_SETUP;
	if (run->opt.power_off && !run->klog.said) {
		say("the kernel's log does not say: %s", run->opt.power_off);
		return STATUS_COMPLAINED;
	}
	if (run->opt.kunit && !run->status)
		return kunit_status(&run->kunit);
	return run->status;
}
