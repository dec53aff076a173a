// SPDX-License-Identifier: GPL-2.0-only
/* Memory of the guest's that comes and goes; endpoints that bypass */
#include "rig.h"

static void regions_of_memory(struct rig *r)
{
	IS(viommu_mem_add(r->dev, RAM, PAGE, 0, 0), -EEXIST);
	IS(viommu_mem_add(r->dev, RAM - PAGE, 2 * PAGE, 0, 0), -EEXIST);
	IS(viommu_mem_add(r->dev, RAM - PAGE, 0, 0, 0), -EINVAL);
	IS(viommu_mem_add(r->dev, 1, PAGE, 0, 0), -EINVAL);
	IS(viommu_mem_add(r->dev, 0, PAGE + 1, 0, 0), -EINVAL);
	IS(viommu_mem_add(r->dev, 0, PAGE, 1, 0), -EINVAL);
	IS(viommu_mem_add(r->dev, 0, PAGE, 0, 8), -EINVAL);
	IS(viommu_mem_add(r->dev, -PAGE, 2 * PAGE, 0, 0), -EINVAL);
	IS(viommu_mem_add(r->dev, 0, 2 * PAGE, -PAGE, 0), -EINVAL);
	IS(viommu_mem_add(r->dev, -PAGE, PAGE, -PAGE, 0), 0);
	IS(viommu_mem_remove(r->dev, RAM, PAGE), -ENOENT);
	IS(viommu_mem_remove(r->dev, RAM + PAGE, RAM_SIZE), -ENOENT);
	IS(viommu_mem_remove(r->dev, 0, PAGE), -ENOENT);
	IS(viommu_mem_remove(r->dev, -PAGE, PAGE), 0);
}

static const struct viommu_options flat = { .flat = true };

static void flat_is_flat(struct rig *r)
{
	IS(viommu_mem_add(r->dev, 0, PAGE, PAGE, 0), -EINVAL);
	IS(viommu_mem_add(r->dev, 0, PAGE, 0, 0), 0);
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	IS(REACH_R(r, 1, 0), RAM);
}

static void mapped_memory_goes_away(struct rig *r)
{
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_attach(r->dev, 1, 3), OK);
	STATUS(send_attach(r->dev, 2, 2), OK);
	STATUS(send_map(r->dev, 1, 0, 2 * PAGE - 1, RAM2 - PAGE, RW), OK);
	STATUS(send_map(r->dev, 2, 0, PAGE - 1, RAM2, RW), OK);
	STATUS(send_map(r->dev, 2, PAGE, 2 * PAGE - 1, RAM, RW), OK);
	IS(viommu_mem_remove(r->dev, RAM2, RAM2_SIZE), 0);
	IS(REACH_R(r, 1, 0), IPA_OF(RAM2) - PAGE);
	IS(REACH_R(r, 1, PAGE), NOWHERE);
	IS(REACH_R(r, 3, PAGE), NOWHERE);
	IS(REACH_R(r, 2, 0), NOWHERE);
	IS(REACH_R(r, 2, PAGE), IPA_OF(RAM));
	/* To the guest they are mapped, until it unmaps them */
	STATUS(send_map(r->dev, 2, 0, PAGE - 1, RAM, RW), INVAL);
	STATUS(send_map(r->dev, 2, 9 * PAGE, 10 * PAGE - 1, RAM2, RW), FAULT);
	/* Memory that is there again is not in old mappings */
	IS(viommu_mem_add(r->dev, RAM2, RAM2_SIZE, IPA_OF(RAM2), 0), 0);
	IS(REACH_R(r, 2, 0), NOWHERE);
	STATUS(send_attach(r->dev, 1, 2), OK);
	IS(REACH_R(r, 2, PAGE), NOWHERE);
	STATUS(send_unmap(r->dev, 1, 0, 2 * PAGE - 1), OK);
	STATUS(send_map(r->dev, 1, PAGE, 2 * PAGE - 1, RAM2, RW), OK);
	IS(REACH_R(r, 2, PAGE), IPA_OF(RAM2));
}

static void identity_memory_goes_away(struct rig *r)
{
	struct viommu_resv resv = { { RAM2, RAM2 + PAGE - 1 }, VIOMMU_RESV_IDENTITY };

	IS(viommu_ep_add(r->dev, 9, &r->fake->base, fake_ds(&r->units[0]), &resv, 1), 0);
	STATUS(send_attach(r->dev, 1, 9), OK);
	IS(REACH_W(r, 9, RAM2), RAM2_IPA);
	IS(viommu_mem_remove(r->dev, RAM2, RAM2_SIZE), 0);
	IS(REACH_W(r, 9, RAM2), NOWHERE);
	IS(viommu_mem_add(r->dev, RAM2, PAGE, IPA_OF(RAM2), VIOMMU_MEM_READ_ONLY), 0);
	IS(REACH_W(r, 9, RAM2), NOWHERE);
	IS(REACH_R(r, 9, RAM2), IPA_OF(RAM2));
}

void memory_tests(void)
{
	TEST("/memory/regions", NULL, regions_of_memory);
	TEST("/memory/flat", &flat, flat_is_flat);
	TEST("/memory/mapped_memory_goes_away", NULL, mapped_memory_goes_away);
	TEST("/memory/identity_memory_goes_away", NULL, identity_memory_goes_away);
}
