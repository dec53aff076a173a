/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A unit for KUnit: registers that execute a queue of commands on paper
 *
 * It remembers every command and fails on request. It knows no translation.
 */
#ifndef __ARM_SMMU_V3_NESTED_FAKE_UNIT_H
#define __ARM_SMMU_V3_NESTED_FAKE_UNIT_H

#include <kunit/test.h>

#include "../../../nested/tests/fake.h"
#include "../arm_smmu_v3_nested.h"

#define FAKE_WRITES	64

/**
 * struct fake_unit - the unit and its hardware
 * @unit: what the driver sees
 * @regs: registers that are no more than memory, page 0
 * @regs1: the same, page 1
 * @idr: what the hardware says it can do
 * @gerror: active errors differ from GERRORN
 * @cmdq_cons: the index with its wrap bit, and the error
 * @log: commands other than CMD_SYNC with a message, in the order of their execution
 * @epoch: of each of them, how many CMD_SYNCs were completed before
 * @nr: how many there are
 * @syncs: CMD_SYNCs completed
 * @doorbells: writes to CMDQ_PROD
 * @writes: offsets of registers in the order of writing to them
 * @nr_writes: how many there are
 * @refuse_op: refuse the next command with this opcode
 * @refuse_sticky: and all that follow
 * @aborts: how many times the next command cannot be read
 * @silent_sid: an ATC invalidation of this StreamID is not answered
 * @silent: @silent_sid is valid
 * @hung: the same, and the CMD_SYNC waits for ever
 * @unanswered: a CMD_SYNC has one of these to wait for
 * @dead: the queue does nothing
 * @cr0_dead: CR0 does nothing
 * @gone: so many reads of registers yet find nobody
 * @reads: reads of registers
 * @events: so many reads of EVTQ_PROD yet find one more event
 * @spy: sees every command before it is executed, if it is not NULL
 * @watch: sees every write to a register before it takes effect, if it is not NULL
 * @peek: runs once, between a read of CMDQ_CONS that is not 0, by a reader without
 *	the queue's lock, and what the reader makes of it
 * @spied: for @spy and @watch
 */
struct fake_unit {
	struct smmu3_unit unit;
	u32 regs[0x100 / 4];
	u32 regs1[0x100 / 4];
	u32 idr[6];
	u32 gerror;
	u32 cmdq_cons;
	struct cmd_words log[FAKE_LOG];
	unsigned int epoch[FAKE_LOG];
	unsigned int nr;
	unsigned int syncs;
	unsigned int doorbells;
	u32 writes[FAKE_WRITES];
	unsigned int nr_writes;
	u8 refuse_op;
	bool refuse_sticky;
	unsigned int aborts;
	u32 silent_sid;
	bool silent;
	bool hung;
	bool unanswered;
	bool dead;
	bool cr0_dead;
	unsigned int gone;
	unsigned int reads;
	unsigned int events;
	void (*spy)(struct fake_unit *fake, struct cmd_words cmd);
	void (*watch)(struct fake_unit *fake, u32 off, u32 val);
	void (*peek)(struct fake_unit *fake);
	struct smmu3_device *spied;
};

#define FAKE_IDR0 \
	(SMMU_IDR0_S1P | SMMU_IDR0_S2P | \
	 FIELD_PREP_CONST(SMMU_IDR0_TTF, SMMU_TTF_AARCH64) | \
	 SMMU_IDR0_COHACC | \
	 FIELD_PREP_CONST(SMMU_IDR0_HTTU, SMMU_HTTU_ACCESS_DIRTY) | \
	 SMMU_IDR0_HYP | SMMU_IDR0_ATS | SMMU_IDR0_ASID16 | SMMU_IDR0_MSI | \
	 SMMU_IDR0_PRI | SMMU_IDR0_VMID16 | SMMU_IDR0_CD2L | \
	 FIELD_PREP_CONST(SMMU_IDR0_TTENDIAN, SMMU_TTENDIAN_LE) | \
	 FIELD_PREP_CONST(SMMU_IDR0_STALL_MODEL, SMMU_STALL_MODEL_NONE) | \
	 FIELD_PREP_CONST(SMMU_IDR0_ST_LEVEL, SMMU_ST_LEVEL_2LVL))
#define FAKE_IDR1 \
	(FIELD_PREP_CONST(SMMU_IDR1_SIDSIZE, 16) | \
	 FIELD_PREP_CONST(SMMU_IDR1_SSIDSIZE, 20) | \
	 FIELD_PREP_CONST(SMMU_IDR1_PRIQS, 4) | \
	 FIELD_PREP_CONST(SMMU_IDR1_EVENTQS, 4) | \
	 FIELD_PREP_CONST(SMMU_IDR1_CMDQS, 19))
#define FAKE_IDR3	SMMU_IDR3_RIL
#define FAKE_IDR5 \
	(FIELD_PREP_CONST(SMMU_IDR5_OAS, SMMU_OAS_48) | SMMU_IDR5_GRAN4K)

struct device *sham_dev_new(struct kunit *test, const char *what);
struct fake_unit *sham_unit_off(struct kunit *test);
struct fake_unit *sham_unit_new(struct kunit *test, u32 idr0_set,
				u32 idr0_clear);
struct smmu3_device *sham_device_new(struct kunit *test, struct fake_unit *fake,
				     u32 sid, u8 pasid_bits, bool ats);
struct smmu3_paging *sham_paging_new(struct kunit *test,
				     struct smmu3_device *sdev, u32 flags);
void sham_paging_free(struct kunit *test, struct smmu3_paging *paging);
void sham_map(struct kunit *test, struct smmu3_paging *paging, u64 iova,
	      size_t size);
void sham_unmap(struct kunit *test, struct smmu3_paging *paging, u64 iova,
		size_t size);
void sham_unmap_table(struct kunit *test, struct smmu3_paging *paging);
bool sham_executed(const struct fake_unit *fake, struct cmd_words cmd);
bool sham_completed(const struct fake_unit *fake, struct cmd_words cmd);
bool sham_synced(const struct fake_unit *fake, struct cmd_words first,
		 struct cmd_words second);
unsigned int sham_count(const struct fake_unit *fake, u8 opcode);
void sham_forget(struct fake_unit *fake);
void sham_recover(struct fake_unit *fake);

u64 sham_ste(struct smmu3_device *sdev, int word);
u64 sham_config(struct smmu3_device *sdev);
u64 sham_cd(struct smmu3_device *sdev, u32 pasid, int word);

/* The state of a device that is blocked for certain */
#define FAKE_OUT	(BIT(SMMU3_DEV_BLOCKED) | BIT(SMMU3_DEV_OUT))

/* What a CMD_SYNC that nobody waits for is in the log */
#define FAKE_FENCE	smmu3_cmd_sync()

#endif /* __ARM_SMMU_V3_NESTED_FAKE_UNIT_H */
