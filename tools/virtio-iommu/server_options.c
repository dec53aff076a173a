// SPDX-License-Identifier: GPL-2.0-only
/* viommu-server: what it is told on its command line */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

static const char help[] =
"usage: viommu-server --socket PATH [--endpoint ID=DEVICE,PATH]... [OPTION]...\n"
"\n"
"Serves a virtio-iommu, and devices of the host's behind it, to a virtual machine, each\n"
"as a function of vfio-user on a socket of its own. QEMU takes them by\n"
"\n"
"  -object memory-backend-memfd,id=ram,size=...,share=on -machine ...,memory-backend=ram\n"
"  -device '{\"driver\":\"vfio-user-pci\",\"addr\":\"...\",\"x-no-posted-writes\":true,\n"
"            \"socket\":{\"type\":\"unix\",\"path\":\"PATH\"}}'\n"
"\n"
"  --socket PATH       of the virtio-iommu\n"
"  --endpoint ID=DEVICE,PATH\n"
"                      a device behind it. ID is what the guest's firmware says of it (VIOT,\n"
"                      iommu-map): BUS:SLOT.FUNCTION or a number. DEVICE is a file of\n"
"                      /dev/vfio/devices, or a name on the PCI or platform bus\n"
"  --mode MODE         nested: two-stage translation, where this process makes stage-1\n"
"                      shadow: every mapping of the guest's is one of the host's\n"
"                      auto: nested if all devices can do it (the default)\n"
"  --ipa ADDRESS       of stage-2, where the guest's memory begins; by default 0, or 2^39\n"
"                      where the host's window of MSIs would be within it\n"
"  --msi FIRST-LAST    where the guest's devices write interrupts (0xfee00000-0xfeefffff),\n"
"                      or 'none'\n"
"  --doorbell FIRST-LAST\n"
"                      where the guest has the registers behind that, on Arm\n"
"  --reserve [ID=]FIRST-LAST\n"
"                      addresses that the guest is not to map, of one device or of all\n"
"  --identity [ID=]FIRST-LAST\n"
"                      addresses that a device always reaches in the guest's memory\n"
"  --share-identity    devices with and without such may be in one domain\n"
"  --bypass            devices reach memory before the guest's driver is there\n"
"  --old-bypass        with the feature that said so before virtio 1.2\n"
"  --mmap              QEMU may map registers of the devices. It has the whole of them then\n"
"  --help              this\n"
"\n"
"SIGTERM and SIGINT end it.\n";

static int bad(const char *option, const char *value, const char *why)
{
	fprintf(stderr, "viommu-server: --%s %s: %s\n", option, value, why);
	return -EINVAL;
}

static int number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return errno || end == text || *end || *text == '-' || *value > max ? -EINVAL : 0;
}

/* BUS:SLOT.FUNCTION, in hexadecimal digits as lspci has it, or a number */
static int endpoint_id(const char *text, uint32_t *id)
{
	unsigned int bus, slot, function;
	uint64_t value;
	char tail;

	if (sscanf(text, "%2x:%2x.%1u%c", &bus, &slot, &function, &tail) == 3) {
		if (slot > 31 || function > 7)
			return -EINVAL;
		*id = bus << 8 | slot << 3 | function;
		return 0;
	}
	if (number(text, UINT32_MAX - 1, &value))
		return -EINVAL;
	*id = value;
	return 0;
}

static int range(const char *text, struct viommu_range *range)
{
	char *copy = strdup(text);
	char *dash = copy ? strchr(copy, '-') : NULL;
	int rc = -EINVAL;

	if (dash) {
		*dash = 0;
		rc = number(copy, UINT64_MAX, &range->first) ||
			number(dash + 1, UINT64_MAX, &range->last) ||
			range->first > range->last ? -EINVAL : 0;
	}
	free(copy);
	return rc;
}

static int add_resv(struct server_options *opt, const char *name, char *text,
		    enum viommu_resv_kind kind)
{
	struct server_resv *resv = &opt->resv[opt->nr_resv];
	char *equals = strchr(text, '=');

	if (opt->nr_resv == MAX_RESV)
		return bad(name, text, "there are too many");
	resv->id = ALL_ENDPOINTS;
	resv->resv.kind = kind;
	if (equals) {
		*equals++ = 0;
		if (endpoint_id(text, &resv->id))
			return bad(name, text, "this is no endpoint's ID");
		text = equals;
	}
	if (range(text, &resv->resv.range))
		return bad(name, text, "FIRST-LAST is wanted");
	opt->nr_resv++;
	return 0;
}

static int add_endpoint(struct server_options *opt, char *text)
{
	struct server_endpoint *ep = &opt->endpoints[opt->nr_endpoints];
	char *equals = strchr(text, '=');
	char *comma = equals ? strrchr(equals, ',') : NULL;
	unsigned int i;

	if (opt->nr_endpoints == MAX_ENDPOINTS)
		return bad("endpoint", text, "there are too many");
	if (!comma)
		return bad("endpoint", text, "ID=DEVICE,PATH is wanted");
	*equals = 0;
	*comma = 0;
	ep->device = equals + 1;
	ep->socket = comma + 1;
	if (endpoint_id(text, &ep->id))
		return bad("endpoint", text, "this is no endpoint's ID");
	for (i = 0; i < opt->nr_endpoints; i++)
		if (opt->endpoints[i].id == ep->id)
			return bad("endpoint", text, "two of them have this ID");
	opt->nr_endpoints++;
	return 0;
}

static int set_mode(struct server_options *opt, const char *text)
{
	if (!strcmp(text, "auto"))
		opt->mode = MODE_AUTO;
	else if (!strcmp(text, "nested"))
		opt->mode = MODE_NESTED;
	else if (!strcmp(text, "shadow"))
		opt->mode = MODE_SHADOW;
	else
		return bad("mode", text, "nested, shadow or auto is wanted");
	return 0;
}

enum { SOCKET = 1, ENDPOINT, MODE, IPA, MSI, DOORBELL, RESERVE, IDENTITY, SHARE, BYPASS,
	OLD_BYPASS, MMAP, HELP };

static const struct option options[] = {
	{ "socket", required_argument, NULL, SOCKET },
	{ "endpoint", required_argument, NULL, ENDPOINT },
	{ "mode", required_argument, NULL, MODE },
	{ "ipa", required_argument, NULL, IPA },
	{ "msi", required_argument, NULL, MSI },
	{ "doorbell", required_argument, NULL, DOORBELL },
	{ "reserve", required_argument, NULL, RESERVE },
	{ "identity", required_argument, NULL, IDENTITY },
	{ "share-identity", no_argument, NULL, SHARE },
	{ "bypass", no_argument, NULL, BYPASS },
	{ "old-bypass", no_argument, NULL, OLD_BYPASS },
	{ "mmap", no_argument, NULL, MMAP },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

/* The first of the regions is the guest's MSI region, unless it has none */
static int set_msi(struct server_options *opt, char *text, bool *none)
{
	*none = !strcmp(text, "none");
	if (!*none && range(text, &opt->resv[0].resv.range))
		return bad("msi", text, "FIRST-LAST or 'none' is wanted");
	return 0;
}

static int take(struct server_options *opt, int option, bool *no_msi)
{
	switch (option) {
	case SOCKET:
		opt->socket = optarg;
		return 0;
	case ENDPOINT:
		return add_endpoint(opt, optarg);
	case MODE:
		return set_mode(opt, optarg);
	case IPA:
		return number(optarg, UINT64_MAX - 1, &opt->ipa) || opt->ipa % 4096 ?
			bad("ipa", optarg, "a multiple of 4096 is wanted") : 0;
	case MSI:
		return set_msi(opt, optarg, no_msi);
	case DOORBELL:
		return range(optarg, &opt->doorbell) ?
			bad("doorbell", optarg, "FIRST-LAST is wanted") : 0;
	case RESERVE:
		return add_resv(opt, "reserve", optarg, VIOMMU_RESV_RESERVED);
	case IDENTITY:
		return add_resv(opt, "identity", optarg, VIOMMU_RESV_IDENTITY);
	case SHARE:
		opt->share_identity = true;
		return 0;
	case BYPASS:
		opt->bypass = true;
		return 0;
	case OLD_BYPASS:
		opt->old_bypass = true;
		return 0;
	case MMAP:
		opt->mmap = true;
		return 0;
	case HELP:
		fputs(help, stdout);
		return 1;
	}
	fputs("viommu-server: --help says what there is\n", stderr);
	return -EINVAL;
}

int server_options(int argc, char **argv, struct server_options *opt)
{
	bool no_msi = false;
	int option, rc;

	memset(opt, 0, sizeof(*opt));
	opt->ipa = IPA_AUTO;
	opt->resv[0] = (struct server_resv) {
		.id = ALL_ENDPOINTS,
		.resv = { { 0xfee00000, 0xfeefffff }, VIOMMU_RESV_MSI },
	};
	opt->nr_resv = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		rc = take(opt, option, &no_msi);
		if (rc)
			return rc;
	}
	if (optind < argc)
		return bad("help", argv[optind], "this is no option");
	if (!opt->socket) {
		fputs("viommu-server: the virtio-iommu needs a --socket\n", stderr);
		return -EINVAL;
	}
	if (no_msi)
		opt->resv[0] = opt->resv[--opt->nr_resv];
	return 0;
}
