// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest hears of its functions' faults, and interrupts, which are writes
 * that can fault
 */
#include <endian.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness.h"
#include "guest_smmu.h"

#define IOVA	0x123456780000ull

FIXTURE(event) {
	struct hw hw;
	struct guest_smmu g;
	struct guest_dev dev[HW_DEVS];
	struct guest_dev *d;
};

FIXTURE_SETUP(event)
{
	ASSERT_EQ(0, hw_open(&self->hw));
	ASSERT_EQ(0, guest_smmu_create_all(&self->g, self->dev, &self->hw,
					   GRANULE_4K));
	self->d = &self->dev[0];
}

FIXTURE_TEARDOWN(event)
{
	close(self->g.events);
	hw_close(&self->hw);
}

/* A fault, of which the guest hears what it has to, and nothing else */
static void expect_fault(struct __test_metadata *_metadata,
			 struct guest_smmu *g, struct guest_dev *d,
			 unsigned int id, uint64_t iova, bool write)
{
	const uint64_t *word = g->event.word;

	EXPECT_EQ(0, guest_smmu_faults(g, d, iova, write, id)) {
		TH_LOG("event %llx %llx %llx", (unsigned long long)word[0],
		       (unsigned long long)word[1],
		       (unsigned long long)word[2]);
	}
}

#define FAULTS(d, id, iova, write)					\
	expect_fault(_metadata, &self->g, d, id, iova, write)

TEST_F(event, translation_fault)
{
	struct guest_event event;
	unsigned int i;

	for (i = 0; i < HW_DEVS; i++) {
		FAULTS(&self->dev[i], EVT_F_TRANSLATION, IOVA + 0x124 + i * 8, false);
		FAULTS(&self->dev[i], EVT_F_TRANSLATION, IOVA + 0x230, true);
	}
	EXPECT_EQ(-EAGAIN, guest_smmu_event(&self->g, &event));
}

TEST_F(event, permission_fault)
{
	uint64_t gpa = guest_smmu_page(&self->g, self->d, IOVA, 1);

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa, GRANULE_4K, S1_RO));
	FAULTS(self->d, EVT_F_PERMISSION, IOVA + 0x40, true);
	EXPECT_TRUE(util_is_fill(hw_va(&self->hw, gpa), PAGE_4K, 1));
}

TEST_F(event, access_flag_fault)
{
	uint64_t *entry;

	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA, 1));
	entry = s1_entry(&self->d->s1, IOVA, 1);
	ASSERT_NE(NULL, entry);
	s1_set(entry, s1_get(entry) & ~PTE_AF);
	FAULTS(self->d, EVT_F_ACCESS, IOVA + 0x44, false);
	/* A fault is not cached */
	s1_set(entry, s1_get(entry) | PTE_AF);
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
}

TEST_F(event, address_size_fault)
{
	uint64_t cd[CD_WORDS];

	smmu_cd_make(cd, &self->d->s1, NULL, self->d->asid);
	/* Intermediate addresses of 32 bits */
	cd[0] &= ~CD0_IPS(7);
	ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, cd));
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, NO_GPA, GRANULE_4K, S1_RW));
	FAULTS(self->d, EVT_F_ADDR_SIZE, IOVA + 8, false);
}

/* 5.4.2: what makes one illegal. What it is not told to do it does not guess */
TEST_F(event, illegal_context_descriptors)
{
	static const struct {
		const char *what;
		uint64_t clear;
		uint64_t set;
		uint64_t ttb;
	} cases[] = {
		{ .what = "not valid", .clear = CD0_V },
		{ .what = "A, with IDR0.TERM_MODEL", .clear = CD0_A },
		{ .what = "S, without stalls", .set = CD0_S },
		{ .what = "AArch32", .clear = CD0_AA64 },
		{ .what = "HA, without IDR0.HTTU", .set = CD0_HA },
		{ .what = "HD, without IDR0.HTTU", .set = CD0_HD },
		{ .what = "big-endian", .set = 1ull << 15 },
		{ .what = "T0SZ of 15", .clear = CD0_T0SZ(63),
		  .set = CD0_T0SZ(15) },
		{ .what = "T0SZ of 40", .clear = CD0_T0SZ(63),
		  .set = CD0_T0SZ(40) },
		{ .what = "TTB0 beyond IPS", .clear = CD0_IPS(7),
		  .ttb = NO_GPA },
	};
	uint64_t good[CD_WORDS], cd[CD_WORDS];
	unsigned int i;

	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA, 1));
	smmu_cd_make(good, &self->d->s1, NULL, self->d->asid);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(cd, good, sizeof(cd));
		cd[0] = (cd[0] & ~cases[i].clear) | cases[i].set;
		if (cases[i].ttb)
			cd[1] = cases[i].ttb;
		ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, cd));
		TH_LOG("%s", cases[i].what);
		FAULTS(self->d, EVT_C_BAD_CD, IOVA, false);
	}
	ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, good));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
}

/* 5.2: S1STALLD is for an SMMU that can do both, stall and not */
TEST_F(event, stalls_switched_off)
{
	struct iommu_hw_info_arm_smmuv3 smmu;
	unsigned int i;
	uint32_t hwpt;

	ASSERT_EQ(0, dsi_hw_info_smmuv3(self->hw.iommufd, self->d->func->v.id,
					&smmu, NULL));
	if (!(smmu.idr[0] >> 24 & 3))
		SKIP(return, "the SMMU has a choice");
	for (i = 0; i < HW_DEVS; i++)
		ASSERT_NE(0, guest_smmu_page(&self->g, &self->dev[i], IOVA,
					     i + 1));
	ASSERT_EQ(0, guest_smmu_vste(&self->g, self->d,
				     smmu_vste_s1(&self->d->cds, STE1_STALLD),
				     &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, hwpt));
	FAULTS(self->d, EVT_C_BAD_STE, IOVA, false);
	/* It is the guest's own mistake: nobody else is concerned */
	EXPECT_EQ(0, guest_smmu_sees(&self->dev[1], IOVA, 2));
	ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, self->d->hwpt));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
}

/* 5.2: without IDR1.SSIDSIZE what is said of SubstreamIDs is ignored */
TEST_F(event, no_substreams)
{
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct iommu_hwpt_arm_smmuv3 vste;
	uint32_t hwpt;
	int rc;

	ASSERT_EQ(0, dsi_hw_info_smmuv3(self->hw.iommufd, self->d->func->v.id,
					&smmu, NULL));
	if (smmu.idr[1] >> 6 & 0x1f)
		SKIP(return, "the SMMU has SubstreamIDs");
	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA, 1));

	/* S1DSS alone: to bypass stage-1 */
	vste = smmu_vste_s1(&self->d->cds, STE1_DSS(STE_DSS_BYPASS));
	ASSERT_EQ(0, guest_smmu_vste(&self->g, self->d, vste, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, hwpt));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));

	/* S1CDMax and S1Fmt: two levels of many context descriptors */
	vste.ste[0] |= htole64(STE0_CDMAX(10ull) | STE0_FMT(STE_FMT_4K));
	ASSERT_EQ(0, guest_smmu_vste(&self->g, self->d, vste, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, hwpt));
	rc = guest_smmu_faults(&self->g, self->d, IOVA, false, EVT_C_BAD_STE);
	if (!rc && hw_is_qemu(&self->hw))
		XFAIL(return, "QEMU takes S1CDMax for a mistake");
	EXPECT_EQ(-EAGAIN, rc);
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
}

/*
 * 7.2: an event for each transaction at the most, of which a transfer may be
 * many or one. 7.3.1: some of them may be merged
 */
TEST_F(event, blocked_transfer)
{
	struct guest_event event;
	uint64_t last = IOVA;
	unsigned int n = 0;

	ASSERT_EQ(0, func_touch(self->d->func, IOVA, FUNC_MAX, true));
	for (; !guest_smmu_event(&self->g, &event); n++) {
		EXPECT_EQ(0, event.flags);
		EXPECT_EQ(n, event.sequence);
		EXPECT_EQ(EVT_F_TRANSLATION, event.word[0] & EVT0_ID);
		EXPECT_EQ(0, event.word[1] & EVT1_RNW);
		/* The first is where it begins, all are in order */
		if (!n)
			EXPECT_EQ(IOVA, event.word[2]);
		EXPECT_LE(last, event.word[2]);
		EXPECT_GT(IOVA + FUNC_MAX, event.word[2]);
		last = event.word[2];
	}
	TH_LOG("%u events", n);
	EXPECT_LT(0, n);
}

/* Faults of stage-2 are the host's: the guest does not know that stage */
TEST_F(event, stage2_faults_are_not_the_guests)
{
	struct iommu_hwpt_arm_smmuv3 vste;
	struct guest_event event;
	struct smmu_cds far;
	uint32_t hwpt;

	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, NO_GPA, GRANULE_4K, S1_RW));
	EXPECT_EQ(-EFAULT, guest_smmu_sees(self->d, IOVA, 1));
	EXPECT_EQ(-EAGAIN, guest_smmu_event(&self->g, &event));

	/* The context descriptor itself is nowhere */
	far = self->d->cds;
	far.base = NO_GPA;
	vste = smmu_vste_s1(&far, 0);
	ASSERT_EQ(0, guest_smmu_vste(&self->g, self->d, vste, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, hwpt));
	EXPECT_EQ(0, func_touch(self->d->func, IOVA, 4, false));
	EXPECT_EQ(-EAGAIN, guest_smmu_event(&self->g, &event));
	ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, self->d->hwpt));
	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA + PAGE_4K, 2));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA + PAGE_4K, 2));
}

/* An MSI goes through both stages: the guest maps where the doorbell is */
TEST_F(event, msi)
{
	uint64_t start, end, n = 0, window;
	struct guest_event event;
	int efd;

	ASSERT_EQ(0, func_reserved(self->d->func, "msi", &start, &end));
	window = start;
	efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ASSERT_GE(efd, 0);
	ASSERT_EQ(0, func_irq(self->d->func, efd));

	/* Not mapped in stage-1: the guest's fault */
	ASSERT_EQ(0, func_raise(self->d->func));
	EXPECT_EQ(0, hw_poll(efd, 300));
	ASSERT_EQ(0, guest_smmu_event(&self->g, &event));
	EXPECT_EQ(EVT_F_TRANSLATION, event.word[0] & EVT0_ID);
	EXPECT_GE(event.word[2], start);
	EXPECT_LE(event.word[2], end);

	for (; window < start + 4 * PAGE_4K; window += PAGE_4K)
		ASSERT_EQ(0, s1_map(&self->d->s1, window, window, GRANULE_4K,
				    S1_RW));
	ASSERT_EQ(0, func_raise(self->d->func));
	EXPECT_EQ(1, hw_poll(efd, 2000));
	EXPECT_EQ(8, read(efd, &n, sizeof(n)));
	EXPECT_EQ(1, n);
	ASSERT_EQ(0, func_irq(self->d->func, -1));
	close(efd);
}

TEST_HARNESS_MAIN
