// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest hears of its functions' faults, and interrupts, which are writes
 * that can fault
 */
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness.h"
#include "guest_smmu.h"

#define IOVA	0x123456780000ull
/* What no page of the guest's RAM has */
#define NO_GPA	0x7000000000ull

FIXTURE(event) {
	struct hw hw;
	struct guest_smmu g;
	struct guest_dev dev[HW_DEVS];
	struct guest_dev *d;
};

FIXTURE_SETUP(event)
{
	unsigned int i;

	ASSERT_EQ(0, hw_open(&self->hw));
	ASSERT_EQ(0, guest_smmu_create(&self->g, &self->hw, &self->hw.func[0]));
	for (i = 0; i < HW_DEVS; i++)
		ASSERT_EQ(0, guest_smmu_add(&self->g, &self->dev[i], i,
					    GRANULE_4K));
	self->d = &self->dev[0];
}

FIXTURE_TEARDOWN(event)
{
	close(self->g.events);
	hw_close(&self->hw);
}

static void expect_event(struct __test_metadata *_metadata,
			 struct guest_smmu *g, struct guest_dev *d,
			 unsigned int id, uint64_t iova, bool write)
{
	struct guest_event event;

	ASSERT_EQ(0, guest_smmu_event(g, &event)) {
		TH_LOG("no event %02x of %llx", id, (unsigned long long)iova);
	}
	EXPECT_EQ(id, event.word[0] & EVT0_ID);
	EXPECT_EQ(d->vsid, EVT0_SID(event.word[0]));
	EXPECT_EQ(0, event.word[0] & EVT0_SSV);
	if (id == EVT_C_BAD_CD)
		return;
	EXPECT_EQ(iova, event.word[2]);
	EXPECT_EQ(!write, !!(event.word[1] & EVT1_RNW));
	EXPECT_EQ(0, event.word[1] & (EVT1_S2 | EVT1_STALL));
}

#define EVENT(d, id, iova, write)					\
	expect_event(_metadata, &self->g, d, id, iova, write)

TEST_F(event, translation_fault)
{
	struct guest_event event;
	unsigned int i;

	for (i = 0; i < HW_DEVS; i++) {
		EXPECT_EQ(0, func_touch(self->dev[i].func, IOVA + 0x124 + i * 8, 4, false));
		EVENT(&self->dev[i], EVT_F_TRANSLATION, IOVA + 0x124 + i * 8, false);
		EXPECT_EQ(0, func_touch(self->dev[i].func, IOVA + 0x230, 4, true));
		EVENT(&self->dev[i], EVT_F_TRANSLATION, IOVA + 0x230, true);
	}
	EXPECT_EQ(-EAGAIN, guest_smmu_event(&self->g, &event));
}

TEST_F(event, permission_fault)
{
	uint64_t gpa = guest_smmu_page(&self->g, self->d, IOVA, 1);

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa, GRANULE_4K, S1_RO));
	EXPECT_EQ(0, func_touch(self->d->func, IOVA + 0x40, 4, true));
	EVENT(self->d, EVT_F_PERMISSION, IOVA + 0x40, true);
	EXPECT_TRUE(util_is_fill(hw_va(&self->hw, gpa), PAGE_4K, 1));
}

TEST_F(event, access_flag_fault)
{
	uint64_t *entry;

	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA, 1));
	entry = s1_entry(&self->d->s1, IOVA, 1);
	ASSERT_NE(NULL, entry);
	s1_set(entry, s1_get(entry) & ~PTE_AF);
	EXPECT_EQ(0, func_touch(self->d->func, IOVA + 0x44, 4, false));
	EVENT(self->d, EVT_F_ACCESS, IOVA + 0x44, false);
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
	smmu_cd_set(self->d->cd, cd);
	ASSERT_EQ(0, guest_smmu_cmd(&self->g, smmu_cmd_cd(self->d->vsid, 0, true)));
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, NO_GPA, GRANULE_4K, S1_RW));
	EXPECT_EQ(0, func_touch(self->d->func, IOVA + 8, 4, false));
	EVENT(self->d, EVT_F_ADDR_SIZE, IOVA + 8, false);
}

TEST_F(event, bad_context_descriptor)
{
	smmu_cd_clear(self->d->cd);
	ASSERT_EQ(0, guest_smmu_cmd(&self->g, smmu_cmd_cd(self->d->vsid, 0, true)));
	EXPECT_EQ(0, func_touch(self->d->func, IOVA, 4, false));
	EVENT(self->d, EVT_C_BAD_CD, IOVA, false);
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
