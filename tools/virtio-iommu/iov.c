// SPDX-License-Identifier: GPL-2.0-only
/* Buffers in pieces, which are the guest's: each byte is read or written once */
#include <string.h>

#include "iov.h"

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t iov_size(const struct iovec *iov, unsigned int n)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		size += smaller(iov[i].iov_len, SIZE_MAX - size);
	return size;
}

size_t iov_read(const struct iovec *iov, unsigned int n, void *buf, size_t len)
{
	size_t done = 0;
	unsigned int i;

	for (i = 0; i < n && done < len; i++) {
		size_t part = smaller(iov[i].iov_len, len - done);

		if (part)
			memcpy((uint8_t *)buf + done, iov[i].iov_base, part);
		done += part;
	}
	return done;
}

void iov_write(const struct iovec *iov, unsigned int n, size_t offset, const void *buf,
	       size_t len)
{
	const uint8_t *from = buf;
	unsigned int i;

	for (i = 0; i < n && len; i++) {
		size_t part;
		uint8_t *to;

		if (offset >= iov[i].iov_len) {
			offset -= iov[i].iov_len;
			continue;
		}
		part = smaller(iov[i].iov_len - offset, len);
		to = (uint8_t *)iov[i].iov_base + offset;
		if (from) {
			memcpy(to, from, part);
			from += part;
		} else {
			memset(to, 0, part);
		}
		offset = 0;
		len -= part;
	}
}
