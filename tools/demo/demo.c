// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main job, told step by step
 *
 * A program in the role of a VMM gives a device to a guest that has a virtual
 * VT-d: it hands the guest's stage-1 page tables to the IOMMU through
 * /dev/iommu and forwards the guest's invalidations. The device does DMA
 * through both stages, and every byte is checked. The hardware is a mock, the
 * kernel interfaces and everything behind them are the real ones.
 *
 * Ends with status 1 at the first thing that is not as it should be.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ep.h"
#include "guest.h"
#include "mock.h"
#include "show.h"
#include "util.h"
#include "vdev.h"
#include "vmm.h"
#include "vtd_pt.h"

#define GUEST_GPA	0x40000000ull
#define GUEST_SIZE	(4 * SZ_1M)

/* What the guest calls its buffers: addresses in its own tables */
#define SRC_IOVA	0x00007f5a10000000ull
#define DST_IOVA	0x00007f5a20000000ull
#define BUF_SIZE	(16 * PAGE_4K)
#define COPY_OFF	0x123
#define COPY_LEN	50000

/* Everything that there is */
static struct mock unit, unit_spr17;
static struct vdev dev = { .fd = -1 }, dev_spr17 = { .fd = -1 };
static int iommufd = -1;
static uint32_t ioas, parent;
static struct guest ram;
static struct s1 tables_a, tables_b;
static uint32_t hwpt_a, hwpt_b;
static uint64_t src_gpa, dst_gpa, page_gpa;

static int clean_up(void)
{
	int rc, rc2;

	vdev_close(&dev);
	vdev_close(&dev_spr17);
	if (iommufd >= 0)
		close(iommufd);
	iommufd = -1;
	guest_destroy(&ram);
	rc = mock_destroy(&unit);
	rc2 = mock_destroy(&unit_spr17);
	return rc ?: rc2;
}

static void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2),
						      noreturn));
static void fail(const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	show_wrong("%s", text);
	clean_up();
	exit(1);
}

/* @rc is the result of a call that has to succeed */
static void must(int rc, const char *what)
{
	if (rc)
		fail("%s: %s", what, strerror(-rc));
}

static void must_hold(bool cond, const char *what)
{
	if (!cond)
		fail("%s", what);
}

static void make_unit(struct mock *m, const char *name, bool spr17)
{
	must(mock_create(m, MOCK_VTD, name), "make an instance in configfs");
	must(mock_add_endpoint(m, "ep0", 0x0100), "add a device to it");
	must(mock_set(m, "errata_spr17", spr17), "set its errata");
	must(mock_set_live(m, true), "set it live");
}

static void open_dev(const struct mock *m, struct vdev *v, char *name,
		     size_t size)
{
	must(mock_ep_get_text(m, "ep0", "vfio_name", name, size),
	     "the name of the VFIO device");
	must_hold(name[0], "no VFIO device: is intel_nested loaded?");
	must(vdev_open(v, name, iommufd), "open the device and bind it");
	must(vdev_enable(v, PCI_CMD_MEMORY | PCI_CMD_MASTER),
	     "switch bus mastering on");
}

static void step_hardware(void)
{
	char unit_dev[40], vfio[40];
	struct ep_result res;

	show_step("Make a VT-d unit with a device behind it, and open the device");
	if (!mock_present())
		fail("no %s: is iommu_mock loaded?", MOCK_CONFIGFS);
	make_unit(&unit, "demo", false);
	must(mock_get_text(&unit, "dev_name", unit_dev, sizeof(unit_dev)),
	     "the name of the unit");
	iommufd = vmm_open();
	if (iommufd < 0)
		fail("open /dev/iommu: %s", strerror(-iommufd));
	open_dev(&unit, &dev, vfio, sizeof(vfio));
	show_ok("unit %s, device at source-id 01:00.0 is /dev/vfio/devices/%s",
		unit_dev, vfio);

	must_hold(ep_read(&dev, GUEST_GPA, 64, 0, &res) == -EFAULT &&
		  !res.moved, "DMA of a device that nobody attached got through");
	show_ok("its DMA is blocked until it is attached to something");
	show_count("before any attachment", &unit);
}

static void step_hw_info(void)
{
	struct iommu_hw_info_vtd vtd;
	struct iommu_hw_info info;

	show_step("Ask what the hardware can do (IOMMU_GET_HW_INFO)");
	must(vmm_hw_info_vtd(iommufd, dev.id, &vtd, &info), "hw_info");
	must_hold(vtd.ecap_reg & VTD_ECAP_NEST, "the unit cannot nest");
	show_ok("CAP %#llx, ECAP %#llx", (unsigned long long)vtd.cap_reg,
		(unsigned long long)vtd.ecap_reg);
	show_ok("stage-1 of 4%s levels, nested on stage-2; errata: %s",
		vtd.cap_reg & VTD_CAP_FS5LP ? " and 5" : "",
		vtd.flags & IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17 ? "SPR17" :
								    "none");
	must_hold(!vtd.flags, "an erratum that nobody asked for");
}

static void step_parent(void)
{
	show_step("Give the guest memory, and make its stage-2 (a nesting parent)");
	must(guest_create(&ram, GUEST_GPA, GUEST_SIZE), "guest memory");
	must(vmm_ioas_alloc(iommufd, &ioas), "IOMMU_IOAS_ALLOC");
	must(vmm_ioas_map(iommufd, ioas, ram.va, ram.size, ram.gpa, VMM_RW),
	     "IOMMU_IOAS_MAP");
	show_ok("%llu MiB of guest memory at guest-physical %#llx",
		(unsigned long long)(ram.size / SZ_1M),
		(unsigned long long)ram.gpa);
	must(vmm_hwpt_paging(iommufd, dev.id, ioas,
			     IOMMU_HWPT_ALLOC_NEST_PARENT, &parent),
	     "IOMMU_HWPT_ALLOC of a nesting parent");
	show_ok("HWPT %u: guest-physical to host-physical, the kernel's", parent);
}

static void build_tables(struct s1 *s1, uint64_t *src, uint64_t *dst)
{
	must(s1_create(s1, &ram, 4), "a root table");
	*src = guest_alloc(&ram, BUF_SIZE, PAGE_4K);
	*dst = guest_alloc(&ram, BUF_SIZE, PAGE_4K);
	must_hold(*src && *dst, "the guest is out of memory");
	must(s1_map_range(s1, SRC_IOVA, *src, BUF_SIZE, S1_4K, S1_RW),
	     "map the source");
	must(s1_map_range(s1, DST_IOVA, *dst, BUF_SIZE, S1_4K, S1_RW),
	     "map the destination");
}

static void nest(const struct s1 *s1, uint32_t *hwpt)
{
	const struct iommu_hwpt_vtd_s1 data = {
		.pgtbl_addr = s1->root,
		.addr_width = 48,
	};

	must(vmm_hwpt_nested(iommufd, dev.id, parent, 0, &data, hwpt),
	     "IOMMU_HWPT_ALLOC of a nested HWPT");
}

static void step_nested(void)
{
	show_step("The guest builds page tables in its memory; hand them over");
	build_tables(&tables_a, &src_gpa, &dst_gpa);
	show_ok("4-level stage-1 at guest-physical %#llx, two buffers of %llu KiB",
		(unsigned long long)tables_a.root, BUF_SIZE / 1024);
	nest(&tables_a, &hwpt_a);
	show_ok("HWPT %u: the guest's tables, nested on HWPT %u", hwpt_a, parent);
	must(vdev_attach_id(&dev, hwpt_a), "attach the device");
	show_ok("the device is attached to it");
	show_count("attach", &unit);
}

static void step_copy(void)
{
	const unsigned long long from = SRC_IOVA + COPY_OFF;
	const unsigned long long to = DST_IOVA + BUF_SIZE - COPY_LEN - 7;
	uint8_t *src = guest_ptr(&ram, src_gpa);
	uint8_t *dst = guest_ptr(&ram, dst_gpa);
	uint64_t at = to - DST_IOVA;
	struct ep_result res;
	uint32_t crc;

	show_step("The device copies %u bytes from %#llx to %#llx", COPY_LEN,
		  from, to);
	util_fill(src, BUF_SIZE, 1);
	memset(dst, 0x5a, BUF_SIZE);
	crc = util_crc32(src + COPY_OFF, COPY_LEN);
	must(ep_copy(&dev, from, to, COPY_LEN, &res), "the copy");
	must_hold(res.moved == COPY_LEN, "it moved another number of bytes");
	must_hold(!memcmp(dst + at, src + COPY_OFF, COPY_LEN),
		  "a byte of the copy is not what it was");
	must_hold(util_is_byte(dst, at, 0x5a) &&
		  util_is_byte(dst + at + COPY_LEN, BUF_SIZE - at - COPY_LEN,
			       0x5a),
		  "a byte beside the copy has changed");
	show_ok("every byte is where it belongs, none beside it has changed");
	if (res.checksum != crc)
		fail("the device found CRC32 %#x, it is %#x", res.checksum, crc);
	show_ok("CRC32 %#010x, the device found the same", crc);
	show_count("copy", &unit);
}

/* What the device finds in the first page of the source */
static int device_sees(uint64_t seed)
{
	uint8_t page[PAGE_4K];

	util_fill(page, sizeof(page), seed);
	return ep_read(&dev, SRC_IOVA, sizeof(page),
		       util_crc32(page, sizeof(page)), NULL);
}

static void step_stale(void)
{
	uint64_t *pte = s1_entry(&tables_a, SRC_IOVA, 1);

	show_step("The guest maps another page at %#llx, and says nothing",
		  (unsigned long long)SRC_IOVA);
	page_gpa = guest_alloc(&ram, PAGE_4K, PAGE_4K);
	must_hold(pte && page_gpa, "the guest is out of memory");
	util_fill(guest_ptr(&ram, src_gpa), PAGE_4K, 2);
	util_fill(guest_ptr(&ram, page_gpa), PAGE_4K, 3);
	must(device_sees(2), "the old page, before the change");
	s1_set(pte, page_gpa | S1_RW);
	show_ok("page table entry now says guest-physical %#llx, was %#llx",
		(unsigned long long)page_gpa, (unsigned long long)src_gpa);
	must(device_sees(2), "the old page, out of the IOTLB");
	show_ok("the device still reaches the old page: its translation is cached");
	show_count("stale", &unit);
}

static void step_invalidate(void)
{
	show_step("The VMM forwards the guest's invalidation (IOMMU_HWPT_INVALIDATE)");
	must(vmm_invalidate_range(iommufd, hwpt_a, SRC_IOVA, 1,
				  IOMMU_VTD_INV_FLAGS_LEAF),
	     "invalidate one page");
	must(device_sees(3), "the new page");
	show_ok("the device reaches the new page");
	must_hold(device_sees(2) == -EBADMSG, "it reaches the old one as well");
	show_ok("and the old one no more");
	show_count("invalidate", &unit);
}

static void step_fault(void)
{
	const uint64_t outside = DST_IOVA + BUF_SIZE;
	uint8_t *before = malloc(ram.size);
	struct ep_result res;
	int rc;

	show_step("The device writes where the guest has mapped nothing");
	must_hold(before, "out of memory");
	memcpy(before, ram.va, ram.size);
	rc = ep_write(&dev, outside, 4096, 1, &res);
	must_hold(rc == -EFAULT && res.fault & MOCK_EP_FAULT_BLOCKED,
		  "it was not blocked");
	must_hold(res.fault & MOCK_EP_FAULT_WRITE && res.fault_addr == outside,
		  "the fault is another than this");
	must_hold(!res.moved && !memcmp(before, ram.va, ram.size),
		  "guest memory has changed");
	free(before);
	show_ok("blocked: write fault at %#llx, no byte was moved",
		(unsigned long long)outside);
	show_count("fault", &unit);
}

static void step_replace(void)
{
	uint64_t src, dst;
	unsigned int i;

	show_step("Stage-1 A is replaced by B, which has other memory at the same addresses");
	build_tables(&tables_b, &src, &dst);
	nest(&tables_b, &hwpt_b);
	util_fill(guest_ptr(&ram, src), PAGE_4K, 4);
	must(device_sees(3), "A's page, cached");
	must(vdev_attach_id(&dev, hwpt_b), "attach the device to B");
	for (i = 0; i < 3; i++)
		must(device_sees(4), "B's page");
	show_ok("HWPT %u instead of %u: the device reaches B's memory at once",
		hwpt_b, hwpt_a);
	must_hold(ep_write(&dev, DST_IOVA, BUF_SIZE, 5, NULL) == 0,
		  "a write to B's destination");
	must_hold(!util_is_byte(guest_ptr(&ram, dst), BUF_SIZE, 0),
		  "B's destination was not written");
	must(vmm_destroy(iommufd, hwpt_a), "destroy A");
	show_ok("nothing of A is left in any cache; A's HWPT is destroyed");
	show_count("replace", &unit);
}

static void step_spr17(void)
{
	struct iommu_hw_info_vtd vtd;
	struct guest rom;
	uint32_t ioas2, parent2;
	char vfio[40];
	int rc;

	show_step("A second unit has erratum SPR17: no read-only memory under nesting");
	make_unit(&unit_spr17, "demo-spr17", true);
	open_dev(&unit_spr17, &dev_spr17, vfio, sizeof(vfio));
	must(vmm_hw_info_vtd(iommufd, dev_spr17.id, &vtd, NULL), "hw_info");
	must_hold(vtd.flags & IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17,
		  "hw_info does not tell of it");
	show_ok("hw_info says so");

	must(guest_create(&rom, GUEST_GPA + SZ_1G, SZ_64K), "a ROM");
	must(vmm_ioas_alloc(iommufd, &ioas2), "IOMMU_IOAS_ALLOC");
	must(vmm_hwpt_paging(iommufd, dev_spr17.id, ioas2,
			     IOMMU_HWPT_ALLOC_NEST_PARENT, &parent2),
	     "IOMMU_HWPT_ALLOC of a nesting parent");
	rc = vmm_ioas_map(iommufd, ioas2, rom.va, rom.size, rom.gpa, VMM_RO);
	if (rc != -EINVAL)
		fail("a read-only mapping below a nesting parent: %s",
		     rc ? strerror(-rc) : "was accepted");
	show_ok("a read-only mapping into its nesting parent is refused: %s",
		strerror(-rc));
	must(vmm_ioas_map(iommufd, ioas, rom.va, rom.size, rom.gpa, VMM_RO),
	     "the same mapping on the first unit");
	show_ok("the first unit takes the same mapping");
	must(vmm_ioas_unmap(iommufd, ioas, rom.gpa, rom.size), "unmap it");
	guest_destroy(&rom);
}

static void step_end(void)
{
	show_step("Take everything down");
	must(clean_up(), "remove the instances");
	show_ok("devices, HWPTs and instances are gone");
}

int main(void)
{
	show_title("A VMM gives a device to a guest with its own IOMMU page tables (Intel VT-d)");
	step_hardware();
	step_hw_info();
	step_parent();
	step_nested();
	step_copy();
	step_stale();
	step_invalidate();
	step_fault();
	step_replace();
	step_spr17();
	step_end();
	show_table();
	return 0;
}
