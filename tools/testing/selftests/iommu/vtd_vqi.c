// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors of a guest that is not to be trusted: every type, every bit, every length.
 * What is refused is refused before the hardware sees it. What the others do is shown by
 * vtd_vqi_effect.c.
 */
#include <endian.h>
#include <sys/mman.h>

#include "harness.h"

#define IOVA	0x10000000ull
#define PAGES	4
#define PASID	0x21
/* Of the same tables, by another name of the guest's and by a PASID */
#define OTHER	0xabcd

FIXTURE(vqi)
{
	struct rig rig;
	uint32_t vsid;
	uint16_t did;
	uint64_t old[PAGES];
	uint64_t new[PAGES];
	uint32_t of_pasid;
};

FIXTURE_VARIANT(vqi)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(vqi, usual)
{
};

FIXTURE_VARIANT_ADD(vqi, ats)
{
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(vqi, async)
{
	.cfg.ats = true,
	.cfg.async = true,
};

/* At most 32 pages with one descriptor */
FIXTURE_VARIANT_ADD(vqi, small_ranges)
{
	.cfg.cap_clear = VTD_CAP_MAMV(63),
	.cfg.cap_set = VTD_CAP_MAMV(5),
};

FIXTURE_VARIANT_ADD(vqi, no_ranges)
{
	.cfg.cap_clear = VTD_CAP_PSI | VTD_CAP_MAMV(63),
};

FIXTURE_VARIANT_ADD(vqi, no_device_tlb)
{
	.cfg.ecap_clear = VTD_ECAP_DT | VTD_ECAP_NWFS | VTD_ECAP_PRS |
			  VTD_ECAP_PDS,
};

static bool has(const FIXTURE_VARIANT(vqi) *variant, uint64_t ecap)
{
	return !(variant->cfg.ecap_clear & ecap);
}

FIXTURE_SETUP(vqi)
{
	struct rig_config cfg = variant->cfg;
	struct iommu_hwpt_vtd_pasid_entry entry;
	struct rig *r = &self->rig;
	unsigned int i;

	cfg.nr_eps = 2;
	cfg.pasid_bits = 8;
	cfg.raw = true;
	cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID;
	RIG_UP(r, &cfg);
	self->vsid = r->nest.devs[0].vsid;
	self->did = r->s1.asid;
	for (i = 0; i < PAGES; i++) {
		self->old[i] = rig_page(r, &r->s1, IOVA + i * PAGE_4K, i);
		self->new[i] = rig_page(r, &r->s1, 0, 100 + i);
		ASSERT_NE(0, self->old[i]);
		ASSERT_NE(0, self->new[i]);
	}
	entry = vtd_entry(&r->s1, OTHER, 0);
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu,
				    IOMMU_HWPT_ALLOC_PASID, &entry,
				    &self->of_pasid));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, self->of_pasid));
	if (cfg.ats)
		for (i = 0; i < 2; i++)
			ASSERT_EQ(0, ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE));
}

/* Whatever was tried, the hardware has not found an error, and works */
FIXTURE_TEARDOWN(vqi)
{
	struct rig *r = &self->rig;
	uint64_t errors = 1;

	EXPECT_EQ(0, mock_driver_count(&r->mock, "errors", &errors));
	EXPECT_EQ(0, errors);
	EXPECT_EQ(0, ep_pasid(&r->dev[0], 0));
	EXPECT_EQ(0, s1_map(&r->s1, IOVA, self->new[0], S1_4K, S1_RW));
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 100));
	EXPECT_EQ(0, rig_down(r));
}

static int run(FIXTURE_DATA(vqi) *self, uint64_t w0, uint64_t w1)
{
	return dsi_descriptor(self->rig.iommufd, self->rig.nest.viommu,
			      vtd_desc_make(w0, w1));
}

static int run_desc(FIXTURE_DATA(vqi) *self, vtd_desc desc)
{
	return dsi_descriptor(self->rig.iommufd, self->rig.nest.viommu, desc);
}

/* Granularities that a type has, with ids that are known */
static bool is_known(const FIXTURE_VARIANT(vqi) *variant, unsigned int type,
		     unsigned int gran)
{
	switch (type) {
	case QI_CC:
		return gran;
	case QI_IOTLB:
		return gran == 1 || gran == 2 ||
		       (gran == 3 && !(variant->cfg.cap_clear & VTD_CAP_PSI));
	case QI_PIOTLB:
		return gran == 2 || gran == 3;
	case QI_PC:
		return gran != 2;
	case QI_WAIT:
		return true;	/* IF and SW */
	default:
		return false;
	}
}

TEST_F(vqi, every_type)
{
	unsigned int type, hi, gran;
	uint64_t ids;

	for (hi = 0; hi < 8; hi++) {
		for (type = 0; type < 16; type++) {
			for (gran = 0; gran < 4; gran++) {
				/* Type 1 has its source-id above its domain-id */
				ids = type == QI_DTLB || type == QI_PDTLB ? 0 :
				      QI0_DID(self->did);
				if (type == QI_CC)
					ids |= QI_CC0_SID(self->vsid);
				if (type == QI_WAIT)
					ids = 0;
				EXPECT_EQ(!hi && is_known(variant, type, gran) ?
					  0 : -EIO,
					  run(self, type | (uint64_t)hi << 9 |
					      QI0_G(gran) | ids, 0))
					TH_LOG("type %#x/%u, granularity %u",
					       type, hi, gran);
			}
		}
	}
	EXPECT_EQ(has(variant, VTD_ECAP_DT) ? 0 : -EIO,
		  run(self, QI_DTLB | QI_DTLB0_SID(self->vsid), 0));
	EXPECT_EQ(has(variant, VTD_ECAP_DT) ? 0 : -EIO,
		  run(self, QI_PDTLB | QI_PDTLB0_SID(self->vsid), 0));
	EXPECT_EQ(-EIO, run(self, QI_IEC, 0));
	EXPECT_EQ(-EIO, run(self, QI_IEC | QI0_G(1), 0));
	EXPECT_EQ(-EIO, run(self, QI_PGRP_RESP | QI0_DID(self->vsid), 0));
	EXPECT_EQ(-EIO, run(self, ~0ull, ~0ull));
}

/* Every bit of a descriptor that is not an id: taken, or refused */
TEST_F(vqi, every_bit)
{
	const uint64_t did = QI0_DID(self->did), pages = ~(PAGE_4K - 1);
	const uint64_t did_bits = QI0_DID(0xffff), pasid_bits = QI0_PASID(0xfffff);
	const bool psi = !(variant->cfg.cap_clear & VTD_CAP_PSI);
	const bool small = variant->cfg.cap_clear & VTD_CAP_MAMV(63);
	const bool dt = has(variant, VTD_ECAP_DT);
	const uint64_t pds = has(variant, VTD_ECAP_PDS) ? QI_WAIT0_PD : 0;
	const struct {
		uint64_t w0;
		uint64_t good0;
		uint64_t either0;
		uint64_t good1;
	} descs[] = {
		/* Ids mean nothing of a global one */
		{ QI_CC | QI0_G(1), did_bits | QI0_PASID(0xffff) | 3ull << 48,
		  QI0_G(3), 0 },
		{ QI_CC | QI0_G(2), did_bits | QI0_PASID(0xffff) | 3ull << 48,
		  QI0_G(3), 0 },
		{ QI_CC | QI0_G(3) | QI_CC0_SID(self->vsid), did_bits,
		  QI0_G(3) | QI_CC0_SID(0xffff) | 3ull << 48, 0 },
		{ QI_IOTLB | QI0_G(1), did_bits | 3ull << 6, QI0_G(3),
		  pages | 0x7f },
		{ QI_IOTLB | QI0_G(2) | did, 3ull << 6, QI0_G(3) | did_bits,
		  pages | 0x7f },
		{ psi ? QI_IOTLB | QI0_G(3) | did : 0, 3ull << 6,
		  QI0_G(3) | did_bits, pages | 0x7f },
		{ QI_PIOTLB | QI0_G(2) | did, pasid_bits, QI0_G(3) | did_bits,
		  pages | 0x7f },
		{ QI_PIOTLB | QI0_G(3) | did, pasid_bits, QI0_G(3) | did_bits,
		  pages | 0x7f },
		{ QI_PC | QI0_G(3), did_bits | pasid_bits, QI0_G(3), 0 },
		{ QI_PC | QI0_G(0) | did, pasid_bits, QI0_G(3) | did_bits, 0 },
		{ QI_PC | QI0_G(1) | did, pasid_bits, QI0_G(3) | did_bits, 0 },
		{ QI_WAIT, QI_WAIT0_IF | QI_WAIT0_SW | QI_WAIT0_FN | pds |
		  0xffffffffull << 32, 0, ~3ull },
		{ dt ? QI_DTLB | QI_DTLB0_SID(self->vsid) : 0, 0x1full << 16,
		  QI_DTLB0_SID(0xffff), pages | 1 },
		/* A PASID of 8 bits */
		{ dt ? QI_PDTLB | QI_PDTLB0_SID(self->vsid) : 0,
		  0x1full << 4 | QI0_PASID(0xff), QI_PDTLB0_SID(0xffff),
		  pages | QI_PDTLB1_G | QI_PDTLB1_S },
	};
	unsigned int i, bit;
	uint64_t bit0;
	int rc;

	for (i = 0; i < ARRAY_SIZE(descs); i++) {
		/* The unit has it not, see every_type */
		if (!descs[i].w0)
			continue;
		ASSERT_EQ(0, run(self, descs[i].w0, 0))
			TH_LOG("descriptor %#llx",
			       (unsigned long long)descs[i].w0);
		for (bit = 4; bit < 64; bit++) {
			bit0 = 1ull << bit;
			rc = run(self, descs[i].w0 ^ bit0, 0);
			if (descs[i].either0 & bit0 && (!rc || rc == -EIO))
				continue;
			EXPECT_EQ(descs[i].good0 & bit0 ? 0 : -EIO, rc)
				TH_LOG("descriptor %#llx, bit %u",
				       (unsigned long long)descs[i].w0, bit);
		}
		for (bit = 0; bit < 64; bit++) {
			const bool mask = (descs[i].w0 & 0x3f) ==
					  (QI_IOTLB | QI0_G(3)) && bit < 6;

			rc = run(self, descs[i].w0, 1ull << bit);
			/* Of pages of stage-2 the mask has a limit */
			if (mask) {
				EXPECT_EQ(1u << bit <= (small ? 5 : 45) ? 0 : -EIO,
					  rc);
				continue;
			}
			EXPECT_EQ(descs[i].good1 & 1ull << bit ? 0 : -EIO, rc)
				TH_LOG("descriptor %#llx, bit %u",
				       (unsigned long long)descs[i].w0, 64 + bit);
		}
	}
}

/* The upper half of a 256-bit one is reserved */
TEST_F(vqi, wide)
{
	vtd_desc desc = vtd_desc_iotlb_all();
	unsigned int bit;

	for (bit = 0; bit < 128; bit++) {
		desc.desc[2 + bit / 64] = htole64(1ull << bit % 64);
		EXPECT_EQ(-EIO, run_desc(self, desc)) TH_LOG("bit %u", 128 + bit);
		desc.desc[2 + bit / 64] = 0;
	}
	EXPECT_EQ(0, run_desc(self, desc));
}

/* Ids: the guest's own, and neither the real ones nor any other */
TEST_F(vqi, unknown_ids)
{
	const bool dt = has(variant, VTD_ECAP_DT);
	const uint16_t sids[] = {
		0, 1, RIG_SID(0), RIG_SID(1), self->vsid + 1, self->vsid ^ 0x8000,
		0xffff,
	};
	unsigned int did, i;
	int want;

	for (i = 0; i < ARRAY_SIZE(sids); i++) {
		EXPECT_EQ(-EIO, run_desc(self, vtd_desc_dtlb(sids[i], 0, 64)));
		EXPECT_EQ(-EIO, run_desc(self, vtd_desc_pdtlb(sids[i], 1, 0, 64)));
		EXPECT_EQ(-EIO, run(self, QI_CC | QI0_G(3) | QI_CC0_SID(sids[i]),
				    0));
	}
	/* A mask covers functions of the same device; vSIDs are 0x7700 and 0x7703 */
	EXPECT_EQ(0, run(self, QI_CC | QI0_G(3) | QI_CC0_SID(self->vsid + 7) |
			 QI_CC0_FM(3), 0));
	EXPECT_EQ(0, run(self, QI_CC | QI0_G(3) | QI_CC0_SID(self->vsid + 4) |
			 QI_CC0_FM(1), 0));
	EXPECT_EQ(-EIO, run(self, QI_CC | QI0_G(3) | QI_CC0_SID(self->vsid + 2) |
			    QI_CC0_FM(1), 0));
	EXPECT_EQ(0, run(self, QI_CC | QI0_G(3) | QI_CC0_SID(self->vsid + 2) |
			 QI_CC0_FM(2), 0));
	EXPECT_EQ(-EIO, run(self, QI_CC | QI0_G(3) | QI_CC0_SID(self->vsid + 8) |
			    QI_CC0_FM(3), 0));
	EXPECT_EQ(dt ? 0 : -EIO,
		  run_desc(self, vtd_desc_dtlb(self->rig.nest.devs[1].vsid, 0,
					       64)));
	/* PASIDs that the device does not have */
	EXPECT_EQ(dt ? 0 : -EIO, run_desc(self, vtd_desc_pdtlb(self->vsid, 0xff, 0,
							       64)));
	EXPECT_EQ(-EIO, run_desc(self, vtd_desc_pdtlb(self->vsid, 0x100, 0, 64)));

	for (did = 0; did < 0x10000; did += 61) {
		want = did == self->did || did == OTHER ? 0 : -EIO;
		EXPECT_EQ(want, run_desc(self, vtd_desc_iotlb(did)));
		EXPECT_EQ(want, run_desc(self, vtd_desc_pasid(did, 0)));
		EXPECT_EQ(want, run_desc(self, vtd_desc_pages(did, 0, 0, 0, true)));
		EXPECT_EQ(want, run(self, QI_PC | QI0_DID(did), 0));
	}
	EXPECT_EQ(0, run_desc(self, vtd_desc_iotlb(self->did)));
	EXPECT_EQ(0, run_desc(self, vtd_desc_iotlb(OTHER)));
}

/* Arrays of any length, of both sizes, with a bad one at any distance */
TEST_F(vqi, long_arrays)
{
	static const uint32_t lengths[] = { 1, 2, 31, 32, 33, 63, 64, 65, 127,
					    128, 129, 255, 256, 257, 1000,
					    4096, 70000 };
	const uint32_t max = 70000;
	uint64_t *shorts = calloc(max, 16);
	vtd_desc *descs = calloc(max, sizeof(*descs)), good;
	struct rig *r = &self->rig;
	unsigned int i, at;
	uint32_t num;

	ASSERT_NE(NULL, descs);
	ASSERT_NE(NULL, shorts);
	for (i = 0; i < max; i++) {
		descs[i] = i % 7 ? vtd_desc_pages(self->did, 0, IOVA +
						  i % PAGES * PAGE_4K, 0, i & 1) :
			   vtd_desc_fence();
		memcpy(&shorts[2 * i], &descs[i], 16);
	}
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		at = lengths[i] - 1;
		num = lengths[i];
		EXPECT_EQ(0, dsi_descriptors(r->iommufd, r->nest.viommu, descs, 32,
					     &num));
		EXPECT_EQ(lengths[i], num);
		num = lengths[i];
		EXPECT_EQ(0, dsi_descriptors(r->iommufd, r->nest.viommu, shorts,
					     16, &num));
		EXPECT_EQ(lengths[i], num);

		good = descs[at];
		descs[at] = vtd_desc_make(0, 0);
		num = max;
		EXPECT_EQ(-EIO, dsi_descriptors(r->iommufd, r->nest.viommu, descs,
						32, &num));
		EXPECT_EQ(at, num);
		descs[at] = good;
		shorts[2 * at] = ~0ull;
		num = max;
		EXPECT_EQ(-EIO, dsi_descriptors(r->iommufd, r->nest.viommu, shorts,
						16, &num));
		EXPECT_EQ(at, num);
		memcpy(&shorts[2 * at], &good, 16);
	}
	free(descs);
	free(shorts);
}

/* The call itself */
#define TRY_INV(err, num, ...) do { \
	struct iommu_hwpt_invalidate cmd_ = call; \
	__VA_ARGS__; \
	EXPECT_EQ(err, dsi_ioctl(self->rig.iommufd, IOMMU_HWPT_INVALIDATE, \
				 &cmd_)) \
		TH_LOG("with %s", #__VA_ARGS__); \
	EXPECT_EQ(num, cmd_.entry_num) \
		TH_LOG("with %s", #__VA_ARGS__); \
	} while (0)

TEST_F(vqi, call)
{
	struct rig *r = &self->rig;
	vtd_desc desc[4] = {
		vtd_desc_iotlb_all(), vtd_desc_iotlb_all(),
		vtd_desc_iotlb_all(), vtd_desc_iotlb_all(),
	};
	const struct iommu_hwpt_invalidate call = {
		.size = sizeof(call),
		.hwpt_id = r->nest.viommu,
		.data_uptr = (uintptr_t)desc,
		.data_type = IOMMU_VIOMMU_INVALIDATE_DATA_VTD,
		.entry_len = sizeof(desc[0]),
		.entry_num = 4,
	};
	uint8_t *end;
	uint32_t i;

	TRY_INV(0, 4, (void)cmd_);
	TRY_INV(0, 0, cmd_.entry_num = 0);
	TRY_INV(0, 0, cmd_.entry_num = 0, cmd_.data_uptr = 0,
		cmd_.entry_len = 0);
	/* The second half of one is no descriptor */
	TRY_INV(-EIO, 1, cmd_.entry_len = 16);
	for (i = 1; i < 70; i++)
		if (i != 16 && i != 32)
			TRY_INV(-EINVAL, 0, cmd_.entry_len = i);
	TRY_INV(-EOPNOTSUPP, 0, cmd_.__reserved = 1);
	TRY_INV(-ENOENT, 0, cmd_.hwpt_id = 0);
	TRY_INV(-EINVAL, 0, cmd_.hwpt_id = r->nest.parent);
	TRY_INV(-EINVAL, 0, cmd_.hwpt_id = r->ioas);
	TRY_INV(-EOPNOTSUPP, 0, cmd_.hwpt_id = r->nested);
	for (i = 0; i < 16; i++) {
		TRY_INV(-EINVAL, 0, cmd_.data_type = i);
		TRY_INV(-EINVAL, 0, cmd_.data_type = i, cmd_.entry_num = 0);
	}
	TRY_INV(-EINVAL, 0, cmd_.data_uptr = 0);
	TRY_INV(-EFAULT, 0, cmd_.data_uptr = 8);
	TRY_INV(-EFAULT, 0, cmd_.data_uptr = 1ull << 63);
	TRY_INV(-EINVAL, 0, cmd_.entry_num = UINT32_MAX);

	/* Two and a half are there: two are done */
	end = mmap(NULL, 2 * PAGE_4K, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, end);
	ASSERT_EQ(0, munmap(end + PAGE_4K, PAGE_4K));
	memcpy(end + PAGE_4K - 80, desc, 80);
	TRY_INV(-EFAULT, 2, cmd_.data_uptr = (uintptr_t)end + PAGE_4K - 80);
}

/* Whatever bits there may be */
TEST_F(vqi, by_chance)
{
	static const uint8_t types[] = {
		QI_CC, QI_IOTLB, QI_DTLB, QI_WAIT, QI_PIOTLB, QI_PC, QI_PDTLB,
		QI_PGRP_RESP,
	};
	struct rig *r = &self->rig;
	uint64_t seed = 0xc0ffee;
	unsigned int i, round;
	vtd_desc desc[16];
	uint32_t num;
	int rc;

	for (round = 0; round < 3000; round++) {
		for (i = 0; i < ARRAY_SIZE(desc); i++) {
			uint64_t w0 = util_random(&seed) & util_random(&seed);
			uint64_t w1 = util_random(&seed) & util_random(&seed);
			uint64_t how = util_random(&seed);

			if (how & 1)
				w0 = (w0 & ~0xe0full) | types[how >> 8 & 7];
			if (how & 2)
				w0 = (w0 & ~QI0_DID(0xffff)) |
				     QI0_DID(how & 4 ? self->did : self->vsid);
			if (how & 8)
				w0 = (w0 & 0xffffffff) |
				     QI_DTLB0_SID(self->vsid);
			if (how & 16)
				w1 &= ~0xfffull;
			desc[i] = vtd_desc_make(w0, w1);
		}
		num = ARRAY_SIZE(desc);
		rc = dsi_descriptors(r->iommufd, r->nest.viommu, desc,
				     sizeof(*desc), &num);
		ASSERT_TRUE(!rc || rc == -EIO) TH_LOG("%d", rc);
		ASSERT_EQ(!rc, num == ARRAY_SIZE(desc));
	}
}

TEST_HARNESS_MAIN
