/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_LINK_H
#define IOMMU_MOCK_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

/*
 * The link between the command on the host and process 1 in the machine: frames over a
 * line that carries bytes as they are. Process 1 speaks first, once the line is set so.
 */
enum link_type {
	/* To the machine */
	LINK_PLAN = 'p',	/* words of the plan, each with its NUL, in pieces */
	LINK_PLAN_END = 'P',
	LINK_INPUT = 'i',	/* for the program's standard input */
	LINK_INPUT_END = 'I',
	LINK_SIZE = 'z',	/* a struct link_size: that of the terminal */
	LINK_GONE = 'g',	/* nobody takes that stream any more */
	/* From it */
	LINK_HELLO = 'h',	/* process 1 is there */
	LINK_BEGIN = 'b',	/* a program begins; with several, its name */
	LINK_OUTPUT = 'o',	/* of a stream */
	LINK_SAY = 's',		/* a sentence for the user */
	LINK_STATUS = 'e',	/* a program has ended: its status in decimal */
	LINK_FILE = 'f',	/* for the directory of --logs: name, NUL, a piece */
	LINK_TROUBLE = 't',	/* a status from 120 in decimal, with a sentence after it */
	LINK_BYE = 'y',		/* all is torn down, the machine goes off */
	LINK_TAKEN = 'k',	/* so many bytes (uint32_t) of the line were read */
	/* Both ways: so many bytes (uint32_t) more may be sent of that stream. */
	LINK_ROOM = 'r',
};

enum link_stream {
	STREAM_INPUT,
	STREAM_OUTPUT,
	STREAM_ERROR,
	STREAM_TRACE,
	NR_STREAMS,
};

struct link_size {
	uint16_t rows, columns;
};

/*
 * What may be on its way to the machine that process 1 has not read. A terminal holds
 * 4096 bytes, and UML's does not wake up again once the kernel had to slow it down.
 */
#define LINE_WINDOW 3072

/* Of a stream: what may be on its way before the other side has said that it is used up */
#define INPUT_WINDOW 16384
#define OUTPUT_WINDOW 262144

#define LINK_MAX 65536

struct link {
	int fd;
	bool closed;
	/* At the host's end: how much may fly, and does; at the other: it says what it took */
	size_t window, flying;
	bool says_taken;
	struct buffer in, out;
};

struct link_frame {
	enum link_type type;
	enum link_stream stream;
	const char *data;
	size_t length;
};

/* Puts a frame in line; link_flush() sends what the line takes. */
void link_send(struct link *link, enum link_type type, enum link_stream stream,
	       const void *data, size_t length);
void link_room(struct link *link, enum link_stream stream, uint32_t bytes);
void link_flush(struct link *link);

/* Is there anything that link_flush() would send? */
bool link_waits(const struct link *link);

/* Reads what there is. */
void link_fill(struct link *link);

/* Takes the next whole frame, which is valid until the next call of link_fill(). */
bool link_next(struct link *link, struct link_frame *frame);

#endif
