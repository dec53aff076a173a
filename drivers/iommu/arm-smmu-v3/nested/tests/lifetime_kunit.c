// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: readers of a device or a unit without a lock, and what waits for them
 *
 * The units here are the driver's own: it finds them as it finds all others, but
 * their registers are fake ones. What leaves does so in a work of its own, since it
 * waits for readers, which the test plays.
 */
#include <kunit/device.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/lockdep.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/workqueue.h>

#include <linux/iommu-nested/unit.h>

#include "fake_unit.h"

/*
 * How long a thread that must wait is given to do something else instead, in ms. On
 * a slow machine a wrong driver may pass, never a right one fail.
 */
#define TEMPT	100

/* A thread that must not wait is given this long, in ms; else it hangs */
#define FOR_EVER	60000

#define SID	0x18

/**
 * struct found - a unit that the driver has found
 * @fake: its registers
 * @node: its firmware node
 * @pdev: its device, NULL when it is gone
 * @unit: what the driver has made of it
 */
struct found {
	struct fake_unit *fake;
	struct fwnode_handle node;
	struct platform_device *pdev;
	struct smmu3_unit *unit;
};

/**
 * struct leaving - what is done beside the test
 * @work: does it
 * @f: does it, too
 * @data: for @f
 * @done: it was done
 * @ret: what came of it
 */
struct leaving {
	struct work_struct work;
	int (*f)(void *data);
	void *data;
	struct completion done;
	int ret;
};

static enum dev_dma_attr coherent(const struct fwnode_handle *node)
{
	return DEV_DMA_COHERENT;
}

static const struct fwnode_operations node_ops = {
	.device_get_dma_attr = coherent,
};

static int unit_go(void *data)
{
	struct found *found = data;

	platform_device_unregister(found->pdev);
	found->pdev = NULL;
	return 0;
}

static void found_free(void *data)
{
	struct found *found = data;

	if (found->pdev)
		unit_go(found);
}

static struct found *unit_found(struct kunit *test)
{
	struct found *found = kunit_kzalloc(test, sizeof(*found), GFP_KERNEL);
	struct platform_device_info info = {
		.name = IOMMU_UNIT_SMMUV3_NAME,
		.id = PLATFORM_DEVID_AUTO,
		.dma_mask = DMA_BIT_MASK(64),
	};
	struct iommu_unit data = {};

	KUNIT_ASSERT_NOT_NULL(test, found);
	found->fake = sham_unit_off(test);
	data.regs = found->fake->unit.regs;
	fwnode_init(&found->node, &node_ops);
	info.fwnode = &found->node;
	info.data = &data;
	info.size_data = sizeof(data);
	found->pdev = platform_device_register_full(&info);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, found->pdev);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, found_free,
							found), 0);
	found->unit = smmu3_unit_find(&found->node);
	KUNIT_ASSERT_NOT_NULL(test, found->unit);
	return found;
}

static void iommu_forget(void *data)
{
	struct device *dev = data;

	dev->iommu = NULL;
}

/* What firmware says of a device: whose it is, and its StreamIDs */
static struct device *behind(struct kunit *test, struct found *found, u32 sid,
			     u32 sid2)
{
	struct iommu_fwspec *fwspec;
	static atomic_t count;
	struct device *dev;
	char name[32];

	snprintf(name, sizeof(name), "smmu3-leaves-%d",
		 atomic_inc_return(&count));
	dev = kunit_device_register(test, name);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	fwspec = kunit_kzalloc(test, struct_size(fwspec, ids, 2), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fwspec);
	fwspec->iommu_fwnode = &found->node;
	fwspec->num_ids = 2;
	fwspec->ids[0] = sid;
	fwspec->ids[1] = sid2;
	dev->iommu = kunit_kzalloc(test, sizeof(*dev->iommu), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, dev->iommu);
	dev->iommu->fwspec = fwspec;
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, iommu_forget,
							dev), 0);
	return dev;
}

/* The core has a lock for all of probing, which is its own, and asks for it */
static int device_come(void *data)
{
	struct iommu_device *iommu;

	lockdep_off();
	iommu = smmu3_iommu_ops.probe_device(data);
	lockdep_on();
	return PTR_ERR_OR_ZERO(iommu);
}

static int device_go(void *data)
{
	smmu3_iommu_ops.release_device(data);
	return 0;
}

static void leaving_work(struct work_struct *work)
{
	struct leaving *l = container_of(work, struct leaving, work);

	l->ret = l->f(l->data);
	complete_all(&l->done);
}

static struct leaving *leave(struct kunit *test, int (*f)(void *data),
			     void *data)
{
	struct leaving *l = kunit_kzalloc(test, sizeof(*l), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, l);
	l->f = f;
	l->data = data;
	init_completion(&l->done);
	INIT_WORK(&l->work, leaving_work);
	queue_work(system_dfl_wq, &l->work);
	return l;
}

/* Returns what came of it */
static int left(struct leaving *l)
{
	flush_work(&l->work);
	return l->ret;
}

static bool over(struct leaving *l, unsigned int ms)
{
	return wait_for_completion_timeout(&l->done, msecs_to_jiffies(ms));
}

static bool has_devices(struct smmu3_unit *unit)
{
	guard(mutex)(&unit->lock);
	return !list_empty(&unit->devices);
}

/*
 * A reader that walks a list of attachments may ask the device to forget something:
 * it is there, and known by its StreamIDs, until the reader is done.
 */
static void leaves_behind_walk(struct kunit *test)
{
	struct found *found = unit_found(test);
	struct device *dev = behind(test, found, SID, SID + 1);
	struct smmu3_unit *unit = found->unit;
	struct smmu3_device *sdev;
	struct leaving *l;
	bool early;
	int idx;

	KUNIT_ASSERT_EQ(test, device_come(dev), 0);
	sdev = dev_iommu_priv_get(dev);
	idx = srcu_read_lock(&unit->srcu);
	l = leave(test, device_go, dev);
	while (has_devices(unit))
		schedule_timeout_uninterruptible(1);
	early = over(l, TEMPT);
	KUNIT_EXPECT_FALSE(test, early);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&unit->streams, SID), sdev);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&unit->streams, SID + 1), sdev);
	srcu_read_unlock(&unit->srcu, idx);
	left(l);
	KUNIT_EXPECT_TRUE(test, xa_empty(&unit->streams));
}

/* A reader that comes during the wait for others, and is not one of them */
static int late_reader(struct smmu3_unit *unit, int before)
{
	for (;;) {
		int idx = srcu_read_lock(&unit->srcu);

		if (idx != before)
			return idx;
		srcu_read_unlock(&unit->srcu, idx);
		schedule_timeout_uninterruptible(1);
	}
}

/* And one that has found it by a StreamID meanwhile, to blame it */
static void leaves_behind_error(struct kunit *test)
{
	struct found *found = unit_found(test);
	struct device *dev = behind(test, found, SID, SID + 1);
	struct smmu3_unit *unit = found->unit;
	struct smmu3_device *sdev;
	int walk, error, ms;
	struct leaving *l;
	bool early;

	KUNIT_ASSERT_EQ(test, device_come(dev), 0);
	walk = srcu_read_lock(&unit->srcu);
	l = leave(test, device_go, dev);
	while (has_devices(unit))
		schedule_timeout_uninterruptible(1);
	error = late_reader(unit, walk);
	sdev = xa_load(&unit->streams, SID);
	srcu_read_unlock(&unit->srcu, walk);
	/* Nobody finds it any more; it need not wait for this reader to do that */
	for (ms = 0; ms < FOR_EVER && !xa_empty(&unit->streams); ms += TEMPT)
		msleep(TEMPT);
	KUNIT_EXPECT_LT(test, ms, FOR_EVER);
	early = over(l, TEMPT);
	KUNIT_EXPECT_FALSE(test, early);
	KUNIT_EXPECT_NOT_NULL(test, sdev);
	if (!early && sdev) {
		set_bit(SMMU3_DEV_FAILED, &sdev->state);
		KUNIT_EXPECT_EQ(test, sdev->sids[0], SID);
	}
	srcu_read_unlock(&unit->srcu, error);
	left(l);
}

/* One that was known for a moment, by the first of its StreamIDs */
static void fails_behind_reader(struct kunit *test)
{
	struct found *found = unit_found(test);
	struct device *other = behind(test, found, SID + 1, SID + 1);
	struct device *dev = behind(test, found, SID, SID + 1);
	struct smmu3_unit *unit = found->unit;
	struct leaving *l;
	bool early;
	int idx;

	KUNIT_ASSERT_EQ(test, device_come(other), 0);
	idx = srcu_read_lock(&unit->srcu);
	l = leave(test, device_come, dev);
	early = over(l, TEMPT);
	KUNIT_EXPECT_FALSE(test, early);
	srcu_read_unlock(&unit->srcu, idx);
	KUNIT_EXPECT_EQ(test, left(l), -ENODEV);
	KUNIT_EXPECT_NULL(test, xa_load(&unit->streams, SID));
	KUNIT_EXPECT_NOT_NULL(test, xa_load(&unit->streams, SID + 1));
	device_go(other);
}

/* A guest's device that does not answer holds nobody up but behind its own unit */
static void other_unit_is_read(struct kunit *test)
{
	struct found *silent = unit_found(test), *found = unit_found(test);
	struct device *other = behind(test, found, SID + 1, SID + 1);
	struct device *fails = behind(test, found, SID, SID + 1);
	struct device *dev = behind(test, found, SID, SID);
	const struct {
		int (*f)(void *data);
		void *data;
		int ret;
	} steps[] = {
		{ device_come, other, 0 },
		{ device_come, fails, -ENODEV },
		{ device_come, dev, 0 },
		{ device_go, dev, 0 },
		{ device_go, other, 0 },
		{ unit_go, found, 0 },
	};
	struct leaving *l[ARRAY_SIZE(steps)];
	unsigned int i;
	int idx;

	idx = srcu_read_lock(&silent->unit->srcu);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		l[i] = leave(test, steps[i].f, steps[i].data);
		if (!over(l[i], FOR_EVER)) {
			KUNIT_FAIL(test, "step %u waits", i++);
			break;
		}
	}
	srcu_read_unlock(&silent->unit->srcu, idx);
	while (i--)
		KUNIT_EXPECT_EQ_MSG(test, left(l[i]), steps[i].ret,
				    "step %u", i);
}

/* A reader still waits for the queue of a unit that goes */
static void unit_goes_behind_reader(struct kunit *test)
{
	struct found *found = unit_found(test);
	struct smmu3_unit *unit = found->unit;
	struct leaving *l;
	bool early;
	int idx;

	/* As a domain has it that nobody has freed */
	smmu3_unit_get(unit);
	idx = srcu_read_lock(&unit->srcu);
	l = leave(test, unit_go, found);
	while (!READ_ONCE(unit->gone))
		schedule_timeout_uninterruptible(1);
	early = over(l, TEMPT);
	KUNIT_EXPECT_FALSE(test, early);
	KUNIT_EXPECT_NULL(test, smmu3_unit_find(&found->node));
	srcu_read_unlock(&unit->srcu, idx);
	left(l);
	KUNIT_EXPECT_TRUE(test, unit->cmdq.ring.ended);
	smmu3_unit_put(unit);
}

static struct kunit_case lifetime_cases[] = {
	KUNIT_CASE(leaves_behind_walk),
	KUNIT_CASE(leaves_behind_error),
	KUNIT_CASE(fails_behind_reader),
	KUNIT_CASE(other_unit_is_read),
	KUNIT_CASE(unit_goes_behind_reader),
	{}
};

static struct kunit_suite lifetime_suite = {
	.name = "arm_smmu_v3_nested_lifetime",
	.test_cases = lifetime_cases,
};

kunit_test_suite(lifetime_suite);
