// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers at a physical address: what the processor finds there while the unit is
 * there, by accesses of every kind, and what after it has gone
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "harness.h"

#define IOVA		0x0000022220000000ull
#define WINDOW		"/sys/kernel/debug/iommu_mock_mmio"
#define DEVICE_TREE	"/sys/firmware/devicetree/base"
#define NR_SLOTS	32
#define SLOT_SIZE	(16 * SZ_1M)

#define VTD_FEDATA	0x3c
#define SMMU_IRQ_CTRL	0x50
#define SMMU_STRTAB	0x80
#define SMMU_EVTQ_PROD	0x100a8

FIXTURE(mmio)
{
	struct rig rig;
	int mem;
};

FIXTURE_VARIANT(mmio)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(mmio, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(mmio, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(mmio)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	self->mem = open(WINDOW "/mem", O_RDWR | O_CLOEXEC);
	if (self->mem < 0 && errno == ENOENT)
		SKIP(return, "this kernel has no MMIO for mock hardware");
	ASSERT_LE(0, self->mem);
	mock_sweep();
}

FIXTURE_TEARDOWN(mmio)
{
	if (self->mem >= 0)
		close(self->mem);
}

/* One access of the processor's. Only 8 bytes can be all-ones in all of *@val */
static int load(int mem, uint64_t addr, unsigned int bytes, uint64_t *val)
{
	*val = 0;
	return pread(mem, val, bytes, addr) == (ssize_t)bytes ? 0 : -errno;
}

static int store(int mem, uint64_t addr, unsigned int bytes, uint64_t val)
{
	return pwrite(mem, &val, bytes, addr) == (ssize_t)bytes ? 0 : -errno;
}

/* For what cannot go wrong; a value that no test expects if it does */
static uint64_t at(int mem, uint64_t addr, unsigned int bytes)
{
	uint64_t val;

	return load(mem, addr, bytes, &val) ? 0xbadbadbadbadbad : val;
}

static uint64_t ones(unsigned int bytes)
{
	return ~0ull >> (64 - 8 * bytes);
}

/**
 * struct place - where the registers of a unit are, by /proc/iomem
 * @addr: first address
 * @size: bytes of them
 * @lines: how often the unit's name is there: the resource, and what its driver
 *	has of it
 */
struct place {
	uint64_t addr;
	uint64_t size;
	unsigned int lines;
};

/* 0, or -ENOENT if they are nowhere */
static int find(const struct mock *m, struct place *place)
{
	char name[64], line[256], *owner;
	uint64_t start, end;
	FILE *f;

	*place = (struct place){};
	if (mock_get_text(m, "dev_name", name, sizeof(name)))
		return -EIO;
	f = fopen("/proc/iomem", "r");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		owner = strstr(line, " : ");
		if (!owner || strcmp(owner + 3, name) ||
		    sscanf(line, " %" SCNx64 "-%" SCNx64, &start, &end) != 2)
			continue;
		if (!place->lines++) {
			place->addr = start;
			place->size = end - start + 1;
		}
	}
	fclose(f);
	return place->lines ? 0 : -ENOENT;
}

/* What the first register says who it is: VER, or IDR0 */
static uint64_t identity(const struct mock *m)
{
	uint64_t val;

	return mock_get(m, m->type == MOCK_VTD ? "ver" : "idr0", &val) ?
	       0xbadbadbadbadbad : val;
}

static int use(struct rig *r, const struct rig_config *cfg)
{
	int rc = rig_up(r, cfg);

	if (!rc && !rig_page(r, &r->s1, IOVA, 1))
		rc = -ENOMEM;
	return rc ?: rig_sees(r, 0, IOVA, 1);
}

/* A line of the list of slots that begins with @addr, or an empty string */
static void slot_line(uint64_t addr, char *line, size_t size)
{
	char start[32];
	FILE *f = fopen(WINDOW "/slots", "r");

	snprintf(start, sizeof(start), "%#" PRIx64 " ", addr);
	while (f && fgets(line, size, f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, start, strlen(start))) {
			fclose(f);
			return;
		}
	}
	if (f)
		fclose(f);
	*line = '\0';
}

/* What the driver drives the unit by is what anybody finds there */
TEST_F(mmio, at_an_address)
{
	struct rig *r = &self->rig;
	char name[64], expected[160], line[160];
	struct place place;
	uint64_t id;

	ASSERT_EQ(0, use(r, &variant->cfg));
	ASSERT_EQ(0, find(&r->mock, &place));
	EXPECT_EQ(0, place.addr % SLOT_SIZE);
	EXPECT_EQ(variant->cfg.type == MOCK_VTD ? 0x1000 : 0x20000, place.size);
	/* The driver has claimed them: for SMMUv3 the two pages, each by itself */
	EXPECT_EQ(variant->cfg.type == MOCK_VTD ? 2 : 3, place.lines);
	id = identity(&r->mock);
	EXPECT_EQ(id, at(self->mem, place.addr, 4));

	ASSERT_EQ(0, mock_get_text(&r->mock, "dev_name", name, sizeof(name)));
	snprintf(expected, sizeof(expected), "%#" PRIx64 " %s, mapped 1 times",
		 place.addr, name);
	slot_line(place.addr, line, sizeof(line));
	EXPECT_STREQ(expected, line);

	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, rig_down(r));
	slot_line(place.addr, line, sizeof(line));
	EXPECT_STREQ("", line);
}

/* The device tree says the same as the resource */
TEST_F(mmio, device_tree)
{
	struct rig *r = &self->rig;
	char name[64], path[256];
	uint8_t reg[17];
	struct place place;
	uint64_t addr = 0, size = 0;
	unsigned int i;
	int fd;

	if (variant->cfg.type == MOCK_VTD)
		SKIP(return, "VT-d is not described there");
	ASSERT_EQ(0, use(r, &variant->cfg));
	ASSERT_EQ(0, find(&r->mock, &place));
	ASSERT_EQ(0, mock_get_text(&r->mock, "dev_name", name, sizeof(name)));
	snprintf(path, sizeof(path), DEVICE_TREE "/iommu-mock-%s/iommu@%" PRIx64 "/reg",
		 strrchr(name, '.') + 1, place.addr);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(16, read(fd, reg, sizeof(reg)));
	close(fd);
	for (i = 0; i < 8; i++) {
		addr = addr << 8 | reg[i];
		size = size << 8 | reg[8 + i];
	}
	EXPECT_EQ(place.addr, addr);
	EXPECT_EQ(place.size, size);
	ASSERT_EQ(0, rig_down(r));
}

/* A register is read as a whole, a wide one in halves too, and no other way */
TEST_F(mmio, reads_of_every_size)
{
	struct rig *r = &self->rig;
	const bool vtd = variant->cfg.type == MOCK_VTD;
	const uint32_t wide = vtd ? 0x08 : SMMU_STRTAB;
	struct place place;
	unsigned int bytes, off;
	uint64_t val;
	int mem = self->mem;

	ASSERT_EQ(0, use(r, &variant->cfg));
	ASSERT_EQ(0, find(&r->mock, &place));
	val = at(mem, place.addr + wide, 8);
	EXPECT_NE(0, val);
	EXPECT_NE(ones(8), val);
	EXPECT_EQ(val & ones(4), at(mem, place.addr + wide, 4));
	EXPECT_EQ(val >> 32, at(mem, place.addr + wide + 4, 4));
	if (vtd) {
		uint64_t cap;

		ASSERT_EQ(0, mock_get(&r->mock, "cap", &cap));
		EXPECT_EQ(cap, val);
	} else {
		/* Two registers of 32 bits are not one of 64 */
		EXPECT_EQ(0, at(mem, place.addr, 8));
	}

	for (off = 0; off < 16; off++) {
		EXPECT_EQ(0, at(mem, place.addr + wide + off, 1));
		if (off < 15)
			EXPECT_EQ(0, at(mem, place.addr + wide + off, 2));
		if (off % 4)
			EXPECT_EQ(0, at(mem, place.addr + wide + off, 4));
		if (off % 8)
			EXPECT_EQ(0, at(mem, place.addr + wide + off, 8));
	}

	/* Nothing answers behind them, nor where an access ends behind them */
	for (bytes = 1; bytes <= 8; bytes *= 2) {
		EXPECT_EQ(ones(bytes), at(mem, place.addr + place.size, bytes));
		EXPECT_EQ(ones(bytes), at(mem, place.addr + SLOT_SIZE - bytes, bytes));
		if (bytes > 1)
			EXPECT_EQ(ones(bytes), at(mem, place.addr + place.size - 1, bytes));
	}
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, rig_down(r));
}

/* A write that the architecture does not know changes nothing */
TEST_F(mmio, writes_of_every_size)
{
	struct rig *r = &self->rig;
	const bool vtd = variant->cfg.type == MOCK_VTD;
	struct place place;
	unsigned int off;
	uint64_t reg, was, other;
	int mem = self->mem;

	ASSERT_EQ(0, use(r, &variant->cfg));
	ASSERT_EQ(0, find(&r->mock, &place));
	reg = place.addr + (vtd ? VTD_FEDATA : SMMU_IRQ_CTRL);
	was = at(mem, reg, 4);
	ASSERT_NE(0, was);
	other = vtd ? was ^ 0xffff : 0;
	for (off = 0; off < 4; off++) {
		EXPECT_EQ(0, store(mem, reg + off, 1, 0));
		EXPECT_EQ(0, store(mem, reg + off, 2, 0));
		if (off)
			EXPECT_EQ(0, store(mem, reg + off, 4, 0));
		EXPECT_EQ(0, store(mem, reg + off - (vtd ? 3 : 2), 8, 0));
		EXPECT_EQ(was, at(mem, reg, 4));
	}
	if (!vtd) {
		EXPECT_EQ(0, store(mem, reg, 8, 0));
		EXPECT_EQ(was, at(mem, reg, 4));
	}
	/* It would have been seen */
	EXPECT_EQ(0, store(mem, reg, 4, other));
	EXPECT_EQ(other, at(mem, reg, 4));
	EXPECT_EQ(0, store(mem, reg, 4, was));
	EXPECT_EQ(was, at(mem, reg, 4));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, rig_down(r));
}

/* The unit goes; another one, of the other vendor, comes to the same place */
TEST_F(mmio, gone_and_reused)
{
	const struct rig_config other = {
		.type = variant->cfg.type == MOCK_VTD ? MOCK_SMMUV3 : MOCK_VTD,
	};
	struct rig *r = &self->rig;
	struct place first, place;
	uint64_t id, off;
	unsigned int round, bytes;
	int mem = self->mem;

	for (round = 0; round < 4; round++) {
		ASSERT_EQ(0, use(r, round & 1 ? &other : &variant->cfg));
		ASSERT_EQ(0, find(&r->mock, &place));
		if (!round)
			first = place;
		EXPECT_EQ(first.addr, place.addr);
		id = identity(&r->mock);
		EXPECT_EQ(id, at(mem, place.addr, 4));

		/* With all that was made for it */
		vdev_close(&r->dev[0]);
		close(r->iommufd);
		r->iommufd = -1;
		ASSERT_EQ(0, mock_set_live(&r->mock, false));
		EXPECT_EQ(-ENOENT, find(&r->mock, &(struct place){}));
		for (bytes = 1; bytes <= 8; bytes *= 2) {
			for (off = 0; off < place.size; off += 0x1000) {
				EXPECT_EQ(ones(bytes), at(mem, place.addr + off, bytes));
				EXPECT_EQ(0, store(mem, place.addr + off, bytes, 0));
				EXPECT_EQ(ones(bytes), at(mem, place.addr + off, bytes));
			}
		}
		/* Nothing of what was written has reached it */
		ASSERT_EQ(0, mock_set_live(&r->mock, true));
		ASSERT_EQ(0, find(&r->mock, &place));
		EXPECT_EQ(first.addr, place.addr);
		EXPECT_EQ(id, at(mem, place.addr, 4));
		ASSERT_EQ(0, rig_down(r));
		EXPECT_EQ(ones(4), at(mem, place.addr, 4));
	}
}

/* Reads by somebody who does not know that the unit comes and goes: 1 if one is wrong */
static int read_on(int mem, uint64_t start, uint64_t id, unsigned int *seen)
{
	unsigned int slot, i;
	uint64_t val;

	for (i = 0; i < 500; i++) {
		/* While one is mapped, the unit may come to the other */
		for (slot = 0; slot < 2; slot++) {
			if (load(mem, start + slot * SLOT_SIZE, 4, &val))
				return 1;
			if (val == id)
				*seen |= 1;
			else if (val == ones(4))
				*seen |= 2;
			else
				return 1;
		}
	}
	return 0;
}

TEST_F(mmio, races)
{
	struct rig *r = &self->rig;
	struct place place;
	unsigned int i, seen = 0;
	uint64_t id;
	pid_t pid;
	int status;

	ASSERT_EQ(0, rig_mock(r, &variant->cfg));
	ASSERT_EQ(0, mock_set_live(&r->mock, true));
	ASSERT_EQ(0, find(&r->mock, &place));
	id = identity(&r->mock);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		for (i = 0; i < 100000 && !read_on(self->mem, place.addr, id, &seen); i++)
			if (seen == 3)
				_exit(0);
		_exit(seen == 3 ? 0 : 1);
	}
	for (i = 0; i < 40 || !waitpid(pid, &status, WNOHANG); i++) {
		ASSERT_GT(100000, i);
		ASSERT_EQ(0, mock_set_live(&r->mock, false));
		ASSERT_EQ(0, mock_set_live(&r->mock, true));
		ASSERT_EQ(0, find(&r->mock, &place));
		EXPECT_EQ(id, at(self->mem, place.addr, 4));
	}
	EXPECT_TRUE(WIFEXITED(status) && !WEXITSTATUS(status));
	ASSERT_EQ(0, rig_down(r));
}

/* Is there such a line in the log, of those that came since @log was opened? */
static unsigned int log_lines(int log, const char *text)
{
	char line[1024];
	unsigned int found = 0;
	ssize_t n;

	while ((n = read(log, line, sizeof(line) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		if (n < 0)
			continue;
		line[n] = '\0';
		found += !!strstr(line, text);
	}
	return found;
}

/* One unit too many is refused with a reason, and takes nobody's place */
TEST_F(mmio, full)
{
	static struct mock m[NR_SLOTS + 1];
	struct place place;
	char prefix[16];
	uint64_t live;
	unsigned int i;
	int log;

	log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, log);
	lseek(log, 0, SEEK_END);
	for (i = 0; i <= NR_SLOTS; i++) {
		snprintf(prefix, sizeof(prefix), "kst%u", i);
		ASSERT_EQ(0, mock_create(&m[i], i & 1 ? MOCK_VTD : variant->cfg.type, prefix));
		/* BARs of functions would want a slot, too */
		ASSERT_EQ(0, mock_set_text(&m[i], "bus", "platform"));
		ASSERT_EQ(i < NR_SLOTS ? 0 : -ENOSPC, mock_set_live(&m[i], true));
	}
	EXPECT_EQ(1, log_lines(log, "no slot of the window is left for"));
	ASSERT_EQ(0, mock_get(&m[NR_SLOTS], "live", &live));
	EXPECT_EQ(0, live);
	EXPECT_EQ(-ENOENT, find(&m[NR_SLOTS], &place));
	/* All others have a place of their own, and are who they are */
	for (i = 0; i < NR_SLOTS; i++) {
		ASSERT_EQ(0, find(&m[i], &place));
		EXPECT_EQ(identity(&m[i]), at(self->mem, place.addr, 4));
	}
	ASSERT_EQ(0, mock_set_live(&m[7], false));
	ASSERT_EQ(0, mock_set_live(&m[NR_SLOTS], true));
	EXPECT_EQ(-ENOSPC, mock_set_live(&m[7], true));
	for (i = 0; i <= NR_SLOTS; i++)
		EXPECT_EQ(0, mock_destroy(&m[i]));
	EXPECT_EQ(1, log_lines(log, "no slot of the window is left for"));
	close(log);
}

/* Functions want a slot for their BARs: with one left only, a unit gives it back */
TEST_F(mmio, no_slot_for_functions)
{
	static struct mock m[NR_SLOTS + 1];
	char prefix[16];
	unsigned int i;
	int log, rc;

	ASSERT_EQ(0, rig_down(&self->rig));
	log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, log);
	lseek(log, 0, SEEK_END);
	for (i = 0; i < NR_SLOTS - 1; i++) {
		snprintf(prefix, sizeof(prefix), "kst%u", i);
		ASSERT_EQ(0, mock_create(&m[i], variant->cfg.type, prefix));
		ASSERT_EQ(0, mock_set_text(&m[i], "bus", "platform"));
		ASSERT_EQ(0, mock_set_live(&m[i], true));
	}
	ASSERT_EQ(0, mock_create(&m[i], variant->cfg.type, "kst-pci"));
	ASSERT_EQ(0, mock_add_endpoint(&m[i], "ep0", RIG_SID(0)));
	rc = mock_set_text(&m[i], "bus", "pci");
	if (!rc) {
		EXPECT_EQ(-ENOSPC, mock_set_live(&m[i], true));
		EXPECT_EQ(1, log_lines(log, "no slot of the window is left for BARs"));
		EXPECT_EQ(-ENOSPC, mock_set_live(&m[i], true));
		ASSERT_EQ(0, mock_set_live(&m[3], false));
		EXPECT_EQ(0, mock_set_live(&m[i], true));
		EXPECT_EQ(-ENOSPC, mock_set_live(&m[3], true));
		ASSERT_EQ(0, mock_set_live(&m[i], false));
		EXPECT_EQ(0, mock_set_live(&m[3], true));
		ASSERT_EQ(0, mock_set_text(&m[i], "bus", "platform"));
	}
	EXPECT_EQ(0, mock_set_live(&m[i], true));
	for (i = 0; i < NR_SLOTS; i++)
		EXPECT_EQ(0, mock_destroy(&m[i]));
	close(log);
	if (rc)
		SKIP(return, "this kernel has no PCI for mock hardware");
}

/* What cannot be one access of a processor's to the window */
TEST_F(mmio, no_such_access)
{
	struct rig *r = &self->rig;
	/* The last page below the kernel's is nobody's */
	uint8_t bytes[16] = {}, *nowhere = (uint8_t *)-4096;
	struct place place;
	uint64_t end;

	ASSERT_EQ(0, rig_mock(r, &variant->cfg));
	ASSERT_EQ(0, mock_set_live(&r->mock, true));
	ASSERT_EQ(0, find(&r->mock, &place));
	end = place.addr + NR_SLOTS * SLOT_SIZE;
	EXPECT_EQ(-1, pread(self->mem, bytes, 3, place.addr));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, pread(self->mem, bytes, 16, place.addr));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, pwrite(self->mem, bytes, 5, place.addr));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, pwrite(self->mem, bytes, 0, place.addr));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, pread(self->mem, bytes, 4, place.addr - 4));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-1, pread(self->mem, bytes, 4, end));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-1, pread(self->mem, bytes, 8, place.addr + SLOT_SIZE - 4));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-1, pread(self->mem, bytes, 1, 0));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-1, pread(self->mem, bytes, 1, INT64_MAX - 8));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-1, pread(self->mem, nowhere, 4, place.addr));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, pwrite(self->mem, nowhere, 4, place.addr));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(identity(&r->mock), at(self->mem, place.addr, 4));
	ASSERT_EQ(0, rig_down(r));
}

/* The kernel keeps what it was told of the window, so that must not go */
TEST(stays)
{
	if (access(WINDOW, F_OK))
		SKIP(return, "this kernel has no MMIO for mock hardware");
	EXPECT_EQ(-1, syscall(SYS_delete_module, "iommu_mock_mmio", O_NONBLOCK));
	EXPECT_EQ(0, access(WINDOW "/mem", F_OK));
}

FIXTURE(no_mmio)
{
	struct rig rig;
};

FIXTURE_VARIANT(no_mmio)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(no_mmio, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(no_mmio, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(no_mmio)
{
	if (!access(WINDOW, F_OK))
		SKIP(return, "this kernel has MMIO for mock hardware");
	RIG_UP(&self->rig, &variant->cfg);
}

FIXTURE_TEARDOWN(no_mmio)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* A unit is at no address, and works all the same */
TEST_F(no_mmio, works)
{
	struct rig *r = &self->rig;
	struct place place;

	EXPECT_EQ(-ENOENT, find(&r->mock, &place));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

TEST_HARNESS_MAIN
