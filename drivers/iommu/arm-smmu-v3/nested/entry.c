// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing a table entry that the hardware may read at any time
 *
 * The hardware reads 64 bits at once, and an entry has eight times that many
 * (3.21.3). So that it never sees a mixture which means something else than the
 * old entry or the new one, an update has up to three steps, with an invalidation
 * of what is cached after each:
 *
 * 1. The bits that the old entry does not use get the values of the new one.
 *    The entry still means what it did.
 * 2. If then one word is left to change, it is written: transactions before
 *    it see the old entry, those after it the new one, and none fails.
 * 3. Bits that only the old entry used are cleared.
 *
 * If more than one word is left after the first step, then the entry is put
 * out of service while the others are written.
 */
#include <linux/bits.h>
#include <linux/io.h>

#include "entry.h"

static int smmu3_put_words(const struct smmu3_entry_ops *ops, void *ctx,
			   __le64 *entry, const u64 *w, unsigned long which)
{
	bool changed = false;
	int i;

	for (i = 0; i < ENTRY_WORDS; i++) {
		if (!(which & BIT(i)) || entry[i] == cpu_to_le64(w[i]))
			continue;
		WRITE_ONCE(entry[i], cpu_to_le64(w[i]));
		changed = true;
	}
	if (!changed)
		return 0;
	/* Before the command that has it read again */
	dma_wmb();
	return ops->sync(ctx);
}

/*
 * The first step. Returns the words in which bits are left that matter, and
 * sets @step to the value that means the same as the entry does now.
 */
static unsigned long smmu3_first_step(const struct smmu3_entry_ops *ops,
				      const u64 *cur, const u64 *target,
				      u64 *step)
{
	u64 cur_used[ENTRY_WORDS], target_used[ENTRY_WORDS];
	u64 safe[ENTRY_WORDS] = {};
	unsigned long left = 0;
	int i;

	ops->used(cur, cur_used);
	ops->used(target, target_used);
	if (ops->harmless)
		ops->harmless(cur, target, safe);

	for (i = 0; i < ENTRY_WORDS; i++) {
		u64 keep = cur_used[i] & ~(safe[i] & target_used[i]);

		step[i] = (cur[i] & keep) | (target[i] & ~keep);
		if ((step[i] ^ target[i]) & target_used[i])
			left |= BIT(i);
	}
	return left;
}

/**
 * smmu3_entry_write - change an entry
 * @ops: the kind of entry
 * @ctx: for @ops
 * @entry: the entry, which nobody else changes
 * @target: what it is to be
 *
 * Context: that of the sync operation.
 * Return: 0; an error of the sync operation with the entry in any of the
 * states on the way
 */
int smmu3_entry_write(const struct smmu3_entry_ops *ops, void *ctx,
		      __le64 *entry, const u64 *target)
{
	u64 cur[ENTRY_WORDS], step[ENTRY_WORDS];
	unsigned long left;
	int i, ret;

	for (i = 0; i < ENTRY_WORDS; i++)
		cur[i] = le64_to_cpu(entry[i]);

	/* What it points to must be visible before the entry is */
	dma_wmb();

	left = smmu3_first_step(ops, cur, target, step);
	if (left & (left - 1)) {
		ret = smmu3_put_words(ops, ctx, entry, &ops->pause, BIT(0)) ?:
		      smmu3_put_words(ops, ctx, entry, target,
				      GENMASK(ENTRY_WORDS - 1, 1)) ?:
		      smmu3_put_words(ops, ctx, entry, target, BIT(0));
		return ret;
	}

	/* The word that changes anyway needs no first step */
	ret = smmu3_put_words(ops, ctx, entry, step,
			      GENMASK(ENTRY_WORDS - 1, 0) & ~left);
	if (!ret && left)
		ret = smmu3_put_words(ops, ctx, entry, target, left);
	return ret ?: smmu3_put_words(ops, ctx, entry, target,
				      GENMASK(ENTRY_WORDS - 1, 0));
}
