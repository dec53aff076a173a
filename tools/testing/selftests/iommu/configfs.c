// SPDX-License-Identifier: GPL-2.0-only
/* Instances of mock hardware: made, configured, alive, refused, gone */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "harness.h"

#define IOVA	0x00000aaaa0000000ull

FIXTURE(one)
{
	struct mock m;
};

FIXTURE_SETUP(one)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	mock_sweep();
	ASSERT_EQ(0, mock_create(&self->m, MOCK_VTD, "kst"));
}

FIXTURE_TEARDOWN(one)
{
	EXPECT_EQ(0, mock_destroy(&self->m));
}

static int entries_of(const char *path, const char *prefix)
{
	struct dirent *de;
	DIR *d = opendir(path);
	int n = 0;

	if (!d)
		return -1;
	while ((de = readdir(d)))
		n += !strncmp(de->d_name, prefix, strlen(prefix)) &&
		     de->d_name[0] != '.';
	closedir(d);
	return n;
}

static int make_dir(const struct mock *m, const char *sub)
{
	char path[256];

	snprintf(path, sizeof(path), MOCK_CONFIGFS "/%s/%s", m->name, sub);
	return mkdir(path, 0755) ? -errno : 0;
}

static int remove_dir(const struct mock *m, const char *sub)
{
	char path[256];

	snprintf(path, sizeof(path), MOCK_CONFIGFS "/%s/%s", m->name, sub);
	return rmdir(path) ? -errno : 0;
}

TEST_F(one, defaults)
{
	static const char * const caches[] = {
		"caches/iotlb_entries", "caches/pwc_entries",
		"caches/config_entries", "caches/atc_entries",
	};
	char text[64];
	uint64_t val;
	unsigned int i;

	ASSERT_EQ(0, mock_get_text(&self->m, "type", text, sizeof(text)));
	EXPECT_STREQ("vtd", text);
	ASSERT_EQ(0, mock_get_text(&self->m, "dev_name", text, sizeof(text)));
	EXPECT_STREQ("", text);
	ASSERT_EQ(0, mock_get(&self->m, "live", &val));
	EXPECT_EQ(0, val);
	ASSERT_EQ(0, mock_get(&self->m, "errata_spr17", &val));
	EXPECT_EQ(1, val);
	ASSERT_EQ(0, mock_get(&self->m, "async_commands", &val));
	EXPECT_EQ(0, val);
	for (i = 0; i < ARRAY_SIZE(caches); i++) {
		ASSERT_EQ(0, mock_get(&self->m, caches[i], &val));
		EXPECT_LT(0, val);
	}
	ASSERT_EQ(0, mock_get(&self->m, "caches/evict_period", &val));
	EXPECT_EQ(0, val);
	ASSERT_EQ(0, mock_get(&self->m, "ver", &val));
	EXPECT_NE(0, val);
	/* Registers are written as they are read: in hexadecimal */
	ASSERT_EQ(0, mock_get_text(&self->m, "cap", text, sizeof(text)));
	EXPECT_EQ(0, strncmp(text, "0x", 2));
	EXPECT_EQ(0, mock_set_text(&self->m, "cap", text));
}

TEST_F(one, values)
{
	static const char * const bools[] = {
		"errata_spr17", "errata_spr17_hidden", "async_commands",
		"include_pci_all", "atsr", "satc", "atc_required",
	};
	static const char * const bad_numbers[] = {
		"x", "-1", "0x", "1 2", "18446744073709551616",
	};
	uint64_t val;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(bools); i++) {
		for (j = 0; j < 2; j++) {
			ASSERT_EQ(0, mock_set_text(&self->m, bools[i],
						   j ? "1" : "0"));
			ASSERT_EQ(0, mock_get(&self->m, bools[i], &val));
			EXPECT_EQ(j, val);
		}
		EXPECT_EQ(-EINVAL, mock_set_text(&self->m, bools[i], "maybe"));
	}
	for (i = 0; i < ARRAY_SIZE(bad_numbers); i++) {
		EXPECT_GT(0, mock_set_text(&self->m, "cap", bad_numbers[i]));
		EXPECT_GT(0, mock_set_text(&self->m, "caches/iotlb_entries",
					   bad_numbers[i]));
	}
	EXPECT_EQ(-EINVAL, mock_set_text(&self->m, "live", "x"));
	EXPECT_EQ(-EINVAL, mock_set_text(&self->m, "live", "2"));
	EXPECT_EQ(0, mock_set_text(&self->m, "type", "vtd"));
	EXPECT_EQ(-EINVAL, mock_set_text(&self->m, "type", "toaster"));
	EXPECT_EQ(0, mock_set(&self->m, "caches/iotlb_entries", 7));
	ASSERT_EQ(0, mock_get(&self->m, "caches/iotlb_entries", &val));
	EXPECT_EQ(7, val);
	EXPECT_GT(0, mock_set_text(&self->m, "dev_name", "x"));
}

static void driver_of(const struct mock *m, char *driver, size_t size)
{
	char name[64], path[256];

	memset(driver, 0, size);
	if (mock_get_text(m, "dev_name", name, sizeof(name)))
		return;
	snprintf(path, sizeof(path), "/sys/bus/platform/devices/%s/driver", name);
	if (readlink(path, driver, size - 1) < 0)
		driver[0] = '\0';
}

/* Of two drivers that there may be, the instance says which one its unit is for */
TEST_F(one, driver)
{
	char text[256];

	EXPECT_EQ(-EINVAL, mock_set_text(&self->m, "driver", "toaster"));
	ASSERT_EQ(0, mock_set_text(&self->m, "driver", "in-tree"));
	ASSERT_EQ(0, mock_get_text(&self->m, "driver", text, sizeof(text)));
	EXPECT_STREQ("in-tree", text);
	ASSERT_EQ(0, mock_set(&self->m, "live", 1));
	EXPECT_EQ(-EBUSY, mock_set_text(&self->m, "driver", "nested"));
	driver_of(&self->m, text, sizeof(text));
	EXPECT_EQ(NULL, strstr(text, "vtd-unit"));
	ASSERT_EQ(0, mock_set(&self->m, "live", 0));

	ASSERT_EQ(0, mock_set_text(&self->m, "driver", "nested"));
	ASSERT_EQ(0, mock_set(&self->m, "live", 1));
	driver_of(&self->m, text, sizeof(text));
	EXPECT_NE(NULL, strstr(text, "/vtd-unit"));
	ASSERT_EQ(0, mock_set(&self->m, "live", 0));
}

/* Reserved memory is shown as it is written, and what is wrong changes nothing */
TEST_F(one, reserved_memory)
{
	static const char * const good[] = {
		"0x1000-0x1fff", "0x1000-0x1fff 0xabc000-0xdeffff@01:02.3",
	};
	static const char * const bad[] = {
		"x", "0x1000", "0x1000-0x1ffe", "0x1000-0x1fff@", "0x1000-0x1fff@00:20.0",
		"0x400000000000-0x400000000fff",
	};
	char text[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(0, mock_set_text(&self->m, "rmrr", good[i]));
		ASSERT_EQ(0, mock_get_text(&self->m, "rmrr", text, sizeof(text)));
		EXPECT_STREQ(good[i], text);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, mock_set_text(&self->m, "rmrr", bad[i]))
			TH_LOG("%s", bad[i]);
		ASSERT_EQ(0, mock_get_text(&self->m, "rmrr", text, sizeof(text)));
		EXPECT_STREQ(good[1], text);
	}
	EXPECT_EQ(0, mock_set_text(&self->m, "rmrr", "\n"));
	ASSERT_EQ(0, mock_get_text(&self->m, "rmrr", text, sizeof(text)));
	EXPECT_STREQ("", text);
}

/* An erratum of one type may be chosen before the type is, and is kept */
TEST_F(one, erratum_of_another_type)
{
	static const char * const attrs[] = {
		"errata_spr17", "errata_spr17_hidden",
	};
	uint64_t val;
	unsigned int i, j;

	if (mock_set_text(&self->m, "type", "smmuv3"))
		SKIP(return, "no model of SMMUv3");
	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		for (j = 0; j < 2; j++) {
			ASSERT_EQ(0, mock_set_text(&self->m, "type", "smmuv3"));
			EXPECT_EQ(0, mock_set(&self->m, attrs[i], !j));
			ASSERT_EQ(0, mock_get(&self->m, attrs[i], &val));
			EXPECT_EQ(!j, val);
			ASSERT_EQ(0, mock_set_text(&self->m, "type", "vtd"));
			ASSERT_EQ(0, mock_get(&self->m, attrs[i], &val));
			EXPECT_EQ(!j, val);
		}
	}
}

/*
 * Registers that no hardware may have: refused when they are written, or when
 * the whole is looked at
 */
TEST_F(one, invalid_capabilities)
{
	static const struct {
		const char *attr;
		uint64_t clear;
		uint64_t set;
	} bad[] = {
		{ "cap", 0, 1ull << 13 },		/* reserved */
		{ "cap", 0, 1ull << 23 },
		{ "cap", 0, 1ull << 38 },
		{ "cap", 0, 1ull << 57 },
		{ "cap", 0, 7 },			/* ND */
		{ "cap", 0, 1ull << 8 },		/* SAGAW */
		{ "cap", 0, 1ull << 12 },
		{ "cap", 0x1f00, 0 },
		{ "cap", VTD_CAP_SAGAW_5LVL, 0 },	/* MGAW is wider then */
		{ "cap", VTD_CAP_MGAW(63), VTD_CAP_MGAW(63) },
		{ "cap", 1ull << 34, 0 },		/* 1G without 2M */
		{ "cap", 0, 1ull << 36 },
		{ "ecap", VTD_ECAP_SMTS, 0 },
		{ "ecap", VTD_ECAP_QI, 0 },
		{ "ecap", VTD_ECAP_SSTS, 0 },		/* NEST and SSADS need it */
		{ "ecap", VTD_ECAP_FSTS, 0 },
		{ "ecap", VTD_ECAP_DT, 0 },		/* PRS needs it */
		{ "ecap", 0, 1ull << 5 },		/* reserved */
		{ "ecap", 0, 1ull << 63 },
		{ "ecap", 0, VTD_ECAP_PSS },
		{ "ecap", 0, 1ull << 3 },		/* not modelled */
		{ "ver", ~0ull, 0 },
		{ "ver", 0, 1ull << 8 },
	};
	uint64_t good;
	unsigned int i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_EQ(0, mock_get(&self->m, bad[i].attr, &good));
		rc = mock_set(&self->m, bad[i].attr,
			      (good & ~bad[i].clear) | bad[i].set);
		if (!rc)
			rc = mock_set_live(&self->m, true);
		EXPECT_EQ(-EINVAL, rc) {
			TH_LOG("%s clear %#llx set %#llx", bad[i].attr,
			       (unsigned long long)bad[i].clear,
			       (unsigned long long)bad[i].set);
			mock_set_live(&self->m, false);
		}
		ASSERT_EQ(0, mock_set(&self->m, bad[i].attr, good));
	}
	EXPECT_EQ(0, mock_set_live(&self->m, true));
	EXPECT_EQ(0, mock_set_live(&self->m, false));
}

TEST_F(one, endpoint_attributes)
{
	static const struct {
		const char *attr;
		const char *text;
		int rc;
		const char *shows;
	} cases[] = {
		{ "source_id", "0x0010", 0, "0x0010" },
		{ "source_id", "0xffff", 0, "0xffff" },
		{ "source_id", "4096", 0, "0x1000" },
		{ "source_id", "03:1f.7", 0, "0x03ff" },
		{ "source_id", "ff:00.0", 0, "0xff00" },
		{ "source_id", "03:20.0", -EINVAL, "0xff00" },
		{ "source_id", "03:00.8", -EINVAL, "0xff00" },
		{ "source_id", "03:00.0x", -EINVAL, "0xff00" },
		{ "source_id", "65536", -ERANGE, "0xff00" },
		{ "source_id", "here", -EINVAL, "0xff00" },
		{ "vendor_id", "0x10000", -EINVAL, "0x104c" },
		{ "vendor_id", "0x8086", 0, "0x8086" },
		{ "device_id", "-1", -EINVAL, "0xb500" },
		{ "device_id", "16", 0, "0x0010" },
		{ "errata_inv_twice", "2", -EINVAL, "0" },
		{ "errata_inv_twice", "1", 0, "1" },
		{ "pasid_bits", "20", 0, "20" },
		{ "pasid_bits", "21", -EINVAL, "20" },
		{ "pasid_bits", "-1", -EINVAL, "20" },
		{ "pasid_bits", "0", 0, "0" },
		{ "ats", "1", 0, "1" },
		{ "ats", "2", -EINVAL, "1" },
		{ "ats_queue_depth", "0", -EINVAL, "32" },
		{ "ats_queue_depth", "1", 0, "1" },
		{ "ats_queue_depth", "33", -EINVAL, "1" },
		{ "no_snoop", "1", 0, "1" },
		{ "no_snoop", "2", -EINVAL, "1" },
		{ "can_stall", "1", 0, "1" },
		{ "can_stall", "2", -EINVAL, "1" },
		{ "pri", "1", 0, "1" },
		{ "prg_response_pasid", "0", 0, "0" },
	};
	char path[256], text[32];
	unsigned int i;

	ASSERT_EQ(0, mock_add_endpoint(&self->m, "ep0", 8));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(path, sizeof(path), "ep0/%s", cases[i].attr);
		EXPECT_EQ(cases[i].rc, mock_set_text(&self->m, path,
						     cases[i].text))
			TH_LOG("%s %s", cases[i].attr, cases[i].text);
		ASSERT_EQ(0, mock_get_text(&self->m, path, text, sizeof(text)));
		EXPECT_STREQ(cases[i].shows, text);
	}
	EXPECT_EQ(-EEXIST, make_dir(&self->m, "ep0"));
	EXPECT_EQ(-EEXIST, make_dir(&self->m, "caches"));
	EXPECT_NE(0, remove_dir(&self->m, "caches"));
}

/* Two endpoints cannot both be the same requester */
TEST_F(one, duplicate_source_id)
{
	ASSERT_EQ(0, mock_add_endpoint(&self->m, "a", 8));
	ASSERT_EQ(0, mock_add_endpoint(&self->m, "b", 8));
	EXPECT_EQ(-EINVAL, mock_set_live(&self->m, true));
	ASSERT_EQ(0, mock_ep_set(&self->m, "b", "source_id", 9));
	EXPECT_EQ(0, mock_set_live(&self->m, true));
	EXPECT_EQ(-EEXIST, mock_set_live(&self->m, true));
}

/* What is live cannot be changed; what is dead has no devices */
TEST_F(one, live)
{
	static const char * const attrs[] = {
		"type", "cap", "ecap", "ver", "errata_spr17",
		"errata_spr17_hidden", "async_commands",
		"include_pci_all", "rmrr", "atsr", "satc", "atc_required",
		"caches/iotlb_entries", "caches/pwc_entries",
		"caches/config_entries", "caches/atc_entries",
		"caches/evict_period", "caches/evict_seed", "ep0/source_id",
		"ep0/pasid_bits", "ep0/ats", "ep0/ats_queue_depth", "ep0/pri",
		"ep0/no_snoop", "ep0/can_stall", "ep0/vendor_id", "ep0/device_id",
		"ep0/errata_inv_twice",
	};
	char before[64], after[64], path[256];
	struct stat st;
	unsigned int i, round;

	ASSERT_EQ(0, mock_add_endpoint(&self->m, "ep0", 8));
	ASSERT_EQ(0, mock_set_text(&self->m, "rmrr", "0x1000-0x1fff"));
	for (round = 0; round < 3; round++) {
		ASSERT_EQ(0, mock_set_live(&self->m, true));
		for (i = 0; i < ARRAY_SIZE(attrs); i++) {
			ASSERT_EQ(0, mock_get_text(&self->m, attrs[i], before,
						   sizeof(before)));
			EXPECT_EQ(-EBUSY, mock_set_text(&self->m, attrs[i],
							before))
				TH_LOG("%s", attrs[i]);
			ASSERT_EQ(0, mock_get_text(&self->m, attrs[i], after,
						   sizeof(after)));
			EXPECT_STREQ(before, after);
		}
		EXPECT_EQ(-EBUSY, make_dir(&self->m, "ep1"));
		EXPECT_EQ(-EBUSY, remove_dir(&self->m, "ep0"));
		EXPECT_EQ(-EBUSY, remove_dir(&self->m, ""));

		ASSERT_EQ(0, mock_get_text(&self->m, "dev_name", before,
					   sizeof(before)));
		snprintf(path, sizeof(path), "/sys/bus/platform/devices/%s",
			 before);
		EXPECT_EQ(0, stat(path, &st));
		ASSERT_EQ(0, mock_ep_sysfs(&self->m, "ep0", path,
					   sizeof(path) - 16));
		strcat(path, "/iommu_group");
		EXPECT_EQ(0, stat(path, &st));
		ASSERT_EQ(0, mock_ep_get_text(&self->m, "ep0", "vfio_name",
					      after, sizeof(after)));
		snprintf(path, sizeof(path), "/dev/vfio/devices/%s", after);
		EXPECT_EQ(0, stat(path, &st));
		snprintf(path, sizeof(path), MOCK_DEBUGFS "/%s/stats",
			 self->m.name);
		EXPECT_EQ(0, stat(path, &st));

		ASSERT_EQ(0, mock_set_live(&self->m, false));
		ASSERT_EQ(0, mock_set_live(&self->m, false));
		EXPECT_EQ(-1, stat(path, &st));
		snprintf(path, sizeof(path), "/sys/bus/platform/devices/%s",
			 before);
		EXPECT_EQ(-1, stat(path, &st));
		ASSERT_EQ(0, mock_ep_get_text(&self->m, "ep0", "vfio_name",
					      after, sizeof(after)));
		EXPECT_STREQ("", after);
	}
	EXPECT_EQ(0, mock_set(&self->m, "async_commands", 1));
}

/* In use: the file is open, with nothing bound, and with an iommufd */
TEST_F(one, busy)
{
	char name[32], path[64];
	struct vdev dev;
	int fd, iommufd;

	ASSERT_EQ(0, mock_add_endpoint(&self->m, "ep0", 8));
	ASSERT_EQ(0, mock_set_live(&self->m, true));
	ASSERT_EQ(0, rig_vfio_name(&self->m, 0, name, sizeof(name)));
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", name);
	fd = open(path, O_RDWR);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(-EBUSY, mock_set_live(&self->m, false));
	close(fd);

	iommufd = dsi_open();
	ASSERT_GE(iommufd, 0);
	ASSERT_EQ(0, rig_open_dev(&self->m, 0, iommufd, &dev));
	EXPECT_EQ(-EBUSY, mock_set_live(&self->m, false));
	/* Refused, it is as alive as before */
	EXPECT_EQ(MOCK_EP_EXT_MAGIC_VAL, vdev_reg(&dev, MOCK_EP_EXT_MAGIC));
	vdev_close(&dev);
	ASSERT_EQ(0, rig_open_dev(&self->m, 0, iommufd, &dev));
	vdev_close(&dev);
	close(iommufd);
	EXPECT_EQ(0, mock_set_live(&self->m, false));
}

/* A unit without endpoints, endpoints without a name worth mentioning */
TEST_F(one, odd)
{
	char name[64];

	EXPECT_EQ(0, mock_set_live(&self->m, true));
	EXPECT_EQ(0, mock_set_live(&self->m, false));
	memset(name, 'x', 15);
	name[15] = 0;
	EXPECT_EQ(0, mock_add_endpoint(&self->m, name, 1));
	EXPECT_EQ(0, mock_add_endpoint(&self->m, "%s%n", 2));
	EXPECT_EQ(0, mock_add_endpoint(&self->m, "a b", 3));
	EXPECT_EQ(0, mock_set_live(&self->m, true));
}

FIXTURE(many)
{
	struct mock m[8];
	struct vdev dev[8][4];
	int iommufd;
	uint32_t ioas;
	struct guest ram;
};

FIXTURE_SETUP(many)
{
	unsigned int i, j;
	char name[16];

	if (!mock_present())
		SKIP(return, NO_MOCK);
	mock_sweep();
	for (i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "kst-%u", i);
		ASSERT_EQ(0, mock_create(&self->m[i], MOCK_VTD, name));
		for (j = 0; j < 4; j++) {
			self->dev[i][j].fd = -1;
			snprintf(name, sizeof(name), "ep%u", j);
			ASSERT_EQ(0, mock_add_endpoint(&self->m[i], name, j));
		}
	}
	self->iommufd = dsi_open();
	ASSERT_GE(self->iommufd, 0);
	ASSERT_EQ(0, dsi_ioas_alloc(self->iommufd, &self->ioas));
	ASSERT_EQ(0, guest_create(&self->ram, RIG_GPA, SZ_64K));
	ASSERT_EQ(0, dsi_ioas_map(self->iommufd, self->ioas, self->ram.va,
				  self->ram.size, RIG_GPA, DSI_RW));
}

FIXTURE_TEARDOWN(many)
{
	unsigned int i, j;

	for (i = 0; i < 8; i++)
		for (j = 0; j < 4; j++)
			vdev_close(&self->dev[i][j]);
	close(self->iommufd);
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, mock_destroy(&self->m[i]));
	guest_destroy(&self->ram);
}

/* 8 instances with 4 endpoints each, all at work, gone in an odd order */
TEST_F(many, at_once)
{
	static const unsigned int order[] = { 3, 0, 7, 1, 6, 2, 5, 4 };
	int devices = entries_of("/sys/bus/platform/devices", "vtd-unit");
	unsigned int i, j, k;
	uint64_t gpa;

	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, mock_set_live(&self->m[order[i]], true));
	EXPECT_EQ(devices + 8,
		  entries_of("/sys/bus/platform/devices", "vtd-unit"));
	for (i = 0; i < 8; i++) {
		for (j = 0; j < 4; j++) {
			ASSERT_EQ(0, rig_open_dev(&self->m[i], j, self->iommufd,
						  &self->dev[i][j]));
			ASSERT_EQ(0, vdev_attach_id(&self->dev[i][j],
						    self->ioas));
		}
	}
	for (k = 0; k < 3; k++) {
		for (i = 0; i < 8; i++) {
			for (j = 0; j < 4; j++) {
				gpa = RIG_GPA + (4 * i + j) * 0x800;
				ASSERT_EQ(0, ep_write(&self->dev[i][j], gpa,
						      0x800, 32 * k + i + 1,
						      NULL));
			}
		}
	}
	for (i = 0; i < 8; i++) {
		k = order[7 - i];
		EXPECT_EQ(-EBUSY, mock_set_live(&self->m[k], false));
		for (j = 0; j < 4; j++)
			vdev_close(&self->dev[k][(j + i) % 4]);
		EXPECT_EQ(0, mock_set_live(&self->m[k], false));
		if (i < 7) {
			k = order[6 - i];
			EXPECT_EQ(0, ep_write(&self->dev[k][0], RIG_GPA, 64, 1,
					      NULL));
		}
	}
	EXPECT_EQ(devices, entries_of("/sys/bus/platform/devices", "vtd-unit"));
}

/* Processes that make and remove instances at the same time */
TEST(parallel)
{
	const unsigned int nr = 4;
	unsigned int i, round;
	int status;
	pid_t pid;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	mock_sweep();
	for (i = 0; i < nr; i++) {
		pid = fork();
		ASSERT_GE(pid, 0);
		if (pid)
			continue;
		for (round = 0; round < 8; round++) {
			struct mock m;

			if (mock_create(&m, MOCK_VTD, "kst-par") ||
			    mock_add_endpoint(&m, "a", round) ||
			    mock_add_endpoint(&m, "b", round + 1) ||
			    mock_set_live(&m, true) || mock_destroy(&m))
				_exit(1);
		}
		_exit(0);
	}
	for (i = 0; i < nr; i++) {
		ASSERT_LT(0, wait(&status));
		EXPECT_TRUE(WIFEXITED(status) && !WEXITSTATUS(status));
	}
	EXPECT_EQ(0, entries_of(MOCK_CONFIGFS, "kst-par"));
	EXPECT_EQ(0, entries_of(MOCK_DEBUGFS, "kst-par"));
}

/* Readers of every file while the instance comes and goes */
TEST(read_under_change)
{
	static const char * const files[] = { "stats", "caches", "regs",
					      "endpoints/ep0/atc",
					      "endpoints/ep0/non_snooped",
					      "misbehave/cmd_error" };
	static char buf[1 << 16];
	unsigned int i;
	struct mock m;
	uint64_t live;
	int status;
	pid_t pid;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	mock_sweep();
	ASSERT_EQ(0, mock_create(&m, MOCK_VTD, "kst"));
	ASSERT_EQ(0, mock_add_endpoint(&m, "ep0", 1));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		for (i = 0; i < 30; i++)
			if (mock_set_live(&m, true) || mock_set_live(&m, false))
				_exit(1);
		_exit(0);
	}
	while (waitpid(pid, &status, WNOHANG) != pid) {
		for (i = 0; i < ARRAY_SIZE(files); i++)
			mock_debugfs(&m, files[i], buf, sizeof(buf));
		mock_get(&m, "live", &live);
		mock_get_text(&m, "dev_name", buf, sizeof(buf));
		mock_ep_get_text(&m, "ep0", "vfio_name", buf, sizeof(buf));
		mock_ep_get_text(&m, "ep0", "dev_name", buf, sizeof(buf));
	}
	EXPECT_TRUE(WIFEXITED(status) && !WEXITSTATUS(status));
	EXPECT_EQ(0, mock_destroy(&m));
}

/* What debugfs shows is what there is */
TEST(looked_into)
{
	static char caches[1 << 16], regs[1 << 16];
	struct mock_stats st;
	struct rig rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&rig, NULL));
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 1));
	ASSERT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	ASSERT_EQ(0, mock_debugfs(&rig.mock, "caches", caches, sizeof(caches)));
	EXPECT_NE(NULL, strstr(caches, "aaaa0000"));
	ASSERT_EQ(0, mock_debugfs(&rig.mock, "regs", regs, sizeof(regs)));
	EXPECT_NE(NULL, strstr(regs, "GSTS"));
	EXPECT_NE(NULL, strstr(regs, "RTADDR"));
	ASSERT_EQ(0, dsi_invalidate_all(rig.iommufd, rig.nested));
	ASSERT_EQ(0, mock_debugfs(&rig.mock, "caches", caches, sizeof(caches)));
	/* A unit that reorders fetches what nobody has asked for */
	if (!mock_reorders())
		EXPECT_EQ(NULL, strstr(caches, "aaaa0000"));
	EXPECT_EQ(-EFAULT, rig_sees(&rig, 0, IOVA + SZ_1G, 1));
	ASSERT_EQ(0, mock_stats(&rig.mock, &st));
	EXPECT_EQ(2, st.translations);
	EXPECT_EQ(0, st.iotlb_hits);
	EXPECT_EQ(1, st.faults);
	EXPECT_LT(0, st.walk_refs);
	EXPECT_LT(0, st.invalidations);
	EXPECT_EQ(0, rig_down(&rig));
}

TEST_HARNESS_MAIN
