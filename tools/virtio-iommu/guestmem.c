// SPDX-License-Identifier: GPL-2.0-only
/* The guest's memory, as this process sees it */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "guestmem.h"

struct region {
	uint64_t gpa;
	uint64_t size;
	uint8_t *va;
	bool writable;
};

struct gmem {
	struct region *regions;
	size_t nr;
};

/* ---- Accesses that may fail ---- */

static sigjmp_buf *volatile guarded;

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	if (guarded)
		siglongjmp(*guarded, 1);
	/* Not ours: it comes again as soon as this returns */
	signal(sig, SIG_DFL);
}

/* The signal is not blocked while it is handled, so nothing has to be restored */
static void catch_sigbus(void)
{
	struct sigaction action = {
		.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
}

enum access { READ, WRITE, LOAD16, STORE16 };

static void touch(enum access kind, uint8_t *va, void *buf, size_t len)
{
	switch (kind) {
	case READ:
		memcpy(buf, va, len);
		break;
	case WRITE:
		memcpy(va, buf, len);
		break;
	case LOAD16:
		*(uint16_t *)buf = __atomic_load_n((uint16_t *)va, __ATOMIC_SEQ_CST);
		break;
	case STORE16:
		__atomic_store_n((uint16_t *)va, *(uint16_t *)buf, __ATOMIC_SEQ_CST);
		break;
	}
}

static int guarded_touch(enum access kind, uint8_t *va, void *buf, size_t len)
{
	sigjmp_buf env;

	if (sigsetjmp(env, 0)) {
		guarded = NULL;
		return -EFAULT;
	}
	guarded = &env;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	touch(kind, va, buf, len);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	guarded = NULL;
	return 0;
}

/* ---- Regions ---- */

struct gmem *gmem_new(void)
{
	struct gmem *gm = calloc(1, sizeof(*gm));

	if (gm)
		catch_sigbus();
	return gm;
}

static void unmap(struct region *region)
{
	munmap(region->va, region->size);
}

void gmem_free(struct gmem *gm)
{
	if (!gm)
		return;
	while (gm->nr)
		unmap(&gm->regions[--gm->nr]);
	free(gm->regions);
	free(gm);
}

int gmem_add(struct gmem *gm, uint64_t gpa, uint64_t size, int fd, uint64_t offset,
	     bool writable)
{
	struct region region = { .gpa = gpa, .size = size, .writable = writable };
	struct region *more;
	struct stat st;
	void *va;

	/* What cannot be mapped is told from what there is no memory for */
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || offset > (uint64_t)st.st_size ||
	    size > (uint64_t)st.st_size - offset)
		return -EINVAL;
	more = realloc(gm->regions, (gm->nr + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	gm->regions = more;
	va = mmap(NULL, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, offset);
	if (va == MAP_FAILED)
		return -errno;
	region.va = va;
	gm->regions[gm->nr++] = region;
	return 0;
}

int gmem_remove(struct gmem *gm, uint64_t gpa)
{
	size_t i;

	for (i = 0; i < gm->nr; i++) {
		if (gm->regions[i].gpa != gpa)
			continue;
		unmap(&gm->regions[i]);
		gm->regions[i] = gm->regions[--gm->nr];
		return 0;
	}
	return -ENOENT;
}

static struct region *find(struct gmem *gm, uint64_t gpa)
{
	size_t i;

	for (i = 0; i < gm->nr; i++) {
		struct region *region = &gm->regions[i];

		if (gpa >= region->gpa && gpa - region->gpa < region->size)
			return region;
	}
	return NULL;
}

/* A range may go from one region to the next */
static int copy(struct gmem *gm, enum access kind, uint64_t gpa, void *buf, size_t len)
{
	while (len) {
		struct region *region = find(gm, gpa);
		size_t now = len;

		if (!region || (kind != READ && kind != LOAD16 && !region->writable))
			return -EFAULT;
		if (now > region->size - (gpa - region->gpa))
			now = region->size - (gpa - region->gpa);
		if (guarded_touch(kind, region->va + (gpa - region->gpa), buf, now))
			return -EFAULT;
		buf = (uint8_t *)buf + now;
		gpa += now;
		len -= now;
		/* Nothing is behind the last address */
		if (len && !gpa)
			return -EFAULT;
	}
	return 0;
}

int gmem_read(struct gmem *gm, uint64_t gpa, void *buf, size_t len)
{
	return copy(gm, READ, gpa, buf, len);
}

int gmem_write(struct gmem *gm, uint64_t gpa, const void *buf, size_t len)
{
	return copy(gm, WRITE, gpa, (void *)buf, len);
}

/* Regions are whole pages: what is at an even address is in one of them */
int gmem_load16(struct gmem *gm, uint64_t gpa, uint16_t *value)
{
	return gpa % 2 ? -EFAULT : copy(gm, LOAD16, gpa, value, sizeof(*value));
}

int gmem_store16(struct gmem *gm, uint64_t gpa, uint16_t value)
{
	return gpa % 2 ? -EFAULT : copy(gm, STORE16, gpa, &value, sizeof(value));
}
