// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU instances: made through configfs, looked into through debugfs */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mock.h"
#include "util.h"

#define PATH_LEN	256

static void path_of(char *path, const struct mock *m, const char *sub,
		    const char *attr)
{
	snprintf(path, PATH_LEN, MOCK_CONFIGFS "/%s%s%s%s%s", m->name,
		 sub ? "/" : "", sub ? sub : "", attr ? "/" : "",
		 attr ? attr : "");
}

static void strip_line(char *buf)
{
	buf[strcspn(buf, "\n")] = 0;
}

bool mock_present(void)
{
	struct stat st;

	return !stat(MOCK_CONFIGFS, &st) && S_ISDIR(st.st_mode);
}

bool mock_reorders(void)
{
	FILE *f = fopen("/sys/module/iommu_mock/parameters/reorder_seed", "r");
	unsigned int seed = 0;

	if (!f)
		return false;
	if (fscanf(f, "%u", &seed) != 1)
		seed = 0;
	fclose(f);
	return seed;
}

/* What there is of each type: its name, its driver, and the driver's queue in debugfs */
static const struct {
	const char *name;
	const char *driver;
	const char *queue;
} types[] = {
	[MOCK_VTD] = { "vtd", "intel_nested", "qi" },
	[MOCK_SMMUV3] = { "smmuv3", "arm_smmu_v3_nested", "cmdq" },
};

const char *mock_driver_name(enum mock_type type)
{
	return types[type].driver;
}

int mock_create(struct mock *m, enum mock_type type, const char *prefix)
{
	char path[PATH_LEN];

	memset(m, 0, sizeof(*m));
	snprintf(m->name, sizeof(m->name), "%s-%d", prefix, getpid());
	path_of(path, m, NULL, NULL);
	if (mkdir(path, 0755))
		return -errno;
	m->type = type;
	/* What a new instance is */
	return type == MOCK_VTD ? 0 : mock_set_text(m, "type", types[type].name);
}

int mock_destroy(struct mock *m)
{
	char path[PATH_LEN];
	int rc;

	if (!m->name[0])
		return 0;
	rc = mock_set_live(m, false);
	if (rc)
		return rc;
	while (m->nr_endpoints) {
		rc = mock_remove_endpoint(m, m->endpoints[m->nr_endpoints - 1]);
		if (rc)
			return rc;
	}
	path_of(path, m, NULL, NULL);
	if (rmdir(path))
		return -errno;
	m->name[0] = 0;
	return 0;
}

static void sweep_one(const char *name)
{
	char dir[PATH_LEN], path[PATH_LEN * 2 + 2];
	struct dirent *de;
	struct mock m = {};
	DIR *d;

	snprintf(m.name, sizeof(m.name), "%s", name);
	mock_set_live(&m, false);
	path_of(dir, &m, NULL, NULL);
	d = opendir(dir);
	if (!d)
		return;
	while ((de = readdir(d))) {
		if (de->d_name[0] == '.' || !strcmp(de->d_name, "caches"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, de->d_name);
		if (de->d_type == DT_DIR)
			rmdir(path);
	}
	closedir(d);
	rmdir(dir);
}

void mock_sweep(void)
{
	struct dirent *de;
	DIR *d = opendir(MOCK_CONFIGFS);

	if (!d)
		return;
	while ((de = readdir(d)))
		if (!strncmp(de->d_name, "kst-", 4))
			sweep_one(de->d_name);
	closedir(d);
}

int mock_set_text(const struct mock *m, const char *attr, const char *text)
{
	char path[PATH_LEN];

	path_of(path, m, NULL, attr);
	return util_write(path, "%s", text);
}

int mock_set(const struct mock *m, const char *attr, uint64_t val)
{
	char path[PATH_LEN];

	path_of(path, m, NULL, attr);
	return util_write(path, "%llu", (unsigned long long)val);
}

int mock_get(const struct mock *m, const char *attr, uint64_t *val)
{
	char path[PATH_LEN];

	path_of(path, m, NULL, attr);
	return util_read_u64(path, val);
}

int mock_get_text(const struct mock *m, const char *attr, char *buf,
		  size_t size)
{
	char path[PATH_LEN];
	int rc;

	path_of(path, m, NULL, attr);
	rc = util_read(path, buf, size);
	if (!rc)
		strip_line(buf);
	return rc;
}

int mock_set_live(const struct mock *m, bool live)
{
	return mock_set_text(m, "live", live ? "1" : "0");
}

int mock_add_endpoint(struct mock *m, const char *name, uint32_t source_id)
{
	char path[PATH_LEN];

	if (m->nr_endpoints == MOCK_MAX_ENDPOINTS)
		return -ENOSPC;
	path_of(path, m, name, NULL);
	if (mkdir(path, 0755))
		return -errno;
	snprintf(m->endpoints[m->nr_endpoints++], sizeof(m->endpoints[0]), "%s",
		 name);
	return mock_ep_set(m, name, "source_id", source_id);
}

int mock_remove_endpoint(struct mock *m, const char *name)
{
	char path[PATH_LEN];
	unsigned int i;

	path_of(path, m, name, NULL);
	if (rmdir(path))
		return -errno;
	for (i = 0; i < m->nr_endpoints; i++)
		if (!strcmp(m->endpoints[i], name))
			break;
	if (i == m->nr_endpoints)
		return 0;
	m->nr_endpoints--;
	memmove(m->endpoints[i], m->endpoints[i + 1],
		(m->nr_endpoints - i) * sizeof(m->endpoints[0]));
	return 0;
}

int mock_ep_set(const struct mock *m, const char *ep, const char *attr,
		uint64_t val)
{
	char path[PATH_LEN];

	path_of(path, m, ep, attr);
	return util_write(path, "%llu", (unsigned long long)val);
}

int mock_ep_get_text(const struct mock *m, const char *ep, const char *attr,
		     char *buf, size_t size)
{
	char path[PATH_LEN];
	int rc;

	path_of(path, m, ep, attr);
	rc = util_read(path, buf, size);
	if (!rc)
		strip_line(buf);
	return rc;
}

int mock_ep_sysfs(const struct mock *m, const char *ep, char *buf, size_t size)
{
	char bus[16], name[64];
	int rc;

	rc = mock_get_text(m, "bus", bus, sizeof(bus)) ?:
	     mock_ep_get_text(m, ep, "dev_name", name, sizeof(name));
	if (rc)
		return rc;
	buf[0] = 0;
	if (!name[0])
		return 0;
	return snprintf(buf, size, "/sys/bus/%s/devices/%s", bus, name) < (int)size ?
	       0 : -ENAMETOOLONG;
}

int mock_debugfs(const struct mock *m, const char *file, char *buf, size_t size)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), MOCK_DEBUGFS "/%s/%s", m->name, file);
	return util_read(path, buf, size);
}

int mock_stats(const struct mock *m, struct mock_stats *st)
{
	const struct {
		const char *name;
		uint64_t *val;
	} fields[] = {
		{ "translations", &st->translations },
		{ "iotlb_hits", &st->iotlb_hits },
		{ "walk_refs", &st->walk_refs },
		{ "invalidations", &st->invalidations },
		{ "faults", &st->faults },
	};
	unsigned long long val;
	unsigned int i, found = 0;
	char text[1024], name[32];
	char *line, *save;
	int rc;

	rc = mock_debugfs(m, "stats", text, sizeof(text));
	if (rc)
		return rc;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%31s %llu", name, &val) != 2)
			continue;
		for (i = 0; i < ARRAY_SIZE(fields); i++) {
			if (strcmp(name, fields[i].name))
				continue;
			*fields[i].val = val;
			found++;
		}
	}
	return found == ARRAY_SIZE(fields) ? 0 : -EINVAL;
}

int mock_driver_count(const struct mock *m, const char *name, uint64_t *val)
{
	char path[PATH_LEN], unit[64], text[1024];
	size_t len = strlen(name);
	const char *line;
	int rc;

	rc = mock_get_text(m, "dev_name", unit, sizeof(unit));
	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s/%s",
		 mock_driver_name(m->type), unit, types[m->type].queue);
	rc = util_read(path, text, sizeof(text));
	if (rc)
		return rc;
	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && line[len] == ' ') {
			*val = strtoull(line + len, NULL, 0);
			return 0;
		}
	}
	return -ENOENT;
}

int mock_driver_param(enum mock_type type, const char *name, uint32_t val)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s",
		 mock_driver_name(type), name);
	return util_write(path, "%u", val);
}

static void misbehave_path(char *path, const struct mock *m, const char *file)
{
	snprintf(path, PATH_LEN, MOCK_DEBUGFS "/%s/misbehave/%s", m->name,
		 file);
}

int mock_misbehave(const struct mock *m, const char *what, uint32_t count)
{
	char path[PATH_LEN];

	misbehave_path(path, m, what);
	return util_write(path, "%u", count);
}

int mock_hold(const struct mock *m, const char *kind, uint32_t nth)
{
	char path[PATH_LEN];

	misbehave_path(path, m, "hold");
	return util_write(path, "%s %u", kind, nth);
}

int mock_go(const struct mock *m)
{
	char path[PATH_LEN];

	misbehave_path(path, m, "hold");
	return util_write(path, "go");
}

int mock_hold_state(const struct mock *m, char *buf, size_t size)
{
	int rc = mock_debugfs(m, "misbehave/hold", buf, size);

	if (!rc)
		strip_line(buf);
	return rc;
}

int mock_wait_held(const struct mock *m)
{
	unsigned int tries;
	char state[64];
	int rc;

	for (tries = 0; tries < 600000; tries++) {
		rc = mock_hold_state(m, state, sizeof(state));
		if (rc)
			return rc;
		if (!strncmp(state, "held", 4))
			return 0;
		usleep(1000);
	}
	return -ETIMEDOUT;
}

int mock_sync_delay(const struct mock *m, uint32_t ms)
{
	return mock_misbehave(m, "sync_delay_ms", ms);
}

int mock_devtlb_limit(const struct mock *m, uint32_t ms)
{
	return mock_misbehave(m, "devtlb_limit_ms", ms);
}

int mock_ep_inv_delay(const struct mock *m, const char *ep, uint32_t ms)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), MOCK_DEBUGFS "/%s/endpoints/%s/inv_delay_ms",
		 m->name, ep);
	return util_write(path, "%u", ms);
}

int mock_ep_non_snooped(const struct mock *m, const char *ep,
			struct mock_non_snooped *ns)
{
	char file[64], text[128];
	int rc;

	snprintf(file, sizeof(file), "endpoints/%s/non_snooped", ep);
	rc = mock_debugfs(m, file, text, sizeof(text));
	if (rc < 0)
		return rc;
	if (sscanf(text, "reads %" SCNu64 "\nwrites %" SCNu64
		   "\naddr %" SCNx64, &ns->reads, &ns->writes, &ns->addr) != 3)
		return -EINVAL;
	return 0;
}

int mock_ep_pages(const struct mock *m, const char *ep, const char *what)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), MOCK_DEBUGFS "/%s/endpoints/%s/page_requests",
		 m->name, ep);
	return util_write(path, "%s", what);
}

int mock_ep_responses(const struct mock *m, const char *ep,
		      struct mock_responses *res)
{
	char file[64], text[128];
	int rc;

	snprintf(file, sizeof(file), "endpoints/%s/page_requests", ep);
	rc = mock_debugfs(m, file, text, sizeof(text));
	if (rc < 0)
		return rc;
	if (sscanf(text, "success %" SCNu64 "\ninvalid %" SCNu64
		   "\nfailure %" SCNu64 "\nindex %u", &res->success,
		   &res->invalid, &res->failure, &res->index) != 4)
		return -EINVAL;
	return 0;
}

int mock_ep_plug(const struct mock *m, const char *ep, bool live)
{
	return mock_ep_set(m, ep, "live", live);
}
