// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances of SMMUv3: their registers, what no SMMU may have in them, and
 * instances of both vendors side by side
 */
#include "harness.h"

#define IOVA	0x00000aaaa0000000ull

FIXTURE(one)
{
	struct mock m;
};

FIXTURE_SETUP(one)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	mock_sweep();
	ASSERT_EQ(0, mock_create(&self->m, MOCK_SMMUV3, "kst"));
}

FIXTURE_TEARDOWN(one)
{
	EXPECT_EQ(0, mock_destroy(&self->m));
}

/* What every other value is tried beside */
static const char * const regs[] = {
	"idr0", "idr1", "idr2", "idr3", "idr4", "idr5", "iidr", "aidr",
};

static const char * const bools[] = {
	"errata_tegra264", "errata_tegra264_hidden", "errata_cn9900",
	"errata_cn9900_hidden", "errata_mmu700",
};

TEST_F(one, attributes)
{
	char text[64];
	uint64_t val;
	unsigned int i;

	ASSERT_EQ(0, mock_get_text(&self->m, "type", text, sizeof(text)));
	EXPECT_STREQ("smmuv3", text);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		ASSERT_EQ(0, mock_get_text(&self->m, regs[i], text,
					   sizeof(text)));
		EXPECT_EQ(0, strncmp(text, "0x", 2)) TH_LOG("%s", regs[i]);
		EXPECT_EQ(0, mock_set_text(&self->m, regs[i], text));
		EXPECT_GT(0, mock_set_text(&self->m, regs[i], "x"));
		EXPECT_GT(0, mock_set_text(&self->m, regs[i], "0x100000000"));
	}
	ASSERT_EQ(0, mock_get(&self->m, "idr0", &val));
	EXPECT_EQ(SMMU_IDR0_S1P | SMMU_IDR0_S2P,
		  val & (SMMU_IDR0_S1P | SMMU_IDR0_S2P));
	for (i = 0; i < ARRAY_SIZE(bools); i++) {
		ASSERT_EQ(0, mock_get(&self->m, bools[i], &val));
		EXPECT_EQ(0, val) TH_LOG("%s", bools[i]);
		EXPECT_EQ(-EINVAL, mock_set_text(&self->m, bools[i], "2"));
		ASSERT_EQ(0, mock_set(&self->m, bools[i], 1));
		ASSERT_EQ(0, mock_get(&self->m, bools[i], &val));
		EXPECT_EQ(1, val) TH_LOG("%s", bools[i]);
	}
	ASSERT_EQ(0, mock_get(&self->m, "dma_coherent", &val));
	EXPECT_EQ(1, val);
	/* VT-d's are none of its own, and its own none of VT-d's */
	EXPECT_EQ(-EOPNOTSUPP, mock_get(&self->m, "cap", &val));
	EXPECT_EQ(-EOPNOTSUPP, mock_set(&self->m, "ecap", 0));
	ASSERT_EQ(0, mock_set_text(&self->m, "type", "vtd"));
	EXPECT_EQ(0, mock_get(&self->m, "cap", &val));
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		EXPECT_EQ(-EOPNOTSUPP, mock_get(&self->m, regs[i], &val));
		EXPECT_EQ(-EOPNOTSUPP, mock_set(&self->m, regs[i], 0));
	}
	for (i = 0; i < ARRAY_SIZE(bools); i++) {
		EXPECT_EQ(-EOPNOTSUPP, mock_get(&self->m, bools[i], &val));
		EXPECT_EQ(-EOPNOTSUPP, mock_set(&self->m, bools[i], 0));
	}
}

/* Registers that no SMMU may have: refused at once, or when it goes live */
TEST_F(one, invalid_registers)
{
	static const struct {
		const char *reg;
		uint32_t clear;
		uint32_t set;
	} bad[] = {
		{ "idr0", 0, 1u << 31 },		/* reserved */
		{ "idr0", 0, 1u << 29 },
		{ "idr0", 3u << 2, 0 },			/* TTF */
		{ "idr0", 0, 3u << 2 },			/* AArch32 tables */
		{ "idr0", 0, 1u << 5 },			/* BTM */
		{ "idr0", 0, 1u << 15 },		/* ATOS */
		{ "idr0", 3u << 21, 1u << 21 },		/* TTENDIAN */
		{ "idr0", 0, 3u << 24 },		/* STALL_MODEL */
		{ "idr0", 0, 2u << 27 },		/* ST_LEVEL */
		{ "idr0", 1u << 27, 0 },		/* with SIDSIZE 20 */
		{ "idr0", SMMU_IDR0_S1P | SMMU_IDR0_S2P, 0 },
		{ "idr0", SMMU_IDR0_ATS, 0 },		/* PRI needs it */
		{ "idr0", SMMU_IDR0_S1P, 0 },		/* CD2L needs it */
		{ "idr1", SMMU_IDR1_SIDSIZE, 33 },
		{ "idr1", SMMU_IDR1_SSIDSIZE, 21 << 6 },
		{ "idr1", 0x1fu << 21, 20u << 21 },	/* CMDQS */
		{ "idr1", 0x1fu << 16, 20u << 16 },	/* EVENTQS */
		{ "idr1", 0, 1u << 31 },		/* ECMDQ */
		{ "idr2", 0, 1 },
		{ "idr3", 0, 1u << 7 },			/* MPAM */
		{ "idr3", SMMU_IDR3_RIL, 0 },		/* of version 3.2 */
		{ "idr3", 0, 3u << 11 },		/* BBML */
		{ "idr5", 7, 6 },			/* 52 bits */
		{ "idr5", 7u << 4, 0 },			/* no granule */
		{ "idr5", 0, 1u << 7 },			/* DS */
		{ "idr5", 0xffffu << 16, 0 },		/* STALL_MAX */
		{ "iidr", 0, 1u << 7 },
		{ "aidr", 0, 1u << 4 },			/* SMMUv4 */
		{ "aidr", 0xf, 0xf },
		{ "aidr", 0, 1u << 8 },
	};
	uint64_t good;
	unsigned int i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_EQ(0, mock_get(&self->m, bad[i].reg, &good));
		rc = mock_set(&self->m, bad[i].reg,
			      (good & ~(uint64_t)bad[i].clear) | bad[i].set);
		if (!rc)
			rc = mock_set_live(&self->m, true);
		EXPECT_EQ(-EINVAL, rc) {
			TH_LOG("%s clear %#x set %#x", bad[i].reg, bad[i].clear,
			       bad[i].set);
			mock_set_live(&self->m, false);
		}
		ASSERT_EQ(0, mock_set(&self->m, bad[i].reg, good));
	}
	EXPECT_EQ(0, mock_set_live(&self->m, true));
	EXPECT_EQ(0, mock_set_live(&self->m, false));
}

/* What is live cannot be changed; several times, for it comes and goes */
TEST_F(one, live)
{
	char before[64], after[64];
	unsigned int i, round;

	ASSERT_EQ(0, mock_add_endpoint(&self->m, "ep0", 8));
	for (round = 0; round < 3; round++) {
		ASSERT_EQ(0, mock_set_live(&self->m, true));
		EXPECT_EQ(-EEXIST, mock_set_live(&self->m, true));
		EXPECT_EQ(-EBUSY, mock_set_text(&self->m, "type", "vtd"));
		EXPECT_EQ(-EBUSY, mock_ep_set(&self->m, "ep0", "source_id", 9));
		for (i = 0; i < ARRAY_SIZE(regs); i++) {
			ASSERT_EQ(0, mock_get_text(&self->m, regs[i], before,
						   sizeof(before)));
			EXPECT_EQ(-EBUSY, mock_set_text(&self->m, regs[i],
							before));
			ASSERT_EQ(0, mock_get_text(&self->m, regs[i], after,
						   sizeof(after)));
			EXPECT_STREQ(before, after);
		}
		for (i = 0; i < ARRAY_SIZE(bools); i++)
			EXPECT_EQ(-EBUSY, mock_set(&self->m, bools[i], 1));
		ASSERT_EQ(0, mock_set_live(&self->m, false));
	}
}

/* StreamIDs of more than 16 bits, and those that the unit has not */
TEST_F(one, stream_ids)
{
	struct vdev dev = { .fd = -1 };
	int iommufd = dsi_open();

	ASSERT_GE(iommufd, 0);
	ASSERT_EQ(0, mock_add_endpoint(&self->m, "ep0", 0xfffff));
	ASSERT_EQ(0, mock_add_endpoint(&self->m, "ep1", 0));
	ASSERT_EQ(0, mock_set_live(&self->m, true));
	ASSERT_EQ(0, rig_open_dev(&self->m, 0, iommufd, &dev));
	EXPECT_EQ(-EFAULT, ep_read(&dev, IOVA, 8, 0, NULL));
	vdev_close(&dev);
	ASSERT_EQ(0, rig_open_dev(&self->m, 1, iommufd, &dev));
	EXPECT_EQ(-EFAULT, ep_read(&dev, IOVA, 8, 0, NULL));
	vdev_close(&dev);
	ASSERT_EQ(0, mock_set_live(&self->m, false));
	ASSERT_EQ(0, mock_ep_set(&self->m, "ep1", "source_id", 0xfffff));
	EXPECT_EQ(-EINVAL, mock_set_live(&self->m, true));
	/* One that no stream table has: its device gets no driver, or no DMA */
	ASSERT_EQ(0, mock_ep_set(&self->m, "ep1", "source_id", 0x100000));
	if (!mock_set_live(&self->m, true)) {
		if (!rig_open_dev(&self->m, 1, iommufd, &dev)) {
			EXPECT_EQ(-EFAULT, ep_read(&dev, IOVA, 8, 0, NULL));
			vdev_close(&dev);
		}
		ASSERT_EQ(0, mock_set_live(&self->m, false));
	}
	close(iommufd);
}

/* Linear stream tables, one level of context descriptors, small queues */
FIXTURE(odd)
{
	struct rig rig;
};

FIXTURE_VARIANT(odd)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(odd, linear_stream_table)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_ST2L, 0 },
	.cfg.idr[1] = { SMMU_IDR1_SIDSIZE, 6 },
	.cfg.sid = 33,
};

FIXTURE_VARIANT_ADD(odd, wide_stream_ids)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[1] = { SMMU_IDR1_SIDSIZE, 24 },
	.cfg.sid = 0xabcdef,
};

FIXTURE_VARIANT_ADD(odd, small_queues)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[1] = { 0x3ffu << 16,
			SMMU_IDR1_CMDQS(6) | SMMU_IDR1_EVENTQS(2) },
};

FIXTURE_VARIANT_ADD(odd, no_messages)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_MSI, 0 },
};

FIXTURE_VARIANT_ADD(odd, small_ids)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_ASID16 | SMMU_IDR0_VMID16 | SMMU_IDR0_CD2L,
			0 },
};

FIXTURE_VARIANT_ADD(odd, v3_1)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[3] = { SMMU_IDR3_RIL | SMMU_IDR3_FWB | 3u << 11, 0 },
	.cfg.v3_1 = true,
	.cfg.unsafe_memory_types = true,
};

FIXTURE_SETUP(odd)
{
	RIG_UP(&self->rig, &variant->cfg);
}

FIXTURE_TEARDOWN(odd)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(odd, works)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;
	smmu_cmd cmd[200];
	uint32_t num = ARRAY_SIZE(cmd), id;
	unsigned int i;
	int queue;

	ASSERT_EQ(0, dsi_veventq(r->iommufd, r->nest.viommu, 64, &id, &queue));
	for (i = 0; i < 8; i++)
		ASSERT_NE(0, rig_page(r, &r->s1, IOVA + i * PAGE_4K, i));
	for (i = 0; i < 16; i++)
		EXPECT_EQ(0, rig_sees(r, 0, IOVA + i % 8 * PAGE_4K, i % 8));
	/* More than any small queue has room for */
	for (i = 0; i < num; i++)
		cmd[i] = smmu_cmd_va(r->s1.asid, IOVA + i * PAGE_4K, true);
	s1_unmap(&r->s1, IOVA + 5 * PAGE_4K, S1_4K);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + 5 * PAGE_4K, 5));
	ASSERT_EQ(0, dsi_commands(r->iommufd, r->nest.viommu, cmd, &num));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA + 5 * PAGE_4K, 5));

	EXPECT_EQ(0, dsi_vevent(queue, 20000, &ev));
	EXPECT_EQ(IOVA + 5 * PAGE_4K, ev.evt[2]);
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + SZ_1G, 8, 0, NULL));
	EXPECT_EQ(0, dsi_vevent(queue, 20000, &ev));
	EXPECT_EQ(IOVA + SZ_1G, ev.evt[2]);
	for (i = 0; i < 50; i++)
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], i * PAGE_4K, 8, 0,
					   NULL));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 0));
	close(queue);
}

/* Both vendors in one kernel, one iommufd, one IOAS; gone in either order */
TEST(side_by_side)
{
	struct vdev dev[4];
	struct mock m[4];
	struct guest ram;
	uint32_t ioas;
	unsigned int i, round;
	char name[16];
	int fd;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	mock_sweep();
	fd = dsi_open();
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, dsi_ioas_alloc(fd, &ioas));
	ASSERT_EQ(0, guest_create(&ram, RIG_GPA, SZ_64K));
	ASSERT_EQ(0, dsi_ioas_map(fd, ioas, ram.va, ram.size, ram.gpa, DSI_RW));
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "kst-%u", i);
		ASSERT_EQ(0, mock_create(&m[i], i & 1 ? MOCK_SMMUV3 : MOCK_VTD,
					 name));
		ASSERT_EQ(0, mock_add_endpoint(&m[i], "ep0", 7));
		ASSERT_EQ(0, mock_set_live(&m[i], true));
		ASSERT_EQ(0, rig_open_dev(&m[i], 0, fd, &dev[i]));
		ASSERT_EQ(0, vdev_attach_id(&dev[i], ioas));
	}
	for (round = 0; round < 3; round++)
		for (i = 0; i < 4; i++)
			EXPECT_EQ(0, ep_write(&dev[i], RIG_GPA + i * 0x1000,
					      0x1000, round + 1, NULL));
	for (i = 0; i < 4; i++) {
		unsigned int at = i ^ 2;

		EXPECT_EQ(-EBUSY, mock_set_live(&m[at], false));
		vdev_close(&dev[at]);
		EXPECT_EQ(0, mock_destroy(&m[at]));
		if (i < 3) {
			EXPECT_EQ(0, ep_write(&dev[3 ^ 2], RIG_GPA, 64, 1,
					      NULL));
		}
	}
	close(fd);
	guest_destroy(&ram);
}

/* What debugfs shows is what there is */
TEST(looked_into)
{
	static char caches[1 << 16], text[1 << 16];
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct mock_stats st;
	struct rig rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&rig, &cfg));
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 1));
	ASSERT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	ASSERT_EQ(0, mock_debugfs(&rig.mock, "caches", caches, sizeof(caches)));
	EXPECT_NE(NULL, strstr(caches, "aaaa0000"));
	ASSERT_EQ(0, mock_debugfs(&rig.mock, "regs", text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "CR0ACK"));
	EXPECT_NE(NULL, strstr(text, "STRTAB_BASE"));
	ASSERT_EQ(0, rig_inv_all(&rig));
	ASSERT_EQ(0, mock_debugfs(&rig.mock, "caches", caches, sizeof(caches)));
	/* A unit that reorders fetches what nobody has asked for */
	if (!mock_reorders())
		EXPECT_EQ(NULL, strstr(caches, "aaaa0000"));
	EXPECT_EQ(-EFAULT, rig_sees(&rig, 0, IOVA + SZ_1G, 1));
	ASSERT_EQ(0, mock_stats(&rig.mock, &st));
	EXPECT_EQ(2, st.translations);
	EXPECT_EQ(0, st.iotlb_hits);
	EXPECT_EQ(1, st.faults);
	EXPECT_LT(0, st.walk_refs);
	EXPECT_LT(0, st.invalidations);
	EXPECT_EQ(0, rig_down(&rig));
}

TEST_HARNESS_MAIN
