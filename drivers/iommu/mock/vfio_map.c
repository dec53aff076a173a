// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: vfio-pci with BARs that userspace can map
 *
 * UML has no physical addresses besides memory: what vfio-pci maps of a BAR cannot be
 * accessed. Here it stays unmapped, and each access to it is a page fault, in which the
 * instruction is carried out with the kernel's own access to the BAR, as a hypervisor
 * does it for a guest. So registers have the side effects of registers, and an access
 * has come to the endpoint before the next instruction.
 *
 * This is a variant of vfio-pci like others, and knows nothing of the mock: it drives
 * any PCI function.
 */
#include <linux/bits.h>
#include <linux/file.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/pagemap.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

#include <asm/ptrace.h>
#include <asm/syscall.h>

#include "core.h"
#include "mov.h"

#define PGOFF_BAR_SHIFT		(VFIO_PCI_OFFSET_SHIFT - PAGE_SHIFT)

static const u8 map_gp[MOCK_MOV_NR_REGS] = {
	HOST_AX, HOST_CX, HOST_DX, HOST_BX, HOST_SP, HOST_BP, HOST_SI, HOST_DI,
	HOST_R8, HOST_R9, HOST_R10, HOST_R11, HOST_R12, HOST_R13, HOST_R14, HOST_R15,
};

/**
 * struct map_access - an access to a mapped BAR
 * @vdev: whose it is
 * @io: where the BAR is in the kernel
 * @mov: the instruction
 * @regs: registers of the task, as mov.h numbers them
 */
struct map_access {
	struct vfio_pci_core_device *vdev;
	void __iomem *io;
	struct mock_mov mov;
	u64 regs[MOCK_MOV_NR_REGS];
};

static int map_load(struct map_access *acc, u64 *val)
{
	u32 val32;
	u16 val16;
	u8 val8;
	int ret;

	switch (acc->mov.bytes) {
	case 1:
		ret = vfio_pci_core_ioread8(acc->vdev, true, &val8, acc->io);
		*val = val8;
		return ret;
	case 2:
		ret = vfio_pci_core_ioread16(acc->vdev, true, &val16, acc->io);
		*val = val16;
		return ret;
	case 4:
		ret = vfio_pci_core_ioread32(acc->vdev, true, &val32, acc->io);
		*val = val32;
		return ret;
	default:
		return vfio_pci_core_ioread64(acc->vdev, true, val, acc->io);
	}
}

static int map_store(struct map_access *acc, u64 val)
{
	switch (acc->mov.bytes) {
	case 1:
		return vfio_pci_core_iowrite8(acc->vdev, true, val, acc->io);
	case 2:
		return vfio_pci_core_iowrite16(acc->vdev, true, val, acc->io);
	case 4:
		return vfio_pci_core_iowrite32(acc->vdev, true, val, acc->io);
	default:
		return vfio_pci_core_iowrite64(acc->vdev, true, val, acc->io);
	}
}

static int map_run(struct map_access *acc)
{
	u64 val = 0;
	int ret;

	if (acc->mov.store)
		return map_store(acc, mock_mov_stored(&acc->mov, acc->regs));
	ret = map_load(acc, &val);
	if (!ret)
		mock_mov_loaded(&acc->mov, acc->regs, val);
	return ret;
}

static void map_get_regs(struct map_access *acc, const struct pt_regs *regs)
{
	unsigned int i;

	for (i = 0; i < MOCK_MOV_NR_REGS; i++)
		acc->regs[i] = regs->regs.gp[map_gp[i]];
}

/* The task goes on behind the instruction, which has changed no more than one register */
static void map_finish(const struct map_access *acc, struct pt_regs *regs)
{
	const u8 reg = acc->mov.reg;

	if (!acc->mov.store)
		regs->regs.gp[map_gp[reg]] = acc->regs[reg];
	PT_REGS_IP(regs) += acc->mov.len;
}

/* Where the instruction is it may end with its page: what is behind that does not matter */
static int map_decode(struct map_access *acc, unsigned long ip)
{
	u8 code[MOCK_MOV_MAX_LEN];
	unsigned long left;

	pagefault_disable();
	left = __copy_from_user_inatomic(code, (void __user *)ip, sizeof(code));
	if (left) {
		unsigned long in_page = PAGE_SIZE - offset_in_page(ip);

		left = sizeof(code);
		if (in_page < left &&
		    !__copy_from_user_inatomic(code, (void __user *)ip, in_page))
			left -= in_page;
	}
	pagefault_enable();
	return mock_mov_decode(&acc->mov, code, sizeof(code) - left);
}

/* Where in its BAR, and is all of the access there? */
static int map_locate(struct map_access *acc, const struct vm_fault *vmf)
{
	const struct vm_area_struct *vma = vmf->vma;
	const unsigned int bar = vma->vm_pgoff >> PGOFF_BAR_SHIFT;
	const u64 first = (vma->vm_pgoff & (BIT(PGOFF_BAR_SHIFT) - 1)) << PAGE_SHIFT;
	const u64 off = first + vmf->real_address - vma->vm_start;

	if (vmf->real_address + acc->mov.bytes > vma->vm_end ||
	    off + acc->mov.bytes > pci_resource_len(acc->vdev->pdev, bar))
		return -EFAULT;
	acc->io = vfio_pci_core_get_iomap(acc->vdev, bar);
	if (IS_ERR(acc->io))
		return PTR_ERR(acc->io);
	acc->io += off;
	return 0;
}

/*
 * The fault is the task's own, and not that of a system call that was given the
 * address: then the registers would say nothing about it.
 */
static bool map_is_access(const struct vm_fault *vmf, struct pt_regs *regs)
{
	const unsigned int need = FAULT_FLAG_USER | FAULT_FLAG_ALLOW_RETRY;
	const unsigned int other = FAULT_FLAG_VMA_LOCK | FAULT_FLAG_REMOTE |
				   FAULT_FLAG_RETRY_NOWAIT;

	return (vmf->flags & (need | other)) == need &&
	       vmf->vma->vm_mm == current->mm && syscall_get_nr(current, regs) < 0;
}

/* Find out all that the mapping is needed for */
static int map_prepare(struct map_access *acc, const struct vm_fault *vmf,
		       struct pt_regs *regs)
{
	const unsigned long ip = PT_REGS_IP(regs);
	int ret;

	if (!map_is_access(vmf, regs))
		return -EFAULT;
	ret = map_decode(acc, ip);
	if (ret)
		return ret;
	map_get_regs(acc, regs);
	if (mock_mov_address(&acc->mov, acc->regs, ip) != vmf->real_address ||
	    acc->mov.store != !!(vmf->flags & FAULT_FLAG_WRITE))
		return -EFAULT;
	return map_locate(acc, vmf);
}

/*
 * The lock of the task's mappings is not held here, since VFIO's own is taken outside
 * of it: who allocates interrupts with that meets sysfs, whose readers fault.
 */
static void map_carry_out(struct map_access *acc, struct pt_regs *regs)
{
	if (map_run(acc))
		force_sig(SIGBUS);
	else
		map_finish(acc, regs);
}

/*
 * The code is not in memory any more, as when a page has been reclaimed. If it is in
 * a mapping like this one, there is none: this makes no faults of such mappings.
 */
static void map_fetch_code(unsigned long ip)
{
	u8 code[MOCK_MOV_MAX_LEN];

	access_process_vm(current, ip, code, sizeof(code), 0);
}

static int map_no_pte(pte_t *pte, unsigned long addr, void *data)
{
	return 0;
}

/*
 * There is no page when it returns, and the access is not tried again, but the
 * architecture looks for a page table.
 */
static vm_fault_t map_fault(struct vm_fault *vmf)
{
	struct map_access acc = { .vdev = vmf->vma->vm_private_data };
	struct mm_struct *mm = vmf->vma->vm_mm;
	struct pt_regs *regs = current_pt_regs();
	struct file *file;
	int ret;

	if (apply_to_page_range(mm, vmf->address, PAGE_SIZE, map_no_pte, NULL))
		return VM_FAULT_OOM;
	ret = map_prepare(&acc, vmf, regs);
	if (ret == -ENODATA && !(vmf->flags & FAULT_FLAG_TRIED)) {
		mmap_read_unlock(mm);
		map_fetch_code(PT_REGS_IP(regs));
		return VM_FAULT_RETRY;
	}
	if (ret)
		return VM_FAULT_SIGBUS;
	/* The device stays open, whoever unmaps it meanwhile */
	file = get_file(vmf->vma->vm_file);
	mmap_read_unlock(mm);
	map_carry_out(&acc, regs);
	fput(file);
	return VM_FAULT_COMPLETED | VM_FAULT_NOPAGE;
}

static const struct vm_operations_struct map_vm_ops = {
	.fault = map_fault,
};

static int map_mmap(struct vfio_device *core_vdev, struct vm_area_struct *vma)
{
	int ret = vfio_pci_core_mmap(core_vdev, vma);

	if (!ret)
		vma->vm_ops = &map_vm_ops;
	return ret;
}

/* Part of a page can be mapped, too; but the MSI-X table is VFIO's own */
static void map_allow(struct vfio_pci_core_device *vdev)
{
	unsigned int bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		vdev->bar_mmap_supported[bar] =
			!IS_ERR_OR_NULL(vdev->barmap[bar]) && bar != vdev->msix_bar &&
			pci_resource_flags(vdev->pdev, bar) & IORESOURCE_MEM;
}

/* Who maps a region maps pages; behind a BAR that ends within one is nothing */
static int map_region_info(struct vfio_device *core_vdev, struct vfio_region_info *info,
			   struct vfio_info_cap *caps)
{
	int ret = vfio_pci_ioctl_get_region_info(core_vdev, info, caps);

	if (!ret && info->flags & VFIO_REGION_INFO_FLAG_MMAP)
		info->size = PAGE_ALIGN(info->size);
	return ret;
}

static int map_open_device(struct vfio_device *core_vdev)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);
	int ret = vfio_pci_core_enable(vdev);

	if (ret)
		return ret;
	vfio_pci_core_finish_enable(vdev);
	map_allow(vdev);
	return 0;
}

static const struct vfio_device_ops map_ops = {
	.name = MOCK_VFIO_MAP_DRIVER,
	.init = vfio_pci_core_init_dev,
	.release = vfio_pci_core_release_dev,
	.open_device = map_open_device,
	.close_device = vfio_pci_core_close_device,
	.ioctl = vfio_pci_core_ioctl,
	.get_region_info_caps = map_region_info,
	.device_feature = vfio_pci_core_ioctl_feature,
	.read = vfio_pci_core_read,
	.write = vfio_pci_core_write,
	.mmap = map_mmap,
	.request = vfio_pci_core_request,
	.match = vfio_pci_core_match,
	.match_token_uuid = vfio_pci_core_match_token_uuid,
	.bind_iommufd = vfio_iommufd_physical_bind,
	.unbind_iommufd = vfio_iommufd_physical_unbind,
	.attach_ioas = vfio_iommufd_physical_attach_ioas,
	.detach_ioas = vfio_iommufd_physical_detach_ioas,
	.pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas,
	.pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas,
};

static int map_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vfio_pci_core_device *vdev;
	int ret;

	vdev = vfio_alloc_device(vfio_pci_core_device, vdev, &pdev->dev, &map_ops);
	if (IS_ERR(vdev))
		return PTR_ERR(vdev);
	pci_set_drvdata(pdev, vdev);
	ret = vfio_pci_core_register_device(vdev);
	if (ret)
		vfio_put_device(&vdev->vdev);
	return ret;
}

static void map_remove(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *vdev = pci_get_drvdata(pdev);

	vfio_pci_core_unregister_device(vdev);
	vfio_put_device(&vdev->vdev);
}

/* Only what asks for it by its name */
static const struct pci_device_id map_table[] = {
	{ PCI_DRIVER_OVERRIDE_DEVICE_VFIO(PCI_ANY_ID, PCI_ANY_ID) },
	{}
};

static struct pci_driver map_driver = {
	.name = MOCK_VFIO_MAP_DRIVER,
	.id_table = map_table,
	.probe = map_probe,
	.remove = map_remove,
	.err_handler = &vfio_pci_core_err_handlers,
	.driver_managed_dma = true,
};

/**
 * mock_vfio_map_register() - from now on functions can have this driver
 *
 * Return: 0 or an errno
 */
int mock_vfio_map_register(void)
{
	return pci_register_driver(&map_driver);
}

/**
 * mock_vfio_map_unregister() - undo mock_vfio_map_register()
 */
void mock_vfio_map_unregister(void)
{
	pci_unregister_driver(&map_driver);
}
