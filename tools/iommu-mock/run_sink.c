// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caller's standard output and error. All that is written to them while there is a
 * machine waits here for its reader, whether the program wrote it or this command says
 * it: a reader who takes nothing must keep nobody from ending the run.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "say.h"
#include "terminal.h"

/*
 * A pipe that can be written to takes so much without blocking. The caller's files are
 * not set to non-blocking, since others have them too.
 */
#define PIECE 4096

/* How much of a log that is shown may wait: what is not read stays in the machine. */
#define FULL (1 << 20)

/* How long a reader who takes nothing is waited for once the time is over */
#define LAST_MS 3000

/* Whose words go there */
static struct run *speaker;

/* What this command says itself; a raw terminal goes to the line below, and no more. */
static void own_words(const char *text, size_t length)
{
	struct sink *sink = &speaker->error;
	const char *end;

	while (length && !sink->gone) {
		end = memchr(text, '\n', length);
		if (end && terminal_is_raw()) {
			buffer_add(&sink->data, text, end - text);
			buffer_add(&sink->data, "\r\n", 2);
			sink->own += end - text + 2;
			length -= end + 1 - text;
			text = end + 1;
			continue;
		}
		buffer_add(&sink->data, text, length);
		sink->own += length;
		break;
	}
}

/* die() ends the command wherever it is. */
static void last_words(void)
{
	sink_flush(speaker, &speaker->error);
}

void sinks_open(struct run *run)
{
	run->output.fd = STDOUT_FILENO;
	run->output.stream = STREAM_OUTPUT;
	run->error.fd = STDERR_FILENO;
	run->error.stream = STREAM_ERROR;
	speaker = run;
	tell_to = own_words;
	atexit(last_words);
}

void sink_take(struct run *run, struct sink *sink, const struct link_frame *frame)
{
	if (sink->gone) {
		link_room(&run->link, frame->stream, frame->length);
		return;
	}
	buffer_add(&sink->data, frame->data, frame->length);
	sink->owed[frame->stream] += frame->length;
}

/* So many bytes have left: whose they were matters only in sum. */
static void settle(struct run *run, struct sink *sink, size_t n)
{
	size_t i, part = smaller(n, sink->own);

	sink->own -= part;
	n -= part;
	for (i = 0; i < NR_STREAMS; i++) {
		part = smaller(n, sink->owed[i]);
		sink->owed[i] -= part;
		n -= part;
		if (part)
			link_room(&run->link, i, part);
	}
}

static void sink_lost(struct run *run, struct sink *sink)
{
	int err = errno;

	sink->gone = true;
	settle(run, sink, buffer_length(&sink->data));
	buffer_taken(&sink->data, buffer_length(&sink->data));
	if (err != EPIPE) {
		say("standard %s cannot be written to: %s",
		    sink->stream == STREAM_OUTPUT ? "output" : "error", strerror(err));
		run->trouble = STATUS_SETUP;
	}
	link_send(&run->link, LINK_GONE, sink->stream, NULL, 0);
}

void sink_write(struct run *run, struct sink *sink)
{
	ptrdiff_t n = buffer_write(&sink->data, sink->fd, PIECE);

	if (n < 0)
		sink_lost(run, sink);
	else
		settle(run, sink, n);
}

bool sink_is_full(const struct sink *sink)
{
	return buffer_length(&sink->data) > FULL;
}

/* What is left for a reader who is slow; --timeout is for one who reads no more, too. */
void sink_flush(struct run *run, struct sink *sink)
{
	struct pollfd watches[] = { { sink->fd, POLLOUT, 0 }, { run->signals, POLLIN, 0 } };
	int most = run->trouble == STATUS_TIMEOUT ? LAST_MS : -1;
	int n;

	while (buffer_length(&sink->data)) {
		/* Who has ended it gets what can be had at once. */
		n = poll(watches, 2, run->signal ? 0 : most);
		if (!n || (n < 0 && errno != EINTR))
			return;
		if (watches[1].revents)
			read_signal(run);
		if (watches[0].revents)
			sink_write(run, sink);
		else if (run->signal)
			return;
	}
}
