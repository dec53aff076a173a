/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A backend that records: what endpoints can reach through it is looked up. Its caches
 * are as bad as caches may be: what was unmapped can be reached until they are told. It
 * ends the program if the device does what the interface does not allow.
 */
#ifndef VIOMMU_FAKE_H
#define VIOMMU_FAKE_H

#include <glib.h>

#include "../backend.h"

/**
 * struct fake_dev - takes the place of struct ds_dev
 * @unit: IOMMU that it is behind
 * @aperture: what that translates; 0 to 0 for 48 bits
 * @resv: what is not to be mapped there
 * @n: how many
 */
struct fake_dev {
	unsigned int unit;
	struct viommu_range aperture;
	struct viommu_range resv[4];
	size_t n;
};

/**
 * struct fake - the backend
 * @base: what the device knows
 * @ports: struct viommu_port
 * @spaces: how many there are
 * @maps: calls so far, and so on
 * @clashes: maps where something was mapped, which only a failure can lead to
 * @fail_in: this call fails, counted from 1; 0 for none
 * @fail_len: and so many after it
 * @error: in this way
 * @failed: how many did
 * @faults: struct viommu_hw_fault that wait
 * @watched: called with @watcher when the device asks for a fault, so that more can come
 * @handed: the last tables that were handed over
 * @forgot: calls of that so far; the last of them follow
 */
struct fake {
	struct viommu_backend base;
	GPtrArray *ports;
	unsigned int spaces;
	unsigned int maps;
	unsigned int unmaps;
	unsigned int syncs;
	unsigned int attaches;
	unsigned int clashes;
	unsigned int fail_in;
	unsigned int fail_len;
	int error;
	unsigned int failed;
	GQueue faults;
	void (*watched)(void *watcher);
	void *watcher;
	struct viommu_handed handed;
	unsigned int forgot;
	bool forgot_all;
	bool forgot_leaf;
	bool forgot_config;
	struct viommu_range forgot_range;
};

struct fake *fake_new(void);

static inline struct ds_dev *fake_ds(struct fake_dev *dev)
{
	return (struct ds_dev *)dev;
}

/*
 * An access of one byte by the endpoint whose number this is: the IPA, or UINT64_MAX if
 * it cannot.
 */
uint64_t fake_access(struct fake *f, uint32_t id, uint64_t iova, unsigned int access);
/* The same without what caches still have that refused to be told */
uint64_t fake_access_told(struct fake *f, uint32_t id, uint64_t iova, unsigned int access);
/* Segments that the endpoint's space has now, of any cache's not to speak */
unsigned int fake_segments(struct fake *f, uint32_t id);
/* The endpoint has a fault */
void fake_fault(struct fake *f, uint32_t id, enum viommu_fault_kind kind,
		unsigned int access, uint64_t addr);

#endif /* VIOMMU_FAKE_H */
