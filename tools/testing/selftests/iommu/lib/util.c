// SPDX-License-Identifier: GPL-2.0-only
/* Files, patterns and checksums: what every part of the library needs */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

int util_write(const char *path, const char *fmt, ...)
{
	char text[128];
	va_list args;
	ssize_t done;
	int len;
	int fd;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text))
		return -EINVAL;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	done = write(fd, text, len);
	if (done < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	close(fd);
	return done == len ? 0 : -EIO;
}

int util_read(const char *path, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0) {
			int err = -errno;

			close(fd);
			return err;
		}
		if (!n)
			break;
		len += n;
	}
	close(fd);
	buf[len] = 0;
	return 0;
}

int util_read_u64(const char *path, uint64_t *val)
{
	char text[64];
	char *end;
	int rc;

	rc = util_read(path, text, sizeof(text));
	if (rc)
		return rc;
	errno = 0;
	*val = strtoull(text, &end, 0);
	return errno || end == text ? -EINVAL : 0;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

static uint64_t pattern_word(uint64_t seed, size_t word)
{
	return mix(seed * 0x9e3779b97f4a7c15ull + word + 1);
}

/* How much of a word is in the @left bytes that are left */
static size_t word_bytes(size_t left)
{
	if (left >= sizeof(uint64_t))
		return sizeof(uint64_t);
	return left;
}

void util_fill(void *buf, size_t len, uint64_t seed)
{
	uint8_t *p = buf;
	uint64_t word;
	size_t i;

	for (i = 0; i < len; i += 8) {
		word = pattern_word(seed, i / 8);
		memcpy(p + i, &word, word_bytes(len - i));
	}
}

size_t util_diff(const void *buf, size_t len, uint64_t seed)
{
	const uint8_t *p = buf;
	uint64_t word;
	size_t i, j, n;

	for (i = 0; i < len; i += 8) {
		n = word_bytes(len - i);
		word = pattern_word(seed, i / 8);
		if (!memcmp(p + i, &word, n))
			continue;
		for (j = 0; j < n; j++)
			if (p[i + j] != ((uint8_t *)&word)[j])
				return i + j;
	}
	return len;
}

bool util_is_fill(const void *buf, size_t len, uint64_t seed)
{
	return util_diff(buf, len, seed) == len;
}

bool util_is_byte(const void *buf, size_t len, uint8_t byte)
{
	const uint8_t *p = buf;
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != byte)
			return false;
	return true;
}

uint32_t util_crc32(const void *buf, size_t len)
{
	static uint32_t table[256];
	const uint8_t *p = buf;
	uint32_t crc = ~0u;
	unsigned int i, bit;

	if (!table[1]) {
		for (i = 0; i < 256; i++) {
			table[i] = i;
			for (bit = 0; bit < 8; bit++)
				table[i] = (table[i] >> 1) ^
					   (table[i] & 1 ? 0xedb88320u : 0);
		}
	}
	while (len--)
		crc = (crc >> 8) ^ table[(crc ^ *p++) & 0xff];
	return crc;
}

uint64_t util_random(uint64_t *state)
{
	return mix(*state += 0x9e3779b97f4a7c15ull);
}
