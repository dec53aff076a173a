/* SPDX-License-Identifier: GPL-2.0-only */
/* An instance whose endpoints are PCI functions, their transfers and interrupts */
#ifndef IOMMU_FUNCTIONS_H
#define IOMMU_FUNCTIONS_H

#include <stdatomic.h>

#include "pci.h"
#include "rig.h"

#define FUNCTIONS_VECTORS	32

/*
 * As rig_mock(), with functions. If there can be none here, *@why says so, nothing is
 * left to be taken down, and it returns 0
 */
int functions_try(struct rig *r, const struct rig_config *cfg, const char **why);

/*
 * 0 if a VFIO device that nobody has open can be had, and what it sends to @iova is blocked
 * as long as nothing is attached
 */
int function_usable(const char *vfio, uint64_t iova);

/**
 * struct storm - transfers, one after another, until it is told to end
 * @dev: of this function
 * @iova: to this address
 * @end: it is told
 */
struct storm {
	struct vdev *dev;
	uint64_t iova;
	atomic_bool end;
};

/* Of a thread; @arg is the storm */
void *storm_run(void *arg);

/**
 * struct vectors - an eventfd for each interrupt
 * @fd: they, -1 for none
 */
struct vectors {
	int fd[FUNCTIONS_VECTORS];
};

int vectors_open(struct vectors *v);
void vectors_close(struct vectors *v);
/* Have the function raise vector @nr, from 1, by MOCK_EP_CMD_RAISE_* */
int vectors_raise(struct vdev *dev, uint32_t command, unsigned int nr);
/* Wait until it has done so, or whatever it was told */
void vectors_settle(struct vdev *dev);
/* How often vector @nr, from 0, was signalled since the last call, waiting @ms for it */
int vectors_heard(struct vectors *v, unsigned int nr, int ms);
/*
 * A bit for each vector that was signalled since the last call; those in @want are
 * waited for, and a little for what should not come
 */
uint32_t vectors_all(struct vectors *v, uint32_t want);

#endif /* IOMMU_FUNCTIONS_H */
