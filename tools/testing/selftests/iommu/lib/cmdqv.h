/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command queues that a Tegra241 gives to guests (CMDQV), as a VMM has them of the
 * kernel, and as a guest's driver uses them: by the page that is mapped
 *
 * Functions return 0 or a negative errno unless they say something else.
 */
#ifndef IOMMU_CMDQV_H
#define IOMMU_CMDQV_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/iommufd.h>

#include "guest.h"
#include "mock.h"
#include "smmu_guest.h"

/* Registers of a queue, as words of its part of the page */
enum {
	CMDQV_CONS,
	CMDQV_PROD,
	CMDQV_CONFIG,
	CMDQV_STATUS,
	CMDQV_GERROR,
	CMDQV_GERRORN,
	CMDQV_WORDS = 0x80 / 4
};

#define CMDQV_ERR(cons)		((cons) >> 24 & 0x7f)
#define   CMDQV_ERR_ILL		1
#define   CMDQV_ERR_ABT		2
#define   CMDQV_ERR_ATC		3
#define CMDQV_INDEX		0xfffffu

/* How the VMM has them of the kernel, each of it an ioctl */
int cmdqv_hw_info(int fd, uint32_t dev, struct iommu_hw_info_tegra241_cmdqv *info);
int cmdqv_viommu(int fd, uint32_t dev, uint32_t parent,
		 struct iommu_viommu_tegra241_cmdqv *data, uint32_t *viommu);
int cmdqv_hw_queue(int fd, uint32_t viommu, uint32_t index, uint64_t gpa, uint64_t length,
		   uint32_t *id);
int cmdqv_veventq(int fd, uint32_t viommu, uint32_t depth, uint32_t *id, int *queue);
/* The next event: @map is the queues with an error. -EAGAIN if none comes within @ms */
int cmdqv_vevent(int queue, int ms, uint64_t map[2]);

/* The page of a vIOMMU, whatever became of it; or MAP_FAILED, and errno */
void *cmdqv_map(int fd, const struct iommu_viommu_tegra241_cmdqv *data);

/**
 * struct cmdqv_queue - a guest's queue
 * @id: its object in the iommufd
 * @reg: its registers in the page that is mapped
 * @mem: its memory, in the guest's RAM
 * @gpa: where the guest sees that
 * @lg2: log2 of the number of commands
 * @prod: index behind the last command, with the wrap flag
 */
struct cmdqv_queue {
	uint32_t id;
	volatile uint32_t *reg;
	uint64_t *mem;
	uint64_t gpa;
	unsigned int lg2;
	uint32_t prod;
};

/* Queue @index of @viommu, whose page is at @page, with 2^@lg2 commands; not enabled */
int cmdqv_queue_create(struct cmdqv_queue *q, int fd, uint32_t viommu, void *page,
		       struct guest *g, uint32_t index, unsigned int lg2);
/* The guest enables it, or disables it and sets its indexes to zero */
void cmdqv_queue_enable(struct cmdqv_queue *q);
void cmdqv_queue_disable(struct cmdqv_queue *q);
/* A command behind the last one, which the unit is not told of yet */
void cmdqv_put(struct cmdqv_queue *q, uint64_t w0, uint64_t w1);
/* The unit is told, and it is waited until all is consumed or one is in error */
void cmdqv_ring(struct cmdqv_queue *q);
/* Wait until the unit has looked at all that was written to the page */
void cmdqv_settle(struct cmdqv_queue *q);
/* One command and a CMD_SYNC: 0, or the number of the error */
unsigned int cmdqv_run(struct cmdqv_queue *q, smmu_cmd cmd);
/* Is there an error? */
bool cmdqv_failed(const struct cmdqv_queue *q);
/* As a driver does it: a CMD_SYNC in place of the command, and the error acknowledged */
void cmdqv_recover(struct cmdqv_queue *q);

/* Of all queues of a VINTF: the sum of how far they are */
int cmdqv_consumed(const struct mock *m, unsigned int vintf, uint64_t *sum);

#endif /* IOMMU_CMDQV_H */
