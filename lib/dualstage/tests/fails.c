// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every call to the kernel, and of the C library, fails in turn
 *
 * A VMM's whole life is run once to count them, and then once for each with that one
 * failing. Whatever fails is reported, with words; everything can be freed then; and
 * nothing is left of it, in the library, in the iommufd, or in memory.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inject.h"
#include "internal.h"
#include "test.h"
#include "world.h"

#define IOVA	0x0000123456789000ull
#define IPA(i)	(RIG_GPA + RIG_GUEST_SIZE + (i) * 16 * PAGE_4K)
#define PASID	7

/**
 * struct life - a VMM, and how far it has come
 * @w: what there is
 * @other: further stage-1, of the same tables
 * @plain: a memory that tracks nothing
 * @port: the same device again, with callbacks
 * @arena: IPA of memory of the library's own
 * @pt: tables that the VMM makes
 */
struct life {
	struct world w;
	struct ds_s1 *other;
	struct ds_ram *plain;
	struct ds_dev *port;
	uint64_t arena;
	struct ds_pt *pt;
};

/* There were no words before, and there are if it failed */
#define WORDED(call) ({ \
	int rc_worded_; \
	*(char *)ds_why() = '\0'; \
	rc_worded_ = INJECTED(call); \
	CHECK(!rc_worded_ || ds_why()[0]); \
	rc_worded_; })

/* A step with failures; the first that fails ends the life */
#define STEP(call) do { \
	int rc_step_ = WORDED(call); \
	if (rc_step_) \
		return rc_step_; \
	} while (0)

/* A step that cannot succeed, and whose answer is @want if nothing is injected */
#define STEP_REFUSED(want, call) do { \
	int rc_step_ = WORDED(call); \
	if (rc_step_ != (want)) \
		return rc_step_ ? rc_step_ : -EPROTO; \
	} while (0)

static int memory(struct life *l)
{
	struct world *w = &l->w;
	struct ds_range ranges[8];
	uint8_t *va = w->guest.va;
	size_t n = ARRAY_SIZE(ranges);
	int fd, rc;

	STEP(ds_open(-1, &w->ctx));
	STEP(ds_ram_new(w->ctx, w->nest.type == MOCK_VTD ? DS_RAM_DIRTY : 0, &w->ram));
	STEP(ds_ram_new(w->ctx, 0, &l->plain));
	STEP(ds_ram_map(w->ram, RIG_GPA, RIG_GUEST_SIZE, va, DS_RW));
	STEP(ds_ram_map(w->ram, IPA(0), PAGE_4K, va, DS_READ));
	STEP(ds_ram_map(w->ram, IPA(1), PAGE_4K, va, DS_RW));
	STEP(ds_ram_map(w->ram, IPA(2), PAGE_4K, va, DS_RW));
	STEP(ds_ram_copy(l->plain, RIG_GPA, RIG_GUEST_SIZE, w->ram, RIG_GPA, DS_RW));
	fd = memfd_create("guest", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, PAGE_4K))
		return -EPROTO;
	rc = INJECTED(ds_ram_map_file(w->ram, IPA(3), PAGE_4K, fd, 0, DS_RW));
	close(fd);
	if (rc)
		return rc;
	STEP(ds_ram_unmap(w->ram, IPA(1), IPA(3) - IPA(1)));
	STEP(ds_ram_ranges(w->ram, ranges, &n));
	return 0;
}

static int open_dev(struct life *l)
{
	struct world *w = &l->w;
	char name[32], path[64];

	if (rig_vfio_name(&w->rig.mock, 0, name, sizeof(name)))
		return -EPROTO;
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", name);
	w->vdev[0].fd = open(path, O_RDWR | O_CLOEXEC);
	return w->vdev[0].fd < 0 ? -EPROTO : 0;
}

static int no_port(void *opaque, uint32_t pasid, uint32_t pt)
{
	(void)opaque, (void)pasid, (void)pt;
	return -EIO;
}

static int no_port_detach(void *opaque, uint32_t pasid)
{
	return no_port(opaque, pasid, 0);
}

static const struct ds_port port = { .attach = no_port, .detach = no_port_detach };

static int device(struct life *l)
{
	struct world *w = &l->w;
	struct ds_resv resv[8];
	size_t n = ARRAY_SIZE(resv);
	int rc;

	rc = open_dev(l);
	if (rc)
		return rc;
	STEP(ds_dev_vfio(w->ctx, w->vdev[0].fd, &w->dev[0]));
	STEP(ds_dev_port(w->ctx, ds_dev_id(w->dev[0]), &port, NULL, &l->port));
	/* Without that errors of the file would be those of a device that is not known */
	rc = INJECTED(ds_dev_resv(w->dev[0], resv, &n));
	if (rc && rc != -ENOENT)
		return rc;
	STEP(ds_attach_ram(w->dev[0], DS_RID, w->ram));
	STEP(ds_attach_ram(w->dev[0], DS_RID, l->plain));
	STEP(ds_attach_ram(w->dev[0], DS_RID, NULL));
	STEP(ds_attach_ram(w->dev[0], DS_RID, w->ram));
	return 0;
}

static int tables(struct life *l)
{
	struct world *w = &l->w;

	w->guest.used = 0;
	STEP(world_s1_of(w, DS_S1_FAULTS, &w->tables, &w->s1));
	STEP(world_s1_of(w, 0, &w->tables, &l->other));
	return 0;
}

static int unit(struct life *l, unsigned int flags)
{
	struct world *w = &l->w;
	int rc;

	STEP(ds_unit_new(w->ram, w->dev[0], flags, &w->unit));
	STEP(ds_unit_add(w->unit, w->dev[0], 0x40));
	rc = tables(l);
	if (rc)
		return rc;
	STEP(ds_attach(w->dev[0], DS_RID, DS_BYPASS, NULL));
	STEP(ds_attach(w->dev[0], DS_RID, DS_STAGE1, l->other));
	if (w->nest.type == MOCK_VTD)
		STEP(ds_attach(w->dev[0], PASID, DS_STAGE1, l->other));
	STEP(ds_unit_move(w->unit, w->dev[0], 0x48));
	STEP(ds_inv(l->other, IOVA, 3 * PAGE_4K, DS_INV_LEAF));
	STEP(ds_inv_all(l->other));
	STEP(ds_ram_arena_map(w->ram, w->guest.va, 2 * PAGE_4K, &l->arena));
	return 0;
}

/* Tables that the VMM makes, with large pages and small ones; and what was attached to */
static int made_tables(struct life *l)
{
	struct world *w = &l->w;
	uint64_t bytes;

	STEP(ds_pt_new(w->unit, w->dev[0], DS_PT_ATS, &l->pt));
	STEP(ds_attach(w->dev[0], DS_RID, DS_STAGE1, ds_pt_s1(l->pt)));
	STEP(ds_pt_map(l->pt, SZ_1G, RIG_GPA, RIG_GUEST_SIZE + SZ_4K, DS_READ | DS_WRITE));
	STEP(ds_pt_map(l->pt, 5 * SZ_1G + SZ_4K, RIG_GPA, SZ_2M, DS_READ));
	STEP(ds_pt_unmap(l->pt, SZ_1G, SZ_2M, 0, &bytes));
	STEP(ds_pt_unmap(l->pt, 5 * SZ_1G, SZ_4K * 400, DS_LATER, &bytes));
	STEP(ds_pt_sync(l->pt));
	STEP(ds_attach(w->dev[0], DS_RID, DS_STAGE1, l->other));
	return 0;
}

static int traffic(struct life *l)
{
	static uint64_t bitmap[RIG_GUEST_SIZE / PAGE_4K / 64];
	struct world *w = &l->w;
	struct ds_fault fault;

	STEP_REFUSED(-EAGAIN, ds_unit_read(w->unit, &fault));
	STEP_REFUSED(-ENOENT, ds_respond(w->unit, 12345, true));
	if (w->nest.type == MOCK_SMMUV3)
		return 0;
	STEP(ds_ram_dirty(w->ram, true));
	STEP(ds_ram_dirty_read(w->ram, RIG_GPA, RIG_GUEST_SIZE, PAGE_4K, bitmap));
	STEP(ds_ram_dirty(w->ram, false));
	return 0;
}

/* A step of the end, which is tried again without failures if it fails */
#define END(call) do { \
	int rc_end_ = WORDED(call); \
	if (rc_end_) { \
		rc = rc ? rc : rc_end_; \
		IS(0, call); \
	} \
	} while (0)

/* Whatever there is goes; the first failure */
static int end(struct life *l)
{
	struct world *w = &l->w;
	int rc = 0;

	if (w->dev[0] && w->dev[0]->unit) {
		END(ds_attach(w->dev[0], DS_RID, DS_BLOCKED, NULL));
		END(ds_unit_remove(w->unit, w->dev[0]));
	}
	if (l->pt)
		END(ds_pt_free(l->pt));
	if (l->other)
		END(ds_s1_free(l->other));
	if (w->s1)
		END(ds_s1_free(w->s1));
	if (l->arena)
		END(ds_ram_arena_unmap(w->ram, l->arena, 2 * PAGE_4K));
	if (w->unit)
		END(ds_unit_free(w->unit));
	if (l->port)
		END(ds_dev_free(l->port));
	if (w->dev[0])
		END(ds_dev_free(w->dev[0]));
	if (w->ram) {
		END(ds_ram_unmap_all(w->ram));
		END(ds_ram_free(w->ram));
	}
	if (l->plain)
		END(ds_ram_free(l->plain));
	vdev_close(&w->vdev[0]);
	if (w->ctx) {
		CHECK(ds_objects(w->ctx) == 0);
		IS(0, ds_close(w->ctx));
	}
	return rc;
}

static int whole_life(struct life *l, unsigned int flags)
{
	int rc, at_end;

	rc = memory(l);
	if (!rc)
		rc = device(l);
	if (!rc)
		rc = unit(l, flags);
	if (!rc)
		rc = made_tables(l);
	if (!rc)
		rc = traffic(l);
	/* What was to fail has, if anything did: the end has to come without */
	if (rc)
		inject_disarm();
	at_end = end(l);
	return rc ? rc : at_end;
}

static void forget(struct life *l)
{
	struct world w = { .rig = l->w.rig, .nest = l->w.nest, .guest = l->w.guest };
	unsigned int i;

	for (i = 0; i < WORLD_DEVS; i++)
		w.vdev[i].fd = -1;
	*l = (struct life){ .w = w };
}

/* What may fail without the VMM hearing of it: it was done another way, or is done later */
static bool is_made_good(unsigned long cmd)
{
	return cmd == IOMMU_IOAS_UNMAP || cmd == IOMMU_DESTROY;
}

/* EIO is not taken for an answer, as others may be */
static void judge(int rc, int err, unsigned long cmd)
{
	if (err == EIO && cmd)
		CHECK(rc == -EIO || (!rc && is_made_good(cmd)));
}

static void each(struct life *l, unsigned int flags, unsigned int kinds, int err)
{
	unsigned int n, i;
	unsigned long cmd;
	char context[64];
	int rc;

	inject_arm(kinds, 0, 0);
	forget(l);
	IS(0, whole_life(l, flags));
	n = inject_disarm();
	CHECK(n > 3);
	for (i = 1; i <= n; i++) {
		inject_arm(kinds, i, err);
		forget(l);
		snprintf(context, sizeof(context), "kinds %#x, %u of %u, errno %d", kinds, i,
			 n, err);
		test_context(context);
		rc = whole_life(l, flags);
		CHECK(inject_hit(&cmd));
		judge(rc, err, cmd);
		inject_disarm();
	}
	test_context(NULL);
	printf("# %u calls failed, kinds %#x, errno %d\n", n, kinds, err);
}

static void with(const struct rig_config *cfg, unsigned int flags, unsigned int kinds,
		 int err)
{
	struct life l;

	if (!world_mock(&l.w, cfg) &&
	    !guest_create(&l.w.guest, RIG_GPA, RIG_GUEST_SIZE))
		each(&l, flags, kinds, err);
	guest_destroy(&l.w.guest);
	IS(0, mock_destroy(&l.w.rig.mock));
}

static const struct rig_config vtd = {
	.type = MOCK_VTD, .ats = true, .pasid_bits = 8, .ecap_set = VTD_ECAP_SSADS,
};

static const struct rig_config smmu = { .type = MOCK_SMMUV3, .ats = true };

#define LIFE(name, cfg, flags, kinds, err) \
	static void name(void) { with(&(cfg), flags, kinds, err); }

LIFE(vtd_ioctl, vtd, DS_UNIT_NO_RAW, INJECT_IOCTL, EIO)
LIFE(vtd_memory, vtd, DS_UNIT_NO_RAW, INJECT_MEMORY, ENOMEM)
LIFE(vtd_files, vtd, DS_UNIT_NO_RAW, INJECT_FILES, EMFILE)
LIFE(raw_ioctl, vtd, 0, INJECT_IOCTL, EIO)
LIFE(raw_invalid, vtd, 0, INJECT_IOCTL, EINVAL)
LIFE(raw_unknown, vtd, 0, INJECT_IOCTL, EOPNOTSUPP)
LIFE(raw_memory, vtd, 0, INJECT_MEMORY, ENOMEM)
LIFE(raw_files, vtd, 0, INJECT_FILES, EMFILE)
LIFE(smmu_ioctl, smmu, 0, INJECT_IOCTL, EIO)
LIFE(smmu_unknown, smmu, 0, INJECT_IOCTL, EOPNOTSUPP)
LIFE(smmu_memory, smmu, 0, INJECT_MEMORY, ENOMEM)
LIFE(smmu_files, smmu, 0, INJECT_FILES, EMFILE)

static const struct test all[] = {
	{ "vtd_ioctl", vtd_ioctl },
	{ "vtd_memory", vtd_memory },
	{ "vtd_files", vtd_files },
	{ "raw_ioctl", raw_ioctl },
	{ "raw_invalid", raw_invalid },
	{ "raw_unknown", raw_unknown },
	{ "raw_memory", raw_memory },
	{ "raw_files", raw_files },
	{ "smmu_ioctl", smmu_ioctl },
	{ "smmu_unknown", smmu_unknown },
	{ "smmu_memory", smmu_memory },
	{ "smmu_files", smmu_files },
};

int main(void)
{
	return test_main(all, ARRAY_SIZE(all));
}
