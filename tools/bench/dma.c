// SPDX-License-Identifier: GPL-2.0-only
/*
 * (c) Translations of DMA
 *
 * The endpoint moves data in chunks that cross no 4K boundary at either end, and
 * has each end of each chunk translated. Between a COPY with both ends aligned
 * and one whose destination is half a page off, the data is the same and the
 * number of translations is not: the difference of their times, divided by the
 * difference of their translations, is what a translation costs without data.
 * It includes half of what a chunk costs, which is mostly the lock: to switch
 * interrupts off and on takes UML two system calls of its host.
 *
 * What is cached is said by three instances: one as it is, one whose IOTLB holds
 * nothing, one that caches no tables either.
 */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench.h"

#define PART		"dma"
#define GPA		RIG_GPA
#define GUEST_SIZE	(4 * SZ_2M)
#define IOVA		0x200000000ull
#define SIZE		(MOCK_EP_MAX_SIZE / 8)
#define OFF		(PAGE_4K / 2)
#define TRIES		20

enum { CACHED, TABLES, NOTHING, NR_CACHES };
enum { S2_4K, S2_2M, NESTED_4K, NESTED_2M, NR_PTS };

static const struct {
	const char *name;
	struct setup setup;
} caches[NR_CACHES] = {
	[CACHED] = { "cached", { "bench-dma-all", 1, 0, false, false } },
	[TABLES] = { "walk, tables cached",
		     { "bench-dma-pwc", 1, 0, true, false } },
	[NOTHING] = { "walk", { "bench-dma-none", 1, 0, true, true } },
};

static const char * const pts[NR_PTS] = {
	[S2_4K] = "stage-2, 4K",
	[S2_2M] = "stage-2, 2M",
	[NESTED_4K] = "nested, 4K",
	[NESTED_2M] = "nested, 2M",
};

struct dma_dev {
	struct mock mock;
	struct vdev vdev;
	int irq;
	uint32_t pt[NR_PTS];
	struct nest nest[2];
	struct nest *joined;
};

struct dma {
	int iommufd;
	struct guest guest;
	struct s1 s1[2];
	struct nest nest;	/* one for all: its ASIDs are the guest's */
	uint32_t ioas[2];
	struct dma_dev dev[NR_CACHES];
};

struct dma_series {
	struct series *ns;
	struct series *rate;
	struct series *with_data;
	struct series *refs;
	struct series *hits;
	struct series *mib;
};

/**
 * struct transfer - one transfer
 * @ns: its time
 * @st: what it counts for
 */
struct transfer {
	double ns;
	struct mock_stats st;
};

static void small_pages(int iommufd, uint32_t ioas)
{
	struct iommu_option cmd = {
		.size = sizeof(cmd),
		.option_id = IOMMU_OPTION_HUGE_PAGES,
		.op = IOMMU_OPTION_OP_SET,
		.object_id = ioas,
		.val64 = 0,
	};

	must(dsi_ioctl(iommufd, IOMMU_OPTION, &cmd), "IOMMU_OPTION_HUGE_PAGES");
}

/* The first 2M of guest RAM are the source, the second the destination */
static void setup_guest(struct dma *d)
{
	struct guest *g = &d->guest;
	unsigned int i;

	must(guest_create_2m(g, GPA, GUEST_SIZE), "guest RAM in blocks of 2M");
	util_fill(g->va, SIZE, 1);
	must(guest_alloc(g, 2 * SZ_2M, SZ_2M) ? 0 : -ENOMEM, "guest RAM");
	for (i = 0; i < 2; i++) {
		must(dsi_ioas_alloc(d->iommufd, &d->ioas[i]), "an IOAS");
		if (!i)
			small_pages(d->iommufd, d->ioas[i]);
		must(dsi_ioas_map(d->iommufd, d->ioas[i], g->va, g->size,
				  g->gpa, DSI_RW), "mapping guest RAM");
		must(nest_s1(&d->nest, &d->s1[i], g, 48), "stage-1");
		must(s1_map_range(&d->s1[i], IOVA, GPA, 2 * SZ_2M,
				  i ? S1_2M : S1_4K, S1_RW), "stage-1");
	}
}

static void setup_hwpts(struct dma *d, struct dma_dev *dev, unsigned int i)
{
	struct nest *n = &dev->nest[i];

	*n = (struct nest){ .type = vendor, .iommufd = d->iommufd };
	must(nest_create(n, dev->vdev.id, d->ioas[i], 0), "a nesting parent");
	dev->pt[S2_4K + i] = n->parent;
	must(nest_hwpt(n, dev->vdev.id, 0, &d->s1[i], &dev->pt[NESTED_4K + i]),
	     "a nested HWPT");
}

/* The device becomes one of the guest whose stage-2 is that of @pt */
static void join(struct dma_dev *dev, unsigned int pt)
{
	struct nest *n = &dev->nest[pt == S2_2M || pt == NESTED_2M];

	if (n->type == MOCK_VTD || dev->joined == n)
		return;
	must(vdev_detach(&dev->vdev), "detaching");
	if (dev->joined) {
		must(dsi_destroy(n->iommufd, dev->joined->devs[0].vdevice),
		     "a vDEVICE");
		nest_forget_dev(dev->joined, dev->vdev.id);
	}
	must(nest_add_dev(n, dev->vdev.id), "a vDEVICE");
	dev->joined = n;
}

static void setup_dev(struct dma *d, unsigned int which)
{
	struct dma_dev *dev = &d->dev[which];
	struct rig r;
	unsigned int i;

	setup_mock(&r, &caches[which].setup);
	must(mock_set_live(&r.mock, true), "%s", r.mock.name);
	dev->mock = r.mock;
	must(rig_open_dev(&dev->mock, 0, d->iommufd, &dev->vdev),
	     "the endpoint of %s", dev->mock.name);
	for (i = 0; i < 2; i++)
		setup_hwpts(d, dev, i);

	/*
	 * The end of a transfer wakes us: asking would take its time from it.
	 * By a wire, for a message of SMMUv3's device is a translation more
	 */
	dev->irq = eventfd(0, EFD_CLOEXEC);
	must(dev->irq < 0 ? -errno : 0, "an eventfd");
	must(vdev_set_irqs(&dev->vdev, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, &dev->irq),
	     "INTx");
	must(vdev_set_reg(&dev->vdev, MOCK_EP_IRQ_TYPE, 0), "INTx");
	must(vdev_set_reg(&dev->vdev, MOCK_EP_IRQ_NUMBER, 1), "INTx");
}

/* A wire is masked when it has been heard of */
static void unmask(struct dma_dev *dev)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK,
		.index = VFIO_PCI_INTX_IRQ_INDEX,
		.count = 1,
	};

	must(dsi_ioctl(dev->vdev.fd, VFIO_DEVICE_SET_IRQS, &set), "INTx");
}

static void copy(struct dma_dev *dev, uint64_t src, uint64_t dst)
{
	uint64_t count;

	must(ep_start(&dev->vdev, MOCK_EP_CMD_COPY, src, dst, SIZE), "DMA");
	must(read(dev->irq, &count, sizeof(count)) == sizeof(count) ? 0 : -EIO,
	     "the interrupt after DMA");
}

/* Not timed: it fills what caches there are, and shows that DMA works */
static void copy_checked(struct dma *d, struct dma_dev *dev, uint64_t src,
			 uint64_t dst, uint64_t off)
{
	uint8_t *to = d->guest.va + SZ_2M + off;

	memset(to, 0, SIZE);
	unmask(dev);
	copy(dev, src, dst + off);
	must(vdev_reg(&dev->vdev, MOCK_EP_STATUS) & MOCK_EP_STS_COPY_SUCCESS ?
	     0 : -EFAULT, "DMA on %s", dev->mock.name);
	must(memcmp(d->guest.va, to, SIZE) ? -EBADMSG : 0, "copied data");
}

static struct transfer transfer(struct dma_dev *dev, uint64_t src,
				uint64_t dst)
{
	struct mock_stats before, after;
	uint64_t start, end;
	struct transfer t;

	unmask(dev);
	must(mock_stats(&dev->mock, &before), "stats of %s", dev->mock.name);
	start = now_ns();
	copy(dev, src, dst);
	end = now_ns();
	must(mock_stats(&dev->mock, &after), "stats of %s", dev->mock.name);
	t.ns = end - start;
	t.st.translations = after.translations - before.translations;
	t.st.iotlb_hits = after.iotlb_hits - before.iotlb_hits;
	t.st.walk_refs = after.walk_refs - before.walk_refs;
	return t;
}

static void keep_shortest(struct transfer *best, const struct transfer *t)
{
	if (!best->ns || t->ns < best->ns)
		*best = *t;
}

static void sample(struct dma *d, unsigned int cache, unsigned int pt,
		   const struct dma_series *s)
{
	bool nested = pt == NESTED_4K || pt == NESTED_2M;
	uint64_t src = nested ? IOVA : GPA, dst = src + SZ_2M;
	struct dma_dev *dev = &d->dev[cache];
	struct transfer even = {}, odd = {}, t;
	unsigned int i;
	double ns, n;

	join(dev, pt);
	must(vdev_attach_id(&dev->vdev, dev->pt[pt]), "%s", pts[pt]);
	copy_checked(d, dev, src, dst, 0);
	copy_checked(d, dev, src, dst, OFF);
	for (i = 0; i < TRIES; i++) {
		t = transfer(dev, src, dst);
		keep_shortest(&even, &t);
		t = transfer(dev, src, dst + OFF);
		keep_shortest(&odd, &t);
	}

	n = (double)odd.st.translations - even.st.translations;
	must(n > 0 ? 0 : -ERANGE, "translations of %s", pts[pt]);
	ns = (odd.ns - even.ns) / n;
	series_add(s->ns, ns);
	series_add(s->rate, 1e9 / ns);
	series_add(s->with_data, 1e9 * even.st.translations / even.ns);
	n = even.st.translations + odd.st.translations;
	series_add(s->refs, (even.st.walk_refs + odd.st.walk_refs) / n);
	series_add(s->hits, 100 * (even.st.iotlb_hits + odd.st.iotlb_hits) / n);
	series_add(s->mib, 1e9 / even.ns * SIZE / SZ_1M);
}

static void new_series(struct dma_series of[NR_PTS][NR_CACHES])
{
	unsigned int i, j;

	for (i = 0; i < NR_PTS; i++) {
		for (j = 0; j < NR_CACHES; j++) {
			const char *a = pts[i], *b = caches[j].name;
			struct dma_series *s = &of[i][j];

			s->ns = series_new(PART, "ns", "%s, %s: translation",
					   a, b);
			s->rate = series_new(PART, "1/s", "%s, %s: translations",
					     a, b);
			s->with_data = series_new(PART, "1/s",
						  "%s, %s: translations with data",
						  a, b);
			s->refs = series_new(PART, "1", "%s, %s: references",
					     a, b);
			s->hits = series_new(PART, "%", "%s, %s: hits", a, b);
			s->mib = series_new(PART, "MiB/s", "%s, %s: copied", a,
					    b);
		}
	}
}

static void print(struct dma_series of[NR_PTS][NR_CACHES])
{
	unsigned int i, j;

	put_gap(32);
	put_label(33, "  a translation by itself");
	put_text(8, "IOTLB");
	put_text(8, "refs of");
	put_text(17, "with data, COPY:");
	put_end();
	put_gap(34);
	put_text(8, "ns");
	put_gap(17);
	put_text(8, "1000/s");
	put_text(8, "hits, %%");
	put_text(8, "a walk");
	put_text(9, "1000/s");
	put_text(8, "MiB/s");
	put_end();
	for (i = 0; i < NR_PTS; i++) {
		for (j = 0; j < NR_CACHES; j++) {
			const struct dma_series *s = &of[i][j];

			put_label(11, "%s", j ? "" : pts[i]);
			put_label(19, "%s", caches[j].name);
			put_spread(8, s->ns);
			put_number(8, series_median(s->rate) / 1000);
			put_number(8, series_median(s->hits));
			put_number(8, series_median(s->refs));
			put_number(9, series_median(s->with_data) / 1000);
			put_number(8, series_median(s->mib));
			put_end();
		}
	}
}

static void take_down(struct dma *d)
{
	unsigned int i;

	for (i = 0; i < NR_CACHES; i++) {
		vdev_close(&d->dev[i].vdev);
		close(d->dev[i].irq);
	}
	close(d->iommufd);
	guest_destroy(&d->guest);
	for (i = 0; i < NR_CACHES; i++)
		must(mock_destroy(&d->dev[i].mock), "taking an instance down");
}

void bench_dma(unsigned int rounds)
{
	struct dma_series of[NR_PTS][NR_CACHES];
	unsigned int round, i;
	struct dma d = {};

	heading("(c) Translations of DMA: by themselves, and with 2K of data for each");
	d.iommufd = dsi_open();
	must(d.iommufd, "/dev/iommu");
	d.nest = (struct nest){ .type = vendor, .iommufd = d.iommufd };
	setup_guest(&d);
	for (i = 0; i < NR_CACHES; i++)
		setup_dev(&d, i);
	new_series(of);

	for (round = 0; round < rounds; round++) {
		overhead_sample();
		for (i = 0; i < NR_PTS * NR_CACHES; i++) {
			unsigned int at = (i + round) % (NR_PTS * NR_CACHES);
			unsigned int cache = at % NR_CACHES;
			unsigned int pt = at / NR_CACHES;

			sample(&d, cache, pt, &of[pt][cache]);
		}
	}
	take_down(&d);
	print(of);
	summary_add("(c) a translation that is cached, ns",
		    series_median(of[NESTED_4K][CACHED].ns));
	summary_add("(c) a nested walk of 4K pages, ns",
		    series_median(of[NESTED_4K][NOTHING].ns));
	summary_add("(c)   memory references of it",
		    series_median(of[NESTED_4K][NOTHING].refs));
	summary_add("(c)   to that of stage-2 alone, ratio",
		    series_median(of[NESTED_4K][NOTHING].ns) /
		    series_median(of[S2_4K][NOTHING].ns));
}
