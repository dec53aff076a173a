// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual functions of an endpoint (SR-IOV): each with a source-id of its own, which the
 * PCI core has found, in the hands of vfio-pci; they depend on their physical function,
 * and on each other they do not
 */
#include <fcntl.h>

#include "harness.h"

#define IOVA		0x0000011110000000ull
#define EP_TEST		"pci-endpoint-test"
#define ENABLE_SRIOV	"/sys/module/vfio_pci/parameters/enable_sriov"
#define NR_VFS		2
#define TOTAL_VFS	4
#define PCI_EXT_CAP_SRIOV 0x10
#define SRIOV_CTRL	0x08
#define SRIOV_NUM_VF	0x10
#define SRIOV_VFE	0x01
#define SRIOV_MSE	0x08
#define ATS_CTRL	6
#define ATS_ENABLE	0x8000u
#define PASID_CTRL	6
#define WAIT_MS		20000

FIXTURE(vf)
{
	struct rig rig;
	char pf[PCI_NAME_LEN];
	char name[NR_VFS][PCI_NAME_LEN];
	bool enable_sriov;
};

FIXTURE_VARIANT(vf)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(vf, vtd)
{
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
};

FIXTURE_VARIANT_ADD(vf, vtd_port)
{
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
	.cfg.port = "00:05.0",
};

FIXTURE_VARIANT_ADD(vf, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
};

FIXTURE_VARIANT_ADD(vf, smmu_port)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
	.cfg.port = "00:05.0",
};

FIXTURE_SETUP(vf)
{
	struct rig *r = &self->rig;

	RIG_FUNCTIONS(r, &variant->cfg);
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "total_vfs", TOTAL_VFS));
	ASSERT_EQ(0, mock_set_text(&r->mock, "ep0/driver_override", EP_TEST));
}

FIXTURE_TEARDOWN(vf)
{
	if (self->enable_sriov)
		EXPECT_EQ(0, util_write(ENABLE_SRIOV, "0"));
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int set_vfs(FIXTURE_DATA(vf) *self, unsigned int nr)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", nr);
	return pci_set_text(self->pf, "sriov_numvfs", text);
}

/* The instance is live, and so are two virtual functions */
static int go_live(FIXTURE_DATA(vf) *self)
{
	unsigned int i;
	int rc;

	rc = mock_set_live(&self->rig.mock, true);
	if (!rc)
		rc = pci_name(&self->rig.mock, 0, self->pf);
	if (!rc)
		rc = set_vfs(self, NR_VFS);
	for (i = 0; i < NR_VFS && !rc; i++)
		rc = pci_virtual(self->pf, i, self->name[i]);
	return rc;
}

static int open_vf(FIXTURE_DATA(vf) *self, unsigned int i)
{
	struct rig *r = &self->rig;
	char vfio[32];
	int rc;

	rc = pci_vfio_name(self->name[i], vfio, sizeof(vfio));
	if (!rc)
		rc = vdev_open(&r->dev[i], vfio, r->iommufd);
	return rc ?: vdev_enable(&r->dev[i], PCI_CMD_MASTER | PCI_CMD_MEMORY);
}

/* And both are attached to tables of a guest's, with a page that they can read */
static int up(FIXTURE_DATA(vf) *self)
{
	struct rig *r = &self->rig;
	unsigned int i;
	int rc;

	rc = go_live(self);
	if (rc)
		return rc;
	r->iommufd = dsi_open();
	if (r->iommufd < 0)
		return r->iommufd;
	r->nest.iommufd = r->iommufd;
	r->cfg.nr_eps = NR_VFS;
	for (i = 0; i < NR_VFS && !rc; i++)
		rc = open_vf(self, i);
	rc = rc ?: rig_guest(r) ?: rig_parent(r) ?: rig_nested(r);
	if (!rc && !rig_page(r, &r->s1, IOVA, 1))
		rc = -ENOMEM;
	return rc;
}

static uint32_t sriov(FIXTURE_DATA(vf) *self, uint32_t off)
{
	return pci_ext_capability(self->pf, PCI_EXT_CAP_SRIOV) + off;
}

/* One is there, vfio-pci has it, and nothing is attached to it */
static int usable(const char *name)
{
	char vfio[32];

	return pci_vfio_name(name, vfio, sizeof(vfio)) ?: function_usable(vfio, IOVA);
}

TEST_F(vf, bytes)
{
	struct rig *r = &self->rig;
	struct vfio_region_info info;
	char text[16];
	unsigned int i;

	ASSERT_EQ(0, up(self));
	EXPECT_EQ(0, strcmp(self->name[0] + 5, "01:00.1"));
	EXPECT_EQ(0, strcmp(self->name[1] + 5, "01:00.2"));
	ASSERT_EQ(0, pci_get_text(self->pf, "sriov_totalvfs", text, sizeof(text)));
	EXPECT_STREQ("4", text);
	EXPECT_NE(pci_group(self->name[0]), pci_group(self->name[1]));
	EXPECT_NE(pci_group(self->name[0]), pci_group(self->pf));
	for (i = 0; i < NR_VFS; i++) {
		/* Whose it is its physical function says, and VFIO says it for it */
		EXPECT_EQ(UINT32_MAX, pci_config(self->name[i], PCI_CFG_VENDOR, 4));
		EXPECT_EQ(0xb500104c, vdev_config(&r->dev[i], PCI_CFG_VENDOR, 4));
		EXPECT_EQ(0, pci_config(self->name[i], PCI_CFG_BAR0, 4));
		EXPECT_EQ(0, pci_config(self->name[i], 0x3d, 1));
		EXPECT_EQ(0, rig_sees(r, i, IOVA, 1));
		info = (struct vfio_region_info){ .argsz = sizeof(info) };
		ASSERT_EQ(0, dsi_ioctl(r->dev[i].fd, VFIO_DEVICE_GET_REGION_INFO, &info));
		EXPECT_FALSE(info.flags & VFIO_REGION_INFO_FLAG_MMAP);
		EXPECT_EQ(0x800, info.size);
	}
	/* Registers are each one's own, and so is what is attached */
	ASSERT_EQ(0, vdev_set_reg(&r->dev[0], MOCK_EP_PATTERN, 42));
	EXPECT_NE(42, vdev_reg(&r->dev[1], MOCK_EP_PATTERN));
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
}

/* ATS is each one's own, PASIDs are on where they are for the physical function */
TEST_F(vf, ats_and_pasids)
{
	struct rig *r = &self->rig;
	const uint32_t pasid_valid = 5 | MOCK_EP_PASID_VALID;
	uint32_t ats, pasid, ctrl;
	unsigned int i;

	ASSERT_EQ(0, up(self));
	pasid = pci_ext_capability(self->pf, PCI_EXT_CAP_PASID);
	ASSERT_NE(0, pasid);
	ctrl = pci_config(self->pf, pasid + PASID_CTRL, 2);
	EXPECT_EQ(1, ctrl & 1);
	for (i = 0; i < NR_VFS; i++) {
		EXPECT_EQ(0, pci_ext_capability(self->name[i], PCI_EXT_CAP_PASID));
		ats = pci_ext_capability(self->name[i], PCI_EXT_CAP_ATS);
		ASSERT_NE(0, ats);
		EXPECT_TRUE(pci_config(self->name[i], ats + ATS_CTRL, 2) & ATS_ENABLE);
		ASSERT_EQ(0, ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE));
		EXPECT_EQ(0, rig_sees(r, i, IOVA, 1));
		EXPECT_LT(0, vdev_reg(&r->dev[i], MOCK_EP_ATC_MISSES));
		ASSERT_EQ(0, ep_pasid(&r->dev[i], pasid_valid));
		EXPECT_EQ(-EFAULT, ep_write(&r->dev[i], IOVA, 8, 1, NULL));
	}
	ASSERT_EQ(0, pci_set_config(self->pf, pasid + PASID_CTRL, 0, 2));
	EXPECT_EQ(-EIO, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	ASSERT_EQ(0, pci_set_config(self->pf, pasid + PASID_CTRL, ctrl, 2));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	for (i = 0; i < NR_VFS; i++)
		ASSERT_EQ(0, ep_pasid(&r->dev[i], 0));
	/* Both caches have what goes now */
	ASSERT_EQ(0, rig_inv_all(r));
	for (i = 0; i < NR_VFS; i++)
		EXPECT_LT(0, vdev_reg(&r->dev[i], MOCK_EP_ATC_INVS));
}

TEST_F(vf, vectors)
{
	const uint32_t want = 1u << 3 | 1u << 31;
	struct rig *r = &self->rig;
	struct vectors v;
	unsigned int i;

	ASSERT_EQ(0, up(self));
	/* No guest has a stage-1 in the way of messages */
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], r->ioas));
	ASSERT_EQ(0, vectors_open(&v));
	ASSERT_EQ(0, vdev_set_irqs(&r->dev[1], VFIO_PCI_MSIX_IRQ_INDEX, 0,
				   FUNCTIONS_VECTORS, v.fd));
	for (i = 0; i < FUNCTIONS_VECTORS; i++)
		if (want >> i & 1) {
			ASSERT_EQ(0, vectors_raise(&r->dev[1], MOCK_EP_CMD_RAISE_MSIX,
						   i + 1));
			vectors_settle(&r->dev[1]);
		}
	EXPECT_EQ(want, vectors_all(&v, want));
	vectors_close(&v);
}

/* What software takes from the physical function, the virtual ones have not */
TEST_F(vf, switched_off)
{
	struct rig *r = &self->rig;
	uint32_t ctrl;

	ASSERT_EQ(0, up(self));
	ASSERT_EQ(0, vdev_set_reg(&r->dev[0], MOCK_EP_PATTERN, 42));
	ctrl = pci_config(self->pf, sriov(self, SRIOV_CTRL), 2);
	EXPECT_EQ(SRIOV_VFE | SRIOV_MSE, ctrl & (SRIOV_VFE | SRIOV_MSE));
	/* Their number is fixed as long as there are any */
	ASSERT_EQ(0, pci_set_config(self->pf, sriov(self, SRIOV_NUM_VF), 1, 2));
	EXPECT_EQ(NR_VFS, pci_config(self->pf, sriov(self, SRIOV_NUM_VF), 2));

	ASSERT_EQ(0, pci_set_config(self->pf, sriov(self, SRIOV_CTRL),
				    ctrl & ~SRIOV_MSE, 2));
	EXPECT_EQ(UINT32_MAX, vdev_reg(&r->dev[0], MOCK_EP_PATTERN));
	EXPECT_NE(0, pci_ext_capability(self->name[0], PCI_EXT_CAP_ATS));
	ASSERT_EQ(0, pci_set_config(self->pf, sriov(self, SRIOV_CTRL), ctrl, 2));
	EXPECT_EQ(42, vdev_reg(&r->dev[0], MOCK_EP_PATTERN));

	ASSERT_EQ(0, pci_set_config(self->pf, sriov(self, SRIOV_CTRL), 0, 2));
	EXPECT_EQ(UINT32_MAX, vdev_reg(&r->dev[0], MOCK_EP_PATTERN));
	EXPECT_EQ(UINT16_MAX, pci_config(self->name[0], PCI_CFG_COMMAND, 2));
	usleep(20000);
	ASSERT_EQ(0, pci_set_config(self->pf, sriov(self, SRIOV_CTRL), ctrl, 2));
	/* New ones, which know nothing of that */
	EXPECT_NE(42, vdev_reg(&r->dev[0], MOCK_EP_PATTERN));
	EXPECT_EQ(0, pci_config(self->name[0], PCI_CFG_COMMAND, 2));
}

/* A reset of the physical function ends them; the PCI core has them again then */
TEST_F(vf, physical_reset)
{
	const struct mock *m = &self->rig.mock;
	uint32_t exp;

	ASSERT_EQ(0, go_live(self));
	ASSERT_EQ(0, pci_set_text(self->pf, "reset", "1"));
	EXPECT_EQ(SRIOV_VFE | SRIOV_MSE,
		  pci_config(self->pf, sriov(self, SRIOV_CTRL), 2) &
		  (SRIOV_VFE | SRIOV_MSE));
	EXPECT_EQ(0, usable(self->name[0]));
	EXPECT_EQ(0, usable(self->name[1]));

	/* Behind its back they are gone. Nobody has one: its reset would be waited for */
	exp = pci_capability(self->pf, PCI_CAP_EXP);
	ASSERT_EQ(0, pci_set_config(self->pf, exp + 8, 0x8000, 2));
	usleep(100000);
	EXPECT_EQ(UINT16_MAX, pci_config(self->name[0], PCI_CFG_COMMAND, 2));
	EXPECT_EQ(0, pci_config(self->pf, sriov(self, SRIOV_CTRL), 2));
	ASSERT_EQ(0, set_vfs(self, 0));
	ASSERT_EQ(0, mock_ep_plug(m, "ep0", false));
	ASSERT_EQ(0, mock_ep_plug(m, "ep0", true));
	ASSERT_EQ(0, set_vfs(self, 1));
	EXPECT_EQ(0, usable(self->name[0]));
}

/* As many as there can be, as often as anybody likes, and none with nobody there */
TEST_F(vf, come_and_go)
{
	const struct mock *m = &self->rig.mock;
	char name[PCI_NAME_LEN];
	unsigned int i;

	ASSERT_EQ(0, go_live(self));
	EXPECT_EQ(-ERANGE, set_vfs(self, TOTAL_VFS + 1));
	EXPECT_EQ(-EBUSY, set_vfs(self, 1));
	ASSERT_EQ(0, set_vfs(self, 0));
	EXPECT_FALSE(pci_there(self->name[0]));
	ASSERT_EQ(0, set_vfs(self, TOTAL_VFS));
	for (i = 0; i < TOTAL_VFS; i++) {
		ASSERT_EQ(0, pci_virtual(self->pf, i, name));
		EXPECT_EQ(0, usable(name));
	}
	/* They go with it */
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", false));
	EXPECT_FALSE(pci_there(self->name[0]));
	EXPECT_FALSE(pci_there(self->pf));
	ASSERT_EQ(0, mock_ep_plug(m, "ep0", true));
	EXPECT_FALSE(pci_there(self->name[0]));
	ASSERT_EQ(0, set_vfs(self, 1));
	EXPECT_EQ(0, usable(self->name[0]));
	EXPECT_FALSE(pci_there(self->name[1]));
	EXPECT_EQ(0, mock_set_live(m, false));
	EXPECT_FALSE(pci_there(self->name[0]));
	ASSERT_EQ(0, go_live(self));
	EXPECT_EQ(0, usable(self->name[1]));
}

static int plug_in(const struct mock *m)
{
	unsigned int i;
	int rc;

	for (i = 0; i < WAIT_MS; i++) {
		rc = mock_ep_plug(m, "ep0", true);
		if (rc != -EBUSY)
			return rc;
		usleep(1000);
	}
	return -ETIMEDOUT;
}

/* Whoever has one keeps its physical function, unless that is torn out */
TEST_F(vf, in_use)
{
	struct rig *r = &self->rig;
	const struct mock *m = &r->mock;
	unsigned int i;
	uint8_t *mem;
	uint64_t gpa;

	ASSERT_EQ(0, up(self));
	gpa = guest_alloc(&r->guest, PAGE_4K, PAGE_4K);
	ASSERT_NE(0, gpa);
	mem = guest_ptr(&r->guest, gpa);
	ASSERT_EQ(0, s1_map_range(&r->s1, IOVA + SZ_1M, gpa, PAGE_4K, S1_4K, S1_RW));
	EXPECT_EQ(-EBUSY, mock_ep_plug(m, "ep0", false));
	EXPECT_EQ(-EBUSY, mock_set_live(m, false));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));

	ASSERT_EQ(0, mock_set_text(m, "ep0/live", "gone"));
	memset(mem, 0x5a, PAGE_4K);
	for (i = 0; i < NR_VFS; i++) {
		EXPECT_EQ(UINT32_MAX, vdev_reg(&r->dev[i], MOCK_EP_STATUS));
		ep_start(&r->dev[i], MOCK_EP_CMD_WRITE, 0, IOVA + SZ_1M, PAGE_4K);
	}
	usleep(20000);
	EXPECT_TRUE(util_is_byte(mem, PAGE_4K, 0x5a));
	EXPECT_EQ(-EBUSY, mock_ep_plug(m, "ep0", true));
	for (i = 0; i < NR_VFS; i++) {
		nest_forget_dev(&r->nest, r->dev[i].id);
		vdev_close(&r->dev[i]);
	}
	EXPECT_EQ(0, plug_in(m));
	EXPECT_FALSE(pci_there(self->name[0]));
	ASSERT_EQ(0, set_vfs(self, 1));
	EXPECT_EQ(0, usable(self->name[0]));
}

/* Where they are is what the endpoint says, and nothing is changed by what cannot be */
TEST_F(vf, places)
{
	const uint32_t pf = variant->cfg.port ? 0x0100 : 0x0108;
	struct mock *m = &self->rig.mock;
	uint64_t val;

	EXPECT_EQ(-EINVAL, mock_ep_set(m, "ep0", "total_vfs", 64));
	EXPECT_EQ(-EINVAL, mock_ep_set(m, "ep0", "vf_offset", 0));
	EXPECT_EQ(-EINVAL, mock_ep_set(m, "ep0", "vf_offset", 256));
	EXPECT_EQ(-EINVAL, mock_ep_set(m, "ep0", "vf_stride", 0));
	ASSERT_EQ(0, mock_get(m, "ep0/total_vfs", &val));
	EXPECT_EQ(TOTAL_VFS, val);

	/* The last of four on another bus */
	ASSERT_EQ(0, mock_ep_set(m, "ep0", "vf_stride", 90));
	EXPECT_EQ(-EINVAL, mock_set_live(m, true));
	/* One that has the source-id of another endpoint */
	ASSERT_EQ(0, mock_ep_set(m, "ep0", "source_id", pf));
	ASSERT_EQ(0, mock_ep_set(m, "ep0", "vf_stride", 2));
	ASSERT_EQ(0, mock_ep_set(m, "ep0", "vf_offset", 16));
	ASSERT_EQ(0, mock_add_endpoint(m, "ep1", pf + 20));
	if (variant->cfg.port)
		ASSERT_EQ(0, mock_set_text(m, "ep1/port", variant->cfg.port));
	EXPECT_EQ(-EINVAL, mock_set_live(m, true));
	if (variant->cfg.type == MOCK_SMMUV3) {
		ASSERT_EQ(0, mock_ep_set(m, "ep0", "source_id", 0x10108));
		EXPECT_EQ(-EINVAL, mock_set_live(m, true));
		ASSERT_EQ(0, mock_ep_set(m, "ep0", "source_id", pf));
	}
	/* Between them is room for one */
	ASSERT_EQ(0, mock_ep_set(m, "ep1", "source_id", pf + 17));
	ASSERT_EQ(0, go_live(self));
	EXPECT_EQ(-EBUSY, mock_ep_set(m, "ep0", "total_vfs", 1));
	EXPECT_EQ(0, strcmp(self->name[0] + 5, variant->cfg.port ? "01:02.0" : "01:03.0"));
	EXPECT_EQ(0, strcmp(self->name[1] + 5, variant->cfg.port ? "01:02.2" : "01:03.2"));
	EXPECT_EQ(0, usable(self->name[0]));
	EXPECT_EQ(0, usable(self->name[1]));
	ASSERT_EQ(0, mock_set_live(m, false));
	/* As a platform device it has none */
	ASSERT_EQ(0, mock_set_text(m, "bus", "platform"));
	EXPECT_EQ(0, mock_set_live(m, true));
}

/* By VFIO itself: those who have the physical function and a virtual one know a secret */
TEST_F(vf, token)
{
	static const uint8_t secret[16] = "0123456789abcdef";
	struct {
		struct vfio_device_feature feature;
		uint8_t uuid[16];
	} set = {
		.feature.argsz = sizeof(set),
		.feature.flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_PCI_VF_TOKEN,
	};
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind) };
	struct rig *r = &self->rig;
	char vfio[32], path[64];
	int fd;

	if (util_write(ENABLE_SRIOV, "1"))
		SKIP(return, "this vfio-pci has no SR-IOV");
	self->enable_sriov = true;
	ASSERT_EQ(0, mock_set_text(&r->mock, "ep0/driver_override", "vfio-pci"));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, pci_name(&r->mock, 0, self->pf));
	memcpy(set.uuid, secret, sizeof(secret));
	ASSERT_EQ(0, dsi_ioctl(r->dev[0].fd, VFIO_DEVICE_FEATURE, &set));
	ASSERT_EQ(0, set_vfs(self, 1));
	ASSERT_EQ(0, pci_virtual(self->pf, 0, self->name[0]));
	ASSERT_EQ(0, pci_vfio_name(self->name[0], vfio, sizeof(vfio)));

	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", vfio);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	bind.iommufd = r->iommufd;
	EXPECT_EQ(-EACCES, dsi_ioctl(fd, VFIO_DEVICE_BIND_IOMMUFD, &bind));
	bind.flags = VFIO_DEVICE_BIND_FLAG_TOKEN;
	bind.token_uuid_ptr = (uintptr_t)secret;
	EXPECT_EQ(0, dsi_ioctl(fd, VFIO_DEVICE_BIND_IOMMUFD, &bind));
	close(fd);
	vdev_close(&r->dev[0]);
	EXPECT_EQ(0, mock_ep_plug(&r->mock, "ep0", false));
	EXPECT_FALSE(pci_there(self->name[0]));
}

TEST_HARNESS_MAIN
