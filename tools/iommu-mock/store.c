// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of strings, and bytes on their way.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include "say.h"
#include "store.h"

/* Of klogctl() */
#define LOG_READ_ALL 3
#define LOG_SIZE 10

void words_take(struct words *words, char *word)
{
	words->list = grow(words->list, (words->nr + 2) * sizeof(*words->list));
	words->list[words->nr++] = word;
	words->list[words->nr] = NULL;
}

void words_add(struct words *words, const char *word)
{
	words_take(words, copy_string(word));
}

void words_form(struct words *words, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	words_take(words, form_list(format, list));
	va_end(list);
}

void words_free(struct words *words)
{
	while (words->nr)
		free(words->list[--words->nr]);
	free(words->list);
	words->list = NULL;
}

char *buffer_room(struct buffer *buffer, size_t length)
{
	size_t used = buffer_length(buffer);

	if (buffer->start && buffer->size - buffer->end < length) {
		memmove(buffer->data, buffer_begin(buffer), used);
		buffer->start = 0;
		buffer->end = used;
	}
	if (buffer->size - buffer->end < length) {
		buffer->size = 2 * (used + length);
		buffer->data = grow(buffer->data, buffer->size);
	}
	return buffer->data + buffer->end;
}

void buffer_added(struct buffer *buffer, size_t length)
{
	buffer->end += length;
}

void buffer_add(struct buffer *buffer, const void *data, size_t length)
{
	if (!length)
		return;
	memcpy(buffer_room(buffer, length), data, length);
	buffer_added(buffer, length);
}

void buffer_taken(struct buffer *buffer, size_t length)
{
	buffer->start += length;
	if (buffer->start == buffer->end)
		*buffer = (struct buffer) { .data = buffer->data, .size = buffer->size };
}

char *buffer_line(struct buffer *buffer)
{
	char *line = buffer_begin(buffer);
	char *end;

	if (!buffer_length(buffer))
		return NULL;
	end = memchr(line, '\n', buffer_length(buffer));
	if (!end)
		return NULL;
	*end = '\0';
	buffer_taken(buffer, end + 1 - line);
	return line;
}

ptrdiff_t buffer_write(struct buffer *buffer, int fd, size_t most)
{
	size_t length = buffer_length(buffer);
	ssize_t n;

	if (length > most)
		length = most;
	if (!length)
		return 0;
	n = write(fd, buffer_begin(buffer), length);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	buffer_taken(buffer, n);
	return n;
}

/* Without the newlines at its end; there is room for one byte more. */
static char *end_text(struct buffer *text)
{
	while (text->end && text->data[text->end - 1] == '\n')
		text->end--;
	text->data[text->end] = '\0';
	return text->data;
}

char *read_file(const char *path)
{
	struct buffer text = {};
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	while ((n = read(fd, buffer_room(&text, 4096), 4095)) > 0)
		buffer_added(&text, n);
	close(fd);
	if (n < 0) {
		free(text.data);
		return NULL;
	}
	return end_text(&text);
}

char *read_kernel_log(void)
{
	int size = klogctl(LOG_SIZE, NULL, 0), length;
	struct buffer text = {};

	if (size <= 0)
		return NULL;
	length = klogctl(LOG_READ_ALL, buffer_room(&text, size + 1), size);
	if (length < 0) {
		free(text.data);
		return NULL;
	}
	buffer_added(&text, length);
	return end_text(&text);
}
