// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations and user copies that fail: every one of them, once
 *
 * Each operation is done again and again, and each time the next of its
 * allocations fails, until it gets by with none. What it says must be true:
 * an operation that failed has changed nothing, and after all of that the
 * device works. Sanitizers and kmemleak of the debug kernel watch over it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/eventfd.h>

#include "harness.h"

#define IOVA	0x0000077000000000ull
#define PASID	77

static int fail_fd = -1;

/* Let the next @n-th allocation of this thread fail; 0: none */
static int fail_set(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	return pwrite(fail_fd, text, len, 0) == len ? 0 : -errno;
}

/* How many allocations are left until the failure; 0: it was injected */
static unsigned int fail_left(void)
{
	char text[16] = "";

	if (pread(fail_fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return strtoul(text, NULL, 0);
}

/*
 * Caches of kernel code that goes on when it got nothing, and complains when it undoes
 * what it had not done: the files of an interrupt in /proc
 */
static const char * const spared[] = { "proc_dir_entry" };

static bool is_spared(const char *cache)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spared); i++)
		if (!strcmp(cache, spared[i]))
			return true;
	return false;
}

/* Allocations fail of all caches that there are now but those; 0 or a negative errno */
static int fail_caches(void)
{
	static const char slab[] = "/sys/kernel/slab";
	struct dirent *entry;
	char path[300];
	int rc = 0;
	DIR *dir;

	dir = opendir(slab);
	if (!dir)
		return -errno;
	while (!rc && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/failslab", slab, entry->d_name);
		rc = util_write(path, is_spared(entry->d_name) ? "0" : "1");
	}
	closedir(dir);
	return rc ?: util_write("/sys/kernel/debug/failslab/cache-filter", "Y");
}

/* NULL, or why nothing can be injected here */
static const char *fail_init(void)
{
	static const char debugfs[] = "/sys/kernel/debug/";
	static const struct {
		const char *file;
		const char *val;
		bool must;
	} settings[] = {
		{ "failslab/ignore-gfp-wait", "N", true },
		{ "failslab/verbose", "0", true },
		{ "fail_page_alloc/ignore-gfp-wait", "N", true },
		{ "fail_page_alloc/ignore-gfp-highmem", "N", false },
		{ "fail_page_alloc/min-order", "0", true },
		{ "fail_page_alloc/verbose", "0", true },
		{ "fail_usercopy/verbose", "0", false },
	};
	char path[128];
	unsigned int i;

	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_fd < 0)
		return "this kernel has no fault injection";
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		snprintf(path, sizeof(path), "%s%s", debugfs, settings[i].file);
		if (util_write(path, "%s", settings[i].val) && settings[i].must)
			return "this kernel cannot fail allocations";
	}
	if (fail_caches())
		return "this kernel cannot choose whose allocations fail";
	return NULL;
}

/* An operation: what is done, and how it is undone after it went well */
struct op {
	const char *name;
	int (*run)(struct rig *r, void *arg);
	int (*undo)(struct rig *r, void *arg);
	/* 0 if an operation that failed left everything as it was */
	int (*unchanged)(struct rig *r, void *arg, int rc);
};

/*
 * Returns how many failures there were, or a negative errno for what must not
 * be. @rc_seen gets the result that was not to be expected.
 */
static int fail_every(struct rig *r, const struct op *op, void *arg,
		      int *rc_seen)
{
	unsigned int n, left;
	int rc;

	for (n = 1;; n++) {
		if (fail_set(n))
			return -EIO;
		rc = op->run(r, arg);
		left = fail_left();
		fail_set(0);
		*rc_seen = rc;
		/* Got by without: then it has to have worked */
		if (left)
			break;
		if (rc > 0 || (rc && rc != -ENOMEM && rc != -EFAULT))
			return -EPROTO;
		if (rc && op->unchanged && op->unchanged(r, arg, rc))
			return -EUCLEAN;
		if (!rc && op->undo && op->undo(r, arg))
			return -EBADE;
	}
	if (rc)
		return rc;
	if (op->undo && op->undo(r, arg))
		return -EBADE;
	return n - 1;
}

FIXTURE(fail)
{
	struct rig rig;
	struct s1 s1b;
	uint32_t b;
};

FIXTURE_VARIANT(fail)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(fail, vtd)
{
	.cfg.pasid_bits = 20,
	.cfg.ats = true,
	.cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID,
	.cfg.parent_flags = IOMMU_HWPT_ALLOC_PASID |
			    IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
};

/* With a vIOMMU */
FIXTURE_VARIANT_ADD(fail, vtd_raw)
{
	.cfg.pasid_bits = 20,
	.cfg.ats = true,
	.cfg.raw = true,
	.cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID,
	.cfg.parent_flags = IOMMU_HWPT_ALLOC_PASID |
			    IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
};

FIXTURE_VARIANT_ADD(fail, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
};

FIXTURE_SETUP(fail)
{
	struct rig *r = &self->rig;
	const char *why;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	why = fail_init();
	if (why)
		SKIP(return, "%s", why);
	RIG_UP(r, &variant->cfg);
	ASSERT_EQ(0, rig_s1(r, &self->s1b));
	ASSERT_EQ(0, rig_hwpt(r, &self->s1b, &self->b));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_NE(0, rig_page(r, &self->s1b, IOVA, 2));
}

FIXTURE_TEARDOWN(fail)
{
	EXPECT_EQ(0, rig_sees(&self->rig, 0, IOVA, 1));
	EXPECT_EQ(0, rig_down(&self->rig));
	close(fail_fd);
}

#define FAIL_EVERY(op_, arg_, min_) do { \
	const struct op *this_ = (op_); \
	int seen_ = 0; \
	int done_ = fail_every(&self->rig, this_, arg_, &seen_); \
	EXPECT_LE(min_, done_) \
		TH_LOG("%s: %d, the last result was %d", this_->name, done_, \
		       seen_); \
	if (done_ > 0) \
		TH_LOG("%s: %d failures", this_->name, done_); \
	} while (0)

/* The first endpoint still sees the page of stage-1 A */
static int still_a(struct rig *r, void *arg __attribute__((unused)),
		   int rc __attribute__((unused)))
{
	return rig_sees(r, 0, IOVA, 1);
}

static int destroy_id(struct rig *r, void *arg)
{
	return dsi_destroy(r->iommufd, *(uint32_t *)arg);
}

static int run_paging(struct rig *r, void *arg)
{
	return dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
			       IOMMU_HWPT_ALLOC_NEST_PARENT |
			       r->cfg.parent_flags, arg);
}

TEST_F(fail, hwpt_paging)
{
	const struct op op = { "paging", run_paging, destroy_id, still_a };
	uint32_t id;

	FAIL_EVERY(&op, &id, 3);
}

static int run_nested(struct rig *r, void *arg)
{
	return rig_hwpt(r, &r->s1, arg);
}

TEST_F(fail, hwpt_nested)
{
	const struct op op = { "nested", run_nested, destroy_id, still_a };
	uint32_t id;

	FAIL_EVERY(&op, &id, 2);
}

static int run_hw_info(struct rig *r, void *arg)
{
	struct iommu_hw_info cmd = {
		.size = sizeof(cmd),
		.dev_id = r->dev[0].id,
		.data_len = 64,
		.data_uptr = (uintptr_t)arg,
	};

	return dsi_ioctl(r->iommufd, IOMMU_GET_HW_INFO, &cmd);
}

TEST_F(fail, hw_info)
{
	const struct op op = { "hw_info", run_hw_info, NULL, still_a };
	uint8_t data[64];

	FAIL_EVERY(&op, data, 1);
}

static int run_attach(struct rig *r, void *arg)
{
	return vdev_attach_id(&r->dev[0], *(uint32_t *)arg);
}

static int undo_attach(struct rig *r, void *arg __attribute__((unused)))
{
	return vdev_detach(&r->dev[0]);
}

/* Blocked before, blocked after */
static int still_blocked(struct rig *r, void *arg __attribute__((unused)),
			 int rc __attribute__((unused)))
{
	return rig_sees(r, 0, IOVA, 1) == -EFAULT ? 0 : -EPROTO;
}

TEST_F(fail, attach)
{
	const struct op op = { "attach", run_attach, undo_attach,
			       still_blocked };
	struct rig *r = &self->rig;

	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	FAIL_EVERY(&op, &r->nested, 2);
	FAIL_EVERY(&op, &r->nest.parent, 2);
	FAIL_EVERY(&op, &r->ioas, 2);
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
}

/*
 * Refused, a replacement leaves A in place; where only the answer could not be
 * delivered, VFIO has detached the device
 */
static int a_or_blocked(struct rig *r, void *arg __attribute__((unused)),
			int rc)
{
	int sees = rig_sees(r, 0, IOVA, 1);

	if (rc == -EFAULT && sees == -EFAULT)
		sees = vdev_attach_id(&r->dev[0], r->nested);
	return sees;
}

static int undo_replace(struct rig *r, void *arg __attribute__((unused)))
{
	int rc = vdev_attach_id(&r->dev[0], r->nested);

	return rc ?: rig_sees(r, 0, IOVA, 1);
}

TEST_F(fail, replace)
{
	const struct op op = { "replace", run_attach, undo_replace,
			       a_or_blocked };

	FAIL_EVERY(&op, &self->b, 2);
	FAIL_EVERY(&op, &self->rig.nest.parent, 2);
}

static int run_pasid(struct rig *r, void *arg)
{
	return vdev_attach_pasid(&r->dev[0], PASID, *(uint32_t *)arg);
}

static int undo_pasid(struct rig *r, void *arg __attribute__((unused)))
{
	return vdev_detach_pasid(&r->dev[0], PASID);
}

static int pasid_unchanged(struct rig *r, void *arg __attribute__((unused)),
			   int rc)
{
	/* As above: an answer that could not be delivered */
	if (rc == -EFAULT)
		vdev_detach_pasid(&r->dev[0], PASID);
	if (rig_sees(r, 0, IOVA, 1) == -EFAULT)
		return rc == -EFAULT ? vdev_attach_id(&r->dev[0], r->nested) :
				       -EUCLEAN;
	return rig_sees(r, 0, IOVA, 1);
}

TEST_F(fail, pasid)
{
	const struct op op = { "pasid", run_pasid, undo_pasid,
			       pasid_unchanged };

	/* A substream of SMMUv3 is the guest's own affair */
	if (variant->cfg.type == MOCK_SMMUV3) {
		EXPECT_GT(0, vdev_attach_pasid(&self->rig.dev[0], PASID,
					       self->b));
		return;
	}
	FAIL_EVERY(&op, &self->b, 2);
	FAIL_EVERY(&op, &self->rig.nest.parent, 2);
}

/* What a guest's SMMUv3 is made of, and its VT-d unit if it has one */
static int run_viommu(struct rig *r, void *arg)
{
	if (r->cfg.raw)
		return dsi_viommu_vtd(r->iommufd, r->dev[0].id, r->nest.parent,
				      arg);
	return dsi_viommu(r->iommufd, r->dev[0].id, r->nest.parent, arg);
}

static int run_vdevice(struct rig *r, void *arg)
{
	return dsi_vdevice(r->iommufd, r->nest.viommu, r->dev[0].id,
			   NEST_VSID(50), arg);
}

struct veventq {
	uint32_t id;
	int fd;
};

static int run_veventq(struct rig *r, void *arg)
{
	struct veventq *q = arg;

	if (r->cfg.raw)
		return dsi_veventq_vtd(r->iommufd, r->nest.viommu, 16, &q->id,
				       &q->fd);
	return dsi_veventq(r->iommufd, r->nest.viommu, 16, &q->id, &q->fd);
}

static int undo_veventq(struct rig *r, void *arg)
{
	struct veventq *q = arg;

	close(q->fd);
	return dsi_destroy(r->iommufd, q->id);
}

TEST_F(fail, viommu)
{
	const struct op op = { "viommu", run_viommu, destroy_id, still_a };
	const struct op queue = { "veventq", run_veventq, undo_veventq,
				  still_a };
	const struct op device = { "vdevice", run_vdevice, destroy_id, NULL };
	struct rig *r = &self->rig;
	struct veventq q;
	uint32_t id;

	if (variant->cfg.type == MOCK_VTD && !variant->cfg.raw) {
		EXPECT_EQ(-EOPNOTSUPP, run_viommu(r, &id));
		return;
	}
	FAIL_EVERY(&op, &id, 2);
	FAIL_EVERY(&queue, &q, 2);
	/* A device has one vDEVICE, and without one no stage-1 */
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	FAIL_EVERY(&device, &id, 1);
	nest_forget_dev(&r->nest, r->dev[0].id);
	ASSERT_EQ(0, nest_add_dev(&r->nest, r->dev[0].id));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
}

static int send_entries(struct rig *r, uint32_t *num)
{
	struct iommu_hwpt_vtd_s1_invalidate entry[100] = {};
	vtd_desc desc[100];
	smmu_cmd cmd[100];
	unsigned int i;

	for (i = 0; i < *num; i++) {
		desc[i] = vtd_desc_pages(r->s1.asid, 0, IOVA + i * PAGE_4K, 0,
					 i & 1);
		entry[i].addr = IOVA + i * PAGE_4K;
		entry[i].npages = 1 + i;
		cmd[i] = smmu_cmd_va(r->s1.asid, IOVA + i * PAGE_4K, i & 1);
	}
	if (r->cfg.type == MOCK_SMMUV3)
		return dsi_commands(r->iommufd, r->nest.viommu, cmd, num);
	if (r->cfg.raw)
		return dsi_descriptors(r->iommufd, r->nest.viommu, desc,
				       sizeof(*desc), num);
	return dsi_invalidate(r->iommufd, r->nested, entry, num);
}

static int run_invalidate(struct rig *r, void *arg __attribute__((unused)))
{
	uint32_t num = 100;
	int rc;

	rc = send_entries(r, &num);
	/* True in both cases, unless it could not be told at all */
	if (rc ? num >= 100 && rc != -EFAULT : num != 100)
		return -EPROTO;
	return rc;
}

TEST_F(fail, invalidate)
{
	const struct op op = { "invalidate", run_invalidate, NULL, still_a };

	FAIL_EVERY(&op, NULL, 1);
}

static int run_map(struct rig *r, void *arg)
{
	return dsi_ioas_map(r->iommufd, r->ioas, arg, SZ_64K, 16 * SZ_1G,
			    DSI_RW);
}

static int undo_map(struct rig *r, void *arg __attribute__((unused)))
{
	return dsi_ioas_unmap(r->iommufd, r->ioas, 16 * SZ_1G, SZ_64K);
}

/*
 * Nothing is mapped there, so that mapping it in earnest works. Where only the
 * answer got lost it is mapped.
 */
static int not_mapped(struct rig *r, void *arg, int rc)
{
	if (rc == -EFAULT)
		undo_map(r, arg);
	return still_a(r, arg, rc) ?: run_map(r, arg) ?: undo_map(r, arg);
}

TEST_F(fail, map)
{
	const struct op op = { "map", run_map, undo_map, not_mapped };
	struct guest g;

	ASSERT_EQ(0, guest_create(&g, 0, SZ_64K));
	FAIL_EVERY(&op, g.va, 4);
	guest_destroy(&g);
}

static int run_unmap(struct rig *r, void *arg)
{
	unsigned int nth = fail_left();

	fail_set(0);
	if (run_map(r, arg))
		return -EPROTO;
	fail_set(nth);
	return undo_map(r, arg);
}

/* Refused, it can be done later, unless only the answer got lost */
static int still_mapped(struct rig *r, void *arg, int rc)
{
	int again = undo_map(r, arg);

	if (rc == -EFAULT && again == -ENOENT)
		again = 0;
	return again ?: still_a(r, arg, rc);
}

TEST_F(fail, unmap)
{
	const struct op op = { "unmap", run_unmap, NULL, still_mapped };
	struct guest g;

	ASSERT_EQ(0, guest_create(&g, 0, SZ_64K));
	FAIL_EVERY(&op, g.va, 0);
	guest_destroy(&g);
}

static int run_dirty(struct rig *r, void *arg)
{
	int rc = dsi_dirty_tracking(r->iommufd, r->nest.parent, 1);

	if (!rc)
		rc = dsi_dirty_bitmap(r->iommufd, r->nest.parent, 0, r->guest.gpa,
				      r->guest.size, arg);
	return rc ?: dsi_dirty_tracking(r->iommufd, r->nest.parent, 0);
}

TEST_F(fail, dirty)
{
	const struct op op = { "dirty", run_dirty, NULL, still_a };
	uint64_t bits[RIG_GUEST_SIZE / PAGE_4K / 64] = {};

	if (variant->cfg.type == MOCK_SMMUV3) {
		EXPECT_EQ(-EOPNOTSUPP, run_dirty(&self->rig, bits));
		return;
	}
	FAIL_EVERY(&op, bits, 1);
	ASSERT_EQ(0, dsi_dirty_tracking(self->rig.iommufd, self->rig.nest.parent,
					0));
}

static int run_irqs(struct rig *r, void *arg)
{
	int rc = vdev_set_irqs(&r->dev[0], VFIO_PCI_MSIX_IRQ_INDEX, 0, 4, arg);

	/* The kernel's code for MSI has other names for a lack of memory */
	if (rc == -ENODEV || rc == -ENOSPC)
		rc = -ENOMEM;
	return rc;
}

static int undo_irqs(struct rig *r, void *arg __attribute__((unused)))
{
	return vdev_irqs_off(&r->dev[0], VFIO_PCI_MSIX_IRQ_INDEX);
}

TEST_F(fail, irqs)
{
	const struct op op = { "irqs", run_irqs, undo_irqs, still_a };
	int fds[4];
	unsigned int i;

	for (i = 0; i < 4; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		ASSERT_GE(fds[i], 0);
	}
	FAIL_EVERY(&op, fds, 1);
	for (i = 0; i < 4; i++)
		close(fds[i]);
}

/* The device is opened and bound, from the file descriptor on */
static int run_open(struct rig *r, void *arg)
{
	int rc = vdev_open(&r->dev[0], arg, r->iommufd);

	return rc == -EMFILE || rc == -ENFILE ? -ENOMEM : rc;
}

static int undo_open(struct rig *r, void *arg __attribute__((unused)))
{
	vdev_close(&r->dev[0]);
	return 0;
}

TEST_F(fail, open)
{
	const struct op op = { "open", run_open, undo_open, NULL };
	struct rig *r = &self->rig;
	char name[32];

	ASSERT_EQ(0, rig_vfio_name(&r->mock, 0, name, sizeof(name)));
	vdev_close(&r->dev[0]);
	FAIL_EVERY(&op, name, 3);
	ASSERT_EQ(0, rig_reopen(r, 0));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
}

/* An instance is made, and made live, while memory is short */
FIXTURE(fail_mock)
{
	struct mock m;
};

FIXTURE_VARIANT(fail_mock)
{
	enum mock_type type;
};

FIXTURE_VARIANT_ADD(fail_mock, vtd)
{
	.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(fail_mock, smmu)
{
	.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(fail_mock)
{
	(void)variant;
	const char *why;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	why = fail_init();
	if (why)
		SKIP(return, "%s", why);
	mock_sweep();
}

FIXTURE_TEARDOWN(fail_mock)
{
	EXPECT_EQ(0, mock_destroy(&self->m));
	close(fail_fd);
}

TEST_F(fail_mock, create)
{
	unsigned int n, left = 0;
	int rc;

	for (n = 1; !left; n++) {
		ASSERT_EQ(0, fail_set(n));
		rc = mock_create(&self->m, variant->type, "kst");
		if (!rc)
			rc = mock_add_endpoint(&self->m, "ep0", 8);
		left = fail_left();
		fail_set(0);
		EXPECT_TRUE(!rc || rc == -ENOMEM || rc == -EFAULT)
			TH_LOG("failure %u: %d", n, rc);
		EXPECT_TRUE(!left || !rc);
		/* Nothing of it, a part, or all: it can go */
		mock_destroy(&self->m);
		mock_sweep();
	}
	TH_LOG("create: %u failures", n - 2);
	EXPECT_LT(4, n);
}

TEST_F(fail_mock, live)
{
	unsigned int n, left = 0, bad = 0;
	char name[32];
	int rc;

	/*
	 * __of_attach_node_sysfs() goes on when it could not add a node to
	 * sysfs, and dies when it adds a child of that.
	 */
	if (variant->type == MOCK_SMMUV3)
		SKIP(return, "the kernel's device tree cannot take failures");
	ASSERT_EQ(0, mock_create(&self->m, variant->type, "kst"));
	ASSERT_EQ(0, mock_add_endpoint(&self->m, "ep0", 8));
	ASSERT_EQ(0, mock_ep_set(&self->m, "ep0", "ats", 1));
	/*
	 * pci_device_add() goes on when it could not add a function, and the PCI core
	 * dies when it looks for a driver for it.
	 */
	ASSERT_EQ(0, mock_set_text(&self->m, "bus", "platform"));
	for (n = 1; !left; n++) {
		ASSERT_EQ(0, fail_set(n));
		rc = mock_set_live(&self->m, true);
		left = fail_left();
		fail_set(0);
		bad += !!rc;
		EXPECT_GE(0, rc);
		if (rc) {
			ASSERT_EQ(0, left);
			/* Not even a part of it is live */
			ASSERT_EQ(0, mock_ep_set(&self->m, "ep0", "pri", 0));
			continue;
		}
		/* A driver that could not bind leaves a device without one */
		ASSERT_EQ(0, mock_set_live(&self->m, false))
			TH_LOG("failure %u", n);
	}
	TH_LOG("live: %u failures, %u of them were passed on", n - 2, bad);
	EXPECT_LT(20, bad);
	ASSERT_EQ(0, mock_set_live(&self->m, true));
	EXPECT_EQ(0, rig_vfio_name(&self->m, 0, name, sizeof(name)));
}

TEST_F(fail_mock, dead)
{
	unsigned int n, left = 0;
	int rc;

	ASSERT_EQ(0, mock_create(&self->m, variant->type, "kst"));
	ASSERT_EQ(0, mock_add_endpoint(&self->m, "ep0", 8));
	for (n = 1; !left; n++) {
		ASSERT_EQ(0, mock_set_live(&self->m, true));
		ASSERT_EQ(0, fail_set(n));
		rc = mock_set_live(&self->m, false);
		left = fail_left();
		fail_set(0);
		/* Taking down needs nothing that could be refused */
		if (rc) {
			EXPECT_TRUE(rc == -ENOMEM || rc == -EFAULT)
				TH_LOG("failure %u: %d", n, rc);
			EXPECT_EQ(0, mock_set_live(&self->m, false));
		}
	}
}

TEST_HARNESS_MAIN
