// SPDX-License-Identifier: GPL-2.0-only
/*
 * A unit for KUnit: registers that execute a queue of commands on paper
 */
#include <linux/io.h>
#include <linux/irqflags.h>

#include "../domain.h"
#include "../event.h"
#include "../fault.h"
#include "../queue.h"
#include "../recover.h"
#include "../tables.h"
#include "fake_unit.h"

static void sham_error(struct fake_unit *fake, u8 code)
{
	fake->cmdq_cons = (fake->cmdq_cons & ~SMMU_CMDQ_CONS_ERR) |
			  FIELD_PREP(SMMU_CMDQ_CONS_ERR, code);
	fake->gerror ^= SMMU_GERROR_CMDQ_ERR;
}

static void sham_log(struct fake_unit *fake, struct cmd_words cmd)
{
	if (fake->nr == FAKE_LOG)
		return;
	fake->epoch[fake->nr] = fake->syncs;
	fake->log[fake->nr++] = cmd;
}

/* Returns whether the command was consumed */
static bool sham_sync(struct fake_unit *fake, struct cmd_words cmd)
{
	__le32 *status;

	if (fake->unanswered) {
		if (fake->hung)
			return false;
		fake->unanswered = false;
		sham_error(fake, SMMU_CERROR_ATC_INV_SYNC);
		return false;
	}
	fake->syncs++;
	if (FIELD_GET(SMMU_SYNC0_CS, cmd.w0) == SMMU_SYNC_CS_IRQ) {
		status = phys_to_virt(cmd.w1 & SMMU_SYNC1_MSIADDR);
		WRITE_ONCE(*status,
			   cpu_to_le32(FIELD_GET(SMMU_SYNC0_MSIDATA, cmd.w0)));
	} else {
		sham_log(fake, cmd);
	}
	return true;
}

static bool sham_execute(struct fake_unit *fake, struct cmd_words cmd)
{
	u8 op = FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0);

	if (fake->spy)
		fake->spy(fake, cmd);
	if (fake->aborts) {
		fake->aborts--;
		sham_error(fake, SMMU_CERROR_ABT);
		return false;
	}
	if (op == fake->refuse_op) {
		if (!fake->refuse_sticky)
			fake->refuse_op = 0;
		sham_error(fake, SMMU_CERROR_ILL);
		return false;
	}
	if (op == SMMU_OP_SYNC)
		return sham_sync(fake, cmd);
	if (op == SMMU_OP_ATC_INV && (fake->silent || fake->hung) &&
	    FIELD_GET(SMMU_CMD0_SID, cmd.w0) == fake->silent_sid)
		fake->unanswered = true;
	sham_log(fake, cmd);
	return true;
}

static u32 sham_reg(const struct fake_unit *fake, u32 off)
{
	return fake->regs[off / 4];
}

static void sham_run(struct fake_unit *fake)
{
	u64 base = sham_reg(fake, SMMU_REG_CMDQ_BASE) |
		   (u64)sham_reg(fake, SMMU_REG_CMDQ_BASE + 4) << 32;
	u32 slots = 1U << FIELD_GET(SMMU_Q_BASE_LOG2SIZE, base);
	const __le64 *ring = phys_to_virt(base & SMMU_Q_BASE_ADDR);
	u32 prod = sham_reg(fake, SMMU_REG_CMDQ_PROD);
	u32 cons = fake->cmdq_cons & (2 * slots - 1);

	while (cons != prod && !fake->dead &&
	       sham_reg(fake, SMMU_REG_CR0) & SMMU_CR0_CMDQEN &&
	       fake->gerror == sham_reg(fake, SMMU_REG_GERRORN)) {
		const __le64 *p = ring + cons % slots * SMMU_CMD_WORDS;

		if (!sham_execute(fake, cmd_words_load(p)))
			return;
		cons = (cons + 1) & (2 * slots - 1);
		fake->cmdq_cons = cons;
	}
}

/* All ones is what a bus returns where nothing answers */
static bool sham_gone(struct fake_unit *fake)
{
	fake->reads++;
	return fake->gone && fake->gone--;
}

static u32 sham_read_cons(struct fake_unit *fake)
{
	void (*peek)(struct fake_unit *fake) = fake->peek;
	u32 cons = fake->cmdq_cons;

	if (peek && cons && !irqs_disabled()) {
		fake->peek = NULL;
		peek(fake);
	}
	return cons;
}

static u32 sham_read32(void *ctx, u32 off)
{
	struct fake_unit *fake = ctx;

	if (sham_gone(fake))
		return U32_MAX;
	/* As many as the queue has index and wrap bit for */
	if (off == SMMU_REG_EVTQ_PROD && fake->events) {
		fake->events--;
		fake->regs1[(off - SMMU_PAGE1) / 4] =
			(fake->regs1[(off - SMMU_PAGE1) / 4] + 1) &
			((2U << fake->unit.evtq.shift) - 1);
	}
	if (off >= SMMU_PAGE1)
		return fake->regs1[(off - SMMU_PAGE1) / 4];
	switch (off) {
	case SMMU_REG_IDR0 ... SMMU_REG_IDR5:
		return fake->idr[(off - SMMU_REG_IDR0) / 4];
	case SMMU_REG_CR0ACK:
		return sham_reg(fake, SMMU_REG_CR0);
	case SMMU_REG_IRQ_CTRLACK:
		return sham_reg(fake, SMMU_REG_IRQ_CTRL);
	case SMMU_REG_GERROR:
		return fake->gerror;
	case SMMU_REG_CMDQ_CONS:
		return sham_read_cons(fake);
	default:
		return sham_reg(fake, off);
	}
}

static void sham_write32(void *ctx, u32 off, u32 val)
{
	struct fake_unit *fake = ctx;

	if (fake->watch)
		fake->watch(fake, off, val);
	if (fake->nr_writes < FAKE_WRITES)
		fake->writes[fake->nr_writes++] = off;
	if (off >= SMMU_PAGE1) {
		fake->regs1[(off - SMMU_PAGE1) / 4] = val;
		return;
	}
	switch (off) {
	case SMMU_REG_CR0:
		if (fake->cr0_dead)
			return;
		break;
	case SMMU_REG_GBPA:
		val &= ~SMMU_GBPA_UPDATE;
		break;
	case SMMU_REG_CMDQ_CONS:
		fake->cmdq_cons = val;
		fake->unanswered = false;
		return;
	case SMMU_REG_CMDQ_PROD:
		fake->doorbells++;
		break;
	}
	fake->regs[off / 4] = val;
	if (off == SMMU_REG_CMDQ_PROD || off == SMMU_REG_GERRORN)
		sham_run(fake);
}

static u64 sham_read64(void *ctx, u32 off)
{
	struct fake_unit *fake = ctx;

	return sham_reg(fake, off) | (u64)sham_reg(fake, off + 4) << 32;
}

static void sham_write64(void *ctx, u32 off, u64 val)
{
	struct fake_unit *fake = ctx;

	if (fake->nr_writes < FAKE_WRITES)
		fake->writes[fake->nr_writes++] = off;
	fake->regs[off / 4] = lower_32_bits(val);
	fake->regs[off / 4 + 1] = upper_32_bits(val);
}

static const struct iommu_regs_ops fake_ops = {
	.read32 = sham_read32,
	.write32 = sham_write32,
	.read64 = sham_read64,
	.write64 = sham_write64,
};

struct device *sham_dev_new(struct kunit *test, const char *what)
{
	static atomic_t count;

	return fake_dev_register(test, "smmu", what, &count);
}

static void sham_unit_free(void *data)
{
	struct fake_unit *fake = data;
	struct smmu3_unit *unit = &fake->unit;

	/* Attachments that were dropped are freed by now */
	srcu_barrier(&unit->srcu);
	if (unit->cmdq.ring.ops)
		smmu3_recover_end(unit);
	xa_destroy(&unit->lost_tags);
	smmu3_iopf_exit(unit);
	smmu3_answers_exit(unit);
	smmu3_pages_exit(unit);
	smmu3_outq_exit(&unit->priq);
	smmu3_outq_exit(&unit->evtq);
	smmu3_strtab_exit(unit);
	smmu3_cmdq_exit(unit);
	tag_pool_exit(&unit->vmids);
	tag_pool_exit(&unit->asids);
	xa_destroy(&unit->streams);
	cleanup_srcu_struct(&unit->srcu);
}

/**
 * sham_unit_off - a unit as firmware left it: nothing is enabled
 * @test: the test
 *
 * Return: the unit, freed after the test
 */
struct fake_unit *sham_unit_off(struct kunit *test)
{
	struct fake_unit *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	struct smmu3_unit *unit;

	KUNIT_ASSERT_NOT_NULL(test, fake);
	fake->idr[0] = FAKE_IDR0;
	fake->idr[1] = FAKE_IDR1;
	fake->idr[3] = FAKE_IDR3;
	fake->idr[5] = FAKE_IDR5;

	unit = &fake->unit;
	unit->regs.ops = &fake_ops;
	unit->regs.ctx = fake;
	unit->dev = sham_dev_new(test, "unit");
	unit->timeout_us = 20000;
	unit->devtlb_timeout_us = 20000;
	KUNIT_ASSERT_EQ(test, init_srcu_struct(&unit->srcu), 0);
	kref_init(&unit->ref);
	mutex_init(&unit->lock);
	mutex_init(&unit->event_lock);
	mutex_init(&unit->cr0_lock);
	xa_init(&unit->streams);
	INIT_LIST_HEAD(&unit->devices);
	tag_pool_init(&unit->asids);
	tag_pool_init(&unit->vmids);
	xa_init(&unit->lost_tags);
	smmu3_answers_init(unit);
	smmu3_pages_init(unit);
	INIT_DELAYED_WORK(&unit->recover_work, smmu3_recover_work);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, sham_unit_free,
							fake), 0);
	return fake;
}

/**
 * sham_unit_new - a unit that is up, with nothing behind it
 * @test: the test
 * @idr0_set: bits to set in its IDR0
 * @idr0_clear: bits to clear before
 *
 * Return: the unit, freed after the test
 */
struct fake_unit *sham_unit_new(struct kunit *test, u32 idr0_set,
				u32 idr0_clear)
{
	struct fake_unit *fake = sham_unit_off(test);
	struct smmu3_unit *unit = &fake->unit;

	fake->idr[0] = (fake->idr[0] & ~idr0_clear) | idr0_set;
	KUNIT_ASSERT_EQ(test, smmu3_hw_probe(unit), 0);
	KUNIT_ASSERT_EQ(test, smmu3_hw_quiesce(unit), 0);
	KUNIT_ASSERT_EQ(test, smmu3_cmdq_init(unit), 0);
	/* How long a question takes depends on the machine: a test may set it */
	unit->ask.most = 0;
	KUNIT_ASSERT_EQ(test, smmu3_strtab_init(unit), 0);
	KUNIT_ASSERT_EQ(test, smmu3_evtq_init(unit), 0);
	KUNIT_ASSERT_EQ(test, smmu3_priq_init(unit), 0);
	KUNIT_ASSERT_EQ(test, smmu3_hw_start(unit), 0);
	sham_forget(fake);
	return fake;
}

/**
 * sham_recover - have the recovery of a unit do what it can do now, and stop it
 * @fake: the unit, which is tried now if it is dead
 */
void sham_recover(struct fake_unit *fake)
{
	struct delayed_work *work = &fake->unit.recover_work;

	scoped_guard(mutex, &fake->unit.lock)
		fake->unit.retry = jiffies;
	flush_delayed_work(work);
	cancel_delayed_work_sync(work);
}

/* What is left of the recovery must not find it: the unit goes later */
static void sham_device_free(void *data)
{
	struct smmu3_device *sdev = data;
	struct smmu3_unit *unit = sdev->unit;

	scoped_guard(mutex, &unit->lock) {
		xa_cmpxchg(&unit->streams, sdev->sids[0], sdev, NULL, GFP_KERNEL);
		list_del(&sdev->node);
	}
	synchronize_srcu(&unit->srcu);
	srcu_barrier(&unit->srcu);
	smmu3_faults_put(sdev->faults);
	smmu3_cdtab_free(sdev);
	xa_destroy(&sdev->pasids);
}

/**
 * sham_device_new - a device behind a unit, blocked
 * @test: the test
 * @fake: the unit
 * @sid: its StreamID
 * @pasid_bits: width of its PASIDs
 * @ats: it does ATS
 *
 * Return: the device, freed after the test
 */
struct smmu3_device *sham_device_new(struct kunit *test, struct fake_unit *fake,
				     u32 sid, u8 pasid_bits, bool ats)
{
	struct smmu3_device *sdev = kunit_kzalloc(test, sizeof(*sdev),
						  GFP_KERNEL);
	struct smmu3_unit *unit = &fake->unit;

	KUNIT_ASSERT_NOT_NULL(test, sdev);
	sdev->sids = kunit_kzalloc(test, sizeof(*sdev->sids), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sdev->sids);
	sdev->sids[0] = sid;
	sdev->nr_sids = 1;
	INIT_LIST_HEAD(&sdev->node);
	sdev->dev = sham_dev_new(test, "endpoint");
	sdev->unit = unit;
	sdev->pasid_bits = pasid_bits;
	sdev->ats_able = ats;
	xa_init(&sdev->pasids);
	xa_init(&sdev->was);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, sham_device_free,
							sdev), 0);
	scoped_guard(mutex, &unit->lock) {
		KUNIT_ASSERT_EQ(test, smmu3_strtab_prepare(unit, sid), 0);
		KUNIT_ASSERT_EQ(test, xa_insert(&unit->streams, sid, sdev,
						GFP_KERNEL), 0);
		list_add_tail(&sdev->node, &unit->devices);
	}
	sham_forget(fake);
	return sdev;
}

/**
 * sham_paging_new - a paging domain
 * @test: the test
 * @sdev: the device it is for
 * @flags: IOMMU_HWPT_ALLOC_*
 *
 * Return: the domain, as iommufd would own it; freed by sham_paging_free()
 */
struct smmu3_paging *sham_paging_new(struct kunit *test,
				     struct smmu3_device *sdev, u32 flags)
{
	struct iommu_domain *domain = smmu3_paging_alloc(sdev->unit, NULL, flags);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	domain->cookie_type = IOMMU_COOKIE_IOMMUFD;
	return to_smmu3_paging(domain);
}

/**
 * sham_paging_free - free a paging domain that nobody uses any more
 * @test: the test
 * @paging: the domain
 */
void sham_paging_free(struct kunit *test, struct smmu3_paging *paging)
{
	KUNIT_EXPECT_TRUE(test, list_empty(&paging->attachments));
	paging->domain.ops->free(&paging->domain);
}

/**
 * sham_map - map something
 * @test: the test
 * @paging: the domain
 * @iova: where
 * @size: how much, in pages of 4K
 */
void sham_map(struct kunit *test, struct smmu3_paging *paging, u64 iova,
	      size_t size)
{
	size_t mapped = 0;

	KUNIT_ASSERT_EQ(test,
			paging->domain.ops->map_pages(&paging->domain, iova,
						      0x10000000, SZ_4K,
						      size / SZ_4K,
						      IOMMU_READ | IOMMU_WRITE,
						      GFP_KERNEL, &mapped), 0);
	KUNIT_ASSERT_EQ(test, mapped, size);
}

/**
 * sham_unmap - unmap something and invalidate it, as the core does
 * @test: the test
 * @paging: the domain
 * @iova: where
 * @size: how much, in pages of 4K
 */
void sham_unmap(struct kunit *test, struct smmu3_paging *paging, u64 iova,
		size_t size)
{
	struct iommu_iotlb_gather gather;
	size_t unmapped;

	iommu_iotlb_gather_init(&gather);
	unmapped = paging->domain.ops->unmap_pages(&paging->domain, iova, SZ_4K,
						   size / SZ_4K, &gather);
	KUNIT_EXPECT_EQ(test, unmapped, size);
	paging->domain.ops->iotlb_sync(&paging->domain, &gather);
}

/**
 * sham_unmap_table - unmap 2M at once, so that the table below goes too
 * @test: the test
 * @paging: the domain, with pages in the 2M behind 1G
 */
void sham_unmap_table(struct kunit *test, struct smmu3_paging *paging)
{
	struct iommu_domain *domain = &paging->domain;
	struct iommu_iotlb_gather gather;
	size_t unmapped;

	iommu_iotlb_gather_init(&gather);
	unmapped = domain->ops->unmap_pages(domain, SZ_1G, SZ_2M, 1, &gather);
	KUNIT_EXPECT_EQ(test, unmapped, SZ_2M);
	domain->ops->iotlb_sync(domain, &gather);
}

/**
 * sham_ste - a word of a device's stream table entry
 * @sdev: the device
 * @word: which word
 *
 * Return: the word
 */
u64 sham_ste(struct smmu3_device *sdev, int word)
{
	return le64_to_cpu(smmu3_strtab_entry(sdev->unit, sdev->sids[0])[word]);
}

/**
 * sham_config - what a device's stream table entry does
 * @sdev: the device
 *
 * Return: SMMU_STE_CONFIG_*; all ones if it is not valid
 */
u64 sham_config(struct smmu3_device *sdev)
{
	u64 word = sham_ste(sdev, 0);

	return word & SMMU_STE0_V ? FIELD_GET(SMMU_STE0_CONFIG, word) : U64_MAX;
}

/**
 * sham_cd - a word of a context descriptor of a device
 * @sdev: the device
 * @pasid: its PASID
 * @word: which word
 *
 * Return: the word, 0 if there is no table
 */
u64 sham_cd(struct smmu3_device *sdev, u32 pasid, int word)
{
	__le64 *cd = smmu3_cdtab_entry(sdev, pasid);

	return cd ? le64_to_cpu(cd[word]) : 0;
}
