// SPDX-License-Identifier: GPL-2.0-only
/*
 * (g) From a page fault of a device to the answer of a process
 *
 * A device comes to an address that is not mapped. This process reads the fault,
 * answers that nothing is there, and the device ends: nothing is mapped in between, so
 * that the way of a fault is all that is measured. In a round the unit of one driver
 * comes, and then that of the other.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "faults.h"

#define PART		"faults"
#define IOVA		0x40000000ull
#define ROUND_TRIPS	200
/* Answers that are read and written at once */
#define BATCH		64
#define WAIT_MS		60000

enum { OURS, THEIRS, DRIVERS };

static const char * const drivers[] = { "nested", "in-tree" };
static const unsigned int many[] = { 1, 16, 32, 256 };

#define MOST		256
/* An SMMUv3 of the mock's keeps no more transactions */
#define MOST_STALLED	16
/* There is room for the BARs of so many functions, and then some */
#define MOST_FUNCTIONS	32
/* Devices that fault without end, beside one that is measured */
#define STORM		8

/**
 * struct way - how a device waits
 * @name: of it
 * @stall: by a transaction that stalls, which only an SMMUv3 has
 */
struct way {
	const char *name;
	bool stall;
};

static const struct way ways[] = {
	{ "page request", false },
	{ "stalled transaction", true },
};

/* The unit that all devices are behind */
static struct mock unit;

/**
 * struct crowd - devices of one process, all attached to a HWPT with a fault queue
 * @iommufd: where they are bound
 * @dev: the devices
 * @done: the counter of transfers of each, when it began
 * @nr: how many there are
 * @faults: the queue
 */
struct crowd {
	int iommufd;
	struct vdev dev[MOST];
	uint32_t done[MOST];
	unsigned int nr;
	struct faults faults;
};

static void unit_up(const struct way *way, unsigned int which, unsigned int nr)
{
	char name[16];
	unsigned int i;

	must(mock_create(&unit, vendor, "bench-faults"), "an instance");
	must(mock_set_text(&unit, "driver", drivers[which]), "the driver %s", drivers[which]);
	if (way->stall || nr > MOST_FUNCTIONS)
		must(mock_set_text(&unit, "bus", "platform"), "platform devices");
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "ep%u", i);
		must(mock_add_endpoint(&unit, name, 0x0100 + 8 * i), "endpoint %s", name);
		if (way->stall) {
			must(mock_ep_set(&unit, name, "can_stall", 1), "can_stall");
			continue;
		}
		must(mock_ep_set(&unit, name, "ats", 1), "ats");
		must(mock_ep_set(&unit, name, "pri", 1), "pri");
	}
	must(mock_set_live(&unit, true), "the instance");
}

static void unit_down(void)
{
	must(mock_destroy(&unit), "taking it down");
}

static int crowd_attach(struct crowd *c, bool ask)
{
	struct dsi_hwpt what = { .type = IOMMU_HWPT_DATA_NONE };
	unsigned int i;
	uint32_t hwpt;
	int rc;

	must(dsi_ioas_alloc(c->iommufd, &what.pt), "an IOAS");
	must(faults_create(&c->faults, c->iommufd), "a fault queue");
	what.dev = c->dev[0].id;
	what.fault = c->faults.id;
	rc = dsi_hwpt(c->iommufd, &what, &hwpt);
	for (i = 0; !rc && i < c->nr; i++) {
		rc = vdev_attach_id(&c->dev[i], hwpt);
		if (rc)
			break;
		must(ep_ats(&c->dev[i], ask ? MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI : 0),
		     "the device's ATS");
		must(vdev_set_reg(&c->dev[i], MOCK_EP_LOWER_SRC_ADDR, IOVA), "an address");
		must(vdev_set_reg(&c->dev[i], MOCK_EP_SIZE, 64), "a size");
	}
	return rc;
}

/*
 * @nr devices from @first on. -ENODEV and others where a driver is not there, or passes
 * no faults on
 */
static int crowd_up(struct crowd *c, const struct way *way, unsigned int first,
		    unsigned int nr)
{
	unsigned int i;
	int rc = 0;

	memset(c, 0, sizeof(*c));
	c->nr = nr;
	c->faults.queue = -1;
	for (i = 0; i < nr; i++)
		c->dev[i].fd = -1;
	c->iommufd = dsi_open();
	must(c->iommufd, "/dev/iommu");
	for (i = 0; !rc && i < nr; i++)
		rc = rig_open_dev(&unit, first + i, c->iommufd, &c->dev[i]);
	return rc ?: crowd_attach(c, !way->stall);
}

static void crowd_down(struct crowd *c)
{
	unsigned int i;

	if (c->faults.queue >= 0)
		close(c->faults.queue);
	for (i = 0; i < c->nr; i++)
		vdev_close(&c->dev[i]);
	close(c->iommufd);
}

static void begin(struct crowd *c, unsigned int i)
{
	c->done[i] = vdev_reg(&c->dev[i], MOCK_EP_DONE);
	must(vdev_set_reg(&c->dev[i], MOCK_EP_COMMAND, MOCK_EP_CMD_READ), "a transfer");
}

static void end(struct crowd *c, unsigned int i)
{
	must(ep_wait(&c->dev[i], c->done[i], NULL) == -EFAULT ? 0 : -EIO,
	     "a transfer that finds nothing");
}

/* What there is of @left faults, answered */
static unsigned int serve(struct crowd *c, unsigned int left)
{
	struct iommu_hwpt_page_response resp[BATCH];
	struct iommu_hwpt_pgfault fault[BATCH];
	unsigned int i, nr;
	ssize_t len;

	nr = left < BATCH ? left : BATCH;
	must(faults_read(&c->faults, WAIT_MS, &fault[0]), "a fault");
	len = nr > 1 ? read(c->faults.queue, &fault[1], (nr - 1) * sizeof(*fault)) : 0;
	nr = 1 + (len > 0 ? len / sizeof(*fault) : 0);
	for (i = 0; i < nr; i++)
		resp[i] = (struct iommu_hwpt_page_response){
			.cookie = fault[i].cookie,
			.code = IOMMUFD_PAGE_RESP_INVALID,
		};
	len = nr * sizeof(*resp);
	must(write(c->faults.queue, resp, len) == len ? 0 : -EIO, "answers");
	return nr;
}

/* Each device of the crowd faults once */
static void all_fault(struct crowd *c)
{
	unsigned int i, left;

	for (i = 0; i < c->nr; i++)
		begin(c, i);
	for (left = c->nr; left;)
		left -= serve(c, left);
	for (i = 0; i < c->nr; i++)
		end(c, i);
}

/**
 * struct figures - what is measured of a driver
 * @trip: from the beginning of a transfer to its end, with one fault in it
 * @beside: the same, while others fault all the time
 * @rate: faults a second, when so many are outstanding
 */
struct figures {
	struct series *trip;
	struct series *beside;
	struct series *rate[ARRAY_SIZE(many)];
};

static void trips(struct crowd *c, struct series *s)
{
	uint64_t start;
	unsigned int i;

	for (i = 0; i < ROUND_TRIPS; i++) {
		start = now_ns();
		all_fault(c);
		series_add(s, now_ns() - start);
	}
}

static void rate(struct crowd *c, struct series *s)
{
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < MOST; i += c->nr)
		all_fault(c);
	series_add(s, MOST * 1e9 / (now_ns() - start));
}

/* false if the driver is not there; the kernel's own know PCI functions only */
static bool sample_many(const struct way *way, unsigned int which, struct figures *f)
{
	static struct crowd crowd;
	bool works = true;
	unsigned int k;

	for (k = 0; k < ARRAY_SIZE(many) && works; k++) {
		if (way->stall && many[k] > MOST_STALLED)
			break;
		unit_up(way, which, many[k]);
		works = !crowd_up(&crowd, way, 0, many[k]);
		if (works) {
			all_fault(&crowd);
			if (!k)
				trips(&crowd, f->trip);
			rate(&crowd, f->rate[k]);
		}
		crowd_down(&crowd);
		unit_down();
	}
	return k > 1 || works;
}

static bool storm_ends;

static int storm(void *arg)
{
	struct crowd *c = arg;

	while (!__atomic_load_n(&storm_ends, __ATOMIC_ACQUIRE))
		all_fault(c);
	return 0;
}

/* One device, and others of another process whose faults never end */
static void sample_beside(const struct way *way, unsigned int which, struct figures *f)
{
	static struct crowd one, others;
	struct job job;

	unit_up(way, which, 1 + STORM);
	must(crowd_up(&one, way, 0, 1), "a device");
	must(crowd_up(&others, way, 1, STORM), "the others");
	all_fault(&one);
	__atomic_store_n(&storm_ends, false, __ATOMIC_RELEASE);
	must(job_start(&job, storm, &others), "a thread");
	trips(&one, f->beside);
	__atomic_store_n(&storm_ends, true, __ATOMIC_RELEASE);
	job_join(&job);
	crowd_down(&one);
	crowd_down(&others);
	unit_down();
}

static bool sample(const struct way *way, unsigned int which, struct figures *f)
{
	if (!sample_many(way, which, f))
		return false;
	sample_beside(way, which, f);
	return true;
}

static void print_of(const struct way *way, const char *who, const struct figures *f)
{
	unsigned int k;

	put_label(36, "%s, %s", way->name, who);
	put_number(9, series_median(f->trip) / 1000);
	put_number(9, series_stats(f->trip).p99 / 1000);
	put_number(9, series_median(f->beside) / 1000);
	for (k = 0; k < ARRAY_SIZE(many); k++)
		if (series_stats(f->rate[k]).n)
			put_number(9, series_median(f->rate[k]));
		else
			put_text(9, "-");
	put_end();
}

static void figures_new(const struct way *way, const char *who, struct figures *f)
{
	unsigned int k;

	f->trip = series_new(PART, "ns", "%s, %s, round trip", way->name, who);
	f->beside = series_new(PART, "ns", "%s, %s, round trip beside %u", way->name, who,
			       STORM);
	for (k = 0; k < ARRAY_SIZE(many); k++)
		f->rate[k] = series_new(PART, "1/s", "%s, %s, %u outstanding", way->name,
					who, many[k]);
}

static void bench_way(const struct way *way, unsigned int rounds)
{
	static const char * const names[] = { "ours", "in-tree" };
	bool there[DRIVERS] = { true, true };
	struct figures of[DRIVERS];
	unsigned int round, turn, which;

	for (which = 0; which < DRIVERS; which++)
		figures_new(way, names[which], &of[which]);
	for (round = 0; round < rounds; round++) {
		overhead_sample();
		for (turn = 0; turn < DRIVERS; turn++) {
			which = (turn + round) % DRIVERS;
			if (there[which])
				there[which] = sample(way, which, &of[which]);
		}
	}
	for (which = 0; which < DRIVERS; which++)
		if (there[which])
			print_of(way, names[which], &of[which]);
	if (!there[OURS])
		return;
	summary_add(way->stall ? "(g) a stalled transaction and its answer, us" :
				 "(g) a page request and its answer, us",
		    series_median(of[OURS].trip) / 1000);
	summary_add(way->stall ? "(g) a stalled transaction beside 8 without end, ratio" :
				 "(g) a page request beside 8 without end, ratio",
		    series_median(of[OURS].beside) / series_median(of[OURS].trip));
	summary_add(way->stall ? "(g) stalled transactions a second, 16 outstanding" :
				 "(g) page requests a second, 16 outstanding",
		    series_median(of[OURS].rate[1]));
}

void bench_faults(unsigned int rounds)
{
	unsigned int i;

	heading("(g) From a page fault of a device to the answer of a process");
	put_gap(36);
	put_text(9, "median");
	put_text(9, "99 %%");
	put_text(9, "in storm");
	put_text(36, "a second, with 1, 16, 32, 256");
	put_end();
	put_gap(36);
	put_text(9, "us");
	put_text(9, "us");
	put_text(9, "us");
	put_text(36, "outstanding");
	put_end();
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		if (!ways[i].stall || vendor == MOCK_SMMUV3)
			bench_way(&ways[i], rounds);
	note("In storm: the median of one device's, beside %u of another process that fault.",
	     STORM);
}
