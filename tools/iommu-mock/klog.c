// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kernel's log says, and what of it is a complaint.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "klog.h"
#include "say.h"

/* Of so many complaints, and of each so many lines after it, there is an excerpt. */
#define EXCERPTS 5
#define CONTEXT 30

static const char * const complaints[] = {
	"WARNING:", "BUG:", "kernel BUG at", "Oops", "Kernel panic", "Kernel mode fault",
	"KASAN:", "UBSAN:", "INFO: (possible|trying|task|rcu|suspicious|lockdep|NMI)",
	"inconsistent lock state", "sleeping function called", "DEBUG_LOCKS_WARN",
	"suspicious RCU usage", "unreferenced object", "suspicious memory leaks",
	"refcount_t:", "ODEBUG:", "Objects remaining", "list_(add|del) corruption",
	"slab error", "bad unlock balance", "still has locks held",
	"workqueue: .*(leaked|hogged)", "debugfs: .*already", "sysfs: cannot",
	"duplicate filename", "possible circular", "unchecked MSR", "stack overflow",
	"not initialised", "OF: (ERROR|changeset)", "Error applying changeset",
	"could not find phandle",
};

/*
 * What the kernel says of /proc/irq/N/spurious when it removes the file is none: it does
 * not look whether the file could be made, and an injected failure was in the way.
 */
static const char maybe[] = "at remove_proc_entry";
static const char harmless[] = "name 'spurious'";

void klog_start(struct klog *klog, int file, bool show, const char *wanted)
{
	char *pattern = copy_string(complaints[0]), *longer;
	size_t i;

	for (i = 1; i < ARRAY_SIZE(complaints); i++) {
		longer = form("%s|%s", pattern, complaints[i]);
		free(pattern);
		pattern = longer;
	}
	klog->file = file;
	klog->show = show;
	if (regcomp(&klog->pattern, pattern, REG_EXTENDED | REG_NOSUB))
		die(STATUS_SETUP, "the patterns of complaints are broken");
	free(pattern);
	klog->wants = wanted;
	if (wanted && regcomp(&klog->wanted, wanted, REG_NOSUB))
		die(STATUS_SETUP, "--power-off '%s' is no regular expression", wanted);
}

static void complain(struct klog *klog, const char *line)
{
	if (klog->complaints++ >= EXCERPTS)
		return;
	klog->context = CONTEXT;
	words_add(&klog->excerpt, line);
}

static void judge_line(struct klog *klog, const char *line)
{
	char *held = klog->held;

	klog->held = NULL;
	if (held && !strstr(line, harmless))
		complain(klog, held);
	free(held);
	if (!regexec(&klog->pattern, line, 0, NULL, 0)) {
		if (strstr(line, maybe))
			klog->held = copy_string(line);
		else
			complain(klog, line);
	} else if (klog->context) {
		klog->context--;
		words_add(&klog->excerpt, line);
	}
	if (klog->wants && !klog->said)
		klog->said = !regexec(&klog->wanted, line, 0, NULL, 0);
}

static void take_line(struct klog *klog, char *line)
{
	char **slot = &klog->tail[klog->lines++ % KLOG_TAIL];
	size_t length = strlen(line);

	if (length && line[length - 1] == '\r')
		line[length - 1] = '\0';
	free(*slot);
	*slot = copy_string(line);
	if (klog->file >= 0 && dprintf(klog->file, "%s\n", line) < 0) {
		say("the kernel's log cannot be kept, the disk may be full");
		klog->file = -1;
		klog->lost = true;
	}
	if (klog->show)
		tell("%s\n", line);
	judge_line(klog, line);
}

void klog_take(struct klog *klog)
{
	char *line;

	while ((line = buffer_line(&klog->in)))
		take_line(klog, line);
}

void klog_end(struct klog *klog)
{
	klog_take(klog);
	if (buffer_length(&klog->in)) {
		buffer_add(&klog->in, "\n", 1);
		klog_take(klog);
	}
	if (klog->held)
		judge_line(klog, "");
}

void klog_print_tail(struct klog *klog)
{
	unsigned long i = klog->lines > KLOG_TAIL ? klog->lines - KLOG_TAIL : 0;

	for (; i < klog->lines; i++)
		tell("%s\n", klog->tail[i % KLOG_TAIL]);
}

static int judge_file(const char *path)
{
	struct klog klog = {};
	int file = open(path, O_RDONLY);
	ssize_t n;
	size_t i;

	if (file < 0) {
		say("%s cannot be read", path);
		return 1;
	}
	klog_start(&klog, -1, false, NULL);
	while ((n = read(file, buffer_room(&klog.in, 65536), 65536)) > 0) {
		buffer_added(&klog.in, n);
		klog_take(&klog);
	}
	klog_end(&klog);
	close(file);
	for (i = 0; i < klog.excerpt.nr; i++)
		puts(klog.excerpt.list[i]);
	if (klog.complaints)
		say("the kernel complained, %u times in %s", klog.complaints, path);
	return !!klog.complaints;
}

int cmd_complaints(int argc, char **argv)
{
	if (argc != 2 || argv[1][0] == '-') {
		fputs("usage: iommu-mock complaints LOG\n"
		      "Prints what is a complaint in the log of a kernel; status 1 if any is.\n",
		      argc == 2 ? stdout : stderr);
		return argc == 2 ? 0 : 2;
	}
	return judge_file(argv[1]);
}
