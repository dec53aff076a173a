// SPDX-License-Identifier: GPL-2.0-only
/*
 * Erratum 772415 SPR17: under nested translation the hardware sets accessed and
 * dirty bits of stage-1 through a stage-2 mapping that is read-only
 *
 * On a unit that has it, read-only mappings and nesting parents exclude each
 * other. Everywhere else nothing changes.
 */
#include "harness.h"

#define IOVA	0x0000044440000000ull
#define RO_IOVA	(RIG_GPA + SZ_1G)

FIXTURE(spr17)
{
	struct rig rig;
	struct guest ro;
};

FIXTURE_VARIANT(spr17)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(spr17, unit_has_it)
{
	.cfg.no_spr17 = false,
};

FIXTURE_VARIANT_ADD(spr17, unit_has_it_not)
{
	.cfg.no_spr17 = true,
};

FIXTURE_SETUP(spr17)
{
	struct rig *r = &self->rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &variant->cfg));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, guest_create(&self->ro, RO_IOVA, 4 * PAGE_4K));
	util_fill(self->ro.va, PAGE_4K, 9);
}

FIXTURE_TEARDOWN(spr17)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	guest_destroy(&self->ro);
}

static int map_ro(FIXTURE_DATA(spr17) *self, uint32_t ioas)
{
	return dsi_ioas_map(self->rig.iommufd, ioas, self->ro.va, self->ro.size,
			    self->ro.gpa, DSI_RO);
}

/* A read-only mapping into the address space of a nesting parent */
TEST_F(spr17, map_into_parent)
{
	struct rig *r = &self->rig;
	int expect = r->cfg.no_spr17 ? 0 : -EINVAL;

	ASSERT_EQ(0, rig_parent(r));
	EXPECT_EQ(expect, map_ro(self, r->ioas));
	/* A writable one there is none the worse for the refusal */
	if (expect) {
		ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, self->ro.va,
					  self->ro.size, self->ro.gpa, DSI_RW));
	}
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_EQ(0, s1_map(&r->s1, IOVA, RO_IOVA, S1_4K, S1_RW));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 9));
	EXPECT_EQ(expect ? 0 : -EFAULT,
		  ep_write(&r->dev[0], IOVA, 16, 1, NULL));
}

/* A parent on an address space that has a read-only mapping already */
TEST_F(spr17, parent_over_read_only)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, map_ro(self, r->ioas));
	EXPECT_EQ(r->cfg.no_spr17 ? 0 : -EINVAL, rig_parent(r));
	/* Without it, it can be one */
	ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, r->ioas, self->ro.gpa,
				    self->ro.size));
	EXPECT_EQ(0, rig_parent(r));
}

/* A domain that is nobody's parent maps read-only as ever */
TEST_F(spr17, plain_domain)
{
	struct rig *r = &self->rig;
	uint32_t plain;

	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas, 0,
				     &plain));
	ASSERT_EQ(0, map_ro(self, r->ioas));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], plain));
	EXPECT_EQ(0, rig_sees(r, 0, RO_IOVA, 9));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], RO_IOVA, 16, 1, NULL));
	EXPECT_TRUE(util_is_fill(self->ro.va, PAGE_4K, 9));

	/* Not even beside a parent of another address space */
	ASSERT_EQ(0, dsi_ioas_alloc(r->iommufd, &r->ioas));
	ASSERT_EQ(0, rig_parent(r));
	EXPECT_EQ(r->cfg.no_spr17 ? 0 : -EINVAL, map_ro(self, r->ioas));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], RO_IOVA, 16, 1, NULL));
}

/* IOMMU_IOAS_COPY and mapping by file are ways to map too */
TEST_F(spr17, copy)
{
	struct rig *r = &self->rig;
	struct iommu_ioas_copy cmd = {
		.size = sizeof(cmd),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | DSI_RO,
		.length = PAGE_4K,
		.dst_iova = RO_IOVA,
		.src_iova = RO_IOVA,
	};
	uint32_t source;

	ASSERT_EQ(0, dsi_ioas_alloc(r->iommufd, &source));
	ASSERT_EQ(0, dsi_ioas_map(r->iommufd, source, self->ro.va, PAGE_4K,
				  RO_IOVA, DSI_RW));
	ASSERT_EQ(0, rig_parent(r));
	cmd.src_ioas_id = source;
	cmd.dst_ioas_id = r->ioas;
	EXPECT_EQ(r->cfg.no_spr17 ? 0 : -EINVAL,
		  dsi_ioctl(r->iommufd, IOMMU_IOAS_COPY, &cmd));
}

/*
 * A parent that was made for a unit without the erratum does not get to one
 * that has it, neither by itself nor below a stage-1
 */
TEST(parent_of_another_unit)
{
	struct iommu_hwpt_vtd_s1 data;
	struct mock good;
	struct vdev dev = { .fd = -1 };
	struct rig rig;
	uint32_t hwpt;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&rig, NULL));
	ASSERT_EQ(0, rig_devices(&rig));
	ASSERT_EQ(0, rig_guest(&rig));
	ASSERT_EQ(0, mock_create(&good, MOCK_VTD, "kst-good"));
	ASSERT_EQ(0, mock_add_endpoint(&good, "ep0", 8));
	ASSERT_EQ(0, mock_set(&good, "errata_spr17", 0));
	ASSERT_EQ(0, mock_set_live(&good, true));
	ASSERT_EQ(0, rig_open_dev(&good, 0, rig.iommufd, &dev));
	ASSERT_EQ(0, dsi_hwpt_paging(rig.iommufd, dev.id, rig.ioas,
				     IOMMU_HWPT_ALLOC_NEST_PARENT,
				     &rig.nest.parent));
	ASSERT_EQ(0, s1_create(&rig.s1, &rig.guest, 4));
	data = nest_vtd_data(&rig.nest, &rig.s1);

	/* On the good unit all is well */
	ASSERT_EQ(0, dsi_hwpt_nested(rig.iommufd, dev.id, rig.nest.parent, 0, &data,
				     &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&dev, hwpt));

	EXPECT_EQ(-EINVAL, vdev_attach_id(&rig.dev[0], hwpt));
	EXPECT_EQ(-EINVAL, dsi_hwpt_nested(rig.iommufd, rig.dev[0].id,
					   rig.nest.parent, 0, &data, &hwpt));
	vdev_close(&dev);
	EXPECT_EQ(0, mock_destroy(&good));
	EXPECT_EQ(0, rig_down(&rig));
}

/*
 * What it is all about. This unit has the bug and does not say so, so nobody
 * refuses: a device that reads through stage-1 tables in memory that stage-2
 * lets nobody write, writes there all the same.
 */
FIXTURE(damage)
{
	struct rig rig;
};

FIXTURE_VARIANT(damage)
{
	bool bug;
};

FIXTURE_VARIANT_ADD(damage, hidden_bug)
{
	.bug = true,
};

FIXTURE_VARIANT_ADD(damage, no_bug)
{
	.bug = false,
};

FIXTURE_SETUP(damage)
{
	const struct rig_config cfg = { .no_spr17 = true };
	struct rig *r = &self->rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	ASSERT_EQ(0, mock_set(&r->mock, "errata_spr17_hidden", variant->bug));
	ASSERT_EQ(0, rig_devices(r));
	/* All of the guest's RAM, with the tables in it, is read-only */
	r->cfg.perm = DSI_RO;
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
}

FIXTURE_TEARDOWN(damage)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(damage, accessed_bit_in_read_only_memory)
{
	struct rig *r = &self->rig;
	struct iommu_hw_info_vtd vtd;
	uint64_t *entry;
	uint8_t *before;

	ASSERT_EQ(0, dsi_hw_info_vtd(r->iommufd, r->dev[0].id, &vtd, NULL));
	EXPECT_EQ(0, vtd.flags);
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	before = malloc(r->guest.size);
	ASSERT_NE(NULL, before);
	memcpy(before, r->guest.va, r->guest.size);

	/* Hardware in order faults: it cannot set the accessed bit */
	EXPECT_EQ(variant->bug ? 0 : -EFAULT, rig_sees(r, 0, IOVA, 1));
	entry = s1_entry(&r->s1, IOVA, 1);
	EXPECT_EQ(variant->bug ? S1_A : 0, s1_get(entry) & S1_A);
	EXPECT_EQ(variant->bug, !!memcmp(before, r->guest.va, r->guest.size));

	/* Data is safe either way: only the walk writes where it must not */
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 16, 1, NULL));
	EXPECT_TRUE(util_is_fill(guest_ptr(&r->guest,
					   s1_get(entry) & S1_ADDR),
				 PAGE_4K, 1));
	free(before);
}

TEST_HARNESS_MAIN
