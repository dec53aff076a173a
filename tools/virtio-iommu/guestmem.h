/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's memory, as this process sees it
 *
 * It is the guest's, which may change it at any time, and the client's, which may make the
 * file shorter: an access then fails here, and does not end the process.
 */
#ifndef VIOMMU_GUESTMEM_H
#define VIOMMU_GUESTMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gmem;

/* Installs a handler of SIGBUS, which is passed on if it is not of an access here */
struct gmem *gmem_new(void);
void gmem_free(struct gmem *gm);

/*
 * Memory at @gpa, of a file from @offset on. It must overlap nothing, as vfu_ops has it.
 * -EINVAL if the file is shorter than that or is none
 */
int gmem_add(struct gmem *gm, uint64_t gpa, uint64_t size, int fd, uint64_t offset,
	     bool writable);
/* -ENOENT if no region begins there */
int gmem_remove(struct gmem *gm, uint64_t gpa);

/* All or nothing of it is within memory; -EFAULT. What is written is in part, if it fails */
int gmem_read(struct gmem *gm, uint64_t gpa, void *buf, size_t len);
int gmem_write(struct gmem *gm, uint64_t gpa, const void *buf, size_t len);
/* In one access, @gpa being even. What was read comes before everything after it */
int gmem_load16(struct gmem *gm, uint64_t gpa, uint16_t *value);
/* Likewise, and everything before it comes before */
int gmem_store16(struct gmem *gm, uint64_t gpa, uint16_t value);

#endif
