/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU instances: made through configfs, looked into through debugfs */
#ifndef IOMMU_MOCK_LIB_H
#define IOMMU_MOCK_LIB_H

#include <stdbool.h>
#include <stdint.h>

#define MOCK_CONFIGFS		"/sys/kernel/config/iommu-mock"
#define MOCK_DEBUGFS		"/sys/kernel/debug/iommu-mock"
#define MOCK_MAX_ENDPOINTS	256
#define MOCK_FOR_EVER		UINT32_MAX

/* CAP and ECAP bits that tests switch (VT-d 11.4.2, 11.4.3) */
#define VTD_CAP_ND		(7ull << 0)
#define VTD_CAP_CM		(1ull << 7)
#define VTD_CAP_SAGAW_4LVL	(1ull << 10)
#define VTD_CAP_SAGAW_5LVL	(1ull << 11)
#define VTD_CAP_MGAW(x)		((x) * (1ull << 16))
#define VTD_CAP_SSLPS		(0xfull << 34)
#define VTD_CAP_PSI		(1ull << 39)
#define VTD_CAP_MAMV(x)		((x) * (1ull << 48))
#define VTD_CAP_FS1GP		(1ull << 56)
#define VTD_CAP_FS5LP		(1ull << 60)
#define VTD_ECAP_QI		(1ull << 1)
#define VTD_ECAP_DT		(1ull << 2)
#define VTD_ECAP_SC		(1ull << 7)
#define VTD_ECAP_NEST		(1ull << 26)
#define VTD_ECAP_PRS		(1ull << 29)
#define VTD_ECAP_ERS		(1ull << 30)
#define VTD_ECAP_SRS		(1ull << 31)
#define VTD_ECAP_NWFS		(1ull << 33)
#define VTD_ECAP_EAFS		(1ull << 34)
#define VTD_ECAP_PSS		(0x1full << 35)
#define VTD_ECAP_PASID		(1ull << 40)
#define VTD_ECAP_PDS		(1ull << 42)
#define VTD_ECAP_SMTS		(1ull << 43)
#define VTD_ECAP_SSADS		(1ull << 45)
#define VTD_ECAP_SSTS		(1ull << 46)
#define VTD_ECAP_FSTS		(1ull << 47)

enum mock_type { MOCK_VTD, MOCK_SMMUV3 };

/* IDR bits that tests switch (SMMUv3 6.3) */
#define SMMU_IDR0_S2P		(1u << 0)
#define SMMU_IDR0_S1P		(1u << 1)
#define SMMU_IDR0_HTTU		(3u << 6)
#define   SMMU_IDR0_HTTU_AD	(2u << 6)
#define SMMU_IDR0_HYP		(1u << 9)
#define SMMU_IDR0_ATS		(1u << 10)
#define SMMU_IDR0_NS1ATS	(1u << 11)
#define SMMU_IDR0_ASID16	(1u << 12)
#define SMMU_IDR0_MSI		(1u << 13)
#define SMMU_IDR0_PRI		(1u << 16)
#define SMMU_IDR0_VMID16	(1u << 18)
#define SMMU_IDR0_CD2L		(1u << 19)
#define SMMU_IDR0_STALL		(3u << 24)
#define   SMMU_IDR0_FORCED_STALL (2u << 24)
#define SMMU_IDR0_ST2L		(1u << 27)
#define SMMU_IDR1_SIDSIZE	0x3fu
#define SMMU_IDR1_SSIDSIZE	(0x1fu << 6)
#define SMMU_IDR1_EVENTQS(x)	((x) * (1u << 16))
#define SMMU_IDR1_CMDQS(x)	((x) * (1u << 21))
#define SMMU_IDR3_HAD		(1u << 2)
#define SMMU_IDR3_FWB		(1u << 8)
#define SMMU_IDR3_RIL		(1u << 10)
#define SMMU_IDR5_OAS		7u
#define   SMMU_OAS_40		2u
#define   SMMU_OAS_48		5u
#define SMMU_IDR5_GRAN4K	(1u << 4)
#define SMMU_IDR5_GRAN16K	(1u << 5)
#define SMMU_IDR5_GRAN64K	(1u << 6)

/**
 * struct mock - an instance
 * @type: the hardware that it is
 * @name: its directory in configfs
 * @nr_endpoints: how many of @endpoints there are
 * @endpoints: names of the endpoints' directories
 */
struct mock {
	enum mock_type type;
	char name[40];
	unsigned int nr_endpoints;
	char endpoints[MOCK_MAX_ENDPOINTS][16];
};

struct mock_stats {
	uint64_t translations;
	uint64_t iotlb_hits;
	uint64_t walk_refs;
	uint64_t invalidations;
	uint64_t faults;
};

/**
 * struct mock_responses - responses to page requests of an endpoint
 * @success: how many of this code
 * @invalid: of this
 * @failure: and of this
 * @index: group of the latest one
 */
struct mock_responses {
	uint64_t success;
	uint64_t invalid;
	uint64_t failure;
	unsigned int index;
};

/**
 * struct mock_non_snooped - DMA of an endpoint that went round the caches
 * @reads: of memory, a page or a part of it each
 * @writes: likewise
 * @addr: address of the last one
 */
struct mock_non_snooped {
	uint64_t reads;
	uint64_t writes;
	uint64_t addr;
};

/* Functions return 0 or a negative errno unless they say something else. */

/*
 * Do new instances reorder? Then caches are filled with what nobody has asked for,
 * and numbers of hits and walks say nothing
 */
bool mock_reorders(void);
/* Is iommu_mock loaded, and configfs mounted? */
bool mock_present(void);

/* A new instance, its name is @prefix and the process id */
int mock_create(struct mock *m, enum mock_type type, const char *prefix);
/* Not live any more, endpoints and instance removed */
int mock_destroy(struct mock *m);
/* Destroy what earlier, failed tests left behind */
void mock_sweep(void);

/* Attributes of the instance; @attr may be in a subdirectory: "caches/..." */
int mock_set(const struct mock *m, const char *attr, uint64_t val);
int mock_set_text(const struct mock *m, const char *attr, const char *text);
int mock_get(const struct mock *m, const char *attr, uint64_t *val);
/* One line without its end, or an empty string */
int mock_get_text(const struct mock *m, const char *attr, char *buf,
		  size_t size);
int mock_set_live(const struct mock *m, bool live);

/* Add an endpoint directory and set its source-id or StreamID */
int mock_add_endpoint(struct mock *m, const char *name, uint32_t source_id);
int mock_remove_endpoint(struct mock *m, const char *name);
int mock_ep_set(const struct mock *m, const char *ep, const char *attr,
		uint64_t val);
int mock_ep_get_text(const struct mock *m, const char *ep, const char *attr,
		     char *buf, size_t size);
/* Where its device is in sysfs, platform device or PCI function; empty for none */
int mock_ep_sysfs(const struct mock *m, const char *ep, char *buf, size_t size);

/* debugfs */
int mock_stats(const struct mock *m, struct mock_stats *st);
int mock_debugfs(const struct mock *m, const char *file, char *buf,
		 size_t size);
/* What the driver counts of its commands to the unit: @name is a line there */
int mock_driver_count(const struct mock *m, const char *name, uint64_t *val);
int mock_misbehave(const struct mock *m, const char *what, uint32_t count);
/* The module that drives units of this type */
const char *mock_driver_name(enum mock_type type);
/* A parameter of the driver of this type's units, for units found later */
int mock_driver_param(enum mock_type type, const char *name, uint32_t val);

/*
 * The queue stands still in front of the @nth next command of a kind: "devtlb",
 * "context", "tlb" or "sync"
 */
int mock_hold(const struct mock *m, const char *kind, uint32_t nth);
/* It goes on, and stands still no more */
int mock_go(const struct mock *m);
/* "off", "armed KIND N" or "held KIND" */
int mock_hold_state(const struct mock *m, char *buf, size_t size);
/* Wait until it does stand still: -ETIMEDOUT after minutes */
int mock_wait_held(const struct mock *m);
/* Every wait completes later */
int mock_sync_delay(const struct mock *m, uint32_t ms);
/* How long the unit waits for a device-TLB, 0: for ever */
int mock_devtlb_limit(const struct mock *m, uint32_t ms);
/* How long this endpoint takes to answer an invalidation of its device-TLB */
int mock_ep_inv_delay(const struct mock *m, const char *ep, uint32_t ms);
int mock_ep_non_snooped(const struct mock *m, const char *ep,
			struct mock_non_snooped *ns);
/* Page requests as they are: "index address access [pasid [count]]" */
int mock_ep_pages(const struct mock *m, const char *ep, const char *what);
/* What was responded to them since a reset */
int mock_ep_responses(const struct mock *m, const char *ep,
		      struct mock_responses *res);
/* Plug an endpoint of a live instance in, or unplug it */
int mock_ep_plug(const struct mock *m, const char *ep, bool live);

#endif /* IOMMU_MOCK_LIB_H */
