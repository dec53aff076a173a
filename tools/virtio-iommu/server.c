// SPDX-License-Identifier: GPL-2.0-only
/*
 * viommu-server: a virtio-iommu, and devices behind it, for a virtual machine
 *
 * The guest's memory is what the client of the virtio-iommu says. It is mapped in stage-2,
 * or in the IOAS that shadows are copied from, and told to the device.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <dualstage.h>

#include "backend.h"
#include "guestmem.h"
#include "loop.h"
#include "passthrough.h"
#include "server.h"
#include "vfio_user.h"
#include "virtio_pci.h"

/* Behind everything that a machine of QEMU's has of memory */
#define HIGH_IPA	(1ull << 39)

struct server;

struct endpoint {
	struct server *server;
	const struct server_endpoint *opt;
	struct pass *pass;
	struct vfu *vfu;
	bool added;
};

struct server {
	struct server_options opt;
	struct loop *loop;
	struct ds_ctx *ctx;
	struct ds_ram *ram;
	struct viommu_backend *backend;
	struct viommu *dev;
	struct gmem *mem;
	struct vpci *vpci;
	struct vfu *vfu;
	struct endpoint endpoints[MAX_ENDPOINTS];
	unsigned int nr_endpoints;
	uint64_t ipa;
	struct loop_watch signals;
	struct loop_watch faults;
};

static int fail(const char *what, const char *which, int rc, const char *why)
{
	fprintf(stderr, "viommu-server: %s%s%s: %s%s%s\n", what, *which ? " " : "", which,
		*why ? why : strerror(-rc), *why ? ", " : "", *why ? strerror(-rc) : "");
	return rc;
}

/* ---- The guest's memory ---- */

static int map_memory(void *opaque, const struct vfu_dma *dma)
{
	struct server *server = opaque;
	uint64_t ipa = dma->iova + server->ipa;
	char which[64];
	int rc;

	snprintf(which, sizeof(which), "at 0x%llx, 0x%llx bytes",
		 (unsigned long long)dma->iova, (unsigned long long)dma->size);
	if (ipa < dma->iova)
		return fail("the guest's memory", which, -EINVAL, "--ipa is too high for it");
	rc = ds_ram_map_file(server->ram, ipa, dma->size, dma->fd, dma->offset,
			     dma->write ? DS_RW : DS_READ);
	if (rc)
		return fail("the guest's memory", which, rc, ds_why());
	rc = viommu_mem_add(server->dev, dma->iova, dma->size, ipa,
			    dma->write ? 0 : VIOMMU_MEM_READ_ONLY);
	if (rc) {
		fail("the guest's memory", which, rc, "the virtio-iommu does not take it");
		ds_ram_unmap(server->ram, ipa, dma->size);
	}
	return rc;
}

/* If endpoints could not be kept away from it the host's own tables do: it is unmapped */
static void unmap_memory(void *opaque, const struct vfu_dma *dma)
{
	struct server *server = opaque;
	int rc;

	viommu_mem_remove(server->dev, dma->iova, dma->size);
	rc = ds_ram_unmap(server->ram, dma->iova + server->ipa, dma->size);
	if (rc)
		fail("memory that the guest has no more", "", rc, ds_why());
}

static void run_again(void *opaque)
{
	struct server *server = opaque;

	vpci_again(server->vpci);
}

static void again(void *opaque)
{
	struct server *server = opaque;

	loop_later(server->loop, run_again, server);
}

/* ---- Endpoints, which are behind the virtio-iommu as long as a client has them ---- */

static void endpoint_connected(void *opaque)
{
	struct endpoint *ep = opaque;
	struct server *server = ep->server;
	struct viommu_resv resv[MAX_RESV];
	unsigned int i;
	size_t n = 0;
	int rc;

	if (ep->added)
		return;
	for (i = 0; i < server->opt.nr_resv; i++)
		if (server->opt.resv[i].id == ALL_ENDPOINTS ||
		    server->opt.resv[i].id == ep->opt->id)
			resv[n++] = server->opt.resv[i].resv;
	rc = viommu_ep_add(server->dev, ep->opt->id, server->backend, pass_dev(ep->pass),
			   resv, n);
	vpci_check(server->vpci);
	if (rc) {
		fail("endpoint", ep->opt->device, rc, ds_why());
		vfu_disconnect(ep->vfu);
		return;
	}
	ep->added = true;
}

static void endpoint_disconnected(void *opaque)
{
	struct endpoint *ep = opaque;
	int rc;

	if (!ep->added)
		return;
	rc = viommu_ep_remove(ep->server->dev, ep->opt->id);
	vpci_check(ep->server->vpci);
	if (rc)
		fail("endpoint", ep->opt->device, rc, ds_why());
	else
		ep->added = false;
}

static int open_endpoint(struct server *server, const struct server_endpoint *opt)
{
	struct endpoint *ep = &server->endpoints[server->nr_endpoints];
	struct pass_host host = { endpoint_connected, endpoint_disconnected, ep };
	const char *why;
	int rc;

	ep->server = server;
	ep->opt = opt;
	rc = pass_open(server->ctx, opt->device, server->opt.mmap, &host, &ep->pass, &why);
	if (rc)
		return fail("device", opt->device, rc, why);
	server->nr_endpoints++;
	return 0;
}

/* ---- What the host can do ---- */

static bool all_nest(struct server *server)
{
	struct ds_caps caps;
	unsigned int i;

	for (i = 0; i < server->nr_endpoints; i++)
		if (ds_dev_caps(pass_dev(server->endpoints[i].pass), &caps) ||
		    !(caps.features & DS_CAN_NEST))
			return false;
	return true;
}

/* Does the host map doorbells of its own where a guest has memory? */
static bool has_msi_window(struct ds_dev *dev)
{
	struct ds_resv resv[64];
	size_t i, n = 64;

	if (ds_dev_resv(dev, resv, &n))
		return false;
	for (i = 0; i < n; i++)
		if (resv[i].kind == DS_RESV_MSI_WINDOW)
			return true;
	return false;
}

static void choose_ipa(struct server *server)
{
	unsigned int i;

	server->ipa = server->opt.ipa;
	if (server->ipa != IPA_AUTO)
		return;
	server->ipa = 0;
	for (i = 0; i < server->nr_endpoints; i++)
		if (has_msi_window(pass_dev(server->endpoints[i].pass)))
			server->ipa = HIGH_IPA;
}

static int make_backend(struct server *server)
{
	enum server_mode mode = server->opt.mode;
	int rc;

	if (mode == MODE_AUTO)
		mode = all_nest(server) ? MODE_NESTED : MODE_SHADOW;
	rc = mode == MODE_NESTED ? viommu_nested_new(server->ram, &server->backend) :
		viommu_shadow_new(server->ctx, server->ram, &server->backend);
	if (rc)
		return fail("translation", mode == MODE_NESTED ? "nested" : "shadow", rc,
			    ds_why());
	printf("viommu-server: %s, the guest's memory is at IPA 0x%llx\n",
	       mode == MODE_NESTED ? "nested" : "shadow", (unsigned long long)server->ipa);
	return 0;
}

/* ---- The server ---- */

static void on_signal(void *opaque, uint32_t events)
{
	struct server *server = opaque;

	(void)events;
	loop_stop(server->loop);
}

static void on_fault(void *opaque, uint32_t events)
{
	struct server *server = opaque;

	(void)events;
	vpci_events(server->vpci);
}

static int watch_signals(struct server *server)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	server->signals = (struct loop_watch) { fd, EPOLLIN, on_signal, server };
	return loop_add(server->loop, &server->signals);
}

/* What the host does: it is asked first, since it says what the guest can have */
static int open_host(struct server *server)
{
	unsigned int i;
	int rc;

	rc = ds_open(-1, &server->ctx);
	if (rc)
		return fail("/dev/iommu", "", rc, ds_why());
	rc = ds_ram_new(server->ctx, 0, &server->ram);
	if (rc)
		return fail("memory", "", rc, ds_why());
	for (i = 0; i < server->opt.nr_endpoints; i++) {
		rc = open_endpoint(server, &server->opt.endpoints[i]);
		if (rc)
			return rc;
	}
	choose_ipa(server);
	return make_backend(server);
}

static int make_device(struct server *server)
{
	struct vpci_host host = { map_memory, unmap_memory, again, server };
	struct viommu_options opt = {
		.bypass = server->opt.bypass, .old_bypass = server->opt.old_bypass,
		.flat = !server->ipa, .share_identity = server->opt.share_identity,
	};
	struct viommu_range doorbell = server->opt.doorbell;
	int rc;

	rc = viommu_new(&opt, &server->dev);
	if (rc)
		return fail("the virtio-iommu", "", rc, "");
	if (doorbell.last) {
		rc = viommu_mem_add(server->dev, doorbell.first,
				    doorbell.last - doorbell.first + 1, 0,
				    VIOMMU_MEM_DOORBELL);
		if (rc)
			return fail("--doorbell", "", rc, "");
	}
	server->mem = gmem_new();
	server->vpci = server->mem ? vpci_new(server->dev, server->mem, &host) : NULL;
	if (!server->vpci)
		return fail("the virtio-iommu", "", -ENOMEM, "");
	if (server->backend->fd < 0)
		return 0;
	server->faults = (struct loop_watch) { server->backend->fd, EPOLLIN, on_fault, server };
	return loop_add(server->loop, &server->faults);
}

static int open_sockets(struct server *server)
{
	unsigned int i;
	int rc;

	rc = vfu_new(server->loop, server->opt.socket, &vpci_ops, server->vpci, &server->vfu);
	if (rc)
		return fail("socket", server->opt.socket, rc, "");
	for (i = 0; i < server->nr_endpoints; i++) {
		struct endpoint *ep = &server->endpoints[i];

		rc = vfu_new(server->loop, ep->opt->socket, pass_ops(ep->pass), ep->pass,
			     &ep->vfu);
		if (rc)
			return fail("socket", ep->opt->socket, rc, "");
	}
	return 0;
}

/* Also of what was made only in part */
static int close_all(struct server *server)
{
	unsigned int i, left = 0;

	for (i = 0; i < server->nr_endpoints; i++)
		vfu_free(server->endpoints[i].vfu);
	vfu_free(server->vfu);
	vpci_free(server->vpci);
	if (server->dev)
		viommu_free(server->dev);
	if (server->backend)
		viommu_backend_free(server->backend);
	gmem_free(server->mem);
	for (i = 0; i < server->nr_endpoints; i++)
		pass_close(server->endpoints[i].pass);
	if (server->ram)
		ds_ram_free(server->ram);
	if (server->ctx) {
		left = ds_objects(server->ctx);
		ds_close(server->ctx);
	}
	if (server->signals.fd >= 0)
		close(server->signals.fd);
	loop_free(server->loop);
	if (left)
		fprintf(stderr, "viommu-server: %u objects of the host's are left\n", left);
	return left ? -EBUSY : 0;
}

static int serve(struct server *server)
{
	int rc;

	server->signals.fd = -1;
	server->loop = loop_new();
	if (!server->loop)
		return -ENOMEM;
	rc = open_host(server);
	if (!rc)
		rc = make_device(server);
	if (!rc)
		rc = watch_signals(server);
	if (!rc)
		rc = open_sockets(server);
	if (rc)
		return rc;
	printf("viommu-server: ready\n");
	fflush(stdout);
	return loop_run(server->loop);
}

int main(int argc, char **argv)
{
	static struct server server;
	int rc, closed;

	rc = server_options(argc, argv, &server.opt);
	if (rc)
		return rc < 0 ? 2 : 0;
	rc = serve(&server);
	closed = close_all(&server);
	return rc || closed;
}
