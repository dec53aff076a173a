// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command queues of guests, as on a Tegra241 (CMDQV): what the kernel tells of them, what
 * it refuses, in which order its objects come and go, and the host's own queues
 */
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

#define IOVA	0x00003ab540000000ull
#define NR_VINTFS	8
#define NR_QUEUES	2	/* of each VINTF */
#define LG2		8

FIXTURE(queues)
{
	struct rig rig;
	void *page;
};

FIXTURE_SETUP(queues)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3, .cmdqv = true, .guest_2m = true,
	};

	RIG_UP(&self->rig, &cfg);
	self->page = cmdqv_map(self->rig.iommufd, &self->rig.nest.vintf);
	ASSERT_NE(MAP_FAILED, self->page);
}

FIXTURE_TEARDOWN(queues)
{
	if (self->page)
		munmap(self->page, self->rig.nest.vintf.out_vintf_mmap_length);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int queue(FIXTURE_DATA(queues) *self, uint32_t index, uint64_t gpa, uint64_t len,
		 uint32_t *id)
{
	return cmdqv_hw_queue(self->rig.iommufd, self->rig.nest.viommu, index, gpa, len, id);
}

/* What the unit is */
TEST_F(queues, hw_info)
{
	struct iommu_hw_info_tegra241_cmdqv info = {};
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct rig *r = &self->rig;

	ASSERT_EQ(0, cmdqv_hw_info(r->iommufd, r->dev[0].id, &info));
	EXPECT_EQ(0, info.flags);
	EXPECT_EQ(1, info.version);
	EXPECT_EQ(1, info.log2vcmdqs);
	EXPECT_EQ(4, info.log2vsids);
	EXPECT_EQ(0, info.__reserved);
	/* Nobody who does not ask is told */
	EXPECT_EQ(0, dsi_hw_info_smmuv3(r->iommufd, r->dev[0].id, &smmu, NULL));
}

/* A vIOMMU that the caller cannot use, and one too many */
TEST_F(queues, viommu_refused)
{
	struct iommu_viommu_tegra241_cmdqv data;
	struct rig *r = &self->rig;
	struct iommu_viommu_alloc cmd = {
		.size = sizeof(cmd),
		.type = IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV,
		.dev_id = r->dev[0].id,
		.hwpt_id = r->nest.parent,
	};
	uint32_t id, more[NR_VINTFS - 2];
	unsigned int i;

	EXPECT_EQ(-EINVAL, dsi_ioctl(r->iommufd, IOMMU_VIOMMU_ALLOC, &cmd));
	cmd.data_uptr = (uintptr_t)&data;
	cmd.data_len = sizeof(data) - 8;
	EXPECT_EQ(-EINVAL, dsi_ioctl(r->iommufd, IOMMU_VIOMMU_ALLOC, &cmd));
	cmd.data_uptr = 8;
	cmd.data_len = sizeof(data);
	EXPECT_EQ(-EFAULT, dsi_ioctl(r->iommufd, IOMMU_VIOMMU_ALLOC, &cmd));
	/* The host has one, the fixture another; a failure has taken none */
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		ASSERT_EQ(0, cmdqv_viommu(r->iommufd, r->dev[0].id, r->nest.parent, &data,
					  &more[i]));
		EXPECT_NE(r->nest.vintf.out_vintf_mmap_offset, data.out_vintf_mmap_offset);
	}
	EXPECT_EQ(-ENOSPC, cmdqv_viommu(r->iommufd, r->dev[0].id, r->nest.parent, &data,
					&id));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, more[2]));
	ASSERT_EQ(0, cmdqv_viommu(r->iommufd, r->dev[0].id, r->nest.parent, &data, &more[2]));
	for (i = 0; i < ARRAY_SIZE(more); i++)
		EXPECT_EQ(0, dsi_destroy(r->iommufd, more[i]));
}

/* A guest's number for a device that the hardware has no room for */
TEST_F(queues, vdevice_refused)
{
	struct rig *r = &self->rig;
	uint32_t id;

	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nested));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	EXPECT_EQ(-EINVAL, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id, 1 << 20,
				       &id));
	EXPECT_EQ(0, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id, (1 << 20) - 1,
				 &id));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, id));
	r->nest.nr_devs = 0;
}

static int map_errno(int fd, size_t len, int prot, int flags, uint64_t off)
{
	void *at = mmap(NULL, len, prot, flags, fd, off);

	if (at == MAP_FAILED)
		return -errno;
	munmap(at, len);
	return 0;
}

/* The page as a whole, shared, by whoever has the file */
TEST_F(queues, mmap_refused)
{
	const uint64_t off = self->rig.nest.vintf.out_vintf_mmap_offset;
	const uint64_t len = self->rig.nest.vintf.out_vintf_mmap_length;
	const int rw = PROT_READ | PROT_WRITE;
	const int fd = self->rig.iommufd;

	ASSERT_EQ(SZ_64K, len);
	EXPECT_EQ(-ENXIO, map_errno(fd, len / 2, rw, MAP_SHARED, off));
	EXPECT_EQ(-ENXIO, map_errno(fd, 2 * len, rw, MAP_SHARED, off));
	EXPECT_EQ(-ENXIO, map_errno(fd, len, rw, MAP_SHARED, off + PAGE_4K));
	EXPECT_EQ(-ENXIO, map_errno(fd, len, rw, MAP_SHARED, off + (1ull << 40)));
	EXPECT_EQ(-EINVAL, map_errno(fd, len, rw, MAP_PRIVATE, off));
	EXPECT_EQ(-EPERM, map_errno(fd, len, rw | PROT_EXEC, MAP_SHARED, off));
	EXPECT_EQ(0, map_errno(fd, len, PROT_READ, MAP_SHARED, off));
	EXPECT_EQ(0, map_errno(fd, len, rw, MAP_SHARED, off));
}

/* The registers are no memory that a device can be made to reach */
TEST_F(queues, page_is_no_ram)
{
	struct rig *r = &self->rig;

	EXPECT_GT(0, dsi_ioas_map(r->iommufd, r->ioas, self->page, SZ_64K, 0x80000000,
				  DSI_RW));
}

TEST_F(queues, queue_refused)
{
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct rig *r = &self->rig;
	uint64_t gpa, len = 16ull << LG2, max;
	uint32_t id, q[NR_QUEUES];
	struct iommu_hw_queue_alloc cmd = {
		.size = sizeof(cmd),
		.viommu_id = r->nest.viommu,
		.length = len,
	};

	ASSERT_EQ(0, dsi_hw_info_smmuv3(r->iommufd, r->dev[0].id, &smmu, NULL));
	max = 16ull << (smmu.idr[1] >> 21 & 0x1f);
	gpa = guest_alloc(&r->guest, SZ_1M, SZ_1M);
	ASSERT_NE(0, gpa);
	cmd.nesting_parent_iova = gpa;

	/* A type that nobody knows, a flag, another object */
	EXPECT_EQ(-EOPNOTSUPP, dsi_ioctl(r->iommufd, IOMMU_HW_QUEUE_ALLOC, &cmd));
	cmd.type = 77;
	EXPECT_EQ(-EOPNOTSUPP, dsi_ioctl(r->iommufd, IOMMU_HW_QUEUE_ALLOC, &cmd));
	cmd.type = IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV;
	cmd.flags = 1;
	EXPECT_EQ(-EOPNOTSUPP, dsi_ioctl(r->iommufd, IOMMU_HW_QUEUE_ALLOC, &cmd));
	cmd.flags = 0;
	cmd.viommu_id = r->ioas;
	EXPECT_EQ(-ENOENT, dsi_ioctl(r->iommufd, IOMMU_HW_QUEUE_ALLOC, &cmd));

	/* Numbers and sizes */
	EXPECT_EQ(-EINVAL, queue(self, NR_QUEUES, gpa, len, &id));
	EXPECT_EQ(-EINVAL, queue(self, UINT32_MAX, gpa, len, &id));
	EXPECT_EQ(-EIO, queue(self, 1, gpa, len, &id));
	EXPECT_EQ(-EINVAL, queue(self, 0, gpa, 0, &id));
	EXPECT_EQ(-EINVAL, queue(self, 0, gpa, 16, &id));
	EXPECT_EQ(-EINVAL, queue(self, 0, gpa, 48, &id));
	if (max < SZ_1M)
		EXPECT_EQ(-EINVAL, queue(self, 0, gpa, 2 * max, &id));
	EXPECT_EQ(-EINVAL, queue(self, 0, gpa + len / 2, len, &id));
	EXPECT_EQ(-EINVAL, queue(self, 0, gpa + 16, 32, &id));

	/* Not the guest's memory, or not all of it */
	EXPECT_GT(0, queue(self, 0, r->guest.gpa + r->guest.size, len, &id));
	EXPECT_GT(0, queue(self, 0, r->guest.gpa + r->guest.size - len, 2 * len, &id));
	EXPECT_EQ(-EOVERFLOW, queue(self, 0, UINT64_MAX - len + 2, len, &id));

	/* None of these has left anything */
	ASSERT_EQ(0, queue(self, 0, gpa, len, &q[0]));
	EXPECT_EQ(-EEXIST, queue(self, 0, gpa + len, len, &id));
	ASSERT_EQ(0, queue(self, 1, gpa + len, len, &q[1]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, q[1]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, q[0]));
	ASSERT_EQ(0, queue(self, 0, gpa, 32, &q[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, q[0]));
	ASSERT_EQ(0, queue(self, 0, gpa, max < SZ_1M ? max : SZ_1M, &q[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, q[0]));
}

/* The hardware knows physical addresses */
TEST_F(queues, queue_in_pieces)
{
	struct rig *r = &self->rig;
	struct guest g = {};
	uint32_t id;

	ASSERT_EQ(0, guest_create_scattered(&g, 0x90000000, 4 * PAGE_4K));
	ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, g.va, g.size, g.gpa, DSI_RW));
	EXPECT_EQ(-EFAULT, queue(self, 0, g.gpa, 2 * PAGE_4K, &id));
	ASSERT_EQ(0, queue(self, 0, g.gpa, PAGE_4K, &id));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, id));
	ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, r->ioas, g.gpa, g.size));
	guest_destroy(&g);
}

/* Who uses what: none of it goes while it is used */
TEST_F(queues, order_of_the_end)
{
	struct rig *r = &self->rig;
	struct cmdqv_queue q[NR_QUEUES];
	unsigned int i;

	for (i = 0; i < NR_QUEUES; i++) {
		ASSERT_EQ(0, cmdqv_queue_create(&q[i], r->iommufd, r->nest.viommu, self->page,
						&r->guest, i, LG2));
		cmdqv_queue_enable(&q[i]);
	}
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, q[0].id));
	EXPECT_EQ(-EBUSY, dsi_ioas_unmap(r->iommufd, r->ioas, r->guest.gpa, r->guest.size));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, q[1].id));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, q[0].id));

	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nested));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	r->nest.nr_devs = 0;
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, r->nest.viommu));
	/* Nobody is there any more, and the page shows nothing */
	EXPECT_EQ(0, q[0].reg[CMDQV_STATUS]);
	ASSERT_EQ(0, munmap(self->page, SZ_64K));
	self->page = NULL;
	EXPECT_EQ(0, dsi_destroy(r->iommufd, r->nest.viommu));
}

/* The file is closed, and the page is still mapped: it stays until that is not */
TEST_F(queues, closed_while_mapped)
{
	struct rig *r = &self->rig;
	struct cmdqv_queue q;

	ASSERT_EQ(0, cmdqv_queue_create(&q, r->iommufd, r->nest.viommu, self->page, &r->guest,
					0, LG2));
	cmdqv_queue_enable(&q);
	close(r->iommufd);
	r->iommufd = -1;
	EXPECT_EQ(0, cmdqv_run(&q, smmu_cmd_asid(1)));
	/* All that hung on it goes with the page */
	ASSERT_EQ(0, munmap(self->page, SZ_64K));
	self->page = NULL;
}

/* What one guest has left is not for the next */
TEST_F(queues, page_is_cleared)
{
	struct iommu_viommu_tegra241_cmdqv data;
	struct rig *r = &self->rig;
	uint8_t *page, zero[PAGE_4K] = {};
	uint32_t viommu;
	unsigned int i;

	ASSERT_EQ(0, cmdqv_viommu(r->iommufd, r->dev[0].id, r->nest.parent, &data, &viommu));
	page = cmdqv_map(r->iommufd, &data);
	ASSERT_NE(MAP_FAILED, page);
	memset(page, 0xa5, SZ_64K);
	ASSERT_EQ(0, munmap(page, SZ_64K));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, viommu));
	ASSERT_EQ(0, cmdqv_viommu(r->iommufd, r->dev[0].id, r->nest.parent, &data, &viommu));
	page = cmdqv_map(r->iommufd, &data);
	ASSERT_NE(MAP_FAILED, page);
	for (i = 0; i < SZ_64K; i += PAGE_4K)
		EXPECT_EQ(0, memcmp(page + i, zero, PAGE_4K));
	ASSERT_EQ(0, munmap(page, SZ_64K));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, viommu));
}

/* The host's own commands */
FIXTURE(host)
{
	struct rig rig;
	uint32_t hwpt;
	uint8_t *buf;
};

FIXTURE_VARIANT(host)
{
	bool async;
};

FIXTURE_VARIANT_ADD(host, sync)
{
};

FIXTURE_VARIANT_ADD(host, async)
{
	.async = true,
};

FIXTURE_SETUP(host)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3, .cmdqv = true, .async = variant->async,
	};
	struct rig *r = &self->rig;

	RIG_PARENT(r, &cfg);
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas, 0, &self->hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	self->buf = mmap(NULL, 2 * PAGE_4K, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, self->buf);
	util_fill(self->buf, PAGE_4K, 1);
	util_fill(self->buf + PAGE_4K, PAGE_4K, 2);
}

FIXTURE_TEARDOWN(host)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	munmap(self->buf, 2 * PAGE_4K);
}

static int host_map(FIXTURE_DATA(host) *self, unsigned int page)
{
	return dsi_ioas_map(self->rig.iommufd, self->rig.ioas, self->buf + page * PAGE_4K,
			    PAGE_4K, IOVA, DSI_RW);
}

static int host_unmap(FIXTURE_DATA(host) *self)
{
	return dsi_ioas_unmap(self->rig.iommufd, self->rig.ioas, IOVA, PAGE_4K);
}

/* How many commands the host's queues of the companion have consumed, of their sum */
static int host_consumed(FIXTURE_DATA(host) *self, uint64_t *sum)
{
	return cmdqv_consumed(&self->rig.mock, 0, sum);
}

/* What is unmapped is gone, and it was a queue of the companion that has told the unit */
TEST_F(host, unmapped)
{
	uint64_t before, after;
	unsigned int i;

	for (i = 0; i < 40; i++) {
		ASSERT_EQ(0, host_map(self, i % 2));
		ASSERT_EQ(0, rig_sees(&self->rig, 0, IOVA, 1 + i % 2));
		ASSERT_EQ(0, host_consumed(self, &before));
		ASSERT_EQ(0, host_unmap(self));
		ASSERT_EQ(0, host_consumed(self, &after));
		EXPECT_NE(before, after);
		EXPECT_EQ(-EFAULT, rig_sees(&self->rig, 0, IOVA, 1 + i % 2));
	}
}

/* A command in error is put right in the interrupt, and the queue goes on */
TEST_F(host, error)
{
	unsigned int i;

	/* Its driver waits with interrupts off */
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one processor: the interrupt of the error cannot come");
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, host_map(self, 0));
		ASSERT_EQ(0, rig_sees(&self->rig, 0, IOVA, 1));
		ASSERT_EQ(0, mock_misbehave(&self->rig.mock, "cmd_error", 1));
		ASSERT_EQ(0, host_unmap(self));
		/* A CMD_SYNC stands in for what was in error, which is lost */
		ASSERT_EQ(0, host_map(self, 1));
		ASSERT_EQ(0, host_unmap(self));
		EXPECT_EQ(-EFAULT, rig_sees(&self->rig, 0, IOVA, 1));
	}
}

/* This project's own driver has no such vIOMMU, on the same unit */
TEST(refused_elsewhere)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct iommu_viommu_tegra241_cmdqv data;
	struct iommu_hw_info_tegra241_cmdqv info;
	struct rig rig;
	uint32_t id;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&rig, &cfg));
	/* The kernel's has none for a unit without a companion */
	EXPECT_EQ(-EOPNOTSUPP, cmdqv_viommu(rig.iommufd, rig.dev[0].id, rig.nest.parent, &data,
					    &id));
	EXPECT_EQ(-EOPNOTSUPP, cmdqv_hw_info(rig.iommufd, rig.dev[0].id, &info));
	EXPECT_EQ(-EOPNOTSUPP, cmdqv_hw_queue(rig.iommufd, rig.nest.viommu, 0, RIG_GPA, 4096,
					      &id));
	EXPECT_EQ(0, rig_down(&rig));
}

/* A configuration that cannot be, and one that cannot be changed any more */
TEST(attributes)
{
	static const char * const numbers[] = {
		"cmdqv_vintfs", "cmdqv_vcmdqs", "cmdqv_sids",
	};
	static const unsigned int max[] = { 16, 128, 16 };
	unsigned int i;
	uint64_t val;
	struct mock m;
	int rc;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	mock_sweep();
	ASSERT_EQ(0, mock_create(&m, MOCK_SMMUV3, "kst"));
	rc = mock_set(&m, "cmdqv", 1);
	ASSERT_TRUE(!rc || rc == -EOPNOTSUPP);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		EXPECT_EQ(-EINVAL, mock_set(&m, numbers[i], 0));
		EXPECT_EQ(-EINVAL, mock_set(&m, numbers[i], 3));
		EXPECT_EQ(-EINVAL, mock_set(&m, numbers[i], 2 * max[i]));
		EXPECT_EQ(-EINVAL, mock_set_text(&m, numbers[i], "many"));
		EXPECT_EQ(0, mock_set(&m, numbers[i], 1));
		EXPECT_EQ(0, mock_set(&m, numbers[i], max[i]));
		ASSERT_EQ(0, mock_get(&m, numbers[i], &val));
		EXPECT_EQ(max[i], val);
	}
	if (!rc) {
		ASSERT_EQ(0, mock_set(&m, "cmdqv_vcmdqs", 8));
		EXPECT_EQ(-EINVAL, mock_set_live(&m, true));
		ASSERT_EQ(0, mock_set(&m, "cmdqv_vcmdqs", 16));
	}
	ASSERT_EQ(0, mock_set_live(&m, true));
	EXPECT_EQ(-EBUSY, mock_set(&m, "cmdqv", 0));
	EXPECT_EQ(-EBUSY, mock_set(&m, "cmdqv_sids", 8));
	EXPECT_EQ(0, mock_destroy(&m));
	/* Another type has none */
	ASSERT_EQ(0, mock_create(&m, MOCK_VTD, "kst"));
	EXPECT_EQ(-EOPNOTSUPP, mock_set(&m, "cmdqv", 1));
	EXPECT_EQ(-EOPNOTSUPP, mock_set(&m, "cmdqv_sids", 8));
	EXPECT_EQ(0, mock_destroy(&m));
}

TEST_HARNESS_MAIN
