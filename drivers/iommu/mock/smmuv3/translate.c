// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: a request from its arrival to its translation or its fault */
#include "walk.h"

static int translate_untranslated(struct mock_smmu_walk *w,
				  const struct mock_req *req,
				  struct mock_xlate *res)
{
	struct mock_smmu_leaf leaf;
	u8 id, perms;

	id = mock_smmu_find_ste(w);
	/* 5.2: terminated without an event */
	if (!id && !(w->ste->config & SMMU_STE_CONFIG_BYPASS)) {
		mock_smmu_unrecorded(w, 0, MOCK_SMMU_WHY_ABORT);
		return -EFAULT;
	}
	if (!id)
		id = mock_smmu_find_context(w);
	if (!id)
		id = mock_smmu_translate_by_stages(w, &leaf);
	if (id)
		return mock_smmu_finish_fault(w, id);
	perms = mock_smmu_permissions(w, &leaf);
	res->pa = leaf.pa + (w->addr & (BIT_ULL(leaf.lg2) - 1));
	res->lg2 = leaf.lg2;
	/* What was checked is permitted: the STE may have made it another kind */
	res->read = w->read || w->exec || perms & MOCK_SMMU_PERM_PR;
	res->write = w->write || perms & MOCK_SMMU_PERM_PW;
	res->exec = w->exec || perms & MOCK_SMMU_PERM_PX;
	res->snooped = mock_smmu_is_snooped(w, &leaf);
	res->priv = req->pasid_valid && req->priv;
	return 0;
}

/* 3.4, 6.3.15: the SMMU is disabled */
static int translate_disabled(struct mock_smmu *m, const struct mock_req *req,
			      struct mock_xlate *res,
			      struct mock_smmu_event *ev)
{
	struct mock_smmu_attr attr;

	switch (req->at) {
	case MOCK_AT_TRANSLATION:
		ev->id = SMMU_EVT_F_BAD_ATS_TREQ;
		return -EFAULT;
	case MOCK_AT_TRANSLATED:
		ev->id = SMMU_EVT_F_TRANSL_FORBIDDEN;
		return -EFAULT;
	default:
		break;
	}
	if (m->gbpa & SMMU_GBPA_ABORT || req->addr >> mock_smmu_oas(m)) {
		ev->why = m->gbpa & SMMU_GBPA_ABORT ?
			  "not recorded: SMMUEN is 0 and GBPA.ABORT is 1" :
			  "not recorded: the address is beyond the output size";
		return -EFAULT;
	}
	res->pa = req->addr;
	res->read = true;
	res->write = true;
	res->exec = true;
	attr = mock_smmu_attr_override(m->gbpa & SMMU_GBPA_MTCFG,
				       FIELD_GET(SMMU_GBPA_MEMATTR, m->gbpa),
				       FIELD_GET(SMMU_GBPA_SHCFG, m->gbpa));
	res->snooped = mock_smmu_attr_snooped(attr, req->no_snoop);
	return 0;
}

/* The event as far as the request alone says it */
static struct mock_smmu_event new_event(const struct mock_req *req)
{
	bool substream = req->pasid_valid && req->at != MOCK_AT_TRANSLATED;

	return (struct mock_smmu_event){
		.sid = req->sid,
		.ssid = substream ? req->pasid : 0,
		.ssv = substream,
		.pnu = substream && req->priv,
		.ind = substream && req->exec && !req->write,
		.rnw = !req->write,
		.ttrnw = true,
		.input_addr = req->addr,
		.at = req->at,
	};
}

/*
 * 13.7: without SubstreamID a request is one for data, without privilege; so is a
 * translated one, since IDR3.PASIDTT is 0
 */
static void init_walk(struct mock_smmu_walk *w, struct mock_smmu *m,
		      const struct mock_req *req, struct mock_smmu_event *ev)
{
	bool ats = req->at == MOCK_AT_TRANSLATION;

	*w = (struct mock_smmu_walk){
		.m = m,
		.ev = ev,
		.addr = req->addr,
		.sid = req->sid,
		.ssid = ev->ssid,
		.ssv = ev->ssv,
		.ats = ats,
		.read = !ats && !req->write,
		.write = !ats && req->write,
		.exec = !ats && ev->ind,
		.dirty = req->write,
		.priv = ev->pnu,
		.no_snoop = req->no_snoop,
	};
}

/**
 * mock_smmu_translate() - translate a request
 * @m: the SMMU
 * @req: the request
 * @res: the translation
 * @ev: what to record, if its id is not 0
 *
 * Context: instance's lock held
 * Return: 0; -EFAULT if the request is aborted; -EINPROGRESS if it stalls, to
 *	which event.c gives the tag; -ENODATA if it is terminated and the client
 *	sees success: a read gives zeros, a write changes nothing (CD.A is 0). See
 *	&mock_model.translate for translation requests
 */
int mock_smmu_translate(struct mock_smmu *m, const struct mock_req *req,
			struct mock_xlate *res, struct mock_smmu_event *ev)
{
	struct mock_smmu_walk w;

	lockdep_assert_held(&m->mi->lock);
	m->stats.translations++;
	*res = (struct mock_xlate){ .lg2 = 12 };
	*ev = new_event(req);
	if (req->at != MOCK_AT_UNTRANSLATED && !(m->idr[0] & SMMU_IDR0_ATS))
		return -EFAULT;
	if (!(m->cr0 & SMMU_CR0_SMMUEN)) {
		if (mock_walking(m->mi))
			mock_walk_line(m->mi, "SMMUEN is 0, and GBPA.ABORT is %u",
				       !!(m->gbpa & SMMU_GBPA_ABORT));
		return translate_disabled(m, req, res, ev);
	}
	init_walk(&w, m, req, ev);
	switch (req->at) {
	case MOCK_AT_UNTRANSLATED:
		return translate_untranslated(&w, req, res);
	case MOCK_AT_TRANSLATION:
		return mock_smmu_ats_request(&w, req, res);
	default:
		return mock_smmu_ats_translated(&w, res);
	}
}

/* A walk for configuration alone */
static void init_config_walk(struct mock_smmu_walk *w, struct mock_smmu *m,
			     struct mock_smmu_event *ev, u32 sid)
{
	*ev = (struct mock_smmu_event){ .sid = sid };
	*w = (struct mock_smmu_walk){ .m = m, .ev = ev, .sid = sid };
}

/**
 * mock_smmu_prefetch() - fetch a stream's configuration (4.2)
 * @m: the SMMU
 * @sid: StreamID
 * @ssv: @ssid is valid
 * @ssid: SubstreamID
 *
 * Context: instance's lock held
 */
void mock_smmu_prefetch(struct mock_smmu *m, u32 sid, bool ssv, u32 ssid)
{
	struct mock_smmu_event ignored;
	struct mock_smmu_walk w;

	lockdep_assert_held(&m->mi->lock);
	if (!(m->cr0 & SMMU_CR0_SMMUEN))
		return;
	init_config_walk(&w, m, &ignored, sid);
	w.ssv = ssv;
	w.ssid = ssv ? ssid : 0;
	if (!mock_smmu_find_ste(&w) && w.ste->s1)
		mock_smmu_find_context(&w);
}

/**
 * mock_smmu_ppar() - does an automatic page response of a stream have a PASID? (8.1)
 * @m: the SMMU
 * @sid: StreamID
 * @ppar: STE.PPAR
 * @ev: filled when there is no valid STE
 *
 * Context: instance's lock held
 * Return: there is a valid STE
 */
bool mock_smmu_ppar(struct mock_smmu *m, u32 sid, bool *ppar,
		    struct mock_smmu_event *ev)
{
	struct mock_smmu_walk w;

	lockdep_assert_held(&m->mi->lock);
	init_config_walk(&w, m, ev, sid);
	ev->id = mock_smmu_find_ste(&w);
	if (!ev->id)
		*ppar = w.ste->ppar;
	return !ev->id;
}
