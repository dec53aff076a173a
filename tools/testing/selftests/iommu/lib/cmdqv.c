// SPDX-License-Identifier: GPL-2.0-only
/* The command queues that a Tegra241 gives to guests */
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <dualstage_raw.h>

#include "cmdqv.h"

#define CMD_BYTES	16
#define LOOK_US		50
#define NO_STATUS	0x5a5a5a5au

int cmdqv_hw_info(int fd, uint32_t dev, struct iommu_hw_info_tegra241_cmdqv *info)
{
	return dsi_hw_info_of(fd, dev, IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV, info,
			      sizeof(*info));
}

int cmdqv_viommu(int fd, uint32_t dev, uint32_t parent,
		 struct iommu_viommu_tegra241_cmdqv *data, uint32_t *viommu)
{
	return dsi_viommu_of(fd, dev, parent, IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV, data,
			     sizeof(*data), viommu);
}

int cmdqv_hw_queue(int fd, uint32_t viommu, uint32_t index, uint64_t gpa, uint64_t length,
		   uint32_t *id)
{
	struct iommu_hw_queue_alloc cmd = {
		.size = sizeof(cmd),
		.viommu_id = viommu,
		.type = IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV,
		.index = index,
		.nesting_parent_iova = gpa,
		.length = length,
	};
	int rc;

	rc = dsi_ioctl(fd, IOMMU_HW_QUEUE_ALLOC, &cmd);
	if (!rc)
		*id = cmd.out_hw_queue_id;
	return rc;
}

int cmdqv_veventq(int fd, uint32_t viommu, uint32_t depth, uint32_t *id, int *queue)
{
	return dsi_veventq_of(fd, viommu, IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV, depth, id,
			      queue);
}

int cmdqv_vevent(int queue, int ms, uint64_t map[2])
{
	struct {
		struct iommufd_vevent_header header;
		struct iommu_vevent_tegra241_cmdqv event;
	} buf = {};
	struct pollfd pfd = { .fd = queue, .events = POLLIN };
	ssize_t len;

	if (poll(&pfd, 1, ms) != 1)
		return -EAGAIN;
	len = read(queue, &buf, sizeof(buf));
	if (len < 0)
		return -errno;
	if (len != sizeof(buf))
		return -EPROTO;
	map[0] = le64toh(buf.event.lvcmdq_err_map[0]);
	map[1] = le64toh(buf.event.lvcmdq_err_map[1]);
	return 0;
}

void *cmdqv_map(int fd, const struct iommu_viommu_tegra241_cmdqv *data)
{
	return mmap(NULL, data->out_vintf_mmap_length, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, data->out_vintf_mmap_offset);
}

int cmdqv_queue_create(struct cmdqv_queue *q, int fd, uint32_t viommu, void *page,
		       struct guest *g, uint32_t index, unsigned int lg2)
{
	uint64_t len = (uint64_t)CMD_BYTES << lg2;

	memset(q, 0, sizeof(*q));
	q->gpa = guest_alloc(g, len, len);
	if (!q->gpa)
		return -ENOMEM;
	q->mem = guest_ptr(g, q->gpa);
	q->lg2 = lg2;
	q->reg = (volatile uint32_t *)page + index * CMDQV_WORDS;
	return cmdqv_hw_queue(fd, viommu, index, q->gpa, len, &q->id);
}

static void wait_status(const struct cmdqv_queue *q, uint32_t status)
{
	while (q->reg[CMDQV_STATUS] != status)
		usleep(LOOK_US);
}

void cmdqv_queue_enable(struct cmdqv_queue *q)
{
	q->reg[CMDQV_CONFIG] = 1;
	wait_status(q, 1);
}

void cmdqv_queue_disable(struct cmdqv_queue *q)
{
	q->reg[CMDQV_CONFIG] = 0;
	wait_status(q, 0);
	q->reg[CMDQV_PROD] = 0;
	q->reg[CMDQV_CONS] = 0;
	q->reg[CMDQV_GERRORN] = q->reg[CMDQV_GERROR];
	q->prod = 0;
	cmdqv_settle(q);
}

/* With or without wrap flag in @index */
static void store(const struct cmdqv_queue *q, uint32_t index, uint64_t w0, uint64_t w1)
{
	uint64_t *cmd = q->mem + 2 * (index & ((1u << q->lg2) - 1));

	cmd[0] = htole64(w0);
	cmd[1] = htole64(w1);
}

void cmdqv_put(struct cmdqv_queue *q, uint64_t w0, uint64_t w1)
{
	store(q, q->prod, w0, w1);
	q->prod = (q->prod + 1) & ((2u << q->lg2) - 1);
}

bool cmdqv_failed(const struct cmdqv_queue *q)
{
	return q->reg[CMDQV_GERROR] != q->reg[CMDQV_GERRORN];
}

static void wait_consumed(const struct cmdqv_queue *q)
{
	while ((q->reg[CMDQV_CONS] & CMDQV_INDEX) != q->prod && !cmdqv_failed(q))
		usleep(LOOK_US);
}

void cmdqv_ring(struct cmdqv_queue *q)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	q->reg[CMDQV_PROD] = q->prod;
	wait_consumed(q);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* The unit puts right what it finds in a register that cannot be written */
void cmdqv_settle(struct cmdqv_queue *q)
{
	int i;

	/* The second time it has done what it has found the first time */
	for (i = 0; i < 2; i++) {
		q->reg[CMDQV_STATUS] = NO_STATUS;
		while (q->reg[CMDQV_STATUS] == NO_STATUS)
			usleep(LOOK_US);
	}
}

unsigned int cmdqv_run(struct cmdqv_queue *q, smmu_cmd cmd)
{
	cmdqv_put(q, le64toh(cmd.cmd[0]), le64toh(cmd.cmd[1]));
	cmdqv_put(q, CMD_SYNC, 0);
	cmdqv_ring(q);
	return cmdqv_failed(q) ? CMDQV_ERR(q->reg[CMDQV_CONS]) : 0;
}

void cmdqv_recover(struct cmdqv_queue *q)
{
	store(q, q->reg[CMDQV_CONS], CMD_SYNC, 0);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	q->reg[CMDQV_GERRORN] = q->reg[CMDQV_GERROR];
	wait_consumed(q);
}

int cmdqv_consumed(const struct mock *m, unsigned int vintf, uint64_t *sum)
{
	char text[8192], *line, *save, *cons;
	unsigned int nr, found = 0;
	int rc;

	rc = mock_debugfs(m, "cmdqv", text, sizeof(text));
	if (rc)
		return rc;
	*sum = 0;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		cons = strstr(line, "CONS ");
		if (sscanf(line, "VINTF %u LVCMDQ", &nr) != 1 || nr != vintf || !cons)
			continue;
		*sum += strtoull(cons + 5, NULL, 0);
		found++;
	}
	return found ? 0 : -ENOENT;
}
