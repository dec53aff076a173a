// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each ioctl of a scenario fails in turn, alone or with those that follow. What was answered
 * with success holds on hardware, and after a reset all is as in the beginning.
 *
 * Linked with --wrap=ioctl.
 */
#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>

#include "host.h"

#define IOVA	0x0000023456789000ull
#define PAGES	4

/*
 * Where making tables fails, and unmapping what there was of them too, the library gives the
 * memory up: the kernel has it still.
 */
const char *__lsan_default_suppressions(void)
{
	return "leak:chunk_new\n";
}

/* This one fails, counted from 1, and so many more; how many did */
static unsigned int fail_in;
static unsigned int fail_len;
static unsigned int failed;

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (!fail_in || --fail_in)
		return __real_ioctl(fd, request, arg);
	if (fail_len) {
		fail_len--;
		fail_in = 1;
	}
	failed++;
	errno = ENOMEM;
	return -1;
}

/* DMA is made with ioctls working, and the counter as it was */
static int sees(struct host *h, unsigned int i, uint64_t iova, uint64_t seed)
{
	unsigned int in = fail_in, len = fail_len;
	int rc;

	fail_in = 0;
	rc = host_sees(h, i, iova, seed);
	fail_in = in;
	fail_len = len;
	return rc;
}

static void map(struct host *h, uint64_t gpa, unsigned int i)
{
	int status = send_map(h->viommu, 1, IOVA + i * PAGE, IOVA + i * PAGE + PAGE - 1, gpa, RW);

	if (!status)
		g_assert_cmpint(sees(h, 0, IOVA + i * PAGE, 1), ==, 0);
}

/* Neither reaches it, if they are told that it is unmapped */
static void unmap(struct host *h, uint64_t first, uint64_t last)
{
	if (send_unmap(h->viommu, 1, first, last))
		return;
	g_assert_cmpint(sees(h, 0, first, 1), ==, -EFAULT);
	g_assert_cmpint(sees(h, 1, first, 1), ==, -EFAULT);
}

static void scenario(struct host *h, uint64_t gpa)
{
	uint64_t away = h->cfg.flat ? 0 : HOST_AWAY;
	unsigned int i;

	if (!send_attach(h->viommu, 1, HOST_ID(0))) {
		for (i = 0; i < PAGES; i++)
			map(h, gpa, i);
		unmap(h, IOVA, IOVA + PAGE - 1);
		send_attach(h->viommu, 1, HOST_ID(1));
		unmap(h, IOVA + PAGE, IOVA + PAGES * PAGE - 1);
		map(h, gpa, 0);
	}
	if (!viommu_ep_remove(h->viommu, HOST_ID(1))) {
		g_assert_cmpint(sees(h, 1, IOVA, 1), ==, -EFAULT);
		viommu_ep_add(h->viommu, HOST_ID(1), h->backend, h->dev[1], NULL, 0);
	}
	send_attach_flags(h->viommu, 2, HOST_ID(1), VIRTIO_IOMMU_ATTACH_F_BYPASS);
	if (!viommu_mem_remove(h->viommu, HOST_GPA, HOST_SIZE)) {
		g_assert_cmpint(sees(h, 0, IOVA, 1), ==, -EFAULT);
		if (!h->cfg.flat)
			g_assert_cmpint(sees(h, 1, gpa, 1), ==, -EFAULT);
	}
	viommu_mem_add(h->viommu, HOST_GPA, HOST_SIZE, HOST_GPA + away, 0);
	if (!send_detach(h->viommu, 1, HOST_ID(0)))
		g_assert_cmpint(sees(h, 0, IOVA, 1), ==, -EFAULT);
}

static void as_in_the_beginning(struct host *h, uint64_t gpa)
{
	uint64_t away = h->cfg.flat ? 0 : HOST_AWAY;
	unsigned int i;

	fail_in = 0;
	fail_len = 0;
	viommu_reset(h->viommu, VIOMMU_RESET_DEVICE);
	g_assert_false(viommu_needs_reset(h->viommu));
	viommu_negotiated(h->viommu, viommu_features(h->viommu));
	viommu_ep_add(h->viommu, HOST_ID(1), h->backend, h->dev[1], NULL, 0);
	viommu_mem_add(h->viommu, HOST_GPA, HOST_SIZE, HOST_GPA + away, 0);
	for (i = 0; i < 2; i++) {
		g_assert_cmpint(host_sees(h, i, IOVA, 1), ==, -EFAULT);
		g_assert_cmpint(send_attach(h->viommu, 1, HOST_ID(i)), ==, 0);
	}
	g_assert_cmpint(send_map(h->viommu, 1, IOVA, IOVA + PAGE - 1, gpa, RW), ==, 0);
	for (i = 0; i < 2; i++)
		g_assert_cmpint(host_sees(h, i, IOVA, 1), ==, 0);
	viommu_reset(h->viommu, VIOMMU_RESET_DEVICE);
	viommu_negotiated(h->viommu, viommu_features(h->viommu));
}

void host_failures(struct host *h)
{
	static const unsigned int lens[] = { 0, 2, UINT32_MAX };
	uint64_t gpa = host_page(h, 1);
	unsigned int i, nth;

	for (i = 0; i < G_N_ELEMENTS(lens); i++) {
		nth = 0;
		do {
			failed = 0;
			fail_in = ++nth;
			fail_len = lens[i];
			scenario(h, gpa);
			as_in_the_beginning(h, gpa);
		} while (failed);
		g_assert_cmpuint(nth, >, 10);
	}
}
