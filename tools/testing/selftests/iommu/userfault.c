// SPDX-License-Identifier: GPL-2.0-only
/*
 * Userspace that lets the kernel wait for its memory: it may wait itself, and
 * nobody else does
 */
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "held.h"

#define IOVA	0x00000cccc0000000ull
/* Entries of an array of invalidations: more than any block that is copied */
#define ENTRIES	100

#define NO_UFFD	"no userfaultfd"

FIXTURE(array)
{
	struct rig rig;
	struct mock other;
	struct held held;
	struct job job;
	void *entries;
	uint32_t done;
	uint32_t second;
};

FIXTURE_VARIANT(array)
{
	struct rig_config cfg;
	/* Entries that are there, before the first that is not */
	unsigned int there;
};

FIXTURE_VARIANT_ADD(array, vtd_first)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(array, vtd_later)
{
	.cfg.type = MOCK_VTD,
	.there = 70,
};

FIXTURE_VARIANT_ADD(array, vtd_ats)
{
	.cfg.type = MOCK_VTD,
	.cfg.ats = true,
	.cfg.async = true,
	.there = 70,
};

/* By a vIOMMU */
FIXTURE_VARIANT_ADD(array, raw_first)
{
	.cfg.type = MOCK_VTD,
	.cfg.raw = true,
};

FIXTURE_VARIANT_ADD(array, raw_later)
{
	.cfg.type = MOCK_VTD,
	.cfg.raw = true,
	.there = 70,
};

FIXTURE_VARIANT_ADD(array, raw_ats)
{
	.cfg.type = MOCK_VTD,
	.cfg.raw = true,
	.cfg.ats = true,
	.cfg.async = true,
	.there = 70,
};

FIXTURE_VARIANT_ADD(array, smmu_first)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(array, smmu_later)
{
	.cfg.type = MOCK_SMMUV3,
	.there = 70,
};

FIXTURE_VARIANT_ADD(array, smmu_ats)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
	.cfg.async = true,
	.there = 70,
};

/* A unit that has nothing to do with the rig's, and an endpoint */
static int make_other(struct mock *m, enum mock_type type)
{
	int rc;

	rc = mock_create(m, type, "kst-other");
	if (!rc)
		rc = mock_add_endpoint(m, "ep0", RIG_SID(0));
	return rc ?: mock_set_live(m, true);
}

FIXTURE_SETUP(array)
{
	struct rig *r = &self->rig;
	int rc;

	self->held.fd = -1;
	rc = held_create(&self->held);
	if (rc == -ENODEV)
		SKIP(return, NO_UFFD);
	ASSERT_EQ(0, rc);
	RIG_UP(r, &variant->cfg);
	ASSERT_EQ(0, make_other(&self->other, variant->cfg.type));
	ASSERT_EQ(0, rig_hwpt(r, &r->s1, &self->second));
}

FIXTURE_TEARDOWN(array)
{
	held_destroy(&self->held);
	EXPECT_EQ(0, rig_down(&self->rig));
	EXPECT_EQ(0, mock_destroy(&self->other));
}

static uint64_t page_iova(unsigned int i)
{
	return IOVA + i * PAGE_4K;
}

/*
 * Each entry invalidates a page, the last ones are in the page that does not
 * come. What that is to be is in the page before it.
 */
static void make_entries(FIXTURE_DATA(array) *self, unsigned int there)
{
	struct iommu_hwpt_vtd_s1_invalidate vtd = { .npages = 1 };
	struct rig *r = &self->rig;
	bool smmu = r->cfg.type == MOCK_SMMUV3;
	size_t size = smmu ? sizeof(smmu_cmd) :
		      r->cfg.raw ? sizeof(vtd_desc) : sizeof(vtd);
	unsigned int i;

	self->entries = self->held.page - there * size;
	for (i = 0; i < ENTRIES; i++) {
		uint8_t *to = (i < there ? self->held.page : self->held.area) +
			      ((int)i - (int)there) * (int)size;
		vtd_desc desc = vtd_desc_pages(r->s1.asid, 0, page_iova(i), 0,
					       true);
		smmu_cmd cmd = smmu_cmd_va(r->s1.asid, page_iova(i), true);

		vtd.addr = page_iova(i);
		memcpy(to, smmu ? (void *)&cmd :
		       r->cfg.raw ? (void *)&desc : (void *)&vtd, size);
	}
}

static int invalidate(void *arg)
{
	FIXTURE_DATA(array) *self = arg;
	struct rig *r = &self->rig;

	self->done = ENTRIES;
	if (r->cfg.type == MOCK_SMMUV3)
		return dsi_commands(r->iommufd, r->nest.viommu, self->entries,
				    &self->done);
	if (r->cfg.raw)
		return dsi_descriptors(r->iommufd, r->nest.viommu,
				       self->entries, sizeof(vtd_desc),
				       &self->done);
	return dsi_invalidate(r->iommufd, r->nested, self->entries,
			      &self->done);
}

/* Somebody invalidates, and waits for his memory */
static int begin(FIXTURE_DATA(array) *self, unsigned int there)
{
	int rc;

	make_entries(self, there);
	rc = job_start(&self->job, invalidate, self);
	return rc ?: held_wait(&self->held, 60000, NULL);
}

static int other_goes(void *arg)
{
	FIXTURE_DATA(array) *self = arg;

	return mock_set_live(&self->other, false);
}

TEST_F(array, another_unit_goes)
{
	struct job go;

	ASSERT_EQ(0, begin(self, variant->there));
	ASSERT_EQ(0, job_start(&go, other_goes, self));
	EXPECT_TRUE(job_ends(&go));
	EXPECT_FALSE(job_done(&self->job));

	ASSERT_EQ(0, held_answer(&self->held));
	EXPECT_EQ(0, job_join(&self->job));
	EXPECT_EQ(ENTRIES, self->done);
	EXPECT_EQ(0, job_join(&go));
}

static int attach_around(void *arg)
{
	FIXTURE_DATA(array) *self = arg;
	struct rig *r = &self->rig;
	int i, rc = 0;

	for (i = 0; i < 200 && !rc; i++) {
		rc = vdev_detach(&r->dev[0]);
		if (!rc)
			rc = vdev_attach_id(&r->dev[0],
					    i & 1 ? r->nested : self->second);
	}
	return rc;
}

/*
 * What is attached goes and comes; afterwards all entries are done, those that
 * came before and those that came later
 */
TEST_F(array, attachments_go)
{
	struct rig *r = &self->rig;
	struct job around;
	unsigned int i;
	uint64_t gpa;

	gpa = rig_page(r, &r->s1, 0, 2);
	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, begin(self, variant->there));
	ASSERT_EQ(0, job_start(&around, attach_around, self));
	EXPECT_TRUE(job_ends(&around));
	EXPECT_FALSE(job_done(&self->job));
	EXPECT_EQ(0, job_join(&around));
	/* Stale from here on, which only the last entries can mend */
	for (i = 0; i < ENTRIES; i++) {
		ASSERT_NE(0, rig_page(r, &r->s1, page_iova(i), 1));
		EXPECT_EQ(0, rig_sees(r, 0, page_iova(i), 1));
		ASSERT_EQ(0, s1_map(&r->s1, page_iova(i), gpa, S1_4K, S1_RW));
	}

	ASSERT_EQ(0, held_answer(&self->held));
	EXPECT_EQ(0, job_join(&self->job));
	EXPECT_EQ(ENTRIES, self->done);
	for (i = variant->there; i < ENTRIES; i++)
		/* Else what the device has is not told of here */
		if (!r->cfg.ats || (r->cfg.type == MOCK_VTD && !r->cfg.raw))
			EXPECT_EQ(0, rig_sees(r, 0, page_iova(i), 2));
}

/* Nothing is attached any more when the rest of the array comes */
TEST_F(array, nothing_attached)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, begin(self, variant->there));
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, held_answer(&self->held));
	EXPECT_EQ(0, job_join(&self->job));
	EXPECT_EQ(ENTRIES, self->done);
}

/* Neither is there a unit */
TEST_F(array, own_unit_goes)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, begin(self, variant->there));
	vdev_close(&r->dev[0]);
	EXPECT_EQ(0, mock_set_live(&r->mock, false));
	ASSERT_EQ(0, held_answer(&self->held));
	EXPECT_EQ(0, job_join(&self->job));
	EXPECT_EQ(ENTRIES, self->done);
}

/* The array ends in memory that is none */
TEST_F(array, page_is_none)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, begin(self, variant->there));
	ASSERT_EQ(0, munmap(self->held.page, PAGE_4K));
	held_leave(&self->held);
	EXPECT_EQ(-EFAULT, job_join(&self->job));
	EXPECT_EQ(variant->there, self->done);
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
}

/*
 * A vEVENTQ whose maker is kept waiting has events of its guest wait. They are
 * not everybody's.
 */
FIXTURE(events)
{
	struct rig rig;
	struct nest nest;
	struct s1 s1;
	struct held held;
	struct job job;
	uint32_t nested;
	uint32_t id;
	int queue;
};

FIXTURE_SETUP(events)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3, .nr_eps = 2 };
	struct rig *r = &self->rig;
	int rc;

	self->held.fd = -1;
	rc = held_create(&self->held);
	if (rc == -ENODEV)
		SKIP(return, NO_UFFD);
	ASSERT_EQ(0, rc);
	RIG_PARENT(r, &cfg);

	/* A guest has the first device, another one the second */
	self->nest = r->nest;
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[1].vdevice));
	nest_forget_dev(&r->nest, r->dev[1].id);
	ASSERT_EQ(0, nest_create(&self->nest, r->dev[1].id, r->ioas, 0));
	ASSERT_EQ(0, nest_add_dev(&self->nest, r->dev[1].id));
	ASSERT_EQ(0, dsi_veventq(r->iommufd, self->nest.viommu, 64, &self->id,
				 &self->queue));

	ASSERT_EQ(0, rig_s1(r, &r->s1));
	ASSERT_EQ(0, rig_hwpt(r, &r->s1, &r->nested));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	ASSERT_EQ(0, nest_s1(&self->nest, &self->s1, &r->guest, RIG_WIDTH));
	ASSERT_EQ(0, nest_hwpt(&self->nest, r->dev[1].id, 0, &self->s1,
			       &self->nested));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], self->nested));
}

FIXTURE_TEARDOWN(events)
{
	held_destroy(&self->held);
	close(self->queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int make_queue(void *arg)
{
	FIXTURE_DATA(events) *self = arg;

	return dsi_ioctl(self->rig.iommufd, IOMMU_VEVENTQ_ALLOC,
			 self->held.page);
}

/* Until the next one makes the table of file descriptors larger, from @full on */
static void fill_files(FIXTURE_DATA(events) *self, int full)
{
	int fd;

	do {
		fd = dup(self->queue);
	} while (fd >= 0 && fd < full - 1);
}

/*
 * A table of file descriptors that is full is made anew, for which the maker
 * of another one waits: in the kernel, when it has read what it was told, and
 * before it tells what came out. Then the memory goes. Returns whether it waits.
 */
static bool begin_queue(FIXTURE_DATA(events) *self)
{
	struct iommu_veventq_alloc *cmd = (void *)self->held.area;
	const struct sched_param first = { .sched_priority = 1 };
	int full, state;
	bool write;

	/* This thread runs as soon as the other one waits */
	if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &first))
		return false;
	for (full = 64; full <= 512; full *= 2) {
		*cmd = (struct iommu_veventq_alloc){
			.size = sizeof(*cmd),
			.viommu_id = self->rig.nest.viommu,
			.type = IOMMU_VEVENTQ_TYPE_ARM_SMMUV3,
			.veventq_depth = 512,
		};
		if (held_again(&self->held) ||
		    job_start(&self->job, make_queue, self) ||
		    held_wait(&self->held, 60000, &write))
			return false;
		state = job_state_open(&self->job);
		fill_files(self, full);
		if (held_answer(&self->held))
			return false;
		while (!job_done(&self->job)) {
			if (held_wait(&self->held, 0, &write)) {
				if (job_state(state) == 'D')
					held_again(&self->held);
				usleep(50);
				continue;
			}
			if (write)
				return true;
			if (held_answer(&self->held))
				return false;
		}
		close(state);
		if (job_join(&self->job))
			return false;
		held_answer(&self->held);
		memcpy(cmd, self->held.page, sizeof(*cmd));
		close(cmd->out_veventq_fd);
		if (dsi_destroy(self->rig.iommufd, cmd->out_veventq_id))
			return false;
	}
	return false;
}

static int attach_first(void *arg)
{
	FIXTURE_DATA(events) *self = arg;
	struct rig *r = &self->rig;

	return vdev_detach(&r->dev[0]) ?:
	       vdev_attach_id(&r->dev[0], r->nested);
}

TEST_F(events, only_its_guest_waits)
{
	struct iommu_veventq_alloc *cmd = (void *)self->held.page;
	struct rig *r = &self->rig;
	struct dsi_vevent ev;
	struct job attach;
	unsigned int i;
	int queue;

	if (!begin_queue(self))
		SKIP(return, "the kernel does not wait where it could be caught");

	/* More than can be kept for one that may listen sometime */
	for (i = 0; i < 300; i++)
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], page_iova(i), 8, 0,
					   NULL));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], page_iova(i), 8, 0,
					   NULL));
		ASSERT_EQ(0, dsi_vevent(self->queue, 60000, &ev));
		EXPECT_EQ(i, ev.sequence);
		EXPECT_EQ(page_iova(i), ev.evt[2]);
	}
	ASSERT_EQ(0, job_start(&attach, attach_first, self));
	EXPECT_TRUE(job_ends(&attach));
	EXPECT_FALSE(job_done(&self->job));

	/* Those that could be kept come, and what happens from now on */
	ASSERT_EQ(0, held_answer(&self->held));
	ASSERT_EQ(0, job_join(&self->job));
	EXPECT_EQ(0, job_join(&attach));
	queue = cmd->out_veventq_fd;
	for (i = 0; i < 64; i++) {
		ASSERT_EQ(0, dsi_vevent(queue, 60000, &ev));
		EXPECT_EQ(i, ev.sequence);
		EXPECT_EQ(page_iova(i), ev.evt[2]);
	}
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], page_iova(1000), 8, 0, NULL));
	do {
		ASSERT_EQ(0, dsi_vevent(queue, 60000, &ev));
	} while (ev.evt[2] != page_iova(1000));
	close(queue);
}

/* Everything is closed while events of the guest wait */
TEST_F(events, all_goes)
{
	struct rig *r = &self->rig;
	unsigned int i;

	if (!begin_queue(self))
		SKIP(return, "the kernel does not wait where it could be caught");
	for (i = 0; i < 100; i++)
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, r->nested));
	held_leave(&self->held);
	EXPECT_EQ(0, job_join(&self->job));
}

TEST_HARNESS_MAIN
