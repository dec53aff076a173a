// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of walks that fail for other reasons than permissions */
#include <kunit/static_stub.h>

#include "../../phys.h"
#include "tables.h"

#define IOVA	0x00007a4567891abcULL

static u64 *pasid_entry(struct rig *rig)
{
	return rig_pasid(rig, RIG_SID, RIG_RID_PASID);
}

/* Extension by execute requests, of earlier revisions of the architecture */
static void walk_fault_test_exec(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE1);
	struct mock_req req = rig_req_pasid(RIG_SID, RIG_PASID, IOVA, false);
	u64 *entry = rig_pasid(rig, RIG_SID, RIG_PASID);
	u64 *leaf = rig_fs(sp, IOVA, 1);
	struct mock_xlate res;

	*leaf = 0x5000 | RIG_FS_PAGE | VTD_FS_XD;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), 0);
	KUNIT_EXPECT_FALSE(test, res.exec);

	rig->m.ecap |= VTD_ECAP_ERS;
	entry[2] |= VTD_PTE2_ERE | VTD_PTE2_SRE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), VTD_FR_FS_RSVD);
	entry[2] |= VTD_PTE2_NXE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), 0);
	req.exec = true;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), VTD_FR_FS_NX);
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), VTD_FR_FS_NX);
	*leaf &= ~VTD_FS_XD;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.exec);
	req.priv = true;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), 0);
	entry[2] |= VTD_PTE2_SMEP;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), VTD_FR_SMEP);
}

/* Accessed and dirty flags without a coherent walk: SFS.9 and SSS.5 */
static void walk_fault_test_no_snoop(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE1);
	struct rig_space *ss;
	int level;

	*rig_fs(sp, IOVA, 1) = 0x5000 | RIG_FS_PAGE;
	pasid_entry(rig)[1] &= ~VTD_PTE1_PWSNP;
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_FS_AD_NOSNOOP);
	for (level = 4; level; level--)
		*rig_fs(sp, IOVA, level) |= VTD_FS_A;
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, NULL), VTD_FR_FS_AD_NOSNOOP);
	*rig_fs(sp, IOVA, 1) |= VTD_FS_D;
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, NULL), 0);

	ss = rig_space(rig, VTD_PGTT_STAGE2, RIG_DID + 1, 4, 4);
	rig_attach(ss, RIG_SID, RIG_RID_PASID);
	mock_vtd_inval_all(&rig->m);
	*rig_ss(ss, IOVA, 1) = 0x5000 | RIG_SS_RW;
	pasid_entry(rig)[1] &= ~VTD_PTE1_PWSNP;
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, NULL), 0);
	pasid_entry(rig)[0] |= VTD_PTE0_SSADE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_SS_AD_NOSNOOP);
	for (level = 4; level; level--)
		*rig_ss(ss, IOVA, level) |= VTD_SS_A;
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, NULL), VTD_FR_SS_AD_NOSNOOP);
}

static int cmpxchg_fails(u64 pa, u64 old, u64 new)
{
	return -EFAULT;
}

static int cmpxchg_loses(u64 pa, u64 old, u64 new)
{
	return -EAGAIN;
}

/* Software unmaps the page in the very moment */
static int cmpxchg_races(u64 pa, u64 old, u64 new)
{
	*rig_word(pa) = 0;
	return -EAGAIN;
}

static void walk_fault_test_update_fails(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE1);
	struct rig_space *ss = rig_space(rig, VTD_PGTT_STAGE2, RIG_DID + 1, 4, 4);

	*rig_fs(sp, IOVA, 1) = 0x5000 | RIG_FS_PAGE;
	*rig_ss(ss, IOVA, 1) = 0x5000 | RIG_SS_RW;
	kunit_activate_static_stub(test, mock_phys_cmpxchg64, cmpxchg_fails);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_FS_AD_UPDATE);
	kunit_activate_static_stub(test, mock_phys_cmpxchg64, cmpxchg_loses);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_FS_AD_UPDATE);
	kunit_activate_static_stub(test, mock_phys_cmpxchg64, cmpxchg_races);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_FS_NP);
	KUNIT_EXPECT_EQ(test, *rig_fs(sp, IOVA, 4), 0);

	rig_attach(ss, RIG_SID, RIG_RID_PASID);
	pasid_entry(rig)[0] |= VTD_PTE0_SSADE;
	mock_vtd_inval_all(&rig->m);
	kunit_activate_static_stub(test, mock_phys_cmpxchg64, cmpxchg_fails);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_SS_AD_UPDATE);
	kunit_activate_static_stub(test, mock_phys_cmpxchg64, cmpxchg_loses);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_SS_AD_UPDATE);
	kunit_activate_static_stub(test, mock_phys_cmpxchg64, cmpxchg_races);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_SS_PERM);
}

/* Table accesses that abort */
static void walk_fault_test_not_ram(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE1);
	struct rig_space *ss = rig_space(rig, VTD_PGTT_STAGE2, RIG_DID + 1, 4, 4);

	*rig_fs(sp, IOVA, 2) = RIG_NOT_RAM | RIG_FS_TABLE;
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_FS_ACCESS);
	pasid_entry(rig)[2] = RIG_NOT_RAM;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_FS_ROOT_ACCESS);

	rig_attach(ss, RIG_SID, RIG_RID_PASID);
	*rig_ss(ss, IOVA, 2) = RIG_NOT_RAM | RIG_SS_RW;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_SS_ACCESS);
	pasid_entry(rig)[0] &= ~VTD_PTE0_SSPTPTR;
	pasid_entry(rig)[0] |= RIG_NOT_RAM;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_SS_ROOT);
}

/* A cached table is no way around the permissions above it */
static void walk_fault_test_cached_rights(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE1);
	struct mock_req req = rig_req_pasid(RIG_SID, RIG_PASID, IOVA, false);

	rig_pasid(rig, RIG_SID, RIG_PASID)[2] |= VTD_PTE2_SRE;
	*rig_fs(sp, IOVA, 1) = 0;
	*rig_fs(sp, IOVA, 3) &= ~VTD_FS_US;
	req.priv = true;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_FS_NP);
	/* The same reason with cached structures and without */
	req.priv = false;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_FS_US);
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_FS_US);
}

static struct kunit_case walk_fault_test_cases[] = {
	KUNIT_CASE(walk_fault_test_exec),
	KUNIT_CASE(walk_fault_test_no_snoop),
	KUNIT_CASE(walk_fault_test_update_fails),
	KUNIT_CASE(walk_fault_test_not_ram),
	KUNIT_CASE(walk_fault_test_cached_rights),
	{}
};

static struct kunit_suite walk_fault_test_suite = {
	.name = "iommu_mock_vtd_walk_fault",
	.test_cases = walk_fault_test_cases,
};

kunit_test_suite(walk_fault_test_suite);
