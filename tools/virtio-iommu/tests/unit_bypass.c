// SPDX-License-Identifier: GPL-2.0-only
/* Endpoints that bypass: by a domain, by the configuration, by the old feature */
#include "rig.h"

#define BYPASS	VIRTIO_IOMMU_ATTACH_F_BYPASS

static void set_bypass(struct rig *r, uint8_t value)
{
	viommu_config_write(r->dev, 36, &value, 1);
}

static void bypass_domain(struct rig *r)
{
	uint64_t off = r->dev->opt.flat ? 0 : IPA_OF(0);

	STATUS(send_attach_flags(r->dev, 1, 1, BYPASS), OK);
	IS(REACH_W(r, 1, RAM), RAM + off);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), INVAL);
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), INVAL);
	/* What it is it stays */
	STATUS(send_attach(r->dev, 1, 2), INVAL);
	STATUS(send_attach_flags(r->dev, 1, 3, BYPASS), OK);
	IS(REACH_W(r, 3, RAM2 - 1), RAM2 - 1 + off);
	STATUS(send_attach(r->dev, 2, 2), OK);
	STATUS(send_attach_flags(r->dev, 2, 1, BYPASS), INVAL);
	IS(REACH_W(r, 1, RAM), RAM + off);
	/* And from there to mappings, and back */
	STATUS(send_map(r->dev, 2, 0, PAGE - 1, RAM, RW), OK);
	STATUS(send_attach(r->dev, 2, 1), OK);
	IS(REACH_W(r, 1, RAM), NOWHERE);
	IS(REACH_W(r, 1, 0), RAM + off);
	STATUS(send_attach_flags(r->dev, 1, 2, BYPASS), OK);
	IS(REACH_W(r, 2, 0), r->dev->opt.flat ? 0 : NOWHERE);
	STATUS(send_detach(r->dev, 1, 2), OK);
	IS(REACH_W(r, 2, RAM), NOWHERE);
	STATUS(send_detach(r->dev, 1, 3), OK);
	/* The number can be that of another now */
	STATUS(send_attach(r->dev, 1, 3), OK);
	IS(REACH_W(r, 3, RAM), NOWHERE);
}

static void bypass_of_the_configuration(struct rig *r)
{
	IS(REACH_W(r, 1, RAM), NOWHERE);
	STATUS(send_attach(r->dev, 1, 2), OK);
	set_bypass(r, 1);
	IS(REACH_W(r, 1, RAM), IPA_OF(RAM));
	IS(REACH_W(r, 2, RAM), NOWHERE);
	STATUS(send_detach(r->dev, 1, 2), OK);
	IS(REACH_W(r, 2, RAM), IPA_OF(RAM));
	set_bypass(r, 2);
	IS(REACH_W(r, 2, RAM), IPA_OF(RAM));
	IS(viommu_ep_add(r->dev, 9, &r->fake->base, fake_ds(&r->units[0]), NULL, 0), 0);
	IS(REACH_W(r, 9, RAM), IPA_OF(RAM));
	set_bypass(r, 0);
	IS(REACH_W(r, 1, RAM), NOWHERE);
	IS(REACH_W(r, 9, RAM), NOWHERE);
	/* A reset of the device leaves it, one of the system does not */
	set_bypass(r, 1);
	viommu_reset(r->dev, VIOMMU_RESET_DEVICE);
	IS(REACH_W(r, 1, RAM), IPA_OF(RAM));
	/* Nothing is negotiated, so it cannot be written */
	set_bypass(r, 0);
	IS(REACH_W(r, 1, RAM), IPA_OF(RAM));
	viommu_reset(r->dev, VIOMMU_RESET_SYSTEM);
	IS(REACH_W(r, 1, RAM), NOWHERE);
}

static const struct viommu_options on = { .bypass = true };

/* "This applies even if the driver does not accept the feature" */
static void bypass_from_the_start(struct rig *r)
{
	IS(REACH_W(r, 1, RAM), IPA_OF(RAM));
	IS(viommu_negotiated(r->dev, BIT(VIRTIO_IOMMU_F_MAP_UNMAP)), 0);
	IS(REACH_W(r, 1, RAM), IPA_OF(RAM));
	set_bypass(r, 0);
	IS(REACH_W(r, 1, RAM), IPA_OF(RAM));
	IS(viommu_negotiated(r->dev, viommu_features(r->dev)), 0);
	set_bypass(r, 0);
	IS(REACH_W(r, 1, RAM), NOWHERE);
	viommu_reset(r->dev, VIOMMU_RESET_SYSTEM);
	IS(REACH_W(r, 1, RAM), IPA_OF(RAM));
}

static const struct viommu_options old = { .old_bypass = true };

static void old_feature(struct rig *r)
{
	uint8_t byte = 1;

	IS(viommu_features(r->dev), 0x3f);
	IS(REACH_W(r, 1, RAM), IPA_OF(RAM));
	viommu_config_write(r->dev, 36, &byte, 1);
	viommu_config_read(r->dev, 36, &byte, 1);
	IS(byte, 0);
	STATUS(send_attach(r->dev, 1, 1), OK);
	IS(REACH_W(r, 1, RAM), NOWHERE);
	STATUS(send_attach_flags(r->dev, 2, 1, BYPASS), INVAL);
	STATUS(send_detach(r->dev, 1, 1), OK);
	IS(REACH_W(r, 1, RAM), IPA_OF(RAM));
	/* Only who negotiates it has it */
	viommu_reset(r->dev, VIOMMU_RESET_DEVICE);
	IS(REACH_W(r, 1, RAM), NOWHERE);
	IS(viommu_negotiated(r->dev, BIT(VIRTIO_IOMMU_F_MAP_UNMAP)), 0);
	IS(REACH_W(r, 1, RAM), NOWHERE);
}

/* Memory that comes and goes does so where it is bypassed too, but for reserved pages */
static void memory_that_is_bypassed(struct rig *r)
{
	struct viommu_resv resv = { { RAM + PAGE + 5, RAM + PAGE + 6 }, VIOMMU_RESV_RESERVED };

	IS(viommu_ep_add(r->dev, 9, &r->fake->base, fake_ds(&r->units[0]), &resv, 1), 0);
	IS(REACH_W(r, 9, RAM), IPA_OF(RAM));
	IS(REACH_W(r, 9, RAM + PAGE), NOWHERE);
	IS(REACH_W(r, 9, RAM + 2 * PAGE), IPA_OF(RAM) + 2 * PAGE);
	IS(REACH_W(r, 1, RAM + PAGE), IPA_OF(RAM) + PAGE);
	IS(REACH_W(r, 1, ROM), NOWHERE);
	IS(REACH_R(r, 1, ROM), IPA_OF(ROM));
	IS(REACH_W(r, 1, REGISTERS), IPA_OF(REGISTERS));
	IS(REACH_W(r, 1, DOORBELL), NOWHERE);
	IS(viommu_mem_remove(r->dev, RAM, RAM_SIZE), 0);
	IS(REACH_W(r, 1, RAM), NOWHERE);
	IS(REACH_W(r, 1, RAM2), RAM2_IPA);
	IS(viommu_mem_add(r->dev, RAM, PAGE, 0, 0), 0);
	IS(REACH_W(r, 1, RAM + 1), 1);
	IS(REACH_W(r, 3, RAM + 1), 1);
}

/* A client may have thousands */
static void many_regions(struct rig *r)
{
	const unsigned int n = 3000;
	unsigned int i;

	for (i = 0; i < n; i++)
		IS(viommu_mem_add(r->dev, BIT(40) + 2 * i * PAGE, PAGE, 2 * i * PAGE, 0), 0);
	IS(REACH_W(r, 1, BIT(40) + 2 * (n - 1) * PAGE), 2 * (n - 1) * PAGE);
	for (i = 0; i < n; i++)
		IS(viommu_mem_remove(r->dev, BIT(40) + 2 * i * PAGE, PAGE), 0);
	IS(REACH_W(r, 1, BIT(40)), NOWHERE);
}

static const struct viommu_options flat = { .flat = true };

static void options_that_contradict(void)
{
	static const struct viommu_options bad[] = {
		{ .bypass = true, .old_bypass = true },
		{ .bypass = true, .without = BIT(VIRTIO_IOMMU_F_BYPASS_CONFIG) },
		{ .page_size_mask = 0x1800 },
		{ .input = { 5, 4 } },
		{ .domains = { 5, 4 } },
		{ .domains = { 5, 0 } },
		{ .probe_size = 12 },
		{ .probe_size = 65544 },
		{ .without = BIT(8) },
		{ .tables = true },
	};
	struct viommu *dev;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(bad); i++)
		IS(viommu_new(&bad[i], &dev), -EINVAL);
	IS(viommu_new(NULL, &dev), 0);
	viommu_free(dev);
}

void bypass_tests(void)
{
	TEST("/bypass/domain", NULL, bypass_domain);
	TEST("/bypass/domain_flat", &flat, bypass_domain);
	TEST("/bypass/configuration", NULL, bypass_of_the_configuration);
	TEST("/bypass/from_the_start", &on, bypass_from_the_start);
	TEST("/bypass/old_feature", &old, old_feature);
	TEST("/bypass/memory", &on, memory_that_is_bypassed);
	TEST("/bypass/many_regions", &on, many_regions);
	g_test_add_func("/bypass/options_that_contradict", options_that_contradict);
}
