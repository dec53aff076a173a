// SPDX-License-Identifier: GPL-2.0-only
/* A guest with an SMMUv3 and the functions of a machine */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guest_smmu.h"

int guest_smmu_create(struct guest_smmu *g, struct hw *hw, struct func *func)
{
	int fd = hw->iommufd, rc;

	memset(g, 0, sizeof(*g));
	g->hw = hw;
	g->events = -1;
	rc = hw_ioas(hw, &g->ioas);
	if (!rc)
		rc = dsi_hwpt_paging(fd, func->v.id, g->ioas,
				     IOMMU_HWPT_ALLOC_NEST_PARENT, &g->parent);
	if (!rc)
		rc = dsi_viommu(fd, func->v.id, g->parent, &g->viommu);
	if (!rc)
		rc = dsi_veventq(fd, g->viommu, GUEST_EVENTS, &g->veventq,
				 &g->events);
	if (!rc && fcntl(g->events, F_SETFL, O_NONBLOCK))
		rc = -errno;
	return rc;
}

uint64_t guest_smmu_page(struct guest_smmu *g, struct guest_dev *d,
			 uint64_t iova, uint64_t seed)
{
	unsigned int granule = d->s1.format->granule;
	uint64_t size = 1ull << granule, gpa;

	gpa = guest_alloc(&g->hw->ram, size, size);
	if (!gpa || s1_map(&d->s1, iova, gpa, granule, S1_RW))
		return 0;
	util_fill(hw_va(g->hw, gpa), size, seed);
	return gpa;
}

static int make_tables(struct guest_smmu *g, struct guest_dev *d,
		       unsigned int granule)
{
	uint64_t gpa;
	int rc;

	rc = smmu_pt_create(&d->s1, &g->hw->ram, granule, GUEST_WIDTH);
	if (!rc)
		rc = smmu_cds_create(&d->cds, &g->hw->ram, STE_FMT_LINEAR, 0);
	if (rc)
		return rc;
	d->cd = smmu_cd(&d->cds, 0);
	smmu_cd_make(d->cd, &d->s1, NULL, d->asid);

	gpa = guest_smmu_page(g, d, GUEST_BOUNCE, 0);
	if (!gpa)
		return -ENOMEM;
	d->bounce.iova = GUEST_BOUNCE;
	d->bounce.va = hw_va(g->hw, gpa);
	return 0;
}

int guest_smmu_add(struct guest_smmu *g, struct guest_dev *d, unsigned int nr,
		   unsigned int granule)
{
	int rc;

	memset(d, 0, sizeof(*d));
	d->func = &g->hw->func[nr];
	d->vsid = GUEST_VSID(nr);
	d->asid = GUEST_ASID(nr);
	rc = dsi_vdevice(g->hw->iommufd, g->viommu, d->func->v.id, d->vsid,
			 &d->vdevice);
	if (!rc)
		rc = make_tables(g, d, granule);
	if (!rc)
		rc = guest_smmu_vste(g, d, smmu_vste_s1(&d->cds, 0),
				     &d->hwpt);
	return rc ? rc : vdev_attach_id(&d->func->v, d->hwpt);
}

int guest_smmu_create_all(struct guest_smmu *g, struct guest_dev dev[HW_DEVS],
			  struct hw *hw, unsigned int granule)
{
	unsigned int i;
	int rc;

	rc = guest_smmu_create(g, hw, &hw->func[0]);
	for (i = 0; !rc && i < HW_DEVS; i++)
		rc = guest_smmu_add(g, &dev[i], i, granule);
	return rc;
}

int guest_smmu_vste(struct guest_smmu *g, struct guest_dev *d,
		    struct iommu_hwpt_arm_smmuv3 vste, uint32_t *hwpt)
{
	return dsi_hwpt_vste(g->hw->iommufd, d->func->v.id, g->viommu, 0, &vste,
			     hwpt);
}

int guest_smmu_cmd(struct guest_smmu *g, smmu_cmd cmd)
{
	return dsi_command(g->hw->iommufd, g->viommu, cmd);
}

int guest_smmu_sees(struct guest_dev *d, uint64_t iova, uint64_t seed)
{
	return hw_sees(d->func, &d->bounce, iova, seed);
}

int guest_smmu_writes(struct guest_dev *d, uint64_t iova, uint64_t seed)
{
	return hw_writes(d->func, &d->bounce, iova, seed);
}

int guest_smmu_cd(struct guest_smmu *g, struct guest_dev *d, const uint64_t *cd)
{
	smmu_cd_set(d->cd, cd);
	return guest_smmu_cmd(g, smmu_cmd_cd(d->vsid, 0, true));
}

int guest_smmu_faults(struct guest_smmu *g, struct guest_dev *d, uint64_t iova,
		      bool write, unsigned int id)
{
	/* 7.3.13 to 7.3.16. IPA, in the last word, is UNKNOWN in stage-1 */
	const uint64_t fault[] = {
		(uint64_t)d->vsid << 32 | id,
		(uint64_t)EVT_CLASS_IN << 40 | (write ? 0 : EVT1_RNW),
		iova,
	};
	/* 7.3.5, 7.3.11 */
	const uint64_t config[4] = { (uint64_t)d->vsid << 32 | id };
	bool same;
	int rc;

	rc = func_touch(d->func, iova, 4, write);
	if (!rc)
		rc = guest_smmu_event(g, &g->event);
	if (rc)
		return rc;
	if (id >= EVT_F_TRANSLATION)
		same = !memcmp(g->event.word, fault, sizeof(fault));
	else
		same = !memcmp(g->event.word, config, sizeof(config));
	return same ? 0 : -EBADMSG;
}

int guest_smmu_event(struct guest_smmu *g, struct guest_event *event)
{
	struct {
		struct iommufd_vevent_header head;
		struct iommu_vevent_arm_smmuv3 data;
	} buf;
	unsigned int i;
	ssize_t n;

	if (!hw_poll(g->events, 1000))
		return -EAGAIN;
	n = read(g->events, &buf, sizeof(buf));
	if (n < 0)
		return -errno;
	if (n != sizeof(buf))
		return -EIO;
	event->flags = buf.head.flags;
	event->sequence = buf.head.sequence;
	for (i = 0; i < 4; i++)
		event->word[i] = le64toh(buf.data.evt[i]);
	return 0;
}
