/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A unit for KUnit: registers that execute a queue of descriptors on paper
 *
 * It remembers every descriptor and fails on request. It knows no translation.
 */
#ifndef __INTEL_NESTED_FAKE_UNIT_H
#define __INTEL_NESTED_FAKE_UNIT_H

#include <kunit/test.h>

#include "../../../nested/tests/fake.h"
#include "../intel_nested.h"

/**
 * struct fake_unit - the unit and its hardware
 * @unit: what the driver sees
 * @test: the test that it is for
 * @gsts: global status
 * @iqa: invalidation queue address
 * @iqh: invalidation queue head
 * @iqt: invalidation queue tail
 * @fsts: fault status
 * @iqercd: invalidation queue error record
 * @log: descriptors other than waits, in the order of their execution
 * @nr: how many there are
 * @waits: wait descriptors completed
 * @doorbells: writes to the tail register
 * @refuse_type: refuse the next descriptor of this type
 * @refuse_sticky: and all that follow
 * @silent_sid: a device-TLB invalidation of this source-id times out
 * @ahead: how many descriptors behind it are fetched then, and lost
 * @wrong: they do not time out, but get a wrong answer
 * @silent: @silent_sid is valid
 * @unnamed: the unit does not say which device has not answered
 * @dead: the queue does nothing
 * @until_reset: and is cured of that by being switched off
 * @pqa: page request queue address
 * @pqh: page request queue head
 * @pqt: page request queue tail
 * @prs: page request status
 * @pulls: reads of its tail; told to @pull
 * @pull: is told of a read of its tail
 * @rtaddr: root table address
 * @roots: times that it was set
 * @gcmd_dead: global commands do nothing
 * @gone: so many reads of registers yet find nobody
 * @reads: reads of registers
 * @hook: is told of each descriptor before it is executed
 * @hook_data: for @hook
 * @look: is told when a waiter looks for errors, with the lock of the ring
 */
struct fake_unit {
	struct vtd_unit unit;
	struct kunit *test;
	u32 gsts;
	u64 iqa;
	u64 iqh;
	u64 iqt;
	u32 fsts;
	u64 iqercd;
	struct cmd_words log[FAKE_LOG];
	unsigned int nr;
	unsigned int waits;
	unsigned int doorbells;
	u8 refuse_type;
	bool refuse_sticky;
	u16 silent_sid;
	bool silent;
	bool unnamed;
	unsigned int ahead;
	bool wrong;
	bool dead;
	bool until_reset;
	u64 pqa;
	u64 pqh;
	u64 pqt;
	u32 prs;
	unsigned int pulls;
	void (*pull)(struct fake_unit *fake);
	u64 rtaddr;
	unsigned int roots;
	bool gcmd_dead;
	unsigned int gone;
	unsigned int reads;
	void (*hook)(struct fake_unit *fake, struct cmd_words desc);
	void *hook_data;
	void (*look)(struct fake_unit *fake);
};

#define FAKE_CAP \
	(FIELD_PREP(VTD_CAP_ND, 6) | VTD_CAP_SAGAW_4LVL | VTD_CAP_PSI | \
	 FIELD_PREP(VTD_CAP_MGAW, 47) | VTD_CAP_SSLPS_2M | VTD_CAP_SSLPS_1G | \
	 FIELD_PREP(VTD_CAP_MAMV, 18) | VTD_CAP_DRD | VTD_CAP_DWD | \
	 VTD_CAP_FS5LP)
#define FAKE_ECAP \
	(VTD_ECAP_C | VTD_ECAP_QI | VTD_ECAP_DT | VTD_ECAP_PT | VTD_ECAP_SC | \
	 VTD_ECAP_NEST | VTD_ECAP_SRS | VTD_ECAP_EAFS | VTD_ECAP_PASID | \
	 FIELD_PREP(VTD_ECAP_PSS, 19) | VTD_ECAP_SMTS | VTD_ECAP_SSADS | \
	 VTD_ECAP_SSTS | VTD_ECAP_FSTS | VTD_ECAP_SMPWCS)

struct device *fake_dev_new(struct kunit *test, const char *what);
struct fake_unit *fake_unit_new(struct kunit *test, u64 cap, u64 ecap);
struct vtd_device *fake_device_new(struct kunit *test, struct fake_unit *fake,
				   u16 sid, u8 pasid_bits, u8 ats_depth);
struct vtd_paging *fake_paging_new(struct kunit *test, struct vtd_device *edev,
				   u32 flags);
void fake_paging_free(struct kunit *test, struct vtd_paging *paging);
struct vtd_nested *fake_nested_new(struct kunit *test, struct vtd_device *edev,
				   struct vtd_paging *parent, u64 pgtbl);
bool fake_executed(const struct fake_unit *fake, struct cmd_words desc);
void fake_forget(struct fake_unit *fake);
void fake_no_recovery(struct fake_unit *fake);
void fake_prq_new(struct kunit *test, struct fake_unit *fake);
void fake_page_request(struct fake_unit *fake, u64 w0, u64 w1);

u64 fake_pasid_word(struct vtd_device *edev, u32 pasid, int word);
u64 fake_pgtt(struct vtd_device *edev, u32 pasid);
u16 fake_did(struct vtd_device *edev, u32 pasid);
bool fake_context_present(struct vtd_device *edev);
bool fake_context_present_at(struct vtd_unit *unit, u16 sid);

/* What a fence is in the log */
#define FAKE_FENCE	((struct cmd_words) { .w0 = VTD_QI_WAIT })
/* And one that drains page requests */
#define FAKE_DRAIN	((struct cmd_words) { .w0 = VTD_QI_WAIT | VTD_WAIT0_PD })

#endif /* __INTEL_NESTED_FAKE_UNIT_H */
