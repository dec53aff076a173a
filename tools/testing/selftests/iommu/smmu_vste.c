// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest may put into a stream table entry: every bit of it, every kind of
 * entry, and every field of the calls that make it one
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "harness.h"

#define IOVA	0x10000000ull

FIXTURE(vste)
{
	struct rig rig;
	struct iommu_hwpt_arm_smmuv3 good;
};

FIXTURE_SETUP(vste)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = 2,
		.pasid_bits = 8,
	};
	struct rig *r = &self->rig;

	RIG_UP(r, &cfg);
	self->good = nest_vste(&r->nest, &r->s1);
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
}

/* The second endpoint has seen nothing of it */
FIXTURE_TEARDOWN(vste)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, rig_down(r));
}

/* What the kernel says; if it takes the entry, the device is to live with it */
static int try_vste(FIXTURE_DATA(vste) *self, uint64_t w0, uint64_t w1)
{
	const struct iommu_hwpt_arm_smmuv3 vste = { .ste = { w0, w1 } };
	struct rig *r = &self->rig;
	uint32_t hwpt;
	int rc;

	rc = dsi_hwpt_vste(r->iommufd, r->dev[0].id, r->nest.viommu, 0, &vste,
			   &hwpt);
	if (rc)
		return rc;
	rc = vdev_attach_id(&r->dev[0], hwpt);
	if (rc)
		return -EPROTO;
	/* Whatever it finds there, it is not outside of stage-2 */
	rc = ep_read(&r->dev[0], 0x1000, 8, 0, NULL);
	if (rc != -EFAULT)
		return -EBADE;
	rc = vdev_detach(&r->dev[0]);
	return rc ?: dsi_destroy(r->iommufd, hwpt);
}

/* Every bit alone, beside those of an entry that is good */
TEST_F(vste, every_bit)
{
	const uint64_t w0 = self->good.ste[0], w1 = self->good.ste[1];
	/* Not 55:52, which are of addresses that a guest cannot have */
	const uint64_t context = ((1ull << 52) - 1) & ~0x3full;
	/* Config 5 becomes 4, 7 or 1 */
	const uint64_t good0 = STE0_V | STE0_CONFIG(1) | STE0_FMT(3) | context |
			       STE0_CDMAX(0x1full);
	const uint64_t good1 = 0xff | STE1_STALLD | STE1_EATS(1);
	unsigned int bit;

	for (bit = 0; bit < 64; bit++) {
		EXPECT_EQ(good0 & 1ull << bit ? 0 : -EIO,
			  try_vste(self, w0 ^ 1ull << bit, w1))
			TH_LOG("bit %u of word 0", bit);
		EXPECT_EQ(good1 & 1ull << bit ? 0 : -EIO,
			  try_vste(self, w0, w1 ^ 1ull << bit))
			TH_LOG("bit %u of word 1", bit);
	}
}

/* The same, beside those of an entry without tables */
TEST_F(vste, every_bit_of_bypass)
{
	const uint64_t w0 = smmu_vste(STE_BYPASS).ste[0];
	/* Bypass becomes abort, or 5, with a table at 0 */
	const uint64_t good0 = STE0_V | STE0_CONFIG(5) | STE0_FMT(3) |
			       (((1ull << 52) - 1) & ~0x3full) |
			       STE0_CDMAX(0x1full);
	const uint64_t good1 = 0xff | STE1_STALLD | STE1_EATS(1);
	unsigned int bit;

	for (bit = 0; bit < 64; bit++) {
		EXPECT_EQ(good0 & 1ull << bit ? 0 : -EIO,
			  try_vste(self, w0 ^ 1ull << bit, 0))
			TH_LOG("bit %u of word 0", bit);
		EXPECT_EQ(good1 & 1ull << bit ? 0 : -EIO,
			  try_vste(self, w0, 1ull << bit))
			TH_LOG("bit %u of word 1", bit);
	}
}

/* Every Config, with everything else as it should be */
TEST_F(vste, every_config)
{
	const uint64_t w0 = self->good.ste[0] & ~STE0_CONFIG(7ull);
	unsigned int config;

	for (config = 0; config < 8; config++)
		EXPECT_EQ(config == STE_ABORT || config == STE_BYPASS ||
			  config == STE_S1 ? 0 : -EIO,
			  try_vste(self, w0 | STE0_CONFIG((uint64_t)config),
				   self->good.ste[1]))
			TH_LOG("Config %u", config);
}

/* An invalid entry may have anything in it: nothing of it is looked at */
TEST_F(vste, invalid)
{
	unsigned int bit;

	for (bit = 1; bit < 64; bit++) {
		EXPECT_EQ(0, try_vste(self, 1ull << bit, 0));
		EXPECT_EQ(0, try_vste(self, 0, 1ull << bit));
	}
	EXPECT_EQ(0, try_vste(self, ~STE0_V, ~0ull));
}

static int attach(FIXTURE_DATA(vste) *self, uint64_t w0, uint64_t w1)
{
	const struct iommu_hwpt_arm_smmuv3 vste = { .ste = { w0, w1 } };
	struct rig *r = &self->rig;
	uint32_t hwpt;
	int rc;

	rc = dsi_hwpt_vste(r->iommufd, r->dev[0].id, r->nest.viommu, 0, &vste,
			   &hwpt);
	return rc ?: vdev_attach_id(&r->dev[0], hwpt);
}

/* What each kind of entry does, from each other */
TEST_F(vste, kinds)
{
	struct rig *r = &self->rig;
	const uint64_t gpa = s1_gpa(&r->s1, IOVA, 1);
	const uint64_t bypass = smmu_vste(STE_BYPASS).ste[0];
	const uint64_t abort = smmu_vste(STE_ABORT).ste[0];
	/* Entry, and whether the IOVA and the GPA can be read */
	const struct {
		uint64_t w0;
		uint64_t w1;
		int iova;
		int gpa;
	} kinds[] = {
		{ 0, 0, -EFAULT, -EFAULT },
		{ abort, 0, -EFAULT, -EFAULT },
		{ bypass, 0, -EFAULT, 0 },
		{ self->good.ste[0], self->good.ste[1], 0, -EFAULT },
	};
	unsigned int from, to, i;

	for (from = 0; from < 4; from++) {
		for (to = 0; to < 4; to++) {
			ASSERT_EQ(0, attach(self, kinds[from].w0,
					    kinds[from].w1));
			EXPECT_EQ(kinds[from].iova, rig_sees(r, 0, IOVA, 1));
			ASSERT_EQ(0, attach(self, kinds[to].w0, kinds[to].w1));
			for (i = 0; i < 2; i++) {
				EXPECT_EQ(kinds[to].iova,
					  rig_sees(r, 0, IOVA, 1))
					TH_LOG("%u to %u", from, to);
				EXPECT_EQ(kinds[to].gpa,
					  rig_sees(r, 0, gpa, 1))
					TH_LOG("%u to %u", from, to);
			}
		}
	}
	/* Bypass is of stage-1: what stage-2 has not is not reached */
	ASSERT_EQ(0, attach(self, bypass, 0));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, guest_phys(r->guest.va), 1));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], r->guest.gpa + r->guest.size, 8,
				    1, NULL));
}

/* Tables that are nowhere, not aligned, or far too large for where they are */
TEST_F(vste, tables_nowhere)
{
	struct rig *r = &self->rig;
	const uint64_t s1 = STE0_V | STE0_CONFIG(STE_S1);
	const uint64_t at[] = {
		0, r->guest.gpa + r->guest.size, 1ull << 40, 1ull << 47,
		1ull << 51, ((1ull << 52) - 1) & ~0x3full, SW_MSI,
		r->s1.root + 64, 0xfee00000,
	};
	uint64_t i, fmt, bits;
	int rc;

	for (i = 0; i < ARRAY_SIZE(at) * 4 * 7; i++) {
		fmt = i % 4;
		bits = i / 4 % 7 * 5;
		rc = try_vste(self, s1 | at[i / 28] | STE0_FMT(fmt) |
			      STE0_CDMAX(bits), STE1_DSS(2));
		EXPECT_EQ(0, rc) {
			TH_LOG("%#llx, format %u, %u bits",
			       (unsigned long long)at[i / 28],
			       (unsigned int)fmt, (unsigned int)bits);
		}
	}
}

/* IOMMU_HWPT_ALLOC */
#define TRY_ALLOC(err, ...) do { \
	struct iommu_hwpt_alloc cmd_ = alloc; \
	__VA_ARGS__; \
	EXPECT_EQ(err, dsi_ioctl(r->iommufd, IOMMU_HWPT_ALLOC, &cmd_)) \
		TH_LOG("with %s", #__VA_ARGS__); \
	} while (0)

TEST_F(vste, hwpt_alloc)
{
	struct rig *r = &self->rig;
	uint8_t data[64] = {};
	const struct iommu_hwpt_alloc alloc = {
		.size = sizeof(alloc),
		.dev_id = r->dev[0].id,
		.pt_id = r->nest.viommu,
		.data_type = IOMMU_HWPT_DATA_ARM_SMMUV3,
		.data_len = sizeof(self->good),
		.data_uptr = (uintptr_t)data,
	};
	uint32_t i;
	uint8_t *end;

	memcpy(data, &self->good, sizeof(self->good));
	TRY_ALLOC(0, (void)cmd_);
	TRY_ALLOC(-ENOENT, cmd_.dev_id = 0);
	TRY_ALLOC(-EINVAL, cmd_.pt_id = 0);
	TRY_ALLOC(-EINVAL, cmd_.pt_id = r->dev[0].id);
	TRY_ALLOC(-EINVAL, cmd_.pt_id = r->nested);
	/* Through the vIOMMU only: the VMID is its own */
	TRY_ALLOC(-EOPNOTSUPP, cmd_.pt_id = r->nest.parent);
	TRY_ALLOC(-EOPNOTSUPP, cmd_.pt_id = r->ioas);

	TRY_ALLOC(-ENOENT, cmd_.flags = IOMMU_HWPT_FAULT_ID_VALID);
	for (i = 0; i < 32; i++)
		if (1u << i != IOMMU_HWPT_FAULT_ID_VALID)
			TRY_ALLOC(-EOPNOTSUPP, cmd_.flags = 1u << i);

	for (i = 0; i < 32; i++)
		if (i != IOMMU_HWPT_DATA_ARM_SMMUV3)
			TRY_ALLOC(-EINVAL, cmd_.data_type = i);
	for (i = 1; i < 64; i++)
		if (i != sizeof(self->good))
			TRY_ALLOC(-EINVAL, cmd_.data_len = i);

	TRY_ALLOC(-EFAULT, cmd_.data_uptr = 0);
	TRY_ALLOC(-EFAULT, cmd_.data_uptr = 1ull << 63);
	end = mmap(NULL, 2 * PAGE_4K, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, end);
	ASSERT_EQ(0, munmap(end + PAGE_4K, PAGE_4K));
	TRY_ALLOC(-EFAULT, cmd_.data_uptr = (uintptr_t)end + PAGE_4K - 8);
}

/* IOMMU_VIOMMU_ALLOC, IOMMU_VDEVICE_ALLOC, IOMMU_VEVENTQ_ALLOC */
#define TRY(err, ioctl_, good_, ...) do { \
	__typeof__(good_) cmd_ = good_; \
	__VA_ARGS__; \
	EXPECT_EQ(err, dsi_ioctl(r->iommufd, ioctl_, &cmd_)) \
		TH_LOG(#ioctl_ " with %s", #__VA_ARGS__); \
	} while (0)

TEST_F(vste, viommu_alloc)
{
	struct rig *r = &self->rig;
	struct iommu_viommu_alloc good = {
		.size = sizeof(good),
		.type = IOMMU_VIOMMU_TYPE_ARM_SMMUV3,
		.dev_id = r->dev[0].id,
		.hwpt_id = r->nest.parent,
	};
	uint32_t plain, i;

	TRY(0, IOMMU_VIOMMU_ALLOC, good, (void)cmd_);
	TRY(-EINVAL, IOMMU_VIOMMU_ALLOC, good, cmd_.size = 8);
	for (i = 0; i < 32; i++) {
		TRY(-EOPNOTSUPP, IOMMU_VIOMMU_ALLOC, good,
		    cmd_.flags = 1u << i);
		if (i != IOMMU_VIOMMU_TYPE_ARM_SMMUV3)
			TRY(-EOPNOTSUPP, IOMMU_VIOMMU_ALLOC, good,
			    cmd_.type = i);
	}
	TRY(-ENOENT, IOMMU_VIOMMU_ALLOC, good, cmd_.dev_id = 0);
	TRY(-ENOENT, IOMMU_VIOMMU_ALLOC, good, cmd_.hwpt_id = 0);
	TRY(-ENOENT, IOMMU_VIOMMU_ALLOC, good, cmd_.hwpt_id = r->nested);
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas, 0,
				     &plain));
	TRY(-EINVAL, IOMMU_VIOMMU_ALLOC, good, cmd_.hwpt_id = plain);
}

TEST_F(vste, vdevice_alloc)
{
	struct rig *r = &self->rig;
	struct iommu_vdevice_alloc good = {
		.size = sizeof(good),
		.viommu_id = r->nest.viommu,
		.dev_id = r->dev[0].id,
		.virt_id = 0x123,
	};

	/* One for each device */
	TRY(-EEXIST, IOMMU_VDEVICE_ALLOC, good, (void)cmd_);
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	/* And a StreamID for one device */
	TRY(-EEXIST, IOMMU_VDEVICE_ALLOC, good,
	    cmd_.virt_id = r->nest.devs[1].vsid);
	TRY(-EINVAL, IOMMU_VDEVICE_ALLOC, good, cmd_.virt_id = 1ull << 32);
	TRY(-EINVAL, IOMMU_VDEVICE_ALLOC, good, cmd_.virt_id = UINT64_MAX);
	TRY(-ENOENT, IOMMU_VDEVICE_ALLOC, good, cmd_.viommu_id = 0);
	TRY(-ENOENT, IOMMU_VDEVICE_ALLOC, good,
	    cmd_.viommu_id = r->nest.parent);
	TRY(-ENOENT, IOMMU_VDEVICE_ALLOC, good, cmd_.dev_id = 0);
	/* Any name will do, that of the other device's hardware too */
	TRY(0, IOMMU_VDEVICE_ALLOC, good, cmd_.virt_id = RIG_SID(1));
	nest_forget_dev(&r->nest, r->dev[0].id);
}

TEST_F(vste, veventq_alloc)
{
	struct rig *r = &self->rig;
	struct iommu_veventq_alloc good = {
		.size = sizeof(good),
		.viommu_id = r->nest.viommu,
		.type = IOMMU_VEVENTQ_TYPE_ARM_SMMUV3,
		.veventq_depth = 8,
	};
	uint32_t id;
	int fd;

	TRY(-EOPNOTSUPP, IOMMU_VEVENTQ_ALLOC, good, cmd_.flags = 1);
	TRY(-EOPNOTSUPP, IOMMU_VEVENTQ_ALLOC, good, cmd_.__reserved = 1);
	TRY(-EOPNOTSUPP, IOMMU_VEVENTQ_ALLOC, good, cmd_.type = 0);
	TRY(-EINVAL, IOMMU_VEVENTQ_ALLOC, good, cmd_.veventq_depth = 0);
	TRY(-EINVAL, IOMMU_VEVENTQ_ALLOC, good,
	    cmd_.veventq_depth = UINT32_MAX);
	TRY(-ENOENT, IOMMU_VEVENTQ_ALLOC, good, cmd_.viommu_id = 0);
	ASSERT_EQ(0, dsi_veventq(r->iommufd, r->nest.viommu, 8, &id, &fd));
	TRY(-EEXIST, IOMMU_VEVENTQ_ALLOC, good, (void)cmd_);
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, id));
	close(fd);
	EXPECT_EQ(0, dsi_destroy(r->iommufd, id));
}

/* Stage-1 is for devices that the guest has a name for */
TEST_F(vste, attach_needs_vdevice)
{
	struct rig *r = &self->rig;
	const uint64_t bypass = smmu_vste(STE_BYPASS).ste[0];
	const uint64_t abort = smmu_vste(STE_ABORT).ste[0];

	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	EXPECT_EQ(-ENOENT, attach(self, self->good.ste[0], self->good.ste[1]));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	/* What a guest has while its SMMU is off needs no name */
	EXPECT_EQ(0, attach(self, bypass, 0));
	EXPECT_EQ(0, rig_sees(r, 0, s1_gpa(&r->s1, IOVA, 1), 1));
	EXPECT_EQ(0, attach(self, abort, 0));
	EXPECT_EQ(0, attach(self, 0, 0));
	EXPECT_EQ(-ENOENT, attach(self, self->good.ste[0], self->good.ste[1]));
	nest_forget_dev(&r->nest, r->dev[0].id);
	ASSERT_EQ(0, nest_add_dev(&r->nest, r->dev[0].id));
	EXPECT_EQ(0, attach(self, self->good.ste[0], self->good.ste[1]));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* A nested HWPT is for requests without PASID: the guest has the others in it */
TEST_F(vste, pasids)
{
	struct rig *r = &self->rig;
	uint32_t plain;

	EXPECT_GT(0, vdev_attach_pasid(&r->dev[0], 1, r->nested));
	EXPECT_GT(0, vdev_attach_pasid(&r->dev[0], 1, r->nest.parent));
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
				     IOMMU_HWPT_ALLOC_PASID, &plain));
	EXPECT_GT(0, vdev_attach_pasid(&r->dev[0], 1, plain));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, plain));
}

/*
 * A guest changes its entry while its device works: where the guide promises no
 * gap none is seen, whenever the device looks
 */
FIXTURE(gap)
{
	struct rig rig;
	struct smmu_cds cds[2];
	uint64_t gpa;
};

#define GAP_BITS	5
#define PATIENCE_MS	60000

FIXTURE_SETUP(gap)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.pasid_bits = 8,
	};
	struct rig *r = &self->rig;
	uint64_t cd[CD_WORDS];
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	/* The test lets go what it holds */
	ASSERT_EQ(0, mock_driver_param(MOCK_SMMUV3, "timeout_ms", PATIENCE_MS));
	RIG_UP(r, &cfg);
	/* The same bytes, whether stage-1 is in between or not */
	self->gpa = rig_page(r, &r->s1, IOVA, 1);
	ASSERT_NE(0, self->gpa);
	ASSERT_EQ(0, s1_map(&r->s1, self->gpa, self->gpa, S1_4K, S1_RW));
	smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, smmu_cds_create(&self->cds[i], &r->guest,
					     STE_FMT_LINEAR, GAP_BITS));
		smmu_cd_set(smmu_cd(&self->cds[i], 0), cd);
		smmu_cd_set(smmu_cd(&self->cds[i], 1), cd);
	}
}

FIXTURE_TEARDOWN(gap)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	EXPECT_EQ(0, mock_driver_param(MOCK_SMMUV3, "timeout_ms", 1000));
}

/* An entry with which requests without PASID find the page at its own address */
struct gap_entry {
	bool s1;
	unsigned int table;
	unsigned int bits;
	unsigned int dss;
	uint32_t hwpt;
};

static int gap_hwpt(FIXTURE_DATA(gap) *self, struct gap_entry *e)
{
	struct iommu_hwpt_arm_smmuv3 vste = smmu_vste(STE_BYPASS);
	struct smmu_cds cds = self->cds[e->table];
	struct rig *r = &self->rig;

	cds.bits = e->bits;
	if (e->s1)
		vste = smmu_vste_s1(&cds, STE1_DSS((uint64_t)e->dss));
	return dsi_hwpt_vste(r->iommufd, r->dev[0].id, r->nest.viommu, 0, &vste,
			     &e->hwpt);
}

static bool gap_promised(const struct gap_entry *a, const struct gap_entry *b)
{
	if (!a->s1 || !b->s1 || !a->bits || !b->bits || a->dss == b->dss)
		return true;
	return a->table == b->table && a->bits == b->bits;
}

struct gap_attach {
	struct vdev *dev;
	uint32_t hwpt;
	atomic_bool done;
	int rc;
};

static void *gap_thread(void *arg)
{
	struct gap_attach *a = arg;

	a->rc = vdev_attach_id(a->dev, a->hwpt);
	a->done = true;
	return NULL;
}

/* Returns 1 if the queue stands still, 0 if the attachment is done */
static int gap_wait(FIXTURE_DATA(gap) *self, struct gap_attach *a)
{
	char state[64];
	int rc;

	for (;;) {
		bool done = a->done;

		rc = mock_hold_state(&self->rig.mock, state, sizeof(state));
		if (rc)
			return rc;
		if (!strncmp(state, "held", 4))
			return 1;
		if (done)
			return 0;
		usleep(100);
	}
}

/*
 * Attach @to, and look when the @nth CMD_SYNC of that is to be executed: what the
 * driver has written so far is there to be seen. Returns 1 if there is no such.
 */
static int gap_look(FIXTURE_DATA(gap) *self, const struct gap_entry *to,
		    unsigned int nth, bool pasid)
{
	struct rig *r = &self->rig;
	struct gap_attach a = { .dev = &r->dev[0], .hwpt = to->hwpt };
	pthread_t thread;
	int held, rc;

	rc = mock_hold(&r->mock, "sync", nth);
	if (rc)
		return rc;
	rc = -pthread_create(&thread, NULL, gap_thread, &a);
	if (rc)
		return rc;
	held = gap_wait(self, &a);
	if (held == 1)
		rc = rig_sees(r, 0, self->gpa, 1);
	if (held == 1 && !rc && pasid) {
		ep_pasid(&r->dev[0], MOCK_EP_PASID_VALID | 1);
		rc = rig_sees(r, 0, self->gpa, 1);
		ep_pasid(&r->dev[0], 0);
	}
	mock_go(&r->mock);
	pthread_join(thread, NULL);
	if (held < 0 || rc || a.rc)
		return rc ?: a.rc ?: held;
	return !held;
}

TEST_F(gap, none)
{
	struct gap_entry entries[] = {
		{ .s1 = false },
		{ true, 0, 0, STE_DSS_TERMINATE, 0 },
		{ true, 0, 0, STE_DSS_BYPASS, 0 },
		{ true, 0, 0, STE_DSS_SSID0, 0 },
		{ true, 1, 0, STE_DSS_TERMINATE, 0 },
		{ true, 1, 0, STE_DSS_SSID0, 0 },
		{ true, 0, GAP_BITS, STE_DSS_BYPASS, 0 },
		{ true, 0, GAP_BITS, STE_DSS_SSID0, 0 },
		{ true, 1, GAP_BITS, STE_DSS_BYPASS, 0 },
		{ true, 1, GAP_BITS, STE_DSS_SSID0, 0 },
		{ true, 0, GAP_BITS - 1, STE_DSS_SSID0, 0 },
	};
	const unsigned int nr = ARRAY_SIZE(entries);
	struct rig *r = &self->rig;
	unsigned int i, nth;
	int rc;

	for (i = 0; i < nr; i++)
		ASSERT_EQ(0, gap_hwpt(self, &entries[i]));
	for (i = 0; i < nr * nr; i++) {
		const struct gap_entry *from = &entries[i / nr];
		const struct gap_entry *to = &entries[i % nr];

		if (!gap_promised(from, to))
			continue;
		for (rc = 0, nth = 1; !rc; nth++) {
			ASSERT_EQ(0, vdev_attach_id(&r->dev[0], from->hwpt));
			ASSERT_EQ(0, rig_sees(r, 0, self->gpa, 1));
			rc = gap_look(self, to, nth, from->bits && to->bits);
		}
		ASSERT_EQ(1, rc)
			TH_LOG("entry %u to %u, CMD_SYNC %u", i / nr, i % nr,
			       nth - 1);
		ASSERT_EQ(0, rig_sees(r, 0, self->gpa, 1));
	}
}

/* A unit that has one stage only, or cannot make both work together */
FIXTURE(lacking)
{
	struct rig rig;
};

FIXTURE_VARIANT(lacking)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(lacking, stage1)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_S1P | SMMU_IDR0_CD2L | SMMU_IDR0_HYP, 0 },
	.cfg.idr[1] = { SMMU_IDR1_SSIDSIZE, 0 },
	.cfg.idr[3] = { SMMU_IDR3_HAD, 0 },
};

FIXTURE_VARIANT_ADD(lacking, stage2)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_S2P | SMMU_IDR0_VMID16 | SMMU_IDR0_HYP, 0 },
};

FIXTURE_SETUP(lacking)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&self->rig, &variant->cfg));
	ASSERT_EQ(0, rig_devices(&self->rig));
	ASSERT_EQ(0, rig_guest(&self->rig));
}

FIXTURE_TEARDOWN(lacking)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* It makes no parents, and is otherwise useful */
TEST_F(lacking, no_parent)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(-EOPNOTSUPP, rig_parent(r));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	util_fill(r->guest.va, PAGE_4K, 1);
	EXPECT_EQ(0, rig_sees(r, 0, r->guest.gpa, 1));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, r->guest.gpa + r->guest.size, 1));
}

TEST_HARNESS_MAIN
