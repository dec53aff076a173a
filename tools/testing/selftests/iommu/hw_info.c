// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU_GET_HW_INFO tells what the unit and the endpoint are configured to */
#include "harness.h"

#define CAP_CHANGED	VTD_CAP_FS1GP
#define ECAP_CHANGED	VTD_ECAP_EAFS

FIXTURE(hw_info)
{
	struct rig rig;
};

FIXTURE_VARIANT(hw_info)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(hw_info, usual)
{
};

FIXTURE_VARIANT_ADD(hw_info, no_spr17)
{
	.cfg.no_spr17 = true,
};

FIXTURE_VARIANT_ADD(hw_info, cap)
{
	.cfg.cap_clear = CAP_CHANGED,
	.cfg.ecap_clear = ECAP_CHANGED,
};

FIXTURE_VARIANT_ADD(hw_info, pasid)
{
	.cfg.pasid_bits = 20,
};

FIXTURE_VARIANT_ADD(hw_info, few_pasids)
{
	.cfg.pasid_bits = 5,
};

FIXTURE_VARIANT_ADD(hw_info, ats)
{
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(hw_info, no_dirty)
{
	.cfg.ecap_clear = VTD_ECAP_SSADS,
};

FIXTURE_VARIANT_ADD(hw_info, dirty)
{
	.cfg.ecap_set = VTD_ECAP_SSADS,
};

FIXTURE_VARIANT_ADD(hw_info, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(hw_info, smmu_less)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_HTTU | SMMU_IDR0_CD2L, 0 },
	.cfg.idr[3] = { SMMU_IDR3_RIL, 0 },
	.cfg.v3_1 = true,
	.cfg.idr[5] = { SMMU_IDR5_GRAN16K, 0 },
};

FIXTURE_VARIANT_ADD(hw_info, smmu_substreams)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.pasid_bits = 20,
};

FIXTURE_VARIANT_ADD(hw_info, smmu_few_substreams)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.pasid_bits = 5,
};

FIXTURE_VARIANT_ADD(hw_info, smmu_ats)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
};

FIXTURE_SETUP(hw_info)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&self->rig, &variant->cfg));
	ASSERT_EQ(0, rig_devices(&self->rig));
}

FIXTURE_TEARDOWN(hw_info)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static void vtd_registers(struct __test_metadata *const _metadata,
			  struct rig *r)
{
	struct iommu_hw_info_vtd vtd;
	struct iommu_hw_info info;
	uint64_t cap, ecap;

	memset(&vtd, 0xff, sizeof(vtd));
	ASSERT_EQ(0, mock_get(&r->mock, "cap", &cap));
	ASSERT_EQ(0, mock_get(&r->mock, "ecap", &ecap));
	ASSERT_EQ(0, dsi_hw_info_vtd(r->iommufd, r->dev[0].id, &vtd, &info));
	EXPECT_EQ(sizeof(vtd), info.data_len);
	EXPECT_EQ(cap, vtd.cap_reg);
	EXPECT_EQ(ecap, vtd.ecap_reg);
	EXPECT_EQ(0, vtd.__reserved);
	EXPECT_EQ(r->cfg.no_spr17 ? 0 : IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17,
		  vtd.flags);
	EXPECT_EQ(r->cfg.pasid_bits, info.out_max_pasid_log2);
	EXPECT_EQ(!!(ecap & VTD_ECAP_SSADS),
		  !!(info.out_capabilities & IOMMU_HW_CAP_DIRTY_TRACKING));
	EXPECT_EQ(!r->cfg.ats, !!(info.out_capabilities &
				  IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED));
	EXPECT_EQ(r->cfg.cap_clear ? 0 : CAP_CHANGED,
		  vtd.cap_reg & CAP_CHANGED);
}

static void smmu_registers(struct __test_metadata *const _metadata,
			   struct rig *r)
{
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct iommu_hw_info info;
	uint64_t val;
	unsigned int i;
	char name[8];

	memset(&smmu, 0xff, sizeof(smmu));
	ASSERT_EQ(0, dsi_hw_info_smmuv3(r->iommufd, r->dev[0].id, &smmu,
					&info));
	EXPECT_EQ(sizeof(smmu), info.data_len);
	for (i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "idr%u", i);
		ASSERT_EQ(0, mock_get(&r->mock, name, &val));
		EXPECT_EQ(val, smmu.idr[i]) TH_LOG("%s", name);
	}
	ASSERT_EQ(0, mock_get(&r->mock, "iidr", &val));
	EXPECT_EQ(val, smmu.iidr);
	ASSERT_EQ(0, mock_get(&r->mock, "aidr", &val));
	EXPECT_EQ(val, smmu.aidr);
	EXPECT_EQ(0, smmu.__reserved);
	EXPECT_EQ(0, smmu.flags);
	EXPECT_EQ(r->cfg.pasid_bits, info.out_max_pasid_log2);
	EXPECT_EQ(!r->cfg.ats, !!(info.out_capabilities &
				  IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED));
}

TEST_F(hw_info, registers)
{
	if (variant->cfg.type == MOCK_VTD)
		vtd_registers(_metadata, &self->rig);
	else
		smmu_registers(_metadata, &self->rig);
}

static void vtd_defaults(struct __test_metadata *const _metadata, struct rig *r)
{
	const uint64_t ecap_bits = VTD_ECAP_QI | VTD_ECAP_DT | VTD_ECAP_NEST |
				   VTD_ECAP_SRS | VTD_ECAP_PASID |
				   VTD_ECAP_SMTS | VTD_ECAP_SSTS |
				   VTD_ECAP_FSTS | VTD_ECAP_PRS;
	const uint64_t cap_bits = VTD_CAP_SAGAW_4LVL | VTD_CAP_SAGAW_5LVL |
				  VTD_CAP_PSI | VTD_CAP_FS5LP;
	struct iommu_hw_info_vtd vtd;

	ASSERT_EQ(0, dsi_hw_info_vtd(r->iommufd, r->dev[0].id, &vtd, NULL));
	EXPECT_EQ(ecap_bits, vtd.ecap_reg & ecap_bits);
	EXPECT_EQ(cap_bits, vtd.cap_reg & cap_bits);
	EXPECT_EQ(0x3ull << 34, vtd.cap_reg & VTD_CAP_SSLPS);
}

static void smmu_defaults(struct __test_metadata *const _metadata,
			  struct rig *r)
{
	const uint32_t idr0_bits = SMMU_IDR0_S1P | SMMU_IDR0_S2P |
				   SMMU_IDR0_ATS | SMMU_IDR0_PRI |
				   SMMU_IDR0_ASID16 | SMMU_IDR0_VMID16 |
				   SMMU_IDR0_ST2L;
	struct iommu_hw_info_arm_smmuv3 smmu;

	ASSERT_EQ(0, dsi_hw_info_smmuv3(r->iommufd, r->dev[0].id, &smmu,
					NULL));
	EXPECT_EQ(idr0_bits, smmu.idr[0] & idr0_bits);
	EXPECT_EQ(20 << 6, smmu.idr[1] & SMMU_IDR1_SSIDSIZE);
	EXPECT_EQ(SMMU_IDR3_FWB, smmu.idr[3] & SMMU_IDR3_FWB);
	EXPECT_EQ(SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN64K | SMMU_OAS_48,
		  smmu.idr[5] & (SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN64K |
				 SMMU_IDR5_OAS));
}

/* The default unit is what the documentation says: like that of a server */
TEST_F(hw_info, defaults)
{
	if (variant->cfg.type == MOCK_VTD)
		vtd_defaults(_metadata, &self->rig);
	else
		smmu_defaults(_metadata, &self->rig);
}

/* The buffer may be of any length: cut off, or zeros behind */
TEST_F(hw_info, buffer_lengths)
{
	struct rig *r = &self->rig;
	struct iommu_hw_info cmd = {
		.size = sizeof(cmd),
		.dev_id = r->dev[0].id,
	};
	uint8_t whole[64], buf[64];
	uint32_t len, size;

	cmd.data_len = sizeof(whole);
	cmd.data_uptr = (uintptr_t)whole;
	ASSERT_EQ(0, dsi_ioctl(r->iommufd, IOMMU_GET_HW_INFO, &cmd));
	size = cmd.data_len;
	EXPECT_EQ(r->cfg.type == MOCK_VTD ?
		  sizeof(struct iommu_hw_info_vtd) :
		  sizeof(struct iommu_hw_info_arm_smmuv3), size);
	for (len = 0; len <= 48; len++) {
		memset(buf, 0xa5, sizeof(buf));
		cmd.data_len = len;
		cmd.data_uptr = len ? (uintptr_t)buf : 0;
		ASSERT_EQ(0, dsi_ioctl(r->iommufd, IOMMU_GET_HW_INFO, &cmd));
		EXPECT_EQ(size, cmd.data_len);
		EXPECT_EQ(0, memcmp(buf, whole, len < size ? len : size));
		EXPECT_TRUE(len <= size ||
			    util_is_byte(buf + size, len - size, 0));
		EXPECT_TRUE(util_is_byte(buf + len, sizeof(buf) - len, 0xa5));
	}
}

TEST_F(hw_info, errors)
{
	struct rig *r = &self->rig;
	const unsigned int type = r->cfg.type == MOCK_VTD ?
				  IOMMU_HW_INFO_TYPE_INTEL_VTD :
				  IOMMU_HW_INFO_TYPE_ARM_SMMUV3;
	uint8_t data[64];
	const struct iommu_hw_info good = {
		.size = sizeof(good),
		.dev_id = r->dev[0].id,
		.data_len = sizeof(data),
		.data_uptr = (uintptr_t)data,
	};
	struct iommu_hw_info cmd;
	unsigned int i;

#define HW_INFO(err, field, val) do { \
	cmd = good; \
	cmd.field = (val); \
	EXPECT_EQ(err, dsi_ioctl(r->iommufd, IOMMU_GET_HW_INFO, &cmd)); \
	} while (0)

	HW_INFO(0, flags, 0);
	HW_INFO(-ENOENT, dev_id, 0);
	HW_INFO(-ENOENT, dev_id, 0x7fffffff);
	HW_INFO(-EFAULT, data_uptr, 8);
	for (i = 1; i < 32; i++)
		HW_INFO(-EOPNOTSUPP, flags, 1u << i);
	for (i = 0; i < 3; i++)
		HW_INFO(-EOPNOTSUPP, __reserved[i], 1);
	HW_INFO(-EINVAL, size, 8);
#undef HW_INFO

	/* A type that is asked for is given, or refused when it is another's */
	for (i = 0; i < 8; i++) {
		cmd = good;
		cmd.flags = IOMMU_HW_INFO_FLAG_INPUT_TYPE;
		cmd.in_data_type = i;
		EXPECT_EQ(!i || i == type ? 0 : -EOPNOTSUPP,
			  dsi_ioctl(r->iommufd, IOMMU_GET_HW_INFO, &cmd));
		EXPECT_TRUE((i && i != type) || cmd.out_data_type == type);
	}
}

TEST_HARNESS_MAIN
