// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of a guest that is not to be trusted: every opcode, every bit, every
 * length. What is refused is refused before the hardware sees it, and what was
 * before it in an array is done
 */
#include <sys/mman.h>

#include "harness.h"

#define IOVA	0x10000000ull
#define PAGES	4

FIXTURE(cmd)
{
	struct rig rig;
	uint32_t vsid;
	uint64_t old[PAGES];
	uint64_t new[PAGES];
};

FIXTURE_SETUP(cmd)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = 2,
		.pasid_bits = 8,
		.ats = true,
	};
	struct rig *r = &self->rig;
	unsigned int i;

	RIG_UP(r, &cfg);
	self->vsid = r->nest.devs[0].vsid;
	for (i = 0; i < PAGES; i++) {
		self->old[i] = rig_page(r, &r->s1, IOVA + i * PAGE_4K, i);
		self->new[i] = rig_page(r, &r->s1, 0, 100 + i);
		ASSERT_NE(0, self->old[i]);
		ASSERT_NE(0, self->new[i]);
	}
}

/* The kernel's own driver does not count its errors */
static bool counts_errors(const struct rig *r)
{
	char driver[16] = "";

	return !mock_get_text(&r->mock, "driver", driver, sizeof(driver)) &&
	       strcmp(driver, "in-tree");
}

/* Whatever was tried, the hardware has not found an error, and works */
FIXTURE_TEARDOWN(cmd)
{
	struct rig *r = &self->rig;
	uint64_t errors;

	if (counts_errors(r)) {
		EXPECT_EQ(0, mock_driver_count(&r->mock, "errors", &errors));
		EXPECT_EQ(0, errors);
		EXPECT_EQ(0, mock_driver_count(&r->mock, "global_errors",
					       &errors));
		EXPECT_EQ(0, errors);
	}
	EXPECT_EQ(0, s1_map(&r->s1, IOVA, self->new[0], S1_4K, S1_RW));
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 100));
	EXPECT_EQ(0, rig_down(r));
}

static smmu_cmd make(uint64_t w0, uint64_t w1)
{
	return (smmu_cmd){ .cmd = { w0, w1 } };
}

static int run(FIXTURE_DATA(cmd) *self, uint64_t w0, uint64_t w1)
{
	return dsi_command(self->rig.iommufd, self->rig.nest.viommu,
			   make(w0, w1));
}

/* Is it one of those that a guest has, and does it name a device? */
static bool is_known(unsigned int op, bool *has_sid)
{
	*has_sid = false;
	switch (op) {
	case CMD_NH_ALL:
	case CMD_NH_ASID:
	case CMD_NH_VA:
	case CMD_NH_VAA:
	case CMD_NSNH_ALL:
		return true;
	case CMD_CFGI_CD:
	case CMD_CFGI_CD_ALL:
	case CMD_ATC_INV:
		*has_sid = true;
		return true;
	default:
		return false;
	}
}

TEST_F(cmd, every_opcode)
{
	bool known, has_sid;
	unsigned int op;

	for (op = 0; op < 0x100; op++) {
		known = is_known(op, &has_sid);
		EXPECT_EQ(known && !has_sid ? 0 : -EIO, run(self, op, 0))
			TH_LOG("opcode %#x", op);
		/* With a device in it, and for all others what is VMID and ASID */
		EXPECT_EQ(known && (has_sid || op == CMD_NH_ALL ||
				    op == CMD_NH_VA || op == CMD_NH_VAA ||
				    op == CMD_NH_ASID) ? 0 : -EIO,
			  run(self, op | CMD0_SID(self->vsid), 0))
			TH_LOG("opcode %#x with a vSID", op);
		EXPECT_EQ(-EIO, run(self, op | 1ull << 8, 0))
			TH_LOG("opcode %#x and bit 8", op);
		if (known)
			continue;
		EXPECT_EQ(-EIO, run(self, op | ~0xffull, ~0ull))
			TH_LOG("opcode %#x and everything", op);
	}
}

/* Fields that a command has: a bit there alone is accepted; and all others not */
TEST_F(cmd, every_bit)
{
	const uint64_t sid = CMD0_SID(self->vsid);
	const uint64_t va = ~(PAGE_4K - 1), vmid = 0xffffull << 32;
	const uint64_t asid = 0xffffull << 48, ssid = 0xfffffull << 12;
	const struct {
		uint64_t w0;
		uint64_t good0;
		uint64_t either0;
		uint64_t good1;
	} cmds[] = {
		{ CMD_NSNH_ALL, 0, 0, 0 },
		{ CMD_NH_ALL, vmid, 0, 0 },
		{ CMD_NH_ASID, vmid | asid, 0, 0 },
		{ CMD_NH_VA, vmid | asid, 0, va | CMD1_LEAF },
		{ CMD_NH_VAA, vmid, 0, va | CMD1_LEAF },
		{ CMD_CFGI_CD | sid, ssid, 0, CMD1_LEAF },
		{ CMD_CFGI_CD_ALL | sid, 0, 0, 0 },
		/* A SubstreamID without its valid bit says nothing */
		{ CMD_ATC_INV | sid, CMD0_SSV, ssid | CMD0_GLOBAL, va | 0x3f },
	};
	uint64_t bit0;
	unsigned int i, bit;
	int rc;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		ASSERT_EQ(0, run(self, cmds[i].w0, 0));
		for (bit = 8; bit < 64; bit++) {
			bit0 = 1ull << bit;
			rc = run(self, cmds[i].w0 ^ bit0, 0);
			if (cmds[i].either0 & bit0 && (!rc || rc == -EIO))
				continue;
			EXPECT_EQ(cmds[i].good0 & bit0 ? 0 : -EIO, rc)
				TH_LOG("command %#llx, bit %u",
				       (unsigned long long)cmds[i].w0, bit);
		}
		for (bit = 0; bit < 64; bit++)
			EXPECT_EQ(cmds[i].good1 & 1ull << bit ? 0 : -EIO,
				  run(self, cmds[i].w0, 1ull << bit))
				TH_LOG("command %#llx, bit %u",
				       (unsigned long long)cmds[i].w0, 64 + bit);
	}
}

/* Ranges: what the specification reserves is an error of the command */
TEST_F(cmd, ranges)
{
	static const unsigned int values[] = { 0, 1, 2, 16, 31 };
	unsigned int tg, ttl, i, j, num, scale;
	uint64_t w0, w1;
	bool good;

	for (tg = 0; tg < 4; tg++) {
		for (ttl = 0; ttl < 4; ttl++) {
			for (i = 0; i < 25; i++) {
				j = i / 5;
				num = values[i % 5];
				scale = values[j];
				good = tg ? num || scale || ttl :
					    !num && !scale && !ttl;
				/* 16K tables have no blocks in level 1 */
				if (tg == 2 && ttl == 1)
					good = false;
				w0 = CMD_NH_VA | CMD0_NUM(num) |
				     CMD0_SCALE(scale);
				w1 = CMD1_TG(tg) | CMD1_TTL(ttl);
				EXPECT_EQ(good ? 0 : -EIO, run(self, w0, w1))
					TH_LOG("TG %u TTL %u NUM %u SCALE %u",
					       tg, ttl, num, scale);
			}
		}
	}
}

/* A device's cache: sizes up to the whole address space, and no further */
TEST_F(cmd, device_cache_sizes)
{
	const uint64_t w0 = CMD_ATC_INV | CMD0_SID(self->vsid);
	unsigned int size;

	for (size = 0; size < 64; size++)
		EXPECT_EQ(size <= 52 ? 0 : -EIO, run(self, w0, size))
			TH_LOG("size %u", size);
}

/* StreamIDs: the guest's own, and neither the real ones nor any other */
TEST_F(cmd, unknown_devices)
{
	const uint32_t sids[] = {
		0, 1, RIG_SID(0), RIG_SID(1), self->vsid + 2, self->vsid - 1,
		self->vsid ^ 1u << 31, UINT32_MAX,
	};
	const struct nest_dev *other = &self->rig.nest.devs[1];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sids); i++) {
		EXPECT_EQ(-EIO, run(self, CMD_CFGI_CD | CMD0_SID(sids[i]), 0));
		EXPECT_EQ(-EIO, run(self, CMD_CFGI_CD_ALL | CMD0_SID(sids[i]),
				    0));
		EXPECT_EQ(-EIO, run(self, CMD_ATC_INV | CMD0_SID(sids[i]), 0));
	}
	EXPECT_EQ(0, run(self, CMD_CFGI_CD | CMD0_SID(other->vsid), 0));
}

/* Pages that are stale, whose translations are in the unit and not in the device */
static int make_stale(FIXTURE_DATA(cmd) *self)
{
	struct rig *r = &self->rig;
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < PAGES; i++)
		rc = s1_map(&r->s1, IOVA + i * PAGE_4K, self->old[i], S1_4K,
			    S1_RW);
	if (!rc)
		rc = rig_inv_all(r);
	for (i = 0; !rc && i < PAGES; i++)
		rc = rig_sees(r, 0, IOVA + i * PAGE_4K, i);
	for (i = 0; !rc && i < PAGES; i++)
		rc = s1_map(&r->s1, IOVA + i * PAGE_4K, self->new[i], S1_4K,
			    S1_RW);
	return rc;
}

/* The commands before a bad one are done, those behind it are not */
TEST_F(cmd, partial)
{
	const smmu_cmd bad[] = {
		make(CMD_SYNC, 0), make(0, 0), make(CMD_NH_VA, 2),
		make(CMD_CFGI_CD | CMD0_SID(1), 0),
	};
	struct rig *r = &self->rig;
	smmu_cmd cmd[PAGES];
	unsigned int at, i;
	uint32_t num;

	for (at = 0; at < PAGES; at++) {
		ASSERT_EQ(0, make_stale(self));
		for (i = 0; i < PAGES; i++)
			cmd[i] = smmu_cmd_va(r->s1.asid, IOVA + i * PAGE_4K,
					     true);
		cmd[at] = bad[at];
		num = PAGES;
		EXPECT_EQ(-EIO, dsi_commands(r->iommufd, r->nest.viommu, cmd,
					     &num));
		EXPECT_EQ(at, num);
		for (i = 0; i < PAGES; i++)
			EXPECT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K,
					      i < at ? 100 + i : i))
				TH_LOG("bad at %u, page %u", at, i);
	}
}

/* Arrays of any length, with a bad command at any distance */
TEST_F(cmd, long_arrays)
{
	static const uint32_t lengths[] = { 1, 2, 31, 32, 33, 63, 64, 65, 127,
					    128, 129, 255, 256, 257, 1000,
					    4096, 70000 };
	struct rig *r = &self->rig;
	const uint32_t max = 70000;
	smmu_cmd *cmd = calloc(max, sizeof(*cmd)), good;
	unsigned int i;
	uint32_t num;

	ASSERT_NE(NULL, cmd);
	for (i = 0; i < max; i++)
		cmd[i] = smmu_cmd_va(r->s1.asid, IOVA + (i % PAGES) * PAGE_4K,
				     i & 1);
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		num = lengths[i];
		EXPECT_EQ(0, dsi_commands(r->iommufd, r->nest.viommu, cmd,
					  &num));
		EXPECT_EQ(lengths[i], num);

		good = cmd[lengths[i] - 1];
		cmd[lengths[i] - 1] = make(CMD_CFGI_STE, 0);
		num = max;
		EXPECT_EQ(-EIO, dsi_commands(r->iommufd, r->nest.viommu, cmd,
					     &num));
		EXPECT_EQ(lengths[i] - 1, num);
		cmd[lengths[i] - 1] = good;
	}
	free(cmd);
}

/* The call itself */
#define TRY_INV(err, num, ...) do { \
	struct iommu_hwpt_invalidate cmd_ = call; \
	__VA_ARGS__; \
	EXPECT_EQ(err, dsi_ioctl(self->rig.iommufd, IOMMU_HWPT_INVALIDATE, \
				 &cmd_)) \
		TH_LOG("with %s", #__VA_ARGS__); \
	EXPECT_EQ(num, cmd_.entry_num) \
		TH_LOG("with %s", #__VA_ARGS__); \
	} while (0)

TEST_F(cmd, call)
{
	struct rig *r = &self->rig;
	smmu_cmd cmd[4] = {
		make(CMD_NH_ALL, 0), make(CMD_NH_ALL, 0), make(CMD_NH_ALL, 0),
		make(CMD_NH_ALL, 0),
	};
	const struct iommu_hwpt_invalidate call = {
		.size = sizeof(call),
		.hwpt_id = r->nest.viommu,
		.data_uptr = (uintptr_t)cmd,
		.data_type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3,
		.entry_len = sizeof(cmd[0]),
		.entry_num = 4,
	};
	uint8_t *end;
	uint32_t i;

	TRY_INV(0, 4, (void)cmd_);
	TRY_INV(0, 0, cmd_.entry_num = 0);
	TRY_INV(0, 0, cmd_.entry_num = 0, cmd_.data_uptr = 0,
		cmd_.entry_len = 0);
	TRY_INV(-EOPNOTSUPP, 0, cmd_.__reserved = 1);
	TRY_INV(-ENOENT, 0, cmd_.hwpt_id = 0);
	TRY_INV(-EINVAL, 0, cmd_.hwpt_id = r->nest.parent);
	TRY_INV(-EINVAL, 0, cmd_.hwpt_id = r->ioas);
	for (i = 0; i < 16; i++) {
		if (i == IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3)
			continue;
		TRY_INV(-EINVAL, 0, cmd_.data_type = i);
		TRY_INV(-EINVAL, 0, cmd_.data_type = i, cmd_.entry_num = 0);
	}
	TRY_INV(-EINVAL, 0, cmd_.data_uptr = 0);
	TRY_INV(-EINVAL, 0, cmd_.entry_len = 0);
	TRY_INV(-EFAULT, 0, cmd_.data_uptr = 8);
	TRY_INV(-EFAULT, 0, cmd_.data_uptr = 1ull << 63);
	TRY_INV(-EINVAL, 0, cmd_.entry_num = UINT32_MAX);

	/* Two and a half are there: two are done */
	end = mmap(NULL, 2 * PAGE_4K, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, end);
	ASSERT_EQ(0, munmap(end + PAGE_4K, PAGE_4K));
	memcpy(end + PAGE_4K - 40, cmd, 40);
	TRY_INV(-EFAULT, 2, cmd_.data_uptr = (uintptr_t)end + PAGE_4K - 40);
}

/* SMMUv3's commands are a vIOMMU's, a nested HWPT takes none */
TEST_F(cmd, not_of_a_hwpt)
{
	struct rig *r = &self->rig;
	smmu_cmd cmd = make(CMD_NH_ALL, 0);
	uint32_t num = 1;

	EXPECT_NE(0, dsi_commands(r->iommufd, r->nested, &cmd, &num));
	EXPECT_EQ(0, num);
	EXPECT_NE(0, dsi_invalidate_all(r->iommufd, r->nested));
}

/* Whatever bits there may be */
TEST_F(cmd, by_chance)
{
	static const uint8_t ops[] = {
		CMD_NH_ALL, CMD_NH_ASID, CMD_NH_VA, CMD_NH_VAA, CMD_NSNH_ALL,
		CMD_CFGI_CD, CMD_CFGI_CD_ALL, CMD_ATC_INV,
	};
	struct rig *r = &self->rig;
	uint64_t seed = 0xc0ffee;
	smmu_cmd cmd[16];
	unsigned int i, round;
	uint32_t num;
	int rc;

	for (round = 0; round < 4000; round++) {
		for (i = 0; i < ARRAY_SIZE(cmd); i++) {
			uint64_t w0 = util_random(&seed);
			uint64_t w1 = util_random(&seed);
			uint64_t how = util_random(&seed);

			/* Sparse ones, with opcodes and devices that exist */
			w0 &= util_random(&seed);
			w1 &= util_random(&seed);
			if (how & 1)
				w0 = (w0 & ~0xffull) | ops[how >> 8 & 7];
			if (how & 2)
				w0 = (w0 & 0xffffffff) | CMD0_SID(self->vsid);
			if (how & 4)
				w0 &= ~0x7ffull | 0xff;
			if (how & 8)
				w1 &= ~0xfffull;
			cmd[i] = make(w0, w1);
		}
		num = ARRAY_SIZE(cmd);
		rc = dsi_commands(r->iommufd, r->nest.viommu, cmd, &num);
		ASSERT_TRUE(!rc || rc == -EIO) TH_LOG("%d", rc);
		ASSERT_EQ(!rc, num == ARRAY_SIZE(cmd));
	}
}

TEST_HARNESS_MAIN
