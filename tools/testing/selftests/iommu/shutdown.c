// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that are at work until the machine goes off write where they may, and
 * nowhere else
 *
 * Each case leaves a process behind, which has its device write to an address
 * that is also the physical address of a page of its own. It looks at that page
 * as long as the machine lasts, and tells the kernel log if it changes. Whoever
 * runs this program has to switch the machine off by reboot(2) then, and to read
 * the log: "iommu-mock run --power-off" does.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

#define PAGE	4096ul
#define VICTIM	0x5a

/* Pages among which to look for one whose address can be mapped */
#define TRIES	512

/**
 * struct work - what a process that is left behind has
 * @rig: the instance, and the device
 * @target: where the device writes
 * @victim: what is at the same address without translation
 * @phys: that address
 */
struct work {
	struct rig rig;
	uint8_t *target;
	uint8_t *victim;
	uint64_t phys;
};

static void *pages(unsigned int nr)
{
	void *va = mmap(NULL, nr * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return va == MAP_FAILED || mlock(va, nr * PAGE) ? NULL : va;
}

static bool all(const uint8_t *page, uint8_t val)
{
	unsigned long i;

	for (i = 0; i < PAGE; i++)
		if (page[i] != val)
			return false;
	return true;
}

/* Messages have addresses of their own, which cannot be mapped */
static int map(struct work *w)
{
	uint8_t *victims = pages(TRIES);
	unsigned int i;
	uint32_t ioas;
	int rc;

	w->target = pages(1);
	if (!victims || !w->target)
		return -ENOMEM;
	rc = dsi_ioas_alloc(w->rig.iommufd, &ioas);
	for (i = 0; !rc && i < TRIES; i++) {
		w->victim = victims + i * PAGE;
		w->phys = guest_phys(w->victim);
		if (w->phys &&
		    !dsi_ioas_map(w->rig.iommufd, ioas, w->target, PAGE,
				  w->phys, DSI_RW))
			break;
	}
	if (rc || i == TRIES)
		return rc ?: -ENOSPC;
	memset(w->victim, VICTIM, PAGE);
	rc = vdev_attach_id(&w->rig.dev[0], ioas);
	return rc ?: ep_write(&w->rig.dev[0], w->phys, PAGE, 1, NULL);
}

/* Either tells of its last transfers when the power goes */
static int begin(struct work *w, enum mock_type type, bool platform)
{
	const struct rig_config cfg = { .type = type, .platform = platform };
	int rc;

	rc = rig_mock(&w->rig, &cfg);
	if (!rc)
		rc = rig_devices(&w->rig);
	if (!rc)
		rc = map(w);
	if (rc)
		return rc;
	return all(w->target, 0) || !all(w->victim, VICTIM) ? -EBADMSG : 0;
}

/* Not by stdio, which wants to know where in the file it is */
static void complain(enum mock_type type)
{
	static const char * const text[] = {
		[MOCK_VTD] = "<2>BUG: VT-d: memory that is not mapped was written\n",
		[MOCK_SMMUV3] = "<2>BUG: SMMUv3: memory that is not mapped was written\n",
	};
	int fd = open("/dev/kmsg", O_WRONLY);

	if (fd < 0 || write(fd, text[type], strlen(text[type])) < 0)
		fprintf(stderr, "the kernel log cannot be written\n");
	close(fd);
}

/* Does not return; the result of the beginning goes into the pipe */
static void leave_behind(enum mock_type type, bool platform, int result)
{
	struct work *w = calloc(1, sizeof(*w));
	uint32_t seed = 2;
	int rc;

	setsid();
	rc = w ? begin(w, type, platform) : -ENOMEM;
	if (write(result, &rc, sizeof(rc)) != sizeof(rc) || rc)
		_exit(1);
	close(result);
	for (;; seed++) {
		ep_write(&w->rig.dev[0], w->phys, PAGE, seed, NULL);
		if (all(w->victim, VICTIM))
			continue;
		complain(type);
		memset(w->victim, VICTIM, PAGE);
	}
}

static int start(enum mock_type type, bool platform)
{
	int pipes[2], rc;

	if (pipe(pipes))
		return -errno;
	switch (fork()) {
	case -1:
		return -errno;
	case 0:
		close(pipes[0]);
		leave_behind(type, platform, pipes[1]);
	}
	close(pipes[1]);
	if (read(pipes[0], &rc, sizeof(rc)) != sizeof(rc))
		rc = -EPIPE;
	close(pipes[0]);
	return rc;
}

TEST(vtd)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	EXPECT_EQ(0, start(MOCK_VTD, true));
}

TEST(smmuv3)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	EXPECT_EQ(0, start(MOCK_SMMUV3, true));
}

/* By default: PCI functions where there can be any */
TEST(vtd_functions)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	EXPECT_EQ(0, start(MOCK_VTD, false));
}

TEST(smmuv3_functions)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	EXPECT_EQ(0, start(MOCK_SMMUV3, false));
}

TEST_HARNESS_MAIN
