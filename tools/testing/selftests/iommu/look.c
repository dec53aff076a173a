// SPDX-License-Identifier: GPL-2.0-only
/*
 * A look into a unit changes nothing, and tells what requests then meet: the tables
 * step by step, the last faults, the queue
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>

#include "harness.h"

#define IOVA	0x0000033330000000ull
#define ROOM	65536

FIXTURE(look)
{
	struct rig rig;
	int fd;
	char *text;
	char *again;
};

FIXTURE_VARIANT(look)
{
	enum mock_type type;
	bool ats;
};

FIXTURE_VARIANT_ADD(look, vtd) { .type = MOCK_VTD };
FIXTURE_VARIANT_ADD(look, smmu) { .type = MOCK_SMMUV3 };
FIXTURE_VARIANT_ADD(look, vtd_ats) { .type = MOCK_VTD, .ats = true };
FIXTURE_VARIANT_ADD(look, smmu_ats) { .type = MOCK_SMMUV3, .ats = true };

static int open_walk(const struct mock *m)
{
	char path[256];

	snprintf(path, sizeof(path), MOCK_DEBUGFS "/%s/walk", m->name);
	return open(path, O_RDWR);
}

FIXTURE_SETUP(look)
{
	const struct rig_config cfg = {
		.type = variant->type,
		.nr_eps = 2,
		.ats = variant->ats,
	};
	unsigned int i;

	self->text = malloc(ROOM);
	self->again = malloc(ROOM);
	ASSERT_TRUE(self->text && self->again);
	RIG_UP(&self->rig, &cfg);
	for (i = 0; i < 2 && variant->ats; i++)
		ASSERT_EQ(0, ep_ats(&self->rig.dev[i], MOCK_EP_ATS_ENABLE));
	ASSERT_NE(0, rig_page(&self->rig, &self->rig.s1, IOVA, 1));
	self->fd = open_walk(&self->rig.mock);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(look)
{
	if (self->fd >= 0)
		close(self->fd);
	EXPECT_EQ(0, rig_down(&self->rig));
	free(self->again);
	free(self->text);
}

/* Ask what there is for endpoint @ep at @iova: 0 or a negative errno */
static int ask(int fd, const struct rig *r, unsigned int ep, uint64_t iova, char access)
{
	char request[128];

	snprintf(request, sizeof(request), "%s %#llx %c", r->mock.endpoints[ep],
		 (unsigned long long)iova, access);
	return write(fd, request, strlen(request)) < 0 ? -errno : 0;
}

/* All that there is to read from here, in pieces of @size */
static int answer(int fd, char *text, size_t size)
{
	size_t done = 0;
	ssize_t got;

	do {
		if (done + size >= ROOM)
			return -ENOSPC;
		got = read(fd, text + done, size);
		if (got > 0)
			done += got;
	} while (got > 0);
	text[done] = 0;
	return got < 0 ? -errno : 0;
}

static int look_at(FIXTURE_DATA(look) *self, uint64_t iova, char access)
{
	int rc = ask(self->fd, &self->rig, 0, iova, access);

	return rc ?: answer(self->fd, self->text, 4096);
}

TEST_F(look, refuses)
{
	static const char * const bad[] = {
		"", " ", "ep0", "%s", "%s x", "%s r", "%s 1 2 3", "%s 1 2 r w",
		"%s 0x1000 x", "%s 0x100000 0x1000 r", "%s -1", "%s 0x10000000000000000",
		"%s 1 2 rw", "%s 0x1000 q",
	};
	char request[256];
	unsigned int i;

	ASSERT_EQ(0, answer(self->fd, self->text, 4096));
	EXPECT_NE(NULL, strstr(self->text, "first"));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(request, sizeof(request), bad[i], self->rig.mock.endpoints[0]);
		EXPECT_GT(0, write(self->fd, request, strlen(request) + !*request));
		EXPECT_TRUE(errno == EINVAL || errno == ERANGE || errno == ENOENT);
	}
	EXPECT_GT(0, write(self->fd, "nosuch 0x1000", 13));
	EXPECT_EQ(ENOENT, errno);
	memset(request, 'a', sizeof(request));
	EXPECT_GT(0, write(self->fd, request, sizeof(request)));
	EXPECT_EQ(EINVAL, errno);
	/* What was refused has left no request */
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	ASSERT_EQ(0, answer(self->fd, self->text, 4096));
	EXPECT_NE(NULL, strstr(self->text, "first"));
}

/* Each that has it open asks for itself, and reads from the beginning */
TEST_F(look, one_for_each)
{
	int other = open_walk(&self->rig.mock);

	ASSERT_LE(0, other);
	ASSERT_EQ(0, ask(self->fd, &self->rig, 0, IOVA, 'r'));
	ASSERT_EQ(0, ask(other, &self->rig, 1, IOVA + PAGE_4K, 'w'));
	ASSERT_EQ(0, answer(self->fd, self->text, 4096));
	ASSERT_EQ(0, answer(other, self->again, 4096));
	EXPECT_NE(NULL, strstr(self->text, "result: "));
	EXPECT_NE(NULL, strstr(self->again, "fault: "));
	EXPECT_NE(NULL, strstr(self->again, self->rig.mock.endpoints[1]));
	close(other);

	/* In small pieces it is the same text; as it is the second time */
	ASSERT_EQ(0, ask(self->fd, &self->rig, 0, IOVA, 'r'));
	ASSERT_EQ(0, answer(self->fd, self->again, 7));
	EXPECT_STREQ(self->text, self->again);
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	ASSERT_EQ(0, answer(self->fd, self->again, 4096));
	EXPECT_STREQ(self->text, self->again);
}

/* No flag, no cache, no counter, no fault */
TEST_F(look, changes_nothing)
{
	struct rig *r = &self->rig;
	uint64_t *entry = s1_entry(&r->s1, IOVA, 1);
	struct mock_stats before, after;
	uint64_t was = s1_get(entry);

	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	ASSERT_EQ(0, mock_debugfs(&r->mock, "cache_stats", self->again, ROOM));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "walk_abort", 1));
	ASSERT_EQ(0, look_at(self, IOVA, 'w'));
	EXPECT_NE(NULL, strstr(self->text, "result: "));
	ASSERT_EQ(0, look_at(self, IOVA + PAGE_4K, 'w'));
	EXPECT_NE(NULL, strstr(self->text, "fault: "));
	EXPECT_EQ(was, s1_get(entry));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "walk_abort", 0));
	ASSERT_EQ(0, mock_debugfs(&r->mock, "cache_stats", self->text, ROOM));
	EXPECT_STREQ(self->again, self->text);
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
	ASSERT_EQ(0, mock_debugfs(&r->mock, "last_faults", self->text, ROOM));
	EXPECT_STREQ("", self->text);
}

/* An invalidation that was forgotten: tables say one thing, a cache another */
TEST_F(look, tells_what_is_stale)
{
	struct rig *r = &self->rig;

	if (mock_reorders())
		SKIP(return, "what is cached is left to chance");
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	s1_unmap(&r->s1, IOVA, S1_4K);
	ASSERT_EQ(0, look_at(self, IOVA, 'r'));
	EXPECT_NE(NULL, strstr(self->text, "fault: "));
	EXPECT_NE(NULL, strstr(self->text, variant->ats ?
			       "asks its ATC first, which has an entry" :
			       "has an entry, and is asked before these tables"));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));

	ASSERT_EQ(0, rig_inv(r, IOVA, 1, true));
	ASSERT_EQ(0, look_at(self, IOVA, 'r'));
	EXPECT_NE(NULL, strstr(self->text, "fault: "));
	EXPECT_EQ(NULL, strstr(self->text, "is asked before these tables"));
	EXPECT_EQ(NULL, strstr(self->text, "ATC"));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, mock_debugfs(&r->mock, "last_faults", self->text, ROOM));
	if (variant->ats) {
		/* What is answered without permission is no fault */
		EXPECT_STREQ("", self->text);
	} else {
		EXPECT_NE(NULL, strstr(self->text, r->mock.endpoints[0]));
		EXPECT_NE(NULL, strstr(self->text, "read of 0x33330000000: stage 1: "));
	}
	ASSERT_EQ(0, mock_debugfs(&r->mock, "queue", self->text, ROOM));
	EXPECT_NE(NULL, strstr(self->text, "=0x33330000000 "));
	EXPECT_NE(NULL, strstr(self->text, ": done"));
}

/* Looks without end, until told */
struct looker {
	pthread_t thread;
	const struct rig *rig;
	int fd;
	bool stop;
	unsigned int looks;
	int rc;
};

static void *look_on(void *arg)
{
	static const char * const files[] = { "last_faults", "queue", "caches" };
	struct looker *l = arg;
	char *text = malloc(ROOM);

	l->rc = text ? 0 : -ENOMEM;
	while (!__atomic_load_n(&l->stop, __ATOMIC_RELAXED) && !l->rc) {
		l->rc = ask(l->fd, l->rig, l->looks % 2, IOVA, 'w');
		if (!l->rc)
			l->rc = answer(l->fd, text, 4096);
		if (!l->rc)
			l->rc = mock_debugfs(&l->rig->mock, files[l->looks % 3], text, ROOM);
		l->looks++;
	}
	free(text);
	return NULL;
}

/* A guest's tables and what it does may be anything while somebody looks */
TEST_F(look, at_a_hostile_guest)
{
	struct looker l = { .rig = &self->rig, .fd = self->fd };
	struct rig *r = &self->rig;
	uint64_t seed = 20;
	int i;

	ASSERT_EQ(0, pthread_create(&l.thread, NULL, look_on, &l));
	for (i = 0; i < 300; i++) {
		uint64_t *entry = s1_entry(&r->s1, IOVA, 1 + i % r->s1.levels);
		uint64_t was = s1_get(entry);

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		s1_set(entry, i % 2 ? seed : was ^ (1ull << (seed >> 58)));
		rig_sees(r, i % 2, IOVA, 1);
		s1_set(entry, was);
		EXPECT_EQ(0, rig_inv_all(r));
	}
	__atomic_store_n(&l.stop, true, __ATOMIC_RELAXED);
	ASSERT_EQ(0, pthread_join(l.thread, NULL));
	EXPECT_EQ(0, l.rc);
	EXPECT_LT(0, l.looks);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* Whoever has the file open does not hold the unit up, and is told that it is gone */
TEST_F(look, unit_goes)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, look_at(self, IOVA, 'r'));
	ASSERT_EQ(0, rig_down(r));
	EXPECT_GT(0, ask(self->fd, r, 0, IOVA, 'r'));
	EXPECT_GT(0, read(self->fd, self->text, 4096));
}

TEST_HARNESS_MAIN
