// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main job, told step by step, once for each vendor
 *
 * A program in the role of a VMM gives a device to a guest that has a virtual
 * VT-d, or a virtual SMMUv3: it hands the guest's stage-1 page tables to the
 * IOMMU through /dev/iommu and forwards the guest's invalidations. The device
 * does DMA through both stages, and every byte is checked. The hardware is a
 * mock, the kernel interfaces and everything behind them are the real ones.
 *
 * Ends with status 1 at the first thing that is not as it should be.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <dualstage_raw.h>

#include "ep.h"
#include "faults.h"
#include "guest.h"
#include "mock.h"
#include "nest.h"
#include "show.h"
#include "smmu_guest.h"
#include "util.h"
#include "vdev.h"
#include "vtd_guest.h"

#define GUEST_GPA	0x40000000ull
#define GUEST_SIZE	(4 * SZ_1M)

/* What the guest calls its buffers: addresses in its own tables */
#define SRC_IOVA	0x00007f5a10000000ull
#define DST_IOVA	0x00007f5a20000000ull
#define BUF_SIZE	(16 * PAGE_4K)
#define COPY_OFF	0x123
#define COPY_LEN	50000

/* Where iommufd puts the doorbell of messages; 1M */
#define SW_MSI		0x08000000ull
#define WAIT_MS		20000

/* Everything that there is */
static struct mock unit, unit_good;
static struct vdev dev = { .fd = -1 }, dev_good = { .fd = -1 };
static int iommufd = -1, events = -1;
static struct faults faults = { .queue = -1 };
static uint32_t ioas;
static struct nest nest;
static struct guest ram;
static struct s1 tables_a, tables_b;
static uint32_t hwpt_a, hwpt_b;
static uint64_t src_gpa, dst_gpa, page_gpa;

static int clean_up(void)
{
	int rc, rc2;

	vdev_close(&dev);
	vdev_close(&dev_good);
	if (events >= 0)
		close(events);
	events = -1;
	if (faults.queue >= 0)
		close(faults.queue);
	faults.queue = -1;
	if (iommufd >= 0)
		close(iommufd);
	iommufd = -1;
	guest_destroy(&ram);
	rc = mock_destroy(&unit);
	rc2 = mock_destroy(&unit_good);
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

static bool is_smmu(void)
{
	return nest.type == MOCK_SMMUV3;
}

/* What the kernel's own driver does not do is told as such */
static bool is_ours(const struct mock *m)
{
	char driver[16];

	must(mock_get_text(m, "driver", driver, sizeof(driver)), "whose driver it is");
	return strcmp(driver, "in-tree");
}

static void make_unit(struct mock *m, const char *name, bool spr17)
{
	must(mock_create(m, nest.type, name), "make an instance in configfs");
	must(mock_add_endpoint(m, "ep0", 0x0100), "add a device to it");
	must(mock_ep_set(m, "ep0", "ats", 1), "give the device ATS");
	must(mock_ep_set(m, "ep0", "pri", 1), "give the device page requests");
	if (!spr17)
		must(mock_set(m, "errata_spr17", 0), "set its errata");
	must(mock_set_live(m, true), "set it live");
}

static void open_dev(const struct mock *m, struct vdev *v, char *name,
		     size_t size)
{
	must(mock_ep_get_text(m, "ep0", "vfio_name", name, size),
	     "the name of the VFIO device");
	must_hold(name[0], is_smmu() ?
		  "no VFIO device: is arm_smmu_v3_nested loaded?" :
		  "no VFIO device: is intel_nested loaded?");
	must(vdev_open(v, name, iommufd), "open the device and bind it");
	must(vdev_enable(v, PCI_CMD_MEMORY | PCI_CMD_MASTER),
	     "switch bus mastering on");
}

static void step_hardware(void)
{
	char unit_dev[40], vfio[40];
	struct ep_result res;

	show_step("Make %s with a device behind it, and open the device",
		  is_smmu() ? "an SMMUv3" : "a VT-d unit");
	if (!mock_present())
		fail("no %s: is iommu_mock loaded?", MOCK_CONFIGFS);
	make_unit(&unit, "demo", true);
	must(mock_get_text(&unit, "dev_name", unit_dev, sizeof(unit_dev)),
	     "the name of the unit");
	iommufd = dsi_open();
	if (iommufd < 0)
		fail("open /dev/iommu: %s", strerror(-iommufd));
	nest.iommufd = iommufd;
	open_dev(&unit, &dev, vfio, sizeof(vfio));
	show_ok("%s; device at %s: /dev/vfio/devices/%s", unit_dev,
		is_smmu() ? "StreamID 0x100" : "source-id 01:00.0", vfio);

	must_hold(ep_read(&dev, GUEST_GPA, 64, 0, &res) == -EFAULT &&
		  !res.moved, "DMA of a device that nobody attached got through");
	show_ok("its DMA is blocked until it is attached to something");
	show_count("before any attachment", &unit);
}

static void ask_smmu(void)
{
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct iommu_hw_info info;

	must(dsi_hw_info_smmuv3(iommufd, dev.id, &smmu, &info), "hw_info");
	show_ok("IDR0 %#x, IDR1 %#x, IDR3 %#x, IDR5 %#x", smmu.idr[0],
		smmu.idr[1], smmu.idr[3], smmu.idr[5]);
	show_ok("stage-1 with granules of%s%s%s, nested on stage-2; errata: %s",
		smmu.idr[5] & SMMU_IDR5_GRAN4K ? " 4K" : "",
		smmu.idr[5] & SMMU_IDR5_GRAN16K ? " 16K" : "",
		smmu.idr[5] & SMMU_IDR5_GRAN64K ? " 64K" : "",
		smmu.flags ? "some" : "none");
	must_hold(!smmu.flags, "an erratum that nobody asked for");
}

static void ask_vtd(void)
{
	struct iommu_hw_info_vtd vtd;
	struct iommu_hw_info info;

	must(dsi_hw_info_vtd(iommufd, dev.id, &vtd, &info), "hw_info");
	must_hold(vtd.ecap_reg & VTD_ECAP_NEST, "the unit cannot nest");
	show_ok("CAP %#llx, ECAP %#llx", (unsigned long long)vtd.cap_reg,
		(unsigned long long)vtd.ecap_reg);
	show_ok("stage-1 of 4%s levels, nested on stage-2; errata: %s",
		vtd.cap_reg & VTD_CAP_FS5LP ? " and 5" : "",
		vtd.flags & IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17 ? "SPR17" :
								    "none");
}

static void step_hw_info(void)
{
	show_step("Ask what the hardware can do (IOMMU_GET_HW_INFO)");
	if (is_smmu())
		ask_smmu();
	else
		ask_vtd();
}

static void step_parent(void)
{
	show_step("Give the guest memory, and make its stage-2 (a nesting parent)");
	must(guest_create(&ram, GUEST_GPA, GUEST_SIZE), "guest memory");
	must(dsi_ioas_alloc(iommufd, &ioas), "IOMMU_IOAS_ALLOC");
	must(dsi_ioas_map(iommufd, ioas, ram.va, ram.size, ram.gpa, DSI_RW),
	     "IOMMU_IOAS_MAP");
	show_ok("%llu MiB of guest memory at guest-physical %#llx",
		(unsigned long long)(ram.size / SZ_1M),
		(unsigned long long)ram.gpa);
	nest.raw = !is_smmu() && is_ours(&unit);
	must(nest_create(&nest, dev.id, ioas, 0),
	     "IOMMU_HWPT_ALLOC of a nesting parent, IOMMU_VIOMMU_ALLOC");
	show_ok("HWPT %u: guest-physical to host-physical, the kernel's",
		nest.parent);
	if (!nest.viommu)
		return;
	must(nest_add_dev(&nest, dev.id), "IOMMU_VDEVICE_ALLOC");
	show_ok("vIOMMU %u on it: the guest's %s, the device's %s there is %#x",
		nest.viommu, is_smmu() ? "SMMU" : "VT-d",
		is_smmu() ? "StreamID" : "source-id", nest.devs[0].vsid);
}

static void build_tables(struct s1 *s1, uint64_t *src, uint64_t *dst)
{
	must(nest_s1(&nest, s1, &ram, 48), "a root table");
	*src = guest_alloc(&ram, BUF_SIZE, PAGE_4K);
	*dst = guest_alloc(&ram, BUF_SIZE, PAGE_4K);
	must_hold(*src && *dst, "the guest is out of memory");
	must(s1_map_range(s1, SRC_IOVA, *src, BUF_SIZE, S1_4K, S1_RW),
	     "map the source");
	must(s1_map_range(s1, DST_IOVA, *dst, BUF_SIZE, S1_4K, S1_RW),
	     "map the destination");
}

static void make_hwpt(const struct s1 *s1, uint32_t *hwpt)
{
	must(nest_hwpt(&nest, dev.id, 0, s1, hwpt),
	     "IOMMU_HWPT_ALLOC of a nested HWPT");
}

static void step_nested(void)
{
	show_step("The guest builds page tables in its memory; hand them over");
	build_tables(&tables_a, &src_gpa, &dst_gpa);
	show_ok("4-level stage-1 at guest-physical %#llx, two buffers of %llu KiB",
		(unsigned long long)tables_a.root, BUF_SIZE / 1024);
	make_hwpt(&tables_a, &hwpt_a);
	if (is_smmu())
		show_ok("HWPT %u: the guest's stream table entry, with ASID %u",
			hwpt_a, tables_a.asid);
	else if (nest.raw)
		show_ok("HWPT %u: the guest's PASID table entry, with domain-id %u",
			hwpt_a, tables_a.asid);
	else
		show_ok("HWPT %u: the guest's tables, nested on HWPT %u",
			hwpt_a, nest.parent);
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
	return ep_sees(&dev, SRC_IOVA, seed);
}

static void step_stale(void)
{
	show_step("The guest maps another page at %#llx, and says nothing",
		  (unsigned long long)SRC_IOVA);
	page_gpa = guest_alloc(&ram, PAGE_4K, PAGE_4K);
	must_hold(page_gpa, "the guest is out of memory");
	util_fill(guest_ptr(&ram, src_gpa), PAGE_4K, 2);
	util_fill(guest_ptr(&ram, page_gpa), PAGE_4K, 3);
	must(device_sees(2), "the old page, before the change");
	must(s1_map(&tables_a, SRC_IOVA, page_gpa, S1_4K, S1_RW),
	     "change a page table entry");
	show_ok("page table entry now says guest-physical %#llx, was %#llx",
		(unsigned long long)page_gpa, (unsigned long long)src_gpa);
	must(device_sees(2), "the old page, out of the IOTLB");
	show_ok("the device still reaches the old page: its translation is cached");
	show_count("stale", &unit);
}

static void step_invalidate(void)
{
	show_step("The VMM forwards the guest's invalidation (IOMMU_HWPT_INVALIDATE)");
	must(nest_inv(&nest, &tables_a, hwpt_a, SRC_IOVA, 1, true),
	     "invalidate one page");
	must(device_sees(3), "the new page");
	show_ok("the device reaches the new page");
	must_hold(device_sees(2) == -EBADMSG, "it reaches the old one as well");
	show_ok("and the old one no more");
	show_count("invalidate", &unit);
}

static void listen_to_faults(void)
{
	uint32_t queue;

	if (is_smmu())
		must(dsi_veventq(iommufd, nest.viommu, 16, &queue, &events),
		     "IOMMU_VEVENTQ_ALLOC");
	else if (nest.raw)
		must(dsi_veventq_vtd(iommufd, nest.viommu, 16, &queue, &events),
		     "IOMMU_VEVENTQ_ALLOC");
}

/* The guest hears of it, by the name that it has for its device */
static void hear_of_fault(uint64_t addr)
{
	const uint32_t vsid = nest.devs[0].vsid;
	struct dsi_vevent ev;

	if (is_smmu()) {
		must(dsi_vevent(events, WAIT_MS, &ev), "an event for the guest");
		must_hold((ev.evt[0] & EVT0_ID) == EVT_F_TRANSLATION &&
			  EVT0_SID(ev.evt[0]) == vsid && ev.evt[2] == addr &&
			  !(ev.evt[1] & EVT1_RNW), "the event is of something else");
		show_ok("the guest has an F_TRANSLATION event of StreamID %#x for it", vsid);
	} else if (nest.raw) {
		must(dsi_vevent_vtd(events, WAIT_MS, &ev), "a fault record for the guest");
		must_hold(FR1_REASON(ev.evt[1]) == FR_FS_NP && FR1_SID(ev.evt[1]) == vsid &&
			  ev.evt[0] == addr, "the record is of something else");
		show_ok("the guest has a fault record for it, reason %#x of source-id %#x",
			FR_FS_NP, vsid);
	}
}

static void step_fault(void)
{
	const uint64_t outside = DST_IOVA + BUF_SIZE;
	uint8_t *before = malloc(ram.size);
	struct ep_result res;
	int rc;

	show_step("The device writes where the guest has mapped nothing");
	listen_to_faults();
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
	hear_of_fault(outside);
	show_count("fault", &unit);
}

static void step_replace(void)
{
	uint64_t src, dst;
	unsigned int i;

	show_step("Stage-1 A is replaced by B, which has other memory at the same addresses");
	build_tables(&tables_b, &src, &dst);
	make_hwpt(&tables_b, &hwpt_b);
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
	must(dsi_destroy(iommufd, hwpt_a), "destroy A");
	show_ok("nothing of A is %s; A's HWPT is destroyed", is_smmu() ?
		"found, its ASID is another" : "left in any cache");
	show_count("replace", &unit);
}

/* The device writes a page that is not there, and waits for it */
static void write_and_wait(uint64_t iova)
{
	uint32_t done = vdev_reg(&dev, MOCK_EP_DONE);
	struct iommu_hwpt_pgfault fault;
	struct ep_result res;

	must(ep_start(&dev, MOCK_EP_CMD_WRITE, 0, iova, PAGE_4K), "a write");
	must(faults_read(&faults, WAIT_MS, &fault), "a page request");
	must_hold(fault.addr == iova && fault.perm == IOMMU_PGFAULT_PERM_WRITE,
		  "it asks for something else");
	must_hold(vdev_reg(&dev, MOCK_EP_DONE) == done, "it does not wait");
	show_ok("fault queue: the device wants to write at %#llx, and waits",
		(unsigned long long)fault.addr);
	page_gpa = guest_alloc(&ram, PAGE_4K, PAGE_4K);
	must_hold(page_gpa, "the guest is out of memory");
	must(s1_map(&tables_b, iova, page_gpa, S1_4K, S1_RW), "map the page");
	must(faults_answer(&faults, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS), "an answer");
	must(ep_wait(&dev, done, &res), "the write");
	must_hold(res.moved == PAGE_4K && res.checksum ==
		  util_crc32(guest_ptr(&ram, page_gpa), PAGE_4K), "it wrote something else");
	show_ok("the guest maps guest-physical %#llx, the VMM answers: the write goes on",
		(unsigned long long)page_gpa);
}

static void step_page_request(void)
{
	uint32_t hwpt;
	int rc;

	show_step("The device asks for a page that the guest has not mapped yet");
	must(faults_create(&faults, iommufd), "IOMMU_FAULT_QUEUE_ALLOC");
	nest.ats = true;
	must(nest_hwpt_fault(&nest, dev.id, 0, faults.id, &tables_b, &hwpt),
	     "IOMMU_HWPT_ALLOC of a nested HWPT with a fault queue");
	rc = vdev_attach_id(&dev, hwpt);
	if (rc == -EOPNOTSUPP && !is_ours(&unit)) {
		show_ok("this driver has no page requests");
		return;
	}
	must(rc, "attach the device");
	must(ep_ats(&dev, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI), "the device's ATS");
	write_and_wait(DST_IOVA + BUF_SIZE);
	must(ep_ats(&dev, 0), "the device's ATS");
	/* The kernel's own driver loses a count if it is replaced without this */
	must(vdev_detach(&dev), "detach the device");
	must(vdev_attach_id(&dev, hwpt_b), "attach the device to B");
	show_count("page request", &unit);
}

static void step_spr17(void)
{
	struct iommu_hw_info_vtd vtd;
	struct guest rom;
	uint32_t ioas2, parent2;
	char vfio[40];
	int rc;

	show_step("The unit has erratum SPR17: no read-only memory under nesting");
	must(guest_create(&rom, GUEST_GPA + SZ_1G, SZ_64K), "a ROM");
	rc = dsi_ioas_map(iommufd, ioas, rom.va, rom.size, rom.gpa, DSI_RO);
	if (rc != -EINVAL)
		fail("a read-only mapping below a nesting parent: %s",
		     rc ? strerror(-rc) : "was accepted");
	show_ok("a read-only mapping into the nesting parent is refused: %s",
		strerror(-rc));

	make_unit(&unit_good, "demo-good", false);
	open_dev(&unit_good, &dev_good, vfio, sizeof(vfio));
	must(dsi_hw_info_vtd(iommufd, dev_good.id, &vtd, NULL), "hw_info");
	/* The kernel's own driver says of all units that they have it */
	if (!is_ours(&unit_good)) {
		must_hold(vtd.flags & IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17,
			  "hw_info does not tell of the erratum");
		show_ok("a second unit does not have it, this driver does not know");
		guest_destroy(&rom);
		return;
	}
	must_hold(!(vtd.flags & IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17),
		  "hw_info tells of an erratum that is not there");
	show_ok("a second unit does not have it, hw_info says so");
	must(dsi_ioas_alloc(iommufd, &ioas2), "IOMMU_IOAS_ALLOC");
	must(dsi_hwpt_paging(iommufd, dev_good.id, ioas2,
			     IOMMU_HWPT_ALLOC_NEST_PARENT, &parent2),
	     "IOMMU_HWPT_ALLOC of a nesting parent");
	must(dsi_ioas_map(iommufd, ioas2, rom.va, rom.size, rom.gpa, DSI_RO),
	     "the same mapping on the second unit");
	show_ok("the nesting parent there takes the same mapping");
	guest_destroy(&rom);
}

/* SMMUv3: a message is a write, and its doorbell is in both stages */
static void step_interrupt(void)
{
	struct pollfd pfd = { .fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN };

	show_step("The device's interrupt is a write, and goes through both stages");
	must_hold(pfd.fd >= 0, "no eventfd");
	must(s1_map_range(&tables_b, SW_MSI, SW_MSI, SZ_1M, S1_4K, S1_RW),
	     "map the doorbells");
	must(vdev_set_irqs(&dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &pfd.fd),
	     "VFIO_DEVICE_SET_IRQS");
	must(vdev_set_reg(&dev, MOCK_EP_IRQ_NUMBER, 1), "a register");
	must(vdev_set_reg(&dev, MOCK_EP_COMMAND, MOCK_EP_CMD_RAISE_MSIX),
	     "a register");
	must_hold(poll(&pfd, 1, WAIT_MS) == 1, "the interrupt has got lost");
	close(pfd.fd);
	show_ok("doorbell at guest-physical %#llx, mapped to itself by the guest",
		SW_MSI);
	show_count("interrupt", &unit);
}

static void step_end(void)
{
	show_step("Take everything down");
	must(clean_up(), "remove the instances");
	show_ok("devices, HWPTs and instances are gone");
}

static void story(enum mock_type type)
{
	nest = (struct nest){ .type = type };
	show_title("A VMM gives a device to a guest with its own IOMMU page tables (%s)",
		   is_smmu() ? "ARM SMMUv3" : "Intel VT-d");
	step_hardware();
	step_hw_info();
	step_parent();
	step_nested();
	step_copy();
	step_stale();
	step_invalidate();
	step_fault();
	step_replace();
	step_page_request();
	if (is_smmu())
		step_interrupt();
	else
		step_spr17();
	step_end();
	show_table();
}

int main(void)
{
	story(MOCK_VTD);
	story(MOCK_SMMUV3);
	return 0;
}
