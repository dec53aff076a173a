// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUs that do harm unless their driver knows of it. Each is tried twice: with
 * firmware that says which it is, and with firmware that does not, where the harm
 * has to be seen, or the test would prove nothing.
 */
#include "harness.h"
#include "held.h"

#define IOVA	0x0000033330000000ull
#define SSID_0	0

static int twice_up(struct rig *r, bool hidden, bool async, bool ats)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.async = async,
		.ats = ats,
	};
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
	if (!rc)
		rc = rig_nested(r);
	return rc ?: ep_ats(&r->dev[0], ats ? MOCK_EP_ATS_ENABLE : 0);
}

static int forget_atc(struct rig *r)
{
	return dsi_command(r->iommufd, r->nest.viommu,
			   smmu_cmd_atc(r->nest.devs[0].vsid, SSID_0, 0, 64));
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
	bool ats;
};

FIXTURE_VARIANT_ADD(twice, said)
{
};

FIXTURE_VARIANT_ADD(twice, said_async)
{
	.async = true,
};

/* What is kept by the SMMU would come back into the device's cache */
FIXTURE_VARIANT_ADD(twice, said_ats)
{
	.ats = true,
};

FIXTURE_VARIANT_ADD(twice, hidden)
{
	.hidden = true,
};

FIXTURE_SETUP(twice)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, twice_up(&self->rig, variant->hidden, variant->async,
			      variant->ats));
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
	ASSERT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(variant->hidden ? 0 : -EFAULT, rig_sees(r, 0, gpa, 1));
}

/* Likewise, of a parent: what the device has read it had by its guest's tables */
TEST_F(twice, unmap_parent)
{
	struct rig *r = &self->rig;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, rig_unmap_guest(r));
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
	ASSERT_EQ(0, dsi_commands(r->iommufd, r->nest.viommu, cmd, &num));
	ASSERT_EQ(ARRAY_SIZE(cmd), num);
	/* Not in the same call: a CMD_SYNC is between them */
	if (variant->ats)
		ASSERT_EQ(0, forget_atc(r));
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
	ASSERT_EQ(0, dsi_command(r->iommufd, r->nest.viommu,
				 smmu_cmd_cd(r->nest.devs[0].vsid, SSID_0,
					     true)));
	if (variant->ats)
		ASSERT_EQ(0, forget_atc(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, variant->hidden ? 1 : 2));
}

/*
 * Stream table entries, which are cached too. The driver writes them in steps, each
 * of which invalidates, so that a step often repeats the one before it. DMA between
 * two steps has the unit cache what is to be forgotten at the next.
 */
FIXTURE(twice_streams)
{
	struct rig rig;
};

/* The driver has patience: what these tests hold they let go themselves */
#define PATIENCE_MS	60000

FIXTURE_SETUP(twice_streams)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, mock_driver_param(MOCK_SMMUV3, "timeout_ms", PATIENCE_MS));
	ASSERT_EQ(0, twice_up(&self->rig, false, false, false));
	ASSERT_NE(0, rig_page(&self->rig, &self->rig.s1, IOVA, 1));
}

FIXTURE_TEARDOWN(twice_streams)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	EXPECT_EQ(0, mock_driver_param(MOCK_SMMUV3, "timeout_ms", 1000));
}

/* What a device is to be attached to: nothing, if it is 0 */
struct change {
	struct vdev *dev;
	uint32_t hwpt;
};

static int change_now(void *arg)
{
	const struct change *c = arg;

	return c->hwpt ? vdev_attach_id(c->dev, c->hwpt) : vdev_detach(c->dev);
}

/*
 * Make a change, with DMA in front of its @nth invalidation of the configuration.
 * @held: there were so many
 */
static int change_under_dma(struct rig *r, uint32_t hwpt, unsigned int nth,
			    bool *held)
{
	struct change c = { &r->dev[0], hwpt };
	char state[32] = "";
	struct job job;
	int rc;

	rc = mock_hold(&r->mock, "context", nth);
	if (!rc)
		rc = job_start(&job, change_now, &c);
	if (rc)
		return rc;
	while (!job_done(&job) && strncmp(state, "held", 4)) {
		rc = mock_hold_state(&r->mock, state, sizeof(state));
		usleep(100);
	}
	*held = !job_done(&job);
	if (*held)
		rig_sees(r, 0, IOVA, 0);
	rc = mock_go(&r->mock) ?: rc;
	return job_join(&job) ?: rc;
}

TEST_F(twice_streams, changes)
{
	enum { NOTHING, NESTED, OTHER, PARENT, NR };
	static const unsigned int changes[] = {
		OTHER, NESTED, PARENT, OTHER, NOTHING, NESTED, NOTHING, PARENT,
		NESTED,
	};
	struct rig *r = &self->rig;
	unsigned int nth, most = 1, i;
	uint32_t ids[NR] = { 0, r->nested, 0, r->ioas };
	struct s1 other;
	bool held;

	ASSERT_EQ(0, rig_s1(r, &other));
	ASSERT_EQ(0, rig_hwpt(r, &other, &ids[OTHER]));
	ASSERT_NE(0, rig_page(r, &other, IOVA, 2));
	for (nth = 1; nth <= most; nth++) {
		for (i = 0; i < ARRAY_SIZE(changes); i++) {
			ASSERT_EQ(0, change_under_dma(r, ids[changes[i]], nth,
						      &held));
			if (held)
				most = nth + 1;
			EXPECT_EQ(changes[i] == NESTED,
				  rig_sees(r, 0, IOVA, 1) == 0)
				TH_LOG("change %u, DMA at %u", i, nth);
			EXPECT_EQ(changes[i] == OTHER,
				  rig_sees(r, 0, IOVA, 2) == 0)
				TH_LOG("change %u, DMA at %u", i, nth);
		}
	}
	/* Each change is at least one that is repeated */
	EXPECT_LT(2, most);
}

/*
 * A device that does not answer is blocked by one change of its entry. Whether that
 * would repeat what was invalidated before depends on what that was
 */
TEST(twice_blocked)
{
	struct rig rig, *r = &rig;
	unsigned int i, round;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	for (round = 0; round < 4; round++) {
		ASSERT_EQ(0, twice_up(r, false, false, true));
		ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
		for (i = 0; i < round; i++) {
			ASSERT_EQ(0, vdev_attach_id(&r->dev[0], i & 1 ?
						    r->nested : r->ioas));
		}
		if (round & 1)
			ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
		ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
		ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout",
					    MOCK_FOR_EVER));
		EXPECT_NE(0, rig_inv_all(r));
		EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1))
			TH_LOG("round %u", round);
		ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", 0));
		ASSERT_EQ(0, rig_down(r));
	}
}

/* What a recovery has the SMMU forget of a device it must be told twice too */
TEST(twice_comes_back)
{
	struct rig rig, *r = &rig;
	unsigned int tries = 0;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, twice_up(r, false, false, false));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA + PAGE_4K, 2));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	s1_unmap(&r->s1, IOVA, S1_4K);
	/* The command, the CMD_SYNC, and the command again */
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_error", 3));
	EXPECT_EQ(-EIO, rig_inv(r, IOVA, 1, true));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_error", 0));
	while (rig_sees(r, 0, IOVA + PAGE_4K, 2) && tries++ < 12000)
		usleep(10000);
	ASSERT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, 2));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, rig_down(r));
}

/* An SMMU that loses invalidations if there are many without a CMD_SYNC */
static int unmap_many(struct rig *r, uint32_t iidr, unsigned int *stale)
{
	static const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.v3_1 = true,
		/* Without ranges each page is a command */
		.idr[3] = { SMMU_IDR3_RIL | SMMU_IDR3_FWB | 3u << 11, 0 },
		.guest_size = 100 * PAGE_4K,
	};
	const unsigned int pages = cfg.guest_size / PAGE_4K;
	unsigned int i;
	int rc;

	rc = rig_mock(r, &cfg);
	if (!rc)
		rc = mock_set(&r->mock, "errata_mmu700", 1);
	if (!rc)
		rc = mock_set(&r->mock, "iidr", iidr);
	if (!rc)
		rc = rig_devices(r);
	if (!rc)
		rc = rig_guest(r);
	if (!rc)
		rc = vdev_attach_id(&r->dev[0], r->ioas);
	for (i = 0; !rc && i < pages; i++)
		rc = ep_write(&r->dev[0], RIG_GPA + i * PAGE_4K, 8, 1, NULL);
	if (!rc)
		rc = rig_unmap_guest(r);
	*stale = 0;
	for (i = 0; !rc && i < pages; i++)
		*stale += !ep_write(&r->dev[0], RIG_GPA + i * PAGE_4K, 8, 1,
				    NULL);
	return rc;
}

TEST(long_batches)
{
	static const struct {
		const char *what;
		uint32_t iidr;
		bool said;
	} cases[] = {
		{ "MMU-700 r0p1", 0x4870143b, true },
		{ "MMU-700 r1p0", 0x4871043b, true },
		{ "one that is said to be right", 0x4871143b, false },
	};
	unsigned int i, stale;
	struct rig rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, unmap_many(&rig, cases[i].iidr, &stale))
			TH_LOG("%s", cases[i].what);
		EXPECT_EQ(cases[i].said, !stale)
			TH_LOG("%s: %u pages", cases[i].what, stale);
		ASSERT_EQ(0, rig_down(&rig));
	}
}

/*
 * Where registers are. What lies between the architecture's registers can be
 * another driver's, a PMCG's above all; and not all SMMUs have page 1.
 */
FIXTURE(registers)
{
	struct rig rig;
	int queue;
};

FIXTURE_VARIANT(registers)
{
	const char *erratum;
	bool lost;
};

FIXTURE_VARIANT_ADD(registers, usual)
{
};

FIXTURE_VARIANT_ADD(registers, page0_said)
{
	.erratum = "errata_cn9900",
};

FIXTURE_VARIANT_ADD(registers, page0_hidden)
{
	.erratum = "errata_cn9900_hidden",
	.lost = true,
};

FIXTURE_SETUP(registers)
{
	static const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.ats = true,
		.pasid_bits = 4,
	};
	struct rig *r = &self->rig;
	uint32_t id;

	self->queue = -1;
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	if (variant->erratum)
		ASSERT_EQ(0, mock_set(&r->mock, variant->erratum, 1));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_EQ(0, dsi_veventq(r->iommufd, r->nest.viommu, 64, &id,
				 &self->queue));
}

FIXTURE_TEARDOWN(registers)
{
	if (self->queue >= 0)
		close(self->queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* How often the driver has accessed what is not its own */
static int strays(const struct mock *m, unsigned long *nr)
{
	char text[64];
	int rc = mock_debugfs(m, "strays", text, sizeof(text));

	if (rc)
		return rc;
	return sscanf(text, "accesses %lu", nr) == 1 ? 0 : -EINVAL;
}

/* Through all that the driver does: DMA, events, errors, devices that do not answer */
TEST_F(registers, are_the_drivers)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;
	unsigned long nr;
	unsigned int i;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	for (i = 1; i < 4; i++) {
		EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA + i * PAGE_4K, 1));
		if (variant->lost) {
			EXPECT_EQ(-EAGAIN, dsi_vevent(self->queue, 0, &ev));
			continue;
		}
		ASSERT_EQ(0, dsi_vevent(self->queue, 20000, &ev));
		EXPECT_EQ(IOVA + i * PAGE_4K, ev.evt[2]);
	}
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_error", 1));
	rig_inv_all(r);
	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", 1));
	rig_inv_all(r);
	vdev_close(&r->dev[0]);

	ASSERT_EQ(0, strays(&r->mock, &nr));
	EXPECT_EQ(variant->lost, nr != 0) TH_LOG("%lu accesses", nr);
}

/* Firmware denies that the SMMU's accesses snoop, which it says of itself */
TEST(coherency_denied)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct rig rig;
	int coherent;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	for (coherent = 1; coherent >= 0; coherent--) {
		ASSERT_EQ(0, rig_mock(&rig, &cfg));
		ASSERT_EQ(0, mock_set(&rig.mock, "dma_coherent", coherent));
		/* Without a driver of its unit a device is nothing for userspace */
		ASSERT_EQ(coherent ? 0 : -ENODEV, rig_devices(&rig));
		if (coherent) {
			ASSERT_EQ(0, rig_guest(&rig));
			ASSERT_EQ(0, vdev_attach_id(&rig.dev[0], rig.ioas));
			EXPECT_EQ(0, ep_write(&rig.dev[0], RIG_GPA, PAGE_4K, 1,
					      NULL));
		}
		ASSERT_EQ(0, rig_down(&rig));
	}
}

TEST_HARNESS_MAIN
