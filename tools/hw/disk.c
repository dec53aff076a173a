// SPDX-License-Identifier: GPL-2.0-only
/*
 * An NVMe disk under the kernel's DMA API: what is written is read back, with
 * transfers of many lengths at many offsets in memory, and several at a time
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/fs.h>

#include "harness.h"
#include "pci.h"

#define DISK		"/dev/nvme0n1"
#define NVME_VENDOR	0x1b36
#define NVME_DEVICE	0x0010
#define CHUNK		(64 * 1024ull)
#define CHUNKS		256u
#define BLOCK		512u
#define THREADS		4

FIXTURE(disk) {
	struct pci pci;
	int fd;
};

FIXTURE_SETUP(disk)
{
	uint64_t size = 0;
	int i;

	ASSERT_EQ(0, pci_find(&self->pci, NVME_VENDOR, NVME_DEVICE, 0));
	/* The controller is set up in the background */
	for (i = 0; i < 300 && access(DISK, F_OK); i++)
		usleep(100000);
	self->fd = open(DISK, O_RDWR | O_DIRECT | O_CLOEXEC);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, ioctl(self->fd, BLKGETSIZE64, &size));
	ASSERT_GE(size, CHUNK * CHUNKS);
}

FIXTURE_TEARDOWN(disk)
{
	close(self->fd);
}

/* Without this the rest says nothing about the IOMMU */
TEST_F(disk, has_a_strict_dma_domain)
{
	char type[32];

	ASSERT_EQ(0, pci_domain_type(&self->pci, type, sizeof(type)));
	EXPECT_STREQ("DMA", type);
}

/* A chunk in pieces of a length that depends on its number */
static int chunk_io(int fd, uint8_t *buf, unsigned int nr, bool write)
{
	size_t piece = BLOCK << nr % 8, at;
	off_t off = nr * CHUNK;
	ssize_t n;

	for (at = 0; at < CHUNK; at += piece) {
		if (write)
			n = pwrite(fd, buf + at, piece, off + at);
		else
			n = pread(fd, buf + at, piece, off + at);
		if (n != (ssize_t)piece)
			return n < 0 ? -errno : -EIO;
	}
	return 0;
}

/**
 * struct job - what a thread does
 * @fd: the disk
 * @first: its chunks are this one, and each THREADS further on
 * @write: write them, or else read and compare
 * @rc: result
 * @bad: chunk at which it ended
 */
struct job {
	int fd;
	unsigned int first;
	bool write;
	int rc;
	unsigned int bad;
};

static void *run_job(void *arg)
{
	struct job *job = arg;
	uint8_t *mem, *buf;
	unsigned int nr;

	mem = aligned_alloc(PAGE_4K, CHUNK + PAGE_4K);
	if (!mem) {
		job->rc = -ENOMEM;
		return NULL;
	}
	for (nr = job->first; nr < CHUNKS && !job->rc; nr += THREADS) {
		/* Not always at the start of a page */
		buf = mem + nr / 8 % 8 * BLOCK;
		job->bad = nr;
		if (job->write)
			util_fill(buf, CHUNK, nr + 1);
		else
			memset(buf, 0xee, CHUNK);
		job->rc = chunk_io(job->fd, buf, nr, job->write);
		if (!job->rc && !job->write &&
		    !util_is_fill(buf, CHUNK, nr + 1))
			job->rc = -EBADMSG;
	}
	free(mem);
	return NULL;
}

static int all_chunks(int fd, bool write, unsigned int *bad)
{
	pthread_t thread[THREADS];
	struct job job[THREADS];
	unsigned int i;
	int rc = 0;

	for (i = 0; i < THREADS; i++) {
		job[i] = (struct job){ .fd = fd, .first = i, .write = write };
		if (pthread_create(&thread[i], NULL, run_job, &job[i]))
			return -EAGAIN;
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		if (job[i].rc && !rc) {
			rc = job[i].rc;
			*bad = job[i].bad;
		}
	}
	return rc;
}

TEST_F(disk, what_is_written_is_read)
{
	unsigned int bad = 0;

	EXPECT_EQ(0, all_chunks(self->fd, true, &bad)) {
		TH_LOG("writing chunk %u", bad);
	}
	ASSERT_EQ(0, fsync(self->fd));
	EXPECT_EQ(0, all_chunks(self->fd, false, &bad)) {
		TH_LOG("reading chunk %u", bad);
	}
}

TEST_HARNESS_MAIN
