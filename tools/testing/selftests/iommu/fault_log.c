// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a host's administrator reads of a DMA that was stopped: whose it was, where,
 * and why, in the same words for each architecture
 */
#include <fcntl.h>
#include <time.h>

#include "harness.h"

#define IOVA	0x0000055550000000ull
/* Where the guest has no memory */
#define NOWHERE	(RIG_GPA + SZ_1G)

FIXTURE(fault_log)
{
	struct rig rig;
	char name[64];
	int log;
};

FIXTURE_VARIANT(fault_log)
{
	enum mock_type type;
	const char *id;
	const char *stage2;
	const char *stage1;
};

FIXTURE_VARIANT_ADD(fault_log, vtd)
{
	.type = MOCK_VTD,
	.id = "source-id 0x",
	.stage2 = ": stage-2 entry: neither readable nor writable, reason 0x79",
	.stage1 = ": stage-1 entry: not present, reason 0x71",
};

FIXTURE_VARIANT_ADD(fault_log, smmu)
{
	.type = MOCK_SMMUV3,
	.id = "StreamID 0x",
	.stage2 = ": stage-2: nothing is mapped there, IPA ",
	.stage1 = ": stage-1: nothing is mapped there, event 0x10 (F_TRANSLATION)",
};

FIXTURE_SETUP(fault_log)
{
	const struct rig_config cfg = { .type = variant->type };
	struct rig *r = &self->rig;

	RIG_UP(r, &cfg);
	ASSERT_EQ(0, mock_ep_get_text(&r->mock, r->mock.endpoints[0], "dev_name",
				      self->name, sizeof(self->name)));
	ASSERT_NE(0, self->name[0]);
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	ASSERT_LE(0, lseek(self->log, 0, SEEK_END));
}

FIXTURE_TEARDOWN(fault_log)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	close(self->log);
}

/* The next line of a fault, in @line; false if there is none within 1 s */
static bool next_fault(int log, char *line, size_t size)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	unsigned int i;
	ssize_t n;

	for (i = 0; i < 100; i++) {
		n = read(log, line, size - 1);
		if (n < 0) {
			nanosleep(&pause, NULL);
			continue;
		}
		line[n] = 0;
		if (strstr(line, "DMA ") && strstr(line, " fault: "))
			return true;
	}
	return false;
}

/* Each driver has the same beginning, and its own end */
static bool says(const char *line, const char *access, const char *name, const char *id,
		 uint64_t iova, const char *why)
{
	char begin[160], address[64];

	snprintf(begin, sizeof(begin), "DMA %s fault: %s, %s", access, name, id);
	snprintf(address, sizeof(address), " address %#llx%s", (unsigned long long)iova, why);
	return strstr(line, begin) && strstr(line, address);
}

static bool logged(FIXTURE_DATA(fault_log) *self, const char *access, const char *id,
		   const char *why)
{
	char line[1024] = "";

	if (next_fault(self->log, line, sizeof(line)) &&
	    says(line, access, self->name, id, IOVA, why))
		return true;
	printf("# %s", line);
	return false;
}

/* Stage-2 is the host's own: no guest is told of it */
TEST_F(fault_log, stage2)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, s1_map(&r->s1, IOVA, NOWHERE, S1_4K, S1_RW));
	ASSERT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 16, 1, NULL));
	EXPECT_TRUE(logged(self, "write", variant->id, variant->stage2));
	ASSERT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 16, 0, NULL));
	EXPECT_TRUE(logged(self, "read", variant->id, variant->stage2));
}

/* A guest that could be told, but has no queue for it, leaves it to the log */
TEST_F(fault_log, stage1)
{
	ASSERT_EQ(-EFAULT, ep_write(&self->rig.dev[0], IOVA, 16, 1, NULL));
	EXPECT_TRUE(logged(self, "write", variant->id, variant->stage1));
}

TEST_HARNESS_MAIN
