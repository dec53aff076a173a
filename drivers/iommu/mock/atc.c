// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: address translation cache of an endpoint (PCIe ATS)
 *
 * An entry stays until an invalidation message removes it. Runs under
 * &mock_iommu.lock.
 */
#include <linux/lockdep.h>
#include <linux/seq_file.h>

#include "core.h"
#include "endpoint.h"

/* Tag of an entry: who the translation is for */
#define ATC_TAG_PASID		GENMASK_ULL(19, 0)
#define ATC_TAG_PASID_VALID	BIT_ULL(20)
#define ATC_TAG_PRIV		BIT_ULL(21)

/* @since: how many invalidations there had been when the entry was made */
struct atc_entry {
	u64 pa;
	u32 since;
	bool read;
	bool write;
	bool exec;
	bool global;
	bool must_snoop;
};

static u64 atc_tag(const struct mock_req *req)
{
	if (!req->pasid_valid)
		return 0;
	return ATC_TAG_PASID_VALID | (req->priv ? ATC_TAG_PRIV : 0) |
	       (req->pasid & ATC_TAG_PASID);
}

/**
 * mock_atc_create() - make an endpoint's ATC if it has one
 * @ep: the endpoint
 *
 * Return: 0 or -ENOMEM
 */
int mock_atc_create(struct mock_endpoint *ep)
{
	const struct mock_cache_params *p = &ep->mi->cache_params;

	ep->told = (struct mock_ep_told){};
	if (!ep->config.caps.ats)
		return 0;
	ep->atc = mock_cache_create(p->atc_entries, sizeof(struct atc_entry),
				    p->evict_period, p->evict_seed);
	return ep->atc ? 0 : -ENOMEM;
}

/**
 * mock_atc_destroy() - undo mock_atc_create()
 * @ep: the endpoint
 */
void mock_atc_destroy(struct mock_endpoint *ep)
{
	mock_cache_destroy(ep->atc);
	ep->atc = NULL;
}

/**
 * mock_atc_reset() - a reset empties the ATC
 * @ep: the endpoint
 */
void mock_atc_reset(struct mock_endpoint *ep)
{
	if (ep->atc)
		mock_cache_invalidate_all(ep->atc);
	ep->told = (struct mock_ep_told){};
}

/**
 * mock_atc_lookup() - look for a translation
 * @ep: the endpoint
 * @req: the request that needs it
 * @res: filled for the address of @req
 *
 * Return: there is one. It may lack the permission that @req needs
 */
bool mock_atc_lookup(struct mock_endpoint *ep, const struct mock_req *req,
		     struct mock_xlate *res)
{
	struct mock_cache_key key;
	const struct atc_entry *e;

	lockdep_assert_held(&ep->mi->lock);
	e = mock_cache_lookup(ep->atc, atc_tag(req), req->addr, &key);
	if (!e) {
		++*mock_ep_reg(ep, MOCK_EP_ATC_MISSES);
		return false;
	}
	++*mock_ep_reg(ep, MOCK_EP_ATC_HITS);
	*res = (struct mock_xlate){
		.pa = e->pa + (req->addr - key.addr),
		.lg2 = key.lg2,
		.read = e->read,
		.write = e->write,
		.exec = e->exec,
		.priv = req->priv,
		.global = e->global,
		.must_snoop = e->must_snoop,
	};
	return true;
}

/**
 * mock_atc_insert() - keep the answer to a translation request
 * @ep: the endpoint
 * @req: the request
 * @res: the answer
 */
void mock_atc_insert(struct mock_endpoint *ep, const struct mock_req *req,
		     const struct mock_xlate *res)
{
	struct atc_entry *e;
	u8 lg2 = min(res->lg2, 63);

	lockdep_assert_held(&ep->mi->lock);
	e = mock_cache_insert(ep->atc, atc_tag(req), req->addr, lg2);
	if (!e)
		return;
	*e = (struct atc_entry){
		.pa = res->pa & ~(BIT_ULL(lg2) - 1),
		.since = ep->told.nr,
		.read = res->read,
		.write = res->write,
		.exec = res->exec,
		.global = res->global,
		.must_snoop = res->must_snoop,
	};
}

/**
 * mock_atc_wants() - may the endpoint ask for a translation of its own accord?
 * @ep: the endpoint
 * @req: the request for it
 *
 * Return: ATS is in use, the endpoint may make requests, and it does not have
 * that translation
 */
bool mock_atc_wants(struct mock_endpoint *ep, const struct mock_req *req)
{
	lockdep_assert_held(&ep->mi->lock);
	return ep->atc && !ep->stop && mock_pci_config_master(&ep->pci) &&
	       (!ep->config.caps.function || mock_pci_config_ats_on(&ep->pci)) &&
	       *mock_ep_reg(ep, MOCK_EP_ATS) & MOCK_EP_ATS_ENABLE &&
	       !mock_cache_peek(ep->atc, atc_tag(req), req->addr, NULL);
}

/*
 * A message without PASID leaves entries with one alone, and the reverse. The
 * privileged mode of an entry does not matter.
 */
static bool inv_covers(const struct mock_ep_inv *inv,
		       const struct mock_cache_key *key)
{
	u64 ignore = ATC_TAG_PRIV | (inv->all_pasids ? ATC_TAG_PASID : 0);

	return !((key->tag ^ inv->tag) & ~ignore) &&
	       mock_cache_key_overlaps(key, inv->first, inv->last);
}

static bool atc_match(const struct mock_cache_key *key, const void *data,
		      const void *arg)
{
	return inv_covers(arg, key);
}

/* An endpoint that must be told twice is told again. The message is the latest */
static bool atc_match_again(const struct mock_cache_key *key, const void *data,
			    const void *arg)
{
	const struct mock_ep_told *told = arg;
	const struct atc_entry *e = data;
	u32 latest = told->nr - 1;
	u32 i;

	if (!inv_covers(&told->inv[latest % MOCK_EP_NR_TOLD], key))
		return false;
	for (i = 1; i < MOCK_EP_NR_TOLD && latest - i + 1 != e->since; i++)
		if (inv_covers(&told->inv[(latest - i) % MOCK_EP_NR_TOLD], key))
			return true;
	return false;
}

static void atc_forget(struct mock_endpoint *ep, const struct mock_ep_inv *inv)
{
	struct mock_ep_told *told = &ep->told;

	if (!ep->config.inv_twice) {
		mock_cache_invalidate(ep->atc, atc_match, inv);
		return;
	}
	told->inv[told->nr++ % MOCK_EP_NR_TOLD] = *inv;
	mock_cache_invalidate(ep->atc, atc_match_again, told);
}

/**
 * mock_ep_atc_invalidate() - an invalidation message reaches the endpoint
 * @ep: the endpoint
 * @pasid_valid: the message has a PASID prefix
 * @pasid: its PASID
 * @all_pasids: its Global Invalidate bit: whatever the PASID
 * @addr: an address of the region
 * @lg2: log2 of the region's size, 64 and more: everything
 *
 * Return: 0 when it was taken and is done, -ETIMEDOUT when there will be no
 * completion: the endpoint has no ATC
 */
int mock_ep_atc_invalidate(struct mock_endpoint *ep, bool pasid_valid, u32 pasid,
			   bool all_pasids, u64 addr, u8 lg2)
{
	u64 mask = lg2 < 64 ? BIT_ULL(lg2) - 1 : U64_MAX;
	struct mock_ep_inv inv = {
		.tag = pasid_valid ? ATC_TAG_PASID_VALID |
				     (pasid & ATC_TAG_PASID) : 0,
		.all_pasids = pasid_valid && all_pasids,
		.first = addr & ~mask,
		.last = addr | mask,
	};

	lockdep_assert_held(&ep->mi->lock);
	if (!ep->atc)
		return -ETIMEDOUT;
	atc_forget(ep, &inv);
	++*mock_ep_reg(ep, MOCK_EP_ATC_INVS);
	return 0;
}

/**
 * mock_atc_invalidate() - send an ATC invalidation message
 * @mi: the instance
 * @sid: whom to
 * @pasid_valid: the message has a PASID prefix
 * @pasid: its PASID
 * @all_pasids: its Global Invalidate bit
 * @addr: an address of the region
 * @lg2: log2 of the region's size, 64 and more: everything
 *
 * Context: &mock_iommu.lock is held
 * Return: 0 when the endpoint has completed it; -ETIMEDOUT when it never will:
 * there is no such endpoint, it has no ATC, or it misbehaves. -EINPROGRESS when
 * a later command that waits for it has to be kept waiting, which is what
 * mock_slow_ready() does
 */
int mock_atc_invalidate(struct mock_iommu *mi, u32 sid, bool pasid_valid,
			u32 pasid, bool all_pasids, u64 addr, u8 lg2)
{
	struct mock_endpoint *ep = mock_instance_endpoint(mi, sid);
	const struct mock_atc_inv msg = {
		.addr = addr,
		.sid = sid,
		.pasid = pasid,
		.pasid_valid = pasid_valid,
		.all_pasids = all_pasids,
		.lg2 = lg2,
	};

	if (!ep || mock_misbehave_take(mi, MOCK_MISBEHAVE_DEVTLB_TIMEOUT) ||
	    !ep->atc)
		return mock_slow_send(mi, NULL, &msg);
	if (ep->inv_delay_ms)
		return mock_slow_send(mi, ep, &msg);
	return mock_ep_atc_invalidate(ep, pasid_valid, pasid, all_pasids, addr,
				      lg2);
}

static void atc_show_entry(const struct mock_cache_key *key, const void *data,
			   void *arg)
{
	const struct atc_entry *e = data;

	if (key->tag & ATC_TAG_PASID_VALID)
		seq_printf(arg, "pasid %#llx ", key->tag & ATC_TAG_PASID);
	else
		seq_puts(arg, "no-pasid ");
	seq_printf(arg, "addr %#llx size %#llx pa %#llx %c%c%c%s%s%s\n",
		   key->addr, 1ULL << key->lg2, e->pa, e->read ? 'r' : '-',
		   e->write ? 'w' : '-', e->exec ? 'x' : '-',
		   key->tag & ATC_TAG_PRIV ? " priv" : "",
		   e->global ? " global" : "",
		   e->must_snoop ? " must-snoop" : "");
}

/**
 * mock_atc_show_one() - print the entry for a request, if there is one
 * @ep: the endpoint
 * @req: the request
 * @m: where to
 *
 * Return: there is one
 */
bool mock_atc_show_one(struct mock_endpoint *ep, const struct mock_req *req,
		       struct seq_file *m)
{
	struct mock_cache_key key;
	const struct atc_entry *e;

	lockdep_assert_held(&ep->mi->lock);
	if (!ep->atc)
		return false;
	e = mock_cache_peek(ep->atc, atc_tag(req), req->addr, &key);
	if (!e)
		return false;
	seq_puts(m, "cached: ATC ");
	atc_show_entry(&key, e, m);
	return true;
}

/**
 * mock_atc_show() - print every entry, most recently used first
 * @ep: the endpoint
 * @m: where to
 */
void mock_atc_show(struct mock_endpoint *ep, struct seq_file *m)
{
	lockdep_assert_held(&ep->mi->lock);
	if (ep->atc)
		mock_cache_for_each(ep->atc, atc_show_entry, m);
}
