// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command queues of guests, as on a Tegra241 (CMDQV): of two guests, neither reaches what
 * is the other's, nor makes it wait; and what the host does in between
 */
#include <stdio.h>
#include <sys/mman.h>

#include "harness.h"

#define IOVA	0x00002a8540000000ull
#define LG2	6
#define NR	2
/* That can have companions at one time */
#define MAX_UNITS	8

/* A virtual machine with a device: an address space of its own */
struct vm {
	struct guest guest;
	uint32_t ioas;
	struct nest nest;
	struct s1 s1;
	uint32_t hwpt;
	void *page;
	struct cmdqv_queue q;
	uint64_t gpa[2];
};

FIXTURE(two)
{
	struct rig rig;
	struct vm vm[NR];
};

FIXTURE_VARIANT(two)
{
	bool ats;
};

FIXTURE_VARIANT_ADD(two, plain)
{
};

FIXTURE_VARIANT_ADD(two, ats)
{
	.ats = true,
};

static int vm_create(FIXTURE_DATA(two) *self, unsigned int i)
{
	struct vm *vm = &self->vm[i];
	struct rig *r = &self->rig;
	unsigned int j;
	int rc;

	vm->page = MAP_FAILED;
	rc = guest_create(&vm->guest, RIG_GPA, RIG_GUEST_SIZE);
	if (!rc)
		rc = dsi_ioas_alloc(r->iommufd, &vm->ioas);
	if (!rc)
		rc = dsi_ioas_map(r->iommufd, vm->ioas, vm->guest.va, vm->guest.size,
				  vm->guest.gpa, DSI_RW);
	vm->nest = r->nest;
	vm->nest.iommufd = r->iommufd;
	if (!rc)
		rc = nest_create(&vm->nest, r->dev[i].id, vm->ioas, 0);
	if (!rc)
		rc = nest_add_dev(&vm->nest, r->dev[i].id);
	if (!rc)
		rc = nest_s1(&vm->nest, &vm->s1, &vm->guest, RIG_WIDTH);
	if (!rc)
		rc = nest_hwpt(&vm->nest, r->dev[i].id, 0, &vm->s1, &vm->hwpt);
	if (!rc)
		rc = vdev_attach_id(&r->dev[i], vm->hwpt);
	if (!rc && r->cfg.ats)
		rc = ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE);
	if (rc)
		return rc;
	for (j = 0; j < 2; j++) {
		vm->gpa[j] = guest_alloc(&vm->guest, PAGE_4K, PAGE_4K);
		util_fill(guest_ptr(&vm->guest, vm->gpa[j]), PAGE_4K, 10 * i + j);
	}
	vm->page = cmdqv_map(r->iommufd, &vm->nest.vintf);
	if (vm->page == MAP_FAILED)
		return -errno;
	rc = cmdqv_queue_create(&vm->q, r->iommufd, vm->nest.viommu, vm->page, &vm->guest, 0,
				LG2);
	if (!rc)
		cmdqv_queue_enable(&vm->q);
	return rc;
}

FIXTURE_SETUP(two)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3, .cmdqv = true, .nr_eps = NR, .ats = variant->ats,
	};
	struct rig *r = &self->rig;
	const char *why = NULL;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	why = rig_no_cmdqv(r);
	if (why) {
		ASSERT_EQ(0, rig_down(r));
		SKIP(return, "%s", why);
	}
	ASSERT_EQ(0, rig_devices(r));
	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, vm_create(self, i));
	/* Their names for things are the same ones */
	ASSERT_EQ(self->vm[0].s1.asid, self->vm[1].s1.asid);
	ASSERT_EQ(self->vm[0].nest.devs[0].vsid, self->vm[1].nest.devs[0].vsid);
}

FIXTURE_TEARDOWN(two)
{
	unsigned int i;

	for (i = 0; i < NR; i++)
		if (self->vm[i].page != MAP_FAILED)
			munmap(self->vm[i].page, SZ_64K);
	EXPECT_EQ(0, rig_down(&self->rig));
	for (i = 0; i < NR; i++)
		guest_destroy(&self->vm[i].guest);
}

static bool sees(FIXTURE_DATA(two) *self, unsigned int i, unsigned int j)
{
	return !rig_sees(&self->rig, i, IOVA, 10 * i + j);
}

static unsigned int invalidate(FIXTURE_DATA(two) *self, unsigned int i)
{
	struct vm *vm = &self->vm[i];
	unsigned int err;

	err = cmdqv_run(&vm->q, smmu_cmd_asid(vm->s1.asid));
	if (!err && vm->nest.ats)
		err = cmdqv_run(&vm->q, smmu_cmd_atc(vm->nest.devs[0].vsid, 0, 0, 64));
	return err;
}

/* Both have page 0 cached, and page 1 in their tables */
static int make_stale(FIXTURE_DATA(two) *self)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		struct vm *vm = &self->vm[i];

		if (s1_map(&vm->s1, IOVA, vm->gpa[0], S1_4K, S1_RW) || invalidate(self, i) ||
		    !sees(self, i, 0) || s1_map(&vm->s1, IOVA, vm->gpa[1], S1_4K, S1_RW))
			return -EIO;
	}
	return 0;
}

/* One invalidates all that it can name */
TEST_F(two, own_only)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		struct vm *vm = &self->vm[i];
		uint32_t vmid;

		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, invalidate(self, i));
		for (vmid = 0; vmid < 64; vmid++) {
			smmu_cmd cmd = smmu_cmd_asid(vm->s1.asid);

			cmd.cmd[0] |= htole64(CMD0_VMID(vmid));
			ASSERT_EQ(0, cmdqv_run(&vm->q, cmd));
		}
		EXPECT_TRUE(sees(self, i, 1));
		EXPECT_TRUE(sees(self, !i, 0));
		ASSERT_EQ(0, invalidate(self, !i));
		EXPECT_TRUE(sees(self, !i, 1));
	}
}

/* One has an error, and does not see to it; each is told of its own */
TEST_F(two, own_error)
{
	uint64_t map[2];
	int events[NR];
	uint32_t id;
	unsigned int i;

	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, cmdqv_veventq(self->rig.iommufd, self->vm[i].nest.viommu, 8, &id,
					   &events[i]));
	EXPECT_EQ(CMDQV_ERR_ILL, cmdqv_run(&self->vm[0].q, smmu_cmd_all()));
	ASSERT_EQ(0, cmdqv_vevent(events[0], -1, map));
	EXPECT_EQ(1, map[0]);
	EXPECT_FALSE(cmdqv_failed(&self->vm[1].q));
	ASSERT_EQ(0, s1_map(&self->vm[1].s1, IOVA, self->vm[1].gpa[1], S1_4K, S1_RW));
	ASSERT_EQ(0, invalidate(self, 1));
	EXPECT_TRUE(sees(self, 1, 1));
	/* Its own error comes while the other's is there */
	EXPECT_EQ(CMDQV_ERR_ILL, cmdqv_run(&self->vm[1].q, smmu_cmd_all()));
	ASSERT_EQ(0, cmdqv_vevent(events[1], -1, map));
	EXPECT_EQ(1, map[0]);
	cmdqv_recover(&self->vm[0].q);
	ASSERT_FALSE(cmdqv_failed(&self->vm[0].q));
	EXPECT_TRUE(cmdqv_failed(&self->vm[1].q));
	for (i = 0; i < NR; i++)
		close(events[i]);
}

/* A device that does not answer: its own guest is told by CMD_SYNC, and goes on */
TEST_F(two, device_does_not_answer)
{
	struct vm *vm = &self->vm[0];

	if (!vm->nest.ats)
		SKIP(return, "without ATS a device is not asked");
	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, mock_misbehave(&self->rig.mock, "devtlb_timeout", 1));
	EXPECT_EQ(CMDQV_ERR_ATC, invalidate(self, 0));
	ASSERT_EQ(0, invalidate(self, 1));
	EXPECT_TRUE(sees(self, 1, 1));
	cmdqv_recover(&vm->q);
	ASSERT_FALSE(cmdqv_failed(&vm->q));
	ASSERT_EQ(0, invalidate(self, 0));
	EXPECT_TRUE(sees(self, 0, 1));
}

/* A device that is slow: its guest's CMD_SYNC waits, the other's does not */
TEST_F(two, device_is_slow)
{
	struct vm *vm = &self->vm[0];

	if (!vm->nest.ats)
		SKIP(return, "without ATS a device is not asked");
	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, mock_ep_inv_delay(&self->rig.mock, "ep0", 300));
	cmdqv_put(&vm->q, CMD_NH_ASID | CMD0_ASID(vm->s1.asid), 0);
	cmdqv_put(&vm->q, CMD_ATC_INV | CMD0_SID(vm->nest.devs[0].vsid), 52);
	cmdqv_put(&vm->q, CMD_SYNC, 0);
	vm->q.reg[CMDQV_PROD] = vm->q.prod;
	ASSERT_EQ(0, invalidate(self, 1));
	EXPECT_TRUE(sees(self, 1, 1));
	cmdqv_ring(&vm->q);
	EXPECT_TRUE(sees(self, 0, 1));
}

/* A queue goes while a device has not answered it. Who has it next is not told of that. */
TEST_F(two, queue_goes_meanwhile)
{
	struct rig *r = &self->rig;
	struct vm *vm = &self->vm[0];
	unsigned int i;

	if (!vm->nest.ats)
		SKIP(return, "without ATS a device is not asked");
	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", 100000));
	cmdqv_put(&vm->q, CMD_ATC_INV | CMD0_SID(vm->nest.devs[0].vsid), 52);
	cmdqv_ring(&vm->q);
	ASSERT_EQ(0, dsi_destroy(r->iommufd, vm->q.id));
	ASSERT_EQ(0, cmdqv_queue_create(&vm->q, r->iommufd, vm->nest.viommu, vm->page,
					&vm->guest, 0, LG2));
	cmdqv_queue_enable(&vm->q);
	ASSERT_EQ(0, mock_devtlb_limit(&r->mock, 1));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, cmdqv_run(&vm->q, smmu_cmd_asid(vm->s1.asid)));
		usleep(1000);
	}
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", 0));
	ASSERT_EQ(0, mock_devtlb_limit(&r->mock, 0));
	ASSERT_EQ(0, invalidate(self, 0));
	EXPECT_TRUE(sees(self, 0, 1));
}

/* Units have companions of their own, as long as there are addresses for them */
TEST(many_units)
{
	struct mock m[MAX_UNITS + 1];
	unsigned int i, j, nr;
	char prefix[16];
	int rc = 0;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	mock_sweep();
	for (i = 0; i < ARRAY_SIZE(m); i++) {
		snprintf(prefix, sizeof(prefix), "kst%u", i);
		ASSERT_EQ(0, mock_create(&m[i], MOCK_SMMUV3, prefix));
		rc = mock_set(&m[i], "cmdqv", 1);
		/* Without MMIO no unit has one */
		ASSERT_TRUE(!rc || rc == -EOPNOTSUPP);
		ASSERT_EQ(0, mock_set(&m[i], "cmdqv_vintfs", i < MAX_UNITS ? 1 << i % 4 : 16));
	}
	for (nr = 0; nr < ARRAY_SIZE(m); nr++)
		if (mock_set_live(&m[nr], true))
			break;
	if (!rc) {
		EXPECT_EQ(MAX_UNITS, nr);
		EXPECT_EQ(-ENOSPC, mock_set_live(&m[MAX_UNITS], true));
		/* A small one goes, and there is room for the largest */
		ASSERT_EQ(0, mock_set_live(&m[4], false));
		EXPECT_EQ(0, mock_set_live(&m[MAX_UNITS], true));
	} else {
		EXPECT_EQ(ARRAY_SIZE(m), nr);
	}
	for (j = 0; j < ARRAY_SIZE(m); j++)
		EXPECT_EQ(0, mock_destroy(&m[j]));
}

TEST_HARNESS_MAIN
