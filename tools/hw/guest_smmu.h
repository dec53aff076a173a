/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest with an SMMUv3 and the functions of a machine: a nesting parent with
 * its RAM, a vIOMMU, and for each function a vDEVICE, a context descriptor and
 * stage-1 tables, which have a bounce page in them and nothing else.
 *
 * Functions return 0 or a negative errno.
 */
#ifndef HW_GUEST_SMMU_H
#define HW_GUEST_SMMU_H

#include "hw.h"
#include "smmu_guest.h"
#include "smmu_pt.h"

/* The guest's StreamID of a function: none that the host has */
#define GUEST_VSID(nr)	(0x7700u + (nr))
#define GUEST_ASID(nr)	(5u + (nr))
#define GUEST_BOUNCE	0x10000ull
#define GUEST_WIDTH	48
/* What no page of the guest's RAM has, and is beyond 32 bits */
#define NO_GPA		0x7000000000ull
/* More events than a test makes */
#define GUEST_EVENTS	4096

/**
 * struct guest_dev - a function of the guest
 * @func: the function
 * @vsid: StreamID that the guest has for it
 * @asid: of its tables
 * @vdevice: the vDEVICE
 * @s1: its stage-1 tables
 * @cds: the table with its context descriptor
 * @cd: the context descriptor
 * @hwpt: nested HWPT of these, to which it is attached
 * @bounce: a page in @s1
 */
struct guest_dev {
	struct func *func;
	uint32_t vsid;
	uint16_t asid;
	uint32_t vdevice;
	struct s1 s1;
	struct smmu_cds cds;
	uint64_t *cd;
	uint32_t hwpt;
	struct hw_bounce bounce;
};

/* An event as the guest gets it */
struct guest_event {
	uint32_t flags;
	uint32_t sequence;
	uint64_t word[4];
};

/**
 * struct guest_smmu - all of it
 * @hw: the machine; its memory is the RAM of the guest
 * @ioas: with that RAM
 * @parent: nesting parent on @ioas
 * @viommu: the guest's SMMU
 * @veventq: its event queue
 * @events: file descriptor of that, does not block
 * @event: what guest_smmu_faults() found there
 */
struct guest_smmu {
	struct hw *hw;
	uint32_t ioas;
	uint32_t parent;
	uint32_t viommu;
	uint32_t veventq;
	int events;
	struct guest_event event;
};

/* A guest with the RAM of @hw; @func is any function that it will have */
int guest_smmu_create(struct guest_smmu *g, struct hw *hw, struct func *func);
/* Function @nr of the machine, attached to stage-1 tables of that granule */
int guest_smmu_add(struct guest_smmu *g, struct guest_dev *d, unsigned int nr,
		   unsigned int granule);
/* Both: a guest with all functions of @hw, in @dev */
int guest_smmu_create_all(struct guest_smmu *g, struct guest_dev dev[HW_DEVS],
			  struct hw *hw, unsigned int granule);
/* Another nested HWPT for it */
int guest_smmu_vste(struct guest_smmu *g, struct guest_dev *d,
		    struct iommu_hwpt_arm_smmuv3 vste, uint32_t *hwpt);
/* A page with the pattern of @seed, of the granule's size, at @iova; its GPA or 0 */
uint64_t guest_smmu_page(struct guest_smmu *g, struct guest_dev *d,
			 uint64_t iova, uint64_t seed);
/* One command of the guest's */
int guest_smmu_cmd(struct guest_smmu *g, smmu_cmd cmd);
/* As hw_sees() and hw_writes(), by the bounce page of @d */
int guest_smmu_sees(struct guest_dev *d, uint64_t iova, uint64_t seed);
int guest_smmu_writes(struct guest_dev *d, uint64_t iova, uint64_t seed);
/* Another context descriptor, and the command for it */
int guest_smmu_cd(struct guest_smmu *g, struct guest_dev *d, const uint64_t *cd);
/*
 * The function touches 4 bytes at @iova. 0: the guest hears of a fault @id of
 * its stage-1 there, or of its configuration; -EAGAIN: it hears of nothing;
 * -EBADMSG: of something else
 */
int guest_smmu_faults(struct guest_smmu *g, struct guest_dev *d, uint64_t iova,
		      bool write, unsigned int id);
/* The next event within 1 s, or -EAGAIN */
int guest_smmu_event(struct guest_smmu *g, struct guest_event *event);

#endif /* HW_GUEST_SMMU_H */
