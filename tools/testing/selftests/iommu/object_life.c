// SPDX-License-Identifier: GPL-2.0-only
/* The life of the objects: made, used, refused while in use, taken down */
#include <sys/wait.h>

#include "harness.h"

#define IOVA	0x10000000ull

FIXTURE(life)
{
	struct rig rig;
};

FIXTURE_VARIANT(life)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(life, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(life, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(life)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&self->rig, &variant->cfg));
	ASSERT_EQ(0, rig_devices(&self->rig));
	ASSERT_EQ(0, rig_guest(&self->rig));
}

FIXTURE_TEARDOWN(life)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* Every object once, DMA in the middle, and each gone in its order */
TEST_F(life, whole)
{
	struct rig *r = &self->rig;
	int fd = r->iommufd;

	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));

	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, dsi_destroy(fd, r->nested));
	EXPECT_EQ(-ENOENT, dsi_destroy(fd, r->nested));
	EXPECT_EQ(0, nest_drop_viommu(&r->nest));
	EXPECT_EQ(0, dsi_destroy(fd, r->nest.parent));
	EXPECT_EQ(-ENOENT, dsi_destroy(fd, r->nest.parent));
	EXPECT_EQ(0, dsi_ioas_unmap(fd, r->ioas, r->guest.gpa, r->guest.size));
	EXPECT_EQ(0, dsi_destroy(fd, r->ioas));
	EXPECT_EQ(-ENOENT, dsi_destroy(fd, r->ioas));
}

/* What is in use cannot be destroyed, and goes on working afterwards */
TEST_F(life, busy)
{
	struct rig *r = &self->rig;
	int fd = r->iommufd;

	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));

	EXPECT_EQ(-EBUSY, dsi_destroy(fd, r->nested));
	EXPECT_TRUE(!r->nest.viommu ||
		    dsi_destroy(fd, r->nest.viommu) == -EBUSY);
	EXPECT_EQ(-EBUSY, dsi_destroy(fd, r->nest.parent));
	EXPECT_EQ(-EBUSY, dsi_destroy(fd, r->ioas));
	EXPECT_EQ(-EBUSY, dsi_destroy(fd, r->dev[0].id));
	EXPECT_EQ(-EBUSY, mock_set_live(&r->mock, false));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));

	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EBUSY, dsi_destroy(fd, r->nest.parent));
	EXPECT_EQ(-EBUSY, dsi_destroy(fd, r->ioas));
	EXPECT_EQ(-EBUSY, dsi_destroy(fd, r->dev[0].id));
	EXPECT_EQ(-EBUSY, mock_set_live(&r->mock, false));
}

/*
 * Objects of the following test, and which of them holds on to which. VT-d has
 * no vIOMMU: there the nested HWPTs hold on to the parent themselves
 */
enum { IOAS, PLAIN, PARENT, S1A, S1B, VIOMMU, VDEVICE, VEVENTQ, NR_OBJ };
#define NR_VTD_OBJ	(S1B + 1)
static const int held_by[NR_OBJ][5] = {
	[IOAS] = { PLAIN, PARENT, -1 },
	[PLAIN] = { -1 },
	[PARENT] = { S1A, S1B, VIOMMU, -1 },
	[S1A] = { -1 },
	[S1B] = { -1 },
	[VIOMMU] = { S1A, S1B, VDEVICE, VEVENTQ, -1 },
	[VDEVICE] = { -1 },
	[VEVENTQ] = { -1 },
};

/* Returns how many there are, or a negative errno */
static int make_objects(struct rig *r, struct s1 *s1, uint32_t *id)
{
	int fd = r->iommufd;
	int rc, queue;

	rc = dsi_ioas_alloc(fd, &id[IOAS]);
	if (!rc)
		rc = dsi_ioas_map(fd, id[IOAS], r->guest.va, r->guest.size,
				  r->guest.gpa, DSI_RW);
	if (!rc)
		rc = dsi_hwpt_paging(fd, r->dev[0].id, id[IOAS], 0, &id[PLAIN]);
	if (!rc)
		rc = nest_create(&r->nest, r->dev[0].id, id[IOAS], 0);
	if (!rc)
		rc = nest_add_dev(&r->nest, r->dev[0].id);
	id[PARENT] = r->nest.parent;
	if (!rc)
		rc = rig_hwpt(r, s1, &id[S1A]);
	if (!rc)
		rc = rig_hwpt(r, s1, &id[S1B]);
	if (rc || r->cfg.type == MOCK_VTD)
		return rc ?: NR_VTD_OBJ;
	id[VIOMMU] = r->nest.viommu;
	id[VDEVICE] = r->nest.devs[0].vdevice;
	rc = dsi_veventq(fd, r->nest.viommu, 4, &id[VEVENTQ], &queue);
	if (rc)
		return rc;
	/* An open queue is one that is in use */
	close(queue);
	return NR_OBJ;
}

static bool is_held(int obj, int nr, const bool *gone)
{
	const int *holder;

	for (holder = held_by[obj]; *holder >= 0; holder++)
		if (*holder < nr && !gone[*holder])
			return true;
	return false;
}

/* Destroy in the order of permutation number @perm, until all are gone */
static int destroy_in_order(int fd, const uint32_t *id, int nr,
			    unsigned int perm)
{
	bool gone[NR_OBJ] = {};
	int order[NR_OBJ + 1], left = 0;
	int i, n, rc;

	for (i = 0; i < nr; i++) {
		n = perm % (i + 1);
		perm /= i + 1;
		memmove(&order[n + 1], &order[n], (i - n) * sizeof(order[0]));
		order[n] = i;
	}
	while (left < nr) {
		for (i = 0; i < nr; i++) {
			if (gone[order[i]])
				continue;
			rc = dsi_destroy(fd, id[order[i]]);
			if (is_held(order[i], nr, gone)) {
				if (rc != -EBUSY)
					return rc ?: -EPROTO;
				continue;
			}
			if (rc)
				return rc;
			gone[order[i]] = true;
			left++;
		}
	}
	return 0;
}

TEST_F(life, every_order_of_destroy)
{
	struct rig *r = &self->rig;
	/* Of 5 objects every order, of 8 one in 173, which has no factor of 8! */
	const unsigned int step = r->cfg.type == MOCK_VTD ? 1 : 173;
	const unsigned int orders = r->cfg.type == MOCK_VTD ? 120 : 40320;
	uint32_t id[NR_OBJ];
	unsigned int perm;
	int nr;

	ASSERT_EQ(0, rig_s1(r, &r->s1));
	for (perm = 0; perm < orders; perm += step) {
		nr = make_objects(r, &r->s1, id);
		ASSERT_LT(0, nr);
		ASSERT_EQ(0, destroy_in_order(r->iommufd, id, nr, perm))
			TH_LOG("order %u", perm);
	}
}

/* A device that is closed while attached takes nothing with it */
TEST_F(life, close_device_first)
{
	struct rig *r = &self->rig;
	int fd = r->iommufd;

	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	vdev_close(&r->dev[0]);

	ASSERT_EQ(0, rig_reopen(r, 0));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	vdev_close(&r->dev[0]);
	nest_forget_dev(&r->nest, r->dev[0].id);
	EXPECT_EQ(0, dsi_destroy(fd, r->nested));
	EXPECT_EQ(0, nest_drop_viommu(&r->nest));
	EXPECT_EQ(0, dsi_destroy(fd, r->nest.parent));
}

/* The device keeps the iommufd's objects alive and goes on translating */
TEST_F(life, close_iommufd_first)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	close(r->iommufd);
	r->iommufd = -1;
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(-EBUSY, mock_set_live(&r->mock, false));
}

TEST_F(life, attach_again)
{
	struct rig *r = &self->rig;
	struct vdev second;
	int fd;

	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));

	/* One owner at a time */
	fd = dsi_open();
	ASSERT_GE(fd, 0);
	EXPECT_EQ(-EINVAL, rig_open_dev(&r->mock, 0, fd, &second));
	close(fd);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

TEST_F(life, many_nested)
{
	struct rig *r = &self->rig;
	uint32_t id[200];
	unsigned int i;

	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	for (i = 0; i < ARRAY_SIZE(id); i++)
		ASSERT_EQ(0, rig_hwpt(r, &r->s1, &id[i]));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], id[100]));
	for (i = 0; i < ARRAY_SIZE(id); i++)
		EXPECT_EQ(i == 100 ? -EBUSY : 0,
			  dsi_destroy(r->iommufd, id[i]));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* A VMM that dies leaves a device that the next one can use */
FIXTURE(killed)
{
	struct rig rig;
};

FIXTURE_VARIANT(killed)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(killed, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(killed, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(killed)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&self->rig, &variant->cfg));
}

FIXTURE_TEARDOWN(killed)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(killed, next_vmm)
{
	struct rig *r = &self->rig;
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		if (rig_devices(r) || rig_guest(r) || rig_parent(r) ||
		    rig_nested(r) || !rig_page(r, &r->s1, IOVA, 1) ||
		    rig_sees(r, 0, IOVA, 1))
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

	ASSERT_EQ(0, mock_set_live(&r->mock, false));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 2));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 2));
}

/*
 * The vDEVICE of an attached device is destroyed, and the device is reset: it is attached
 * as before, although its guest has no name for it any more
 */
FIXTURE(nameless)
{
	struct rig rig;
};

FIXTURE_VARIANT(nameless)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(nameless, vtd)
{
	.cfg.type = MOCK_VTD,
	.cfg.raw = true,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(nameless, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
};

FIXTURE_SETUP(nameless)
{
	RIG_UP(&self->rig, &variant->cfg);
}

FIXTURE_TEARDOWN(nameless)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(nameless, reset)
{
	struct rig *r = &self->rig;
	struct vdev *dev = &r->dev[0];
	const uint64_t iova = 0x55550000000ull;

	ASSERT_NE(0, rig_page(r, &r->s1, iova, 1));
	EXPECT_EQ(0, rig_sees(r, 0, iova, 1));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	nest_forget_dev(&r->nest, dev->id);
	EXPECT_EQ(0, vdev_reset(dev));
	ASSERT_EQ(0, vdev_enable(dev, PCI_CMD_MEMORY | PCI_CMD_MASTER));
	EXPECT_EQ(0, rig_sees(r, 0, iova, 1));
	EXPECT_EQ(-EFAULT, ep_read(dev, iova + PAGE_4K, 8, 0, NULL));
	/* What is not put back by a reset needs the name */
	EXPECT_EQ(0, vdev_detach(dev));
	EXPECT_EQ(-ENOENT, vdev_attach_id(dev, r->nested));
	EXPECT_EQ(0, nest_add_dev(&r->nest, dev->id));
	EXPECT_EQ(0, vdev_attach_id(dev, r->nested));
	EXPECT_EQ(0, rig_sees(r, 0, iova, 1));
}

TEST_HARNESS_MAIN
