// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver costs its users: mapping and unmapping, attaching, a disk
 *
 * usage: bench disk | process
 *
 * Prints a line for each series: its name, how many operations, and the time of
 * one in ns. On a machine whose clock counts instructions (-icount shift=0 of
 * QEMU) that is instructions, unless the processor waits, as it does for a disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hw.h"

#define DISK		"/dev/nvme0n1"
#define IOVA		0x1000000000ull
#define MAP_ROUNDS	400u
#define ATTACH_ROUNDS	100u
#define DISK_ROUNDS	2000u

static void die(const char *what, int rc)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(-rc));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void line(const char *name, unsigned int rounds, uint64_t ns)
{
	printf("%s\t%u\t%llu\n", name, rounds,
	       (unsigned long long)(ns / rounds));
	fflush(stdout);
}

/* A process's memory, mapped and unmapped in pieces of @size */
static void map_unmap(struct hw *hw, uint32_t ioas, const char *name,
		      uint64_t size)
{
	uint64_t start, mapped = 0, unmapped = 0;
	char text[64];
	unsigned int i;
	int rc;

	for (i = 0; i < MAP_ROUNDS; i++) {
		start = now();
		rc = vmm_ioas_map(hw->iommufd, ioas, hw->ram.va, size, IOVA,
				  VMM_RW);
		mapped += now() - start;
		if (rc)
			die("map", rc);
		start = now();
		rc = vmm_ioas_unmap(hw->iommufd, ioas, IOVA, size);
		unmapped += now() - start;
		if (rc)
			die("unmap", rc);
	}
	snprintf(text, sizeof(text), "map %s", name);
	line(text, MAP_ROUNDS, mapped);
	snprintf(text, sizeof(text), "unmap %s", name);
	line(text, MAP_ROUNDS, unmapped);
}

static void replace_and_attach(struct hw *hw, uint32_t ioas[2])
{
	struct vdev *v = &hw->func[0].v;
	uint64_t start = now();
	unsigned int i;
	int rc;

	for (i = 0; i < ATTACH_ROUNDS; i++) {
		rc = vdev_attach_id(v, ioas[i % 2]);
		if (rc)
			die("replace", rc);
	}
	line("replace", ATTACH_ROUNDS, now() - start);

	start = now();
	for (i = 0; i < ATTACH_ROUNDS; i++) {
		rc = vdev_detach(v);
		if (!rc)
			rc = vdev_attach_id(v, ioas[0]);
		if (rc)
			die("attach", rc);
	}
	line("detach and attach", ATTACH_ROUNDS, now() - start);
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

		rc = vmm_ioas_alloc(hw.iommufd, &ioas[i]);
		if (rc)
			die("IOAS", rc);
		/* Domains for good, so that none is made in what is measured */
		pt = ioas[i];
		rc = vmm_hwpt_paging(hw.iommufd, hw.func[0].v.id, pt, 0,
				     &ioas[i]);
		if (rc)
			die("HWPT", rc);
		rc = vdev_attach_id(&hw.func[i].v, ioas[i]);
		if (rc)
			die("attach", rc);
		if (!i) {
			map_unmap(&hw, pt, "4K", PAGE_4K);
			map_unmap(&hw, pt, "64K", SZ_64K);
			map_unmap(&hw, pt, "2M", SZ_2M);
			map_unmap(&hw, pt, "8M", 8 * SZ_1M);
		}
	}
	replace_and_attach(&hw, ioas);
	hw_close(&hw);
	return 0;
}

static void disk_io(int fd, const char *name, size_t size, bool write)
{
	uint64_t state = 1, start, max = 32 * SZ_1M / size;
	unsigned int i;
	ssize_t n;
	void *buf;

	buf = aligned_alloc(PAGE_4K, size);
	if (!buf)
		die("memory", -ENOMEM);
	memset(buf, 1, size);
	start = now();
	for (i = 0; i < DISK_ROUNDS; i++) {
		off_t off = util_random(&state) % max * size;

		n = write ? pwrite(fd, buf, size, off) :
			    pread(fd, buf, size, off);
		if (n != (ssize_t)size)
			die("disk", n < 0 ? -errno : -EIO);
	}
	line(name, DISK_ROUNDS, now() - start);
	free(buf);
}

static int bench_disk(void)
{
	int fd, i;

	for (i = 0; i < 300 && access(DISK, F_OK); i++)
		usleep(100000);
	fd = open(DISK, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		die(DISK, -errno);
	disk_io(fd, "disk read 4K", PAGE_4K, false);
	disk_io(fd, "disk write 4K", PAGE_4K, true);
	disk_io(fd, "disk read 64K", SZ_64K, false);
	disk_io(fd, "disk write 64K", SZ_64K, true);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "disk"))
		return bench_disk();
	if (argc == 2 && !strcmp(argv[1], "process"))
		return bench_process();
	fprintf(stderr, "usage: bench disk | process\n");
	return 2;
}
