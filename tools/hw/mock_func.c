// SPDX-License-Identifier: GPL-2.0-only
/* Endpoints of a mock unit that has the ID registers of one of QEMU's */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ep.h"
#include "mock_func.h"
#include "util.h"

/* Data of a write that nobody looks at: a pattern, and not zeros */
#define SEED	0x5eed

struct unit {
	const char *name;
	enum mock_type type;
	struct {
		const char *attr;
		uint64_t val;
	} regs[8];
};

/*
 * As test hw_info prints them on QEMU 11.1, but for VT-d's interrupt remapping
 * (ECAP bits 3, 4, 23:20), which the mock does not have.
 */
static const struct unit units[] = {
	{
		"smmuv3", MOCK_SMMUV3,
		{ { "idr0", 0x0d44101b }, { "idr1", 0x02730010 },
		  { "idr3", 0x00001414 }, { "idr5", 0x00000074 },
		  { "aidr", 1 } },
	}, {
		"vtd-stage1", MOCK_VTD,
		{ { "ver", 0x10 }, { "cap", 0x81d2008c222f0606 },
		  { "ecap", 0x0000880000000f42 } },
	}, {
		"vtd-stage2", MOCK_VTD,
		{ { "ver", 0x10 }, { "cap", 0x80d2008c222f0606 },
		  { "ecap", 0x0000480080000f42 } },
	},
};

static int configure(struct mock *m, const struct unit *unit, unsigned int nr)
{
	char name[16];
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < ARRAY_SIZE(unit->regs); i++)
		if (unit->regs[i].attr)
			rc = mock_set(m, unit->regs[i].attr, unit->regs[i].val);
	for (i = 0; !rc && i < nr; i++) {
		snprintf(name, sizeof(name), "ep%u", i);
		/* As of functions 00:04.0, 00:05.0, and so on */
		rc = mock_add_endpoint(m, name, (4 + i) << 3);
	}
	return rc ? rc : mock_set_live(m, true);
}

int mock_unit_open(struct mock *m, const char *name, unsigned int nr)
{
	unsigned int i;
	int rc;

	memset(m, 0, sizeof(*m));
	for (i = 0; strcmp(units[i].name, name);)
		if (++i == ARRAY_SIZE(units))
			return -EINVAL;
	mock_sweep();
	rc = mock_create(m, units[i].type, "kst");
	return rc ? rc : configure(m, &units[i], nr);
}

/* Nothing is said of what was blocked, as others do not know it */
static int touched(int rc)
{
	return rc == -EFAULT ? 0 : rc;
}

static int mock_touch(struct func *f, uint64_t iova, uint32_t len, bool write)
{
	int rc;

	if (write)
		return touched(ep_write(&f->v, iova, len, SEED, NULL));
	/* What it reads has some other checksum */
	rc = ep_read(&f->v, iova, len, 0, NULL);
	return rc == -EBADMSG ? 0 : touched(rc);
}

static int mock_copy(struct func *f, uint64_t src, uint64_t dst, uint32_t len)
{
	return ep_copy(&f->v, src, dst, len, NULL);
}

static int mock_raise(struct func *f)
{
	int rc = vdev_set_reg(&f->v, MOCK_EP_IRQ_NUMBER, 1);

	return rc ? rc : vdev_set_reg(&f->v, MOCK_EP_COMMAND,
				      MOCK_EP_CMD_RAISE_MSI);
}

static const struct func_ops mock_ops = {
	.copy = mock_copy,
	.touch = mock_touch,
	.raise = mock_raise,
};

int mock_func_open(struct func *f, const struct mock *m, unsigned int nth,
		   int iommufd)
{
	const char *ep = m->endpoints[nth];
	char name[32];
	int rc;

	f->ops = &mock_ops;
	f->v.fd = -1;
	rc = mock_ep_get_text(m, ep, "dev_name", name, sizeof(name));
	if (rc)
		return rc;
	snprintf(f->sysfs, sizeof(f->sysfs), "/sys/bus/platform/devices/%s",
		 name);
	rc = mock_ep_get_text(m, ep, "vfio_name", name, sizeof(name));
	if (!rc && !name[0])
		rc = -ENODEV;
	if (!rc)
		rc = vdev_open(&f->v, name, iommufd);
	if (rc)
		return rc;
	rc = vdev_enable(&f->v, PCI_CMD_MEMORY | PCI_CMD_MASTER);
	if (rc)
		func_close(f);
	return rc;
}
