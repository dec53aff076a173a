// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endpoints that are PCI functions come and go: by configfs, and by whatever root may
 * do to a PCI device in sysfs meanwhile; who has them, where they are, and limits
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "harness.h"

#define IOVA		0x0000077770000000ull
#define EP_TEST		"pci-endpoint-test"
#define VFIO_PCI	"vfio-pci"
#define NR_BUSES	8
#define ROUNDS		12

FIXTURE(life)
{
	struct rig rig;
	struct mock other;
	char name[PCI_NAME_LEN];
};

FIXTURE_VARIANT(life)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(life, vtd)
{
	.cfg.nr_eps = 2,
};

FIXTURE_VARIANT_ADD(life, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
};

FIXTURE_SETUP(life)
{
	RIG_FUNCTIONS(&self->rig, &variant->cfg);
}

FIXTURE_TEARDOWN(life)
{
	EXPECT_EQ(0, mock_destroy(&self->other));
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int go_live(FIXTURE_DATA(life) *self)
{
	return mock_set_live(&self->rig.mock, true) ?:
	       pci_name(&self->rig.mock, 0, self->name);
}

/* The function is vfio-pci's, and what it sends is blocked while it is nobody's */
static int usable(const struct mock *m, unsigned int i)
{
	char vfio[32];

	return rig_vfio_name(m, i, vfio, sizeof(vfio)) ?: function_usable(vfio, IOVA);
}

static bool driven_by(const char *name, const char *driver)
{
	char text[32];

	return !pci_driver(name, text, sizeof(text)) && !strcmp(text, driver);
}

static bool vfio_has(const struct mock *m, unsigned int i)
{
	char text[32];

	return !rig_vfio_name(m, i, text, sizeof(text));
}

/* Bytes are moved on every bus, and a function that is open stays */
TEST_F(life, open)
{
	struct rig *r = &self->rig;
	unsigned int i;

	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	for (i = 0; i < r->cfg.nr_eps; i++)
		EXPECT_EQ(0, rig_sees(r, i, IOVA, 1));
	EXPECT_EQ(-EBUSY, mock_ep_plug(&r->mock, "ep1", false));
	EXPECT_EQ(-EBUSY, mock_set_live(&r->mock, false));
	EXPECT_EQ(-EEXIST, mock_ep_plug(&r->mock, "ep1", true));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
	vdev_close(&r->dev[1]);
	EXPECT_EQ(0, mock_ep_plug(&r->mock, "ep1", false));
	nest_forget_dev(&r->nest, r->dev[1].id);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, mock_ep_plug(&r->mock, "ep1", true));
	ASSERT_EQ(0, rig_reopen(r, 1));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], r->nested));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
}

/* Root takes it out of the PCI core's hands; configfs can do all that it could */
TEST_F(life, removed_by_sysfs)
{
	const struct mock *m = &self->rig.mock;
	char text[32];

	ASSERT_EQ(0, go_live(self));
	ASSERT_EQ(0, pci_set_text(self->name, "remove", "1"));
	EXPECT_FALSE(pci_there(self->name));
	ASSERT_EQ(0, mock_ep_get_text(m, "ep0", "dev_name", text, sizeof(text)));
	EXPECT_STREQ("", text);
	EXPECT_FALSE(vfio_has(m, 0));
	EXPECT_EQ(0, usable(m, 1));
	EXPECT_EQ(-EEXIST, mock_ep_plug(m, "ep0", true));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", false));
	EXPECT_EQ(0, pci_rescan());
	EXPECT_FALSE(pci_there(self->name));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", true));
	EXPECT_EQ(0, usable(m, 0));

	ASSERT_EQ(0, pci_set_text(self->name, "remove", "1"));
	EXPECT_EQ(0, mock_set_live(m, false));
	EXPECT_EQ(0, mock_set_live(m, true));
	EXPECT_EQ(0, usable(m, 0));
}

/* Nobody is offered memory that there is not, wherever a BAR is now */
static int mmap_offered(const struct mock *m, unsigned int i)
{
	struct vfio_region_info info = { .argsz = sizeof(info) };
	int rc, fd = dsi_open(), offered = 0;
	struct vdev dev;

	if (fd < 0)
		return fd;
	rc = rig_open_dev(m, i, fd, &dev);
	if (rc)
		return rc;
	for (; !rc && info.index <= VFIO_PCI_BAR5_REGION_INDEX; info.index++) {
		rc = dsi_ioctl(dev.fd, VFIO_DEVICE_GET_REGION_INFO, &info);
		offered += !!(info.flags & VFIO_REGION_INFO_FLAG_MMAP);
	}
	vdev_close(&dev);
	close(fd);
	return rc ?: offered;
}

/* A rescan finds it again, for whoever knows its ids; VFIO is asked for by hand */
TEST_F(life, rescanned)
{
	const struct mock *m = &self->rig.mock;

	ASSERT_EQ(0, go_live(self));
	ASSERT_EQ(0, pci_set_text(self->name, "remove", "1"));
	ASSERT_EQ(0, pci_rescan());
	ASSERT_TRUE(pci_there(self->name));
	EXPECT_FALSE(vfio_has(m, 0));
	if (driven_by(self->name, EP_TEST))
		ASSERT_EQ(0, pci_driver_do(EP_TEST, "unbind", self->name));
	ASSERT_EQ(0, pci_set_text(self->name, "driver_override", VFIO_PCI));
	ASSERT_EQ(0, pci_driver_do(VFIO_PCI, "bind", self->name));
	EXPECT_EQ(0, usable(m, 0));
	EXPECT_EQ(0, mmap_offered(m, 0));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", false));
	EXPECT_FALSE(pci_there(self->name));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", true));
	EXPECT_TRUE(driven_by(self->name, VFIO_PCI));
	EXPECT_EQ(0, usable(m, 0));
}

/* A rescan packs what it finds: then another function's place may be taken */
TEST_F(life, place_is_taken)
{
	const struct mock *m = &self->rig.mock;
	char name[PCI_NAME_LEN];
	unsigned int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mock_ep_set(m, m->endpoints[i], "source_id",
					 RIG_SID(0) + i));
	ASSERT_EQ(0, mock_add_endpoint(&self->rig.mock, "ep2", RIG_SID(0) + 2));
	ASSERT_EQ(0, go_live(self));
	for (i = 3; i--;) {
		ASSERT_EQ(0, pci_name(m, i, name));
		ASSERT_EQ(0, pci_set_text(name, "remove", "1"));
	}
	ASSERT_EQ(0, pci_rescan());
	ASSERT_EQ(0, mock_ep_plug(m, "ep1", false));
	ASSERT_EQ(0, mock_ep_plug(m, "ep1", true));
	EXPECT_EQ(0, usable(m, 1));
}

static void *remove_it(void *name)
{
	pci_set_text(name, "remove", "1");
	return NULL;
}

static void on_alarm(int nr)
{
	(void)nr;
}

/* Root's removal waits for the user. Whoever waits for that in turn can give up */
TEST_F(life, removed_while_open)
{
	const struct sigaction act = { .sa_handler = on_alarm };
	struct rig *r = &self->rig;
	pthread_t thread;

	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, pci_name(&r->mock, 0, self->name));
	ASSERT_EQ(0, pthread_create(&thread, NULL, remove_it, self->name));
	/* Unbound is what it is to become: the attribute says so before it is */
	usleep(100000);
	ASSERT_EQ(0, sigaction(SIGALRM, &act, NULL));
	alarm(1);
	EXPECT_EQ(-EBUSY, mock_ep_plug(&r->mock, "ep0", false));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	vdev_close(&r->dev[0]);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_FALSE(pci_there(self->name));
	EXPECT_EQ(0, mock_ep_plug(&r->mock, "ep0", false));
	EXPECT_EQ(0, mock_ep_plug(&r->mock, "ep0", true));
	EXPECT_EQ(0, usable(&r->mock, 0));
}

/* The driver is root's choice at any time */
TEST_F(life, bound)
{
	const struct mock *m = &self->rig.mock;

	ASSERT_EQ(0, go_live(self));
	ASSERT_TRUE(driven_by(self->name, VFIO_PCI));
	ASSERT_EQ(0, pci_driver_do(VFIO_PCI, "unbind", self->name));
	EXPECT_FALSE(vfio_has(m, 0));
	/* Overridden: nobody else may have it */
	EXPECT_GT(0, pci_driver_do(EP_TEST, "bind", self->name));
	ASSERT_EQ(0, pci_set_text(self->name, "driver_override", EP_TEST));
	ASSERT_EQ(0, pci_driver_do(EP_TEST, "bind", self->name));
	EXPECT_TRUE(driven_by(self->name, EP_TEST));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", false));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", true));
	EXPECT_TRUE(driven_by(self->name, VFIO_PCI));
	EXPECT_EQ(0, usable(m, 0));
}

static int set_driver(const struct mock *m, const char *driver)
{
	char path[160];

	snprintf(path, sizeof(path), MOCK_CONFIGFS "/%s/ep0/driver_override",
		 m->name);
	return util_write(path, "%s\n", driver);
}

/* And it can be chosen before there is a function */
TEST_F(life, driver_override)
{
	const struct mock *m = &self->rig.mock;
	char text[64];

	ASSERT_EQ(0, mock_ep_get_text(m, "ep0", "driver_override", text,
				      sizeof(text)));
	EXPECT_STREQ(VFIO_PCI, text);
	EXPECT_EQ(-EINVAL, set_driver(m, "a-name-that-is-longer-than-any-driver-s-is"));
	EXPECT_EQ(-EINVAL, set_driver(m, "two\nlines"));
	ASSERT_EQ(0, set_driver(m, "nobody"));
	ASSERT_EQ(0, go_live(self));
	EXPECT_TRUE(driven_by(self->name, ""));
	EXPECT_EQ(-EBUSY, set_driver(m, VFIO_PCI));
	ASSERT_EQ(0, mock_set_live(m, false));

	ASSERT_EQ(0, set_driver(m, EP_TEST));
	ASSERT_EQ(0, mock_set_live(m, true));
	EXPECT_TRUE(driven_by(self->name, EP_TEST));
	EXPECT_TRUE(vfio_has(m, 1));
	ASSERT_EQ(0, mock_set_live(m, false));
	/* Whoever knows its ids */
	ASSERT_EQ(0, set_driver(m, ""));
	ASSERT_EQ(0, mock_set_live(m, true));
	EXPECT_TRUE(driven_by(self->name, EP_TEST));
}

/* Functions of one device that could reach each other are given away together */
TEST_F(life, groups)
{
	struct mock *m = &self->rig.mock;
	char name[4][PCI_NAME_LEN];
	unsigned int i;

	/* 01:00.0 and 01:01.0 are there */
	ASSERT_EQ(0, mock_add_endpoint(m, "ep2", RIG_SID(0) + 3));
	ASSERT_EQ(0, mock_add_endpoint(m, "ep3", RIG_SID(1) + 7));
	ASSERT_EQ(0, mock_ep_set(m, "ep0", "acs", 0));
	ASSERT_EQ(0, mock_ep_set(m, "ep2", "acs", 0));
	ASSERT_EQ(0, mock_set_live(m, true));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, pci_name(m, i, name[i]));
	/* Where nobody sees it, there may be a gap: 00.1 and 00.2 */
	EXPECT_EQ(pci_group(name[0]), pci_group(name[2]));
	EXPECT_NE(pci_group(name[1]), pci_group(name[3]));
	EXPECT_NE(pci_group(name[0]), pci_group(name[1]));
	EXPECT_LE(0, pci_group(name[3]));
	EXPECT_EQ(0x80, pci_config(name[0], 0x0e, 1));
	EXPECT_EQ(0x80, pci_config(name[3], 0x0e, 1));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, usable(m, i));
}

/* One of a device with no function 0, which a scan of the PCI core's would not find */
TEST_F(life, without_function_0)
{
	const struct mock *m = &self->rig.mock;

	ASSERT_EQ(0, mock_ep_set(m, "ep0", "source_id", RIG_SID(5) + 4));
	ASSERT_EQ(0, go_live(self));
	EXPECT_NE(NULL, strstr(self->name, ".4"));
	EXPECT_EQ(0, usable(m, 0));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", false));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", true));
	EXPECT_EQ(0, usable(m, 0));
}

TEST_F(life, buses)
{
	struct mock *m = &self->rig.mock;
	char name[16];
	unsigned int i;

	ASSERT_EQ(0, mock_ep_set(m, "ep1", "source_id", 0xffff));
	for (i = 2; i < NR_BUSES; i++) {
		snprintf(name, sizeof(name), "ep%u", i);
		ASSERT_EQ(0, mock_add_endpoint(m, name, i << 12 | 0x0f8));
	}
	ASSERT_EQ(0, mock_set_live(m, true));
	for (i = 0; i < NR_BUSES; i++)
		EXPECT_EQ(0, usable(m, i));
	ASSERT_EQ(0, mock_set_live(m, false));
	/* There are no more */
	ASSERT_EQ(0, mock_add_endpoint(m, "ep8", 0x8800));
	EXPECT_EQ(-ENOSPC, mock_set_live(m, true));
	ASSERT_EQ(0, mock_ep_set(m, "ep8", "source_id", 0x70f9));
	EXPECT_EQ(0, mock_set_live(m, true));
	EXPECT_EQ(0, usable(m, 8));
}

/* Two instances may share a segment, but no bus of it */
TEST_F(life, segments)
{
	struct mock *m = &self->rig.mock, *other = &self->other;
	char text[PCI_NAME_LEN];
	uint64_t segment;

	ASSERT_EQ(0, mock_get(m, "segment", &segment));
	ASSERT_EQ(0, mock_create(other, m->type, "kst-other"));
	ASSERT_EQ(0, mock_set_text(other, "bus", "pci"));
	ASSERT_EQ(0, mock_set(other, "segment", segment));
	ASSERT_EQ(0, mock_add_endpoint(other, "ep0", RIG_SID(0)));
	ASSERT_EQ(0, go_live(self));
	EXPECT_EQ(-EBUSY, mock_set(m, "segment", 7));
	EXPECT_EQ(-EEXIST, mock_set_live(other, true));
	EXPECT_EQ(0, usable(m, 0));
	ASSERT_EQ(0, mock_ep_set(other, "ep0", "source_id", 0x200));
	EXPECT_EQ(0, mock_set_live(other, true));
	EXPECT_EQ(0, usable(other, 0));
	EXPECT_EQ(0, usable(m, 0));
	ASSERT_EQ(0, pci_name(other, 0, text));
	EXPECT_EQ(0, memcmp(self->name, text, 5));
	ASSERT_EQ(0, mock_set_live(m, false));
	EXPECT_EQ(0, usable(other, 0));
	ASSERT_EQ(0, mock_set_live(other, false));

	EXPECT_EQ(-EINVAL, mock_set(other, "segment", 0x10000));
	ASSERT_EQ(0, mock_set(other, "segment", 0xffff));
	ASSERT_EQ(0, mock_set_live(other, true));
	ASSERT_EQ(0, pci_name(other, 0, text));
	EXPECT_STREQ("ffff:02:00.0", text);
	EXPECT_EQ(0, usable(other, 0));
}

/* StreamIDs of more bits than a routing id has are translated as what they are */
TEST_F(life, wide_streams)
{
	const uint32_t sid[] = { 0x12345, 0x10000 };
	struct rig *r = &self->rig;
	unsigned int i;

	if (variant->cfg.type != MOCK_SMMUV3)
		SKIP(return, "a source-id is a routing id");
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mock_ep_set(&r->mock, r->mock.endpoints[i], "source_id",
					 sid[i]));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, rig_sees(r, i, IOVA, 1));
}

/**
 * struct chaos - what root does without asking anybody
 *
 * "remove" is not among it: 7.2's PCI core goes on with a function that it has waited
 * to remove, though the end of the bus has freed that meanwhile.
 *
 * @name: to this function
 * @seed: in an order that this begins
 * @end: until it is told to end
 */
struct chaos {
	const char *name;
	uint64_t seed;
	atomic_bool end;
};

static void *chaos_run(void *arg)
{
	struct chaos *c = arg;

	while (!c->end) {
		switch (util_random(&c->seed) % 7) {
		case 0:
		case 1:
			pci_rescan();
			break;
		case 2:
			pci_driver_do(VFIO_PCI, "unbind", c->name);
			break;
		case 3:
			pci_set_text(c->name, "driver_override", EP_TEST);
			pci_driver_do(EP_TEST, "bind", c->name);
			break;
		case 4:
			pci_driver_do(EP_TEST, "unbind", c->name);
			break;
		case 5:
			pci_set_text(c->name, "driver_override", VFIO_PCI);
			pci_driver_do(VFIO_PCI, "bind", c->name);
			break;
		case 6:
			pci_set_text(c->name, "reset", "1");
			break;
		default:
			pci_set_config(c->name, util_random(&c->seed) % 64 * 4,
				       util_random(&c->seed), 4);
		}
	}
	return NULL;
}

/* Meanwhile the endpoint and the instance come and go: no more can be asked for */
TEST_F(life, chaos)
{
	const struct mock *m = &self->rig.mock;
	struct chaos chaos[2] = { { .seed = 1 }, { .seed = 2 } };
	pthread_t thread[2];
	unsigned int i;

	ASSERT_EQ(0, go_live(self));
	for (i = 0; i < 2; i++) {
		chaos[i].name = self->name;
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, chaos_run, &chaos[i]));
	}
	for (i = 0; i < ROUNDS; i++) {
		EXPECT_EQ(0, mock_ep_plug(m, "ep0", false));
		usleep(1000);
		EXPECT_EQ(0, mock_ep_plug(m, "ep0", true));
		usleep(5000);
		if (i % 4)
			continue;
		EXPECT_EQ(0, mock_set_live(m, false));
		EXPECT_EQ(0, mock_set_live(m, true));
	}
	for (i = 0; i < 2; i++) {
		chaos[i].end = true;
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
	}
	EXPECT_EQ(0, mock_set_live(m, false));
	EXPECT_EQ(0, mock_set_live(m, true));
	EXPECT_EQ(0, usable(m, 0));
	EXPECT_EQ(0, usable(m, 1));
}

TEST_HARNESS_MAIN
