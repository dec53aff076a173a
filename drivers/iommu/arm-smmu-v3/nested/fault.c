// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on their way to a handler, and its answers on their way back
 *
 * See fault.h for who has a fault when.
 */
#include <kunit/static_stub.h>
#include <linux/device.h>
#include <linux/slab.h>

#include "arm_smmu_v3_nested.h"
#include "fault.h"
#include "trace.h"

/* How many are handed up before others get the group's mutex */
#define FAULTS_AT_ONCE	64

/* Of all units: a work may have the last reference to its unit */
static struct workqueue_struct *smmu3_fault_wq;

/**
 * smmu3_faults_init - be ready for faults
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_faults_init(void)
{
	smmu3_fault_wq = alloc_workqueue("smmu3-faults", WQ_UNBOUND, 0);
	return smmu3_fault_wq ? 0 : -ENOMEM;
}

/**
 * smmu3_faults_exit - undo smmu3_faults_init(), there are no units any more
 */
void smmu3_faults_exit(void)
{
	destroy_workqueue(smmu3_fault_wq);
}

/**
 * smmu3_fault_new - make a fault
 * @unit: the unit that has recorded it
 * @room: how many pages there is room for
 *
 * Context: process context.
 * Return: the fault, received now; NULL if there is no memory
 */
struct smmu3_fault *smmu3_fault_new(struct smmu3_unit *unit, unsigned int room)
{
	struct smmu3_fault *fault = kzalloc_flex(*fault, pages, room);

	if (!fault)
		return NULL;
	fault->room = room;
	fault->epoch = READ_ONCE(unit->fault_epoch);
	fault->since = ktime_get();
	return fault;
}

static struct cmd_words smmu3_fault_cmd(const struct smmu3_fault *fault,
					enum iommu_page_response_code code)
{
	u8 resp = code == IOMMU_PAGE_RESP_SUCCESS ? SMMU_PRI_RESP_SUCCESS :
						    SMMU_PRI_RESP_INVALID;

	/* "Failure" would be for good: the device gives up this one access alone */
	if (fault->pri)
		return smmu3_cmd_pri_resp(fault->sid, fault->ssv, fault->ssid,
					  fault->tag, resp);
	return smmu3_cmd_resume(fault->sid, fault->tag,
				code == IOMMU_PAGE_RESP_SUCCESS,
				code != IOMMU_PAGE_RESP_SUCCESS);
}

/*
 * Does the device wait for it? If it has used the index of a group again before that was
 * answered then it was reset, or is broken, and waits for the new one alone. What was
 * stalled when translation was switched off is over.
 */
static bool smmu3_fault_is_waited_for(struct smmu3_faults *f,
				      const struct smmu3_fault *fault)
{
	void *mine = xa_mk_value(fault->seq);

	if (!fault->pri)
		return fault->epoch == READ_ONCE(f->unit->fault_epoch);
	return xa_cmpxchg(&f->asked, smmu3_group_key(fault->sid, fault->tag),
			  mine, NULL, 0) == mine;
}

static void smmu3_fault_respond(struct smmu3_faults *f,
				const struct smmu3_fault *fault,
				enum iommu_page_response_code code)
{
	struct smmu3_unit *unit = f->unit;
	struct smmu3_answer answer;
	int ret;

	guard(srcu)(&unit->srcu);

	smmu3_answer_begin(unit, &answer, smmu3_fault_cmd(fault, code), fault->epoch);
	if (smmu3_fault_is_waited_for(f, fault)) {
		ret = smmu3_answer_give(unit, &answer);
		if (ret)
			dev_err_ratelimited(f->dev, "a fault cannot be answered: %d\n",
					    ret);
		trace_smmu3_fault_responded(f, fault, code, ret);
	} else {
		atomic64_inc(&unit->answers_late);
	}
	smmu3_answer_end(unit, &answer);
}

/* The caller has taken the fault out of where it was */
static void smmu3_fault_answer(struct smmu3_faults *f, struct smmu3_fault *fault,
			       enum iommu_page_response_code code)
{
	trace_smmu3_fault_answered(f, fault);
	smmu3_fault_respond(f, fault, code);
	scoped_guard(spinlock, &f->lock) {
		if (fault->pri)
			f->requests -= fault->nr;
		else
			f->stalls--;
	}
	kfree(fault);
}

static void smmu3_faults_answer(struct smmu3_faults *f, struct list_head *list,
				enum iommu_page_response_code code)
{
	struct smmu3_fault *fault, *tmp;

	list_for_each_entry_safe(fault, tmp, list, node)
		smmu3_fault_answer(f, fault, code);
}

static struct smmu3_fault *smmu3_faults_first(struct smmu3_faults *f)
{
	struct smmu3_fault *fault;

	guard(spinlock)(&f->lock);

	fault = list_first_entry_or_null(&f->waiting, struct smmu3_fault, node);
	if (fault)
		list_del(&fault->node);
	return fault;
}

static void smmu3_fault_describe(const struct smmu3_fault *fault, unsigned int i,
				 struct iopf_fault *evt)
{
	struct iommu_fault_page_request *prm = &evt->fault.prm;

	*evt = (struct iopf_fault) {
		.fault.type = IOMMU_FAULT_PAGE_REQ,
	};
	prm->grpid = fault->tag;
	prm->addr = fault->pages[i].addr;
	prm->perm = fault->pages[i].perm;
	if (fault->ssv) {
		prm->flags |= IOMMU_FAULT_PAGE_REQUEST_PASID_VALID;
		prm->pasid = fault->ssid;
	}
	if (i == fault->nr - 1)
		prm->flags |= IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;
}

/**
 * smmu3_fault_report - give a fault, or one of its pages, to the core
 * @dev: the device
 * @evt: what it is told
 *
 * The core answers the last one of a group if nobody else does.
 *
 * Context: process context; the mutex of the device's group is held.
 */
void smmu3_fault_report(struct device *dev, struct iopf_fault *evt)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu3_fault_report, dev, evt);
	iommu_report_device_fault(dev, evt);
}

/*
 * As soon as it is in the array it may be answered and freed. It is never at 0, which is
 * what a request has that is not the last of its group.
 */
static void smmu3_fault_hand_up(struct smmu3_faults *f, struct smmu3_fault *fault)
{
	unsigned int last = fault->nr - 1, i;
	struct iopf_fault evt;
	u32 id;

	trace_smmu3_fault_handed(f, fault);
	for (i = 0; i < last; i++) {
		smmu3_fault_describe(fault, i, &evt);
		/* Without memory for it the device asks for that page again */
		smmu3_fault_report(f->dev, &evt);
	}
	smmu3_fault_describe(fault, last, &evt);
	if (xa_alloc_cyclic(&f->handed, &id, fault, XA_LIMIT(1, U32_MAX),
			    &f->next, GFP_KERNEL) < 0) {
		smmu3_fault_answer(f, fault, IOMMU_PAGE_RESP_INVALID);
		return;
	}
	evt.fault.prm.private_data[0] = id;
	smmu3_fault_report(f->dev, &evt);
}

static int smmu3_faults_hand_up(struct device *dev, void *data)
{
	struct smmu3_faults *f = data;
	struct smmu3_fault *fault;
	unsigned int n;

	if (dev != f->dev)
		return 0;
	for (n = 0; n < FAULTS_AT_ONCE; n++) {
		fault = smmu3_faults_first(f);
		if (!fault)
			break;
		smmu3_fault_hand_up(f, fault);
	}
	return 1;
}

/**
 * smmu3_faults_queue - have what waits handed up soon
 * @f: the faults of a device
 *
 * Context: any.
 */
void smmu3_faults_queue(struct smmu3_faults *f)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu3_faults_queue, f);
	kref_get(&f->ref);
	if (!queue_work(smmu3_fault_wq, &f->work))
		smmu3_faults_put(f);
}

static bool smmu3_faults_wait(struct smmu3_faults *f)
{
	guard(spinlock)(&f->lock);

	return !list_empty(&f->waiting);
}

/**
 * smmu3_faults_run - hand up what waits
 * @f: the faults of a device. If it has left its group it has nothing attached, and
 *	nothing waits
 *
 * Context: process context, without the mutex of the device's group.
 */
void smmu3_faults_run(struct smmu3_faults *f)
{
	int found;

	if (f->group)
		found = iommu_group_for_each_dev(f->group, f, smmu3_faults_hand_up);
	else
		found = smmu3_faults_hand_up(f->dev, f);
	if (found && smmu3_faults_wait(f))
		smmu3_faults_queue(f);
}

static void smmu3_faults_work(struct work_struct *work)
{
	struct smmu3_faults *f = container_of(work, struct smmu3_faults, work);

	smmu3_faults_run(f);
	smmu3_faults_put(f);
}

/**
 * smmu3_faults_new - be ready for the faults of a device
 * @sdev: the device
 *
 * Context: process context.
 * Return: that, to be given back with smmu3_faults_put(); NULL if there is no memory
 */
struct smmu3_faults *smmu3_faults_new(struct smmu3_device *sdev)
{
	struct smmu3_faults *f = kzalloc_obj(*f);

	if (!f)
		return NULL;
	kref_init(&f->ref);
	f->dev = get_device(sdev->dev);
	f->unit = sdev->unit;
	smmu3_unit_get(f->unit);
	f->group = iommu_group_get(f->dev);
	INIT_WORK(&f->work, smmu3_faults_work);
	spin_lock_init(&f->lock);
	INIT_LIST_HEAD(&f->waiting);
	xa_init_flags(&f->handed, XA_FLAGS_ALLOC1);
	xa_init(&f->groups);
	xa_init(&f->asked);
	return f;
}

static void smmu3_faults_release(struct kref *ref)
{
	struct smmu3_faults *f = container_of(ref, struct smmu3_faults, ref);

	xa_destroy(&f->asked);
	xa_destroy(&f->groups);
	xa_destroy(&f->handed);
	iommu_group_put(f->group);
	put_device(f->dev);
	smmu3_unit_put(f->unit);
	kfree(f);
}

/**
 * smmu3_faults_put - undo smmu3_faults_new()
 * @f: the faults, or NULL
 *
 * Context: process context.
 */
void smmu3_faults_put(struct smmu3_faults *f)
{
	if (f)
		kref_put(&f->ref, smmu3_faults_release);
}

/**
 * smmu3_fault_add - have a fault handed up
 * @f: the faults of its device
 * @fault: the fault, complete
 * @most: how many stalled transactions the device may have. Page requests were counted
 *	as they came
 *
 * Context: process context.
 * Return: true if it will be answered; false if the device has too many already
 */
bool smmu3_fault_add(struct smmu3_faults *f, struct smmu3_fault *fault,
		     unsigned int most)
{
	scoped_guard(spinlock, &f->lock) {
		if (!fault->pri && f->stalls >= most) {
			atomic64_inc(&f->unit->faults_excess);
			return false;
		}
		f->stalls += !fault->pri;
		list_add_tail(&fault->node, &f->waiting);
	}
	atomic64_inc(&f->unit->faults);
	smmu3_faults_queue(f);
	return true;
}

static void smmu3_faults_take_waiting(struct smmu3_faults *f,
				      const struct smmu3_attach *att,
				      struct list_head *out)
{
	struct smmu3_fault *fault, *tmp;

	guard(spinlock)(&f->lock);

	list_for_each_entry_safe(fault, tmp, &f->waiting, node)
		if (fault->att == att)
			list_move_tail(&fault->node, out);
}

static void smmu3_faults_take_handed(struct smmu3_faults *f,
				     const struct smmu3_attach *att,
				     struct list_head *out)
{
	struct smmu3_fault *fault;
	unsigned long id;

	/* With the lock nobody takes one that is looked at, and frees it */
	xa_lock(&f->handed);
	xa_for_each(&f->handed, id, fault) {
		if (fault->att != att)
			continue;
		__xa_erase(&f->handed, id);
		list_add_tail(&fault->node, out);
	}
	xa_unlock(&f->handed);
}

/**
 * smmu3_faults_end - answer what there is of an attachment
 * @f: the faults of the device
 * @att: the attachment, which nothing uses any more
 *
 * What was handed up is answered with "invalid", and what its handler answers later
 * goes nowhere. What nobody was told of yet is tried again, with what is attached now.
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_faults_end(struct smmu3_faults *f, const struct smmu3_attach *att)
{
	LIST_HEAD(waiting);
	LIST_HEAD(handed);

	smmu3_faults_take_waiting(f, att, &waiting);
	smmu3_faults_answer(f, &waiting, IOMMU_PAGE_RESP_SUCCESS);
	smmu3_faults_take_handed(f, att, &handed);
	smmu3_faults_answer(f, &handed, IOMMU_PAGE_RESP_INVALID);
}

/**
 * smmu3_faults_trim - have a device give back what is another one's share
 * @f: the faults of the device
 * @most: how many stalled transactions it may have from now on
 *
 * Those that have been with a handler for longest are aborted.
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_faults_trim(struct smmu3_faults *f, unsigned int most)
{
	struct smmu3_fault *fault;
	unsigned int excess;
	unsigned long id;
	LIST_HEAD(out);

	scoped_guard(spinlock, &f->lock)
		excess = f->stalls > most ? f->stalls - most : 0;
	xa_lock(&f->handed);
	xa_for_each(&f->handed, id, fault) {
		if (!excess)
			break;
		if (fault->pri)
			continue;
		excess--;
		atomic64_inc(&f->unit->faults_excess);
		__xa_erase(&f->handed, id);
		list_add_tail(&fault->node, &out);
	}
	xa_unlock(&f->handed);
	smmu3_faults_answer(f, &out, IOMMU_PAGE_RESP_INVALID);
}

/**
 * smmu3_faults_answered - a handler has answered
 * @f: the faults of the device
 * @id: which of those that were handed up
 * @code: the answer
 *
 * An answer to a fault that was ended already goes nowhere: its STAG may be that of
 * another transaction by now.
 *
 * Context: process context.
 */
void smmu3_faults_answered(struct smmu3_faults *f, u32 id,
			   enum iommu_page_response_code code)
{
	struct smmu3_fault *fault = xa_erase(&f->handed, id);

	if (fault)
		smmu3_fault_answer(f, fault, code);
	else
		atomic64_inc(&f->unit->answers_late);
}

/**
 * smmu3_page_response - have a device go on, or give up
 * @dev: the device
 * @evt: the last request of the fault
 * @resp: the answer to it
 *
 * Context: process context.
 */
void smmu3_page_response(struct device *dev, struct iopf_fault *evt,
			 struct iommu_page_response *resp)
{
	struct smmu3_device *sdev = dev_iommu_priv_get(dev);
	u32 id = evt->fault.prm.private_data[0];
	struct smmu3_faults *f = sdev->faults;

	if (f && id)
		smmu3_faults_answered(f, id, resp->code);
}
