// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUs that do harm unless their driver knows of it. Each is tried twice: with
 * firmware that says which it is, and with firmware that does not, where the harm
 * has to be seen, or the test would prove nothing.
 */
#include "harness.h"

#define IOVA	0x0000033330000000ull
#define SSID_0	0

static int twice_up(struct rig *r, bool hidden, bool async)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3, .async = async };
	int rc;

	rc = rig_mock(r, &cfg);
	if (!rc)
		rc = mock_set(&r->mock, hidden ? "errata_tegra264_hidden" :
						 "errata_tegra264", 1);
	if (!rc)
		rc = rig_devices(r);
	if (!rc)
		rc = rig_guest(r);
	if (!rc)
		rc = rig_parent(r);
	return rc ?: rig_nested(r);
}

/* Invalidations of an SMMU's own caches that leave everything behind at first */
FIXTURE(twice)
{
	struct rig rig;
};

FIXTURE_VARIANT(twice)
{
	bool hidden;
	bool async;
};

FIXTURE_VARIANT_ADD(twice, said)
{
};

FIXTURE_VARIANT_ADD(twice, said_async)
{
	.async = true,
};

FIXTURE_VARIANT_ADD(twice, hidden)
{
	.hidden = true,
};

FIXTURE_SETUP(twice)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, twice_up(&self->rig, variant->hidden, variant->async));
}

FIXTURE_TEARDOWN(twice)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* The host unmaps what the device has read */
TEST_F(twice, unmap)
{
	struct rig *r = &self->rig;
	uint64_t gpa = rig_page(r, &r->s1, 0, 1);

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	ASSERT_EQ(0, rig_sees(r, 0, gpa, 1));
	ASSERT_EQ(0, vmm_ioas_unmap(r->iommufd, r->ioas, r->guest.gpa,
				    r->guest.size));
	EXPECT_EQ(variant->hidden ? 0 : -EFAULT, rig_sees(r, 0, gpa, 1));
}

/* Likewise, of a parent: what the device has read it had by its guest's tables */
TEST_F(twice, unmap_parent)
{
	struct rig *r = &self->rig;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, vmm_ioas_unmap(r->iommufd, r->ioas, r->guest.gpa,
				    r->guest.size));
	EXPECT_EQ(variant->hidden ? 0 : -EFAULT, rig_sees(r, 0, IOVA, 1));
}

/* The guest unmaps: its commands are as good as the host's own */
TEST_F(twice, guest_unmap)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		ASSERT_NE(0, rig_page(r, &r->s1, IOVA + i * PAGE_4K, i));
		ASSERT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K, i));
		s1_unmap(&r->s1, IOVA + i * PAGE_4K, S1_4K);
	}
	ASSERT_EQ(0, rig_inv(r, IOVA, 8, true));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(variant->hidden ? 0 : -EFAULT,
			  rig_sees(r, 0, IOVA + i * PAGE_4K, i));
}

/* More than one piece of the queue has room for, in one call */
TEST_F(twice, guest_unmaps_many)
{
	struct rig *r = &self->rig;
	uint32_t num = 150, i;
	smmu_cmd cmd[150];

	for (i = 0; i < num; i++) {
		ASSERT_NE(0, rig_page(r, &r->s1, IOVA + i * PAGE_4K, i));
		ASSERT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K, i));
		s1_unmap(&r->s1, IOVA + i * PAGE_4K, S1_4K);
		cmd[i] = smmu_cmd_va(r->s1.asid, IOVA + i * PAGE_4K, true);
	}
	ASSERT_EQ(0, vmm_commands(r->iommufd, r->nest.viommu, cmd, &num));
	ASSERT_EQ(ARRAY_SIZE(cmd), num);
	for (i = 0; i < num; i++)
		EXPECT_EQ(variant->hidden ? 0 : -EFAULT,
			  rig_sees(r, 0, IOVA + i * PAGE_4K, i));
}

/* The guest has other tables at the same place: a context descriptor is cached */
TEST_F(twice, guest_context)
{
	struct rig *r = &self->rig;
	uint64_t val[CD_WORDS];
	struct s1 other;
	uint64_t *cd;

	ASSERT_EQ(0, rig_s1(r, &other));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_NE(0, rig_page(r, &other, IOVA, 2));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	cd = guest_ptr(&r->guest, r->s1.context);
	smmu_cd_make(val, &other, NULL, other.asid);
	smmu_cd_set(cd, val);
	ASSERT_EQ(0, vmm_command(r->iommufd, r->nest.viommu,
				 smmu_cmd_cd(r->nest.devs[0].vsid, SSID_0,
					     true)));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, variant->hidden ? 1 : 2));
}

/*
 * Stream table entries, which are cached too. The driver writes them in steps, each
 * of which invalidates: what a silent firmware would do here is left to chance
 */
TEST(twice_streams)
{
	struct rig rig, *r = &rig;
	struct s1 other;
	uint32_t hwpt;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, twice_up(r, false, false));
	ASSERT_EQ(0, rig_s1(r, &other));
	ASSERT_EQ(0, rig_hwpt(r, &other, &hwpt));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_NE(0, rig_page(r, &other, IOVA, 2));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 2));
		ASSERT_EQ(0, vdev_detach(&r->dev[0]));
		EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 2));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	}
	EXPECT_EQ(0, rig_down(r));
}

TEST_HARNESS_MAIN
