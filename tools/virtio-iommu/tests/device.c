// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device on iommufd and mock hardware: what a guest maps is what its endpoints reach.
 * Every test is run on both vendors' units, nested and shadowed.
 */
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host.h"

#define IOVA	0x0000123456789000ull
#define BYPASS	VIRTIO_IOMMU_ATTACH_F_BYPASS
#define WINDOW	0x8000000ull

#define STATUS(call_, want_)	g_assert_cmpint(call_, ==, VIRTIO_IOMMU_S_##want_)
#define MAP(h, d, iova, gpa, flags) \
	send_map((h)->viommu, d, iova, (iova) + PAGE - 1, gpa, flags)
#define UNMAP(h, d, iova)	send_unmap((h)->viommu, d, iova, (iova) + PAGE - 1)
#define ATTACH(h, d, i)		send_attach((h)->viommu, d, HOST_ID(i))
#define DETACH(h, d, i)		send_detach((h)->viommu, d, HOST_ID(i))

static uint64_t away(const struct host *h)
{
	return h->cfg.flat ? 0 : HOST_AWAY;
}

/* Bytes move both ways; what was seen once is in caches, and gone from there when unmapped */
static void moves_bytes(struct host *h)
{
	uint64_t one = host_page(h, 1), two = host_page(h, 2);

	BLOCKED(h, 0, IOVA);
	STATUS(ATTACH(h, 1, 0), OK);
	BLOCKED(h, 0, IOVA);
	STATUS(MAP(h, 1, IOVA, one, RW), OK);
	SEES(h, 0, IOVA, 1);
	STATUS(UNMAP(h, 1, IOVA), OK);
	BLOCKED(h, 0, IOVA);
	STATUS(MAP(h, 1, IOVA, two, RW), OK);
	SEES(h, 0, IOVA, 2);
	host_writes(h, 0, IOVA, two);
	STATUS(DETACH(h, 1, 0), OK);
	BLOCKED(h, 0, IOVA);
}

static void read_only(struct host *h)
{
	uint64_t one = host_page(h, 1);

	STATUS(ATTACH(h, 1, 0), OK);
	STATUS(MAP(h, 1, IOVA, one, VIRTIO_IOMMU_MAP_F_READ), OK);
	SEES(h, 0, IOVA, 1);
	g_assert_cmpint(ep_write(&h->vdev[0], IOVA, PAGE_4K, 9, NULL), ==, -EFAULT);
	g_assert_true(util_is_fill(guest_ptr(&h->guest, one), PAGE_4K, 1));
	STATUS(MAP(h, 1, IOVA + PAGE, one, VIRTIO_IOMMU_MAP_F_WRITE), OK);
	host_writes(h, 0, IOVA + PAGE, one);
}

/* A mapping of many pages, which large ones may be made of, goes as a whole */
static void large(struct host *h)
{
	uint64_t last = HOST_GPA + HOST_SIZE - PAGE, iova = 1ull << 32;

	util_fill(guest_ptr(&h->guest, HOST_GPA), PAGE_4K, 3);
	util_fill(guest_ptr(&h->guest, last), PAGE_4K, 4);
	STATUS(ATTACH(h, 1, 0), OK);
	STATUS(send_map(h->viommu, 1, iova, iova + HOST_SIZE - 1, HOST_GPA, RW), OK);
	SEES(h, 0, iova, 3);
	SEES(h, 0, iova + HOST_SIZE - PAGE, 4);
	BLOCKED(h, 0, iova + HOST_SIZE);
	STATUS(UNMAP(h, 1, iova), RANGE);
	SEES(h, 0, iova, 3);
	STATUS(send_unmap(h->viommu, 1, iova, iova + HOST_SIZE - 1), OK);
	BLOCKED(h, 0, iova);
	BLOCKED(h, 0, iova + HOST_SIZE - PAGE);
	/* A page that was within it can be another's now */
	STATUS(MAP(h, 1, iova + 7 * PAGE, last, RW), OK);
	SEES(h, 0, iova + 7 * PAGE, 4);
	BLOCKED(h, 0, iova + 8 * PAGE);
}

static void apart_and_together(struct host *h)
{
	uint64_t one = host_page(h, 1), two = host_page(h, 2);

	STATUS(ATTACH(h, 1, 0), OK);
	STATUS(ATTACH(h, 2, 1), OK);
	STATUS(MAP(h, 1, IOVA, one, RW), OK);
	STATUS(MAP(h, 2, IOVA, two, RW), OK);
	SEES(h, 0, IOVA, 1);
	SEES(h, 1, IOVA, 2);
	/* In one step from the one to the other */
	STATUS(ATTACH(h, 1, 1), OK);
	SEES(h, 1, IOVA, 1);
	STATUS(UNMAP(h, 2, IOVA), NOENT);
	STATUS(MAP(h, 1, IOVA + PAGE, two, RW), OK);
	SEES(h, 0, IOVA + PAGE, 2);
	SEES(h, 1, IOVA + PAGE, 2);
	STATUS(UNMAP(h, 1, IOVA), OK);
	BLOCKED(h, 0, IOVA);
	BLOCKED(h, 1, IOVA);
	STATUS(DETACH(h, 1, 0), OK);
	BLOCKED(h, 0, IOVA + PAGE);
	SEES(h, 1, IOVA + PAGE, 2);
}

static void bypasses(struct host *h)
{
	uint64_t one = host_page(h, 1);
	uint8_t on = 1, off = 0;

	STATUS(send_attach_flags(h->viommu, 1, HOST_ID(0), BYPASS), OK);
	SEES(h, 0, one, 1);
	host_writes(h, 0, one, one);
	util_fill(guest_ptr(&h->guest, one), PAGE_4K, 1);
	BLOCKED(h, 1, one);
	viommu_config_write(h->viommu, 36, &on, 1);
	SEES(h, 1, one, 1);
	viommu_config_write(h->viommu, 36, &off, 1);
	BLOCKED(h, 1, one);
	SEES(h, 0, one, 1);
	STATUS(ATTACH(h, 2, 0), OK);
	BLOCKED(h, 0, one);
}

static void resets(struct host *h)
{
	uint64_t one = host_page(h, 1);
	int i;

	for (i = 0; i < 3; i++) {
		STATUS(ATTACH(h, 1, 0), OK);
		STATUS(ATTACH(h, 1, 1), OK);
		STATUS(MAP(h, 1, IOVA, one, RW), OK);
		SEES(h, 0, IOVA, 1);
		SEES(h, 1, IOVA, 1);
		viommu_reset(h->viommu, i % 2 ? VIOMMU_RESET_SYSTEM : VIOMMU_RESET_DEVICE);
		g_assert_false(viommu_needs_reset(h->viommu));
		BLOCKED(h, 0, IOVA);
		BLOCKED(h, 1, IOVA);
		viommu_negotiated(h->viommu, viommu_features(h->viommu));
	}
}

static void endpoint_is_unplugged(struct host *h)
{
	uint64_t one = host_page(h, 1);

	STATUS(ATTACH(h, 1, 0), OK);
	STATUS(ATTACH(h, 1, 1), OK);
	STATUS(MAP(h, 1, IOVA, one, RW), OK);
	SEES(h, 1, IOVA, 1);
	g_assert_cmpint(viommu_ep_remove(h->viommu, HOST_ID(1)), ==, 0);
	BLOCKED(h, 1, IOVA);
	SEES(h, 0, IOVA, 1);
	g_assert_cmpint(viommu_ep_add(h->viommu, HOST_ID(1), h->backend, h->dev[1], NULL, 0),
			==, 0);
	BLOCKED(h, 1, IOVA);
	STATUS(ATTACH(h, 1, 1), OK);
	SEES(h, 1, IOVA, 1);
}

/* Memory that goes while it is mapped: stage-2 has nothing of it, nor has anybody pinned it */
static void memory_goes_away(struct host *h)
{
	uint64_t one = host_page(h, 1), ipa = HOST_GPA + away(h);
	long pinned;

	STATUS(ATTACH(h, 1, 0), OK);
	STATUS(send_attach_flags(h->viommu, 2, HOST_ID(1), BYPASS), OK);
	STATUS(MAP(h, 1, IOVA, one, RW), OK);
	SEES(h, 0, IOVA, 1);
	SEES(h, 1, one, 1);
	pinned = host_pinned();
	g_assert_cmpint(viommu_mem_remove(h->viommu, HOST_GPA, HOST_SIZE), ==, 0);
	BLOCKED(h, 0, IOVA);
	g_assert_true(h->cfg.flat || host_sees(h, 1, one, 1) == -EFAULT);
	g_assert_cmpint(ds_ram_unmap(h->ram, ipa, HOST_SIZE), ==, 0);
	g_assert_cmpint(pinned - host_pinned(), ==, HOST_SIZE / PAGE);
	BLOCKED(h, 0, IOVA);
	BLOCKED(h, 1, one);
	g_assert_cmpint(ds_ram_map(h->ram, ipa, HOST_SIZE, h->guest.va, DS_RW), ==, 0);
	g_assert_cmpint(viommu_mem_add(h->viommu, HOST_GPA, HOST_SIZE, ipa, 0), ==, 0);
	SEES(h, 1, one, 1);
	BLOCKED(h, 0, IOVA);
	STATUS(UNMAP(h, 1, IOVA), OK);
	STATUS(MAP(h, 1, IOVA, one, RW), OK);
	SEES(h, 0, IOVA, 1);
}

/*
 * Nested, all of the guest's memory is pinned before, and MAP pins nothing. Shadowed it is
 * what is mapped that is pinned, until it is unmapped.
 */
static void what_map_pins(struct host *h)
{
	long before, pinned;
	int i;

	STATUS(ATTACH(h, 1, 0), OK);
	/* Tables are there then, which are memory too */
	STATUS(MAP(h, 1, IOVA, HOST_GPA, RW), OK);
	before = host_pinned();
	for (i = 1; i < 64; i++)
		STATUS(MAP(h, 1, IOVA + i * PAGE, HOST_GPA + i * PAGE, RW), OK);
	pinned = host_pinned() - before;
	g_assert_cmpint(pinned, ==, h->cfg.shadow ? 63 : 0);
	STATUS(send_unmap(h->viommu, 1, IOVA + PAGE, UINT64_MAX), OK);
	g_assert_cmpint(host_pinned(), ==, before);
}

/* --- shadowed only */

/* A guest that maps its memory over and over cannot have tables without end for it */
static void mapped_enough(struct host *h)
{
	uint64_t one = host_page(h, 1);

	/* Two endpoints: two pages */
	viommu_shadow_limit(h->backend, PAGE);
	STATUS(ATTACH(h, 1, 0), OK);
	STATUS(ATTACH(h, 2, 1), OK);
	STATUS(MAP(h, 1, IOVA, one, RW), OK);
	STATUS(MAP(h, 1, IOVA + PAGE, one, RW), OK);
	STATUS(MAP(h, 1, IOVA + 2 * PAGE, one, RW), NOMEM);
	STATUS(MAP(h, 2, IOVA, one, RW), NOMEM);
	BLOCKED(h, 0, IOVA + 2 * PAGE);
	BLOCKED(h, 1, IOVA);
	STATUS(UNMAP(h, 1, IOVA), OK);
	STATUS(UNMAP(h, 1, IOVA), OK);
	STATUS(MAP(h, 2, IOVA, one, RW), OK);
	STATUS(MAP(h, 1, IOVA, one, RW), NOMEM);
	SEES(h, 1, IOVA, 1);
	/* A domain that ends gives back what it had */
	STATUS(DETACH(h, 1, 0), OK);
	STATUS(MAP(h, 2, IOVA + PAGE, one, RW), OK);
	STATUS(MAP(h, 2, IOVA + 2 * PAGE, one, RW), NOMEM);
	/* And where there are fewer endpoints it is less */
	g_assert_cmpint(viommu_ep_remove(h->viommu, HOST_ID(0)), ==, 0);
	STATUS(UNMAP(h, 2, IOVA + PAGE), OK);
	STATUS(MAP(h, 2, IOVA + PAGE, one, RW), NOMEM);
	SEES(h, 1, IOVA, 1);
}

/* --- nested only */

static uint64_t invalidations(struct host *h)
{
	struct mock_stats st;

	g_assert_cmpint(mock_stats(&h->mock[!h->cfg.vtd], &st), ==, 0);
	return st.invalidations;
}

/* Several UNMAPs of one kick cost less than one by one, and are as good */
static void one_kick(struct host *h)
{
	struct virtio_iommu_req_unmap unmap[16];
	struct iovec in[16], out[16];
	struct viommu_req reqs[16];
	uint64_t one = host_page(h, 1), before, singly, together;
	uint8_t tails[16][4];
	int i;

	STATUS(ATTACH(h, 1, 0), OK);
	for (i = 0; i < 16; i++)
		STATUS(MAP(h, 1, IOVA + i * PAGE, one, RW), OK);
	before = invalidations(h);
	for (i = 0; i < 16; i++)
		STATUS(UNMAP(h, 1, IOVA + i * PAGE), OK);
	singly = invalidations(h) - before;
	for (i = 0; i < 16; i++) {
		STATUS(MAP(h, 1, IOVA + i * PAGE, one, RW), OK);
		SEES(h, 0, IOVA + i * PAGE, 1);
		unmap[i] = make_unmap(1, IOVA + i * PAGE, IOVA + i * PAGE + PAGE - 1);
		in[i] = (struct iovec) { &unmap[i], sizeof(unmap[i]) };
		out[i] = (struct iovec) { tails[i], 4 };
		reqs[i] = (struct viommu_req) {
			.in = &in[i], .n_in = 1, .out = &out[i], .n_out = 1,
		};
	}
	before = invalidations(h);
	viommu_requests(h->viommu, reqs, 16);
	together = invalidations(h) - before;
	for (i = 0; i < 16; i++) {
		STATUS(tails[i][0], OK);
		BLOCKED(h, 0, IOVA + i * PAGE);
	}
	g_assert_cmpuint(singly, >=, 16);
	g_assert_cmpuint(together, <=, singly / 2);
}

static bool has_events(struct host *h, unsigned int i)
{
	struct ds_caps caps;

	g_assert_cmpint(ds_dev_caps(h->dev[i], &caps), ==, 0);
	return caps.features & DS_CAN_EVENTS;
}

static void fault(struct host *h, unsigned int i, uint64_t iova, bool write)
{
	struct virtio_iommu_fault f;
	uint32_t flags;

	if (write)
		g_assert_cmpint(ep_write(&h->vdev[i], iova, 64, 9, NULL), ==, -EFAULT);
	else
		g_assert_cmpint(ep_read(&h->vdev[i], iova, 64, 9, NULL), ==, -EFAULT);
	g_assert_true(host_event(h, 20000, &f));
	g_assert_cmpuint(f.reason, ==, VIRTIO_IOMMU_FAULT_R_MAPPING);
	flags = VIRTIO_IOMMU_FAULT_F_ADDRESS |
		(write ? VIRTIO_IOMMU_FAULT_F_WRITE : VIRTIO_IOMMU_FAULT_F_READ);
	g_assert_cmphex(le32toh(f.flags), ==, flags);
	g_assert_cmphex(le32toh(f.endpoint), ==, HOST_ID(i));
	g_assert_cmphex(le64toh(f.address) & ~(PAGE - 1), ==, iova & ~(PAGE - 1));
}

static void faults_are_events(struct host *h)
{
	uint64_t one = host_page(h, 1);
	unsigned int i;

	if (!has_events(h, 0)) {
		g_test_skip("the kernel tells nobody of this unit's faults");
		return;
	}
	for (i = 0; i < 2; i++) {
		STATUS(ATTACH(h, 1, i), OK);
		fault(h, i, IOVA, false);
		fault(h, i, IOVA + 3 * PAGE, true);
	}
	STATUS(MAP(h, 1, IOVA, one, VIRTIO_IOMMU_MAP_F_READ), OK);
	fault(h, 0, IOVA, true);
	STATUS(UNMAP(h, 1, IOVA), OK);
	fault(h, 1, IOVA, false);
	g_assert_cmpuint(viommu_events_lost(h->viommu), ==, 0);
}

/* --- interrupts of the host's, where they are writes that are translated */

static bool raises(struct host *h, unsigned int i)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	bool heard;

	g_assert_cmpint(vdev_set_irqs(&h->vdev[i], VFIO_PCI_MSI_IRQ_INDEX, 0, 1, &fd), ==, 0);
	vdev_set_reg(&h->vdev[i], MOCK_EP_IRQ_NUMBER, 1);
	vdev_set_reg(&h->vdev[i], MOCK_EP_COMMAND, MOCK_EP_CMD_RAISE_MSI);
	heard = poll(&pfd, 1, 10000) == 1;
	vdev_irqs_off(&h->vdev[i], VFIO_PCI_MSI_IRQ_INDEX);
	close(fd);
	return heard;
}

static void interrupts(struct host *h)
{
	STATUS(ATTACH(h, 1, 0), OK);
	g_assert_true(raises(h, 0));
	STATUS(send_attach_flags(h->viommu, 2, HOST_ID(0), BYPASS), OK);
	g_assert_true(raises(h, 0));
}

/* PROBE says that the window is none of the guest's, and it cannot be mapped */
static void window_is_reserved(struct host *h)
{
	uint8_t buf[1028];
	struct virtio_iommu_probe_resv_mem mem;
	size_t at;
	uint64_t want = host_is_vtd(h, 0) ? 0xfee00000 : WINDOW;
	bool found = false;

	STATUS(send_probe(h->viommu, HOST_ID(0), buf, 1024), OK);
	for (at = 0; at + sizeof(mem) <= 1024; at += sizeof(mem)) {
		memcpy(&mem, buf + at, sizeof(mem));
		if (!mem.head.type)
			break;
		found |= le64toh(mem.start) <= want && le64toh(mem.end) >= want + 0xfffff &&
			 mem.subtype == VIRTIO_IOMMU_RESV_MEM_T_RESERVED;
	}
	g_assert_true(found);
	STATUS(ATTACH(h, 1, 0), OK);
	STATUS(MAP(h, 1, want, HOST_GPA, RW), INVAL);
	STATUS(MAP(h, 1, want + 0xff000, HOST_GPA, RW), INVAL);
}

/* --- devices' own caches */

/*
 * A device that keeps translations, where it gets any: with stage-1 that does not allow it an
 * SMMUv3 gives it none, and it goes on without. What is unmapped it has no more.
 */
static void device_tlb(struct host *h)
{
	uint64_t one = host_page(h, 1), two = host_page(h, 2);
	bool given = host_is_vtd(h, 0) || h->cfg.shadow;
	unsigned int i;

	STATUS(ATTACH(h, 1, 0), OK);
	g_assert_cmpint(ep_ats(&h->vdev[0], MOCK_EP_ATS_ENABLE), ==, 0);
	for (i = 0; i < 4; i++) {
		STATUS(MAP(h, 1, IOVA, i % 2 ? two : one, RW), OK);
		STATUS(MAP(h, 1, IOVA + PAGE, i % 2 ? one : two, RW), OK);
		SEES(h, 0, IOVA, 1 + i % 2);
		SEES(h, 0, IOVA + PAGE, 2 - i % 2);
		STATUS(send_unmap(h->viommu, 1, IOVA, IOVA + 2 * PAGE - 1), OK);
		BLOCKED(h, 0, IOVA);
		BLOCKED(h, 0, IOVA + PAGE);
	}
	g_assert_true(!given || vdev_reg(&h->vdev[0], MOCK_EP_ATC_INVS));
	/* Another domain, and none, are seen at once too */
	STATUS(MAP(h, 1, IOVA, one, RW), OK);
	SEES(h, 0, IOVA, 1);
	STATUS(ATTACH(h, 2, 0), OK);
	BLOCKED(h, 0, IOVA);
}

/* --- two vendors' units in one domain */

static void two_vendors(struct host *h)
{
	uint64_t one = host_page(h, 1), two = host_page(h, 2);
	unsigned int i;

	for (i = 0; i < 4; i++)
		STATUS(ATTACH(h, 1, i), OK);
	STATUS(MAP(h, 1, IOVA, one, RW), OK);
	STATUS(MAP(h, 1, IOVA + PAGE, two, RW), OK);
	for (i = 0; i < 4; i++) {
		SEES(h, i, IOVA, 1);
		SEES(h, i, IOVA + PAGE, 2);
	}
	STATUS(UNMAP(h, 1, IOVA), OK);
	for (i = 0; i < 4; i++) {
		BLOCKED(h, i, IOVA);
		SEES(h, i, IOVA + PAGE, 2);
	}
	/* The last one of a vendor leaves, and comes back to what there is */
	STATUS(DETACH(h, 1, 0), OK);
	STATUS(DETACH(h, 1, 1), OK);
	STATUS(UNMAP(h, 1, IOVA + PAGE), OK);
	STATUS(MAP(h, 1, IOVA, two, RW), OK);
	STATUS(ATTACH(h, 1, 0), OK);
	for (i = 0; i < 4; i += 3) {
		SEES(h, i, IOVA, 2);
		BLOCKED(h, i, IOVA + PAGE);
	}
}

/* To where the other vendor's are, from a domain: what is attached is replaced there */
static void two_vendors_move(struct host *h)
{
	uint64_t one = host_page(h, 1);
	unsigned int i;

	for (i = 0; i < 4; i++) {
		STATUS(ATTACH(h, 1 + i, i), OK);
		STATUS(MAP(h, 1 + i, IOVA, one, RW), OK);
	}
	for (i = 0; i < 4; i++) {
		STATUS(ATTACH(h, 4, i), OK);
		SEES(h, i, IOVA, 1);
	}
	for (i = 0; i < 4; i++) {
		STATUS(ATTACH(h, 1, 3 - i), OK);
		BLOCKED(h, 3 - i, IOVA);
	}
	for (i = 0; i < 4; i++) {
		STATUS(send_attach_flags(h->viommu, 2, HOST_ID(i), BYPASS), OK);
		SEES(h, i, one, 1);
	}
}

/* --- which tests on which hosts */

struct plan {
	struct host_config cfg;
	void (*fn)(struct host *h);
};

static void run(gconstpointer data)
{
	const struct plan *plan = data;
	struct host h;

	if (!mock_present()) {
		g_test_skip("no " MOCK_CONFIGFS ": is iommu_mock loaded?");
		return;
	}
	host_up(&h, &plan->cfg);
	plan->fn(&h);
	host_down(&h);
}

static void add(const char *name, const struct host_config *cfg, void (*fn)(struct host *h))
{
	char *path = g_strdup_printf("/%s%s%s/%s",
				     cfg->vtd && cfg->smmu ? "both" : cfg->vtd ? "vtd" : "smmu",
				     cfg->mixed ? "-mixed" : cfg->shadow ? "-shadow" : "-nested",
				     cfg->flat ? "-flat" : "", name);
	struct plan *plan = g_new(struct plan, 1);

	*plan = (struct plan) { .cfg = *cfg, .fn = fn };
	g_test_add_data_func_full(path, plan, run, g_free);
	g_free(path);
}

#define ADD(cfg_, fn_)	add(#fn_, cfg_, fn_)

static void add_all(const struct host_config *cfg)
{
	ADD(cfg, moves_bytes);
	ADD(cfg, read_only);
	ADD(cfg, large);
	ADD(cfg, apart_and_together);
	ADD(cfg, bypasses);
	ADD(cfg, resets);
	ADD(cfg, endpoint_is_unplugged);
	ADD(cfg, memory_goes_away);
	ADD(cfg, what_map_pins);
	ADD(cfg, window_is_reserved);
	ADD(cfg, interrupts);
	ADD(cfg, host_random);
	ADD(cfg, host_failures);
	if (cfg->shadow) {
		ADD(cfg, mapped_enough);
		return;
	}
	ADD(cfg, one_kick);
	ADD(cfg, faults_are_events);
}

int main(int argc, char **argv)
{
	struct host_config cfg;
	unsigned int i;

	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < 8; i++) {
		cfg = (struct host_config) {
			.vtd = i & 1 ? 0 : 2,
			.smmu = i & 1 ? 2 : 0,
			.shadow = i & 2,
			.flat = i & 4,
		};
		add_all(&cfg);
	}
	for (i = 0; i < 4; i++) {
		cfg = (struct host_config) {
			.vtd = i & 1 ? 0 : 2, .smmu = i & 1 ? 2 : 0,
			.shadow = i & 2, .ats = true,
		};
		ADD(&cfg, device_tlb);
		if (cfg.shadow)
			continue;
		cfg.flat = true;
		cfg.opt.tables = true;
		ADD(&cfg, host_handover);
		ADD(&cfg, host_handover_bad);
	}
	for (i = 0; i < 6; i++) {
		cfg = (struct host_config) {
			.vtd = 2, .smmu = 2, .shadow = i % 3 == 1, .mixed = i % 3 == 2,
			.flat = i > 2,
		};
		ADD(&cfg, two_vendors);
		ADD(&cfg, two_vendors_move);
		ADD(&cfg, host_random);
	}
	return g_test_run();
}
