// SPDX-License-Identifier: GPL-2.0-only
/*
 * (h) From a device's fault to what its guest reads of it
 *
 * A device of a guest comes to an address that the guest has not mapped, and is stopped.
 * The VMM reads the event from a vEVENTQ: a record of the guest's own IOMMU.
 */
#include <errno.h>
#include <unistd.h>

#include "bench.h"

#define PART		"events"
/* Nothing is mapped there at stage-1 */
#define NO_IOVA		0x300000000ull
#define TIMES		200
/* Events that wait to be read */
#define DEPTH		64
#define WAIT_MS		60000

enum { OURS, THEIRS, DRIVERS };

static const char * const drivers[] = { "nested", "in-tree" };

/**
 * struct guest_unit - a guest's IOMMU, with a device and its events
 * @rig: all of it
 * @events: the vEVENTQ
 */
struct guest_unit {
	struct rig rig;
	int events;
};

/* -EOPNOTSUPP and others from a driver that has no such thing, or is not there */
static int unit_up(struct guest_unit *u, unsigned int which)
{
	const struct setup setup = { .name = "bench-events", .nr_eps = 1 };
	struct rig *r = &u->rig;
	uint32_t id;
	int rc;

	setup_mock(r, &setup);
	r->nest.raw = vendor == MOCK_VTD;
	must(mock_set_text(&r->mock, "driver", drivers[which]), "the driver %s",
	     drivers[which]);
	u->events = -1;
	rc = rig_devices(r);
	if (rc)
		return rc;
	must(rig_guest(r), "guest RAM");
	rc = rig_parent(r);
	if (rc)
		return rc;
	must(rig_nested(r), "the nested HWPT");
	if (vendor == MOCK_VTD)
		return dsi_veventq_vtd(r->iommufd, r->nest.viommu, DEPTH, &id, &u->events);
	return dsi_veventq(r->iommufd, r->nest.viommu, DEPTH, &id, &u->events);
}

static void unit_down(struct guest_unit *u)
{
	if (u->events >= 0)
		close(u->events);
	must(rig_down(&u->rig), "taking it down");
}

static void fault(struct guest_unit *u)
{
	must(ep_read(&u->rig.dev[0], NO_IOVA, 64, 0, NULL) == -EFAULT ? 0 : -EIO,
	     "a DMA that has no translation");
}

static void hear(struct guest_unit *u)
{
	struct dsi_vevent ev;

	if (vendor == MOCK_VTD)
		must(dsi_vevent_vtd(u->events, WAIT_MS, &ev), "an event");
	else
		must(dsi_vevent(u->events, WAIT_MS, &ev), "an event");
	must(ev.flags ? -EIO : 0, "an event that is not lost");
}

/**
 * struct figures - what is measured of a driver
 * @trip: from the beginning of a transfer to the event that was read
 * @rate: events a second, when many are read after one another
 */
struct figures {
	struct series *trip;
	struct series *rate;
};

static void measure(struct guest_unit *u, struct figures *f)
{
	uint64_t start;
	unsigned int i;

	for (i = 0; i < TIMES; i++) {
		start = now_ns();
		fault(u);
		hear(u);
		series_add(f->trip, now_ns() - start);
	}
	start = now_ns();
	for (i = 0; i < DEPTH / 2; i++)
		fault(u);
	for (i = 0; i < DEPTH / 2; i++)
		hear(u);
	series_add(f->rate, DEPTH / 2 * 1e9 / (now_ns() - start));
}

/* false if the driver has no such thing */
static bool sample(unsigned int which, struct figures *f)
{
	static struct guest_unit unit;
	bool works = !unit_up(&unit, which);

	if (works) {
		fault(&unit);
		hear(&unit);
		measure(&unit, f);
	}
	unit_down(&unit);
	return works;
}

static void print_of(const char *who, const struct figures *f)
{
	put_label(36, "a guest's fault, %s", who);
	put_number(9, series_median(f->trip) / 1000);
	put_number(9, series_stats(f->trip).p99 / 1000);
	put_number(9, series_median(f->rate));
	put_end();
}

void bench_events(unsigned int rounds)
{
	static const char * const names[] = { "ours", "in-tree" };
	bool there[DRIVERS] = { true, true };
	struct figures of[DRIVERS];
	unsigned int round, turn, which;

	heading("(h) From a device's fault to what its guest reads of it");
	put_gap(36);
	put_text(9, "median");
	put_text(9, "99 %%");
	put_text(9, "a second");
	put_end();
	put_gap(36);
	put_text(9, "us");
	put_text(9, "us");
	put_end();
	for (which = 0; which < DRIVERS; which++) {
		of[which].trip = series_new(PART, "ns", "%s, round trip", names[which]);
		of[which].rate = series_new(PART, "1/s", "%s, many", names[which]);
	}
	for (round = 0; round < rounds; round++) {
		overhead_sample();
		for (turn = 0; turn < DRIVERS; turn++) {
			which = (turn + round) % DRIVERS;
			if (there[which])
				there[which] = sample(which, &of[which]);
		}
	}
	for (which = 0; which < DRIVERS; which++)
		if (there[which])
			print_of(names[which], &of[which]);
	if (there[OURS])
		summary_add("(h) a guest's fault, to its event, us",
			    series_median(of[OURS].trip) / 1000);
}
