// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the commands for the inside share: names of units and endpoints, and the
 * files that these are in configfs and debugfs.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd_names.h"
#include "say.h"
#include "spec.h"

#define DEBUGFS		"/sys/kernel/debug"
#define DEBUGFS_DIR	DEBUGFS "/iommu-mock"

static int by_name(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static bool is_dir(const char *dir, const char *name)
{
	char *path = form("%s/%s", dir, name);
	struct stat st;
	bool yes = !stat(path, &st) && S_ISDIR(st.st_mode);

	free(path);
	return yes;
}

struct names names_in(const char *dir, bool dirs)
{
	struct names names = {};
	struct dirent *entry;
	DIR *d = opendir(dir);

	while (d && (entry = readdir(d))) {
		if (entry->d_name[0] == '.' || is_dir(dir, entry->d_name) != dirs)
			continue;
		names.name = grow(names.name, (names.nr + 1) * sizeof(*names.name));
		names.name[names.nr++] = copy_string(entry->d_name);
	}
	if (d)
		closedir(d);
	if (names.nr)
		qsort(names.name, names.nr, sizeof(*names.name), by_name);
	return names;
}

bool names_have(const struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		if (!strcmp(names->name[i], name))
			return true;
	return false;
}

void names_free(struct names *names)
{
	while (names->nr)
		free(names->name[--names->nr]);
	free(names->name);
	names->name = NULL;
}

char *names_list(const struct names *names)
{
	char *list = copy_string(names->nr ? "" : "none");
	size_t i;

	for (i = 0; i < names->nr; i++) {
		const char *comma = !i ? "" : i + 1 == names->nr ? " and " : ", ";
		char *longer = form("%s%s%s", list, comma, names->name[i]);

		free(list);
		list = longer;
	}
	return list;
}

void need_mock(void)
{
	if (!access(UNITS_DIR, R_OK | X_OK))
		return;
	if (access("/sys/module/iommu_mock", F_OK))
		die(1, "the module iommu_mock is not loaded here: 'modprobe iommu_mock' loads it%s",
		    " where it is installed, and 'iommu-mock shell' boots a kernel that has it");
	if (access("/sys/kernel/config", R_OK | X_OK) || errno == EACCES)
		die(1, "%s cannot be read: %s; only root can", UNITS_DIR, strerror(errno));
	die(1, "configfs is not mounted: 'mount -t configfs none /sys/kernel/config' mounts it");
}

struct names unit_names(void)
{
	return names_in(UNITS_DIR, true);
}

struct names endpoint_names(const char *unit)
{
	char *dir = form(UNITS_DIR "/%s", unit);
	struct names names = names_in(dir, true);
	size_t i;

	/* The only directory there that is no endpoint */
	for (i = 0; i < names.nr; i++) {
		if (strcmp(names.name[i], "caches"))
			continue;
		free(names.name[i]);
		names.nr--;
		memmove(&names.name[i], &names.name[i + 1],
			(names.nr - i) * sizeof(*names.name));
		break;
	}
	free(dir);
	return names;
}

bool is_unit(const char *name)
{
	struct names units = unit_names();
	bool yes = names_have(&units, name);

	names_free(&units);
	return yes;
}

char *find_unit(const char *name)
{
	struct names units;
	char *unit = NULL;

	need_mock();
	units = unit_names();
	if (!units.nr)
		die(1, "there is no unit; 'iommu-mock unit add vtd' makes one");
	if (name && names_have(&units, name))
		unit = copy_string(name);
	else if (name)
		die(1, "there is no unit '%s', but %s", name, names_list(&units));
	else if (units.nr == 1)
		unit = copy_string(units.name[0]);
	else
		die(1, "there are several units, name one of them: %s", names_list(&units));
	names_free(&units);
	return unit;
}

struct endpoint_name find_endpoint(const char *name)
{
	const char *slash = strchr(name, '/');
	struct endpoint_name found = {};
	struct names names;

	if (slash) {
		char *unit = form("%.*s", (int)(slash - name), name);

		found.unit = find_unit(unit);
		free(unit);
	} else {
		found.unit = find_unit(NULL);
	}
	found.endpoint = copy_string(slash ? slash + 1 : name);
	names = endpoint_names(found.unit);
	if (!names_have(&names, found.endpoint))
		die(1, "unit %s has no endpoint '%s'; its endpoints: %s", found.unit,
		    found.endpoint, names_list(&names));
	names_free(&names);
	return found;
}

char *unit_debugfs(const char *unit)
{
	char *dir = form(DEBUGFS_DIR "/%s", unit);
	char *config = form(UNITS_DIR "/%s", unit);
	char *live;

	if (!access(dir, R_OK | X_OK)) {
		free(config);
		return dir;
	}
	if (geteuid())
		die(1, "%s cannot be read: only root can", dir);
	if (access(DEBUGFS_DIR, F_OK))
		die(1, "debugfs is not mounted: 'mount -t debugfs none " DEBUGFS "' mounts it");
	live = read_value(config, "live");
	if (!strcmp(live, "0"))
		die(1, "unit %s is off; 'echo 1 > %s/live' turns it on", unit, config);
	die(1, "%s cannot be read: %s", dir, strerror(errno));
}

char *read_text(const char *path)
{
	size_t used = 0, size = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	ssize_t got;

	if (fd < 0)
		return NULL;
	do {
		if (size - used < 2)
			text = grow(text, size += 65536);
		got = read(fd, text + used, size - used - 1);
		if (got > 0)
			used += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		int error = errno;

		free(text);
		text = NULL;
		close(fd);
		errno = error;
		return NULL;
	}
	close(fd);
	if (used && text[used - 1] == '\n')
		used--;
	text[used] = 0;
	return text;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t done;
	int error;

	if (fd < 0)
		return -1;
	done = write(fd, text, strlen(text));
	error = errno;
	close(fd);
	errno = error;
	return done < 0 ? -1 : 0;
}

char *read_value(const char *dir, const char *file)
{
	char *path = form("%s/%s", dir, file);
	char *text = read_text(path);

	free(path);
	if (!text || !*text) {
		free(text);
		return copy_string("-");
	}
	return text;
}

bool print_file(const char *path)
{
	char *text = read_text(path);

	if (!text) {
		say("%s cannot be read: %s", path, strerror(errno));
		return false;
	}
	if (*text)
		puts(text);
	free(text);
	return true;
}

int usage_error(const char *usage, const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	if (vasprintf(&text, format, list) >= 0) {
		say("%s", text);
		free(text);
	}
	va_end(list);
	fputs(usage, stderr);
	return 2;
}

bool usage_wanted(int argc, char **argv, const char *usage)
{
	if (argc < 2 || (strcmp(argv[1], "--help") && strcmp(argv[1], "-h")))
		return false;
	fputs(usage, stdout);
	return true;
}

void table_add(struct table *table, ...)
{
	char **row = grab(table->columns * sizeof(*row));
	va_list list;
	size_t i;

	va_start(list, table);
	for (i = 0; i < table->columns; i++)
		row[i] = copy_string(va_arg(list, const char *));
	va_end(list);
	table->cell = grow(table->cell, (table->rows + 1) * sizeof(*table->cell));
	table->cell[table->rows++] = row;
}

static int column_width(const struct table *table, size_t column)
{
	size_t width = 0, i;

	for (i = 0; i < table->rows; i++)
		if (strlen(table->cell[i][column]) > width)
			width = strlen(table->cell[i][column]);
	return width;
}

void table_print(struct table *table)
{
	int width[table->columns];
	size_t i, j;

	for (j = 0; j < table->columns; j++)
		width[j] = column_width(table, j);
	for (i = 0; i < table->rows; i++) {
		for (j = 0; j < table->columns; j++) {
			bool last = j + 1 == table->columns;

			printf("%-*s%s", last ? 0 : width[j], table->cell[i][j],
			       last ? "\n" : "  ");
			free(table->cell[i][j]);
		}
		free(table->cell[i]);
	}
	free(table->cell);
	*table = (struct table){ .columns = table->columns };
}
