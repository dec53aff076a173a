/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the units for KUnit of both drivers have: a log of the commands that they
 * were given to execute, and devices
 */
#ifndef __IOMMU_NESTED_FAKE_H
#define __IOMMU_NESTED_FAKE_H

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/pci.h>
#include <linux/sprintf.h>

#include "../cmd_words.h"

/* Room for commands in the log of a unit */
#define FAKE_LOG	8192

static inline bool fake_log_same(struct cmd_words a, struct cmd_words b)
{
	return a.w0 == b.w0 && a.w1 == b.w1;
}

/* Is a command in a log? */
static inline bool fake_log_has(const struct cmd_words *log, unsigned int nr,
				struct cmd_words cmd)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (fake_log_same(log[i], cmd))
			return true;
	return false;
}

/* Checks that the @nr commands of a log are the @wanted of @want, in this order */
static inline void fake_log_expect(struct kunit *test,
				   const struct cmd_words *log, unsigned int nr,
				   const struct cmd_words *want,
				   unsigned int wanted)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, nr, wanted);
	for (i = 0; i < nr && i < wanted; i++) {
		KUNIT_EXPECT_EQ_MSG(test, log[i].w0, want[i].w0, "command %u",
				    i);
		KUNIT_EXPECT_EQ_MSG(test, log[i].w1, want[i].w1, "command %u",
				    i);
	}
}

/* Checks that exactly these commands were executed, in this order */
#define FAKE_EXPECT(test, fake, ...)					\
do {									\
	const struct cmd_words _want[] = { __VA_ARGS__ };		\
	__auto_type _fake = (fake);					\
									\
	fake_log_expect(test, _fake->log, _fake->nr, _want,		\
			ARRAY_SIZE(_want));				\
} while (0)

/* Checks that nothing was executed */
#define FAKE_EXPECT_NONE(test, fake)	KUNIT_EXPECT_EQ(test, (fake)->nr, 0)

/*
 * A device of the driver core's, which goes with the test. KUnit registers a
 * driver for each device: names must differ, and do by @count, which the caller
 * has for all that are called after @what.
 */
static inline struct device *fake_dev_register(struct kunit *test,
					       const char *driver,
					       const char *what,
					       atomic_t *count)
{
	struct device *dev;
	char name[32];

	snprintf(name, sizeof(name), "fake-%s-%s-%d", driver, what,
		 atomic_inc_return(count));
	dev = kunit_device_register(test, name);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	return dev;
}

/*
 * A PCI function that a driver asks no more than whether it was torn out. The PCI core
 * does not know of it.
 */
static inline struct pci_dev *fake_function_new(struct kunit *test)
{
	struct pci_dev *pdev = kunit_kzalloc(test, sizeof(*pdev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pdev);
#ifdef CONFIG_PCI
	pdev->dev.bus = &pci_bus_type;
#endif
	pdev->dev.init_name = "fake-function";
	pdev->error_state = pci_channel_io_normal;
	if (!dev_is_pci(&pdev->dev))
		kunit_skip(test, "this kernel has no PCI");
	return pdev;
}

/* Its slot is empty from now on, and the PCI core has noticed */
static inline void fake_function_tear_out(struct pci_dev *pdev)
{
	WRITE_ONCE(pdev->error_state, pci_channel_io_perm_failure);
}

#endif /* __IOMMU_NESTED_FAKE_H */
