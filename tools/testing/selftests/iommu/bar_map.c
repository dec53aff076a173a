// SPDX-License-Identifier: GPL-2.0-only
/*
 * BARs that userspace maps, by the variant of vfio-pci that carries out each access: what
 * an access does, and what gets a signal or an errno
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"

/* The variant is UML's, and the instructions are those of x86-64 */
#ifdef __x86_64__

#define DRIVER		"iommu-mock-vfio-pci"
#define BAR_SIZE	0x800u
#define IOVA		0x0000066660000000ull
#define SIZE		0x1234u

FIXTURE(bar_map)
{
	struct rig rig;
	struct vdev *dev;
	volatile uint8_t *bar;
	uint64_t offset;
	uint64_t gpa;
};

FIXTURE_VARIANT(bar_map)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(bar_map, vtd)
{
};

FIXTURE_VARIANT_ADD(bar_map, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

static int region(struct vdev *dev, uint32_t index, struct vfio_region_info *info)
{
	*info = (struct vfio_region_info){ .argsz = sizeof(*info), .index = index };
	return dsi_ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, info);
}

FIXTURE_SETUP(bar_map)
{
	struct vfio_region_info info;
	struct rig *r = &self->rig;

	RIG_FUNCTIONS(r, &variant->cfg);
	ASSERT_EQ(0, mock_set_text(&r->mock, "ep0/driver_override", DRIVER));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	self->dev = &r->dev[0];
	self->gpa = guest_alloc(&r->guest, SZ_1M, PAGE_4K);
	ASSERT_NE(0, self->gpa);
	ASSERT_EQ(0, s1_map_range(&r->s1, IOVA, self->gpa, SZ_1M, S1_4K, S1_RW));

	ASSERT_EQ(0, region(self->dev, VFIO_PCI_BAR0_REGION_INDEX, &info));
	EXPECT_TRUE(info.flags & VFIO_REGION_INFO_FLAG_MMAP);
	ASSERT_EQ(PAGE_4K, info.size);
	self->offset = info.offset;
	self->bar = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 self->dev->fd, info.offset);
	ASSERT_NE(MAP_FAILED, self->bar);
}

FIXTURE_TEARDOWN(bar_map)
{
	if (self->bar && self->bar != MAP_FAILED)
		EXPECT_EQ(0, munmap((void *)self->bar, PAGE_4K));
	EXPECT_EQ(0, rig_down(&self->rig));
}

#define REG(self, type, off)	(*(volatile type *)((self)->bar + (off)))

/* A register by the file, which has nothing to do with the mapping */
static uint32_t by_file(FIXTURE_DATA(bar_map) *self, uint32_t off)
{
	uint32_t val;

	return pread(self->dev->fd, &val, sizeof(val), self->offset + off) ==
	       sizeof(val) ? val : 0xdeadbeef;
}

TEST_F(bar_map, sizes)
{
	const uint32_t src = MOCK_EP_LOWER_SRC_ADDR, dst = MOCK_EP_LOWER_DST_ADDR;

	REG(self, uint64_t, src) = 0x1122334455667788ull;
	EXPECT_EQ(0x55667788, by_file(self, src));
	EXPECT_EQ(0x11223344, by_file(self, src + 4));
	REG(self, uint16_t, src + 2) = 0xaabb;
	REG(self, uint8_t, src + 1) = 0xcc;
	EXPECT_EQ(0xaabbcc88, by_file(self, src));
	REG(self, uint32_t, dst) = 0x99887766;
	EXPECT_EQ(0x99887766, by_file(self, dst));

	EXPECT_EQ(0x11223344aabbcc88ull, REG(self, uint64_t, src));
	EXPECT_EQ(0xaabbcc88, REG(self, uint32_t, src));
	EXPECT_EQ(0xaabb, REG(self, uint16_t, src + 2));
	EXPECT_EQ(0xcc, REG(self, uint8_t, src + 1));
	EXPECT_EQ((int8_t)0xcc, REG(self, int8_t, src + 1));
	EXPECT_EQ((int16_t)0xaabb, REG(self, int16_t, src + 2));
	EXPECT_EQ((int64_t)(int32_t)0xaabbcc88, REG(self, int32_t, src));
	/* In the middle of two registers */
	EXPECT_EQ(0x3344aabb, REG(self, uint32_t, src + 2));
}

/* A write is a command: by nothing but the mapping */
TEST_F(bar_map, copy)
{
	uint8_t *mem = guest_ptr(&self->rig.guest, self->gpa);
	uint32_t cmd, i;

	cmd = vdev_config(self->dev, PCI_CFG_COMMAND, 2);
	ASSERT_EQ(0, vdev_set_config(self->dev, PCI_CFG_COMMAND, cmd | 6, 2));
	for (i = 0; i < 3; i++) {
		util_fill(mem, SIZE, 99 + i);
		memset(mem + 0x8000, 0, SIZE);
		REG(self, uint64_t, MOCK_EP_LOWER_SRC_ADDR) = IOVA;
		REG(self, uint64_t, MOCK_EP_LOWER_DST_ADDR) = IOVA + 0x8000;
		REG(self, uint32_t, MOCK_EP_SIZE) = SIZE;
		REG(self, uint32_t, MOCK_EP_IRQ_TYPE) = ~0u;
		REG(self, uint32_t, MOCK_EP_STATUS) = 0;
		/* The same value each time: that it is written is what counts */
		REG(self, uint32_t, MOCK_EP_COMMAND) = MOCK_EP_CMD_COPY;
		while (!REG(self, uint32_t, MOCK_EP_STATUS))
			;
		EXPECT_EQ(MOCK_EP_STS_COPY_SUCCESS, REG(self, uint32_t, MOCK_EP_STATUS));
		EXPECT_TRUE(util_is_fill(mem + 0x8000, SIZE, 99 + i));
	}
}

/* The signal that ends a process that does it, 0 for none */
static int ended_by(FIXTURE_DATA(bar_map) *self, void (*what)(volatile uint8_t *bar))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		what(self->bar);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void reads(volatile uint8_t *bar)
{
	(void)bar[0];
}

static void writes(volatile uint8_t *bar)
{
	bar[MOCK_EP_LOWER_SRC_ADDR] = 0;
}

static void reads_behind(volatile uint8_t *bar)
{
	(void)bar[BAR_SIZE];
}

static void reads_across_the_end(volatile uint8_t *bar)
{
	(void)*(volatile uint32_t *)(bar + BAR_SIZE - 2);
}

static void reads_a_vector(volatile uint8_t *bar)
{
	asm volatile("movups (%0), %%xmm0" : : "r"(bar) : "memory", "xmm0");
}

static void copies_a_string(volatile uint8_t *bar)
{
	uint8_t buf[16];
	const volatile void *from = bar;
	void *to = buf;
	size_t n = sizeof(buf);

	asm volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(n) : : "memory");
}

static void adds(volatile uint8_t *bar)
{
	asm volatile("lock addl $1, (%0)" : : "r"(bar) : "memory");
}

static void runs(volatile uint8_t *bar)
{
	((void (*)(void))(uintptr_t)bar)();
}

/* An instruction whose first bytes are in memory, and the others in a mapped BAR */
static void runs_into(volatile uint8_t *bar)
{
	static const uint8_t mov[] = { 0x8b, 0x87 };	/* mov ...(%rdi),%eax */
	uint8_t *page = mmap(NULL, 2 * PAGE_4K, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED ||
	    mremap((void *)bar, PAGE_4K, PAGE_4K, MREMAP_MAYMOVE | MREMAP_FIXED,
		   page + PAGE_4K) == MAP_FAILED)
		_exit(1);
	memcpy(page + PAGE_4K - sizeof(mov), mov, sizeof(mov));
	((void (*)(void *))(uintptr_t)(page + PAGE_4K - sizeof(mov)))(page + PAGE_4K);
}

TEST_F(bar_map, signals)
{
	uint32_t cmd = vdev_config(self->dev, PCI_CFG_COMMAND, 2);

	/* A child has the mapping, too */
	EXPECT_EQ(0, ended_by(self, reads));
	EXPECT_EQ(0, ended_by(self, writes));
	EXPECT_EQ(SIGBUS, ended_by(self, reads_behind));
	EXPECT_EQ(SIGBUS, ended_by(self, reads_across_the_end));
	EXPECT_EQ(SIGBUS, ended_by(self, reads_a_vector));
	EXPECT_EQ(SIGBUS, ended_by(self, copies_a_string));
	EXPECT_EQ(SIGBUS, ended_by(self, adds));
	EXPECT_EQ(SIGBUS, ended_by(self, runs));
	EXPECT_EQ(SIGBUS, ended_by(self, runs_into));
	/* And while memory decoding is off */
	ASSERT_EQ(0, vdev_set_config(self->dev, PCI_CFG_COMMAND, cmd & ~2, 2));
	EXPECT_EQ(SIGBUS, ended_by(self, reads));
	EXPECT_EQ(SIGBUS, ended_by(self, writes));
	ASSERT_EQ(0, vdev_set_config(self->dev, PCI_CFG_COMMAND, cmd | 2, 2));
	EXPECT_EQ(0, ended_by(self, reads));
	/* Who may only read it */
	ASSERT_EQ(0, mprotect((void *)self->bar, PAGE_4K, PROT_READ));
	EXPECT_EQ(0, ended_by(self, reads));
	EXPECT_EQ(SIGSEGV, ended_by(self, writes));
}

/*
 * read(), and behind it an instruction that accesses where it was to read to: that is
 * not what the system call does
 */
static long read_then_load(int fd, volatile uint8_t *to, uint32_t *val)
{
	register volatile uint8_t *rsi asm("rsi") = to;
	register long rax asm("rax") = 0;
	register long rdx asm("rdx") = 4;
	register int rdi asm("rdi") = fd;

	asm volatile("syscall\n\t"
		     "movl (%%rsi), %%edx"
		     : "+r"(rax), "+r"(rdx)
		     : "r"(rdi), "r"(rsi)
		     : "rcx", "r11", "memory");
	*val = rdx;
	return rax;
}

TEST_F(bar_map, system_calls)
{
	struct iommu_ioas_map map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE |
			 IOMMU_IOAS_MAP_FIXED_IOVA,
		.ioas_id = self->rig.ioas,
		.user_va = (uintptr_t)self->bar,
		.length = PAGE_4K,
		.iova = 0x7ffff000,
	};
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	int pipes[2];
	uint32_t val;

	ASSERT_LE(0, zero);
	ASSERT_EQ(0, pipe(pipes));
	REG(self, uint32_t, MOCK_EP_LOWER_SRC_ADDR) = 0x600df00d;
	EXPECT_EQ(-1, read(zero, (void *)self->bar, 4));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, write(pipes[1], (void *)self->bar, 4));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-EFAULT, read_then_load(zero, self->bar + MOCK_EP_LOWER_SRC_ADDR, &val));
	EXPECT_EQ(0x600df00d, val);
	EXPECT_EQ(-EFAULT, dsi_ioctl(self->rig.iommufd, IOMMU_IOAS_MAP, &map));
	EXPECT_EQ(0x600df00d, by_file(self, MOCK_EP_LOWER_SRC_ADDR));
	close(pipes[0]);
	close(pipes[1]);
	close(zero);
}

/* What is no memory space, what is VFIO's own, and what is more than there is */
TEST_F(bar_map, others)
{
	struct vfio_region_info info;
	uint32_t i;

	for (i = 1; i <= VFIO_PCI_CONFIG_REGION_INDEX; i++) {
		ASSERT_EQ(0, region(self->dev, i, &info));
		EXPECT_FALSE(info.flags & VFIO_REGION_INFO_FLAG_MMAP);
		EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE_4K, PROT_READ, MAP_SHARED,
					   self->dev->fd, info.offset));
	}
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE_4K, PROT_READ, MAP_PRIVATE, self->dev->fd,
				   self->offset));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 2 * PAGE_4K, PROT_READ, MAP_SHARED,
				   self->dev->fd, self->offset));
}

TEST_HARNESS_MAIN

#else

int main(void)
{
	printf("TAP version 13\n1..0 # SKIP there is no such driver on this architecture\n");
	return KSFT_SKIP;
}

#endif
