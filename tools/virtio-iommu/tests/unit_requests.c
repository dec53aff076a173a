// SPDX-License-Identifier: GPL-2.0-only
/* How requests are laid out, and what is not one */
#include <endian.h>
#include <string.h>

#include "rig.h"

/* The readable part of each type, and the writable one without properties */
static const struct {
	uint8_t type;
	size_t len;
} types[] = {
	{ VIRTIO_IOMMU_T_ATTACH, 20 },
	{ VIRTIO_IOMMU_T_DETACH, 20 },
	{ VIRTIO_IOMMU_T_MAP, 36 },
	{ VIRTIO_IOMMU_T_UNMAP, 28 },
	{ VIRTIO_IOMMU_T_PROBE, 72 },
};

static void short_readable_part(struct rig *r)
{
	uint8_t in[80], out[1028];
	uint32_t written;
	size_t i, len;

	for (i = 0; i < G_N_ELEMENTS(types); i++) {
		size_t room = types[i].type == VIRTIO_IOMMU_T_PROBE ? 1028 : 4;

		for (len = 0; len < types[i].len; len++) {
			memset(in, 0, sizeof(in));
			in[0] = types[i].type;
			memset(out, 0xee, sizeof(out));
			if (len < 4) {
				IS(send_raw(r->dev, in, len, out, room, &written), NO_ANSWER);
				IS(written, 0);
				IS(out[0], 0xee);
				continue;
			}
			STATUS(send_raw(r->dev, in, len, out, room, &written), IOERR);
			IS(written, room);
		}
		/* Long enough: it is refused for what it says, or done */
		memset(out, 0xee, sizeof(out));
		g_assert_cmpint(send_raw(r->dev, in, types[i].len, out, room, &written), !=,
				VIRTIO_IOMMU_S_IOERR);
	}
}

static void no_room_for_a_status(struct rig *r)
{
	uint8_t in[72] = { 0 }, out[4];
	uint32_t written;
	size_t i, room;

	for (i = 0; i < G_N_ELEMENTS(types); i++) {
		for (room = 0; room < 4; room++) {
			in[0] = types[i].type;
			memset(out, 0xee, sizeof(out));
			IS(send_raw(r->dev, in, types[i].len, out, room, &written), NO_ANSWER);
			IS(written, 0);
			IS(out[0], 0xee);
		}
	}
	/* And it was not done */
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	struct virtio_iommu_req_unmap unmap = make_unmap(1, 0, PAGE - 1);

	IS(send_raw(r->dev, &unmap, 28, out, 3, &written), NO_ANSWER);
	IS(REACH_R(r, 1, 0), IPA_OF(RAM));
}

static void unknown_types(struct rig *r)
{
	uint8_t in[72] = { 0 }, out[8];
	uint32_t written;
	unsigned int type;

	for (type = 0; type < 256; type++) {
		/* Also those of a feature that is not offered */
		if (type >= 1 && type <= 5)
			continue;
		in[0] = type;
		memset(out, 0xee, sizeof(out));
		IS(send_raw(r->dev, in, sizeof(in), out, sizeof(out), &written), NO_ANSWER);
		IS(written, 0);
		IS(out[0], 0xee);
	}
}

static void tail_is_written_and_no_more(struct rig *r)
{
	struct virtio_iommu_req_attach a = {
		.head.type = VIRTIO_IOMMU_T_ATTACH,
		.head.reserved = { 1, 2, 3 },	/* which is to be ignored */
		.domain = htole32(1),
		.endpoint = htole32(1),
	};
	uint8_t out[12];
	uint32_t written;

	memset(out, 0xee, sizeof(out));
	STATUS(send_raw(r->dev, &a, 20, out, sizeof(out), &written), OK);
	IS(written, 4);
	IS(out[0] | out[1] | out[2] | out[3], 0);
	IS(out[4], 0xee);
	/* A longer readable part is what a later version may have */
	uint8_t longer[64] = { 0 };

	memcpy(longer, &a, 20);
	longer[4] = 9;
	memset(longer + 20, 0xff, sizeof(longer) - 20);
	STATUS(send_raw(r->dev, longer, sizeof(longer), out, 4, &written), OK);
}

/* Pieces of one byte, and empty ones, on both sides */
static void in_pieces(struct rig *r)
{
	struct virtio_iommu_req_attach a = {
		.head.type = VIRTIO_IOMMU_T_ATTACH,
		.domain = htole32(5),
		.endpoint = htole32(2),
	};
	struct iovec in[40], out[8];
	uint8_t tail[4] = { 9, 9, 9, 9 };
	struct viommu_req req = { .in = in, .out = out, .n_in = 40, .n_out = 8 };
	unsigned int i;

	for (i = 0; i < 20; i++) {
		in[2 * i] = (struct iovec) { NULL, 0 };
		in[2 * i + 1] = (struct iovec) { (uint8_t *)&a + i, 1 };
	}
	for (i = 0; i < 4; i++) {
		out[2 * i] = (struct iovec) { &tail[i], 1 };
		out[2 * i + 1] = (struct iovec) { NULL, 0 };
	}
	viommu_requests(r->dev, &req, 1);
	IS(req.written, 4);
	IS(tail[0] | tail[1] | tail[2] | tail[3], 0);
	STATUS(send_detach(r->dev, 5, 2), OK);
}

static void lengths_that_wrap(struct rig *r)
{
	uint8_t in[20] = { VIRTIO_IOMMU_T_DETACH }, tail[4];
	struct iovec ins[] = { { in, 20 }, { in, SIZE_MAX } };
	struct iovec outs[] = { { tail, 4 }, { tail, SIZE_MAX }, { tail, SIZE_MAX } };
	struct viommu_req req = { .in = ins, .out = outs, .n_in = 1, .n_out = 3 };

	viommu_requests(r->dev, &req, 1);
	IS(req.written, 4);
	STATUS(tail[0], NOENT);
}

/* The writable part may be the readable one: what was read is what counts */
static void parts_that_overlap(struct rig *r)
{
	struct virtio_iommu_req_map map = make_map(1, 0, PAGE - 1, RAM, RW), copy = map;
	uint8_t probe[1028] = { VIRTIO_IOMMU_T_PROBE };
	size_t at;

	probe[4] = 1;
	STATUS(send_raw(r->dev, probe, 72, probe, sizeof(probe), NULL), OK);
	STATUS(send_attach(r->dev, 1, 1), OK);
	for (at = 0; at < 36; at += 4) {
		map = copy;
		STATUS(send_raw(r->dev, &map, 36, (uint8_t *)&map + at, 4, NULL), OK);
		IS(REACH_W(r, 1, 0), IPA_OF(RAM));
		STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), OK);
	}
}

/* What several with one kick unmap shares one invalidation of each IOMMU */
static void one_kick(struct rig *r)
{
	struct virtio_iommu_req_unmap unmap[8];
	struct iovec in[8], out[8];
	struct viommu_req reqs[8];
	uint8_t tails[8][4];
	unsigned int i, syncs;

	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_attach(r->dev, 1, 3), OK);
	for (i = 0; i < 8; i++) {
		STATUS(send_map(r->dev, 1, i * PAGE, i * PAGE + PAGE - 1, RAM, RW), OK);
		unmap[i] = make_unmap(1, i * PAGE, i * PAGE + PAGE - 1);
		in[i] = (struct iovec) { &unmap[i], 28 };
		out[i] = (struct iovec) { tails[i], 4 };
		reqs[i] = (struct viommu_req) {
			.in = &in[i], .n_in = 1, .out = &out[i], .n_out = 1,
		};
	}
	syncs = r->fake->syncs;
	viommu_requests(r->dev, reqs, 8);
	IS(r->fake->syncs - syncs, 2);
	for (i = 0; i < 8; i++) {
		IS(tails[i][0], 0);
		IS(REACH_R(r, 1, i * PAGE), NOWHERE);
		IS(REACH_R(r, 3, i * PAGE), NOWHERE);
	}
	viommu_requests(r->dev, reqs, 0);
}

static void probe_layout(struct rig *r)
{
	uint8_t buf[1024 + 4 + 8], in[72] = { VIRTIO_IOMMU_T_PROBE };
	uint32_t written;
	size_t i;

	IS(send_probe(r->dev, 1, buf, 1024), 0);
	for (i = 0; i < 1028; i++)
		IS(buf[i], 0);
	STATUS(send_probe(r->dev, 99, buf, 1024), NOENT);
	/* The field reserved is ignored */
	memset(in + 8, 0xff, 64);
	in[4] = 1;
	memset(buf, 0xee, sizeof(buf));
	STATUS(send_raw(r->dev, in, 72, buf, sizeof(buf), &written), OK);
	IS(written, 1028);
	IS(buf[1028], 0xee);
	/* Room for less than all properties */
	for (i = 4; i < 1028; i += 8) {
		memset(buf, 0xee, sizeof(buf));
		STATUS(send_raw(r->dev, in, 72, buf, i, &written), INVAL);
		IS(written, i);
		IS(buf[i], 0xee);
		g_assert_true(i == 4 || !buf[0]);
	}
}

/* What was not negotiated is not there */
static void not_negotiated(struct rig *r)
{
	uint64_t all = viommu_features(r->dev);
	uint8_t buf[1028];

	STATUS(send_attach(r->dev, 1, 1), OK);
	IS(viommu_negotiated(r->dev, all & ~BIT(VIRTIO_IOMMU_F_MAP_UNMAP)), 0);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), UNSUPP);
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), UNSUPP);
	IS(viommu_negotiated(r->dev, all & ~BIT(VIRTIO_IOMMU_F_PROBE)), 0);
	IS(send_probe(r->dev, 1, buf, 1024), NO_ANSWER);
	IS(viommu_negotiated(r->dev, all & ~BIT(VIRTIO_IOMMU_F_MMIO)), 0);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, REGISTERS, RW | VIRTIO_IOMMU_MAP_F_MMIO), INVAL);
	IS(viommu_negotiated(r->dev, all & ~BIT(VIRTIO_IOMMU_F_BYPASS_CONFIG)), 0);
	STATUS(send_attach_flags(r->dev, 2, 2, VIRTIO_IOMMU_ATTACH_F_BYPASS), INVAL);
	IS(viommu_negotiated(r->dev, all), 0);
	STATUS(send_attach_flags(r->dev, 2, 2, VIRTIO_IOMMU_ATTACH_F_BYPASS), OK);
}

static const struct viommu_options nothing_offered = {
	.without = ALL_FEATURES & ~BIT(VIRTIO_IOMMU_F_BYPASS),
};

static void not_offered(struct rig *r)
{
	uint8_t buf[1028];

	IS(viommu_features(r->dev), 0);
	IS(viommu_negotiated(r->dev, BIT(VIRTIO_IOMMU_F_PROBE)), -EINVAL);
	IS(send_probe(r->dev, 1, buf, 1024), NO_ANSWER);
	/* Bits of the transport's own are none of this device's */
	IS(viommu_negotiated(r->dev, BIT(32) | BIT(28)), 0);
}

void requests_tests(void)
{
	TEST("/requests/short_readable_part", NULL, short_readable_part);
	TEST("/requests/no_room_for_a_status", NULL, no_room_for_a_status);
	TEST("/requests/unknown_types", NULL, unknown_types);
	TEST("/requests/tail_is_written_and_no_more", NULL, tail_is_written_and_no_more);
	TEST("/requests/in_pieces", NULL, in_pieces);
	TEST("/requests/lengths_that_wrap", NULL, lengths_that_wrap);
	TEST("/requests/parts_that_overlap", NULL, parts_that_overlap);
	TEST("/requests/one_kick", NULL, one_kick);
	TEST("/requests/probe_layout", NULL, probe_layout);
	TEST("/requests/not_negotiated", NULL, not_negotiated);
	TEST("/requests/not_offered", &nothing_offered, not_offered);
}
