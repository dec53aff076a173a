// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's own drivers answer, and what these do: a case for each row
 * of Documentation/differences.rst, by its name there
 *
 * A VMM that was tried on the one has to work on the other. Each case expects
 * our answer; where that is not the in-tree driver's the comment says what is.
 */
#include <unistd.h>

#include "harness.h"

#define IOVA	0x0000031310000000ull
#define PASID	0x33
#define WAIT_MS	20000

/* --- The same as in-tree */

FIXTURE(same)
{
	struct rig rig;
};

FIXTURE_SETUP(same)
{
}

FIXTURE_TEARDOWN(same)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* Guest RAM of @cfg, and no HWPT yet */
#define SAME_UP(cfg_) do { \
	if (!mock_present()) \
		SKIP(return, NO_MOCK); \
	ASSERT_EQ(0, rig_mock(&self->rig, cfg_)); \
	ASSERT_EQ(0, rig_devices(&self->rig)); \
	ASSERT_EQ(0, rig_guest(&self->rig)); \
	} while (0)

TEST_F(same, vtd_read_only_parent)
{
	struct rig *r = &self->rig;
	struct iommu_hw_info_vtd vtd;

	SAME_UP(NULL);
	ASSERT_EQ(0, dsi_hw_info_vtd(r->iommufd, r->dev[0].id, &vtd, NULL));
	EXPECT_EQ(IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17, vtd.flags);
	ASSERT_EQ(0, rig_parent(r));
	EXPECT_EQ(-EINVAL, dsi_ioas_map(r->iommufd, r->ioas, r->guest.va,
					PAGE_4K, RIG_GPA + SZ_1G, DSI_RO));
}

/* The last address of an IOAS with one HWPT of @flags */
static uint64_t last_address(struct rig *r, uint32_t flags)
{
	struct iommu_iova_range range[8];
	struct iommu_ioas_iova_ranges cmd = {
		.size = sizeof(cmd),
		.num_iovas = ARRAY_SIZE(range),
		.allowed_iovas = (uintptr_t)range,
	};
	uint32_t hwpt;

	if (dsi_ioas_alloc(r->iommufd, &cmd.ioas_id) ||
	    dsi_hwpt_paging(r->iommufd, r->dev[0].id, cmd.ioas_id, flags,
			    &hwpt) ||
	    dsi_ioctl(r->iommufd, IOMMU_IOAS_IOVA_RANGES, &cmd) ||
	    !cmd.num_iovas)
		return 0;
	return range[cmd.num_iovas - 1].last;
}

TEST_F(same, vtd_without_flags)
{
	const struct rig_config cfg = { .pasid_bits = 8 };
	struct rig *r = &self->rig;

	SAME_UP(&cfg);
	EXPECT_EQ((1ull << 56) - 1, last_address(r, 0));
	EXPECT_EQ((1ull << 56) - 1, last_address(r, IOMMU_HWPT_ALLOC_PASID));
	EXPECT_EQ((1ull << 57) - 1,
		  last_address(r, IOMMU_HWPT_ALLOC_NEST_PARENT));
	EXPECT_EQ((1ull << 57) - 1,
		  last_address(r, IOMMU_HWPT_ALLOC_DIRTY_TRACKING));
}

TEST_F(same, vtd_write_only)
{
	const uint64_t at = RIG_GPA + SZ_1G;
	struct rig *r = &self->rig;
	uint32_t hwpt;

	SAME_UP(NULL);
	util_fill(r->guest.va, PAGE_4K, 1);
	ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, r->guest.va, PAGE_4K, at,
				  IOMMU_IOAS_MAP_WRITEABLE));
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas, 0,
				     &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
	/* Stage-1 entries have no bit that says that a page may be read */
	EXPECT_EQ(0, rig_sees(r, 0, at, 1));
	/* Those of stage-2 have */
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
				     IOMMU_HWPT_ALLOC_DIRTY_TRACKING, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, at, 1));
	EXPECT_EQ(0, ep_write(&r->dev[0], at, 16, 1, NULL));
}

TEST_F(same, smmu_without_s2fwb)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.idr[3] = { SMMU_IDR3_RIL | SMMU_IDR3_FWB | 3u << 11, 0 },
		.v3_1 = true,
	};
	struct rig *r = &self->rig;

	SAME_UP(&cfg);
	ASSERT_EQ(0, rig_unsafe_memory_types(false));
	EXPECT_EQ(-EOPNOTSUPP, rig_parent(r));
	/* The administrator may know better, of an emulated unit for example */
	ASSERT_EQ(0, rig_unsafe_memory_types(true));
	EXPECT_EQ(0, rig_parent(r));
	EXPECT_EQ(0, rig_unsafe_memory_types(false));
}

TEST_F(same, smmu_context_pointer)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct iommu_hwpt_arm_smmuv3 vste;
	struct rig *r = &self->rig;
	unsigned int bit;
	uint32_t hwpt;

	SAME_UP(&cfg);
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_s1(r, &r->s1));
	for (bit = 48; bit < 56; bit++) {
		vste = nest_vste(&r->nest, &r->s1);
		vste.ste[0] |= 1ull << bit;
		EXPECT_EQ(bit < 52 ? 0 : -EIO,
			  dsi_hwpt_vste(r->iommufd, r->dev[0].id,
					r->nest.viommu, 0, &vste, &hwpt))
			TH_LOG("bit %u", bit);
	}
}

/*
 * What is switched on of a PCI device's PASID capability is in hw_info. Requests
 * of privileged mode are translated: the tables say what they may do.
 */
TEST_F(same, pasid_modes)
{
	const struct rig_config cfg = {
		.pasid_bits = 8,
		.s1_flags = IOMMU_VTD_S1_SRE,
		.nested_flags = IOMMU_HWPT_ALLOC_PASID,
		/* vfio-pci hides the capability */
		.platform = true,
	};
	struct rig *r = &self->rig;
	struct iommu_hw_info_vtd vtd;
	struct iommu_hw_info info;
	uint32_t pos, ctrl;

	SAME_UP(&cfg);
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_EQ(0, dsi_hw_info_vtd(r->iommufd, r->dev[0].id, &vtd, &info));
	EXPECT_EQ(8, info.out_max_pasid_log2);
	pos = vdev_ext_capability(&r->dev[0], PCI_EXT_CAP_PASID);
	ASSERT_NE(0, pos);
	/* PASID Control: enable, execute, privileged */
	ctrl = vdev_config(&r->dev[0], pos + 6, 2);
	EXPECT_EQ(!!(ctrl & 2), !!(info.out_capabilities &
				   IOMMU_HW_CAP_PCI_PASID_EXEC));
	EXPECT_EQ(!!(ctrl & 4), !!(info.out_capabilities &
				   IOMMU_HW_CAP_PCI_PASID_PRIV));

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, r->nested));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], PASID | MOCK_EP_PASID_VALID |
					  MOCK_EP_PASID_PRIV));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* --- VT-d, where the answers differ */

FIXTURE(vtd)
{
	struct rig rig;
	uint64_t gpa[8];	/* pages from IOVA on show 0 to 3 of these */
};

FIXTURE_SETUP(vtd)
{
	struct rig *r = &self->rig;
	unsigned int i;

	RIG_UP(r, NULL);
	for (i = 0; i < 8; i++) {
		self->gpa[i] = rig_page(r, &r->s1,
					i < 4 ? IOVA + i * PAGE_4K : 0, i);
		ASSERT_NE(0, self->gpa[i]);
	}
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K, i));
	/* What the guest changes now stays cached until it is invalidated */
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, s1_map(&r->s1, IOVA + i * PAGE_4K,
				    self->gpa[4 + i], S1_4K, S1_RW));
}

FIXTURE_TEARDOWN(vtd)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* In-tree the device is blocked first, and then it is found that it cannot be */
TEST_F(vtd, vtd_failed_attach)
{
	struct rig *r = &self->rig;
	struct iommu_fault_alloc fault = { .size = sizeof(fault) };
	struct iommu_hwpt_vtd_s1 s1 = nest_vtd_data(&r->nest, &r->s1);
	struct iommu_hwpt_alloc cmd = {
		.size = sizeof(cmd),
		.flags = IOMMU_HWPT_FAULT_ID_VALID,
		.dev_id = r->dev[0].id,
		.pt_id = r->nest.parent,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(s1),
		.data_uptr = (uintptr_t)&s1,
	};

	/* Page requests, of a device that makes none */
	ASSERT_EQ(0, dsi_ioctl(r->iommufd, IOMMU_FAULT_QUEUE_ALLOC, &fault));
	cmd.fault_id = fault.out_fault_id;
	ASSERT_EQ(0, dsi_ioctl(r->iommufd, IOMMU_HWPT_ALLOC, &cmd));
	EXPECT_EQ(-ENODEV, vdev_attach_id(&r->dev[0], cmd.out_hwpt_id));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 0));
	close(fault.out_fault_fd);
}

/* In-tree as much is invalidated as a range from addr - 1 to addr takes */
TEST_F(vtd, vtd_no_pages)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, dsi_invalidate_range(r->iommufd, r->nested, IOVA, 0, 0));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 0));
	EXPECT_EQ(0, dsi_invalidate_range(r->iommufd, r->nested, IOVA, 1, 0));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 4));
}

/* In-tree the length overflows to 0: too little is invalidated */
TEST_F(vtd, vtd_range_wraps)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, dsi_invalidate_range(r->iommufd, r->nested, PAGE_4K,
					  1ull << 52, 0));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 4));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + 3 * PAGE_4K, 7));
}

/* In-tree it is what one descriptor covers: of pages 1 and 2, also 0 and 3 */
TEST_F(vtd, vtd_range_exact)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, dsi_invalidate_range(r->iommufd, r->nested,
					  IOVA + PAGE_4K, 2,
					  IOMMU_VTD_INV_FLAGS_LEAF));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 0));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, 5));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + 2 * PAGE_4K, 6));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + 3 * PAGE_4K, 3));
}

static int try_s1(struct rig *r, uint64_t flags, uint64_t pgtbl, uint32_t width)
{
	const struct iommu_hwpt_vtd_s1 s1 = {
		.flags = flags,
		.pgtbl_addr = pgtbl,
		.addr_width = width,
	};
	uint32_t hwpt;

	return dsi_hwpt_nested(r->iommufd, r->dev[0].id, r->nest.parent, 0, &s1,
			       &hwpt);
}

/* In-tree all make an HWPT: low bits are dropped, high ones put into the entry */
TEST_F(vtd, vtd_table_address)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, try_s1(r, 0, r->s1.root, 48));
	EXPECT_EQ(-EINVAL, try_s1(r, 0, r->s1.root | 0x800, 48));
	EXPECT_EQ(-EINVAL, try_s1(r, 0, r->s1.root | 1ull << 52, 48));
	EXPECT_EQ(-EINVAL, try_s1(r, 0, r->s1.root | 1ull << 57, 48));
}

/* In-tree it makes an HWPT, which cannot be attached */
TEST_F(vtd, vtd_width_39)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(-EINVAL, try_s1(r, 0, r->s1.root, 39));
	EXPECT_EQ(-EINVAL, try_s1(r, 0, r->s1.root, 0));
}

/* In-tree they are not looked at */
TEST_F(vtd, vtd_unknown_flags)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(-EOPNOTSUPP, try_s1(r, 1ull << 3, r->s1.root, 48));
	EXPECT_EQ(-EOPNOTSUPP, try_s1(r, 1ull << 63, r->s1.root, 48));
}

/* --- SMMUv3, where the answers differ */

FIXTURE(smmu)
{
	struct rig rig;
	uint32_t vsid;
	uint32_t id;
	int queue;
};

FIXTURE_SETUP(smmu)
{
	self->queue = -1;
}

FIXTURE_TEARDOWN(smmu)
{
	if (self->queue >= 0)
		close(self->queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* A guest of @cfg with a page, and somebody who listens to its faults */
#define SMMU_UP(cfg_) do { \
	RIG_UP(&self->rig, cfg_); \
	self->vsid = self->rig.nest.devs[0].vsid; \
	ASSERT_EQ(0, dsi_veventq(self->rig.iommufd, self->rig.nest.viommu, 16, \
				 &self->id, &self->queue)); \
	ASSERT_NE(0, rig_page(&self->rig, &self->rig.s1, IOVA, 1)); \
	EXPECT_EQ(0, rig_sees(&self->rig, 0, IOVA, 1)); \
	} while (0)

static const struct rig_config smmu_cfg = { .type = MOCK_SMMUV3 };

/* In-tree EINVAL */
TEST_F(smmu, smmu_no_commands)
{
	struct rig *r = &self->rig;
	uint32_t num = 0;
	smmu_cmd cmd = {};

	SMMU_UP(&smmu_cfg);
	EXPECT_EQ(0, dsi_commands(r->iommufd, r->nest.viommu, &cmd, &num));
	EXPECT_EQ(0, num);
}

/* In-tree those before it are counted, but not all of them are done */
TEST_F(smmu, smmu_bad_command)
{
	struct rig *r = &self->rig;
	smmu_cmd cmd[2] = {
		smmu_cmd_asid(1),
		{ .cmd = { CMD_EL2_ALL } },
	};
	uint32_t num = ARRAY_SIZE(cmd);

	SMMU_UP(&smmu_cfg);
	cmd[0] = smmu_cmd_asid(r->s1.asid);
	ASSERT_EQ(0, s1_map(&r->s1, IOVA, rig_page(r, &r->s1, 0, 2), S1_4K,
			    S1_RW));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(-EIO, dsi_commands(r->iommufd, r->nest.viommu, cmd, &num));
	EXPECT_EQ(1, num);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 2));
}

/* In-tree nothing is written, and nothing invalidated: the CD is the old one */
TEST_F(smmu, smmu_same_vste)
{
	struct rig *r = &self->rig;
	uint64_t cd[CD_WORDS];
	uint32_t hwpt;
	struct s1 s1;

	SMMU_UP(&smmu_cfg);
	ASSERT_EQ(0, rig_s1(r, &s1));
	ASSERT_NE(0, rig_page(r, &s1, IOVA, 2));
	ASSERT_EQ(0, rig_hwpt(r, &r->s1, &hwpt));
	smmu_cd_make(cd, &s1, NULL, s1.asid);
	smmu_cd_set(guest_ptr(&r->guest, r->s1.context), cd);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 2));
}

/* In-tree the VMID is the parent's, and the second device finds the first's page */
TEST_F(smmu, smmu_equal_asids)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3, .nr_eps = 2 };
	struct rig *r = &self->rig;
	struct nest second;
	struct s1 s1;
	uint32_t hwpt;

	SMMU_UP(&cfg);
	ASSERT_EQ(0, vdev_detach(&r->dev[1]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[1].vdevice));
	second = r->nest;
	second.nr_devs = 0;
	second.asids = 0;
	ASSERT_EQ(0, dsi_viommu(r->iommufd, r->dev[1].id, r->nest.parent,
				&second.viommu));
	ASSERT_EQ(0, nest_add_dev(&second, r->dev[1].id));
	ASSERT_EQ(0, nest_s1(&second, &s1, &r->guest, RIG_WIDTH));
	ASSERT_EQ(r->s1.asid, s1.asid);
	ASSERT_NE(0, rig_page(r, &s1, IOVA, 2));
	ASSERT_EQ(0, nest_hwpt(&second, r->dev[1].id, 0, &s1, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], hwpt));

	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 2));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* In-tree it is sent */
TEST_F(smmu, smmu_atc_without_ats)
{
	struct mock_stats before, after;
	struct rig *r = &self->rig;

	SMMU_UP(&smmu_cfg);
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	EXPECT_EQ(0, dsi_command(r->iommufd, r->nest.viommu,
				 smmu_cmd_atc(self->vsid, 0, 0, 64)));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.invalidations, after.invalidations);
}

/* In-tree it is taken, and no command can ever name it */
TEST_F(smmu, smmu_wide_vsid)
{
	struct rig *r = &self->rig;
	uint32_t vdevice;

	SMMU_UP(&smmu_cfg);
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	r->nest.nr_devs = 0;
	EXPECT_EQ(-EINVAL, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id,
				       1ull << 32 | self->vsid, &vdevice));
	EXPECT_EQ(0, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id,
				 UINT32_MAX, &vdevice));
}

/* In 7.2 in-tree they reach the queue, which stops for all; in 7.3 EIO as here */
TEST_F(smmu, smmu_reserved_bits)
{
	struct rig *r = &self->rig;
	uint64_t errors = 0;
	smmu_cmd cmd[4];
	unsigned int i;

	SMMU_UP(&smmu_cfg);
	for (i = 0; i < ARRAY_SIZE(cmd); i++)
		cmd[i] = smmu_cmd_va(r->s1.asid, IOVA, true);
	cmd[0].cmd[0] |= 1ull << 10;		/* Secure */
	cmd[1].cmd[0] |= CMD0_SCALE(1);		/* of a range without TG */
	cmd[2].cmd[1] |= 1ull << 1;		/* RES0 */
	cmd[3].cmd[0] |= 1ull << 8;		/* RES0 */
	for (i = 0; i < ARRAY_SIZE(cmd); i++)
		EXPECT_EQ(-EIO, dsi_command(r->iommufd, r->nest.viommu, cmd[i]))
			TH_LOG("command %u", i);
	/* The kernel's own driver does not count */
	if (!mock_driver_count(&r->mock, "errors", &errors))
		EXPECT_EQ(0, errors);
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* Hardware on which every fault of stage-1 stalls */
static const struct rig_config stalls = {
	.type = MOCK_SMMUV3,
	.idr[0] = { SMMU_IDR0_STALL | SMMU_IDR0_ATS | SMMU_IDR0_PRI,
		    SMMU_IDR0_FORCED_STALL },
};

/* Change what the guest's context descriptor says beside its tables */
static int change_cd(struct rig *r, uint32_t vsid, uint64_t set)
{
	smmu_cmd cmd[] = {
		smmu_cmd_cd(vsid, 0, true),
		smmu_cmd_asid(r->s1.asid),
	};
	uint32_t num = ARRAY_SIZE(cmd);
	uint64_t cd[CD_WORDS];

	smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
	cd[0] |= set;
	smmu_cd_set(guest_ptr(&r->guest, r->s1.context), cd);
	return dsi_commands(r->iommufd, r->nest.viommu, cmd, &num);
}

/* In-tree it has the words of the unit's event, of which some are the host's */
TEST_F(smmu, smmu_event_fields)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;

	RIG_UP(r, &stalls);
	self->vsid = r->nest.devs[0].vsid;
	ASSERT_EQ(0, dsi_veventq(r->iommufd, r->nest.viommu, 16, &self->id,
				 &self->queue));
	ASSERT_EQ(0, change_cd(r, self->vsid, CD0_S));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_F_TRANSLATION | (uint64_t)self->vsid << 32, ev.evt[0]);
	/* A write, of data: no stall, no tag, no more */
	EXPECT_EQ((uint64_t)EVT_CLASS_IN << 40, ev.evt[1]);
	EXPECT_EQ(IOVA, ev.evt[2]);
	EXPECT_EQ(0, ev.evt[3]);
}

/* In-tree the guest hears nothing of it */
TEST_F(smmu, smmu_forced_stall)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;

	RIG_UP(r, &stalls);
	ASSERT_EQ(0, dsi_veventq(r->iommufd, r->nest.viommu, 16, &self->id,
				 &self->queue));
	ASSERT_EQ(0, change_cd(r, r->nest.devs[0].vsid, CD0_S));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_F_TRANSLATION, ev.evt[0] & EVT0_ID);
	EXPECT_EQ(-EAGAIN, dsi_vevent(self->queue, 20, &ev));
}

/* In-tree the access stalls, and nobody ends it */
TEST_F(smmu, smmu_cd_stall)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;

	SMMU_UP(&smmu_cfg);
	ASSERT_EQ(0, change_cd(r, self->vsid, CD0_S));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_C_BAD_CD, ev.evt[0] & EVT0_ID);
	ASSERT_EQ(0, change_cd(r, self->vsid, 0));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* In-tree the unit is refused, and so are all its devices */
TEST_F(smmu, smmu_small_queue)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.idr[1] = { SMMU_IDR1_CMDQS(0x1f), SMMU_IDR1_CMDQS(6) },
	};
	struct rig *r = &self->rig;
	smmu_cmd cmd[200];
	uint32_t num = ARRAY_SIZE(cmd);
	unsigned int i;

	SMMU_UP(&cfg);
	for (i = 0; i < num; i++)
		cmd[i] = smmu_cmd_va(r->s1.asid, IOVA + i * PAGE_4K, true);
	EXPECT_EQ(0, dsi_commands(r->iommufd, r->nest.viommu, cmd, &num));
	EXPECT_EQ(ARRAY_SIZE(cmd), num);
}

/* --- Both */

FIXTURE(both)
{
	struct rig rig;
};

FIXTURE_VARIANT(both)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(both, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(both, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(both)
{
	RIG_UP(&self->rig, &variant->cfg);
}

FIXTURE_TEARDOWN(both)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* In-tree the device goes on with what is cached */
TEST_F(both, timeout_blocks)
{
	struct rig *r = &self->rig;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, s1_map(&r->s1, IOVA, rig_page(r, &r->s1, 0, 2), S1_4K,
			    S1_RW));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", MOCK_FOR_EVER));
	EXPECT_EQ(-ETIMEDOUT, rig_inv_all(r));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", 0));
}

TEST_HARNESS_MAIN
