// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames: type, stream, length of four bytes, data.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "link.h"
#include "say.h"

struct header {
	uint8_t type, stream;
	uint32_t length;
} __attribute__((packed));

void link_send(struct link *link, enum link_type type, enum link_stream stream,
	       const void *data, size_t length)
{
	struct header header = { .type = type, .stream = stream, .length = length };

	buffer_add(&link->out, &header, sizeof(header));
	buffer_add(&link->out, data, length);
}

void link_room(struct link *link, enum link_stream stream, uint32_t bytes)
{
	link_send(link, LINK_ROOM, stream, &bytes, sizeof(bytes));
}

static size_t may_send(const struct link *link)
{
	if (!link->window)
		return LINK_MAX;
	return link->window > link->flying ? link->window - link->flying : 0;
}

bool link_waits(const struct link *link)
{
	return !link->closed && buffer_length(&link->out) && may_send(link);
}

void link_flush(struct link *link)
{
	ptrdiff_t n = 1;

	while (n > 0 && link_waits(link)) {
		n = buffer_write(&link->out, link->fd, may_send(link));
		if (n < 0)
			link->closed = true;
		else
			link->flying += n;
	}
}

void link_fill(struct link *link)
{
	ssize_t n = read(link->fd, buffer_room(&link->in, LINK_MAX), LINK_MAX);
	uint32_t taken = n;

	if (n > 0) {
		buffer_added(&link->in, n);
		if (link->says_taken)
			link_send(link, LINK_TAKEN, STREAM_INPUT, &taken, sizeof(taken));
		return;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		link->closed = true;
}

static bool next_frame(struct link *link, struct link_frame *frame)
{
	struct header header;

	if (buffer_length(&link->in) < sizeof(header))
		return false;
	memcpy(&header, buffer_begin(&link->in), sizeof(header));
	if (header.length > LINK_MAX || header.stream >= NR_STREAMS) {
		say("the machine sent something else than frames");
		link->closed = true;
		return false;
	}
	if (buffer_length(&link->in) < sizeof(header) + header.length)
		return false;
	frame->type = header.type;
	frame->stream = header.stream;
	frame->data = buffer_begin(&link->in) + sizeof(header);
	frame->length = header.length;
	buffer_taken(&link->in, sizeof(header) + header.length);
	return true;
}

bool link_next(struct link *link, struct link_frame *frame)
{
	uint32_t taken;

	while (next_frame(link, frame)) {
		if (frame->type != LINK_TAKEN)
			return true;
		if (frame->length != sizeof(taken))
			continue;
		memcpy(&taken, frame->data, sizeof(taken));
		link->flying -= smaller(taken, link->flying);
	}
	return false;
}
