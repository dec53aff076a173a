// SPDX-License-Identifier: GPL-2.0-only
/* Two endpoints with page requests: one that does not behave, and another beside it */
#include <errno.h>
#include <unistd.h>

#include "asker.h"

#define IOVA		0x0000033330000000ull
#define WAIT_MS		20000
#define QUIET_MS	50

static int asker_prepare(struct asker *a, const struct rig_config *cfg)
{
	struct rig *r = &a->rig;
	unsigned int i;
	int rc;

	rc = rig_mock(r, cfg);
	for (i = 0; !rc && i < ASKER_EPS; i++)
		rc = mock_ep_set(&r->mock, r->mock.endpoints[i], "pri", 1);
	return rc ?: rig_devices(r);
}

int asker_up(struct asker *a, const struct rig_config *cfg)
{
	struct rig *r = &a->rig;
	uint64_t nr;
	int rc;

	a->faults.queue = -1;
	rc = asker_prepare(a, cfg);
	if (rc)
		return rc;
	if (mock_driver_count(&r->mock, "page_requests", &nr))
		return rig_down(r) ?: -EOPNOTSUPP;
	return rig_guest(r) ?: rig_parent(r) ?: rig_nested(r) ?:
	       faults_create(&a->faults, r->iommufd);
}

int asker_attach(struct asker *a)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < ASKER_EPS; i++)
		rc = vdev_attach_id(&a->rig.dev[i], a->hwpt) ?:
		     ep_ats(&a->rig.dev[i], MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);
	return rc;
}

int asker_down(struct asker *a)
{
	if (a->faults.queue >= 0)
		close(a->faults.queue);
	return rig_down(&a->rig);
}

int asker_sends(struct asker *a, const char *what)
{
	return mock_ep_pages(&a->rig.mock, ASKER_BAD, what);
}

uint64_t asker_count(struct asker *a, const char *name)
{
	uint64_t val = UINT64_MAX;

	mock_driver_count(&a->rig.mock, name, &val);
	return val;
}

int asker_counted(struct asker *a, const char *name, uint64_t val)
{
	unsigned int ms;

	for (ms = 0; ms < WAIT_MS; ms += 10) {
		if (asker_count(a, name) == val)
			return 0;
		usleep(10000);
	}
	return -ETIMEDOUT;
}

int asker_told(struct asker *a, uint64_t success, uint64_t invalid)
{
	struct mock_responses res = {};
	unsigned int ms;
	int rc;

	for (ms = 0; ms < WAIT_MS; ms += 10) {
		rc = mock_ep_responses(&a->rig.mock, ASKER_BAD, &res);
		if (rc)
			return rc;
		if (res.success > success || res.invalid > invalid || res.failure)
			return -EPROTO;
		if (res.success == success && res.invalid == invalid)
			return 0;
		usleep(10000);
	}
	return -ETIMEDOUT;
}

int asker_unread(struct asker *a, uint32_t dev_id)
{
	struct iommu_hwpt_pgfault fault;
	int rc, nr = 0;

	while (!(rc = faults_read(&a->faults, QUIET_MS, &fault)))
		nr += fault.dev_id == dev_id;
	return rc == -EAGAIN ? nr : rc;
}

int asker_works(struct asker *a, unsigned int i)
{
	struct rig *r = &a->rig;
	struct iommu_hwpt_pgfault fault = {};
	struct vdev *dev = &r->dev[i];
	struct ep_result res = {};
	uint32_t done = vdev_reg(dev, MOCK_EP_DONE);
	uint64_t gpa = 0;
	int rc;

	rc = ep_start(dev, MOCK_EP_CMD_WRITE, 0, IOVA, PAGE_4K);
	/* What others have asked for is in front of it */
	do {
		rc = rc ?: faults_read(&a->faults, WAIT_MS, &fault);
	} while (!rc && fault.dev_id != dev->id);
	if (!rc)
		gpa = rig_page(r, &r->s1, IOVA, 1);
	if (!rc && !gpa)
		rc = -ENOMEM;
	rc = rc ?: faults_answer(&a->faults, fault.cookie,
				 IOMMUFD_PAGE_RESP_SUCCESS) ?:
	     ep_wait(dev, done, &res);
	if (!rc && res.checksum != util_crc32(guest_ptr(&r->guest, gpa), PAGE_4K))
		rc = -EBADMSG;
	s1_unmap(&r->s1, IOVA, S1_4K);
	return rc ?: nest_inv_all(&r->nest, &r->s1, a->hwpt);
}
