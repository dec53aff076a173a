// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modules go and come back: refused while they are used, and without a
 * trace when they are not, in either order, with DMA until the last moment
 *
 * MODULES_DIR says below which directory the .ko files are.
 */
#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "harness.h"

#define IOVA	0x0000011110000000ull
#define LOOPS	5

/* The drivers have the numbers of what they are for */
enum module { VTD_DRIVER, SMMU_DRIVER, MOCK, NR_MODULES };

static const char *module_name(int module)
{
	return module == MOCK ? "iommu_mock" : mock_driver_name(module);
}

static_assert((int)VTD_DRIVER == MOCK_VTD && (int)SMMU_DRIVER == MOCK_SMMUV3,
	      "a driver has another number");

static char module_file[NR_MODULES][512];

/* The driver of this variant */
#define DRIVER	((int)variant->cfg.type)

static int note_module(const char *path, const struct stat *st, int type,
		       struct FTW *ftw)
{
	char name[64];
	int i;

	(void)st;
	if (type != FTW_F)
		return 0;
	for (i = 0; i < NR_MODULES; i++) {
		snprintf(name, sizeof(name), "%s.ko", module_name(i));
		if (!strcmp(path + ftw->base, name))
			snprintf(module_file[i], sizeof(module_file[i]), "%s",
				 path);
	}
	return 0;
}

/* NULL, or why modules cannot be loaded here */
static const char *find_modules(void)
{
	const char *dir = getenv("MODULES_DIR");

	if (!dir)
		return "MODULES_DIR is not set";
	nftw(dir, note_module, 8, FTW_PHYS);
	if (!module_file[VTD_DRIVER][0] || !module_file[SMMU_DRIVER][0] ||
	    !module_file[MOCK][0])
		return "no modules in MODULES_DIR";
	return NULL;
}

static bool loaded(int module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module_name(module));
	return !access(path, F_OK);
}

static int load(int module)
{
	int fd, rc;

	if (loaded(module))
		return 0;
	fd = open(module_file[module], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return rc;
}

static int unload(int module)
{
	return syscall(SYS_delete_module, module_name(module), O_NONBLOCK) ?
		       -errno : 0;
}

FIXTURE(unload)
{
	struct rig rig;
};

FIXTURE_VARIANT(unload)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(unload, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(unload, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(unload)
{
	const char *why = find_modules();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, load(DRIVER));
	ASSERT_EQ(0, load(MOCK));
	mock_sweep();
}

FIXTURE_TEARDOWN(unload)
{
	/* As they were found: for the tests that follow */
	EXPECT_EQ(0, load(DRIVER));
	EXPECT_EQ(0, load(MOCK));
}

static int use(struct rig *r, const struct rig_config *cfg)
{
	int rc = rig_up(r, cfg);

	if (!rc && !rig_page(r, &r->s1, IOVA, 1))
		rc = -ENOMEM;
	return rc ?: rig_sees(r, 0, IOVA, 1);
}

/* Who has an instance has the mock, who has an endpoint has the driver too */
TEST_F(unload, refused_while_used)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, use(r, &variant->cfg));
	EXPECT_GT(0, unload(DRIVER));
	EXPECT_GT(0, unload(MOCK));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	vdev_close(&r->dev[0]);
	EXPECT_GT(0, unload(DRIVER));
	EXPECT_GT(0, unload(MOCK));
	/* The HWPTs are the driver's, with the unit or without */
	ASSERT_EQ(0, mock_set_live(&r->mock, false));
	EXPECT_GT(0, unload(DRIVER));
	EXPECT_GT(0, unload(MOCK));
	EXPECT_EQ(0, rig_down(r));
	EXPECT_EQ(0, unload(MOCK));
	EXPECT_FALSE(loaded(MOCK));
	EXPECT_EQ(0, unload(DRIVER));
	EXPECT_FALSE(loaded(DRIVER));
}

/* Both orders of loading, both of unloading, and use in between */
TEST_F(unload, loops)
{
	struct rig *r = &self->rig;
	int i, first;

	for (i = 0; i < 2 * LOOPS; i++) {
		first = i & 1;
		ASSERT_EQ(0, unload(first ? MOCK : DRIVER));
		ASSERT_EQ(0, unload(first ? DRIVER : MOCK));
		first = i & 2;
		ASSERT_EQ(0, load(first ? MOCK : DRIVER));
		ASSERT_EQ(0, load(first ? DRIVER : MOCK));
		ASSERT_EQ(0, use(r, &variant->cfg));
		ASSERT_EQ(0, rig_down(r));
	}
}

/* An instance that was live first: its device appears with the driver */
TEST_F(unload, driver_comes_later)
{
	struct mock m;
	struct vdev dev;
	char name[32];
	int fd, i;

	ASSERT_EQ(0, unload(DRIVER));
	ASSERT_EQ(0, mock_create(&m, variant->cfg.type, "kst"));
	ASSERT_EQ(0, mock_add_endpoint(&m, "ep0", 0x42));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mock_set_live(&m, true));
		EXPECT_EQ(-ENODEV, rig_vfio_name(&m, 0, name, sizeof(name)));
		ASSERT_EQ(0, load(DRIVER));
		/* Devices that were put off are bound by a worker */
		while (rig_vfio_name(&m, 0, name, sizeof(name)))
			usleep(1000);
		fd = dsi_open();
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, rig_open_dev(&m, 0, fd, &dev));
		EXPECT_EQ(-EFAULT, ep_write(&dev, IOVA, 8, 1, NULL));
		vdev_close(&dev);
		close(fd);
		ASSERT_EQ(0, mock_set_live(&m, false));
		ASSERT_EQ(0, unload(DRIVER));
		/* Live and dead again without anybody who cares */
		ASSERT_EQ(0, mock_set_live(&m, true));
		ASSERT_EQ(0, mock_set_live(&m, false));
	}
	ASSERT_EQ(0, mock_destroy(&m));
}

/* A unit without endpoints does not hold the driver: it goes and comes back */
TEST_F(unload, driver_goes_first)
{
	struct mock m;
	int i;

	ASSERT_EQ(0, mock_create(&m, variant->cfg.type, "kst"));
	ASSERT_EQ(0, mock_set_live(&m, true));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, unload(DRIVER));
		ASSERT_EQ(0, load(DRIVER));
	}
	ASSERT_EQ(0, mock_destroy(&m));
}

/* A VMM with transfers under way, killed: everything goes at once */
TEST_F(unload, under_load)
{
	struct rig *r = &self->rig;
	int i, status;
	pid_t pid;

	for (i = 0; i < LOOPS; i++) {
		int ready[2];
		char c;

		ASSERT_EQ(0, rig_mock(r, &variant->cfg));
		ASSERT_EQ(0, pipe(ready));
		pid = fork();
		ASSERT_GE(pid, 0);
		if (!pid) {
			if (rig_devices(r) || rig_guest(r) || rig_parent(r) ||
			    rig_nested(r) ||
			    s1_map_range(&r->s1, IOVA, r->guest.gpa + SZ_2M,
					 SZ_1M, S1_4K, S1_RW))
				_exit(1);
			if (write(ready[1], "x", 1) != 1)
				_exit(1);
			for (;;)
				ep_start(&r->dev[0], MOCK_EP_CMD_WRITE, 0, IOVA,
					 MOCK_EP_MAX_SIZE);
		}
		close(ready[1]);
		ASSERT_EQ(1, read(ready[0], &c, 1));
		close(ready[0]);
		EXPECT_EQ(-EBUSY, mock_set_live(&r->mock, false));
		usleep(20000);
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_EQ(0, rig_down(r));
		ASSERT_EQ(0, unload(i & 1 ? MOCK : DRIVER));
		ASSERT_EQ(0, unload(i & 1 ? DRIVER : MOCK));
		ASSERT_EQ(0, load(DRIVER));
		ASSERT_EQ(0, load(MOCK));
	}
}

TEST_HARNESS_MAIN
