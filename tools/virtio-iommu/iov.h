/* SPDX-License-Identifier: GPL-2.0-only */
/* Buffers in pieces, which are the guest's: each byte is read or written once */
#ifndef VIOMMU_IOV_H
#define VIOMMU_IOV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

static inline bool is_zero(const uint8_t *p, size_t n)
{
	while (n--)
		if (*p++)
			return false;
	return true;
}

/* At most SIZE_MAX, whatever the pieces say */
size_t iov_size(const struct iovec *iov, unsigned int n);
/* The beginning, at most @len bytes of it. How many there were is returned */
size_t iov_read(const struct iovec *iov, unsigned int n, void *buf, size_t len);
/* From @offset on; what is beyond the end is dropped. @buf may be NULL for zeroes */
void iov_write(const struct iovec *iov, unsigned int n, size_t offset, const void *buf,
	       size_t len);

#endif /* VIOMMU_IOV_H */
