// SPDX-License-Identifier: GPL-2.0-only
/*
 * A unit for KUnit: registers that execute a queue of descriptors on paper
 */
#include <linux/io.h>

#include "../domain.h"
#include "../guest.h"
#include "../queue.h"
#include "../tables.h"
#include "../users.h"
#include "fake_unit.h"

static void fake_log(struct fake_unit *fake, struct cmd_words desc)
{
	if (fake->hook)
		fake->hook(fake, desc);
	if (fake->nr < FAKE_LOG)
		fake->log[fake->nr++] = desc;
}

static void fake_run(struct fake_unit *fake)
{
	u64 size = VTD_PAGE_SIZE << FIELD_GET(VTD_IQA_QS, fake->iqa);
	__le64 *ring = phys_to_virt(fake->iqa & VTD_IQA_IQA);
	unsigned int lost;

	while (fake->iqh != fake->iqt && !fake->dead &&
	       fake->gsts & VTD_GSTS_QIES &&
	       !(fake->fsts & (VTD_FSTS_IQE | VTD_FSTS_ITE))) {
		struct cmd_words desc =
			cmd_words_load(ring + fake->iqh / sizeof(*ring));
		u8 type = desc.w0 & 0xf;

		if (type == fake->refuse_type) {
			if (!fake->refuse_sticky)
				fake->refuse_type = 0;
			fake->fsts |= VTD_FSTS_IQE;
			fake->iqercd = VTD_IQEI_TYPE;
			return;
		}
		fake->iqh = (fake->iqh + VTD_QI_DESC_SIZE) % size;

		if (type == VTD_QI_WAIT) {
			__le32 *status = phys_to_virt(desc.w1);

			WRITE_ONCE(*status, cpu_to_le32(desc.w0 >> 32));
			if (desc.w0 >> 32)
				fake->waits++;
			else
				fake_log(fake, desc.w0 & VTD_WAIT0_PD ?
						       FAKE_DRAIN : FAKE_FENCE);
			continue;
		}
		if (fake->silent &&
		    ((type == VTD_QI_DTLB &&
		      FIELD_GET(VTD_DTLB0_SID, desc.w0) == fake->silent_sid) ||
		     (type == VTD_QI_PDTLB &&
		      FIELD_GET(VTD_PDTLB0_SID, desc.w0) == fake->silent_sid))) {
			if (fake->wrong) {
				fake->fsts |= VTD_FSTS_ICE;
				fake->iqercd = FIELD_PREP(VTD_IQERCD_ICESID,
							  fake->silent_sid);
				continue;
			}
			for (lost = 0; lost < fake->ahead &&
			     fake->iqh != fake->iqt; lost++)
				fake->iqh = (fake->iqh + VTD_QI_DESC_SIZE) % size;
			fake->fsts |= VTD_FSTS_ITE;
			fake->iqercd = FIELD_PREP(VTD_IQERCD_ITESID,
						  fake->unnamed ? 0 :
						  fake->silent_sid);
			return;
		}
		fake_log(fake, desc);
	}
}

/* All ones is what a bus returns where nothing answers */
static bool fake_gone(struct fake_unit *fake)
{
	fake->reads++;
	return fake->gone && fake->gone--;
}

static u32 fake_read32(void *ctx, u32 off)
{
	struct fake_unit *fake = ctx;

	if (fake_gone(fake))
		return U32_MAX;
	switch (off) {
	case VTD_REG_GSTS:
		return fake->gsts;
	case VTD_REG_FSTS:
		if (fake->look)
			fake->look(fake);
		return fake->fsts;
	case VTD_REG_PRS:
		return fake->prs;
	default:
		return 0;
	}
}

static void fake_write32(void *ctx, u32 off, u32 val)
{
	struct fake_unit *fake = ctx;

	switch (off) {
	case VTD_REG_GCMD:
		if (fake->gcmd_dead)
			return;
		if (!(val & VTD_GCMD_QIE)) {
			fake->iqh = 0;
			fake->dead &= !fake->until_reset;
		}
		if (val & VTD_GCMD_SRTP)
			fake->roots++;
		fake->gsts = val;
		break;
	case VTD_REG_FSTS:
		fake->fsts &= ~val;
		fake_run(fake);
		break;
	case VTD_REG_PRS:
		fake->prs &= ~val;
		break;
	}
}

static u64 fake_read64(void *ctx, u32 off)
{
	struct fake_unit *fake = ctx;

	if (fake_gone(fake))
		return U64_MAX;
	switch (off) {
	case VTD_REG_IQH:
		return fake->iqh;
	case VTD_REG_IQERCD:
		return fake->iqercd;
	case VTD_REG_PQT:
		fake->pulls++;
		if (fake->pull)
			fake->pull(fake);
		return fake->pqt;
	default:
		return 0;
	}
}

static void fake_write64(void *ctx, u32 off, u64 val)
{
	struct fake_unit *fake = ctx;

	switch (off) {
	case VTD_REG_RTADDR:
		fake->rtaddr = val;
		break;
	case VTD_REG_IQA:
		fake->iqa = val;
		break;
	case VTD_REG_PQA:
		fake->pqa = val;
		break;
	case VTD_REG_PQH:
		fake->pqh = val;
		break;
	case VTD_REG_IQT:
		fake->iqt = val;
		fake->doorbells++;
		fake_run(fake);
		break;
	}
}

static const struct iommu_regs_ops fake_ops = {
	.read32 = fake_read32,
	.write32 = fake_write32,
	.read64 = fake_read64,
	.write64 = fake_write64,
};

/**
 * fake_dev_new - a device of the driver core's
 * @test: the test, with which it goes
 * @what: a part of its name
 *
 * Return: the device
 */
struct device *fake_dev_new(struct kunit *test, const char *what)
{
	static atomic_t count;

	return fake_dev_register(test, "vtd", what, &count);
}

static void fake_unit_free(void *data)
{
	struct fake_unit *fake = data;

	/* They are freed by now, and a work could find them until here */
	KUNIT_EXPECT_TRUE(fake->test, xa_empty(&fake->unit.devices));
	disable_delayed_work_sync(&fake->unit.recover_work);
	vtd_answers_free(&fake->unit);
	vtd_owed_exit(&fake->unit);
	/* Attachments that were dropped are freed by now */
	vtd_readers_exit(&fake->unit);
	vtd_context_free_all(&fake->unit);
	iommu_free_pages(fake->unit.root);
	vtd_qi_exit(&fake->unit);
	tag_pool_exit(&fake->unit.dids);
	xa_destroy(&fake->unit.devices);
	xa_destroy(&fake->unit.aliases);
}

/**
 * fake_unit_new - a unit that is up, with nothing behind it
 * @test: the test
 * @cap: its capability register
 * @ecap: its extended capability register
 *
 * Return: the unit, freed after the test
 */
struct fake_unit *fake_unit_new(struct kunit *test, u64 cap, u64 ecap)
{
	struct fake_unit *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	struct vtd_unit *unit;

	KUNIT_ASSERT_NOT_NULL(test, fake);
	fake->test = test;
	/* All there is, at first */
	fake->ahead = UINT_MAX;

	unit = &fake->unit;
	kref_init(&unit->ref);
	unit->dev = fake_dev_new(test, "unit");
	unit->platform.regs.ops = &fake_ops;
	unit->platform.regs.ctx = fake;
	unit->cap = cap;
	unit->ecap = ecap;
	KUNIT_ASSERT_EQ(test, vtd_readers_init(unit), 0);
	unit->timeout_us = 20000;
	unit->devtlb_timeout_us = 20000;
	mutex_init(&unit->lock);
	mutex_init(&unit->gcmd_lock);
	xa_init(&unit->devices);
	xa_init(&unit->aliases);
	unit->translating = true;
	tag_pool_init(&unit->dids);
	vtd_dids_init(unit);
	vtd_unit_recover_init(unit);
	vtd_prq_prepare(unit);
	unit->root = iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL,
					       VTD_PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, unit->root);
	KUNIT_ASSERT_EQ(test, vtd_qi_init(unit), 0);
	KUNIT_ASSERT_EQ(test, vtd_qi_enable(unit), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, fake_unit_free,
							fake), 0);
	return fake;
}

/* It goes before its unit, whose recovery may be looking after it */
static void fake_device_free(void *data)
{
	struct vtd_device *edev = data;
	struct vtd_unit *unit = edev->unit;

	scoped_guard(mutex, &unit->lock)
		if (xa_load(&unit->devices, edev->sid) == edev)
			xa_erase(&unit->devices, edev->sid);
	srcu_barrier(&unit->srcu);
	vtd_pasid_dir_free(edev);
	xa_destroy(&edev->pasids);
	xa_destroy(&edev->was);
	vtd_iopf_free(edev);
}

/**
 * fake_device_new - a device behind a unit, blocked
 * @test: the test
 * @fake: the unit
 * @sid: its source-id
 * @pasid_bits: width of its PASIDs
 * @ats_depth: how many invalidations it can hold, 0 without ATS
 *
 * Return: the device, freed after the test
 */
struct vtd_device *fake_device_new(struct kunit *test, struct fake_unit *fake,
				   u16 sid, u8 pasid_bits, u8 ats_depth)
{
	struct vtd_device *edev = kunit_kzalloc(test, sizeof(*edev), GFP_KERNEL);
	struct vtd_unit *unit = &fake->unit;

	KUNIT_ASSERT_NOT_NULL(test, edev);
	edev->dev = fake_dev_new(test, "endpoint");
	RCU_INIT_POINTER(edev->here, edev->dev);
	strscpy(edev->name, dev_name(edev->dev));
	edev->unit = unit;
	edev->sid = sid;
	edev->pfsid = sid;
	edev->pasid_bits = pasid_bits;
	edev->ats_depth = ats_depth;
	xa_init(&edev->pasids);
	xa_init(&edev->was);
	vtd_iopf_init(edev);
	KUNIT_ASSERT_EQ(test, vtd_pasid_dir_alloc(edev), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, fake_device_free,
							edev), 0);
	scoped_guard(mutex, &unit->lock) {
		KUNIT_ASSERT_EQ(test, vtd_context_alloc(unit, sid), 0);
		KUNIT_ASSERT_EQ(test, xa_insert(&unit->devices, sid, edev,
						GFP_KERNEL), 0);
		vtd_context_set(edev);
	}
	return edev;
}

/**
 * fake_no_recovery - nothing is recovered by itself from now on
 * @fake: the unit
 *
 * Else it happens when the test does not expect it. Nobody must wait for it.
 */
void fake_no_recovery(struct fake_unit *fake)
{
	disable_delayed_work_sync(&fake->unit.recover_work);
}

static void fake_prq_free(void *data)
{
	struct fake_unit *fake = data;

	iommu_free_pages(fake->unit.prq.mem);
	fake->unit.prq.mem = NULL;
}

/**
 * fake_prq_new - give a unit a queue of page requests, which nobody is told of
 * @test: the test, with which it goes
 * @fake: the unit
 */
void fake_prq_new(struct kunit *test, struct fake_unit *fake)
{
	struct vtd_prq *prq = &fake->unit.prq;

	prq->mem = iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL,
					     VTD_PRQ_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, prq->mem);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, fake_prq_free,
							fake), 0);
}

/**
 * fake_page_request - the unit takes a page request, if its queue has room
 * @fake: the unit
 * @w0: first word of the record
 * @w1: second word of it
 */
void fake_page_request(struct fake_unit *fake, u64 w0, u64 w1)
{
	__le64 *record = fake->unit.prq.mem + fake->pqt / sizeof(*record);
	u64 next = (fake->pqt + 32) % VTD_PRQ_SIZE;

	if (next == fake->pqh)
		fake->prs |= VTD_PRS_PRO;
	if (fake->prs & VTD_PRS_PRO)
		return;
	record[0] = cpu_to_le64(w0);
	record[1] = cpu_to_le64(w1);
	fake->pqt = next;
	fake->prs |= VTD_PRS_PPR;
}

/**
 * fake_forget - empty the log
 * @fake: the unit
 */
void fake_forget(struct fake_unit *fake)
{
	fake->nr = 0;
	fake->waits = 0;
	fake->doorbells = 0;
}

/**
 * fake_executed - was it executed since fake_forget()?
 * @fake: the unit
 * @desc: the descriptor
 *
 * Return: true if it was
 */
bool fake_executed(const struct fake_unit *fake, struct cmd_words desc)
{
	return fake_log_has(fake->log, fake->nr, desc);
}

/**
 * fake_paging_new - a paging domain
 * @test: the test
 * @edev: the device it is for
 * @flags: IOMMU_HWPT_ALLOC_*
 *
 * Return: the domain, as iommufd would own it; freed by fake_paging_free()
 */
struct vtd_paging *fake_paging_new(struct kunit *test, struct vtd_device *edev,
				   u32 flags)
{
	struct iommu_domain *domain = vtd_paging_alloc(edev->unit, flags);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	domain->type = IOMMU_DOMAIN_UNMANAGED;
	domain->cookie_type = IOMMU_COOKIE_IOMMUFD;
	return to_vtd_paging(domain);
}

/**
 * fake_paging_free - free a paging domain that nobody uses any more
 * @test: the test
 * @paging: the domain
 */
void fake_paging_free(struct kunit *test, struct vtd_paging *paging)
{
	KUNIT_EXPECT_TRUE(test, list_empty(&paging->users.units));
	KUNIT_EXPECT_TRUE(test, list_empty(&paging->dids));
	KUNIT_EXPECT_TRUE(test, list_empty(&paging->nested_dids));
	paging->domain.ops->free(&paging->domain);
}

/**
 * fake_nested_new - a nested domain
 * @test: the test
 * @edev: the device it is for
 * @parent: its stage-2
 * @pgtbl: address of its stage-1 table
 *
 * Return: the domain, freed by its own operation
 */
struct vtd_nested *fake_nested_new(struct kunit *test, struct vtd_device *edev,
				   struct vtd_paging *parent, u64 pgtbl)
{
	const struct iommu_hwpt_vtd_s1 s1 = {
		.pgtbl_addr = pgtbl,
		.addr_width = 48,
	};
	struct iommu_domain *domain = vtd_nested_alloc(edev->unit, parent, &s1);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	return to_vtd_nested(domain);
}

/**
 * fake_pasid_word - a word of a PASID table entry
 * @edev: the device
 * @pasid: the PASID
 * @word: which word
 *
 * Return: the word, 0 if there is no table
 */
u64 fake_pasid_word(struct vtd_device *edev, u32 pasid, int word)
{
	__le64 *entry = vtd_pasid_slot(edev, pasid, false);

	return entry ? le64_to_cpu(entry[word]) : 0;
}

/**
 * fake_pgtt - the type of translation of a PASID
 * @edev: the device
 * @pasid: the PASID
 *
 * Return: VTD_PGTT_*, 0 if the entry is not present
 */
u64 fake_pgtt(struct vtd_device *edev, u32 pasid)
{
	u64 word = fake_pasid_word(edev, pasid, 0);

	return word & VTD_PTE0_P ? FIELD_GET(VTD_PTE0_PGTT, word) : 0;
}

/**
 * fake_did - the domain-id in a PASID table entry
 * @edev: the device
 * @pasid: the PASID
 *
 * Return: the domain-id
 */
u16 fake_did(struct vtd_device *edev, u32 pasid)
{
	return FIELD_GET(VTD_PTE1_DID, fake_pasid_word(edev, pasid, 1));
}

/**
 * fake_context_present_at - is the context entry of a source-id present?
 * @unit: the unit, with a table for it
 * @sid: the source-id
 *
 * Return: true if it is
 */
bool fake_context_present_at(struct vtd_unit *unit, u16 sid)
{
	__le64 *slot = &unit->root[(sid >> 8) * 2 + (sid & 0xff) / 128];
	__le64 *table = phys_to_virt(le64_to_cpu(*slot) & VTD_ROOT_CTP);

	return le64_to_cpu(table[sid % 128 * 4]) & VTD_CTX0_P;
}

/**
 * fake_context_present - is a device's context entry present?
 * @edev: the device
 *
 * Return: true if it is
 */
bool fake_context_present(struct vtd_device *edev)
{
	return fake_context_present_at(edev->unit, edev->sid);
}
