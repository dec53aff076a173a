// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware that does not do what it should: the driver never waits for ever,
 * says so, leaves the device blocked rather than half translated, and brings it
 * back once the hardware is in order again
 */
#include <unistd.h>

#include "harness.h"

#define IOVA	0x0000022220000000ull

FIXTURE(bad)
{
	struct rig rig;
	uint64_t other;		/* a page with another pattern */
	uint32_t spare;		/* a second HWPT of the same stage-1 */
};

FIXTURE_VARIANT(bad)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(bad, sync)
{
	.cfg.nr_eps = 2,
};

FIXTURE_VARIANT_ADD(bad, async)
{
	.cfg.nr_eps = 2,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(bad, ats)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(bad, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
};

FIXTURE_VARIANT_ADD(bad, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(bad, smmu_ats)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

/* No device is slow here: what does not come soon never comes */
static int patience(enum mock_type type, uint32_t ms)
{
	int rc = mock_driver_param(type, "devtlb_timeout_ms", ms);

	return rc == -ENOENT ? 0 : rc;
}

FIXTURE_SETUP(bad)
{
	struct rig *r = &self->rig;
	unsigned int i;

	ASSERT_EQ(0, patience(variant->cfg.type, 1000));
	RIG_UP(r, &variant->cfg);
	ASSERT_EQ(0, rig_hwpt(r, &r->s1, &self->spare));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA + PAGE_4K, 2));
	self->other = rig_page(r, &r->s1, 0, 9);
	for (i = 0; i < r->cfg.nr_eps; i++) {
		ASSERT_EQ(0, ep_ats(&r->dev[i],
				    r->cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
		ASSERT_EQ(0, rig_sees(r, i, IOVA, 1));
	}
}

FIXTURE_TEARDOWN(bad)
{
	/* Also what is broken for ever can be taken down */
	EXPECT_EQ(0, rig_down(&self->rig));
	EXPECT_EQ(0, patience(variant->cfg.type, 90000));
}

/* Page 1 of the window shows @gpa from now on */
static int set_page1(FIXTURE_DATA(bad) *self, uint64_t gpa)
{
	struct rig *r = &self->rig;
	int rc;

	rc = s1_map(&r->s1, IOVA + PAGE_4K, gpa, S1_4K, S1_RW);
	return rc ?: nest_inv_all(&r->nest, &r->s1, self->spare);
}

/*
 * Attached anew, as soon as that is possible: the driver leaves a device alone for
 * a while whose device-TLB was silent
 */
static int attach_again(struct vdev *dev, uint32_t hwpt)
{
	unsigned int i;
	int rc;

	for (i = 0; i < 20000; i++) {
		rc = vdev_attach_id(dev, hwpt);
		if (rc != -ETIMEDOUT)
			break;
		usleep(10000);
	}
	return rc;
}

/* An SMMU's commands say so as long as any of its devices is blocked */
static int inv_again(struct rig *r)
{
	unsigned int i;
	int rc;

	for (i = 0; i < 20000; i++) {
		rc = rig_inv_all(r);
		if (rc != -ETIMEDOUT)
			break;
		usleep(10000);
	}
	return rc;
}

/* Attached anew, @dev works, and with what the tables are now */
static int recovered(FIXTURE_DATA(bad) *self, unsigned int dev)
{
	struct rig *r = &self->rig;
	uint64_t gpa;
	int rc;

	rc = attach_again(&r->dev[dev], self->spare);
	/* What is not done is the guest's to do again */
	if (!rc && r->cfg.type == MOCK_SMMUV3)
		rc = inv_again(r);
	if (!rc)
		rc = rig_sees(r, dev, IOVA, 9);
	gpa = s1_gpa(&r->s1, IOVA + PAGE_4K, 1);
	if (!rc)
		rc = rig_sees(r, dev, IOVA + PAGE_4K, 2);
	if (!rc)
		rc = set_page1(self, self->other);
	if (!rc)
		rc = rig_sees(r, dev, IOVA + PAGE_4K, 9);
	return rc ?: set_page1(self, gpa);
}

static void change_page(FIXTURE_DATA(bad) *self)
{
	s1_map(&self->rig.s1, IOVA, self->other, S1_4K, S1_RW);
}

/* The command queue stands still */
TEST_F(bad, stalled_invalidation)
{
	struct rig *r = &self->rig;
	unsigned int i;

	change_page(self);
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", MOCK_FOR_EVER));
	EXPECT_EQ(-ETIMEDOUT, rig_inv(r, IOVA, 1, false));
	/* Neither the new page nor, above all, the old one */
	for (i = 0; i < r->cfg.nr_eps; i++) {
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[i], IOVA, 8, 0, NULL));
		EXPECT_EQ(-EFAULT, ep_write(&r->dev[i], IOVA, 8, 0, NULL));
	}
	EXPECT_EQ(-ETIMEDOUT, vdev_attach_id(&r->dev[0], self->spare));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));

	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", 0));
	for (i = 0; i < r->cfg.nr_eps; i++)
		EXPECT_EQ(0, recovered(self, i));
}

/* It stands still while a device is moved, and while one is detached */
TEST_F(bad, stalled_attachment)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", MOCK_FOR_EVER));
	EXPECT_EQ(-ETIMEDOUT, vdev_attach_id(&r->dev[0], self->spare));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(0, vdev_detach(&r->dev[1]));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", 0));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA, 8, 0, NULL));
	change_page(self);
	EXPECT_EQ(0, recovered(self, 0));
	EXPECT_EQ(0, recovered(self, 1));
}

/* Memory is unmapped while it stands still: it is out of reach all the same */
TEST_F(bad, stalled_unmap)
{
	struct rig *r = &self->rig;
	uint8_t *ram;
	unsigned int i;

	ram = guest_ptr(&r->guest, s1_gpa(&r->s1, IOVA, 1));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", MOCK_FOR_EVER));
	EXPECT_EQ(0, rig_unmap_guest(r));
	for (i = 0; i < r->cfg.nr_eps; i++) {
		EXPECT_EQ(-EFAULT, ep_write(&r->dev[i], IOVA, 8, 1, NULL));
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[i], IOVA, 8, 0, NULL));
	}
	EXPECT_TRUE(util_is_fill(ram, PAGE_4K, 1));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", 0));
	ASSERT_EQ(0, rig_map_guest(r));
	change_page(self);
	EXPECT_EQ(0, recovered(self, 0));
	EXPECT_EQ(0, recovered(self, 1));
}

/* It stands still and never goes on: everything can still be taken down */
TEST_F(bad, stalled_for_good)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", MOCK_FOR_EVER));
	EXPECT_EQ(-ETIMEDOUT, rig_inv_all(r));
	vdev_close(&r->dev[0]);
	EXPECT_EQ(0, vdev_detach(&r->dev[1]));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, r->nested));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, self->spare));
	nest_forget_dev(&r->nest, r->dev[0].id);
	EXPECT_EQ(0, nest_drop_viommu(&r->nest));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, r->nest.parent));
	vdev_close(&r->dev[1]);
	ASSERT_EQ(0, mock_set_live(&r->mock, false));
	/* Made live again, it is other hardware */
	ASSERT_EQ(0, mock_set_live(&r->mock, true));
	ASSERT_EQ(0, rig_open_dev(&r->mock, 0, r->iommufd, &r->dev[0]));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	util_fill(r->guest.va, PAGE_4K, 3);
	EXPECT_EQ(0, rig_sees(r, 0, r->guest.gpa, 3));
}

/*
 * A command is found to be erroneous although it is not. Nobody knows what the
 * caches hold then: either it was done after all, or the device is blocked.
 */
TEST_F(bad, command_errors)
{
	static const uint32_t counts[] = { 1, 2, 3, 10, MOCK_FOR_EVER };
	struct rig *r = &self->rig;
	unsigned int i, j;
	int rc;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		rig_page(r, &r->s1, IOVA, 1);
		ASSERT_EQ(0, rig_inv_all(r));
		for (j = 0; j < r->cfg.nr_eps; j++) {
			ASSERT_EQ(0, vdev_detach(&r->dev[j]));
			ASSERT_EQ(0, vdev_attach_id(&r->dev[j], r->nested));
			ASSERT_EQ(0, rig_sees(r, j, IOVA, 1));
		}
		change_page(self);
		ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_error", counts[i]));
		rc = rig_inv(r, IOVA, 1, false);
		EXPECT_TRUE(!rc || rc == -EIO || rc == -ETIMEDOUT)
			TH_LOG("%u errors: %d", counts[i], rc);
		for (j = 0; j < r->cfg.nr_eps; j++) {
			int sees = rig_sees(r, j, IOVA, 9);

			/* Or it has come back already, and sees the new page */
			EXPECT_TRUE(!sees || (rc && sees == -EFAULT))
				TH_LOG("%u errors: %d", counts[i], sees);
		}
		ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_error", 0));
		for (j = 0; j < r->cfg.nr_eps; j++)
			EXPECT_EQ(0, recovered(self, j))
				TH_LOG("after %u errors", counts[i]);
	}
}

/* Page 0, where endpoint 0 may have it: with SMMUv3 the guest says which one */
static int inv_of_first(FIXTURE_DATA(bad) *self)
{
	struct rig *r = &self->rig;
	const smmu_cmd cmd[] = {
		smmu_cmd_va(r->s1.asid, IOVA, true),
		smmu_cmd_atc(r->nest.devs[0].vsid, 0, IOVA, 12),
	};
	uint32_t num = ARRAY_SIZE(cmd);

	if (r->cfg.type == MOCK_VTD)
		return rig_inv(r, IOVA, 1, false);
	return dsi_commands(r->iommufd, r->nest.viommu, cmd, &num);
}

/* A device that does not answer is blocked; the one beside it goes on */
TEST_F(bad, devtlb_timeout)
{
	struct rig *r = &self->rig;
	struct s1 own;
	uint32_t hwpt;

	/* Where there is no device-TLB nobody asks it anything */
	if (!r->cfg.ats) {
		ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout",
					    MOCK_FOR_EVER));
		change_page(self);
		EXPECT_EQ(0, rig_inv_all(r));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 9));
		return;
	}

	ASSERT_EQ(0, rig_s1(r, &own));
	ASSERT_NE(0, rig_page(r, &own, IOVA, 5));
	ASSERT_EQ(0, rig_hwpt(r, &own, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], hwpt));
	ASSERT_EQ(0, rig_sees(r, 1, IOVA, 5));

	change_page(self);
	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout",
				    MOCK_FOR_EVER));
	EXPECT_EQ(-ETIMEDOUT, inv_of_first(self));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(-ETIMEDOUT, vdev_attach_id(&r->dev[0], self->spare));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 5));

	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", 0));
	EXPECT_EQ(0, recovered(self, 0));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 5));
}

/* One lost answer among many */
TEST_F(bad, devtlb_timeout_in_array)
{
	struct rig *r = &self->rig;
	unsigned int i;
	int rc = 0;

	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", 1));
	if (r->cfg.type == MOCK_VTD) {
		struct iommu_hwpt_vtd_s1_invalidate entry[100] = {};
		uint32_t num = ARRAY_SIZE(entry);

		for (i = 0; i < num; i++) {
			entry[i].addr = IOVA + i * PAGE_4K;
			entry[i].npages = 1;
		}
		rc = dsi_invalidate(r->iommufd, r->nested, entry, &num);
		EXPECT_EQ(r->cfg.ats, num < ARRAY_SIZE(entry));
	} else if (r->cfg.ats) {
		smmu_cmd cmd[100];
		uint32_t num = ARRAY_SIZE(cmd);

		for (i = 0; i < num; i++)
			cmd[i] = i & 1 ?
				 smmu_cmd_atc(r->nest.devs[0].vsid, 0,
					      IOVA + i * PAGE_4K, 12) :
				 smmu_cmd_va(r->s1.asid, IOVA + i * PAGE_4K,
					     true);
		rc = dsi_commands(r->iommufd, r->nest.viommu, cmd, &num);
		EXPECT_GT(ARRAY_SIZE(cmd), num);
	}
	EXPECT_EQ(r->cfg.ats ? -ETIMEDOUT : 0, rc);
	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", 0));
	change_page(self);
	EXPECT_EQ(0, recovered(self, 0));
	EXPECT_EQ(0, recovered(self, 1));
}

/* A table cannot be read: that request faults, the next one does not */
TEST_F(bad, walk_abort)
{
	struct rig *r = &self->rig;
	struct ep_result res;
	unsigned int i;

	if (mock_reorders())
		SKIP(return, "a unit that reorders has read the table before");
	ASSERT_EQ(0, ep_ats(&r->dev[0], 0));
	for (i = 1; i < 4; i++) {
		ASSERT_EQ(0, rig_inv_all(r));
		ASSERT_EQ(0, mock_misbehave(&r->mock, "walk_abort", 1));
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, &res));
		EXPECT_EQ(MOCK_EP_FAULT_BLOCKED, res.fault);
		EXPECT_EQ(IOVA, res.fault_addr);
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	}
	ASSERT_EQ(0, rig_inv_all(r));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "walk_abort", MOCK_FOR_EVER));
	for (i = 0; i < 10; i++)
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "walk_abort", 0));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* Nothing depends on an interrupt that may get lost */
TEST_F(bad, lost_interrupts)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	unsigned int i;

	/* A translation request that finds nothing is no fault */
	ASSERT_EQ(0, ep_ats(&r->dev[0], 0));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "irq_lost", MOCK_FOR_EVER));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	for (i = 0; i < 50; i++)
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], 0x1000 * i, 8, 0, NULL));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.faults + 50, after.faults);
	change_page(self);
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 9));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "irq_lost", 0));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], 0x2000, 8, 0, NULL));
	EXPECT_EQ(0, recovered(self, 0));
}

/* Registers do not acknowledge while the unit is shut down */
TEST_F(bad, register_stall)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < r->cfg.nr_eps; i++)
		vdev_close(&r->dev[i]);
	ASSERT_EQ(0, mock_misbehave(&r->mock, "reg_stall", MOCK_FOR_EVER));
	EXPECT_EQ(0, mock_set_live(&r->mock, false));
	EXPECT_EQ(0, mock_set_live(&r->mock, true));
	ASSERT_EQ(0, rig_open_dev(&r->mock, 0, r->iommufd, &r->dev[0]));
	/* What was made for an SMMU is not for the one that took its place */
	if (r->cfg.type == MOCK_SMMUV3) {
		EXPECT_EQ(-EINVAL, vdev_attach_id(&r->dev[0], r->nested));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
		util_fill(r->guest.va, PAGE_4K, 3);
		EXPECT_EQ(0, rig_sees(r, 0, r->guest.gpa, 3));
		return;
	}
	change_page(self);
	EXPECT_EQ(0, recovered(self, 0));
}

/* Faults by the thousand: the log and the registers overflow, nothing else */
TEST_F(bad, fault_storm)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	unsigned int i;

	for (i = 0; i < r->cfg.nr_eps; i++)
		ASSERT_EQ(0, ep_ats(&r->dev[i], 0));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	for (i = 0; i < 1000; i++)
		ASSERT_EQ(-EFAULT, ep_read(&r->dev[i & 1], i * PAGE_4K, 8, 0,
					   NULL));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.faults + 1000, after.faults);
	for (i = 0; i < r->cfg.nr_eps; i++)
		EXPECT_EQ(0, rig_sees(r, i, IOVA, 1));
}

TEST_HARNESS_MAIN
