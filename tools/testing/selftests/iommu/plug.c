// SPDX-License-Identifier: GPL-2.0-only
/* Endpoints of a live unit are unplugged and plugged in */
#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "harness.h"
#include "held.h"

#define IOVA	0x0000055550000000ull

FIXTURE(plug)
{
	struct rig rig;
};

FIXTURE_VARIANT(plug)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(plug, vtd)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
};

FIXTURE_VARIANT_ADD(plug, vtd_async)
{
	.cfg.nr_eps = 2,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(plug, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
};

FIXTURE_VARIANT_ADD(plug, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.async = true,
};

FIXTURE_SETUP(plug)
{
	struct rig *r = &self->rig;
	unsigned int i;

	RIG_UP(r, &variant->cfg);
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	for (i = 0; i < r->cfg.nr_eps; i++) {
		ASSERT_EQ(0, ep_ats(&r->dev[i],
				    r->cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
		ASSERT_EQ(0, rig_sees(r, i, IOVA, 1));
	}
}

FIXTURE_TEARDOWN(plug)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int live_of(const struct mock *m, const char *ep)
{
	char text[16];
	int rc;

	rc = mock_ep_get_text(m, ep, "live", text, sizeof(text));
	return rc ?: atoi(text);
}

static bool there(const char *fmt, const char *name)
{
	struct stat st;
	char path[256];

	snprintf(path, sizeof(path), fmt, name);
	return !stat(path, &st);
}

/* Its devices, by their names, and its directory in debugfs */
struct traces {
	char dev[128];
	char vfio[64];
	char debugfs[160];
};

static int traces_get(struct traces *t, const struct mock *m, const char *ep)
{
	snprintf(t->debugfs, sizeof(t->debugfs), "%s/endpoints/%s", m->name, ep);
	return mock_ep_sysfs(m, ep, t->dev, sizeof(t->dev)) ?:
	       mock_ep_get_text(m, ep, "vfio_name", t->vfio, sizeof(t->vfio));
}

static unsigned int traces_left(const struct traces *t)
{
	return there("%s", t->dev) +
	       there("/sys/class/vfio-dev/%s", t->vfio) +
	       there("/dev/vfio/devices/%s", t->vfio) +
	       there(MOCK_DEBUGFS "/%s/atc", t->debugfs) +
	       there(MOCK_DEBUGFS "/%s/inv_delay_ms", t->debugfs);
}

/* Nodes of endpoints in the device tree, of all instances */
static int tree_nodes(void)
{
	const char *top = "/sys/firmware/devicetree/base";
	struct dirent *de, *sub;
	char path[600];
	DIR *d, *s;
	int n = 0;

	d = opendir(top);
	if (!d)
		return 0;
	while ((de = readdir(d))) {
		if (strncmp(de->d_name, "iommu-mock-", 11))
			continue;
		snprintf(path, sizeof(path), "%s/%s", top, de->d_name);
		s = opendir(path);
		while (s && (sub = readdir(s)))
			n += !strncmp(sub->d_name, "endpoint-", 9);
		if (s)
			closedir(s);
	}
	closedir(d);
	return n;
}

/* What the unit has cached of an endpoint's entries: its source-id is in them */
static bool entries_cached(const struct rig *r, unsigned int i)
{
	static char caches[1 << 18];
	char sid[32];

	snprintf(sid, sizeof(sid), r->cfg.type == MOCK_SMMUV3 ? "sid=%08x" :
								"sid=%04x",
		 RIG_SID(i));
	if (mock_debugfs(&r->mock, "caches", caches, sizeof(caches)))
		return true;
	return strstr(caches, sid);
}

/* Memory that is freed is somebody else's before long */
static void churn(void)
{
	const size_t size = 16 * SZ_1M;
	void *mem = malloc(size);

	if (mem)
		memset(mem, 0xff, size);
	free(mem);
}

/* All of it goes, and all of it comes; the one beside it does not notice */
TEST_F(plug, out_and_in)
{
	struct rig *r = &self->rig;
	const struct mock *m = &r->mock;
	struct traces before, empty, after;
	unsigned int round;
	int nodes = tree_nodes();

	EXPECT_EQ(1, live_of(m, "ep0"));
	EXPECT_EQ(1, live_of(m, "ep1"));
	for (round = 0; round < 5; round++) {
		ASSERT_EQ(0, traces_get(&before, m, "ep1"));
		EXPECT_EQ(5, traces_left(&before));
		/* Not while it is open; and that changes nothing */
		EXPECT_EQ(-EBUSY, mock_ep_plug(m, "ep1", false));
		EXPECT_EQ(1, live_of(m, "ep1"));
		EXPECT_EQ(-EEXIST, mock_ep_plug(m, "ep1", true));
		EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
		EXPECT_TRUE(entries_cached(r, 1));

		vdev_close(&r->dev[1]);
		ASSERT_EQ(0, mock_ep_plug(m, "ep1", false));
		/* A unit that reorders has read the entry that blocks it */
		if (!mock_reorders())
			EXPECT_FALSE(entries_cached(r, 1));
		churn();
		EXPECT_EQ(0, live_of(m, "ep1"));
		EXPECT_EQ(0, mock_ep_plug(m, "ep1", false));
		EXPECT_EQ(0, traces_left(&before));
		ASSERT_EQ(0, traces_get(&empty, m, "ep1"));
		EXPECT_STREQ("", empty.dev);
		EXPECT_STREQ("", empty.vfio);
		EXPECT_EQ(nodes ? nodes - 1 : 0, tree_nodes());

		nest_forget_dev(&r->nest, r->dev[1].id);
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
		EXPECT_EQ(0, rig_inv_all(r));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));

		ASSERT_EQ(0, mock_ep_plug(m, "ep1", true));
		EXPECT_EQ(1, live_of(m, "ep1"));
		EXPECT_EQ(nodes, tree_nodes());
		ASSERT_EQ(0, traces_get(&after, m, "ep1"));
		EXPECT_EQ(5, traces_left(&after));
		ASSERT_EQ(0, rig_reopen(r, 1));
		/* Nothing of what it was attached to is left */
		EXPECT_EQ(-EFAULT, rig_sees(r, 1, IOVA, 1));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[1], r->nested));
		ASSERT_EQ(0, ep_ats(&r->dev[1],
				    r->cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
		EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
	}
}

/* The unit stops and goes live again, with all of its endpoints */
TEST_F(plug, unit_stops_meanwhile)
{
	struct rig *r = &self->rig;
	const struct mock *m = &r->mock;
	char text[64];

	vdev_close(&r->dev[0]);
	vdev_close(&r->dev[1]);
	ASSERT_EQ(0, mock_ep_plug(m, "ep0", false));
	ASSERT_EQ(0, mock_set_live(m, false));
	EXPECT_EQ(0, live_of(m, "ep0"));
	EXPECT_EQ(0, live_of(m, "ep1"));
	EXPECT_EQ(-ENODEV, mock_ep_plug(m, "ep0", true));
	EXPECT_EQ(-ENODEV, mock_ep_plug(m, "ep0", false));
	ASSERT_EQ(0, mock_set_live(m, true));
	EXPECT_EQ(1, live_of(m, "ep0"));
	EXPECT_EQ(1, live_of(m, "ep1"));
	ASSERT_EQ(0, mock_ep_get_text(m, "ep0", "vfio_name", text,
				      sizeof(text)));
	EXPECT_STRNE("", text);
	EXPECT_EQ(-EINVAL, mock_ep_set(m, "ep0", "live", 2));
	/* All of them gone, and the unit still there */
	ASSERT_EQ(0, mock_ep_plug(m, "ep1", false));
	ASSERT_EQ(0, mock_ep_plug(m, "ep0", false));
	ASSERT_EQ(0, mock_get_text(m, "dev_name", text, sizeof(text)));
	EXPECT_STRNE("", text);
	ASSERT_EQ(0, mock_ep_plug(m, "ep0", true));
	ASSERT_EQ(0, rig_open_dev(m, 0, r->iommufd, &r->dev[0]));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	util_fill(r->guest.va, PAGE_4K, 3);
	EXPECT_EQ(0, rig_sees(r, 0, r->guest.gpa, 3));
}

/* What it did not answer in time goes with it */
TEST_F(plug, with_answers_due)
{
	struct rig *r = &self->rig;
	const struct mock *m = &r->mock;

	if (!r->cfg.ats)
		SKIP(return, "nobody asks it");
	ASSERT_EQ(0, mock_devtlb_limit(m, 20));
	ASSERT_EQ(0, mock_ep_inv_delay(m, "ep1", 3600000));
	EXPECT_EQ(-ETIMEDOUT, rig_inv_all(r));
	vdev_close(&r->dev[1]);
	ASSERT_EQ(0, mock_ep_plug(m, "ep1", false));
	ASSERT_EQ(0, mock_ep_plug(m, "ep1", true));
	/* It is as it was when it was new */
	ASSERT_EQ(0, rig_reopen(r, 1));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], r->nested));
	ASSERT_EQ(0, ep_ats(&r->dev[1], MOCK_EP_ATS_ENABLE));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

static int invalidate(void *arg)
{
	return rig_inv_all(arg);
}

/* While a call waits for the hardware of one unit, another unit can be removed */
TEST_F(plug, behind_another_unit)
{
	struct rig *r = &self->rig;
	struct mock other;
	struct job inv;
	char state[64];

	if (!r->cfg.ats)
		SKIP(return, "nobody may take so long");
	ASSERT_EQ(0, mock_create(&other, r->cfg.type, "other"));
	ASSERT_EQ(0, mock_add_endpoint(&other, "ep0", RIG_SID(0)));
	ASSERT_EQ(0, mock_set_live(&other, true));
	ASSERT_EQ(0, mock_hold(&r->mock, "devtlb", 1));
	ASSERT_EQ(0, job_start(&inv, invalidate, r));
	ASSERT_EQ(0, mock_wait_held(&r->mock));

	EXPECT_EQ(0, mock_ep_plug(&other, "ep0", false));
	EXPECT_EQ(0, mock_ep_plug(&other, "ep0", true));
	EXPECT_EQ(0, mock_destroy(&other));
	EXPECT_FALSE(job_done(&inv));
	EXPECT_EQ(0, mock_hold_state(&r->mock, state, sizeof(state)));
	EXPECT_STREQ("held devtlb", state);

	ASSERT_EQ(0, mock_go(&r->mock));
	EXPECT_EQ(0, job_join(&inv));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
}

/* Readers of all its files, and somebody who opens it, while it comes and goes */
TEST_F(plug, read_meanwhile)
{
	static const char * const files[] = {
		"endpoints/ep1/atc", "endpoints/ep1/inv_delay_ms",
		"endpoints/ep1/non_snooped", "caches", "misbehave/hold",
	};
	static const char * const attrs[] = { "live", "dev_name", "vfio_name" };
	static char buf[1 << 16];
	struct rig *r = &self->rig;
	const struct mock *m = &r->mock;
	unsigned int i, busy = 0;
	int status, rc;
	pid_t pid;

	vdev_close(&r->dev[1]);
	nest_forget_dev(&r->nest, r->dev[1].id);
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		for (i = 0; i < 20; i++) {
			rc = mock_ep_plug(m, "ep1", false);
			if (rc == -EBUSY)
				continue;
			if (rc || mock_ep_plug(m, "ep1", true))
				_exit(1);
		}
		_exit(0);
	}
	while (waitpid(pid, &status, WNOHANG) != pid) {
		for (i = 0; i < ARRAY_SIZE(files); i++)
			mock_debugfs(m, files[i], buf, sizeof(buf));
		for (i = 0; i < ARRAY_SIZE(attrs); i++)
			mock_ep_get_text(m, "ep1", attrs[i], buf, sizeof(buf));
		mock_ep_inv_delay(m, "ep1", 1);
		rc = rig_open_dev(m, 1, r->iommufd, &r->dev[1]);
		busy += !rc;
		vdev_close(&r->dev[1]);
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
		EXPECT_EQ(0, rig_inv_all(r));
	}
	EXPECT_TRUE(WIFEXITED(status) && !WEXITSTATUS(status));
	TH_LOG("opened %u times", busy);
	EXPECT_EQ(1, live_of(m, "ep1"));
}

TEST_HARNESS_MAIN
