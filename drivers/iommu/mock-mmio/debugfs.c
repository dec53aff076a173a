// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock MMIO: the window as software sees it, for people and for tests
 *
 * /dev/mem does not reach emulated MMIO. The file "mem" makes accesses of the
 * processor's, by ioremap(), and knows no more about what is there than a driver.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include <linux/iommu-nested/regs.h>

#include "slots.h"

static bool mmio_mem_is_memory(u64 addr, size_t bytes)
{
	guard(mutex)(&mock_mmio_window.lock);
	return mock_mmio_memory_find(&mock_mmio_window, addr, bytes);
}

/* Map one access at a physical address, or say what is wrong with it */
static void __iomem *mmio_mem_map(u64 addr, size_t bytes)
{
	void __iomem *base;
	unsigned int nr;
	u32 off;

	if (bytes > 8 || !is_power_of_2(bytes))
		return IOMEM_ERR_PTR(-EINVAL);
	if (!mmio_mem_is_memory(addr, bytes) &&
	    (addr < MOCK_MMIO_START ||
	     mock_mmio_locate(addr - MOCK_MMIO_START, bytes, &nr, &off)))
		return IOMEM_ERR_PTR(-ENXIO);
	base = ioremap(addr, bytes);
	return base ?: IOMEM_ERR_PTR(-ENOMEM);
}

static u64 mmio_mem_load(void __iomem *base, size_t bytes)
{
	const struct iommu_regs regs = { .base = base };

	switch (bytes) {
	case 1:
		return ioread8(base);
	case 2:
		return ioread16(base);
	case 4:
		return iommu_regs_read32(&regs, 0);
	default:
		return iommu_regs_read64(&regs, 0);
	}
}

static void mmio_mem_store(void __iomem *base, size_t bytes, u64 val)
{
	const struct iommu_regs regs = { .base = base };

	switch (bytes) {
	case 1:
		iowrite8(val, base);
		break;
	case 2:
		iowrite16(val, base);
		break;
	case 4:
		iommu_regs_write32(&regs, 0, val);
		break;
	default:
		iommu_regs_write64(&regs, 0, val);
	}
}

static ssize_t mmio_mem_read(struct file *file, char __user *buf, size_t bytes,
			     loff_t *ppos)
{
	void __iomem *base = mmio_mem_map(*ppos, bytes);
	__le64 val;

	if (IS_ERR(base))
		return PTR_ERR(base);
	val = cpu_to_le64(mmio_mem_load(base, bytes));
	iounmap(base);
	if (copy_to_user(buf, &val, bytes))
		return -EFAULT;
	*ppos += bytes;
	return bytes;
}

static ssize_t mmio_mem_write(struct file *file, const char __user *buf,
			      size_t bytes, loff_t *ppos)
{
	void __iomem *base;
	__le64 val = 0;

	/* Nothing is mapped while userspace's memory is waited for */
	if (bytes <= sizeof(val) && copy_from_user(&val, buf, bytes))
		return -EFAULT;
	base = mmio_mem_map(*ppos, bytes);
	if (IS_ERR(base))
		return PTR_ERR(base);
	mmio_mem_store(base, bytes, le64_to_cpu(val));
	iounmap(base);
	*ppos += bytes;
	return bytes;
}

static const struct file_operations mmio_mem_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = mmio_mem_read,
	.write = mmio_mem_write,
	.llseek = default_llseek,
};

static void mmio_slot_show(struct seq_file *s, const struct mock_mmio_slot *slot)
{
	if (!slot->taken && !slot->maps)
		return;
	seq_printf(s, "%#llx %s%s, mapped %u times\n", (u64)mock_mmio_address(slot),
		   slot->name[0] ? slot->name : "nothing", slot->taken ? "" : ", gone",
		   slot->maps);
}

static int mmio_slots_show(struct seq_file *s, void *unused)
{
	struct mock_mmio_window *window = s->private;
	unsigned int i;

	guard(mutex)(&window->lock);
	for (i = 0; i < MOCK_MMIO_NR_SLOTS; i++)
		mmio_slot_show(s, &window->slots[i]);
	for (i = 0; i < MOCK_MMIO_NR_MEMORY; i++)
		mmio_slot_show(s, &window->memory[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mmio_slots);

/**
 * mock_mmio_debugfs_add - files about the window, which stay as it does
 */
void mock_mmio_debugfs_add(void)
{
	struct dentry *dir = debugfs_create_dir("iommu_mock_mmio", NULL);

	debugfs_create_file("mem", 0600, dir, NULL, &mmio_mem_fops);
	debugfs_create_file("slots", 0400, dir, &mock_mmio_window,
			    &mmio_slots_fops);
}
