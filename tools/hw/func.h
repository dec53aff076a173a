/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function behind the IOMMU, by VFIO: QEMU's edu (edu.c), or the endpoint of
 * the mock hardware (mock_func.c). The tests use what both can.
 */
#ifndef HW_FUNC_H
#define HW_FUNC_H

#include <stdbool.h>
#include <stdint.h>

#include "vdev.h"

/* One transfer is no longer than this */
#define FUNC_MAX	4096u

struct func;

/**
 * struct func_ops - a kind of functions
 * @copy: move @len bytes from one place on the bus to another. -EFAULT is from
 *	a function that knows that it was blocked, and wrote nothing then. For
 *	one that does not know, what it could not read is what it last had read,
 *	or zeros
 * @touch: read or write @len bytes. What they are is not known, only that they
 *	are not zeros if the last ones that it read were none; nor whether it was
 *	blocked
 * @raise: send an MSI
 */
struct func_ops {
	int (*copy)(struct func *f, uint64_t src, uint64_t dst, uint32_t len);
	int (*touch)(struct func *f, uint64_t iova, uint32_t len, bool write);
	int (*raise)(struct func *f);
};

/**
 * struct func - an open function
 * @ops: what kind it is
 * @v: by VFIO, in some iommufd
 * @sysfs: its directory there
 */
struct func {
	const struct func_ops *ops;
	struct vdev v;
	char sysfs[64];
};

/* All return 0 or a negative errno. */

static inline int func_copy(struct func *f, uint64_t src, uint64_t dst,
			    uint32_t len)
{
	return f->ops->copy(f, src, dst, len);
}

static inline int func_touch(struct func *f, uint64_t iova, uint32_t len,
			     bool write)
{
	return f->ops->touch(f, iova, len, write);
}

static inline int func_raise(struct func *f)
{
	return f->ops->raise(f);
}

void func_close(struct func *f);
/* Have MSIs come to @efd, or to nobody if it is -1 */
int func_irq(struct func *f, int efd);
/* Is there a line of this type in what its IOMMU group reserves? */
int func_reserved(const struct func *f, const char *type, uint64_t *start,
		  uint64_t *end);

#endif /* HW_FUNC_H */
