/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page faults and page requests, and what devices are answered
 */
#ifndef __ARM_SMMU_V3_NESTED_ANSWER_H
#define __ARM_SMMU_V3_NESTED_ANSWER_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "../../nested/cmd_words.h"

struct smmu3_attach;
struct smmu3_device;
struct smmu3_unit;

/**
 * struct smmu3_answers - answers that a unit has not got yet
 * @lock: protects it
 * @list: answers that were lost, and are to be sent again
 * @flights: answers that are being sent
 */
struct smmu3_answers {
	spinlock_t lock; /* see above */
	struct list_head list;
	struct list_head flights;
};

/**
 * struct smmu3_answer - an answer
 * @node: in one of the unit's lists
 * @cmd: the command
 * @epoch: what is answered was received in this one of the unit
 * @over: nobody waits for it any more
 */
struct smmu3_answer {
	struct list_head node;
	struct cmd_words cmd;
	u32 epoch;
	bool over;
};

/* Of all groups, for smmu3_answers_forget() */
#define SMMU3_INDEX_ALL	(-1)

/* answer.c */
void smmu3_answers_init(struct smmu3_unit *unit);
void smmu3_answers_exit(struct smmu3_unit *unit);
int smmu3_answer_send(struct smmu3_unit *unit, struct cmd_words cmd);
void smmu3_answer_begin(struct smmu3_unit *unit, struct smmu3_answer *answer,
			struct cmd_words cmd, u32 epoch);
int smmu3_answer_give(struct smmu3_unit *unit, const struct smmu3_answer *answer);
void smmu3_answer_end(struct smmu3_unit *unit, struct smmu3_answer *answer);
int smmu3_answer(struct smmu3_unit *unit, struct cmd_words cmd, u32 epoch);
void smmu3_answers_forget(struct smmu3_unit *unit, u32 sid, int index);
void smmu3_answers_resend(struct smmu3_unit *unit);

/* iopf.c */
int smmu3_iopf_init(struct smmu3_unit *unit);
void smmu3_iopf_exit(struct smmu3_unit *unit);
int smmu3_iopf_enable(struct smmu3_attach *att);
void smmu3_iopf_disable(struct smmu3_attach *att);
bool smmu3_can_stall(const struct smmu3_device *sdev);
const struct smmu3_attach *smmu3_fault_owner(struct smmu3_device *sdev, bool ssv,
					     u32 ssid);

/* stall.c */
unsigned int smmu3_stall_share(const struct smmu3_unit *unit);
void smmu3_stall_begin(struct smmu3_device *sdev);
void smmu3_stall_end(struct smmu3_device *sdev);
void smmu3_stalls_over(struct smmu3_unit *unit);
u32 smmu3_stall_perm(const u64 *evt);
bool smmu3_stall_take(struct smmu3_device *sdev, const u64 *evt);

#endif /* __ARM_SMMU_V3_NESTED_ANSWER_H */
