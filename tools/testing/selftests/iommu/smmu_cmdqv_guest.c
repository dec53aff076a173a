// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command queues of guests, as on a Tegra241 (CMDQV): a guest invalidates by its own
 * queue and no call to the kernel, and whatever it writes there reaches nobody else
 */
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "window.h"

#define WINDOW		0x00002a8540000000ull
#define LG2		7
#define NR_QUEUES	2
#define RANDOM_ROUNDS	200

FIXTURE(guest)
{
	struct rig rig;
	struct window w;
	void *page;
	struct cmdqv_queue q[NR_QUEUES];
};

FIXTURE_VARIANT(guest)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(guest, sync)
{
};

FIXTURE_VARIANT_ADD(guest, async)
{
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(guest, ats)
{
	.cfg.ats = true,
};

FIXTURE_SETUP(guest)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	unsigned int i;

	cfg.type = MOCK_SMMUV3;
	cfg.cmdqv = true;
	cfg.guest_2m = true;
	RIG_UP(r, &cfg);
	if (cfg.ats)
		ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE));
	ASSERT_EQ(0, window_create(&self->w, r, &r->s1, WINDOW));
	self->page = cmdqv_map(r->iommufd, &r->nest.vintf);
	ASSERT_NE(MAP_FAILED, self->page);
	for (i = 0; i < NR_QUEUES; i++) {
		ASSERT_EQ(0, cmdqv_queue_create(&self->q[i], r->iommufd, r->nest.viommu,
						self->page, &r->guest, i, LG2));
		cmdqv_queue_enable(&self->q[i]);
	}
}

FIXTURE_TEARDOWN(guest)
{
	if (self->page)
		munmap(self->page, SZ_64K);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static unsigned int atc_all(FIXTURE_DATA(guest) *self, struct cmdqv_queue *q)
{
	if (!self->rig.nest.ats)
		return 0;
	return cmdqv_run(q, smmu_cmd_atc(self->rig.nest.devs[0].vsid, 0, 0, 64));
}

/* One page, and none beside it; by either queue */
TEST_F(guest, by_address)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		struct cmdqv_queue *q = &self->q[i % NR_QUEUES];
		uint64_t va = window_at(&self->w, i);

		ASSERT_EQ(0, window_stale(&self->w, r));
		ASSERT_EQ(0, cmdqv_run(q, smmu_cmd_va(r->s1.asid, va, i & 1)));
		if (r->nest.ats)
			ASSERT_EQ(0, cmdqv_run(q, smmu_cmd_atc(r->nest.devs[0].vsid, 0, va,
							       12)));
		EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, i, 1));
	}
}

TEST_F(guest, by_asid)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, window_stale(&self->w, r));
	ASSERT_EQ(0, cmdqv_run(&self->q[0], smmu_cmd_asid(r->s1.asid + 1)));
	ASSERT_EQ(0, atc_all(self, &self->q[0]));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, 0));
	ASSERT_EQ(0, cmdqv_run(&self->q[0], smmu_cmd_asid(r->s1.asid)));
	ASSERT_EQ(0, atc_all(self, &self->q[0]));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, WINDOW_PAGES));
}

/* The VMID is the VINTF's, whatever the guest says */
TEST_F(guest, any_vmid)
{
	struct rig *r = &self->rig;
	uint32_t vmid;

	for (vmid = 0; vmid < 0x10000; vmid = vmid * 3 + 1) {
		smmu_cmd cmd = smmu_cmd_asid(r->s1.asid);

		cmd.cmd[0] |= htole64(CMD0_VMID(vmid));
		ASSERT_EQ(0, window_stale(&self->w, r));
		ASSERT_EQ(0, cmdqv_run(&self->q[0], cmd));
		ASSERT_EQ(0, atc_all(self, &self->q[0]));
		EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, WINDOW_PAGES));
	}
}

/* A queue that is full, and whose indexes wrap, many times */
TEST_F(guest, wraps)
{
	struct cmdqv_queue *q = &self->q[1];
	struct rig *r = &self->rig;
	unsigned int i, j;

	for (i = 0; i < 9; i++) {
		ASSERT_EQ(0, window_stale(&self->w, r));
		for (j = 0; j < (1u << LG2) - 2; j++)
			cmdqv_put(q, CMD_NH_VA | CMD0_ASID(r->s1.asid),
				  window_at(&self->w, j % WINDOW_PAGES));
		if (r->nest.ats)
			cmdqv_put(q, CMD_ATC_INV | CMD0_SID(r->nest.devs[0].vsid), 52);
		else
			cmdqv_put(q, CMD_SYNC, 0);
		cmdqv_put(q, CMD_SYNC, 0);
		cmdqv_ring(q);
		ASSERT_FALSE(cmdqv_failed(q));
		EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, WINDOW_PAGES));
	}
}

/* A StreamID of the guest's becomes the device's; no other does, the device's own neither */
TEST_F(guest, stream_ids)
{
	struct cmdqv_queue *q = &self->q[0];
	struct rig *r = &self->rig;
	const uint32_t bad[] = { RIG_SID(0), r->nest.devs[0].vsid + 1, 0, 0xfffff,
				 r->nest.devs[0].vsid | 1u << 20, UINT32_MAX };
	unsigned int i;

	/* With ATS the device has cached what the unit has not any more */
	ASSERT_EQ(0, window_stale(&self->w, r));
	if (r->nest.ats)
		ASSERT_EQ(0, cmdqv_run(q, smmu_cmd_asid(r->s1.asid)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(CMDQV_ERR_ILL, cmdqv_run(q, smmu_cmd_atc(bad[i], 0, 0, 64)));
		cmdqv_recover(q);
		ASSERT_FALSE(cmdqv_failed(q));
		EXPECT_EQ(0, window_old(&self->w, r, i));
	}
	ASSERT_EQ(0, cmdqv_run(q, smmu_cmd_asid(r->s1.asid)));
	ASSERT_EQ(0, atc_all(self, q));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, WINDOW_PAGES));
}

/* What a queue of a guest's may carry, of all opcodes */
static bool allowed(unsigned int op)
{
	switch (op) {
	case CMD_NH_ASID:
	case CMD_NH_VA:
	case CMD_ATC_INV:
	case CMD_SYNC:
		return true;
	default:
		return false;
	}
}

TEST_F(guest, every_opcode)
{
	struct cmdqv_queue *q = &self->q[0];
	struct rig *r = &self->rig;
	unsigned int op;

	ASSERT_EQ(0, window_stale(&self->w, r));
	for (op = 0; op < 256; op++) {
		uint64_t sid = op == CMD_ATC_INV ? CMD0_SID(r->nest.devs[0].vsid) : 0;

		/* The unit waits for a device without ATS in vain */
		if (sid && !r->nest.ats)
			continue;
		cmdqv_put(q, op | sid, 0);
		cmdqv_ring(q);
		ASSERT_EQ(!allowed(op), cmdqv_failed(q)) TH_LOG("opcode %#x", op);
		if (!cmdqv_failed(q))
			continue;
		EXPECT_EQ(CMDQV_ERR_ILL, CMDQV_ERR(q->reg[CMDQV_CONS]));
		cmdqv_recover(q);
	}
	/* Nothing of it was about what is cached */
	ASSERT_EQ(0, window_old(&self->w, r, WINDOW_PAGES - 1));
}

/* A CMD_SYNC that would write, or wake somebody, and bits that mean nothing */
TEST_F(guest, reserved_bits)
{
	static const struct {
		uint64_t w0, w1;
	} bad[] = {
		{ CMD_SYNC | 1 << 12, 0 },
		{ CMD_SYNC | 1 << 12, 0x1000 },
		{ CMD_SYNC | 2 << 12, 0 },
		{ CMD_SYNC | 3 << 12, 0 },
		{ CMD_NH_ASID | 1 << 8, 0 },
		{ CMD_NH_ASID | 1 << 10, 0 },
		{ CMD_NH_ASID, 1 },
		{ CMD_NH_VA, 2 },
		{ CMD_NH_VA | 1ull << 10, 0 },
		{ CMD_SYNC | 1ull << 10, 0 },
	};
	struct cmdqv_queue *q = &self->q[1];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		cmdqv_put(q, bad[i].w0, bad[i].w1);
		cmdqv_ring(q);
		ASSERT_TRUE(cmdqv_failed(q)) TH_LOG("command %u", i);
		EXPECT_EQ(CMDQV_ERR_ILL, CMDQV_ERR(q->reg[CMDQV_CONS]));
		cmdqv_recover(q);
		ASSERT_FALSE(cmdqv_failed(q));
	}
}

/* The VMM is told of which queue it is, each time; and the guest puts it right */
TEST_F(guest, error_event)
{
	struct rig *r = &self->rig;
	uint64_t map[2];
	uint32_t id;
	int events;
	unsigned int i;

	ASSERT_EQ(0, cmdqv_veventq(r->iommufd, r->nest.viommu, 16, &id, &events));
	EXPECT_EQ(-EAGAIN, cmdqv_vevent(events, 0, map));
	for (i = 0; i < 6; i++) {
		struct cmdqv_queue *q = &self->q[i % NR_QUEUES];

		ASSERT_EQ(0, window_stale(&self->w, r));
		EXPECT_EQ(CMDQV_ERR_ILL, cmdqv_run(q, smmu_cmd_all()));
		ASSERT_EQ(0, cmdqv_vevent(events, -1, map));
		EXPECT_EQ(1 << i % NR_QUEUES, map[0]);
		EXPECT_EQ(0, map[1]);
		/* It stands still until somebody says that it has seen it */
		cmdqv_put(q, CMD_NH_ASID | CMD0_ASID(r->s1.asid), 0);
		q->reg[CMDQV_PROD] = q->prod;
		cmdqv_settle(q);
		EXPECT_EQ(0, window_old(&self->w, r, 0));
		/* The other one does not */
		ASSERT_EQ(0, cmdqv_run(&self->q[(i + 1) % NR_QUEUES],
				       smmu_cmd_va(r->s1.asid, window_at(&self->w, 1), true)));
		ASSERT_EQ(0, atc_all(self, &self->q[(i + 1) % NR_QUEUES]));
		EXPECT_EQ(0, window_new(&self->w, r, 1));
		cmdqv_recover(q);
		ASSERT_FALSE(cmdqv_failed(q));
		ASSERT_EQ(0, atc_all(self, q));
		EXPECT_EQ(0, window_new(&self->w, r, 0));
	}
	/* Both at once: the second event has both, whether or not the first has */
	cmdqv_run(&self->q[0], smmu_cmd_all());
	cmdqv_run(&self->q[1], smmu_cmd_all());
	do {
		ASSERT_EQ(0, cmdqv_vevent(events, -1, map));
	} while (map[0] != 3);
	close(events);
}

/* An error that nobody has seen to when the queue goes */
TEST_F(guest, gone_in_error)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = NR_QUEUES; i--; ) {
		EXPECT_EQ(CMDQV_ERR_ILL, cmdqv_run(&self->q[i], smmu_cmd_all()));
		ASSERT_EQ(0, dsi_destroy(r->iommufd, self->q[i].id));
	}
	for (i = 0; i < NR_QUEUES; i++) {
		ASSERT_EQ(0, cmdqv_queue_create(&self->q[i], r->iommufd, r->nest.viommu,
						self->page, &r->guest, i, LG2));
		EXPECT_FALSE(cmdqv_failed(&self->q[i]));
		EXPECT_EQ(0, self->q[i].reg[CMDQV_CONS]);
		EXPECT_EQ(0, self->q[i].reg[CMDQV_PROD]);
		EXPECT_EQ(0, self->q[i].reg[CMDQV_STATUS]);
		cmdqv_queue_enable(&self->q[i]);
	}
	ASSERT_EQ(0, window_stale(&self->w, r));
	ASSERT_EQ(0, cmdqv_run(&self->q[0], smmu_cmd_asid(r->s1.asid)));
	ASSERT_EQ(0, atc_all(self, &self->q[0]));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, WINDOW_PAGES));
}

/* A queue is off, and on again, as a guest's driver does it when it starts */
TEST_F(guest, off_and_on)
{
	struct cmdqv_queue *q = &self->q[0];
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, window_stale(&self->w, r));
		cmdqv_queue_disable(q);
		EXPECT_EQ(0, q->reg[CMDQV_CONS]);
		cmdqv_put(q, CMD_NH_ASID | CMD0_ASID(r->s1.asid), 0);
		q->reg[CMDQV_PROD] = q->prod;
		cmdqv_settle(q);
		EXPECT_EQ(0, q->reg[CMDQV_CONS]);
		EXPECT_EQ(0, window_old(&self->w, r, 0));
		cmdqv_queue_enable(q);
		cmdqv_ring(q);
		ASSERT_EQ(0, atc_all(self, q));
		EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, WINDOW_PAGES));
	}
}

/* PROD is further than the queue is long: nothing is consumed, and it can be put right */
TEST_F(guest, wild_prod)
{
	struct cmdqv_queue *q = &self->q[0];
	struct rig *r = &self->rig;

	ASSERT_EQ(0, window_stale(&self->w, r));
	cmdqv_put(q, CMD_NH_ASID | CMD0_ASID(r->s1.asid), 0);
	q->reg[CMDQV_PROD] = (1u << LG2) + 1;
	cmdqv_settle(q);
	EXPECT_EQ(0, q->reg[CMDQV_CONS]);
	EXPECT_FALSE(cmdqv_failed(q));
	EXPECT_EQ(0, window_old(&self->w, r, 0));
	/* Bits that an index has not */
	q->reg[CMDQV_PROD] = ~CMDQV_INDEX;
	cmdqv_settle(q);
	EXPECT_EQ(0, q->reg[CMDQV_PROD]);
	EXPECT_EQ(0, q->reg[CMDQV_CONS]);
	cmdqv_ring(q);
	ASSERT_EQ(0, atc_all(self, q));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, WINDOW_PAGES));
}

/* Registers that the guest may not write, or not now */
TEST_F(guest, read_only)
{
	struct cmdqv_queue *q = &self->q[0];

	q->reg[CMDQV_CONS] = 0x0100ffff;
	q->reg[CMDQV_GERROR] = UINT32_MAX;
	cmdqv_settle(q);
	EXPECT_EQ(0, q->reg[CMDQV_CONS]);
	EXPECT_EQ(0, q->reg[CMDQV_GERROR]);
	q->reg[CMDQV_CONFIG] = UINT32_MAX;
	cmdqv_settle(q);
	EXPECT_EQ(1, q->reg[CMDQV_CONFIG]);
	ASSERT_EQ(0, cmdqv_run(q, smmu_cmd_asid(1)));
}

/* Anything, as long as it takes */
TEST_F(guest, garbage)
{
	struct rig *r = &self->rig;
	uint64_t seed = 1;
	unsigned int i, j;

	for (i = 0; i < RANDOM_ROUNDS; i++) {
		struct cmdqv_queue *q = &self->q[i % NR_QUEUES];

		for (j = 0; j < 2u << LG2; j++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			q->mem[j] = seed;
		}
		for (j = 0; j < 6; j++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			q->reg[j] = seed >> 33;
		}
		if (i % 8 == 7)
			cmdqv_settle(q);
	}
	/* A guest that comes to its senses */
	for (i = 0; i < NR_QUEUES; i++) {
		cmdqv_settle(&self->q[i]);
		cmdqv_queue_disable(&self->q[i]);
		EXPECT_EQ(0, self->q[i].reg[CMDQV_CONS]);
		cmdqv_queue_enable(&self->q[i]);
	}
	ASSERT_EQ(0, window_stale(&self->w, r));
	ASSERT_EQ(0, cmdqv_run(&self->q[0], smmu_cmd_asid(r->s1.asid)));
	ASSERT_EQ(0, atc_all(self, &self->q[0]));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, WINDOW_PAGES));
}

/* The queue goes with commands in it, and its memory is somebody else's */
TEST_F(guest, gone_in_flight)
{
	struct rig *r = &self->rig;
	unsigned int i, j;

	for (i = 0; i < 20; i++) {
		for (j = 0; j < 1u << LG2; j++)
			cmdqv_put(&self->q[1], CMD_NH_ASID | CMD0_ASID(r->s1.asid), 0);
		self->q[1].reg[CMDQV_PROD] = self->q[1].prod;
		ASSERT_EQ(0, dsi_destroy(r->iommufd, self->q[1].id));
		EXPECT_EQ(0, self->q[1].reg[CMDQV_STATUS]);
		memset(self->q[1].mem, 0xff, 16 << LG2);
		ASSERT_EQ(0, cmdqv_hw_queue(r->iommufd, r->nest.viommu, 1, self->q[1].gpa,
					    16 << LG2, &self->q[1].id));
		self->q[1].prod = 0;
		cmdqv_queue_enable(&self->q[1]);
		EXPECT_FALSE(cmdqv_failed(&self->q[1]));
	}
}

/* All of it at once, as when a VMM is killed */
TEST_F(guest, killed)
{
	struct cmdqv_queue *q = &self->q[0];
	unsigned int i;

	for (i = 0; i < 1u << LG2; i++)
		cmdqv_put(q, CMD_NH_ASID | CMD0_ASID(i), 0);
	q->reg[CMDQV_PROD] = q->prod;
	/* The fixture closes it */
}

/* A VMM that knows nothing of it has what it has on any SMMUv3, by either driver */
TEST(knows_nothing_of_it)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct window w;
	struct rig r;
	int rc;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&r, &cfg));
	rc = mock_set(&r.mock, "cmdqv", 1);
	/* Without MMIO no unit has one */
	ASSERT_TRUE(!rc || rc == -EOPNOTSUPP);
	ASSERT_EQ(0, rig_devices(&r));
	ASSERT_EQ(0, rig_guest(&r));
	ASSERT_EQ(0, rig_parent(&r));
	ASSERT_EQ(0, rig_nested(&r));
	ASSERT_EQ(0, window_create(&w, &r, &r.s1, WINDOW));
	ASSERT_EQ(0, window_stale(&w, &r));
	ASSERT_EQ(0, rig_inv(&r, window_at(&w, 3), 1, true));
	EXPECT_EQ(WINDOW_PAGES, window_check(&w, &r, 3, 1));
	ASSERT_EQ(0, rig_inv_all(&r));
	EXPECT_EQ(WINDOW_PAGES, window_check(&w, &r, 0, WINDOW_PAGES));
	EXPECT_EQ(0, rig_down(&r));
}

TEST_HARNESS_MAIN
