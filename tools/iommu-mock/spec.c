// SPDX-License-Identifier: GPL-2.0-only
/*
 * A unit from a description in one word, and its removal, by way of configfs.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "spec.h"
#include "store.h"

#define MOST_ENDPOINTS 32

/*
 * "ep1.ats" is of one endpoint, "ats" of each, for which this returns -1. So many that no
 * unit has them are one that no unit has.
 */
static int take_endpoint(const char **key)
{
	size_t digits = strncmp(*key, "ep", 2) ? 0 : strspn(*key + 2, "0123456789");
	unsigned long number;

	if (!digits || (*key)[2 + digits] != '.')
		return -1;
	number = strtoul(*key + 2, NULL, 10);
	*key += 2 + digits + 1;
	return smaller(number, MOST_ENDPOINTS);
}

static bool take_value(struct unit_spec *spec, const char *key, const char *value)
{
	const char *name = key;
	struct unit_value *new;
	int endpoint = take_endpoint(&key);

	if (!*key || strchr(key, '/') || key[0] == '.')
		return false;
	spec->values = grow(spec->values, (spec->nr_values + 1) * sizeof(*new));
	new = &spec->values[spec->nr_values++];
	new->name = name;
	new->key = key;
	new->value = value;
	new->endpoint = endpoint;
	return true;
}

static bool take_number(struct unit_spec *spec, const char *value)
{
	char *end;
	unsigned long number = strtoul(value, &end, 10);

	if (!isdigit((unsigned char)*value) || *end || number > MOST_ENDPOINTS) {
		say("endpoints=%s: a unit has 0 to %d endpoints", value, MOST_ENDPOINTS);
		return false;
	}
	spec->endpoints = number;
	return true;
}

static bool take_name(struct unit_spec *spec, char *value)
{
	/* Names stand with blanks between them in IOMMU_MOCK_UNITS. */
	if (!*value || value[strcspn(value, "/ \t\n\r\v\f")] || value[0] == '.' ||
	    strlen(value) > NAME_MAX) {
		say("name=%s is no name for a unit", value);
		return false;
	}
	spec->name = value;
	return true;
}

static bool take_setting(struct unit_spec *spec, char *setting, const char *text)
{
	char *value = strchr(setting, '=');

	if (!value || value == setting) {
		say("unit '%s': '%s' has no KEY=VALUE", text, setting);
		return false;
	}
	*value++ = '\0';
	if (!strcmp(setting, "name"))
		return take_name(spec, value);
	if (!strcmp(setting, "endpoints"))
		return take_number(spec, value);
	if (!strcmp(setting, "type") || !strcmp(setting, "live")) {
		say("unit '%s': %s is not for you to set", text, setting);
		return false;
	}
	if (take_value(spec, setting, value))
		return true;
	say("unit '%s': '%s' is no name of an attribute", text, setting);
	return false;
}

static bool check_endpoints(const struct unit_spec *spec, const char *text)
{
	size_t i;

	for (i = 0; i < spec->nr_values; i++) {
		if (spec->values[i].endpoint < (int)spec->endpoints)
			continue;
		say("unit '%s': there is no %.*s with endpoints=%u", text,
		    (int)strcspn(spec->values[i].name, "."), spec->values[i].name,
		    spec->endpoints);
		return false;
	}
	return true;
}

bool spec_parse(struct unit_spec *spec, const char *text)
{
	char *setting, *rest = copy_string(text), *type;

	memset(spec, 0, sizeof(*spec));
	spec->endpoints = 1;
	type = strsep(&rest, ",");
	if (!*type || strchr(type, '=')) {
		say("unit '%s': it begins with its type, vtd or smmuv3", text);
		return false;
	}
	spec->type = type;
	while ((setting = strsep(&rest, ",")))
		if (!take_setting(spec, setting, text))
			return false;
	return check_endpoints(spec, text);
}

bool spec_wants_in_tree(const struct unit_spec *spec)
{
	bool wants = false;
	size_t i;

	for (i = 0; i < spec->nr_values; i++)
		if (!strcmp(spec->values[i].name, "driver"))
			wants = !strcmp(spec->values[i].value, "in-tree");
	return wants;
}

/* What an attribute answers is in errno. */
static bool write_file(const char *path, const char *value)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length = strlen(value);
	bool good;

	if (file < 0)
		return false;
	/* Without a byte the attribute would not be asked. */
	good = write(file, length ? value : "\n", length ? length : 1) > 0;
	close(file);
	return good;
}

/* The kernel names the reason of some refusals in its log. */
static char *last_of_log(void)
{
	char *log = read_kernel_log(), *line;

	if (!log)
		return copy_string("");
	line = strrchr(log, '\n');
	line = line ? line + 1 : log;
	if (*line == '<')
		line += strcspn(line, ">") + 1;
	line = copy_string(line);
	free(log);
	return line;
}

/* What stood last in the kernel's log before the unit was made */
static char *log_before;

static bool refused(const struct unit_spec *spec, const char *what)
{
	int err = errno;
	char *log = last_of_log();
	bool said = !log_before || strcmp(log, log_before);

	say("unit %s: %s: %s%s%s", spec->name, what, strerror(err),
	    said ? "; the kernel says: " : "", said ? log : "");
	free(log);
	errno = err;
	return false;
}

/* Is there no driver for the unit? Its device is found by its name. */
static bool lacks_driver(const struct unit_spec *spec)
{
	char *file = form(UNITS_DIR "/%s/dev_name", spec->name);
	char *name = read_file(file);
	char *device = form("/sys/bus/platform/devices/%s", name ? name : "");
	char *driver = form("%s/driver", device);
	bool lacks = name && *name && !access(device, F_OK) && access(driver, F_OK);

	free(driver);
	free(device);
	free(name);
	free(file);
	return lacks;
}

/* Not a failure: a program may bring the driver. */
static void look_for_driver(const struct unit_spec *spec)
{
	char *log;

	if (!lacks_driver(spec))
		return;
	log = last_of_log();
	say("unit %s: no driver has taken it%s%s", spec->name,
	    strstr(log, "no driver has taken") ? "; the kernel says: " : "",
	    strstr(log, "no driver has taken") ? log : "");
	free(log);
}

static bool go_live(const struct unit_spec *spec)
{
	char *path = form(UNITS_DIR "/%s/live", spec->name);
	bool good = write_file(path, "1");

	free(path);
	if (good) {
		look_for_driver(spec);
		return true;
	}
	refused(spec, "it cannot go live");
	if (errno == EINVAL)
		say("endpoints with the same source_id, or too wide a one, are a reason");
	return false;
}

/* Where the attribute is that a key without an endpoint means; NULL: of the endpoints */
static char *attribute_path(const struct unit_spec *spec, const char *key)
{
	static const char * const places[] = { "", "caches/" };
	char *path;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		path = form(UNITS_DIR "/%s/%s%s", spec->name, places[i], key);
		if (!access(path, F_OK))
			return path;
		free(path);
	}
	return NULL;
}

static bool set(const struct unit_spec *spec, char *path, const struct unit_value *value)
{
	bool good = write_file(path, value->value);
	char *what;

	free(path);
	if (good)
		return true;
	if (errno == ENOENT || errno == EACCES || errno == EISDIR) {
		say("unit %s: there is no attribute '%s' that can be set", spec->name, value->key);
		return false;
	}
	what = form("%s=%s", value->key, value->value);
	refused(spec, what);
	free(what);
	return false;
}

static bool set_value(const struct unit_spec *spec, const struct unit_value *value)
{
	char *path = NULL;
	unsigned int i;

	if (value->endpoint >= 0)
		return set(spec, form(UNITS_DIR "/%s/ep%d/%s", spec->name, value->endpoint,
				      value->key), value);
	path = attribute_path(spec, value->key);
	if (path)
		return set(spec, path, value);
	if (!spec->endpoints) {
		say("unit %s: there is no attribute '%s'", spec->name, value->key);
		return false;
	}
	for (i = 0; i < spec->endpoints; i++)
		if (!set(spec, form(UNITS_DIR "/%s/ep%u/%s", spec->name, i, value->key), value))
			return false;
	return true;
}

/* As a root complex would number devices: each has a slot of its own. */
static bool add_endpoint(const struct unit_spec *spec, unsigned int number)
{
	char *path = form(UNITS_DIR "/%s/ep%u", spec->name, number), *id, *file;
	bool good = !mkdir(path, 0755);

	file = form("%s/source_id", path);
	id = form("01:%02x.0", number);
	good = good && write_file(file, id);
	free(id);
	free(file);
	free(path);
	return good || refused(spec, "its endpoint");
}

static bool configure(const struct unit_spec *spec)
{
	char *path = form(UNITS_DIR "/%s/type", spec->name);
	bool good = write_file(path, spec->type);
	unsigned int i;
	size_t v;

	free(path);
	if (!good)
		say("there are no units of type '%s': it is vtd or smmuv3", spec->type);
	for (i = 0; good && i < spec->endpoints; i++)
		good = add_endpoint(spec, i);
	for (v = 0; good && v < spec->nr_values; v++)
		good = set_value(spec, &spec->values[v]);
	return good && go_live(spec);
}

static bool make_directory(struct unit_spec *spec)
{
	unsigned int i;
	char *path;
	int err;

	if (access(UNITS_DIR, F_OK)) {
		say("there is no %s: the module iommu_mock is not loaded, or configfs not mounted",
		    UNITS_DIR);
		return false;
	}
	for (i = 0; ; i++) {
		char *name = spec->name ? copy_string(spec->name) : form("unit%u", i);

		path = form(UNITS_DIR "/%s", name);
		err = mkdir(path, 0755) ? errno : 0;
		free(path);
		if (err == EEXIST && !spec->name) {
			free(name);
			continue;
		}
		if (err)
			say("unit %s cannot be made: %s", name, strerror(err));
		else
			spec->name = name;
		return !err;
	}
}

bool spec_make(struct unit_spec *spec)
{
	free(log_before);
	log_before = last_of_log();
	if (!make_directory(spec))
		return false;
	if (configure(spec))
		return true;
	unit_remove(spec->name);
	return false;
}

/* Each directory but caches/ is an endpoint. */
static bool remove_endpoints(const char *unit)
{
	struct dirent *entry;
	bool good = true;
	DIR *stream = opendir(unit);

	while (stream && (entry = readdir(stream))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    !strcmp(entry->d_name, "caches"))
			continue;
		if (unlinkat(dirfd(stream), entry->d_name, AT_REMOVEDIR))
			good = false;
	}
	if (stream)
		closedir(stream);
	return good;
}

bool unit_remove(const char *name)
{
	char *path = form(UNITS_DIR "/%s", name);
	char *live = form("%s/live", path);
	bool good = write_file(live, "0") && remove_endpoints(path) && !rmdir(path);

	if (!good && errno == EBUSY)
		say("unit %s cannot be removed: the VFIO device of an endpoint is open", name);
	else if (!good)
		say("unit %s cannot be removed: %s", name, strerror(errno));
	free(live);
	free(path);
	return good;
}
