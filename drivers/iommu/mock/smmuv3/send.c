// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: what leaves the SMMU: interrupts, messages to endpoints
 *
 * Apart from the rest so that unit tests can stand in for the outside world.
 */
#include <kunit/static_stub.h>

#include "../phys.h"
#include "regs.h"

/**
 * mock_smmu_send_msi - write a message
 * @m: the SMMU
 * @addr: message address
 * @data: message data
 *
 * It may be an interrupt of the SMMU, or a word in memory that software polls.
 *
 * Return: the write was accepted
 */
bool mock_smmu_send_msi(struct mock_smmu *m, u64 addr, u32 data)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_smmu_send_msi, m, addr, data);
	return mock_iommu_msi(m->mi, addr, data) ||
	       !mock_phys_write32(addr, data);
}

/**
 * mock_smmu_send_line - pulse a wired interrupt
 * @m: the SMMU
 * @index: IOMMU_UNIT_SMMUV3_IRQ_*
 */
void mock_smmu_send_line(struct mock_smmu *m, unsigned int index)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_smmu_send_line, m, index);
	mock_iommu_line(m->mi, index);
}

/**
 * mock_smmu_send_atc_invalidate - send an invalidation request to an endpoint
 * @m: the SMMU
 * @cmd: CMD_ATC_INV, decoded
 *
 * Return: 0 when the endpoint has answered; -EINPROGRESS; or -ETIMEDOUT. Nobody
 * answers for an endpoint that does not exist.
 */
int mock_smmu_send_atc_invalidate(struct mock_smmu *m,
				  const struct mock_smmu_cmd *cmd)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_smmu_send_atc_invalidate, m, cmd);
	m->mi->slow.asker = cmd->asker;
	return mock_atc_invalidate(m->mi, cmd->sid, cmd->ssv, cmd->ssid,
				   cmd->global, cmd->addr, cmd->lg2);
}

/**
 * mock_smmu_send_page_response - send a page response message to an endpoint
 * @m: the SMMU
 * @sid: StreamID
 * @pasid_valid: there is a PASID
 * @pasid: the PASID
 * @prgi: page request group index
 * @code: response code
 */
void mock_smmu_send_page_response(struct mock_smmu *m, u32 sid,
				  bool pasid_valid, u32 pasid, u16 prgi,
				  enum mock_page_response code)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_smmu_send_page_response, m, sid,
				   pasid_valid, pasid, prgi, code);
	mock_page_response(m->mi, sid, pasid_valid, pasid, prgi, code);
}

/**
 * mock_smmu_send_resume - let a stalled transaction of an endpoint go on or end
 * @m: the SMMU
 * @sid: StreamID
 * @stag: its tag
 * @how: what becomes of it
 *
 * Return: there was such a transaction
 */
bool mock_smmu_send_resume(struct mock_smmu *m, u32 sid, u16 stag,
			   enum mock_stall how)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_smmu_send_resume, m, sid, stag, how);
	return mock_stall_resume(m->mi, sid, stag, how);
}

/**
 * mock_smmu_send_cmdqv_irq - pulse the wire of the companion
 * @m: the SMMU
 */
void mock_smmu_send_cmdqv_irq(struct mock_smmu *m)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_smmu_send_cmdqv_irq, m);
	mock_iommu_line(m->mi, MOCK_COMPANION_IRQ);
}
