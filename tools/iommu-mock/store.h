/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_STORE_H
#define IOMMU_MOCK_STORE_H

#include <stdbool.h>
#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline size_t smaller(size_t a, size_t b)
{
	if (b < a)
		a = b;
	return a;
}

/* A list of strings, which ends with NULL as that of a program's arguments does. */
struct words {
	char **list;
	size_t nr;
};

/* The string belongs to the list afterwards. */
void words_take(struct words *words, char *word);
void words_add(struct words *words, const char *word);
void words_free(struct words *words);
__attribute__((format(printf, 2, 3)))
void words_form(struct words *words, const char *format, ...);

/* Bytes that are added at the end and taken from the beginning */
struct buffer {
	char *data;
	size_t start, end, size;
};

static inline size_t buffer_length(const struct buffer *buffer)
{
	return buffer->end - buffer->start;
}

static inline char *buffer_begin(const struct buffer *buffer)
{
	return buffer->data + buffer->start;
}

/* Room for so many bytes at the end; buffer_added() says how many came. */
char *buffer_room(struct buffer *buffer, size_t length);
void buffer_added(struct buffer *buffer, size_t length);
void buffer_add(struct buffer *buffer, const void *data, size_t length);
void buffer_taken(struct buffer *buffer, size_t length);

/* The next whole line without its end, or NULL; it is valid until the next call. */
char *buffer_line(struct buffer *buffer);

/*
 * Write what a file that does not block takes, of at most "most" bytes. Returns how
 * many it took, or -1 if it will take no more.
 */
ptrdiff_t buffer_write(struct buffer *buffer, int fd, size_t most);

/* The whole of a small file, and no newline at its end; NULL if it cannot be read. */
char *read_file(const char *path);

/* The whole log of the kernel that this runs on, likewise. */
char *read_kernel_log(void);

#endif
