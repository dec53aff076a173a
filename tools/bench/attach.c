// SPDX-License-Identifier: GPL-2.0-only
/*
 * (d) Attach, replace and detach, of a device and of a PASID of it
 *
 * One pass through the steps ends where it began. Each step is timed by itself,
 * less what it costs to read the clock; its shortest time of all passes counts.
 */
#include "bench.h"

#define PART	"attach"
#define PASID	5
#define PASSES	10

enum { A, B, PARENT, BLOCKED };

static const struct step {
	const char *name;
	bool pasid;
	int to;
} steps[] = {
	{ "nested A -> nested B", false, B },
	{ "nested B -> parent", false, PARENT },
	{ "parent -> nested A", false, A },
	{ "nested A -> blocked", false, BLOCKED },
	{ "blocked -> parent", false, PARENT },
	{ "parent -> blocked", false, BLOCKED },
	{ "blocked -> nested A", false, A },
	{ "PASID: blocked -> nested A", true, A },
	{ "PASID: nested A -> nested B", true, B },
	{ "PASID: nested B -> parent", true, PARENT },
	{ "PASID: parent -> nested A", true, A },
	{ "PASID: nested A -> blocked", true, BLOCKED },
};

#define NR	ARRAY_SIZE(steps)

/* With SMMUv3 the PASIDs of a nested device are the guest's: no calls of ours */
static bool skipped(unsigned int i)
{
	return steps[i].pasid && vendor == MOCK_SMMUV3;
}

static int do_step(struct rig *r, const struct step *step, const uint32_t *hwpt)
{
	if (step->to == BLOCKED)
		return step->pasid ? vdev_detach_pasid(&r->dev[0], PASID) :
				     vdev_detach(&r->dev[0]);
	return step->pasid ?
	       vdev_attach_pasid(&r->dev[0], PASID, hwpt[step->to]) :
	       vdev_attach_id(&r->dev[0], hwpt[step->to]);
}

static void print(struct series *const *of, struct series *const *descs)
{
	unsigned int i;

	put_gap(38);
	put_text(9, "us");
	put_gap(17);
	put_text(16, "less an empty");
	put_text(14, "commands");
	put_end();
	put_gap(38);
	put_gap(9 + 17);
	put_text(16, "system call");
	put_text(14, "queued");
	put_end();
	for (i = 0; i < NR; i++) {
		if (skipped(i))
			continue;
		put_label(36, "%s", steps[i].name);
		put_spread_of(9, of[i], 1000);
		put_number(16, (series_median(of[i]) -
				overhead_median().syscall) / 1000);
		put_text(14, "%.0f", series_median(descs[i]));
		put_end();
	}
}

/* In ns */
static double time_step(struct rig *r, const uint32_t *hwpt, unsigned int i)
{
	uint64_t start, end;
	int rc;

	start = now_ns();
	rc = do_step(r, &steps[i], hwpt);
	end = now_ns();
	must(rc, "%s", steps[i].name);
	return end - start;
}

static void sample(struct rig *r, const uint32_t *hwpt, double clock,
		   struct series **of, struct series **descs)
{
	double time, best[NR];
	unsigned int pass, i;
	uint64_t before;

	for (pass = 0; pass < PASSES; pass++) {
		for (i = 0; i < NR; i++) {
			if (skipped(i))
				continue;
			before = commands_queued(&r->mock);
			time = time_step(r, hwpt, i);
			if (!pass)
				series_add(descs[i], commands_queued(&r->mock) -
						     before);
			if (!pass || time < best[i])
				best[i] = time;
		}
	}
	for (i = 0; i < NR; i++)
		if (!skipped(i))
			series_add(of[i], best[i] - clock);
}

void bench_attach(unsigned int rounds)
{
	const struct setup setup = {
		.name = "bench-attach",
		.nr_eps = 1,
		.pasid_bits = 8,
	};
	struct series *of[NR], *descs[NR];
	unsigned int round, i;
	uint32_t hwpt[3];
	struct rig r;
	struct s1 b;

	heading("(d) Attach, replace, detach");
	setup_up(&r, &setup);
	must(rig_s1(&r, &b), "a second stage-1");
	hwpt[A] = r.nested;
	hwpt[PARENT] = r.nest.parent;
	must(rig_hwpt(&r, &b, &hwpt[B]), "a second nested HWPT");
	for (i = 0; i < NR; i++) {
		if (skipped(i))
			continue;
		of[i] = series_new(PART, "ns", "%s", steps[i].name);
		descs[i] = series_new(PART, "commands", "%s, commands",
				      steps[i].name);
	}

	for (round = 0; round < rounds; round++)
		sample(&r, hwpt, overhead_sample().clock, of, descs);
	must(rig_down(&r), "taking %s down", setup.name);
	print(of, descs);
	summary_add("(d) replace nested A by nested B, us less a system call",
		    (series_median(of[0]) - overhead_median().syscall) / 1000);
	summary_add("(d)   commands queued for it", series_median(descs[0]));
}
