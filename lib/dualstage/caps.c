// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* What an IOMMU can do, whatever its vendor, and what is missing, in words */
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

void ds_caps_raw(struct ds_caps *caps)
{
	caps->features &= DS_CAPS_OF_DEVICE;
	caps->s1_pages = 0;
	caps->s1_bits = 0;
	caps->s2_bits = 0;
	caps->s1_levels = 0;
	switch (caps->vendor) {
	case DS_VTD:
		ds_caps_vtd(caps);
		break;
	case DS_SMMUV3:
		ds_caps_smmu(caps);
		break;
	case DS_NONE:
		break;
	}
}

static enum ds_vendor vendor_of(uint32_t type)
{
	switch (type) {
	case IOMMU_HW_INFO_TYPE_INTEL_VTD:
		return DS_VTD;
	case IOMMU_HW_INFO_TYPE_ARM_SMMUV3:
		return DS_SMMUV3;
	default:
		return DS_NONE;
	}
}

/* A vIOMMU on no HWPT cannot be; what cannot be at all is refused before that is seen */
static int ask_raw(struct ds_dev *dev)
{
	struct iommu_viommu_intel_vtd vtd = { .version = IOMMU_VIOMMU_VTD_VERSION };
	uint32_t id;
	int rc;

	if (dev->caps.vendor == DS_VTD)
		rc = dsi_viommu_of(dev->ctx->fd, dev->id, 0, IOMMU_VIOMMU_TYPE_INTEL_VTD,
				   &vtd, sizeof(vtd), &id);
	else
		rc = dsi_viommu(dev->ctx->fd, dev->id, 0, &id);
	switch (rc) {
	case -ENOENT:
		dev->caps.features |= DS_CAN_RAW | DS_CAN_EVENTS;
		return 0;
	case -EOPNOTSUPP:
	case -ENOTTY:
		/* Stage-1 of SMMUv3 is there for a vIOMMU only */
		if (dev->caps.vendor == DS_SMMUV3)
			dev->caps.features &= ~DS_CAN_NEST;
		return 0;
	default:
		return ds_fail_sys(rc, "can device %u have a vIOMMU", dev->id);
	}
}

int ds_caps_ask(struct ds_dev *dev)
{
	struct ds_caps *caps = &dev->caps;
	struct iommu_hw_info cmd = {
		.size = sizeof(cmd),
		.dev_id = dev->id,
		.data_len = sizeof(caps->smmu),
		.data_uptr = (uintptr_t)&caps->smmu,
	};
	int rc;

	_Static_assert(sizeof(caps->smmu) >= sizeof(caps->vtd), "the larger one");
	_Static_assert(sizeof(caps->smmu) <= sizeof(caps->registers), "there is room");
	rc = dsi_ioctl(dev->ctx->fd, IOMMU_GET_HW_INFO, &cmd);
	if (rc)
		return ds_fail_sys(rc, "what the IOMMU of device %u can do", dev->id);
	caps->vendor = vendor_of(cmd.out_data_type);
	caps->pasid_bits = cmd.out_max_pasid_log2;
	if (!(cmd.out_capabilities & IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED))
		caps->features |= DS_CAN_ATS;
	if (cmd.out_capabilities & IOMMU_HW_CAP_DIRTY_TRACKING)
		caps->features |= DS_CAN_DIRTY;
	ds_caps_raw(caps);
	if (!(caps->features & DS_CAN_NEST))
		return 0;
	return ask_raw(dev);
}

void ds_say(struct ds_words *words, const char *fmt, ...)
{
	const size_t room = words->used < words->len ? words->len - words->used : 0;
	va_list ap;
	int n;

	n = snprintf(room ? words->buf + words->used : NULL, room, "%s",
		     words->count ? "; " : "");
	words->used += n;
	va_start(ap, fmt);
	n = vsnprintf(words->used < words->len ? words->buf + words->used : NULL,
		      words->used < words->len ? words->len - words->used : 0, fmt, ap);
	va_end(ap);
	words->used += n;
	words->count++;
}

/* Ascending bits, each of a feature that a guest cannot have without the host */
static const struct {
	uint64_t bit;
	const char *text;
} features[] = {
	{ DS_CAN_NEST, "stage-1 on stage-2" },
	{ DS_CAN_RAW, "an object for the guest's IOMMU (vIOMMU)" },
	{ DS_CAN_EVENTS, "faults of stage-1" },
	{ DS_CAN_DIRTY, "tracking of what is written" },
	{ DS_CAN_ATS, "ATS" },
	{ DS_CAN_PRI, "page requests" },
	{ DS_CAN_STALL, "faults that stall" },
	{ DS_CAN_RIL, "invalidation of a range by one command" },
	{ DS_CAN_DIRTY_NESTED, "tracking of what is written through stage-1" },
};

static void check_neutral(const struct ds_caps *host, const struct ds_caps *guest,
			  struct ds_words *words)
{
	const uint64_t missing = guest->features & ~host->features;
	const uint64_t pages = guest->s1_pages & ~host->s1_pages;
	unsigned int i;

	for (i = 0; i < DS_ARRAY(features); i++)
		if (missing & features[i].bit)
			ds_say(words, "no %s", features[i].text);
	for (i = 0; i < 64; i++)
		if (pages >> i & 1)
			ds_say(words, "no stage-1 pages of 2^%u bytes", i);
	if (guest->s1_bits > host->s1_bits)
		ds_say(words, "IOVAs of %u bits, not %u", host->s1_bits, guest->s1_bits);
	if (guest->s2_bits > host->s2_bits)
		ds_say(words, "IPAs of %u bits, not %u", host->s2_bits, guest->s2_bits);
	if (guest->pasid_bits > host->pasid_bits)
		ds_say(words, "PASIDs of %u bits, not %u", host->pasid_bits,
		       guest->pasid_bits);
}

int ds_caps_check(const struct ds_caps *host, const struct ds_caps *guest, char *why,
		  size_t len)
{
	struct ds_words words = { .buf = why, .len = why ? len : 0 };

	if (words.len)
		why[0] = '\0';
	if (guest->vendor != host->vendor) {
		ds_say(&words, "the IOMMU is one of another vendor");
	} else {
		check_neutral(host, guest, &words);
		if (host->vendor == DS_VTD)
			ds_caps_vtd_check(host, guest, &words);
		else if (host->vendor == DS_SMMUV3)
			ds_caps_smmu_check(host, guest, &words);
	}
	if (!words.count)
		return 0;
	return ds_fail(EOPNOTSUPP, "the guest's IOMMU can do what the host's cannot: %u things",
		       words.count);
}
