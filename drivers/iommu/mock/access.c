// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: how an endpoint gets at memory
 *
 * One access lies within a 4K page and runs under &mock_iommu.lock from its
 * translation to its last byte. Where ATS is on, the address is translated
 * first (from the ATC, or by a translation request), then used in a request
 * with a translated address, which the IOMMU checks in its turn.
 *
 * What goes round the processors' caches moves the same bytes, since the model's
 * memory is the processors': it is counted (&mock_endpoint.non_snooped).
 */
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/string.h>

#include "core.h"
#include "endpoint.h"
#include "phys.h"
#include "reorder.h"

/* An instance that reorders speculates after 1 of so many requests */
#define ACCESS_SPECULATE_PERIOD	4

/**
 * mock_access_init() - how requests are made, from the registers that say so
 * @acc: the result
 * @config: what the endpoint is
 * @pasid: value of MOCK_EP_PASID
 * @ats: value of MOCK_EP_ATS; bits that the endpoint has no capability for do
 *	nothing
 *
 * Return: 0, or -EINVAL if the endpoint cannot make requests with that PASID
 */
int mock_access_init(struct mock_access *acc, const struct mock_ep_config *config,
		     u32 pasid, u32 ats)
{
	const struct mock_pci_caps *caps = &config->caps;

	*acc = (struct mock_access){
		.pasid_valid = pasid & MOCK_EP_PASID_VALID,
		.ats = caps->ats && ats & MOCK_EP_ATS_ENABLE,
		.raw = caps->ats && config->ats_raw && ats & MOCK_EP_ATS_RAW,
		.pri = caps->ats && caps->pri && ats & MOCK_EP_ATS_PRI,
	};
	if (!acc->pasid_valid)
		return 0;

	acc->pasid = pasid & MOCK_EP_PASID_VALUE;
	acc->exec = pasid & MOCK_EP_PASID_EXEC;
	acc->priv = pasid & MOCK_EP_PASID_PRIV;
	return acc->pasid >> caps->pasid_bits || !caps->pasid_bits ? -EINVAL : 0;
}

/**
 * mock_access_limit() - a function does only what software has enabled in it
 * @ep: the endpoint
 * @acc: how requests are to be made; what is not enabled is not done
 *
 * Context: &mock_iommu.lock is held
 * Return: 0, or -EINVAL if it may not make requests with a PASID
 */
int mock_access_limit(struct mock_endpoint *ep, struct mock_access *acc)
{
	const struct mock_pci_config *shared = mock_fn_shared_config(ep);

	lockdep_assert_held(&ep->mi->lock);
	if (!ep->config.caps.function)
		return 0;
	acc->ats = acc->ats && mock_pci_config_ats_on(&ep->pci);
	acc->raw = acc->raw && mock_pci_config_ats_on(&ep->pci);
	acc->pri = acc->pri && acc->ats && mock_pci_config_pri_on(shared);
	return acc->pasid_valid && !mock_pci_config_pasid_on(shared) ? -EINVAL : 0;
}

/**
 * mock_access_fault() - note in the registers why a transfer stops
 * @ep: the endpoint
 * @why: MOCK_EP_FAULT_BLOCKED, ABORT or PRI
 * @write: the request was a write
 * @addr: its address
 */
void mock_access_fault(struct mock_endpoint *ep, u32 why, bool write, u64 addr)
{
	lockdep_assert_held(&ep->mi->lock);
	*mock_ep_reg(ep, MOCK_EP_FAULT) = why | (write ? MOCK_EP_FAULT_WRITE : 0);
	*mock_ep_reg(ep, MOCK_EP_FAULT_LO) = lower_32_bits(addr);
	*mock_ep_reg(ep, MOCK_EP_FAULT_HI) = upper_32_bits(addr);
}

static void access_note_fault(struct mock_endpoint *ep,
			      const struct mock_access *acc, u32 why,
			      bool write, u64 addr)
{
	if (!acc->message)
		mock_access_fault(ep, why, write, addr);
}

static bool access_permitted(const struct mock_req *req,
			     const struct mock_xlate *res)
{
	if (req->write)
		return res->write;
	return res->read && (!req->exec || res->exec);
}

/* As the model does it; now and then it goes on by itself with what is near */
static int model_translate(struct mock_endpoint *ep, const struct mock_req *req,
			   struct mock_xlate *res)
{
	struct mock_iommu *mi = ep->mi;
	int ret = mock_model_translate(mi, req, res);

	if (mock_reordering(mi)) {
		mock_reorder_note(mi, req);
		if (mock_reorder_chance(mi, ACCESS_SPECULATE_PERIOD))
			mock_speculate(mi, false);
	}
	return ret;
}

/* Where an access goes, and how */
struct access_target {
	u64 pa;
	bool snooped;
};

static int access_translate(struct mock_endpoint *ep, struct mock_req *req,
			    enum mock_at at, u64 addr, struct access_target *to)
{
	struct mock_xlate res = {};
	int ret;

	req->at = at;
	req->addr = addr;
	ret = model_translate(ep, req, &res);
	if (ret == -EINPROGRESS)
		mock_stall_begin(ep, req, res.stall_tag);
	if (ret)
		return ret;
	to->pa = res.pa;
	to->snooped = res.snooped;
	return 0;
}

/*
 * What ATS gave is used without a PASID prefix: a translated request with one is
 * an option of PCIe's, and the endpoint has not got it
 */
static int access_translated(struct mock_endpoint *ep, const struct mock_req *req,
			     const struct mock_xlate *res,
			     struct access_target *to)
{
	struct mock_req translated = {
		.sid = req->sid,
		.write = req->write,
		.no_snoop = req->no_snoop && !res->must_snoop,
	};

	return access_translate(ep, &translated, MOCK_AT_TRANSLATED, res->pa,
				to);
}

/* -EAGAIN: a page request was sent, come again when it is answered */
static int access_ats(struct mock_endpoint *ep, const struct mock_access *acc,
		      struct mock_req *req, struct access_target *to)
{
	struct mock_xlate res = {};
	const u64 addr = req->addr;
	int ret;

	if (!mock_atc_lookup(ep, req, &res) || !access_permitted(req, &res)) {
		res = (struct mock_xlate){};
		req->at = MOCK_AT_TRANSLATION;
		ret = model_translate(ep, req, &res);
		if (ret)
			return ret;
		if (res.untranslated_only)
			return access_translate(ep, req, MOCK_AT_UNTRANSLATED,
						addr, to);
		if (res.read || res.write)
			mock_atc_insert(ep, req, &res);
	}
	if (access_permitted(req, &res))
		return access_translated(ep, req, &res, to);
	return acc->pri ? mock_pri_request(ep, req) : -EFAULT;
}

static int access_begin(struct mock_endpoint *ep, const struct mock_access *acc,
			u64 addr, bool write, struct access_target *to)
{
	struct mock_req req = {
		.addr = addr,
		.sid = ep->config.sid,
		.pasid = acc->pasid,
		.pasid_valid = acc->pasid_valid,
		.write = write,
		.exec = acc->exec && !write,
		.priv = acc->priv,
		.no_snoop = ep->config.no_snoop &&
			    mock_pci_config_no_snoop(&ep->pci) && !acc->message,
	};
	int ret;

	lockdep_assert_held(&ep->mi->lock);
	if ((acc->raw || acc->ats) && mock_port_blocks_ats(ep->fn.port))
		ret = -EFAULT;
	else if (acc->raw)
		ret = access_translate(ep, &req, MOCK_AT_TRANSLATED, addr, to);
	else if (acc->ats)
		ret = access_ats(ep, acc, &req, to);
	else
		ret = access_translate(ep, &req, MOCK_AT_UNTRANSLATED, addr, to);

	if (ret && ret != -EAGAIN && ret != -EINPROGRESS && ret != -ENODATA)
		access_note_fault(ep, acc, ret == -EREMOTEIO ?
				  MOCK_EP_FAULT_PRI : MOCK_EP_FAULT_BLOCKED,
				  write, addr);
	return ret;
}

/* Memory was accessed, which what is no memory is not */
static void access_count(struct mock_endpoint *ep,
			 const struct access_target *to, u64 addr, bool write)
{
	struct mock_ep_non_snooped *ns = &ep->non_snooped;

	if (to->snooped)
		return;
	++*(write ? &ns->writes : &ns->reads);
	ns->addr = addr;
}

static int access_read(struct mock_endpoint *ep, const struct mock_access *acc,
		       u64 addr, void *buf, u32 len)
{
	struct access_target to;
	int ret;

	ret = access_begin(ep, acc, addr, false, &to);
	if (ret == -ENODATA)
		memset(buf, 0, len);
	if (ret)
		return ret;
	ret = mock_phys_read(to.pa, buf, len);
	if (ret)
		access_note_fault(ep, acc, MOCK_EP_FAULT_ABORT, false, addr);
	else
		access_count(ep, &to, addr, false);
	return ret;
}

/**
 * mock_access_read() - read memory within a 4K page
 * @ep: the endpoint
 * @acc: how requests are made
 * @addr: address to read from
 * @buf: where to
 * @len: how much
 *
 * Return: 0; -EAGAIN when a page request was sent, see mock_pri_wait();
 * -EINPROGRESS when the request was stalled, see mock_stall_wait(); another errno
 * when the access failed, which is then noted in the fault registers
 */
int mock_access_read(struct mock_endpoint *ep, const struct mock_access *acc,
		     u64 addr, void *buf, u32 len)
{
	const struct mock_again again = mock_again_take(ep, addr, false);
	int ret = access_read(ep, acc, addr, buf, len);

	mock_again_tried(ep, &again, ret);
	return ret == -ENODATA ? 0 : ret;
}

static int access_write(struct mock_endpoint *ep, const struct mock_access *acc,
			u64 addr, const void *buf, u32 len)
{
	const struct mock_its *its = mock_ep_its(ep);
	struct access_target to;
	bool doorbell;
	int ret;

	ret = access_begin(ep, acc, addr, true, &to);
	if (ret)
		return ret;
	doorbell = its && mock_its_is_doorbell(its, to.pa);
	if (doorbell)
		ret = mock_its_write(&ep->msi, its, to.pa, buf, len);
	else
		ret = mock_phys_write(to.pa, buf, len);
	if (ret)
		access_note_fault(ep, acc, MOCK_EP_FAULT_ABORT, true, addr);
	else if (!doorbell)
		access_count(ep, &to, addr, true);
	return ret;
}

/**
 * mock_access_write() - write memory within a 4K page
 * @ep: the endpoint
 * @acc: how requests are made
 * @addr: address to write to
 * @buf: where from
 * @len: how much
 *
 * Return: as mock_access_read()
 */
int mock_access_write(struct mock_endpoint *ep, const struct mock_access *acc,
		      u64 addr, const void *buf, u32 len)
{
	const struct mock_again again = mock_again_take(ep, addr, true);
	int ret = access_write(ep, acc, addr, buf, len);

	mock_again_tried(ep, &again, ret);
	return ret == -ENODATA ? 0 : ret;
}

/**
 * mock_access_message() - send an interrupt message
 * @ep: the endpoint
 * @addr: address of the message
 * @data: its data
 *
 * Context: &mock_iommu.lock is held
 * Return: as mock_access_write()
 */
int mock_access_message(struct mock_endpoint *ep, u64 addr, u32 data)
{
	const struct mock_access acc = { .message = true };
	const __le32 word = cpu_to_le32(data);

	return mock_access_write(ep, &acc, addr, &word, sizeof(word));
}
