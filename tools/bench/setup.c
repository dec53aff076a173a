// SPDX-License-Identifier: GPL-2.0-only
/* Instances for the bench; several live side by side */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static void add_endpoint(struct rig *r, unsigned int i)
{
	char name[16];

	snprintf(name, sizeof(name), "ep%u", i);
	must(mock_add_endpoint(&r->mock, name, 0x0100 + 8 * i),
	     "endpoint %s of %s", name, r->mock.name);
	if (r->cfg.pasid_bits)
		must(mock_ep_set(&r->mock, name, "pasid_bits",
				 r->cfg.pasid_bits), "pasid_bits");
}

void setup_mock(struct rig *r, const struct setup *s)
{
	unsigned int i;

	memset(r, 0, sizeof(*r));
	r->iommufd = -1;
	for (i = 0; i < RIG_MAX_EPS; i++)
		r->dev[i].fd = -1;
	r->cfg.nr_eps = s->nr_eps;
	r->cfg.pasid_bits = s->pasid_bits;
	r->cfg.guest_size = RIG_GUEST_SIZE;
	r->cfg.perm = DSI_RW;
	r->cfg.width = RIG_WIDTH;
	if (s->pasid_bits && vendor == MOCK_VTD) {
		r->cfg.parent_flags = IOMMU_HWPT_ALLOC_PASID;
		r->cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID;
	}

	r->cfg.type = vendor;
	r->nest.type = vendor;
	must(mock_create(&r->mock, vendor, s->name), "instance %s", s->name);
	if (s->no_iotlb)
		must(mock_set(&r->mock, "caches/iotlb_entries", 0),
		     "iotlb_entries");
	if (s->no_pwc)
		must(mock_set(&r->mock, "caches/pwc_entries", 0),
		     "pwc_entries");
	for (i = 0; i < s->nr_eps; i++)
		add_endpoint(r, i);
}

void setup_up(struct rig *r, const struct setup *s)
{
	setup_mock(r, s);
	must(rig_devices(r), "the endpoints of %s", s->name);
	must(rig_guest(r), "guest RAM");
	must(rig_parent(r), "the nesting parent");
	must(rig_nested(r), "the nested HWPT");
}

void inval_make(struct inval_array *a, const struct rig *r, uint64_t iova,
		unsigned int nr)
{
	struct iommu_hwpt_vtd_s1_invalidate *entry;
	unsigned int i;
	smmu_cmd *cmd;

	*a = (struct inval_array){ .rig = r, .nr = nr };
	a->entries = calloc(nr, sizeof(*entry));
	must(a->entries ? 0 : -ENOMEM, "%u entries", nr);
	entry = a->entries;
	cmd = a->entries;
	/* Not in one piece, or a guest would send a range */
	for (i = 0; i < nr; i++) {
		if (r->nest.type == MOCK_SMMUV3)
			cmd[i] = smmu_cmd_va(r->s1.asid, iova + 2 * i * PAGE_4K,
					     true);
		else
			entry[i] = (struct iommu_hwpt_vtd_s1_invalidate){
				.addr = iova + 2 * i * PAGE_4K,
				.npages = 1,
				.flags = IOMMU_VTD_INV_FLAGS_LEAF,
			};
	}
}

void inval_send(const struct inval_array *a, unsigned int nr)
{
	const struct rig *r = a->rig;
	uint32_t done = nr;

	if (r->nest.type == MOCK_SMMUV3)
		must(dsi_commands(r->iommufd, r->nest.viommu, a->entries,
				  &done), "%u commands", nr);
	else
		must(dsi_invalidate(r->iommufd, r->nested, a->entries, &done),
		     "an invalidation of %u entries", nr);
	must(done == nr ? 0 : -EIO, "%u of %u entries done", done, nr);
}
