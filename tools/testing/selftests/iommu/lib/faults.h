/* SPDX-License-Identifier: GPL-2.0-only */
/* Page faults of devices, as a VMM takes and answers them */
#ifndef IOMMU_FAULTS_H
#define IOMMU_FAULTS_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/iommufd.h>

#include "held.h"

/**
 * struct faults - a fault queue
 * @iommufd: where it is
 * @id: the object
 * @queue: the file that faults are read from and answers written to, or -1
 */
struct faults {
	int iommufd;
	uint32_t id;
	int queue;
};

/* All return 0 or a negative errno unless they say something else. */

int faults_create(struct faults *f, int iommufd);
/* -EBUSY while a HWPT has it; the file is closed all the same */
int faults_destroy(struct faults *f);

/* The next fault, -EAGAIN if there is none within @ms */
int faults_read(const struct faults *f, int ms, struct iommu_hwpt_pgfault *fault);
/* @code is one of enum iommufd_page_response_code */
int faults_answer(const struct faults *f, uint32_t cookie, uint32_t code);

/**
 * struct pager - a thread that answers faults as they come
 * @faults: of this queue
 * @page: makes what is missing; returns an enum iommufd_page_response_code, or
 *	a negative errno, which ends the thread
 * @arg: what @page is called with
 * @job: the thread
 * @stop: eventfd that ends it
 * @served: how many faults there were
 */
struct pager {
	const struct faults *faults;
	int (*page)(void *arg, const struct iommu_hwpt_pgfault *fault);
	void *arg;
	struct job job;
	int stop;
	unsigned int served;
};

int pager_start(struct pager *p, const struct faults *f,
		int (*page)(void *arg, const struct iommu_hwpt_pgfault *fault), void *arg);
/* What went wrong in the thread, if anything did */
int pager_stop(struct pager *p);

#endif /* IOMMU_FAULTS_H */
