/* SPDX-License-Identifier: GPL-2.0-only */
/* Files, patterns and checksums: what every part of the library needs */
#ifndef IOMMU_UTIL_H
#define IOMMU_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SZ_4K		0x1000ull
#define SZ_64K		0x10000ull
#define SZ_1M		0x100000ull
#define SZ_2M		0x200000ull
#define SZ_1G		0x40000000ull
#define PAGE_4K		SZ_4K

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

/* Both return 0 or a negative errno; text is made as printf does */
int util_write(const char *path, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int util_read(const char *path, char *buf, size_t size);

/* The first unsigned number in the file, any base, or a negative errno */
int util_read_u64(const char *path, uint64_t *val);

/*
 * A pattern is a function of its seed and of the position in it, so that a byte
 * that comes from the wrong place is never taken for the right one.
 */
void util_fill(void *buf, size_t len, uint64_t seed);
/* Offset of the first byte that differs from the pattern, @len if none does */
size_t util_diff(const void *buf, size_t len, uint64_t seed);
bool util_is_fill(const void *buf, size_t len, uint64_t seed);
bool util_is_byte(const void *buf, size_t len, uint8_t byte);

/* CRC32 as the endpoint computes it: reflected, started at ~0, not inverted */
uint32_t util_crc32(const void *buf, size_t len);

/* A small generator of numbers for tests that walk over many cases */
uint64_t util_random(uint64_t *state);

#endif /* IOMMU_UTIL_H */
