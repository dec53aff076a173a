// SPDX-License-Identifier: GPL-2.0-only
/* Messages as such: versions, pieces, what is none, clients that come and go */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

/* A proposal's answer: 0 and its JSON, or the error */
static int propose(struct server_rig *r, uint16_t major, uint16_t minor, const char *json,
		   size_t size, char *answer, struct vfu_msg_version *version)
{
	uint8_t *msg = g_malloc0(sizeof(*version) + size);
	struct vfu_header header = {
		.id = 9, .command = VFU_VERSION,
		.size = sizeof(header) + sizeof(*version) + size,
	};

	r->fd = client_connect(r);
	*version = (struct vfu_msg_version) { major, minor };
	memcpy(msg, version, sizeof(*version));
	if (size)
		memcpy(msg + sizeof(*version), json, size);
	client_send(r, &header, sizeof(header), NULL, 0);
	client_send(r, msg, sizeof(*version) + size, NULL, 0);
	g_free(msg);
	g_assert_cmpuint(client_read(r, &header, sizeof(header)), ==, sizeof(header));
	g_assert_cmpuint(header.id, ==, 9);
	if (header.flags & VFU_FLAG_ERROR)
		return -header.error;
	client_read(r, version, sizeof(*version));
	client_read(r, answer, header.size - sizeof(header) - sizeof(*version));
	return 0;
}

#define CAPS(text) "{\"capabilities\":{" text "}}"

static const struct {
	const char *json;
	int rc;
	const char *answer;
} proposals[] = {
	{ NULL, 0, CAPS("") },
	{ "{}", 0, CAPS("") },
	{ "{}\t ", 0, CAPS("") },
	{ "{\"other\":[1,2]}", 0, CAPS("") },
	{ CAPS(""), 0, CAPS("") },
	{ CAPS("\"max_msg_fds\":8"), 0, CAPS("\"max_msg_fds\":16") },
	{ CAPS("\"max_data_xfer_size\":4096"), 0, CAPS("\"max_data_xfer_size\":1048576") },
	{ CAPS("\"pgsizes\":4096"), 0, CAPS("\"pgsizes\":4096") },
	{ CAPS("\"pgsizes\":2101248"), 0, CAPS("\"pgsizes\":4096") },
	{ CAPS("\"max_dma_maps\":65535"), 0, CAPS("\"max_dma_maps\":65535") },
	{ CAPS("\"write_multiple\":true"), 0, CAPS("\"write_multiple\":true") },
	{ CAPS("\"write_multiple\":false"), 0, CAPS("") },
	{ CAPS("\"migration\":{\"pgsize\":4096}"), 0, CAPS("") },
	{ CAPS("\"twin_socket\":{\"supported\":true}"), 0, CAPS("") },
	{ CAPS("\"pgsizes\":65536"), -EPROTONOSUPPORT, NULL },
	{ CAPS("\"pgsizes\":\"4096\""), -EINVAL, NULL },
	{ CAPS("\"max_msg_fds\":-1"), -EINVAL, NULL },
	{ CAPS("\"max_msg_fds\":1.5"), -EINVAL, NULL },
	{ CAPS("\"write_multiple\":1"), -EINVAL, NULL },
	{ "{\"capabilities\":7}", -EINVAL, NULL },
	{ "[]", -EINVAL, NULL },
	{ "{", -EINVAL, NULL },
	{ "", -EINVAL, NULL },
	{ "{}{}", -EINVAL, NULL },
	{ "nonsense", -EINVAL, NULL },
};

static void versions(struct server_rig *r)
{
	struct vfu_msg_version version;
	char answer[512];
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(proposals); i++) {
		const char *json = proposals[i].json;
		int rc = propose(r, 0, 5, json, json ? strlen(json) + 1 : 0, answer, &version);

		g_assert_cmpint(rc, ==, proposals[i].rc);
		g_assert(vfu_connected(r->vfu) == !rc);
		if (!rc) {
			g_assert_cmpstr(answer, ==, proposals[i].answer);
			g_assert_cmpuint(version.minor, ==, VFU_MINOR);
		} else {
			g_assert(client_gone(r));
		}
		client_close(r);
	}
}

static void other_versions(struct server_rig *r)
{
	struct vfu_msg_version version;
	char answer[512];

	g_assert_cmpint(propose(r, 1, 0, NULL, 0, answer, &version), ==, -EPROTONOSUPPORT);
	g_assert(client_gone(r));
	client_close(r);
	g_assert_cmpint(propose(r, 0, 0, NULL, 0, answer, &version), ==, 0);
	g_assert_cmpuint(version.minor, ==, 0);
	/* Once is enough */
	version.minor = 0;
	g_assert_cmpint(client_call(r, VFU_VERSION, &version, 4, NULL, 0, NULL, 0), ==,
			-EINVAL);
	g_assert(vfu_connected(r->vfu));
	client_close(r);
	/* A text without its end, and less than a version */
	g_assert_cmpint(propose(r, 0, 0, "{} ", 3, answer, &version), ==, -EINVAL);
	client_close(r);
	g_assert_cmpint(propose(r, 0, 0, "{}\0x", 4, answer, &version), ==, -EINVAL);
	client_close(r);
	r->fd = client_connect(r);
	g_assert_cmpint(client_call(r, VFU_VERSION, &version, 3, NULL, 0, NULL, 0), ==,
			-EINVAL);
	g_assert(client_gone(r));
}

/* Nothing is done before the version is agreed on */
static void version_first(struct server_rig *r)
{
	struct vfu_header header = { .command = VFU_DEVICE_RESET, .size = sizeof(header) };

	r->fd = client_connect(r);
	client_send(r, &header, sizeof(header), NULL, 0);
	g_assert(client_gone(r));
}

static void header_gone(struct server_rig *r, struct vfu_header header)
{
	client_hello(r);
	client_send(r, &header, sizeof(header), NULL, 0);
	g_assert(client_gone(r));
	client_close(r);
}

static void no_messages(struct server_rig *r)
{
	header_gone(r, (struct vfu_header) { .command = 4, .size = 15 });
	header_gone(r, (struct vfu_header) { .command = 4, .size = 0 });
	header_gone(r, (struct vfu_header) { .command = 4, .size = UINT32_MAX });
	header_gone(r, (struct vfu_header) { .command = 10, .size = VFU_MAX_MSG + 1 });
	header_gone(r, (struct vfu_header) { .command = 4, .size = 16, .flags = 1 });
	header_gone(r, (struct vfu_header) { .command = 4, .size = 16, .flags = 0xf });
}

static void unknown_commands(struct server_rig *r)
{
	static const uint16_t unknown[] = { 0, 14, 19, 0xffff, VFU_DMA_READ, VFU_DMA_WRITE };
	uint32_t feature[2] = { 8, 1u << 18 | 1 };
	unsigned int i;

	client_hello(r);
	for (i = 0; i < G_N_ELEMENTS(unknown); i++)
		g_assert_cmpint(client_call(r, unknown[i], NULL, 0, NULL, 0, NULL, 0), ==,
				-EOPNOTSUPP);
	g_assert_cmpint(client_call(r, VFU_DEVICE_GET_REGION_IO_FDS, NULL, 0, NULL, 0, NULL,
				    0), ==, -EOPNOTSUPP);
	g_assert_cmpint(client_call(r, VFU_MIG_DATA_READ, NULL, 0, NULL, 0, NULL, 0), ==,
			-EOPNOTSUPP);
	g_assert_cmpint(client_call(r, VFU_DEVICE_FEATURE, feature, 8, NULL, 0, NULL, 0), ==,
			-ENOTTY);
	g_assert_cmpint(client_call(r, VFU_DEVICE_FEATURE, feature, 4, NULL, 0, NULL, 0), ==,
			-EINVAL);
}

/* A message may come a byte at a time, and several may come at once */
static void pieces(struct server_rig *r)
{
	struct {
		struct vfu_header header;
		struct vfu_msg_region_rw rw;
	} msg[3], reply;
	uint8_t data[4];
	unsigned int i;

	client_hello(r);
	for (i = 0; i < 3; i++) {
		msg[i].header = (struct vfu_header) {
			.id = i, .command = VFU_REGION_READ, .size = sizeof(msg[0]),
		};
		msg[i].rw = (struct vfu_msg_region_rw) {
			.region = VFIO_PCI_CONFIG_REGION_INDEX, .count = 4,
		};
	}
	for (i = 0; i < sizeof(msg[0]); i++)
		client_send(r, (uint8_t *)msg + i, 1, NULL, 0);
	g_assert_cmpuint(client_read(r, &reply, sizeof(reply)), ==, sizeof(reply));
	g_assert_cmpuint(client_read(r, data, 4), ==, 4);
	client_send(r, msg, sizeof(msg), NULL, 0);
	for (i = 0; i < 3; i++) {
		g_assert_cmpuint(client_read(r, &reply, sizeof(reply)), ==, sizeof(reply));
		g_assert_cmpuint(reply.header.id, ==, i);
		g_assert_cmpuint(client_read(r, data, 4), ==, 4);
		g_assert_cmpuint(data[0] | data[1] << 8, ==, 0x1af4);
	}
}

/* No reply is sent to who wants none, not even that it has failed */
static void no_reply(struct server_rig *r)
{
	struct vfu_header header = {
		.command = VFU_DEVICE_RESET, .size = sizeof(header),
		.flags = VFU_FLAG_NO_REPLY,
	};

	client_hello(r);
	client_send(r, &header, sizeof(header), NULL, 0);
	header.command = 77;
	client_send(r, &header, sizeof(header), NULL, 0);
	g_assert_cmpint(client_call(r, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL, 0), ==, 0);
}

static unsigned int open_fds(void)
{
	GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
	unsigned int n = 0;

	while (g_dir_read_name(dir))
		n++;
	g_dir_close(dir);
	return n;
}

/* Descriptors that nobody asked for, or too many, are refused and closed */
static void descriptors(struct server_rig *r)
{
	unsigned int before, i;
	int fds[253];

	client_hello(r);
	for (i = 0; i < 253; i++)
		fds[i] = r->memfd;
	before = open_fds();
	g_assert_cmpint(client_call(r, VFU_DEVICE_RESET, NULL, 0, fds, 1, NULL, 0), ==,
			-EINVAL);
	g_assert_cmpint(client_call(r, VFU_DEVICE_RESET, NULL, 0, fds, 253, NULL, 0), ==,
			-EINVAL);
	g_assert_cmpint(client_set_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX,
					VFIO_IRQ_SET_DATA_EVENTFD |
					VFIO_IRQ_SET_ACTION_TRIGGER, 0, 3, NULL, 0, fds, 17),
			==, -EINVAL);
	g_assert_cmpint(client_call(r, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL, 0), ==, 0);
	g_assert_cmpuint(open_fds(), ==, before);
	/* Also those of a message that never ends */
	client_send(r, "\1", 1, fds, 3);
	g_assert_cmpuint(open_fds(), ==, before + 3);
	client_close(r);
	g_assert_cmpuint(open_fds(), ==, before - 2);
}

static const struct {
	struct vfu_header header;
	struct vfu_msg_region_rw rw;
} much = {
	{ .command = VFU_REGION_READ, .size = sizeof(much) },
	{ .region = 0, .count = VPCI_BAR0_SIZE },
};

/* Ask for much, as often as the server listens; how often was that? */
static unsigned int ask_for_much(struct server_rig *r)
{
	unsigned int n = 0;

	while (send(r->fd, &much, sizeof(much), MSG_NOSIGNAL) == sizeof(much)) {
		n++;
		server_run(r);
	}
	return n;
}

/* A client that takes no replies is not listened to, until it does */
static void deaf(struct server_rig *r)
{
	uint8_t *reply = g_malloc(sizeof(much) + VPCI_BAR0_SIZE);
	unsigned int i, n;

	client_hello(r);
	n = ask_for_much(r);
	g_assert_cmpuint(n, >, 10);
	g_assert(vfu_io_pending(&r->vfu->io));
	for (i = 0; i < n; i++) {
		g_assert_cmpuint(client_read(r, reply, sizeof(much) + VPCI_BAR0_SIZE), ==,
				 sizeof(much) + VPCI_BAR0_SIZE);
		server_run(r);
	}
	g_assert(!vfu_io_pending(&r->vfu->io));
	g_free(reply);
}

/* One that hangs up while a reply waits for it */
static void deaf_and_gone(struct server_rig *r)
{
	client_hello(r);
	ask_for_much(r);
	client_close(r);
	g_assert(!vfu_connected(r->vfu));
	client_hello(r);
}

/* The next one waits until the first has gone. Memory goes with the client */
static void comes_back(struct server_rig *r)
{
	int first, second;

	client_hello(r);
	first = r->fd;
	g_assert_cmpint(client_map(r, MEM_GPA, MEM_SIZE, r->memfd, 0), ==, 0);
	g_assert_cmpint(r->maps, ==, 1);
	second = client_connect(r);
	close(first);
	server_run(r);
	g_assert(!vfu_connected(r->vfu));
	g_assert_cmpint(r->maps, ==, 0);
	close(second);
	server_run(r);
	client_hello(r);
	g_assert_cmpint(client_map(r, MEM_GPA, MEM_SIZE, r->memfd, 0), ==, 0);
}

/* In the middle of a message, header or data */
static void hangs_up(struct server_rig *r)
{
	struct vfu_header header = { .command = VFU_REGION_WRITE, .size = 400 };
	unsigned int i;

	for (i = 1; i < sizeof(header) + 8; i += 5) {
		client_hello(r);
		client_send(r, &header, i < sizeof(header) ? i : sizeof(header), NULL, 0);
		if (i > sizeof(header))
			client_send(r, "12345678", i - sizeof(header), NULL, 0);
		client_close(r);
		g_assert(!vfu_connected(r->vfu));
	}
}

/* The file of a server that was killed is replaced, that of one that lives is not */
static void sockets(struct server_rig *r)
{
	char *path = g_strdup_printf("%s.other", r->path);
	char *longer = g_strnfill(200, 'x');
	struct vfu *other;

	g_assert_cmpint(vfu_new(r->loop, r->path, &vpci_ops, r->vpci, &other), ==,
			-EADDRINUSE);
	g_assert_cmpint(vfu_new(r->loop, longer, &vpci_ops, r->vpci, &other), ==,
			-ENAMETOOLONG);
	g_assert(g_file_set_contents(path, "precious", -1, NULL));
	g_assert_cmpint(vfu_new(r->loop, path, &vpci_ops, r->vpci, &other), ==, -EADDRINUSE);
	g_assert_cmpint(access(path, F_OK), ==, 0);
	unlink(path);
	g_assert_cmpint(vfu_new(r->loop, path, &vpci_ops, r->vpci, &other), ==, 0);
	/* As kill -9 leaves it */
	close(other->listener.fd);
	other->listener.fd = dup(0);
	g_assert_cmpint(access(path, F_OK), ==, 0);
	g_free(other->path);
	other->path = g_strdup("/tmp/viommu-test-no-such");
	vfu_free(other);
	g_assert_cmpint(vfu_new(r->loop, path, &vpci_ops, r->vpci, &other), ==, 0);
	vfu_free(other);
	g_free(path);
	g_free(longer);
}

void message_tests(void)
{
	server_test("/message/versions", versions);
	server_test("/message/other_versions", other_versions);
	server_test("/message/version_first", version_first);
	server_test("/message/no_messages", no_messages);
	server_test("/message/unknown_commands", unknown_commands);
	server_test("/message/pieces", pieces);
	server_test("/message/no_reply", no_reply);
	server_test("/message/descriptors", descriptors);
	server_test("/message/deaf", deaf);
	server_test("/message/deaf_and_gone", deaf_and_gone);
	server_test("/message/comes_back", comes_back);
	server_test("/message/hangs_up", hangs_up);
	server_test("/message/sockets", sockets);
}
