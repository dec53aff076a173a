// SPDX-License-Identifier: GPL-2.0-only
/*
 * What process 1 is told to do, as words of KEY=VALUE.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"
#include "say.h"
#include "terminal.h"

/* Process 1 covers these: what the host has there is not seen unless it is asked for. */
static const char * const covered[] = { "/tmp", "/run", "/var/tmp", "/dev" };
/* The machine has its own. */
static const char * const own[] = { "/proc", "/sys", "/dev" };

static bool is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return !strncmp(path, directory, length) && (!path[length] || path[length] == '/');
}

static bool is_below_any(const char *path, const char * const *list, size_t nr)
{
	while (nr)
		if (is_below(path, list[--nr]))
			return true;
	return false;
}

/* Directories stand as "rw PATH" or "ro PATH", and a file alone as "fi PATH". */
static bool has_dir(const struct machine *machine, const char *path)
{
	size_t i;

	for (i = 0; i < machine->dirs.nr; i++)
		if (!strcmp(machine->dirs.list[i] + 3, path))
			return true;
	return false;
}

/* Does the machine have the host's files as its root, or only what is shared? */
static bool has_host_root(const struct machine *machine)
{
	const struct backend *backend = machine->backend;

	return !backend->has_host_root || backend->has_host_root(machine);
}

static bool is_seen(const struct machine *machine, const char *path)
{
	size_t i;

	for (i = 0; i < machine->dirs.nr; i++)
		if (is_below(path, machine->dirs.list[i] + 3))
			return true;
	return has_host_root(machine) && !is_below_any(path, covered, ARRAY_SIZE(covered));
}

/* /dev/shm is memory there as /tmp is, and the host's directories can be mounted in it. */
static bool is_own(const char *path)
{
	return is_below_any(path, own, ARRAY_SIZE(own)) &&
	       !(is_below(path, "/dev/shm") && strcmp(path, "/dev/shm"));
}

static bool is_covered(const char *path)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(covered); i++)
		if (!strcmp(path, covered[i]))
			return true;
	return !strcmp(path, "/dev/shm");
}

static void see(struct machine *machine, const char *path)
{
	if (!is_seen(machine, path))
		words_form(&machine->dirs, "ro %s", path);
}

static void share(struct machine *machine, const char *text)
{
	char *name = copy_string(text), *path;
	size_t length = strlen(name);
	bool only_read = false;
	struct stat info;

	if (length > 3 && !strcmp(name + length - 3, ":ro")) {
		only_read = true;
		name[length - 3] = '\0';
	}
	path = realpath(name, NULL);
	if (!path)
		die(STATUS_SETUP, "--share %s: %s", name, strerror(errno));
	if (stat(path, &info) || !S_ISDIR(info.st_mode))
		die(STATUS_SETUP, "--share %s is no directory", name);
	if (!path[1] || is_own(path) ||
	    strlen(path) > PATH_MAX / 2)
		die(STATUS_SETUP, "--share %s: that directory cannot be shared", name);
	words_form(&machine->dirs, "%s %s", only_read ? "ro" : "rw", path);
	free(path);
	free(name);
}

static char *found_in(const char *directory, size_t length, const char *name)
{
	char *path = form("%.*s/%s", (int)length, directory, name);

	if (access(path, X_OK)) {
		free(path);
		path = NULL;
	}
	return path;
}

/* The program by its name on the host; NULL: it may be somewhere inside. */
static char *find_program(const char *name)
{
	const char *path = getenv("PATH");
	char *found = NULL;
	size_t length;

	if (strchr(name, '/'))
		return copy_string(name);
	while (path && !found) {
		length = strcspn(path, ":");
		found = found_in(path, length, name);
		path = path[length] ? path + length + 1 : NULL;
	}
	return found;
}

/* The directory of a file without links, or NULL if there is none */
static char *directory_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	char *name = form("%.*s/.", (int)(slash - file), file);
	char *real = realpath(name, NULL);

	free(name);
	return real;
}

static void see_file(struct machine *machine, const char *file)
{
	char *directory = directory_of(file), *path;

	if (!directory)
		return;
	path = form("%s%s", directory[1] ? directory : "", strrchr(file, '/'));
	/* All of the host's /tmp would be too much, and in the way of the machine's. */
	if (!is_seen(machine, path) && is_covered(directory))
		words_form(&machine->dirs, "fi %s", path);
	else if (!is_seen(machine, path))
		see(machine, directory);
	free(path);
	free(directory);
}

static void see_program(struct machine *machine)
{
	char *path, *real;

	if (machine->opt->each || !machine->opt->program[0])
		return;
	/* What is looked for in PATH is a program of the machine's. */
	if (!has_host_root(machine) && !strchr(machine->opt->program[0], '/'))
		return;
	path = find_program(machine->opt->program[0]);
	real = path ? realpath(path, NULL) : NULL;
	/* A link has to be there, and what it leads to */
	if (real) {
		see_file(machine, path);
		see_file(machine, real);
	}
	free(real);
	free(path);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char * const *)a + 3, *(char * const *)b + 3);
}

/* A directory is mounted before those in it. */
void plan_dirs(struct machine *machine)
{
	char *here = getcwd(NULL, 0);
	size_t i;

	if (!here)
		die(STATUS_SETUP, "the current directory is gone: %s", strerror(errno));
	for (i = 0; i < machine->opt->shares.nr; i++)
		share(machine, machine->opt->shares.list[i]);
	if (here[1] && !has_dir(machine, here) && !is_own(here))
		words_form(&machine->dirs, "rw %s", here);
	see_program(machine);
	if (machine->modules)
		see(machine, machine->modules);
	if (machine->dirs.nr)
		qsort(machine->dirs.list, machine->dirs.nr, sizeof(char *), by_path);
	free(here);
}

static void add_all(struct words *plan, const char *key, char **list)
{
	for (; *list; list++)
		words_form(plan, "%s=%s", key, *list);
}

static void add_words(struct words *plan, const char *key, const struct words *words)
{
	if (words->nr)
		add_all(plan, key, words->list);
}

static void add_flag(struct words *plan, const char *key, bool set)
{
	if (set)
		words_form(plan, "%s=1", key);
}

static void add_terminal(struct words *plan, struct run *run)
{
	struct link_size size;

	add_flag(plan, "terminal", run->terminal);
	add_flag(plan, "error-terminal", run->terminal && isatty(STDERR_FILENO));
	if (run->terminal && terminal_size(&size))
		words_form(plan, "size=%u %u", size.rows, size.columns);
}

static void send_words(struct run *run, const struct words *words)
{
	struct buffer text = {};
	size_t i, n;

	for (i = 0; i < words->nr; i++)
		buffer_add(&text, words->list[i], strlen(words->list[i]) + 1);
	while (buffer_length(&text)) {
		n = smaller(buffer_length(&text), 4096);
		link_send(&run->link, LINK_PLAN, STREAM_INPUT, buffer_begin(&text), n);
		buffer_taken(&text, n);
	}
	link_send(&run->link, LINK_PLAN_END, STREAM_INPUT, NULL, 0);
	free(text.data);
}

void plan_send(struct run *run)
{
	struct options *opt = &run->opt;
	char *here = getcwd(NULL, 0);
	struct words plan = {};

	add_words(&plan, "dir", &run->machine.dirs);
	words_form(&plan, "here=%s", here ? here : "/");
	if (run->machine.modules)
		words_form(&plan, "modules=%s", run->machine.modules);
	add_words(&plan, "param", &opt->params);
	add_words(&plan, "unit", &opt->units);
	add_all(&plan, "env", environ);
	add_words(&plan, "env", &opt->env);
	add_flag(&plan, "each", opt->each);
	add_all(&plan, "arg", opt->program);
	add_terminal(&plan, run);
	if (opt->trace)
		words_form(&plan, "trace=%s", opt->trace);
	add_flag(&plan, "gdb", opt->gdb);
	add_flag(&plan, "strace", opt->strace);
	add_flag(&plan, "kunit", opt->kunit);
	add_flag(&plan, "in-tree", opt->in_tree);
	add_flag(&plan, "stay", opt->power_off);
	send_words(run, &plan);
	words_free(&plan);
	free(here);
}
