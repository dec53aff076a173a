// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver costs its users: mapping and unmapping, attaching, a disk
 *
 * usage: bench disk | process [-i]
 *
 * Prints a line for each series: its name, how many operations, and the mean,
 * the median and the least of what one took, in ns.
 *
 * With -i the clock is one that counts instructions (-icount shift=0 of QEMU),
 * and so the result. Such a clock goes on while the processor waits, by as much
 * as it likes. So that it never waits, a process of the least priority does
 * nothing but count. One turn of its loop is the same few instructions each
 * time, and the turns during an operation are subtracted from it: what is left
 * is what the processor did for the operation, interrupts included, wherever
 * they came. It does more for one that waited than for one that was done at
 * once, and which of these a disk's is depends on the host: the least is of the
 * latter.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "hw.h"
#include "stats.h"

#define DISK		"/dev/nvme0n1"
#define IOVA		0x1000000000ull
#define ATTACH_ROUNDS	400u
#define DISK_ROUNDS	1000u

/* Operations in front that are not counted, one in so many */
#define WARM_UP		8u

static void die(const char *what, int rc)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(-rc));
	exit(1);
}

/* Where the process that fills the time counts; NULL if there is none */
static atomic_uint_fast64_t *turns;
static uint64_t turn_cost;

static uint64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static uint64_t load(const atomic_uint_fast64_t *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

/* What has passed, but for the turns */
static uint64_t now(void)
{
	uint64_t t = clock_now();

	return turns ? t - load(turns) * turn_cost : t;
}

/* One function for all, so that a turn is the same for all */
static __attribute__((noipa)) void count_turns(atomic_uint_fast64_t *count,
					       uint64_t nr)
{
	while (nr--)
		atomic_store_explicit(count, load(count) + 1,
				      memory_order_relaxed);
}

/* The tick is in between, but many turns hide it */
static uint64_t measure_turn(atomic_uint_fast64_t *count)
{
	const uint64_t nr = 1000000;
	uint64_t start = clock_now();

	count_turns(count, nr);
	return (clock_now() - start + nr / 2) / nr;
}

static pid_t fill_time(void)
{
	const struct sched_param param = {};
	atomic_uint_fast64_t *count;
	pid_t pid, parent = getpid();

	count = mmap(NULL, PAGE_4K, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count == MAP_FAILED)
		die("memory", -errno);
	turn_cost = measure_turn(count);
	pid = fork();
	if (pid < 0)
		die("fork", -errno);
	if (!pid) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent ||
		    sched_setscheduler(0, SCHED_IDLE, &param))
			die("a process of the least priority", -errno);
		count_turns(count, UINT64_MAX);
	}
	turns = count;
	return pid;
}

/**
 * struct series - operations of one kind
 * @name: which
 * @nr: how many so far
 * @max: how many there will be
 * @took: what each took
 */
struct series {
	const char *name;
	unsigned int nr;
	unsigned int max;
	double *took;
};

static void series_begin(struct series *s, const char *name, unsigned int max)
{
	*s = (struct series) {
		.name = name,
		.max = max,
		.took = calloc(max, sizeof(*s->took)),
	};
	if (!s->took)
		die("memory", -ENOMEM);
}

static void series_add(struct series *s, uint64_t took)
{
	s->took[s->nr++] = took;
}

static void series_end(struct series *s)
{
	unsigned int skip = s->max / WARM_UP;
	struct stats st = stats_of(s->took + skip, s->max - skip);

	printf("%s\t%u\t%.0f\t%.0f\t%.0f\n", s->name, st.n, st.mean, st.median,
	       st.min);
	fflush(stdout);
	free(s->took);
}

/* A process's memory, mapped and unmapped in pieces */
static void map_unmap(struct hw *hw, uint32_t ioas, const char *map_name,
		      const char *unmap_name, uint64_t size,
		      unsigned int rounds)
{
	struct series map, unmap;
	uint64_t start;
	unsigned int i;
	int rc;

	series_begin(&map, map_name, rounds);
	series_begin(&unmap, unmap_name, rounds);
	for (i = 0; i < rounds; i++) {
		start = now();
		rc = dsi_ioas_map(hw->iommufd, ioas, hw->ram.va, size, IOVA,
				  DSI_RW);
		series_add(&map, now() - start);
		if (rc)
			die("map", rc);
		start = now();
		rc = dsi_ioas_unmap(hw->iommufd, ioas, IOVA, size);
		series_add(&unmap, now() - start);
		if (rc)
			die("unmap", rc);
	}
	series_end(&map);
	series_end(&unmap);
}

static void replace_and_attach(struct hw *hw, uint32_t ioas[2])
{
	struct vdev *v = &hw->func[0].v;
	struct series s;
	uint64_t start;
	unsigned int i;
	int rc;

	series_begin(&s, "replace", ATTACH_ROUNDS);
	for (i = 0; i < ATTACH_ROUNDS; i++) {
		start = now();
		rc = vdev_attach_id(v, ioas[i % 2]);
		series_add(&s, now() - start);
		if (rc)
			die("replace", rc);
	}
	series_end(&s);

	series_begin(&s, "detach and attach", ATTACH_ROUNDS);
	for (i = 0; i < ATTACH_ROUNDS; i++) {
		start = now();
		rc = vdev_detach(v);
		if (!rc)
			rc = vdev_attach_id(v, ioas[0]);
		series_add(&s, now() - start);
		if (rc)
			die("attach", rc);
	}
	series_end(&s);
}

static int bench_process(void)
{
	uint32_t ioas[2];
	struct hw hw;
	int i, rc;

	rc = hw_open_2m(&hw);
	if (rc)
		die("no devices", rc);
	memset(hw.ram.va, 1, hw.ram.size);
	for (i = 0; i < 2; i++) {
		uint32_t pt;

		rc = dsi_ioas_alloc(hw.iommufd, &ioas[i]);
		if (rc)
			die("IOAS", rc);
		/* Domains for good, so that none is made in what is measured */
		pt = ioas[i];
		rc = dsi_hwpt_paging(hw.iommufd, hw.func[0].v.id, pt, 0,
				     &ioas[i]);
		if (rc)
			die("HWPT", rc);
		rc = vdev_attach_id(&hw.func[i].v, ioas[i]);
		if (rc)
			die("attach", rc);
		if (!i) {
			map_unmap(&hw, pt, "map 4K", "unmap 4K", PAGE_4K, 1600);
			map_unmap(&hw, pt, "map 64K", "unmap 64K", SZ_64K, 1600);
			map_unmap(&hw, pt, "map 2M", "unmap 2M", SZ_2M, 160);
			map_unmap(&hw, pt, "map 8M", "unmap 8M", 8 * SZ_1M, 40);
		}
	}
	replace_and_attach(&hw, ioas);
	hw_close(&hw);
	return 0;
}

static void disk_io(int fd, void *buf, const char *name, size_t size,
		    bool write)
{
	uint64_t state = 1, start, max = 32 * SZ_1M / size;
	struct series s;
	unsigned int i;
	ssize_t n;

	series_begin(&s, name, DISK_ROUNDS);
	for (i = 0; i < DISK_ROUNDS; i++) {
		off_t off = util_random(&state) % max * size;

		start = now();
		n = write ? pwrite(fd, buf, size, off) :
			    pread(fd, buf, size, off);
		series_add(&s, now() - start);
		if (n != (ssize_t)size)
			die("disk", n < 0 ? -errno : -EIO);
	}
	series_end(&s);
}

static int bench_disk(void)
{
	struct guest ram;
	int fd, i, rc;

	for (i = 0; i < 300 && access(DISK, F_OK); i++)
		usleep(100000);
	fd = open(DISK, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		die(DISK, -errno);
	/* In pieces or in one, more is to be mapped or less */
	rc = guest_create_2m(&ram, HW_GPA, SZ_2M);
	if (rc)
		die("memory", rc);
	memset(ram.va, 1, SZ_2M);
	disk_io(fd, ram.va, "disk read 4K", PAGE_4K, false);
	disk_io(fd, ram.va, "disk write 4K", PAGE_4K, true);
	disk_io(fd, ram.va, "disk read 64K", SZ_64K, false);
	disk_io(fd, ram.va, "disk write 64K", SZ_64K, true);
	guest_destroy(&ram);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	bool count = argc == 3 && !strcmp(argv[2], "-i");
	pid_t filler = 0;
	int rc = 2;

	if (argc != 2 + count) {
		fprintf(stderr, "usage: bench disk | process [-i]\n");
		return 2;
	}
	if (count)
		filler = fill_time();
	if (!strcmp(argv[1], "disk"))
		rc = bench_disk();
	else if (!strcmp(argv[1], "process"))
		rc = bench_process();
	if (filler)
		kill(filler, SIGKILL);
	return rc;
}
