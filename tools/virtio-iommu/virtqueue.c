// SPDX-License-Identifier: GPL-2.0-only
/* Split virtqueues (virtio 1.3, section 2.7), the device's side */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <linux/virtio_ring.h>

#include "guestmem.h"
#include "virtqueue.h"

/* Of both rings: flags, index, and then the entries */
#define RING_FLAGS	0
#define RING_IDX	2
#define RING_ENTRIES	4

static uint64_t used_event(const struct vq *vq)
{
	return vq->avail + RING_ENTRIES + 2 * vq->size;
}

static uint64_t avail_event(const struct vq *vq)
{
	return vq->used + RING_ENTRIES + sizeof(struct vring_used_elem) * vq->size;
}

static int broken(struct vq *vq)
{
	vq->broken = true;
	return -EPROTO;
}

static int load(struct vq *vq, uint64_t gpa, uint16_t *value)
{
	if (gmem_load16(vq->mem, gpa, value))
		return broken(vq);
	*value = le16toh(*value);
	return 0;
}

static int store(struct vq *vq, uint64_t gpa, uint16_t value)
{
	return gmem_store16(vq->mem, gpa, htole16(value)) ? broken(vq) : 0;
}

int vq_enable(struct vq *vq)
{
	if (!vq->size || vq->size > VQ_MAX_SIZE || vq->size & (vq->size - 1) ||
	    vq->desc % 16 || vq->avail % 2 || vq->used % 4)
		return -EINVAL;
	vq->next = 0;
	vq->used_idx = 0;
	vq->told = 0;
	vq->broken = false;
	vq->enabled = true;
	return 0;
}

void vq_reset(struct vq *vq)
{
	struct gmem *mem = vq->mem;

	memset(vq, 0, sizeof(*vq));
	vq->mem = mem;
	vq->size = VQ_MAX_SIZE;
}

/* ---- Chains ---- */

/* Where the descriptors of a chain are, and how many of them there can be */
struct table {
	uint64_t gpa;
	uint32_t size;
	bool indirect;
};

static int read_desc(struct vq *vq, const struct table *table, uint32_t index,
		     struct vring_desc *desc)
{
	if (index >= table->size ||
	    gmem_read(vq->mem, table->gpa + index * sizeof(*desc), desc, sizeof(*desc)))
		return broken(vq);
	desc->addr = le64toh(desc->addr);
	desc->len = le32toh(desc->len);
	desc->flags = le16toh(desc->flags);
	desc->next = le16toh(desc->next);
	return 0;
}

/* A table of its own ends the descriptors of the queue's, and has no such table in it */
static int enter_table(struct vq *vq, const struct vring_desc *desc, struct table *table)
{
	if (!vq->indirect || table->indirect || desc->flags & VRING_DESC_F_NEXT ||
	    !desc->len || desc->len % sizeof(*desc) ||
	    desc->len / sizeof(*desc) > vq->size)
		return broken(vq);
	table->gpa = desc->addr;
	table->size = desc->len / sizeof(*desc);
	table->indirect = true;
	return 0;
}

static int add_part(struct vq *vq, struct vq_chain *chain, const struct vring_desc *desc)
{
	unsigned int nr = chain->nr_in + chain->nr_out;

	/* It loops: there are no more descriptors than this. Or it reads after writing */
	if (nr >= vq->size || (chain->nr_out && !(desc->flags & VRING_DESC_F_WRITE)))
		return broken(vq);
	if (desc->flags & VRING_DESC_F_WRITE)
		chain->nr_out++;
	else
		chain->nr_in++;
	chain->parts[nr].gpa = desc->addr;
	chain->parts[nr].len = desc->len;
	return 0;
}

static int read_chain(struct vq *vq, struct vq_chain *chain)
{
	struct table table = { .gpa = vq->desc, .size = vq->size };
	uint32_t index = chain->head;
	struct vring_desc desc;
	int rc;

	chain->nr_in = 0;
	chain->nr_out = 0;
	for (;;) {
		rc = read_desc(vq, &table, index, &desc);
		if (rc)
			return rc;
		if (desc.flags & VRING_DESC_F_INDIRECT) {
			rc = enter_table(vq, &desc, &table);
			index = 0;
		} else {
			rc = add_part(vq, chain, &desc);
			index = desc.next;
		}
		if (rc)
			return rc;
		if (!(desc.flags & (VRING_DESC_F_NEXT | VRING_DESC_F_INDIRECT)))
			return 0;
	}
}

/* How many chains wait; -EPROTO if it is more than there can be */
static int available(struct vq *vq)
{
	uint16_t idx;

	if (load(vq, vq->avail + RING_IDX, &idx))
		return -EPROTO;
	idx -= vq->next;
	if (idx > vq->size)
		return broken(vq);
	return idx;
}

int vq_pop(struct vq *vq, struct vq_chain *chain)
{
	int n;

	if (!vq->enabled || vq->broken)
		return vq->broken ? -EPROTO : 0;
	n = available(vq);
	if (!n && vq->event_idx) {
		/* One that came before the driver could see this is not to be missed */
		if (store(vq, avail_event(vq), vq->next))
			return -EPROTO;
		n = available(vq);
	}
	if (n <= 0)
		return n;
	if (load(vq, vq->avail + RING_ENTRIES + 2 * (vq->next % vq->size), &chain->head) ||
	    read_chain(vq, chain))
		return -EPROTO;
	vq->next++;
	return 1;
}

void vq_unpop(struct vq *vq)
{
	vq->next--;
}

void vq_push(struct vq *vq, uint16_t head, uint32_t len)
{
	struct vring_used_elem elem = { .id = htole32(head), .len = htole32(len) };
	uint64_t at = vq->used + RING_ENTRIES + sizeof(elem) * (vq->used_idx % vq->size);

	if (vq->broken)
		return;
	if (gmem_write(vq->mem, at, &elem, sizeof(elem))) {
		broken(vq);
		return;
	}
	if (!store(vq, vq->used + RING_IDX, vq->used_idx + 1))
		vq->used_idx++;
}

bool vq_interrupt(struct vq *vq)
{
	uint16_t told = vq->told, now = vq->used_idx, want;

	if (vq->broken || told == now)
		return false;
	vq->told = now;
	if (!vq->event_idx)
		return !load(vq, vq->avail + RING_FLAGS, &want) &&
			!(want & VRING_AVAIL_F_NO_INTERRUPT);
	/* Is the entry that it waits for among those that are new? */
	return !load(vq, used_event(vq), &want) &&
		(uint16_t)(now - want - 1) < (uint16_t)(now - told);
}

/* ---- What is in a chain ---- */

int vq_read(struct vq *vq, const struct vq_chain *chain, void *buf, size_t len)
{
	unsigned int i;
	size_t done = 0;

	for (i = 0; i < chain->nr_in && done < len; i++) {
		size_t now = chain->parts[i].len;

		if (now > len - done)
			now = len - done;
		if (gmem_read(vq->mem, chain->parts[i].gpa, (uint8_t *)buf + done, now))
			return broken(vq);
		done += now;
	}
	return done;
}

int vq_write(struct vq *vq, const struct vq_chain *chain, const void *buf, size_t len)
{
	const struct vq_part *part = chain->parts + chain->nr_in;
	unsigned int i;

	for (i = 0; i < chain->nr_out && len; i++, part++) {
		size_t now = part->len < len ? part->len : len;

		if (gmem_write(vq->mem, part->gpa, buf, now))
			return broken(vq);
		buf = (const uint8_t *)buf + now;
		len -= now;
	}
	return len ? broken(vq) : 0;
}

uint64_t vq_room(const struct vq_chain *chain)
{
	uint64_t room = 0;
	unsigned int i;

	for (i = 0; i < chain->nr_out; i++)
		room += chain->parts[chain->nr_in + i].len;
	return room;
}
