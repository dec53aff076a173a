// SPDX-License-Identifier: GPL-2.0-only
/* The lowest layer, what the library itself has no use for */
#include <endian.h>
#include <unistd.h>

#include "inject.h"
#include "internal.h"
#include "test.h"
#include "world.h"

static const struct rig_config on_vtd = { .type = MOCK_VTD };
static const struct rig_config on_smmu = { .type = MOCK_SMMUV3 };

#define IOVA	0x0000123456789000ull

static void wrong_type(void *arg)
{
	struct iommu_hw_info *info = arg;

	info->out_data_type = IOMMU_HW_INFO_TYPE_AMD;
}

static void hw_info(void)
{
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct iommu_hw_info_vtd vtd;
	struct iommu_hw_info info;
	struct world w;
	uint32_t dev;
	int fd;

	if (world_mock(&w, &on_vtd) || world_ram(&w, 0) ||
	    world_dev(&w, 0))
		goto out;
	fd = ds_fd(w.ctx);
	dev = ds_dev_id(w.dev[0]);
	IS(0, dsi_hw_info_vtd(fd, dev, &vtd, &info));
	CHECK(vtd.cap_reg && info.out_data_type == IOMMU_HW_INFO_TYPE_INTEL_VTD);
	IS(-ENODEV, dsi_hw_info_smmuv3(fd, dev, &smmu, NULL));
	IS(-EOPNOTSUPP, dsi_hw_info_of(fd, dev, IOMMU_HW_INFO_TYPE_AMD, &smmu, sizeof(smmu)));
	IS(-ENOENT, dsi_hw_info_vtd(fd, 12345, &vtd, NULL));
	inject_answer(IOMMU_GET_HW_INFO, wrong_type);
	IS(-ENODEV, dsi_hw_info_vtd(fd, dev, &vtd, NULL));
	inject_answer(0, NULL);
out:
	world_down(&w);
}

static void half(void *arg)
{
	struct iommu_ioas_unmap *cmd = arg;

	cmd->length /= 2;
}

static void none_done(void *arg)
{
	struct iommu_hwpt_invalidate *cmd = arg;

	cmd->entry_num = 0;
}

static void vtd(void)
{
	struct iommu_hwpt_vtd_pasid_entry entry;
	uint64_t bitmap[RIG_GUEST_SIZE / PAGE_4K / 64];
	struct iommu_hwpt_vtd_s1 s1;
	uint32_t hwpt, raw, ioas, paging;
	struct world w;
	int fd;

	if (world_unit_up(&w, &on_vtd, 0, 0))
		goto out;
	fd = ds_fd(w.ctx);
	IS(0, nest_s1(&w.nest, &w.tables, &w.guest, 48));
	s1 = nest_vtd_data(&w.nest, &w.tables);
	entry = vtd_entry(&w.tables, 3, 0);
	IS(0, dsi_hwpt_nested(fd, w.dev[0]->id, w.unit->parent->id, 0, &s1, &hwpt));
	IS(0, dsi_hwpt_entry(fd, w.dev[0]->id, w.unit->viommu, 0, &entry, &raw));
	IS(0, dsi_invalidate_range(fd, hwpt, IOVA + 5, 1, 0));
	IS(0, dsi_invalidate_all(fd, hwpt));
	IS(0, dsi_descriptor(fd, w.unit->viommu, vtd_desc_iotlb(3)));
	IS(-EIO, dsi_descriptor(fd, w.unit->viommu, vtd_desc_iotlb(4)));
	inject_answer(IOMMU_HWPT_INVALIDATE, none_done);
	IS(-EIO, dsi_invalidate_range(fd, hwpt, IOVA, 1, 0));
	IS(-EPROTO, dsi_descriptor(fd, w.unit->viommu, vtd_desc_iotlb(3)));
	inject_answer(0, NULL);
	/* A failure that leaves the count as it was */
	inject_arm_ioctl(IOMMU_HWPT_INVALIDATE, 1, EIO);
	IS(-EPROTO, INJECTED(dsi_descriptor(fd, w.unit->viommu, vtd_desc_iotlb(3))));
	inject_disarm();
	IS(0, dsi_destroy(fd, raw));
	IS(0, dsi_destroy(fd, hwpt));
	IS(0, dsi_ioas_alloc(fd, &ioas));
	IS(0, dsi_ioas_map(fd, ioas, w.guest.va, RIG_GUEST_SIZE, RIG_GPA, DSI_RW));
	IS(0, dsi_hwpt_paging(fd, w.dev[0]->id, ioas, IOMMU_HWPT_ALLOC_DIRTY_TRACKING, &paging));
	IS(0, dsi_dirty_tracking(fd, paging, true));
	IS(0, dsi_dirty_bitmap(fd, paging, 0, RIG_GPA, RIG_GUEST_SIZE, bitmap));
	IS(0, dsi_destroy(fd, paging));
	inject_answer(IOMMU_IOAS_UNMAP, half);
	IS(-EIO, dsi_ioas_unmap(fd, ioas, RIG_GPA, RIG_GUEST_SIZE));
	inject_answer(0, NULL);
	IS(-ENOENT, dsi_ioas_unmap(fd, ioas, RIG_GPA, RIG_GUEST_SIZE));
	IS(0, dsi_destroy(fd, ioas));
out:
	world_down(&w);
}

static void smmu(void)
{
	struct iommu_hwpt_arm_smmuv3 vste;
	struct dsi_vevent ev;
	struct world w;
	uint32_t hwpt;
	int fd, pipes[2];

	if (world_unit_up(&w, &on_smmu, 0, 0))
		goto out;
	fd = ds_fd(w.ctx);
	vste = smmu_vste(STE_BYPASS);
	IS(0, dsi_hwpt_vste(fd, w.dev[0]->id, w.unit->viommu, 0, &vste, &hwpt));
	IS(0, dsi_command(fd, w.unit->viommu, smmu_cmd_all()));
	IS(-EIO, dsi_command(fd, w.unit->viommu, smmu_cmd_cd(1, 0, true)));
	inject_arm_ioctl(IOMMU_HWPT_INVALIDATE, 1, EIO);
	IS(-EPROTO, INJECTED(dsi_command(fd, w.unit->viommu, smmu_cmd_all())));
	inject_disarm();
	inject_answer(IOMMU_HWPT_INVALIDATE, none_done);
	IS(-EPROTO, dsi_command(fd, w.unit->viommu, smmu_cmd_all()));
	inject_answer(0, NULL);
	IS(0, dsi_destroy(fd, hwpt));
	/* What is no queue of events */
	CHECK(!pipe(pipes) && write(pipes[1], "22345678", 8) == 8);
	IS(-EPROTO, dsi_vevent(pipes[0], 0, &ev));
	CHECK(write(pipes[1], "\1\0\0\0\0\0\0\0x", 9) == 9);
	IS(-EPROTO, dsi_vevent(pipes[0], 0, &ev));
	close(pipes[1]);
	IS(-EAGAIN, dsi_vevent(pipes[0], 0, &ev));
	close(pipes[0]);
out:
	world_down(&w);
}

/* Reading ends, or fails */
static void read_fails(void)
{
	struct dsi_vevent ev;
	int pipes[2];

	CHECK(!pipe(pipes) && write(pipes[1], "12345678", 8) == 8);
	inject_arm(INJECT_FILES, 1, EIO);
	IS(-EIO, INJECTED(dsi_vevent(pipes[0], 0, &ev)));
	inject_disarm();
	CHECK(read(pipes[0], &ev, 8) == 8);
	close(pipes[0]);
	close(pipes[1]);
	CHECK(!pipe(pipes) && !close(pipes[1]));
	/* Readable, as it has ended */
	IS(-EAGAIN, dsi_vevent(pipes[0], 0, &ev));
	close(pipes[0]);
}

static const struct test tests[] = {
	{ "hw_info", hw_info }, { "vtd", vtd }, { "smmu", smmu }, { "read_fails", read_fails },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
