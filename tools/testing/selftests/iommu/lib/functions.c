// SPDX-License-Identifier: GPL-2.0-only
/* An instance whose endpoints are PCI functions, their transfers and interrupts */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "functions.h"

/* Only so that one that is lost ends the test */
#define WAIT_MS		20000
#define QUIET_MS	30

/* The unit's driver may know platform devices only, and leave functions to nobody */
static bool functions_are_had(const struct rig *r, int *rc)
{
	char name[32];

	*rc = mock_set_live(&r->mock, true);
	if (*rc)
		return false;
	if (rig_vfio_name(&r->mock, 0, name, sizeof(name)) == -ENODEV)
		return false;
	*rc = mock_set_live(&r->mock, false);
	return true;
}

int functions_try(struct rig *r, const struct rig_config *cfg, const char **why)
{
	bool had;
	int rc;

	*why = NULL;
	rc = rig_mock(r, cfg);
	if (rc)
		return rc;
	rc = mock_set_text(&r->mock, "bus", "pci");
	if (rc == -EOPNOTSUPP) {
		*why = "this kernel has no PCI for mock hardware";
		return rig_down(r);
	}
	if (rc)
		return rc;
	had = functions_are_had(r, &rc);
	if (had || rc)
		return rc;
	*why = "the unit's driver finds no PCI functions here";
	return rig_down(r);
}

static int blocked(struct vdev *dev, uint64_t iova)
{
	int rc = ep_write(dev, iova, 8, 1, NULL);

	return rc == -EFAULT ? 0 : rc ?: -EPERM;
}

int function_usable(const char *vfio, uint64_t iova)
{
	struct vdev dev;
	int rc, fd = dsi_open();

	if (fd < 0)
		return fd;
	rc = vdev_open(&dev, vfio, fd);
	if (!rc) {
		rc = vdev_enable(&dev, PCI_CMD_MEMORY | PCI_CMD_MASTER) ?:
		     blocked(&dev, iova);
		vdev_close(&dev);
	}
	close(fd);
	return rc;
}

void *storm_run(void *arg)
{
	struct storm *storm = arg;

	while (!storm->end)
		ep_start(storm->dev, MOCK_EP_CMD_WRITE, 0, storm->iova, SZ_1M);
	return NULL;
}

int vectors_open(struct vectors *v)
{
	unsigned int i;

	for (i = 0; i < FUNCTIONS_VECTORS; i++)
		v->fd[i] = -1;
	for (i = 0; i < FUNCTIONS_VECTORS; i++) {
		v->fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (v->fd[i] < 0)
			return -errno;
	}
	return 0;
}

void vectors_close(struct vectors *v)
{
	unsigned int i;

	for (i = 0; i < FUNCTIONS_VECTORS; i++)
		if (v->fd[i] > 0)
			close(v->fd[i]);
}

int vectors_raise(struct vdev *dev, uint32_t command, unsigned int nr)
{
	int rc = vdev_set_reg(dev, MOCK_EP_IRQ_NUMBER, nr);

	return rc ?: vdev_set_reg(dev, MOCK_EP_COMMAND, command);
}

/* A command that was taken is under way for as long as requests are pending */
void vectors_settle(struct vdev *dev)
{
	const uint32_t devsta = vdev_capability(dev, PCI_CAP_EXP) + 10;

	while (vdev_reg(dev, MOCK_EP_COMMAND) || vdev_config(dev, devsta, 2) & 0x20)
		usleep(100);
}

int vectors_heard(struct vectors *v, unsigned int nr, int ms)
{
	struct pollfd pfd = { .fd = v->fd[nr], .events = POLLIN };
	uint64_t count;

	if (poll(&pfd, 1, ms) != 1)
		return 0;
	return read(v->fd[nr], &count, sizeof(count)) == sizeof(count) ?
	       (int)count : -EIO;
}

uint32_t vectors_all(struct vectors *v, uint32_t want)
{
	uint32_t all = 0;
	unsigned int i;

	for (i = 0; i < FUNCTIONS_VECTORS; i++)
		if (want >> i & 1 && vectors_heard(v, i, WAIT_MS))
			all |= 1u << i;
	usleep(QUIET_MS * 1000);
	for (i = 0; i < FUNCTIONS_VECTORS; i++)
		if (vectors_heard(v, i, 0))
			all |= 1u << i;
	return all;
}
