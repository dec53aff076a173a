// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of a page request or a stalled request, as the unit tells it: into its
 * queue, out of it, to an answer, and to the access that is tried again
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "faults.h"
#include "harness.h"

#define IOVA		0x0000000080000000ull
#define PASID		5
#define ROOM		65536
#define LINE		1024
/* That the instance remembers */
#define LAST		64
#define WAIT_MS		20000

FIXTURE(recoverable)
{
	struct rig rig;
	struct faults faults;
	uint32_t hwpt;
	uint32_t done;		/* MOCK_EP_DONE when the transfer began */
	char *text;
	char line[LINE];
};

FIXTURE_VARIANT(recoverable)
{
	struct rig_config cfg;
	bool stall;
	bool pasid;
};

FIXTURE_VARIANT_ADD(recoverable, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(recoverable, vtd_pasid)
{
	.cfg.type = MOCK_VTD,
	.pasid = true,
};

FIXTURE_VARIANT_ADD(recoverable, smmu_pri)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(recoverable, smmu_stall)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.platform = true,
	.stall = true,
};

FIXTURE_VARIANT_ADD(recoverable, smmu_stall_pasid)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.platform = true,
	.stall = true,
	.pasid = true,
};

/* The kernel's tables, with a queue of faults; -ENODEV if the driver has none */
static int attach(FIXTURE_DATA(recoverable) *self, unsigned int i, bool pasid)
{
	struct vdev *dev = &self->rig.dev[i];
	const struct dsi_hwpt what = {
		.dev = dev->id,
		.pt = self->rig.ioas,
		.fault = self->faults.id,
		.flags = pasid ? IOMMU_HWPT_ALLOC_PASID : 0,
	};
	uint32_t ioas = self->rig.ioas;
	int rc = 0;

	if (!self->hwpt)
		rc = dsi_hwpt(self->rig.iommufd, &what, &self->hwpt);
	if (rc || !pasid)
		return rc ?: vdev_attach_id(dev, self->hwpt);
	if (self->rig.cfg.type == MOCK_VTD) {
		rc = dsi_hwpt_paging(self->rig.iommufd, dev->id, ioas,
				     IOMMU_HWPT_ALLOC_PASID, &ioas);
		rc = rc ?: vdev_attach_id(dev, ioas);
	}
	return rc ?: vdev_attach_pasid(dev, PASID, self->hwpt) ?:
	       ep_pasid(dev, PASID | MOCK_EP_PASID_VALID);
}

/* Up to the IOAS */
static int up(FIXTURE_DATA(recoverable) *self, struct rig_config cfg,
	      const char *capability)
{
	struct rig *r = &self->rig;
	unsigned int i;
	int rc;

	self->faults.queue = -1;
	self->text = malloc(ROOM);
	rc = self->text ? rig_mock(r, &cfg) : -ENOMEM;
	for (i = 0; !rc && capability && i < r->cfg.nr_eps; i++)
		rc = mock_ep_set(&r->mock, r->mock.endpoints[i], capability, 1);
	return rc ?: rig_devices(r) ?: rig_guest(r) ?:
	       faults_create(&self->faults, r->iommufd);
}

static int down(FIXTURE_DATA(recoverable) *self)
{
	if (self->faults.queue >= 0)
		close(self->faults.queue);
	free(self->text);
	return rig_down(&self->rig);
}

FIXTURE_SETUP(recoverable)
{
	struct rig_config cfg = variant->cfg;
	int rc;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	cfg.pasid_bits = 8;
	cfg.ats = !variant->stall;
	ASSERT_EQ(0, up(self, cfg, variant->stall ? "can_stall" : "pri"));
	rc = attach(self, 0, variant->pasid);
	if (rc == -ENODEV || rc == -EOPNOTSUPP) {
		down(self);
		SKIP(return, "this driver does not pass page faults on");
	}
	ASSERT_EQ(0, rc);
	if (cfg.ats)
		ASSERT_EQ(0, ep_ats(&self->rig.dev[0],
				    MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI));
}

FIXTURE_TEARDOWN(recoverable)
{
	EXPECT_EQ(0, down(self));
}

static int look(FIXTURE_DATA(recoverable) *self)
{
	return mock_debugfs(&self->rig.mock, "recoverable_faults", self->text, ROOM);
}

/* The @n-th line of what was read, without its end; an empty one if there is none */
static const char *line(FIXTURE_DATA(recoverable) *self, unsigned int n)
{
	const char *from = self->text;
	size_t len;

	while (n-- && from) {
		from = strchr(from, '\n');
		from = from ? from + 1 : NULL;
	}
	len = from ? strcspn(from, "\n") : 0;
	if (len >= LINE)
		len = LINE - 1;
	memcpy(self->line, from ? from : "", len);
	self->line[len] = 0;
	return self->line;
}

static unsigned int lines(FIXTURE_DATA(recoverable) *self)
{
	unsigned int nr = 0;
	const char *c;

	for (c = self->text; *c; c++)
		nr += *c == '\n';
	return nr;
}

/* Wait until the @n-th one says something */
static int until(FIXTURE_DATA(recoverable) *self, unsigned int n, const char *what)
{
	unsigned int ms;
	int rc;

	for (ms = 0; ms < WAIT_MS; ms += 10) {
		rc = look(self);
		if (rc || strstr(line(self, n), what))
			return rc;
		usleep(10000);
	}
	return -ETIMEDOUT;
}

/* Are the times of the line's steps in order? The number of them, or -1 */
static int steps(const char *text)
{
	unsigned long long us, ns, last = 0;
	int nr = 0;

	while ((text = strstr(text, " after "))) {
		text += strlen(" after ");
		if (sscanf(text, "%llu.%3llu us", &us, &ns) != 2 ||
		    us * 1000 + ns < last)
			return -1;
		last = us * 1000 + ns;
		nr++;
	}
	return nr;
}

/* Does the line say all of these, each behind the one before it? */
static bool says(const char *text, const char * const *what)
{
	for (; *what; what++) {
		text = strstr(text, *what);
		if (!text)
			return false;
		text += strlen(*what);
	}
	return true;
}

#define SAYS(text_, ...) says(text_, (const char * const []){ __VA_ARGS__, NULL })
/* Line @n_ says these, in that order, and @steps_ times that are in order */
#define EXPECT_WAY(n_, steps_, ...) do { \
	EXPECT_EQ(steps_, steps(line(self, n_))) \
		TH_LOG("of: %s", line(self, n_)); \
	EXPECT_TRUE(SAYS(line(self, n_), __VA_ARGS__)) \
		TH_LOG("not as expected: %s", line(self, n_)); \
	} while (0)

static int start(FIXTURE_DATA(recoverable) *self, unsigned int i, uint64_t iova)
{
	struct vdev *dev = &self->rig.dev[i];

	self->done = vdev_reg(dev, MOCK_EP_DONE);
	return ep_start(dev, MOCK_EP_CMD_WRITE, 0, iova, 8);
}

/* The device begins to write, and its driver has taken what it asks for, the @n-th */
static int asks(FIXTURE_DATA(recoverable) *self, unsigned int n, uint64_t iova,
		struct iommu_hwpt_pgfault *fault)
{
	return start(self, 0, iova) ?: faults_read(&self->faults, WAIT_MS, fault) ?:
	       until(self, n, "; taken after ");
}

static int waits(FIXTURE_DATA(recoverable) *self)
{
	return ep_wait(&self->rig.dev[0], self->done, NULL);
}

static int map(FIXTURE_DATA(recoverable) *self, uint64_t iova)
{
	struct rig *r = &self->rig;

	return dsi_ioas_map(r->iommufd, r->ioas, r->guest.va, PAGE_4K, iova, DSI_RW);
}

static int answer(FIXTURE_DATA(recoverable) *self, uint32_t cookie, uint32_t code)
{
	return faults_answer(&self->faults, cookie, code);
}

#define REQUEST	(variant->stall ? ": stalled write of 0x80000000, tag 0x" : \
		 ": page request, write of 0x80000000, group ")
#define WHO	(variant->cfg.type == MOCK_VTD ? \
		 variant->pasid ? "ep0 (source-id 0x100) PASID 0x5" : \
				  "ep0 (source-id 0x100)" : \
		 variant->pasid ? "ep0 (StreamID 0x100) SubstreamID 0x5" : \
				  "ep0 (StreamID 0x100)")
#define SUCCESS	(variant->stall ? "; resumed: retry after " : "; answered success after ")
#define INVALID	(variant->stall ? "; resumed: abort after " : "; answered invalid after ")

TEST_F(recoverable, answered)
{
	struct iommu_hwpt_pgfault fault = {};

	ASSERT_EQ(0, look(self));
	EXPECT_STREQ("", self->text);
	ASSERT_EQ(0, asks(self, 0, IOVA, &fault));
	EXPECT_EQ(1, lines(self));
	EXPECT_WAY(0, 1, WHO, REQUEST, ": queued; taken after ");
	if (!variant->stall)
		EXPECT_TRUE(SAYS(line(self, 0), ", last: queued"));
	ASSERT_EQ(0, map(self, IOVA));
	ASSERT_EQ(0, answer(self, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, waits(self));
	ASSERT_EQ(0, look(self));
	EXPECT_EQ(1, lines(self));
	EXPECT_WAY(0, 3, WHO, REQUEST, ": queued; taken after ", SUCCESS,
		   "; tried again after ", ": done");

	/* What needs no answer has no way to tell */
	ASSERT_EQ(0, start(self, 0, IOVA));
	ASSERT_EQ(0, waits(self));
	ASSERT_EQ(0, look(self));
	EXPECT_EQ(1, lines(self));
}

TEST_F(recoverable, refused)
{
	struct iommu_hwpt_pgfault fault = {};

	ASSERT_EQ(0, asks(self, 0, IOVA, &fault));
	ASSERT_EQ(0, answer(self, fault.cookie, IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, waits(self));
	ASSERT_EQ(0, look(self));
	EXPECT_EQ(1, lines(self));
	EXPECT_WAY(0, 2, WHO, REQUEST, ": queued; taken after ", INVALID);
	/* The same access later on is not that one */
	ASSERT_EQ(0, map(self, IOVA));
	ASSERT_EQ(0, start(self, 0, IOVA));
	ASSERT_EQ(0, waits(self));
	ASSERT_EQ(0, look(self));
	EXPECT_EQ(2, steps(line(self, 0)));
}

/* An answer that helps nothing: the device asks again, and it is another one */
TEST_F(recoverable, nothing_was_mapped)
{
	struct iommu_hwpt_pgfault fault = {};

	ASSERT_EQ(0, asks(self, 0, IOVA, &fault));
	ASSERT_EQ(0, answer(self, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	ASSERT_EQ(0, until(self, 1, "; taken after "));
	EXPECT_EQ(2, lines(self));
	EXPECT_WAY(0, 3, ": queued; taken after ", SUCCESS, "; tried again after ",
		   ": another request");
	EXPECT_WAY(1, 1, WHO, REQUEST, ": queued; taken after ");
	ASSERT_EQ(0, answer(self, fault.cookie, IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, waits(self));
	ASSERT_EQ(0, look(self));
	EXPECT_WAY(1, 2, ": queued; taken after ", INVALID);
}

/*
 * The device is reset while it waits. An answer to a stall comes all the same, to
 * nobody; drivers have PCI functions answered before, or not at all
 */
TEST_F(recoverable, given_up)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;

	ASSERT_EQ(0, asks(self, 0, IOVA, &fault));
	EXPECT_EQ(0, vdev_reset(&r->dev[0]));
	ASSERT_EQ(0, look(self));
	EXPECT_EQ(1, lines(self));
	if (!variant->stall && SAYS(line(self, 0), INVALID)) {
		/* The endpoint may not have heard of the answer when it is reset */
		EXPECT_WAY(0, SAYS(line(self, 0), ": the endpoint was reset") ? 3 : 2, WHO,
			   REQUEST, ": queued; taken after ", INVALID);
		return;
	}
	EXPECT_WAY(0, 2, WHO, REQUEST, ": queued; taken after ", "; given up after ",
		   ": the endpoint was reset");
	if (!variant->stall)
		return;
	ASSERT_EQ(0, answer(self, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, until(self, 0, SUCCESS));
	EXPECT_WAY(0, 3, ": the endpoint was reset", SUCCESS);
}

/* A group of three that is sent at a user's wish: nobody tries that again */
TEST_F(recoverable, group)
{
	struct pollfd pfd = { .fd = self->faults.queue, .events = POLLIN };
	struct iommu_hwpt_pgfault fault[4] = {};
	const struct mock *m = &self->rig.mock;

	if (variant->stall || variant->pasid)
		SKIP(return, "it is about page requests without a PASID");
	ASSERT_EQ(0, mock_ep_pages(m, "ep0", "7 1000 r"));
	ASSERT_EQ(0, mock_ep_pages(m, "ep0", "7 2000 w"));
	ASSERT_EQ(0, until(self, 1, "; taken after "));
	EXPECT_WAY(0, 1, "read of 0x1000, group 7: queued; taken after ");
	ASSERT_EQ(0, mock_ep_pages(m, "ep0", "7 3000 rwl"));
	ASSERT_EQ(0, until(self, 2, "; taken after "));
	ASSERT_EQ(1, poll(&pfd, 1, WAIT_MS));
	ASSERT_EQ(3 * sizeof(fault[0]),
		  read(self->faults.queue, fault, sizeof(fault)));
	ASSERT_EQ(0, answer(self, fault[0].cookie, IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, until(self, 2, "; answered success after "));
	EXPECT_EQ(3, lines(self));
	EXPECT_WAY(0, 3, "read of 0x1000, group 7: queued; taken after ",
		   "; group complete after ", SUCCESS);
	EXPECT_WAY(1, 3, "write of 0x2000, group 7: queued; taken after ",
		   "; group complete after ", SUCCESS);
	EXPECT_WAY(2, 2, "read and write of 0x3000, group 7, last: queued; taken after ",
		   SUCCESS);
	EXPECT_FALSE(SAYS(self->text, "tried again"));
}

/* More than the queue holds: the unit answers those that it has no room for */
TEST_F(recoverable, overflow)
{
	unsigned int i;

	if (variant->stall || variant->pasid)
		SKIP(return, "it is about page requests without a PASID");
	ASSERT_EQ(0, mock_ep_pages(&self->rig.mock, "ep0", "0 1000 rl - 8192"));
	ASSERT_EQ(0, look(self));
	ASSERT_EQ(LAST + 1, lines(self));
	EXPECT_STREQ("8128 older ones are not remembered", line(self, 0));
	for (i = 1; i <= LAST; i++)
		EXPECT_WAY(i, 1, ", last: not queued, the queue has overflowed",
			   "; answered success by the unit after ");
	/* The oldest one first */
	EXPECT_TRUE(SAYS(line(self, 1), "read of 0x1fc1000, "));
	EXPECT_TRUE(SAYS(line(self, LAST), "read of 0x2000000, "));
}

/* What "walk" has to say of a write of @iova */
static int walk(FIXTURE_DATA(recoverable) *self, const FIXTURE_VARIANT(recoverable) *variant,
		uint64_t iova)
{
	char path[256], request[128];
	ssize_t len = -1;
	int fd;

	snprintf(path, sizeof(path), MOCK_DEBUGFS "/%s/walk", self->rig.mock.name);
	snprintf(request, sizeof(request), "ep0 %s %#llx w", variant->pasid ? "5" : "",
		 (unsigned long long)iova);
	fd = open(path, O_RDWR);
	if (fd < 0)
		return -errno;
	if (write(fd, request, strlen(request)) > 0)
		len = read(fd, self->text, ROOM - 1);
	close(fd);
	self->text[len > 0 ? len : 0] = 0;
	return len > 0 ? 0 : -EIO;
}

/* A look at the tables says that software can do something about it, and what waits */
TEST_F(recoverable, looked_at)
{
	const char *what = variant->stall ? "\nrecoverable: the request would be stalled" :
		"\nrecoverable: the endpoint would send a page request";
	struct iommu_hwpt_pgfault fault = {};

	ASSERT_EQ(0, walk(self, variant, IOVA));
	EXPECT_TRUE(SAYS(self->text, "\nfault: ", what, "\nwaiting now: nothing\n"))
		TH_LOG("%s", self->text);
	ASSERT_EQ(0, look(self));
	EXPECT_STREQ("", self->text);

	ASSERT_EQ(0, asks(self, 0, IOVA, &fault));
	ASSERT_EQ(0, walk(self, variant, IOVA));
	EXPECT_TRUE(SAYS(self->text, "\nfault: ", what, "\nwaiting now: ", WHO, REQUEST,
			 ": queued; taken after "))
		TH_LOG("%s", self->text);
	ASSERT_EQ(0, map(self, IOVA));
	ASSERT_EQ(0, answer(self, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, waits(self));
	ASSERT_EQ(0, walk(self, variant, IOVA));
	EXPECT_TRUE(SAYS(self->text, "\nresult: "));
	EXPECT_FALSE(SAYS(self->text, "recoverable"));
	EXPECT_FALSE(SAYS(self->text, "waiting"));
	if (variant->stall)
		return;
	/* Without it there is nobody to ask */
	ASSERT_EQ(0, ep_ats(&self->rig.dev[0], MOCK_EP_ATS_ENABLE));
	ASSERT_EQ(0, walk(self, variant, IOVA + PAGE_4K));
	EXPECT_TRUE(SAYS(self->text, "\nnot recoverable: the endpoint has PRI"));
}

/* One stall tag for two devices */
FIXTURE(one_tag)
{
	FIXTURE_DATA(recoverable) r;
};

FIXTURE_SETUP(one_tag)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = 2,
		.platform = true,
		/* Every fault stalls */
		.idr[0] = { SMMU_IDR0_STALL | SMMU_IDR0_ATS | SMMU_IDR0_PRI,
			    SMMU_IDR0_FORCED_STALL },
		.idr[5] = { 0xffffu << 16, 1u << 16 },
	};
	unsigned int i;
	int rc = 0;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, up(&self->r, cfg, NULL));
	for (i = 0; !rc && i < 2; i++)
		rc = attach(&self->r, i, false);
	if (rc == -ENODEV || rc == -EOPNOTSUPP) {
		down(&self->r);
		SKIP(return, "this driver does not pass page faults on");
	}
	ASSERT_EQ(0, rc);
}

FIXTURE_TEARDOWN(one_tag)
{
	EXPECT_EQ(0, down(&self->r));
}

/* The second one waits for it, and the unit has it try again when it is free */
TEST_F(one_tag, waits)
{
	struct iommu_hwpt_pgfault fault = {};
	struct vdev *dev = self->r.rig.dev;
	uint32_t done;

	ASSERT_EQ(0, start(&self->r, 0, IOVA));
	ASSERT_EQ(0, faults_read(&self->r.faults, WAIT_MS, &fault));
	done = self->r.done;
	ASSERT_EQ(0, start(&self->r, 1, IOVA));
	ASSERT_EQ(0, until(&self->r, 1, "stalled write of 0x80000000"));
	EXPECT_TRUE(SAYS(line(&self->r, 1), ": its record waits for a tag"));
	EXPECT_EQ(0, steps(line(&self->r, 1)));
	ASSERT_EQ(0, answer(&self->r, fault.cookie, IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, ep_wait(&dev[0], done, NULL));
	ASSERT_EQ(0, faults_read(&self->r.faults, WAIT_MS, &fault));
	ASSERT_EQ(0, until(&self->r, 2, "; taken after "));
	EXPECT_EQ(2, steps(line(&self->r, 1)));
	EXPECT_TRUE(SAYS(line(&self->r, 1), "; resumed: retry by the unit after ",
			 "; tried again after ", ": another request"));
	EXPECT_TRUE(SAYS(line(&self->r, 2), "ep1 ", ", tag 0x0: queued; taken after "));
	ASSERT_EQ(0, answer(&self->r, fault.cookie, IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, ep_wait(&dev[1], self->r.done, NULL));
	EXPECT_EQ(3, lines(&self->r));
}

TEST_HARNESS_MAIN
