// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's invalidations
 *
 * They are the commands of the guest's own queue. A block of them is copied,
 * checked and converted at a time, and goes to the unit's queue as it is; one
 * CMD_SYNC at the end of the array completes them all. Among themselves they are
 * in no other order than commands of a queue without CMD_SYNC are.
 *
 * Userspace decides how long it takes to copy from its memory, so nothing is
 * held meanwhile that others wait for. Devices are looked up in a read-side
 * section for each block, and its commands are in the queue before the section
 * ends: the commands that remove a device come behind them.
 */
#include <uapi/linux/iommufd.h>

#include "../../nested/user_array.h"
#include "arm_smmu_v3_nested.h"
#include "flush.h"
#include "guest.h"
#include "queue.h"
#include "viommu.h"

/* Commands that are copied at once */
#define INV_BLOCK	32

/*
 * A device without ATS has nothing that could be invalidated. One that failed is
 * not asked again before it is brought back, as in flush.c: its guest is told so
 * with every call until then.
 */
static bool smmu3_guest_atc_live(const struct smmu3_device *sdev)
{
	return READ_ONCE(sdev->ats_on) && smmu3_atc_live(sdev);
}

/**
 * smmu3_add_usercmd - convert a command of a guest's
 * @batch: gets it
 * @viommu: the guest's SMMU
 * @cmd: the command
 *
 * Context: process context, in a read-side section of the unit's @srcu.
 * Return: 0, or -EIO for one that the guest must not send
 */
int smmu3_add_usercmd(struct smmu3_batch *batch, struct smmu3_viommu *viommu,
		      struct cmd_words cmd)
{
	u8 target = smmu3_usercmd_of(cmd)->target;
	struct smmu3_device *sdev;
	int ret;

	ret = smmu3_usercmd_check(&viommu->rules, cmd);
	if (unlikely(ret))
		return ret;

	if (target == SMMU3_FOR_VMID) {
		smmu3_batch_other(batch);
		smmu3_batch_add(batch, smmu3_usercmd_set_vmid(cmd, viommu->vmid));
		return 0;
	}

	sdev = xa_load(&viommu->streams, FIELD_GET(SMMU_CMD0_SID, cmd.w0));
	if (!sdev)
		return -EIO;
	cmd = smmu3_usercmd_set_sid(cmd, sdev->sids[0]);
	if (target == SMMU3_FOR_STREAM) {
		smmu3_batch_other(batch);
		smmu3_batch_add(batch, cmd);
	} else if (smmu3_guest_atc_live(sdev)) {
		smmu3_batch_add_atc(batch, sdev, cmd);
	}
	return 0;
}

/* How many commands are good, which are in the batch then */
static unsigned int
smmu3_add_block(struct smmu3_batch *batch, struct smmu3_viommu *viommu,
		const struct iommu_viommu_arm_smmuv3_invalidate *reqs,
		unsigned int nr, int *ret)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		*ret = smmu3_add_usercmd(batch, viommu, (struct cmd_words) {
			.w0 = le64_to_cpu(reqs[i].cmd[0]),
			.w1 = le64_to_cpu(reqs[i].cmd[1]),
		});
		if (*ret)
			break;
	}
	return i;
}

/*
 * The @nr entries of @reqs, copied last; and after the last ones a wait for all
 * of them. Returns what smmu3_finish() does, or 0 if there is more to come.
 */
static int smmu3_do_block(struct smmu3_batch *batch,
			  struct smmu3_viommu *viommu,
			  struct user_array_walk *walk,
			  const struct iommu_viommu_arm_smmuv3_invalidate *reqs,
			  unsigned int nr)
{
	struct inval_time *timing = &viommu->unit->timing;
	ktime_t start;
	int bad = 0;
	bool more;

	guard(srcu)(&viommu->unit->srcu);

	start = smmu3_timing_start();
	nr = smmu3_add_block(batch, viommu, reqs, nr, &bad);
	user_array_did(walk, nr, bad);
	more = user_array_more(walk);
	if (more && batch->cmds.nr)
		smmu3_batch_push(batch);
	/* Less what it took to move full batches into the ring */
	smmu3_timing_add(&timing->convert, start + batch->cmds.spent);
	batch->cmds.spent = 0;
	return more ? 0 : smmu3_finish(viommu->parent, viommu,
				       smmu3_batch_flush(batch));
}

/**
 * smmu3_cache_invalidate - a guest has changed its tables
 * @core: the guest's SMMU
 * @array: its commands; on return its entry_num says how many are done
 *
 * Context: process context.
 * Return: 0; -EINVAL for another type, -EIO, -E2BIG or -EFAULT for the first bad
 * command, when those before it are done; -ETIMEDOUT if the hardware did not
 * answer, when devices that may be affected are blocked
 */
int smmu3_cache_invalidate(struct iommufd_viommu *core,
			   struct iommu_user_data_array *array)
{
	struct iommu_viommu_arm_smmuv3_invalidate reqs[INV_BLOCK] __uninitialized;
	struct smmu3_viommu *viommu = to_smmu3_viommu(core);
	struct inval_time *timing = &viommu->unit->timing;
	struct smmu3_batch batch __uninitialized;
	struct user_array_walk walk;
	int ret;

	ret = user_array_begin(&walk, array,
			       IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3);
	if (ret)
		return ret;

	smmu3_batch_begin(&batch, viommu->unit, false);
	batch.cmds.parks = true;
	while (user_array_more(&walk)) {
		ktime_t start = smmu3_timing_start();
		unsigned int nr;

		nr = user_array_copy(&walk, reqs, sizeof(*reqs), INV_BLOCK);
		smmu3_timing_add(&timing->copy, start);
		ret = smmu3_do_block(&batch, viommu, &walk, reqs, nr);
	}

	inval_time_call(&smmu3_meter, timing, walk.done);
	return user_array_end(&walk, array, ret);
}
