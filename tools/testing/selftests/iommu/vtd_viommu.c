// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vIOMMU of VT-d: its objects, what they refuse, and the guest's PASID table entry
 * as it is in memory, bit by bit
 */
#include <endian.h>
#include <sys/mman.h>

#include "harness.h"

#define IOVA	0x0000123450000000ull
#define PASID	0x37
#define WAIT_MS	20000
#define QUIET	20

typedef struct iommu_hwpt_vtd_pasid_entry entry_t;

FIXTURE(viommu)
{
	struct rig rig;
	entry_t good;
	struct iommu_hw_info_vtd hw;
};

FIXTURE_VARIANT(viommu)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(viommu, usual)
{
};

/* A unit that cannot do what an entry may ask for */
FIXTURE_VARIANT_ADD(viommu, small)
{
	.cfg.cap_clear = VTD_CAP_FS5LP,
	.cfg.ecap_clear = VTD_ECAP_SRS | VTD_ECAP_EAFS | VTD_ECAP_SC,
};

/* And one that can do all of it */
FIXTURE_VARIANT_ADD(viommu, execute)
{
	.cfg.ecap_set = VTD_ECAP_ERS,
	.cfg.cap_set = VTD_CAP_CM,
};

FIXTURE_SETUP(viommu)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;

	cfg.nr_eps = 2;
	cfg.pasid_bits = 8;
	cfg.raw = true;
	cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID;
	RIG_UP(r, &cfg);
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	self->good = vtd_entry(&r->s1, r->s1.asid, 0);
	ASSERT_EQ(0, dsi_hw_info_vtd(r->iommufd, r->dev[0].id, &self->hw, NULL));
}

FIXTURE_TEARDOWN(viommu)
{
	struct rig *r = &self->rig;

	/* Whatever was tried, the other device has seen nothing of it */
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, rig_down(r));
}

static int make(FIXTURE_DATA(viommu) *self, const entry_t *entry, uint32_t *hwpt)
{
	struct rig *r = &self->rig;

	return dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu, 0, entry,
			      hwpt);
}

/* What the kernel says; if it takes the entry, the device is to live with it */
static int try_entry(FIXTURE_DATA(viommu) *self, unsigned int word, uint64_t val)
{
	struct rig *r = &self->rig;
	entry_t entry = self->good;
	uint32_t hwpt;
	int rc;

	entry.entry[word] = htole64(val);
	rc = make(self, &entry, &hwpt);
	if (rc)
		return rc;
	rc = vdev_attach_id(&r->dev[0], hwpt);
	if (rc)
		return -EPROTO;
	/* Whatever it finds there, it is not outside of stage-2 */
	if (ep_read(&r->dev[0], 0x1000, 8, 0, NULL) != -EFAULT)
		return -EBADE;
	rc = vdev_attach_id(&r->dev[0], r->nested);
	return rc ?: dsi_destroy(r->iommufd, hwpt);
}

/* From the guest's entry to its DMA, an invalidation, and a fault */
TEST_F(viommu, whole_way)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;
	uint64_t gpa;
	uint32_t id;
	int queue;

	ASSERT_EQ(0, dsi_veventq_vtd(r->iommufd, r->nest.viommu, 8, &id, &queue));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	gpa = s1_gpa(&r->s1, IOVA, 1);
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 2));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, dsi_descriptor(r->iommufd, r->nest.viommu,
				    vtd_desc_pages(r->s1.asid, 0, IOVA, 0, true)));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 2));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA + SZ_1G, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent_vtd(queue, WAIT_MS, &ev));
	EXPECT_EQ(FR_FS_NP, FR1_REASON(ev.evt[1]));
	EXPECT_EQ(r->nest.devs[1].vsid, FR1_SID(ev.evt[1]));
	EXPECT_EQ(IOVA + SZ_1G, ev.evt[0]);
	close(queue);
	ASSERT_EQ(0, s1_map(&r->s1, IOVA, gpa, S1_4K, S1_RW));
	ASSERT_EQ(0, rig_inv_all(r));
}

/* What is expected of an entry with one bit of a good one changed */
static int of_bit(FIXTURE_DATA(viommu) *self, unsigned int word, unsigned int bit)
{
	const uint64_t ecap = self->hw.ecap_reg, cap = self->hw.cap_reg;
	unsigned int width = (cap >> 16 & 0x3f) + 1;

	switch (word) {
	case 0:
		/* P, FPD; AW is 2 and becomes 3, 0, 6; PGTT is 1 and becomes 0, 3, 5 */
		if (bit <= 3)
			return 0;
		if (bit == 4 || bit == 6 || bit == 8)
			return -EINVAL;
		return -EOPNOTSUPP;
	case 1:
		if (bit <= 15)
			return 0;
		if (bit == 23)
			return ecap >> 48 & 1 ? 0 : -EINVAL;
		if (bit == 24)
			return ecap >> 7 & 1 ? 0 : -EINVAL;
		return -EOPNOTSUPP;
	case 2:
		switch (bit) {
		case 0:
			return ecap >> 31 & 1 ? 0 : -EINVAL;
		case 1:
			return ecap >> 30 & 1 ? 0 : -EINVAL;
		case 2:
			return cap >> 60 & 1 ? 0 : -EINVAL;
		case 3:
			return -EINVAL;
		case 4 ... 6:
			return 0;
		case 7:
			return ecap >> 34 & 1 ? 0 : -EINVAL;
		case 8 ... 11:
			return -EOPNOTSUPP;
		default:
			return bit >= width || bit >= 52 ? -EINVAL : 0;
		}
	default:
		return -EOPNOTSUPP;
	}
}

/* Every bit alone, beside those of an entry that is good */
TEST_F(viommu, every_bit)
{
	unsigned int word, bit;
	uint64_t val;

	for (word = 0; word < 8; word++) {
		val = le64toh(self->good.entry[word]);
		for (bit = 0; bit < 64; bit++)
			EXPECT_EQ(of_bit(self, word, bit),
				  try_entry(self, word, val ^ 1ull << bit))
				TH_LOG("word %u, bit %u", word, bit);
	}
}

/* Every value of the fields that have several bits */
TEST_F(viommu, every_value)
{
	const uint64_t w0 = PE0_P, w2 = le64toh(self->good.entry[2]);
	const int fspm[] = {
		0, self->hw.cap_reg >> 60 & 1 ? 0 : -EINVAL, -EINVAL, -EINVAL,
	};
	static const int pgtt[] = {
		-EINVAL, 0, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EINVAL, -EINVAL,
		-EINVAL,
	};
	unsigned int i;

	for (i = 0; i < 8; i++) {
		EXPECT_EQ(pgtt[i], try_entry(self, 0, w0 | PE0_PGTT(i)))
			TH_LOG("PGTT %u", i);
		EXPECT_EQ(i <= 3 ? 0 : -EINVAL,
			  try_entry(self, 0, w0 | PE0_PGTT(1) | PE0_AW(i)))
			TH_LOG("AW %u", i);
	}
	for (i = 0; i < 4; i++)
		EXPECT_EQ(fspm[i], try_entry(self, 2, w2 | PE2_FSPM(i)))
			TH_LOG("FSPM %u", i);
	/* What is not known comes before what is not right */
	EXPECT_EQ(-EOPNOTSUPP, try_entry(self, 0, w0 | PE0_PGTT(1) | PE0_AW(7) |
					 PE0_SSADE));
}

/* Nothing but FPD means anything in an entry that is not present */
TEST_F(viommu, not_present)
{
	struct rig *r = &self->rig;
	entry_t entry = self->good;
	struct dsi_vevent ev;
	uint32_t hwpt, id;
	unsigned int i;
	int queue;

	ASSERT_EQ(0, dsi_veventq_vtd(r->iommufd, r->nest.viommu, 8, &id, &queue));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, try_entry(self, 0, 1ull << (8 * i + 2)));
	/* Each of which was told of by an event */
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(0, dsi_vevent_vtd(queue, WAIT_MS, &ev));
		EXPECT_EQ(FR_PTE_NP, FR1_REASON(ev.evt[1]));
	}

	for (i = 1; i < 8; i++)
		entry.entry[i] = ~0ull;
	entry.entry[0] = htole64(~(PE0_P | PE0_FPD));
	ASSERT_EQ(0, make(self, &entry, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, dsi_vevent_vtd(queue, WAIT_MS, &ev));
	EXPECT_EQ(FR_PTE_NP, FR1_REASON(ev.evt[1]));
	EXPECT_EQ(IOVA, ev.evt[0]);
	/* Its domain-id is nobody's */
	EXPECT_EQ(-EIO, dsi_descriptor(r->iommufd, r->nest.viommu,
				       vtd_desc_iotlb(0xffff)));
	/* And back again, with nothing cached of that */
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
		EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
		EXPECT_EQ(0, dsi_vevent_vtd(queue, WAIT_MS, &ev));
	}
	close(queue);
}

/* A table that is not in stage-2: the device finds nothing, and the guest's is kept */
TEST_F(viommu, table_beyond_memory)
{
	EXPECT_EQ(0, try_entry(self, 2, RIG_GPA + 64 * SZ_1G));
	EXPECT_EQ(0, try_entry(self, 2, 0));
}

/* Each PASID has an entry of its own */
TEST_F(viommu, pasids)
{
	struct rig *r = &self->rig;
	uint32_t hwpt, sees[2];
	entry_t entry;
	struct s1 s1;

	ASSERT_EQ(0, rig_s1(r, &s1));
	ASSERT_NE(0, rig_page(r, &s1, IOVA, 5));
	entry = vtd_entry(&s1, 0xfffe, 0);
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu,
				    IOMMU_HWPT_ALLOC_PASID, &entry, &hwpt));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, hwpt));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], PASID | MOCK_EP_PASID_VALID));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 5));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], 0));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));

	/* Invalidated by the guest's name for it, and by the PASID */
	ASSERT_NE(0, rig_page(r, &s1, IOVA, 6));
	sees[0] = 0xfffe;
	sees[1] = r->s1.asid;
	ASSERT_EQ(0, ep_pasid(&r->dev[0], PASID | MOCK_EP_PASID_VALID));
	ASSERT_EQ(0, dsi_descriptor(r->iommufd, r->nest.viommu,
				    vtd_desc_pasid(sees[1], PASID)));
	ASSERT_EQ(0, dsi_descriptor(r->iommufd, r->nest.viommu,
				    vtd_desc_pasid(sees[0], PASID + 1)));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 5));
	ASSERT_EQ(0, dsi_descriptor(r->iommufd, r->nest.viommu,
				    vtd_desc_pasid(sees[0], PASID)));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 6));
	ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 6));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], 0));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, hwpt));
	/* Its name went with it */
	EXPECT_EQ(-EIO, dsi_descriptor(r->iommufd, r->nest.viommu,
				       vtd_desc_iotlb(0xfffe)));
}

/* Privileged requests: only where the guest's entry has them */
TEST_F(viommu, supervisor)
{
	const bool able = self->hw.ecap_reg & VTD_ECAP_SRS;
	struct rig *r = &self->rig;
	uint32_t hwpt, flags = IOMMU_HWPT_ALLOC_PASID;
	entry_t entry;
	int rc;

	ASSERT_EQ(0, ep_pasid(&r->dev[0], PASID | MOCK_EP_PASID_VALID |
					  MOCK_EP_PASID_PRIV));
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu, flags,
				    &self->good, &hwpt));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, hwpt));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID));
	entry = vtd_entry(&r->s1, r->s1.asid, PE2_SRE);
	rc = dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu, flags, &entry,
			    &hwpt);
	EXPECT_EQ(able ? 0 : -EINVAL, rc);
	if (!rc) {
		ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, hwpt));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
		ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID));
	}
	ASSERT_EQ(0, ep_pasid(&r->dev[0], 0));
}

/* The call that makes the HWPT */
#define TRY_HWPT(err, ...) do { \
	struct iommu_hwpt_alloc cmd_ = call; \
	__VA_ARGS__; \
	EXPECT_EQ(err, dsi_ioctl(self->rig.iommufd, IOMMU_HWPT_ALLOC, &cmd_)) \
		TH_LOG("with %s", #__VA_ARGS__); \
	} while (0)

TEST_F(viommu, hwpt_call)
{
	struct rig *r = &self->rig;
	const struct iommu_hwpt_vtd_s1 s1 = {
		.pgtbl_addr = r->s1.root,
		.addr_width = 48,
	};
	struct {
		entry_t entry;
		uint64_t more;
	} data = { .entry = self->good };
	const struct iommu_hwpt_alloc call = {
		.size = sizeof(call),
		.dev_id = r->dev[0].id,
		.pt_id = r->nest.viommu,
		.data_type = IOMMU_HWPT_DATA_VTD_PASID_ENTRY,
		.data_len = sizeof(data.entry),
		.data_uptr = (uintptr_t)&data,
	};

	TRY_HWPT(0, (void)cmd_);
	TRY_HWPT(0, cmd_.flags = IOMMU_HWPT_ALLOC_PASID);
	TRY_HWPT(-EOPNOTSUPP, cmd_.flags = IOMMU_HWPT_ALLOC_NEST_PARENT);
	TRY_HWPT(-EOPNOTSUPP, cmd_.flags = IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
	TRY_HWPT(-EOPNOTSUPP, cmd_.flags = 1u << 31);
	TRY_HWPT(-EOPNOTSUPP, cmd_.__reserved = 1);
	TRY_HWPT(-EINVAL, cmd_.data_len = 0);
	TRY_HWPT(-EINVAL, cmd_.data_len = sizeof(data.entry) - 8);
	TRY_HWPT(-EINVAL, cmd_.data_len = sizeof(data));
	TRY_HWPT(-EFAULT, cmd_.data_uptr = 8);
	/* The VMM's own way is not that of a vIOMMU, nor the other way round */
	TRY_HWPT(-EOPNOTSUPP, cmd_.data_type = IOMMU_HWPT_DATA_VTD_S1,
		 cmd_.data_len = sizeof(s1), cmd_.data_uptr = (uintptr_t)&s1);
	TRY_HWPT(-EOPNOTSUPP, cmd_.data_type = IOMMU_HWPT_DATA_ARM_SMMUV3);
	TRY_HWPT(-EOPNOTSUPP, cmd_.data_type++);
	TRY_HWPT(-EOPNOTSUPP, cmd_.pt_id = r->nest.parent);
	TRY_HWPT(0, cmd_.pt_id = r->nest.parent,
		 cmd_.data_type = IOMMU_HWPT_DATA_VTD_S1,
		 cmd_.data_len = sizeof(s1), cmd_.data_uptr = (uintptr_t)&s1);
}

/* The call that makes the vIOMMU */
static int viommu_data(FIXTURE_DATA(viommu) *self, void *data, size_t len)
{
	struct rig *r = &self->rig;
	uint32_t id;

	return dsi_viommu_of(r->iommufd, r->dev[0].id, r->nest.parent,
			     IOMMU_VIOMMU_TYPE_INTEL_VTD, data, len, &id);
}

TEST_F(viommu, viommu_call)
{
	struct rig *r = &self->rig;
	struct {
		struct iommu_viommu_intel_vtd v;
		uint32_t more;
	} data = { .v.version = 1 };
	uint32_t plain, id, type;

	EXPECT_EQ(0, viommu_data(self, &data, sizeof(data.v)));
	EXPECT_EQ(1, data.v.version);
	/* Whoever knows more is told what there is */
	data.v.version = 77;
	EXPECT_EQ(0, viommu_data(self, &data, sizeof(data.v)));
	EXPECT_EQ(1, data.v.version);
	data.v.version = 0;
	EXPECT_EQ(-EINVAL, viommu_data(self, &data, sizeof(data.v)));
	data.v.version = 1;
	data.v.flags = 1;
	EXPECT_EQ(-EOPNOTSUPP, viommu_data(self, &data, sizeof(data.v)));
	data.v.flags = 0;
	EXPECT_EQ(-EINVAL, viommu_data(self, NULL, 0));
	EXPECT_EQ(-EINVAL, viommu_data(self, &data, 4));
	EXPECT_EQ(-EINVAL, viommu_data(self, &data, sizeof(data)));
	EXPECT_EQ(-EFAULT, viommu_data(self, (void *)8, sizeof(data.v)));

	for (type = 0; type < 8; type++)
		EXPECT_EQ(-EOPNOTSUPP, dsi_viommu_of(r->iommufd, r->dev[0].id,
						     r->nest.parent, type, &data.v,
						     sizeof(data.v), &id));
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas, 0, &plain));
	EXPECT_EQ(-EINVAL, dsi_viommu_vtd(r->iommufd, r->dev[0].id, plain, &id));
	EXPECT_EQ(-ENOENT, dsi_viommu_vtd(r->iommufd, r->dev[0].id, 0, &id));
}

/* Source-ids have 16 bits, and are one device's */
TEST_F(viommu, source_ids)
{
	struct rig *r = &self->rig;
	uint32_t vsid = r->nest.devs[1].vsid, id;

	EXPECT_EQ(-EEXIST, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id, 5,
				       &id));
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	nest_forget_dev(&r->nest, r->dev[0].id);
	EXPECT_EQ(-EINVAL, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id,
				       0x10000, &id));
	EXPECT_EQ(-EINVAL, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id,
				       1ull << 32 | 5, &id));
	EXPECT_EQ(-EEXIST, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id,
				       vsid, &id));
	/* Without a name it cannot be the guest's */
	EXPECT_EQ(-ENOENT, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(0, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id, 0xffff,
				 &id));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, id));
	/* What is attached stays */
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id, 0, &id));
}

/* What is in use is not destroyed */
TEST_F(viommu, in_use)
{
	struct rig *r = &self->rig;
	uint32_t viommu, hwpt, queue, other;
	int fd;

	ASSERT_EQ(0, dsi_viommu_vtd(r->iommufd, r->dev[0].id, r->nest.parent,
				    &viommu));
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, viommu, 0,
				    &self->good, &hwpt));
	ASSERT_EQ(0, dsi_veventq_vtd(r->iommufd, viommu, 8, &queue, &fd));
	EXPECT_EQ(-EEXIST, dsi_veventq_vtd(r->iommufd, viommu, 8, &other, &fd));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, r->nest.parent));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, viommu));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, hwpt));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, viommu));
	close(fd);
	EXPECT_EQ(0, dsi_destroy(r->iommufd, queue));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, viommu));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, r->nest.viommu));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, r->nested));
}

/* A HWPT of one vIOMMU is not for a device of another */
TEST_F(viommu, another_viommu)
{
	struct rig *r = &self->rig;
	uint32_t viommu, hwpt;

	ASSERT_EQ(0, dsi_viommu_vtd(r->iommufd, r->dev[0].id, r->nest.parent,
				    &viommu));
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, viommu, 0,
				    &self->good, &hwpt));
	EXPECT_EQ(-ENOENT, vdev_attach_id(&r->dev[0], hwpt));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* Where there is no nesting there is no vIOMMU; nor for a unit of the other vendor */
TEST(not_there)
{
	const struct rig_config none = { .ecap_clear = VTD_ECAP_NEST };
	const struct rig_config smmu = { .type = MOCK_SMMUV3 };
	uint32_t hwpt, id;
	struct rig rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&rig, &none));
	ASSERT_EQ(0, rig_devices(&rig));
	ASSERT_EQ(0, rig_guest(&rig));
	ASSERT_EQ(0, dsi_hwpt_paging(rig.iommufd, rig.dev[0].id, rig.ioas, 0,
				     &hwpt));
	EXPECT_EQ(-EOPNOTSUPP, dsi_viommu_vtd(rig.iommufd, rig.dev[0].id, hwpt,
					      &id));
	EXPECT_EQ(0, rig_down(&rig));

	ASSERT_EQ(0, rig_up(&rig, &smmu));
	EXPECT_EQ(-EOPNOTSUPP, dsi_viommu_vtd(rig.iommufd, rig.dev[0].id,
					      rig.nest.parent, &id));
	EXPECT_EQ(0, rig_down(&rig));
}

/* The objects may outlive the hardware, and nothing they do reaches it then */
TEST(unit_goes)
{
	const struct rig_config cfg = { .raw = true, .ats = true };
	struct dsi_vevent ev;
	entry_t entry;
	struct rig rig;
	uint32_t id;
	int queue;

	RIG_UP(&rig, &cfg);
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 1));
	entry = vtd_entry(&rig.s1, 3, 0);
	ASSERT_EQ(0, dsi_veventq_vtd(rig.iommufd, rig.nest.viommu, 8, &id,
				     &queue));
	EXPECT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	EXPECT_EQ(-EFAULT, ep_read(&rig.dev[0], IOVA + SZ_1G, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent_vtd(queue, WAIT_MS, &ev));
	vdev_close(&rig.dev[0]);
	ASSERT_EQ(0, mock_destroy(&rig.mock));

	EXPECT_EQ(0, dsi_descriptor(rig.iommufd, rig.nest.viommu,
				    vtd_desc_iotlb(rig.s1.asid)));
	EXPECT_EQ(0, dsi_descriptor(rig.iommufd, rig.nest.viommu,
				    vtd_desc_iotlb_all()));
	EXPECT_EQ(-EIO, dsi_descriptor(rig.iommufd, rig.nest.viommu,
				       vtd_desc_dtlb(rig.nest.devs[0].vsid, 0,
						     64)));
	EXPECT_NE(0, dsi_hwpt_entry(rig.iommufd, rig.dev[0].id, rig.nest.viommu,
				    0, &entry, &id));
	EXPECT_EQ(-EAGAIN, dsi_vevent_vtd(queue, QUIET, &ev));
	close(queue);
	EXPECT_EQ(0, dsi_destroy(rig.iommufd, rig.nested));
	close(rig.iommufd);
	rig.iommufd = -1;
	guest_destroy(&rig.guest);
}

TEST_HARNESS_MAIN
