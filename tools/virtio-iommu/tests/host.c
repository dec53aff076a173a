// SPDX-License-Identifier: GPL-2.0-only
/* Mock hardware, memory of a guest, and a device for it */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

/* With the library's words where it is the one that fails */
#define DO(call_) do { \
	int rc_ = (call_); \
	if (rc_) \
		g_error("%s: %d (%s)", #call_, rc_, ds_why()); \
	} while (0)

long host_pinned(void)
{
	char name[64], line[128];
	long pages = 0, n;
	FILE *f;

	/* The counters are of processors, and added up for who asks for that */
	g_assert_cmpint(util_write("/proc/sys/vm/stat_refresh", "1"), ==, 0);
	f = fopen("/proc/vmstat", "re");
	g_assert_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %ld", name, &n) != 2)
			continue;
		if (!strcmp(name, "nr_foll_pin_acquired"))
			pages += n;
		else if (!strcmp(name, "nr_foll_pin_released"))
			pages -= n;
	}
	fclose(f);
	return pages;
}

unsigned int host_devs(const struct host *h)
{
	return h->cfg.vtd + h->cfg.smmu;
}

bool host_is_vtd(const struct host *h, unsigned int dev)
{
	return dev < h->cfg.vtd;
}

static void make_mock(struct mock *m, enum mock_type type, const char *prefix, unsigned int n,
		      uint32_t sid, bool ats)
{
	char name[16];
	unsigned int i;

	if (!n)
		return;
	DO(mock_create(m, type, prefix));
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "ep%u", i);
		DO(mock_add_endpoint(m, name, sid + 8 * i));
		if (ats)
			DO(mock_ep_set(m, name, "ats", 1));
	}
	DO(mock_set_live(m, true));
}

static void open_dev(struct host *h, unsigned int i)
{
	struct mock *m = &h->mock[!host_is_vtd(h, i)];
	unsigned int in_mock = host_is_vtd(h, i) ? i : i - h->cfg.vtd;
	struct vdev *v = &h->vdev[i];
	char name[32], path[64];

	DO(mock_ep_get_text(m, m->endpoints[in_mock], "vfio_name", name, sizeof(name)));
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", name);
	v->fd = open(path, O_RDWR | O_CLOEXEC);
	g_assert_cmpint(v->fd, >=, 0);
	DO(ds_dev_vfio(h->ctx, v->fd, &h->dev[i]));
	DO(vdev_regions(v));
	DO(vdev_enable(v, PCI_CMD_MEMORY | PCI_CMD_MASTER));
}

static void make_device(struct host *h)
{
	uint64_t away = h->cfg.flat ? 0 : HOST_AWAY;
	struct viommu_options opt = h->cfg.opt;
	unsigned int i;

	opt.flat = h->cfg.flat;
	if (h->cfg.shadow)
		DO(viommu_shadow_new(h->ctx, h->ram, &h->backend));
	else
		DO(viommu_nested_new(h->ram, &h->backend));
	DO(viommu_shadow_new(h->ctx, h->ram, &h->second));
	DO(viommu_new(&opt, &h->viommu));
	DO(viommu_mem_add(h->viommu, HOST_GPA, HOST_SIZE, HOST_GPA + away, 0));
	for (i = 0; i < host_devs(h); i++) {
		bool second = h->cfg.mixed && !host_is_vtd(h, i);

		DO(viommu_ep_add(h->viommu, HOST_ID(i), second ? h->second : h->backend,
				 h->dev[i], NULL, 0));
	}
	DO(viommu_negotiated(h->viommu, viommu_features(h->viommu)));
}

void host_up(struct host *h, const struct host_config *cfg)
{
	uint64_t away = cfg->flat ? 0 : HOST_AWAY;
	unsigned int i;

	memset(h, 0, sizeof(*h));
	h->cfg = *cfg;
	mock_sweep();
	make_mock(&h->mock[0], MOCK_VTD, "kst-vtd", cfg->vtd, 0x0100, cfg->ats);
	make_mock(&h->mock[1], MOCK_SMMUV3, "kst-smmu", cfg->smmu, 0x0800, cfg->ats);
	h->pinned = host_pinned();
	DO(ds_open(-1, &h->ctx));
	DO(ds_ram_new(h->ctx, 0, &h->ram));
	DO(guest_create(&h->guest, HOST_GPA, HOST_SIZE));
	DO(ds_ram_map(h->ram, HOST_GPA + away, HOST_SIZE, h->guest.va, DS_RW));
	for (i = 0; i < host_devs(h); i++)
		open_dev(h, i);
	make_device(h);
}

void host_down(struct host *h)
{
	unsigned int i;

	viommu_free(h->viommu);
	viommu_backend_free(h->backend);
	viommu_backend_free(h->second);
	for (i = 0; i < host_devs(h); i++)
		DO(ds_dev_free(h->dev[i]));
	DO(ds_ram_free(h->ram));
	g_assert_cmpuint(ds_objects(h->ctx), ==, 0);
	DO(ds_close(h->ctx));
	for (i = 0; i < host_devs(h); i++)
		vdev_close(&h->vdev[i]);
	g_assert_cmpint(host_pinned(), ==, h->pinned);
	guest_destroy(&h->guest);
	if (h->cfg.vtd)
		DO(mock_destroy(&h->mock[0]));
	if (h->cfg.smmu)
		DO(mock_destroy(&h->mock[1]));
}

uint64_t host_page(struct host *h, uint64_t seed)
{
	uint64_t gpa = guest_page(&h->guest, seed);

	g_assert_cmphex(gpa, !=, 0);
	return gpa;
}

int host_sees(struct host *h, unsigned int i, uint64_t iova, uint64_t seed)
{
	return ep_sees(&h->vdev[i], iova, seed);
}

void host_writes(struct host *h, unsigned int i, uint64_t iova, uint64_t gpa)
{
	struct ep_result res;
	void *va = guest_ptr(&h->guest, gpa);

	memset(va, 0x5a, PAGE_4K);
	g_assert_cmpint(ep_write(&h->vdev[i], iova, PAGE_4K, 0x1234 + i, &res), ==, 0);
	g_assert_cmphex(res.checksum, ==, util_crc32(va, PAGE_4K));
	g_assert_false(util_is_byte(va, PAGE_4K, 0x5a));
}

bool host_event(struct host *h, int ms, struct virtio_iommu_fault *f)
{
	struct pollfd pfd = { .fd = h->backend->fd, .events = POLLIN };
	struct iovec iov = { f, sizeof(*f) };

	if (!viommu_event_pending(h->viommu)) {
		if (poll(&pfd, 1, ms) != 1 || !viommu_event_pending(h->viommu))
			return false;
	}
	g_assert_cmpint(viommu_event(h->viommu, &iov, 1), ==, sizeof(*f));
	return true;
}
