// SPDX-License-Identifier: GPL-2.0-only
/*
 * The error contract: every field of every structure that a VMM hands over,
 * with every kind of value that is not to be accepted
 *
 * EOPNOTSUPP for what this driver does not know, EINVAL for what it knows and
 * the specification forbids, EFAULT for memory that is not there, ENOENT for
 * objects that are not there.
 */
#include <sys/mman.h>

#include "harness.h"

#define IOVA	0x10000000ull

FIXTURE(contract)
{
	struct rig rig;
	struct iommu_hwpt_vtd_s1 s1;
	struct iommu_hwpt_alloc alloc;	/* would succeed */
};

FIXTURE_SETUP(contract)
{
	struct rig *r = &self->rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(r, NULL));
	self->s1 = nest_vtd_data(&r->nest, &r->s1);
	self->alloc = (struct iommu_hwpt_alloc){
		.size = sizeof(self->alloc),
		.dev_id = r->dev[0].id,
		.pt_id = r->nest.parent,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(self->s1),
		.data_uptr = (uintptr_t)&self->s1,
	};
}

FIXTURE_TEARDOWN(contract)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* What IOMMU_HWPT_ALLOC answers; an object that it makes is gone again */
static int try_alloc(FIXTURE_DATA(contract) *self,
		     const struct iommu_hwpt_alloc *alloc)
{
	struct iommu_hwpt_alloc cmd = *alloc;
	int fd = self->rig.iommufd;
	int rc;

	rc = dsi_ioctl(fd, IOMMU_HWPT_ALLOC, &cmd);
	return rc ?: dsi_destroy(fd, cmd.out_hwpt_id);
}

#define TRY_ALLOC(err, ...) do { \
	struct iommu_hwpt_alloc cmd_ = self->alloc; \
	__VA_ARGS__; \
	EXPECT_EQ(err, try_alloc(self, &cmd_)) \
		TH_LOG("with %s", #__VA_ARGS__); \
	} while (0)

TEST_F(contract, hwpt_alloc)
{
	struct rig *r = &self->rig;
	uint32_t plain, i;
	uint8_t *end;

	TRY_ALLOC(0, (void)cmd_);
	TRY_ALLOC(-EINVAL, cmd_.size = 16);
	TRY_ALLOC(-EOPNOTSUPP, cmd_.__reserved = 1);
	TRY_ALLOC(-ENOENT, cmd_.dev_id = 0);
	TRY_ALLOC(-ENOENT, cmd_.dev_id = r->nest.parent);
	TRY_ALLOC(-EINVAL, cmd_.pt_id = 0);
	TRY_ALLOC(-EINVAL, cmd_.pt_id = r->dev[0].id);
	TRY_ALLOC(-EINVAL, cmd_.pt_id = r->nested);
	TRY_ALLOC(-EOPNOTSUPP, cmd_.pt_id = r->ioas);

	/* Flags: only PASID, and a fault object that has to exist */
	TRY_ALLOC(0, cmd_.flags = IOMMU_HWPT_ALLOC_PASID);
	TRY_ALLOC(-ENOENT, cmd_.flags = IOMMU_HWPT_FAULT_ID_VALID);
	TRY_ALLOC(-EOPNOTSUPP, cmd_.flags = IOMMU_HWPT_ALLOC_NEST_PARENT);
	TRY_ALLOC(-EOPNOTSUPP, cmd_.flags = IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
	for (i = 4; i < 32; i++)
		TRY_ALLOC(-EOPNOTSUPP, cmd_.flags = 1u << i);

	/* Data types, and data that does not belong to its type */
	TRY_ALLOC(-EINVAL, cmd_.data_type = IOMMU_HWPT_DATA_NONE);
	TRY_ALLOC(-EINVAL, cmd_.data_len = 0);
	TRY_ALLOC(-EOPNOTSUPP, cmd_.data_type = IOMMU_HWPT_DATA_NONE,
		  cmd_.data_len = 0);
	for (i = 2; i < 32; i++)
		TRY_ALLOC(-EOPNOTSUPP, cmd_.data_type = i);
	TRY_ALLOC(-EOPNOTSUPP, cmd_.data_type = UINT32_MAX);

	/* Length of the data: exactly what version 1 of the structure has */
	for (i = 1; i < sizeof(self->s1); i++)
		TRY_ALLOC(-EINVAL, cmd_.data_len = i);
	TRY_ALLOC(-EINVAL, cmd_.data_len = sizeof(self->s1) + 8);
	TRY_ALLOC(-EINVAL, cmd_.data_len = UINT32_MAX);

	/* Pointers: nowhere, and into memory that ends too early */
	TRY_ALLOC(-EFAULT, cmd_.data_uptr = 0);
	TRY_ALLOC(-EFAULT, cmd_.data_uptr = UINT64_MAX - 7);
	TRY_ALLOC(-EFAULT, cmd_.data_uptr = 1ull << 63);
	end = mmap(NULL, 2 * PAGE_4K, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, end);
	ASSERT_EQ(0, munmap(end + PAGE_4K, PAGE_4K));
	memcpy(end + PAGE_4K - 16, &self->s1, 16);
	TRY_ALLOC(-EFAULT, cmd_.data_uptr = (uintptr_t)end + PAGE_4K - 16);

	/* Parents that are none */
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas, 0,
				     &plain));
	TRY_ALLOC(-EINVAL, cmd_.pt_id = plain);
	EXPECT_EQ(0, dsi_destroy(r->iommufd, plain));
}

/* A HWPT that the kernel made by itself is nobody's parent */
TEST_F(contract, auto_domain_is_no_parent)
{
	struct rig *r = &self->rig;
	uint32_t pt = r->ioas;

	ASSERT_EQ(0, vdev_attach(&r->dev[0], &pt));
	ASSERT_NE(r->ioas, pt);
	TRY_ALLOC(-EINVAL, cmd_.pt_id = pt);
}

#define TRY_S1(err, ...) do { \
	struct iommu_hwpt_vtd_s1 s1_ = self->s1; \
	struct iommu_hwpt_alloc cmd_ = self->alloc; \
	cmd_.data_uptr = (uintptr_t)&s1_; \
	__VA_ARGS__; \
	EXPECT_EQ(err, try_alloc(self, &cmd_)) \
		TH_LOG("with %s", #__VA_ARGS__); \
	} while (0)

TEST_F(contract, vtd_s1)
{
	const uint64_t root = self->s1.pgtbl_addr;
	unsigned int i;

	TRY_S1(0, (void)s1_);
	TRY_S1(0, s1_.flags = IOMMU_VTD_S1_SRE);
	TRY_S1(0, s1_.flags = IOMMU_VTD_S1_EAFE);
	TRY_S1(0, s1_.flags = IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_WPE);
	for (i = 3; i < 64; i++)
		TRY_S1(-EOPNOTSUPP, s1_.flags = 1ull << i);

	for (i = 0; i < 32; i++)
		TRY_S1(-EOPNOTSUPP, s1_.__reserved = 1u << i);

	TRY_S1(0, s1_.addr_width = 57);
	for (i = 0; i <= 64; i++)
		if (i != 48 && i != 57)
			TRY_S1(-EINVAL, s1_.addr_width = i);
	TRY_S1(-EINVAL, s1_.addr_width = UINT32_MAX);

	for (i = 0; i < 12; i++)
		TRY_S1(-EINVAL, s1_.pgtbl_addr = root | 1ull << i);
	/* No GPA is wider than stage-2 can translate */
	TRY_S1(-EINVAL, s1_.pgtbl_addr = 1ull << 57);
	TRY_S1(-EINVAL, s1_.pgtbl_addr = 1ull << 63);
	TRY_S1(-EINVAL, s1_.pgtbl_addr = ~(PAGE_4K - 1));
	/* One that is merely not mapped is the guest's own affair */
	TRY_S1(0, s1_.pgtbl_addr = 0);
	TRY_S1(0, s1_.pgtbl_addr = 1ull << 46);
}

FIXTURE(lacking)
{
	struct rig rig;
};

FIXTURE_VARIANT(lacking)
{
	struct rig_config cfg;
	uint64_t flags;
	unsigned int width;
};

/* A unit that does not have what stage-1 would need */
FIXTURE_VARIANT_ADD(lacking, srs)
{
	.cfg.ecap_clear = VTD_ECAP_SRS | VTD_ECAP_ERS,
	.flags = IOMMU_VTD_S1_SRE,
	.width = 48,
};

FIXTURE_VARIANT_ADD(lacking, eafs)
{
	.cfg.ecap_clear = VTD_ECAP_EAFS,
	.flags = IOMMU_VTD_S1_EAFE,
	.width = 48,
};

FIXTURE_VARIANT_ADD(lacking, fs5lp)
{
	.cfg.cap_clear = VTD_CAP_FS5LP,
	.width = 57,
};

FIXTURE_SETUP(lacking)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&self->rig, &variant->cfg));
}

FIXTURE_TEARDOWN(lacking)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(lacking, refused)
{
	struct rig *r = &self->rig;
	struct iommu_hwpt_vtd_s1 s1 = nest_vtd_data(&r->nest, &r->s1);
	uint32_t id;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	s1.flags = variant->flags;
	s1.addr_width = variant->width;
	EXPECT_EQ(-EINVAL, dsi_hwpt_nested(r->iommufd, r->dev[0].id, r->nest.parent,
					   0, &s1, &id));
	/* And what is attached goes on */
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

FIXTURE(not_nested)
{
	struct rig rig;
};

FIXTURE_SETUP(not_nested)
{
	const struct rig_config cfg = { .ecap_clear = VTD_ECAP_NEST };

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&self->rig, &cfg));
	ASSERT_EQ(0, rig_devices(&self->rig));
	ASSERT_EQ(0, rig_guest(&self->rig));
}

FIXTURE_TEARDOWN(not_nested)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* A unit without nesting makes no parents, and is otherwise useful */
TEST_F(not_nested, no_parent)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(-EOPNOTSUPP, rig_parent(r));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	util_fill(r->guest.va, PAGE_4K, 1);
	EXPECT_EQ(0, rig_sees(r, 0, r->guest.gpa, 1));
}

/* IOMMU_HWPT_ALLOC on an IOAS */
TEST_F(contract, paging)
{
	struct rig *r = &self->rig;
	uint32_t i;

	self->alloc.pt_id = r->ioas;
	self->alloc.data_type = IOMMU_HWPT_DATA_NONE;
	self->alloc.data_len = 0;
	self->alloc.data_uptr = 0;

	TRY_ALLOC(0, (void)cmd_);
	TRY_ALLOC(0, cmd_.flags = IOMMU_HWPT_ALLOC_NEST_PARENT);
	TRY_ALLOC(0, cmd_.flags = IOMMU_HWPT_ALLOC_PASID);
	TRY_ALLOC(0, cmd_.flags = IOMMU_HWPT_ALLOC_PASID |
				  IOMMU_HWPT_ALLOC_NEST_PARENT);
	TRY_ALLOC(-EOPNOTSUPP, cmd_.flags = IOMMU_HWPT_ALLOC_NEST_PARENT |
					    IOMMU_HWPT_FAULT_ID_VALID);
	for (i = 4; i < 32; i++)
		TRY_ALLOC(-EOPNOTSUPP, cmd_.flags = 1u << i);
	for (i = 1; i < 4; i++)
		TRY_ALLOC(-EOPNOTSUPP, cmd_.data_type = i, cmd_.data_len = 24,
			  cmd_.data_uptr = (uintptr_t)&self->s1);
}

FIXTURE(inv)
{
	struct rig rig;
	struct iommu_hwpt_vtd_s1_invalidate entry[4];
	struct iommu_hwpt_invalidate cmd;	/* would succeed */
};

FIXTURE_SETUP(inv)
{
	struct rig *r = &self->rig;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(r, NULL));
	for (i = 0; i < ARRAY_SIZE(self->entry); i++) {
		ASSERT_NE(0, rig_page(r, &r->s1, IOVA + i * PAGE_4K, i));
		self->entry[i].addr = IOVA + i * PAGE_4K;
		self->entry[i].npages = 1;
	}
	self->cmd = (struct iommu_hwpt_invalidate){
		.size = sizeof(self->cmd),
		.hwpt_id = r->nested,
		.data_uptr = (uintptr_t)self->entry,
		.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
		.entry_len = sizeof(self->entry[0]),
		.entry_num = ARRAY_SIZE(self->entry),
	};
}

FIXTURE_TEARDOWN(inv)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

#define TRY_INV(err, num, ...) do { \
	struct iommu_hwpt_invalidate cmd_ = self->cmd; \
	__VA_ARGS__; \
	EXPECT_EQ(err, dsi_ioctl(self->rig.iommufd, IOMMU_HWPT_INVALIDATE, \
				 &cmd_)) \
		TH_LOG("with %s", #__VA_ARGS__); \
	EXPECT_EQ(num, cmd_.entry_num) \
		TH_LOG("with %s", #__VA_ARGS__); \
	} while (0)

TEST_F(inv, call)
{
	struct rig *r = &self->rig;
	uint8_t *end;
	uint32_t i;

	TRY_INV(0, 4, (void)cmd_);
	TRY_INV(0, 1, cmd_.entry_num = 1);
	TRY_INV(-EOPNOTSUPP, 0, cmd_.__reserved = 1);
	TRY_INV(-ENOENT, 0, cmd_.hwpt_id = 0);
	TRY_INV(-EINVAL, 0, cmd_.hwpt_id = r->nest.parent);
	TRY_INV(-EINVAL, 0, cmd_.hwpt_id = r->ioas);
	TRY_INV(-EINVAL, 0, cmd_.hwpt_id = r->dev[0].id);

	/* The type is asked about by an empty array */
	TRY_INV(0, 0, cmd_.entry_num = 0);
	TRY_INV(0, 0, cmd_.entry_num = 0, cmd_.data_uptr = 0,
		cmd_.entry_len = 0);
	for (i = 1; i < 16; i++) {
		TRY_INV(-EINVAL, 0, cmd_.data_type = i);
		TRY_INV(-EINVAL, 0, cmd_.data_type = i, cmd_.entry_num = 0);
	}

	TRY_INV(-EINVAL, 0, cmd_.data_uptr = 0);
	for (i = 0; i < sizeof(self->entry[0]); i++)
		TRY_INV(-EINVAL, 0, cmd_.entry_len = i);
	TRY_INV(-EINVAL, 0, cmd_.entry_len = 32);
	TRY_INV(-EINVAL, 0, cmd_.entry_len = 0x1001);
	TRY_INV(-EINVAL, 0, cmd_.entry_num = (1u << 19) + 1);
	TRY_INV(-EINVAL, 0, cmd_.entry_num = UINT32_MAX);

	TRY_INV(-EFAULT, 0, cmd_.data_uptr = 8);
	TRY_INV(-EFAULT, 0, cmd_.data_uptr = 1ull << 63);

	/* Two and a half entries are there: two are done */
	end = mmap(NULL, 2 * PAGE_4K, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, end);
	ASSERT_EQ(0, munmap(end + PAGE_4K, PAGE_4K));
	memcpy(end + PAGE_4K - 60, self->entry, 60);
	TRY_INV(-EFAULT, 2, cmd_.data_uptr = (uintptr_t)end + PAGE_4K - 60);
}

/* Every field of an entry, bad in every place of the array */
TEST_F(inv, entries)
{
	struct iommu_hwpt_vtd_s1_invalidate good;
	unsigned int at, i;

	for (at = 0; at < ARRAY_SIZE(self->entry); at++) {
		good = self->entry[at];
#define BAD_ENTRY(err, ...) do { \
		struct iommu_hwpt_vtd_s1_invalidate *e = &self->entry[at]; \
		__VA_ARGS__; \
		TRY_INV(err, at, (void)cmd_); \
		*e = good; \
		} while (0)

		for (i = 1; i < 32; i++)
			BAD_ENTRY(-EOPNOTSUPP, e->flags = 1u << i);
		for (i = 0; i < 32; i++)
			BAD_ENTRY(-EOPNOTSUPP, e->__reserved = 1u << i);
		for (i = 0; i < 12; i++)
			BAD_ENTRY(-EINVAL, e->addr |= 1ull << i);
		BAD_ENTRY(-EINVAL, e->npages = UINT64_MAX);
		/* Unknown before forbidden */
		BAD_ENTRY(-EOPNOTSUPP, e->flags = 2, e->addr |= 1);
#undef BAD_ENTRY
	}
	TRY_INV(0, 4, self->entry[1].flags = IOMMU_VTD_INV_FLAGS_LEAF);
	TRY_INV(0, 4, self->entry[2].addr = 0,
		self->entry[2].npages = UINT64_MAX);
}

/*
 * The entries before a bad one are done, those behind it are not. The stale
 * pages tell which is which.
 */
TEST_F(inv, partial)
{
	struct rig *r = &self->rig;
	unsigned int at, i;
	uint64_t gpa, *entry;

	for (at = 0; at < ARRAY_SIZE(self->entry); at++) {
		for (i = 0; i < 4; i++)
			ASSERT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K, i));
		for (i = 0; i < 4; i++) {
			gpa = rig_page(r, &r->s1, 0, 100 + i);
			entry = s1_entry(&r->s1, IOVA + i * PAGE_4K, 1);
			s1_set(entry, gpa | S1_RW);
		}
		self->entry[at].flags = 1u << 31;
		TRY_INV(-EOPNOTSUPP, at, (void)cmd_);
		self->entry[at].flags = 0;
		for (i = 0; i < 4; i++)
			EXPECT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K,
					      i < at ? 100 + i : i));

		/* Back to the start */
		for (i = 0; i < 4; i++) {
			gpa = rig_page(r, &r->s1, 0, i);
			entry = s1_entry(&r->s1, IOVA + i * PAGE_4K, 1);
			s1_set(entry, gpa | S1_RW);
		}
		ASSERT_EQ(0, dsi_invalidate_all(r->iommufd, r->nested));
	}
}

/* Arrays of any length, with a bad entry at any distance */
TEST_F(inv, long_arrays)
{
	static const uint32_t lengths[] = { 1, 2, 31, 32, 33, 63, 64, 65, 127,
					    128, 129, 255, 256, 257, 1000,
					    4096, 70000 };
	struct iommu_hwpt_vtd_s1_invalidate *entries;
	struct rig *r = &self->rig;
	const uint32_t max = 70000;
	uint32_t num;
	unsigned int i;

	entries = calloc(max, sizeof(*entries));
	ASSERT_NE(NULL, entries);
	for (i = 0; i < max; i++) {
		entries[i].addr = IOVA + (i % 4) * PAGE_4K;
		entries[i].npages = 1 + i % 3;
	}
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		num = lengths[i];
		EXPECT_EQ(0, dsi_invalidate(r->iommufd, r->nested, entries,
					    &num));
		EXPECT_EQ(lengths[i], num);

		entries[lengths[i] - 1].flags = 2;
		num = lengths[i];
		EXPECT_EQ(-EOPNOTSUPP, dsi_invalidate(r->iommufd, r->nested,
						      entries, &num));
		EXPECT_EQ(lengths[i] - 1, num);
		num = max;
		EXPECT_EQ(-EOPNOTSUPP, dsi_invalidate(r->iommufd, r->nested,
						      entries, &num));
		EXPECT_EQ(lengths[i] - 1, num);
		entries[lengths[i] - 1].flags = 0;
	}
	free(entries);
}

/* A range that does not fit into the address space never does too little */
TEST_F(inv, ranges_at_the_end)
{
	static const struct {
		uint64_t addr;
		uint64_t npages;
	} cases[] = {
		{ IOVA, 1ull << 52 },
		{ IOVA, UINT64_MAX >> 12 },
		{ IOVA, UINT64_MAX - 1 },
		{ IOVA, 1ull << 63 },
		{ ~(PAGE_4K - 1), 2 },
		{ 0, UINT64_MAX - 1 },
		{ 0, 1ull << 52 },
		{ 0, (1ull << 52) - 1 },
		{ 1ull << 63, 1 },
	};
	struct rig *r = &self->rig;
	uint64_t gpa[2];
	unsigned int i;
	int rc;

	gpa[0] = rig_page(r, &r->s1, 0, 50);
	gpa[1] = rig_page(r, &r->s1, 0, 51);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		s1_set(s1_entry(&r->s1, IOVA, 1), gpa[0] | S1_RW);
		ASSERT_EQ(0, dsi_invalidate_all(r->iommufd, r->nested));
		ASSERT_EQ(0, rig_sees(r, 0, IOVA, 50));
		s1_set(s1_entry(&r->s1, IOVA, 1), gpa[1] | S1_RW);
		rc = dsi_invalidate_range(r->iommufd, r->nested, cases[i].addr,
					  cases[i].npages, 0);
		if (rc) {
			EXPECT_EQ(-EINVAL, rc) TH_LOG("case %u", i);
			continue;
		}
		if (cases[i].addr > IOVA ||
		    IOVA - cases[i].addr >= cases[i].npages * (PAGE_4K * 1.0))
			continue;
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 51)) TH_LOG("case %u", i);
	}
}

/* Objects of one iommufd mean nothing to another */
TEST_F(contract, foreign_objects)
{
	struct rig *r = &self->rig;
	struct iommu_hwpt_alloc alloc = self->alloc;
	int fd = dsi_open();

	ASSERT_GE(fd, 0);
	EXPECT_EQ(-ENOENT, dsi_ioctl(fd, IOMMU_HWPT_ALLOC, &alloc));
	EXPECT_EQ(-ENOENT, dsi_invalidate_all(fd, r->nested));
	EXPECT_EQ(-ENOENT, dsi_destroy(fd, r->nested));
	close(fd);

	EXPECT_EQ(-ENOENT, vdev_attach_id(&r->dev[0], 0));
	EXPECT_EQ(-ENOENT, vdev_attach_id(&r->dev[0], 0x7fffffff));
	EXPECT_EQ(-EINVAL, vdev_attach_id(&r->dev[0], r->dev[0].id));
}

/* What attach and detach themselves refuse */
TEST_F(contract, vfio_calls)
{
	struct rig *r = &self->rig;
	struct vfio_device_attach_iommufd_pt at = {
		.argsz = sizeof(at),
		.pt_id = r->nested,
	};
	struct vfio_device_detach_iommufd_pt de = { .argsz = sizeof(de) };
	unsigned int i;

	for (i = 1; i < 32; i++) {
		at.flags = 1u << i;
		EXPECT_EQ(-EINVAL, dsi_ioctl(r->dev[0].fd,
					     VFIO_DEVICE_ATTACH_IOMMUFD_PT,
					     &at));
		de.flags = 1u << i;
		EXPECT_EQ(-EINVAL, dsi_ioctl(r->dev[0].fd,
					     VFIO_DEVICE_DETACH_IOMMUFD_PT,
					     &de));
	}
	at.flags = 0;
	at.argsz = 8;
	EXPECT_EQ(-EINVAL, dsi_ioctl(r->dev[0].fd,
				     VFIO_DEVICE_ATTACH_IOMMUFD_PT, &at));
	EXPECT_EQ(-EFAULT, dsi_ioctl(r->dev[0].fd,
				     VFIO_DEVICE_ATTACH_IOMMUFD_PT, NULL));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* Page requests are for devices that can make them */
TEST_F(contract, fault_object)
{
	struct rig *r = &self->rig;
	struct iommu_fault_alloc fault = { .size = sizeof(fault) };
	struct iommu_hwpt_alloc cmd = self->alloc;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, dsi_ioctl(r->iommufd, IOMMU_FAULT_QUEUE_ALLOC, &fault));
	cmd.flags = IOMMU_HWPT_FAULT_ID_VALID;
	cmd.fault_id = fault.out_fault_id;
	ASSERT_EQ(0, dsi_ioctl(r->iommufd, IOMMU_HWPT_ALLOC, &cmd));
	EXPECT_EQ(-ENODEV, vdev_attach_id(&r->dev[0], cmd.out_hwpt_id));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, fault.out_fault_id));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, cmd.out_hwpt_id));
	close(fault.out_fault_fd);
	EXPECT_EQ(0, dsi_destroy(r->iommufd, fault.out_fault_id));
}

/* VT-d has no vIOMMU object of its own: the call says so */
TEST_F(contract, no_viommu)
{
	struct rig *r = &self->rig;
	struct iommu_viommu_alloc cmd = {
		.size = sizeof(cmd),
		.dev_id = r->dev[0].id,
		.hwpt_id = r->nest.parent,
	};
	unsigned int i;

	for (i = 0; i < 4; i++) {
		cmd.type = i;
		EXPECT_EQ(-EOPNOTSUPP, dsi_ioctl(r->iommufd,
						 IOMMU_VIOMMU_ALLOC, &cmd));
	}
}

TEST_HARNESS_MAIN
