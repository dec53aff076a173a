// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modules: loaded in the order of their list, and unloaded in reverse.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"
#include "say.h"

#define LEAKS "/sys/kernel/debug/kmemleak"

/* An object counts as leaked once it is 5 s old. */
#define LEAK_SECONDS 6

/* The name that the kernel gives to what is in a file */
static char *module_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = copy_string(slash ? slash + 1 : path), *c;
	size_t length = strlen(name);

	if (length > 3 && !strcmp(name + length - 3, ".ko"))
		name[length - 3] = '\0';
	for (c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

/* Its parameters as the kernel takes them, of those that were given as MODULE.NAME=VALUE */
static char *module_parameters(const struct plan *plan, const char *name)
{
	char *text = copy_string(""), *longer;
	size_t length = strlen(name), i;

	for (i = 0; i < plan->params.nr; i++) {
		const char *param = plan->params.list[i];
		const char *value = strchr(param, '=');

		if (strncmp(param, name, length) || param[length] != '.')
			continue;
		param += length + 1;
		longer = form("%s%s%.*s=\"%s\"", text, *text ? " " : "", (int)(value - param),
			      param, value + 1);
		free(text);
		text = longer;
	}
	return text;
}

static bool load_one(struct init *init, const char *entry)
{
	const char *end = strrchr(entry, '.');
	char *path = form("%s/%s%s", init->plan.modules, entry,
			  end && !strcmp(end, ".ko") ? "" : ".ko");
	char *name = module_name(entry);
	char *parameters = module_parameters(&init->plan, name);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	bool good = file >= 0 && !syscall(SYS_finit_module, file, parameters, 0);

	if (good)
		words_add(&init->loaded, name);
	else if (errno == EEXIST)
		good = true;
	else
		init_trouble(init, STATUS_SETUP, "the module %s is not loaded%s%s: %s", path,
			     *parameters ? " with " : "", parameters, strerror(errno));
	if (file >= 0)
		close(file);
	free(parameters);
	free(name);
	free(path);
	return good;
}

static bool is_loaded(const struct init *init, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < init->loaded.nr; i++)
		if (strlen(init->loaded.list[i]) == length &&
		    !strncmp(init->loaded.list[i], name, length))
			return true;
	return false;
}

/* The kernel loads a module with a parameter that it does not know, and logs that. */
static bool is_ignored(const char *param)
{
	int module = strcspn(param, "."), name = strcspn(param + module + 1, "=");
	char *sentence = form("%.*s: unknown parameter '%.*s' ignored", module, param, name,
			      param + module + 1);
	char *log = read_kernel_log();
	bool said = log && strstr(log, sentence);

	free(log);
	free(sentence);
	return said;
}

/* A parameter that nobody has would do nothing. */
static bool check_parameters(struct init *init)
{
	size_t i;

	for (i = 0; i < init->plan.params.nr; i++) {
		const char *param = init->plan.params.list[i];
		const char *why = NULL;

		if (!is_loaded(init, param, strcspn(param, ".")))
			why = "no such module is loaded";
		else if (is_ignored(param))
			why = "the module has no such parameter";
		if (why) {
			init_trouble(init, STATUS_SETUP, "--param %s: %s", param, why);
			return false;
		}
	}
	return true;
}

static void send_kunit(struct init *init)
{
	glob_t found = {};
	char *name;
	size_t i;

	if (glob("/sys/kernel/debug/kunit/*/results", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		name = copy_string(found.gl_pathv[i] + strlen("/sys/kernel/debug/"));
		*strrchr(name, '/') = '\0';
		init_send_file(init, name, found.gl_pathv[i]);
		free(name);
	}
	globfree(&found);
}

static bool load_list(struct init *init, const char *path)
{
	char *list = read_file(path), *line, *save;
	bool good = list;

	if (!list)
		init_trouble(init, STATUS_SETUP, "%s cannot be read: %s", path, strerror(errno));
	line = list ? strtok_r(list, "\n", &save) : NULL;
	for (; line && good; line = strtok_r(NULL, "\n", &save))
		if (*line != '#')
			good = load_one(init, line);
	free(list);
	return good;
}

/* The kernel's own drivers are not there for every kernel. */
static bool load_in_tree(struct init *init)
{
	char *path = form("%s/in-tree.list", init->plan.modules);
	bool good = !access(path, F_OK);

	if (good)
		good = load_list(init, path);
	else
		init_trouble(init, STATUS_SETUP,
			     "the kernel's own drivers are not among the modules in %s",
			     init->plan.modules);
	free(path);
	return good;
}

bool modules_load(struct init *init)
{
	char *path;
	bool good;

	words_free(&init->loaded);
	if (!init->plan.modules)
		return check_parameters(init);
	path = form("%s/modules.list", init->plan.modules);
	good = load_list(init, path);
	free(path);
	if (good && init->plan.in_tree)
		good = load_in_tree(init);
	if (good && init->plan.kunit)
		send_kunit(init);
	return good && check_parameters(init);
}

/* What held it may have been killed only now. */
static int unload_one(const char *name)
{
	int tries, err;

	for (tries = 0; tries < 50; tries++) {
		err = syscall(SYS_delete_module, name, O_NONBLOCK);
		if (!err || errno != EWOULDBLOCK)
			break;
		usleep(20000);
	}
	return err && errno != ENOENT ? -1 : 0;
}

/* One without a way out is meant to stay */
static bool is_permanent(const char *name)
{
	char *list = read_file("/proc/modules"), *line, *save;
	size_t length = strlen(name);
	bool permanent = false;

	line = list ? strtok_r(list, "\n", &save) : NULL;
	for (; line && !permanent; line = strtok_r(NULL, "\n", &save))
		permanent = !strncmp(line, name, length) && line[length] == ' ' &&
			    strstr(line, "[permanent]");
	free(list);
	return permanent;
}

bool modules_unload(struct init *init)
{
	bool good = true;
	size_t i;

	for (i = init->loaded.nr; i--;) {
		const char *name = init->loaded.list[i];

		if (is_permanent(name) || !unload_one(name))
			continue;
		init_trouble(init, STATUS_COMPLAINED, "the module %s cannot be unloaded: %s",
			     name, strerror(errno));
		good = false;
	}
	words_free(&init->loaded);
	return good;
}

static void scan(void)
{
	int file = open(LEAKS, O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return;
	if (write(file, "scan", 4) < 0)
		say("kmemleak does not scan: %s", strerror(errno));
	close(file);
}

/* A second scan finds no more what was on its way during the first. */
void modules_leaks(struct init *init)
{
	char *found;

	if (!init->plan.modules || access(LEAKS, F_OK))
		return;
	sleep(LEAK_SECONDS);
	scan();
	scan();
	found = read_file(LEAKS);
	if (found && *found) {
		size_t length = strlen(found);

		if (length > 8192)
			length = 8192;
		found[length] = '\0';
		found[length - 1] = '\n';
		link_send(&init->link, LINK_OUTPUT, STREAM_TRACE, found, length);
		init_trouble(init, STATUS_LEAK, "kmemleak found memory that nobody refers to");
	}
	free(found);
}
