// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endpoints that are PCI functions behind a root port: what the port lets through is
 * what software has programmed it for, and isolation is what it and they have of ACS
 */
#include <sys/stat.h>

#include "harness.h"

#define IOVA		0x0000033330000000ull
#define PORT		"00:1c.0"
#define PCI_EXT_CAP_ACS	0x0d
#define PCI_EXT_CAP_ARI	0x0e
#define ATS_CTRL	6
#define ATS_ENABLE	0x8000u
#define PASID_CTRL	6
#define ACS_CTRL	6
#define ACS_TB		0x02u
#define EXP_FLAGS	2
#define EXP_LNKSTA	0x12
#define EXP_SLTSTA	0x1a
#define LINK_ACTIVE	0x2000u
#define PRESENT		0x40u
#define HEADER_TYPE	0x0e
#define BUSES		0x18
#define PREF_BASE	0x24
#define BRIDGE_CONTROL	0x3e
#define BUS_RESET	0x40u

FIXTURE(port)
{
	struct rig rig;
	char port[PCI_NAME_LEN];
	char name[2][PCI_NAME_LEN];
};

FIXTURE_VARIANT(port)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(port, vtd)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
	.cfg.port = PORT,
};

FIXTURE_VARIANT_ADD(port, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
	.cfg.port = PORT,
};

FIXTURE_SETUP(port)
{
	RIG_FUNCTIONS(&self->rig, &variant->cfg);
}

FIXTURE_TEARDOWN(port)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* What the functions and their port are called, once they are there */
static int names(FIXTURE_DATA(port) *self)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; i < 2 && !rc; i++)
		rc = pci_name(&self->rig.mock, i, self->name[i]);
	snprintf(self->port, sizeof(self->port), "%.5s" PORT, self->name[0]);
	return rc;
}

/* With a page that both endpoints read by way of stage-1 */
static int up(FIXTURE_DATA(port) *self)
{
	struct rig *r = &self->rig;
	int rc;

	rc = rig_devices(r) ?: rig_guest(r) ?: rig_parent(r) ?: rig_nested(r);
	if (!rc && !rig_page(r, &r->s1, IOVA, 1))
		rc = -ENOMEM;
	return rc ?: names(self);
}

static int go_live(FIXTURE_DATA(port) *self)
{
	return mock_set_live(&self->rig.mock, true) ?: names(self);
}

static int usable(const struct mock *m, unsigned int i)
{
	char vfio[32];

	return rig_vfio_name(m, i, vfio, sizeof(vfio)) ?: function_usable(vfio, IOVA);
}

static int set_port(const struct mock *m, unsigned int i, const char *port)
{
	char attr[32];

	char line[32];

	snprintf(attr, sizeof(attr), "ep%u/port", i);
	snprintf(line, sizeof(line), "%s\n", port);
	return mock_set_text(m, attr, line);
}

static bool on_path(const char *port, const char *name)
{
	char path[160];
	struct stat st;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", port, name);
	return !stat(path, &st);
}

/* The source-ids are what the PCI core has made of the buses, and bytes move */
TEST_F(port, topology)
{
	struct rig *r = &self->rig;
	uint32_t exp;
	unsigned int i;

	ASSERT_EQ(0, up(self));
	EXPECT_EQ(0, strcmp(self->name[0] + 5, "01:00.0"));
	/* A device that is not 0: there is ARI */
	EXPECT_EQ(0, strcmp(self->name[1] + 5, "01:01.0"));
	EXPECT_EQ(1, pci_config(self->port, HEADER_TYPE, 1));
	EXPECT_EQ(0x010100, pci_config(self->port, BUSES, 4) & 0xffffff);
	exp = pci_capability(self->port, PCI_CAP_EXP);
	EXPECT_EQ(0x142, pci_config(self->port, exp + EXP_FLAGS, 2));
	EXPECT_TRUE(pci_config(self->port, exp + EXP_LNKSTA, 2) & LINK_ACTIVE);
	EXPECT_TRUE(pci_config(self->port, exp + EXP_SLTSTA, 2) & PRESENT);
	for (i = 0; i < 2; i++) {
		const char *name = self->name[i];
		uint32_t ari = pci_ext_capability(name, PCI_EXT_CAP_ARI);

		EXPECT_TRUE(on_path(self->port, name));
		EXPECT_EQ(0x02, pci_config(name, pci_capability(name, PCI_CAP_EXP) +
					   EXP_FLAGS, 2));
		ASSERT_NE(0, ari);
		EXPECT_EQ(i ? 0 : 8, pci_config(name, ari + 5, 1));
		EXPECT_EQ(0, rig_sees(r, i, IOVA, 1));
	}
	/* And each is attached by itself */
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
}

/* ATS and PASIDs are switched on by way of the port, and are used */
TEST_F(port, ats_and_pasids)
{
	struct rig *r = &self->rig;
	uint32_t ats, pasid;
	unsigned int i;

	ASSERT_EQ(0, up(self));
	for (i = 0; i < 2; i++) {
		ats = pci_ext_capability(self->name[i], PCI_EXT_CAP_ATS);
		pasid = pci_ext_capability(self->name[i], PCI_EXT_CAP_PASID);
		EXPECT_TRUE(pci_config(self->name[i], ats + ATS_CTRL, 2) & ATS_ENABLE);
		EXPECT_EQ(1, pci_config(self->name[i], pasid + PASID_CTRL, 2) & 1);
		ASSERT_EQ(0, ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE));
		EXPECT_EQ(0, rig_sees(r, i, IOVA, 1));
		EXPECT_LT(0, vdev_reg(&r->dev[i], MOCK_EP_ATC_MISSES));
		/* The unit is asked, which has nothing for it */
		ASSERT_EQ(0, ep_pasid(&r->dev[i], 5 | MOCK_EP_PASID_VALID));
		EXPECT_EQ(-EFAULT, ep_write(&r->dev[i], IOVA, 8, 1, NULL));
		ASSERT_EQ(0, ep_pasid(&r->dev[i], 0));
	}
	/* What the endpoints have cached goes where it has to */
	ASSERT_EQ(0, rig_inv_all(r));
	for (i = 0; i < 2; i++)
		EXPECT_LT(0, vdev_reg(&r->dev[i], MOCK_EP_ATC_INVS));
}

/* Requests of device-TLBs pass a port only if firmware says so, which VT-d asks for */
TEST_F(port, ats_not_let_through)
{
	struct rig *r = &self->rig;
	uint32_t ats;

	if (variant->cfg.type != MOCK_VTD)
		SKIP(return, "an SMMUv3 takes it from the device tree, of a whole bus");
	ASSERT_EQ(0, mock_set(&r->mock, "atsr", 0));
	r->cfg.ats = false;
	r->nest.ats = false;
	ASSERT_EQ(0, up(self));
	ats = pci_ext_capability(self->name[0], PCI_EXT_CAP_ATS);
	ASSERT_NE(0, ats);
	EXPECT_FALSE(pci_config(self->name[0], ats + ATS_CTRL, 2) & ATS_ENABLE);
	ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, vdev_reg(&r->dev[0], MOCK_EP_ATC_MISSES));
}

/* A port that is no bus master forwards no request, and its functions move nothing */
TEST_F(port, master_off)
{
	struct rig *r = &self->rig;
	uint32_t command;
	uint64_t gpa;
	uint8_t *mem;

	ASSERT_EQ(0, up(self));
	gpa = guest_alloc(&r->guest, PAGE_4K, PAGE_4K);
	ASSERT_NE(0, gpa);
	mem = guest_ptr(&r->guest, gpa);
	ASSERT_EQ(0, s1_map_range(&r->s1, IOVA + SZ_1M, gpa, PAGE_4K, S1_4K, S1_RW));
	memset(mem, 0x5a, PAGE_4K);
	command = pci_config(self->port, PCI_CFG_COMMAND, 2);
	EXPECT_EQ(PCI_CMD_MEMORY | PCI_CMD_MASTER,
		  command & (PCI_CMD_MEMORY | PCI_CMD_MASTER));
	ASSERT_EQ(0, pci_set_config(self->port, PCI_CFG_COMMAND,
				    command & ~PCI_CMD_MASTER, 2));
	EXPECT_NE(0, ep_write(&r->dev[0], IOVA + SZ_1M, PAGE_4K, 1, NULL));
	EXPECT_NE(0, ep_write(&r->dev[1], IOVA + SZ_1M, PAGE_4K, 1, NULL));
	EXPECT_TRUE(util_is_byte(mem, PAGE_4K, 0x5a));
	ASSERT_EQ(0, pci_set_config(self->port, PCI_CFG_COMMAND, command, 2));
	EXPECT_EQ(0, ep_write(&r->dev[1], IOVA + SZ_1M, PAGE_4K, 1, NULL));
	EXPECT_FALSE(util_is_byte(mem, PAGE_4K, 0x5a));
}

/* ACS Translation Blocking: what is not a plain request does not get to the unit */
TEST_F(port, translation_blocking)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	uint32_t acs, ctrl;

	ASSERT_EQ(0, up(self));
	acs = pci_ext_capability(self->port, PCI_EXT_CAP_ACS);
	ASSERT_NE(0, acs);
	ctrl = pci_config(self->port, acs + ACS_CTRL, 2);
	EXPECT_FALSE(ctrl & ACS_TB);
	ASSERT_EQ(0, pci_set_config(self->port, acs + ACS_CTRL, ctrl | ACS_TB, 2));
	ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	if (!mock_reorders())
		EXPECT_EQ(before.translations, after.translations);
	ASSERT_EQ(0, ep_ats(&r->dev[0], 0));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, pci_set_config(self->port, acs + ACS_CTRL, ctrl, 2));
	ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* Memory and configuration accesses get to where the port leads, and nowhere else */
TEST_F(port, windows)
{
	struct rig *r = &self->rig;
	uint32_t base, buses, command;

	ASSERT_EQ(0, up(self));
	ASSERT_EQ(0, vdev_set_reg(&r->dev[0], MOCK_EP_PATTERN, 42));
	base = pci_config(self->port, PREF_BASE, 2);
	ASSERT_EQ(0, pci_set_config(self->port, PREF_BASE, 0xfff1, 2));
	EXPECT_EQ(UINT32_MAX, vdev_reg(&r->dev[0], MOCK_EP_PATTERN));
	ASSERT_EQ(0, vdev_set_reg(&r->dev[0], MOCK_EP_PATTERN, 43));
	ASSERT_EQ(0, pci_set_config(self->port, PREF_BASE, base, 2));
	EXPECT_EQ(42, vdev_reg(&r->dev[0], MOCK_EP_PATTERN));

	command = pci_config(self->port, PCI_CFG_COMMAND, 2);
	ASSERT_EQ(0, pci_set_config(self->port, PCI_CFG_COMMAND, PCI_CMD_MASTER, 2));
	EXPECT_EQ(UINT32_MAX, vdev_reg(&r->dev[1], MOCK_EP_PATTERN));
	ASSERT_EQ(0, pci_set_config(self->port, PCI_CFG_COMMAND, command, 2));

	buses = pci_config(self->port, BUSES, 4);
	ASSERT_EQ(0, pci_set_config(self->port, BUSES, 0x050500, 4));
	EXPECT_EQ(UINT32_MAX, pci_config(self->name[0], PCI_CFG_VENDOR, 4));
	EXPECT_EQ(UINT32_MAX, pci_config(self->name[1], PCI_CFG_VENDOR, 4));
	ASSERT_EQ(0, pci_set_config(self->port, BUSES, buses, 4));
	EXPECT_EQ(0xb500104c, pci_config(self->name[1], PCI_CFG_VENDOR, 4));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
}

/* Without ARI forwarding there is no device but 0 on a link */
TEST_F(port, ari_off)
{
	uint32_t exp, ctl2;

	ASSERT_EQ(0, go_live(self));
	exp = pci_capability(self->port, PCI_CAP_EXP);
	ctl2 = pci_config(self->port, exp + 0x28, 2);
	EXPECT_TRUE(ctl2 & 0x20);
	ASSERT_EQ(0, pci_set_config(self->port, exp + 0x28, ctl2 & ~0x20u, 2));
	EXPECT_EQ(0xb500104c, pci_config(self->name[0], PCI_CFG_VENDOR, 4));
	EXPECT_EQ(UINT32_MAX, pci_config(self->name[1], PCI_CFG_VENDOR, 4));
	ASSERT_EQ(0, pci_set_config(self->port, exp + 0x28, ctl2, 2));
	EXPECT_EQ(0, usable(&self->rig.mock, 1));
}

/* All that is behind the port is reset, and for that time nobody answers */
TEST_F(port, bus_reset)
{
	struct rig *r = &self->rig;
	unsigned int i, tries;

	ASSERT_EQ(0, up(self));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, vdev_set_reg(&r->dev[i], MOCK_EP_PATTERN, 42));
	ASSERT_EQ(0, pci_set_config(self->port, BRIDGE_CONTROL, BUS_RESET, 2));
	usleep(20000);
	EXPECT_EQ(UINT32_MAX, pci_config(self->name[0], PCI_CFG_VENDOR, 4));
	EXPECT_EQ(UINT32_MAX, vdev_reg(&r->dev[1], MOCK_EP_PATTERN));
	ASSERT_EQ(0, pci_set_config(self->port, BRIDGE_CONTROL, 0, 2));
	for (i = 0; i < 2; i++) {
		for (tries = 0; tries < 2000; tries++) {
			if (pci_config(self->name[i], PCI_CFG_VENDOR, 2) == 0x104c)
				break;
			usleep(1000);
		}
		EXPECT_GT(2000, tries);
		EXPECT_EQ(0, pci_config(self->name[i], PCI_CFG_COMMAND, 2));
		EXPECT_EQ(0xc, pci_config(self->name[i], PCI_CFG_BAR0, 4));
	}
}

/* And so does VFIO, for whoever has all of them */
TEST_F(port, hot_reset)
{
	struct vfio_pci_hot_reset reset = { .argsz = sizeof(reset) };
	struct rig *r = &self->rig;
	unsigned int i;

	ASSERT_EQ(0, up(self));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, vdev_set_reg(&r->dev[i], MOCK_EP_PATTERN, 42));
	ASSERT_EQ(0, dsi_ioctl(r->dev[0].fd, VFIO_DEVICE_PCI_HOT_RESET, &reset));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, vdev_reg(&r->dev[i], MOCK_EP_PATTERN));
		EXPECT_EQ(0, ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE));
		EXPECT_EQ(0, rig_sees(r, i, IOVA, 1));
	}
	/* One alone may not: the other one is somebody else's, or nobody's */
	vdev_close(&r->dev[1]);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* Who can reach whom without the unit is together */
TEST_F(port, groups)
{
	struct mock *m = &self->rig.mock;
	char name[PCI_NAME_LEN];
	unsigned int i;

	ASSERT_EQ(0, mock_add_endpoint(m, "ep2", 0x0101));
	ASSERT_EQ(0, set_port(m, 2, PORT));
	ASSERT_EQ(0, mock_add_endpoint(m, "ep3", 0x0018));
	ASSERT_EQ(0, mock_ep_set(m, "ep0", "acs", 0));
	ASSERT_EQ(0, mock_ep_set(m, "ep2", "acs", 0));
	ASSERT_EQ(0, go_live(self));
	ASSERT_EQ(0, pci_name(m, 2, name));
	EXPECT_LE(0, pci_group(self->port));
	EXPECT_NE(pci_group(self->port), pci_group(self->name[0]));
	EXPECT_EQ(pci_group(self->name[0]), pci_group(name));
	EXPECT_NE(pci_group(self->name[0]), pci_group(self->name[1]));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, usable(m, i));
	ASSERT_EQ(0, mock_set_live(m, false));

	/* A port that redirects nothing: all of them and the port itself */
	ASSERT_EQ(0, mock_set(m, "port_acs", 0));
	ASSERT_EQ(0, go_live(self));
	EXPECT_EQ(0, pci_ext_capability(self->port, PCI_EXT_CAP_ACS));
	EXPECT_LE(0, pci_group(self->port));
	EXPECT_EQ(pci_group(self->port), pci_group(self->name[0]));
	EXPECT_EQ(pci_group(self->port), pci_group(self->name[1]));
	EXPECT_EQ(pci_group(self->port), pci_group(name));
	ASSERT_EQ(0, pci_name(m, 3, name));
	EXPECT_NE(pci_group(self->port), pci_group(name));
	EXPECT_EQ(0, usable(m, 0));
	EXPECT_EQ(0, usable(m, 1));
	/* Its functions would send with a PASID what others would take for an address */
	EXPECT_EQ(0, pci_config(self->name[0],
				pci_ext_capability(self->name[0], PCI_EXT_CAP_PASID) +
				PASID_CTRL, 2) & 1);
}

/* Several ports, in whatever order their buses are, and one beside them */
TEST_F(port, several)
{
	struct rig *r = &self->rig;
	char name[PCI_NAME_LEN];
	unsigned int i;

	/* The first of two functions of a device is on its own bus, the second one not */
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "source_id", 0x0700));
	ASSERT_EQ(0, set_port(&r->mock, 0, "02:03.1"));
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep1", "source_id", 0x0404));
	ASSERT_EQ(0, set_port(&r->mock, 1, "02:04.5"));
	ASSERT_EQ(0, mock_add_endpoint(&r->mock, "ep2", 0x0218));
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep2", "ats", 1));
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep2", "pasid_bits", 8));
	r->cfg.nr_eps = 3;
	ASSERT_EQ(0, up(self));
	EXPECT_EQ(0, strcmp(self->name[0] + 5, "07:00.0"));
	EXPECT_EQ(0, strcmp(self->name[1] + 5, "04:00.4"));
	ASSERT_EQ(0, pci_name(&r->mock, 2, name));
	EXPECT_EQ(0, strcmp(name + 5, "02:03.0"));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, rig_sees(r, i, IOVA, 1));
}

/* Nothing is changed by what cannot be */
TEST_F(port, refused)
{
	static const struct {
		const char *what;
		uint32_t sid[2];
		const char *port[2];
	} bad[] = {
		{ "the bus behind it before its own", { 0x0000, 0x0001 },
		  { "01:00.0", "01:00.0" } },
		{ "the same bus", { 0x0100, 0x0101 }, { "01:02.0", "01:02.0" } },
		{ "two buses behind one port", { 0x0100, 0x0200 }, { PORT, PORT } },
		{ "two ports before one bus", { 0x0100, 0x0101 }, { PORT, "00:1d.0" } },
		{ "one behind it, one not", { 0x0100, 0x0101 }, { PORT, "" } },
		{ "a port behind a port", { 0x0100, 0x0200 }, { PORT, "01:01.0" } },
		{ "a root bus between", { 0x0300, 0x0200 }, { PORT, "" } },
		{ "an endpoint that is the port", { 0x0100, 0x00e0 }, { PORT, "" } },
		{ "a device that is not 0 without one that is", { 0x0108, 0x0110 },
		  { PORT, PORT } },
	};
	static const char * const wrong[] = {
		"1c.0", "00:20.0", "00:1c.8", "00:1c.0x", "256", "0x1c", "00:1c", "-",
	};
	const struct mock *m = &self->rig.mock;
	unsigned int i, ep;
	char text[32];

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_EQ(-EINVAL, set_port(m, 0, wrong[i]));
	ASSERT_EQ(0, mock_ep_get_text(m, "ep0", "port", text, sizeof(text)));
	EXPECT_STREQ(PORT, text);
	EXPECT_EQ(-EINVAL, mock_set(m, "port_acs", 2));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		TH_LOG("%s", bad[i].what);
		for (ep = 0; ep < 2; ep++) {
			ASSERT_EQ(0, mock_ep_set(m, m->endpoints[ep], "source_id",
						 bad[i].sid[ep]));
			ASSERT_EQ(0, set_port(m, ep, bad[i].port[ep]));
		}
		EXPECT_EQ(-EINVAL, mock_set_live(m, true));
	}
	for (ep = 0; ep < 2; ep++) {
		ASSERT_EQ(0, mock_ep_set(m, m->endpoints[ep], "source_id", RIG_SID(ep)));
		ASSERT_EQ(0, set_port(m, ep, PORT));
	}
	if (variant->cfg.type == MOCK_SMMUV3) {
		ASSERT_EQ(0, mock_ep_set(m, "ep1", "source_id", 0x10100));
		EXPECT_EQ(-EINVAL, mock_set_live(m, true));
		ASSERT_EQ(0, mock_ep_set(m, "ep1", "source_id", RIG_SID(1)));
	}
	ASSERT_EQ(0, go_live(self));
	EXPECT_EQ(-EBUSY, set_port(m, 0, ""));
	EXPECT_EQ(-EBUSY, mock_set(m, "port_acs", 0));
	EXPECT_EQ(0, usable(m, 0));
	EXPECT_EQ(0, usable(m, 1));
	/* As a platform device it is behind nothing */
	ASSERT_EQ(0, mock_set_live(m, false));
	ASSERT_EQ(0, mock_set_text(m, "bus", "platform"));
	EXPECT_EQ(0, mock_set_live(m, true));
	ASSERT_EQ(0, mock_ep_get_text(m, "ep0", "dev_name", text, sizeof(text)));
	EXPECT_EQ(0, strncmp("iommu-mock-ep.", text, 14));
}

/* There are eight buses, on whichever side of a port */
TEST_F(port, no_more_buses)
{
	struct mock *m = &self->rig.mock;
	char name[16], port[16];
	unsigned int i;

	ASSERT_EQ(0, mock_ep_set(m, "ep1", "source_id", 0x0101));
	for (i = 2; i < 8; i++) {
		snprintf(name, sizeof(name), "ep%u", i);
		snprintf(port, sizeof(port), "00:1c.%u", i);
		ASSERT_EQ(0, mock_add_endpoint(m, name, i << 8));
		ASSERT_EQ(0, set_port(m, i, port));
	}
	ASSERT_EQ(0, mock_set_live(m, true));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, usable(m, i));
	ASSERT_EQ(0, mock_set_live(m, false));
	ASSERT_EQ(0, mock_add_endpoint(m, "ep8", 0x900));
	EXPECT_EQ(-ENOSPC, mock_set_live(m, true));
	ASSERT_EQ(0, set_port(m, 8, "00:1d.0"));
	EXPECT_EQ(-ENOSPC, mock_set_live(m, true));
	ASSERT_EQ(0, mock_ep_set(m, "ep8", "source_id", 0x0102));
	ASSERT_EQ(0, set_port(m, 8, PORT));
	EXPECT_EQ(0, mock_set_live(m, true));
	EXPECT_EQ(0, usable(m, 8));
}

/* Functions come and go behind it, and it may go with them */
TEST_F(port, comes_and_goes)
{
	const struct mock *m = &self->rig.mock;
	uint32_t exp;

	ASSERT_EQ(0, go_live(self));
	exp = pci_capability(self->port, PCI_CAP_EXP);
	ASSERT_EQ(0, mock_ep_plug(m, "ep1", false));
	EXPECT_FALSE(pci_there(self->name[1]));
	EXPECT_TRUE(pci_config(self->port, exp + EXP_SLTSTA, 2) & PRESENT);
	ASSERT_EQ(0, mock_ep_plug(m, "ep0", false));
	EXPECT_FALSE(pci_config(self->port, exp + EXP_SLTSTA, 2) & PRESENT);
	EXPECT_FALSE(pci_config(self->port, exp + EXP_LNKSTA, 2) & LINK_ACTIVE);
	ASSERT_EQ(0, mock_ep_plug(m, "ep0", true));
	EXPECT_TRUE(pci_config(self->port, exp + EXP_SLTSTA, 2) & PRESENT);
	ASSERT_EQ(0, mock_ep_plug(m, "ep1", true));
	EXPECT_EQ(0, usable(m, 0));
	EXPECT_EQ(0, usable(m, 1));

	ASSERT_EQ(0, pci_set_text(self->port, "remove", "1"));
	EXPECT_FALSE(pci_there(self->name[0]));
	EXPECT_EQ(-EEXIST, mock_ep_plug(m, "ep0", true));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", false));
	EXPECT_EQ(-ENODEV, mock_ep_plug(m, "ep0", true));
	ASSERT_EQ(0, pci_rescan());
	EXPECT_TRUE(pci_there(self->port));
	EXPECT_EQ(0x010100, pci_config(self->port, BUSES, 4) & 0xffffff);
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", true));
	EXPECT_EQ(0, usable(m, 0));
	ASSERT_EQ(0, pci_set_text(self->port, "remove", "1"));
	EXPECT_EQ(0, mock_set_live(m, false));
	EXPECT_EQ(0, mock_set_live(m, true));
	EXPECT_EQ(0, usable(m, 0));
	EXPECT_EQ(0, usable(m, 1));
}

TEST_HARNESS_MAIN
