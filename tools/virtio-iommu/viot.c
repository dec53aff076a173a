// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the table VIOT (ACPI 6.5, section 5.2.33), for QEMU's -acpitable
 *
 * usage: viommu-viot IOMMU ENDPOINT...
 *
 * Each is a PCI function, as BUS:SLOT.FUNCTION in hexadecimal digits. An endpoint's ID is
 * just that as a number, as viommu-server has it.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_ENDPOINTS	16

struct header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem[6];
	char oem_table[8];
	uint32_t oem_revision;
	char creator[4];
	uint32_t creator_revision;
	uint16_t nodes;
	uint16_t first_node;
	uint8_t reserved[8];
};

struct iommu {
	uint8_t type;
	uint8_t reserved;
	uint16_t length;
	uint16_t segment;
	uint16_t bdf;
	uint8_t reserved2[8];
};

struct endpoint {
	uint8_t type;
	uint8_t reserved;
	uint16_t length;
	uint32_t id;
	uint16_t first_segment, last_segment;
	uint16_t first_bdf, last_bdf;
	uint16_t iommu;		/* where its node is in the table */
	uint8_t reserved2[6];
};

#define NODE_PCI	1
#define NODE_VIRTIO_PCI	3

struct table {
	struct header header;
	struct iommu iommu;
	struct endpoint endpoints[MAX_ENDPOINTS];
};

static int bdf(const char *text, uint16_t *value)
{
	unsigned int bus, slot, function;
	char tail;

	if (sscanf(text, "%2x:%2x.%1u%c", &bus, &slot, &function, &tail) != 3 || slot > 31 ||
	    function > 7) {
		fprintf(stderr, "viommu-viot: %s: BUS:SLOT.FUNCTION is wanted\n", text);
		return -1;
	}
	*value = bus << 8 | slot << 3 | function;
	return 0;
}

static_assert(sizeof(struct header) == 48 && sizeof(struct iommu) == 16 &&
	      sizeof(struct endpoint) == 24 && sizeof(struct table) == 64 + 24 * MAX_ENDPOINTS,
	      "layout of VIOT");

int main(int argc, char **argv)
{
	struct table t = {
		.header = {
			.signature = "VIOT", .oem = "VIOMMU", .oem_table = "VIOMMUPC",
			.oem_revision = 1, .creator = "VIOM", .creator_revision = 1,
			.first_node = sizeof(struct header),
		},
		.iommu = { .type = NODE_VIRTIO_PCI, .length = sizeof(struct iommu) },
	};
	uint8_t sum = 0;
	int i, n = argc - 2;

	if (n < 1 || n > MAX_ENDPOINTS) {
		fputs("usage: viommu-viot IOMMU ENDPOINT...\n", stderr);
		return 2;
	}
	if (bdf(argv[1], &t.iommu.bdf))
		return 2;
	for (i = 0; i < n; i++) {
		struct endpoint *ep = &t.endpoints[i];

		ep->type = NODE_PCI;
		ep->length = sizeof(*ep);
		ep->iommu = sizeof(struct header);
		if (bdf(argv[i + 2], &ep->first_bdf))
			return 2;
		ep->last_bdf = ep->first_bdf;
		ep->id = ep->first_bdf;
	}
	t.header.nodes = n + 1;
	t.header.length = sizeof(t.header) + sizeof(t.iommu) + n * sizeof(t.endpoints[0]);
	for (i = 0; i < (int)t.header.length; i++)
		sum += ((uint8_t *)&t)[i];
	t.header.checksum = -sum;
	return fwrite(&t, t.header.length, 1, stdout) == 1 && !fflush(stdout) ? 0 : 1;
}
