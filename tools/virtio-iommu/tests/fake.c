// SPDX-License-Identifier: GPL-2.0-only
/* A backend that records what the device wants of it */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../range.h"
#include "fake.h"

struct viommu_port {
	struct fake *fake;
	uint32_t id;
	const struct fake_dev *dev;
	enum viommu_mode mode;
	struct viommu_space *space;
};

struct viommu_space {
	struct fake *fake;
	unsigned int unit;
	unsigned int ports;
	bool refused;
	bool handed;
	GTree *segs;
	GArray *stale;
};

struct seg {
	struct viommu_range iova;
	uint64_t ipa;
	unsigned int prot;
};

/* The call's turn to fail? */
static int failing(struct fake *f)
{
	if (!f->fail_in || --f->fail_in)
		return 0;
	if (f->fail_len) {
		f->fail_len--;
		f->fail_in = 1;
	}
	f->failed++;
	return f->error;
}

static int port_new(struct viommu_backend *b, struct ds_dev *ds, uint32_t id,
		    struct viommu_port **port)
{
	struct fake *f = (struct fake *)b;
	int rc = failing(f);

	if (rc)
		return rc;
	*port = g_new0(struct viommu_port, 1);
	(*port)->fake = f;
	(*port)->id = id;
	(*port)->dev = (const struct fake_dev *)ds;
	g_ptr_array_add(f->ports, *port);
	return 0;
}

static void settle(struct viommu_port *p, enum viommu_mode mode, struct viommu_space *s)
{
	if (p->space)
		p->space->ports--;
	if (s)
		s->ports++;
	p->mode = mode;
	p->space = s;
}

static void port_free(struct viommu_port *port)
{
	settle(port, VIOMMU_BLOCKED, NULL);
	g_assert_true(g_ptr_array_remove(port->fake->ports, port));
	g_free(port);
}

static int port_limits(struct viommu_port *port, struct viommu_range *aperture,
		       struct viommu_range **resv, size_t *n)
{
	const struct fake_dev *dev = port->dev;
	int rc = failing(port->fake);

	if (rc)
		return rc;
	*aperture = dev->aperture;
	if (!aperture->last)
		aperture->last = (1ull << 48) - 1;
	*n = dev->n;
	*resv = malloc(sizeof(dev->resv));
	memcpy(*resv, dev->resv, sizeof(dev->resv));
	return 0;
}

static bool space_fits(struct viommu_space *space, struct viommu_port *port)
{
	return space->unit == port->dev->unit;
}

static int attach(struct viommu_port *port, enum viommu_mode mode,
		  struct viommu_space *space)
{
	int rc = failing(port->fake);

	g_assert_true(!space == (mode != VIOMMU_SPACE));
	g_assert_true(!space || space_fits(space, port));
	port->fake->attaches++;
	if (!rc)
		settle(port, mode, space);
	return rc;
}

static int space_new(struct viommu_port *port, struct viommu_space **out)
{
	struct viommu_space *s;
	int rc = failing(port->fake);

	if (rc)
		return rc;
	s = g_new0(struct viommu_space, 1);
	s->fake = port->fake;
	s->unit = port->dev->unit;
	s->segs = range_tree_new(g_free);
	s->stale = g_array_new(FALSE, FALSE, sizeof(struct seg));
	s->fake->spaces++;
	*out = s;
	return 0;
}

static void space_free(struct viommu_space *s)
{
	g_assert_cmpuint(s->ports, ==, 0);
	s->fake->spaces--;
	g_tree_unref(s->segs);
	g_array_unref(s->stale);
	g_free(s);
}

static int map(struct viommu_space *s, uint64_t iova, uint64_t ipa, uint64_t len,
	       unsigned int prot)
{
	struct viommu_range r = { iova, iova + (len - 1) };
	struct seg *seg;
	int rc = failing(s->fake);

	g_assert_cmpuint((iova | ipa | len) & 0xfff, ==, 0);
	g_assert_true(len && r.last >= iova && ipa + (len - 1) >= ipa);
	g_assert_true(prot && !(prot & ~(VIOMMU_READ | VIOMMU_WRITE)));
	g_assert_false(s->handed);
	s->fake->maps++;
	if (rc)
		return rc;
	if (range_tree_first(s->segs, &r)) {
		s->fake->clashes++;
		return -EEXIST;
	}
	seg = g_new(struct seg, 1);
	*seg = (struct seg) { .iova = r, .ipa = ipa, .prot = prot };
	range_tree_add(s->segs, seg);
	return 0;
}

/* After a failure the device may try again what has been done */
static int unmap(struct viommu_space *s, uint64_t iova, uint64_t len)
{
	struct viommu_range r = { iova, iova + (len - 1) };
	GTreeNode *node = range_tree_first(s->segs, &r);
	int rc = failing(s->fake);
	struct seg *seg;

	s->fake->unmaps++;
	if (rc || !node)
		return rc;
	seg = g_tree_node_value(node);
	g_assert_cmpuint(seg->iova.first, ==, r.first);
	g_assert_cmpuint(seg->iova.last, ==, r.last);
	g_array_append_val(s->stale, *seg);
	g_tree_remove(s->segs, seg);
	return 0;
}

static int sync_space(struct viommu_space *s)
{
	int rc = failing(s->fake);

	s->fake->syncs++;
	s->refused = rc;
	if (!rc)
		g_array_set_size(s->stale, 0);
	return rc;
}

static size_t describe(struct viommu_port *port, uint8_t *property)
{
	(void)port;
	memset(property, 0x77, 8);
	return 8;
}

/* Such a space has everything where it is */
static int hand(struct viommu_port *port, const struct viommu_handed *tables,
		struct viommu_space **out)
{
	int rc = space_new(port, out);

	if (rc)
		return rc;
	port->fake->handed = *tables;
	(*out)->handed = true;
	return 0;
}

static int forget(struct viommu_space *s, const struct viommu_range *range, bool leaf,
		  bool config)
{
	struct fake *f = s->fake;

	g_assert_true(s->handed);
	f->forgot++;
	f->forgot_all = !range;
	f->forgot_leaf = leaf;
	f->forgot_config = config;
	if (range)
		f->forgot_range = *range;
	return failing(f);
}

static int next_fault(struct viommu_backend *b, struct viommu_hw_fault *fault)
{
	struct fake *f = (struct fake *)b;
	struct viommu_hw_fault *first;

	if (f->watched)
		f->watched(f->watcher);
	first = g_queue_pop_head(&f->faults);
	if (!first)
		return -EAGAIN;
	*fault = *first;
	g_free(first);
	return 0;
}

static void fake_free(struct viommu_backend *b)
{
	struct fake *f = (struct fake *)b;

	g_assert_cmpuint(f->ports->len, ==, 0);
	g_assert_cmpuint(f->spaces, ==, 0);
	g_queue_clear_full(&f->faults, g_free);
	g_ptr_array_unref(f->ports);
	g_free(f);
}

static const struct viommu_backend_ops ops = {
	.port_new = port_new,
	.port_free = port_free,
	.port_limits = port_limits,
	.attach = attach,
	.space_new = space_new,
	.space_free = space_free,
	.space_fits = space_fits,
	.map = map,
	.unmap = unmap,
	.sync = sync_space,
	.describe = describe,
	.hand = hand,
	.forget = forget,
	.fault = next_fault,
	.free = fake_free,
};

struct fake *fake_new(void)
{
	struct fake *f = g_new0(struct fake, 1);

	f->base.ops = &ops;
	f->base.fd = -1;
	f->error = -EIO;
	f->ports = g_ptr_array_new();
	g_queue_init(&f->faults);
	return f;
}

static struct viommu_port *find(struct fake *f, uint32_t id)
{
	guint i;

	for (i = 0; i < f->ports->len; i++) {
		struct viommu_port *p = f->ports->pdata[i];

		if (p->id == id)
			return p;
	}
	g_assert_not_reached();
}

static uint64_t access_of(const struct viommu_port *p, uint64_t iova, unsigned int access,
			  bool stale)
{
	struct viommu_range r = { iova, iova };
	GTreeNode *node;
	guint i;

	if (p->mode != VIOMMU_SPACE)
		return p->mode == VIOMMU_BYPASS ? iova : UINT64_MAX;
	if (p->space->handed)
		return iova;
	for (i = 0; stale && i < p->space->stale->len; i++) {
		struct seg *s = &g_array_index(p->space->stale, struct seg, i);

		if (ranges_meet(&s->iova, &r) && !(access & ~s->prot))
			return s->ipa + (iova - s->iova.first);
	}
	node = range_tree_first(p->space->segs, &r);
	if (node) {
		struct seg *s = g_tree_node_value(node);

		if (!(access & ~s->prot))
			return s->ipa + (iova - s->iova.first);
	}
	return UINT64_MAX;
}

uint64_t fake_access(struct fake *f, uint32_t id, uint64_t iova, unsigned int access)
{
	return access_of(find(f, id), iova, access, true);
}

uint64_t fake_access_told(struct fake *f, uint32_t id, uint64_t iova, unsigned int access)
{
	struct viommu_port *p = find(f, id);

	return access_of(p, iova, access, !p->space || !p->space->refused);
}

unsigned int fake_segments(struct fake *f, uint32_t id)
{
	struct viommu_port *p = find(f, id);

	return p->space ? g_tree_nnodes(p->space->segs) : 0;
}

void fake_fault(struct fake *f, uint32_t id, enum viommu_fault_kind kind,
		unsigned int access, uint64_t addr)
{
	struct viommu_hw_fault *fault = g_new0(struct viommu_hw_fault, 1);

	fault->kind = kind;
	fault->port = find(f, id);
	fault->access = access;
	fault->has_addr = true;
	fault->addr = addr;
	g_queue_push_tail(&f->faults, fault);
}
