// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's kernel, its process, and its end.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "say.h"

static bool is_there(const char *directory, const char *name)
{
	char *path = form("%s/%s", directory, name);
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

/* Beside the program's own file as it is installed, unless something else is said. */
char *machine_home(const struct options *opt)
{
	const char *home = opt->home ? opt->home : getenv("IOMMU_MOCK_HOME");
	char *self, *slash;
	int i;

	if (home)
		return copy_string(home);
	self = realpath("/proc/self/exe", NULL);
	for (i = 0; self && i < 2; i++) {
		slash = strrchr(self, '/');
		if (slash)
			*slash = '\0';
	}
	return form("%s/lib/iommu-mock", self ? self : "");
}

char *kernel_config(const struct machine *machine, const char *name)
{
	char *path = form("%s/%s", machine->kernel,
			  is_there(machine->kernel, "config") ? "config" : ".config");
	char *text = read_file(path), *line, *save, *value = NULL;
	size_t length = strlen(name);

	free(path);
	line = text ? strtok_r(text, "\n", &save) : NULL;
	for (; line && !value; line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, name, length) && line[length] == '=')
			value = copy_string(line + length + 1);
	free(text);
	return value;
}

bool kernel_has(const struct machine *machine, const char *name)
{
	char *value = kernel_config(machine, name);
	bool has = value && !strcmp(value, "y");

	free(value);
	return has;
}

static void find_kernel(struct machine *machine)
{
	const char *name = machine->opt->kernel;
	char *home;

	if (strchr(name, '/')) {
		machine->kernel = realpath(name, NULL);
		if (!machine->kernel)
			die(STATUS_SETUP, "--kernel %s: %s", name, strerror(errno));
		return;
	}
	if (strcmp(machine->opt->machine, "uml") && !strcmp(name, "fast"))
		name = machine->opt->machine;
	home = machine_home(machine->opt);
	machine->kernel = form("%s/%s", home, name);
	if (access(machine->kernel, F_OK))
		die(STATUS_SETUP, "there is no kernel '%s' in %s; 'iommu-mock doctor' says more",
		    name, home);
	free(home);
}

static void find_modules(struct machine *machine)
{
	const char *given = machine->opt->modules;
	char *path;

	if (given && !strcmp(given, "none"))
		return;
	path = given ? copy_string(given) : form("%s/modules", machine->kernel);
	machine->modules = realpath(path, NULL);
	if (!machine->modules)
		die(STATUS_SETUP, "there are no modules in %s: %s", path, strerror(errno));
	if (!is_there(machine->modules, "modules.list"))
		die(STATUS_SETUP, "%s has no modules.list, which names the modules in their order",
		    machine->modules);
	free(path);
}

void machine_find(struct machine *machine)
{
	find_kernel(machine);
	find_modules(machine);
}

/* Neither a machine of UML nor one of QEMU makes directories of directories there. */
static void remove_files(int directory, int depth)
{
	struct dirent *entry;
	DIR *stream;
	int below;

	stream = fdopendir(directory);
	if (!stream) {
		close(directory);
		return;
	}
	while ((entry = readdir(stream))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (!unlinkat(dirfd(stream), entry->d_name, 0) || !depth)
			continue;
		below = openat(dirfd(stream), entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			remove_files(below, depth - 1);
		unlinkat(dirfd(stream), entry->d_name, AT_REMOVEDIR);
	}
	closedir(stream);
}

/* As mkdtemp() makes it, of a process that is gone: others may have similar names. */
static bool is_stale(const char *name)
{
	int pid, length = 0;

	return sscanf(name, "iommu-mock.%d.%n", &pid, &length) == 1 && length && pid > 0 &&
	       strlen(name + length) == strlen("XXXXXX") && kill(pid, 0) && errno == ESRCH;
}

/*
 * Nobody uses it: a run and its machine hold a lock, since the process may be in another
 * container, where it has another number.
 */
static bool is_abandoned(int directory)
{
	struct stat info;

	return !fstat(directory, &info) && info.st_uid == geteuid() &&
	       (info.st_mode & 07777) == 0700 && !flock(directory, LOCK_EX | LOCK_NB);
}

/* What a run that was killed could not remove */
static void remove_stale(const char *place)
{
	struct dirent *entry;
	DIR *stream = opendir(place);
	int directory;

	while (stream && (entry = readdir(stream))) {
		if (!is_stale(entry->d_name))
			continue;
		directory = openat(dirfd(stream), entry->d_name,
				   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (directory < 0)
			continue;
		if (!is_abandoned(directory)) {
			close(directory);
			continue;
		}
		remove_files(directory, 1);
		unlinkat(dirfd(stream), entry->d_name, AT_REMOVEDIR);
	}
	if (stream)
		closedir(stream);
}

/* Where something can be made: in memory if possible, since a disk may be full. */
void machine_make_scratch(struct machine *machine)
{
	const char *const places[] = { getenv("XDG_RUNTIME_DIR"), "/dev/shm", getenv("TMPDIR"),
				       "/tmp", "/var/tmp" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (!places[i] || places[i][0] != '/')
			continue;
		remove_stale(places[i]);
		machine->scratch = form("%s/iommu-mock.%d.XXXXXX", places[i], getpid());
		if (mkdtemp(machine->scratch)) {
			machine->scratch_fd = open(machine->scratch, O_RDONLY | O_DIRECTORY);
			if (machine->scratch_fd >= 0) {
				flock(machine->scratch_fd, LOCK_EX | LOCK_NB);
				return;
			}
			rmdir(machine->scratch);
		}
		free(machine->scratch);
	}
	machine->scratch = NULL;
	die(STATUS_SETUP, "no directory for temporary files can be written to; TMPDIR names one");
}

void machine_remove_scratch(struct machine *machine)
{
	if (!machine->scratch)
		return;
	remove_files(machine->scratch_fd, 1);
	rmdir(machine->scratch);
	free(machine->scratch);
	machine->scratch = NULL;
}

void machine_arguments(struct machine *machine, struct words *words)
{
	const struct options *opt = machine->opt;
	char *append, *word, *save;

	words_add(words, "loglevel=8");
	words_add(words, "panic=-1");
	words_add(words, "iommufd.allow_unsafe_interrupts=1");
	words_add(words, "kunit.enable=1");
	words_form(words, "kunit.autorun=%d", !!opt->kunit);
	if (opt->kunit && *opt->kunit)
		words_form(words, "kunit.filter_glob=%s", opt->kunit);
	if (!opt->append)
		return;
	append = copy_string(opt->append);
	word = strtok_r(append, " \t\n", &save);
	for (; word; word = strtok_r(NULL, " \t\n", &save))
		words_add(words, word);
	free(append);
}

/* After the fork: if the command dies, however that is, so does the machine. */
static void become_machine(struct machine *machine, int errors, pid_t parent)
{
	sigset_t none;
	int null;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(errors, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	if (null > STDERR_FILENO)
		close(null);
	close(errors);
	execve(machine->argv.list[0], machine->argv.list, machine->env.list);
	dprintf(STDERR_FILENO, "%s: %s\n", machine->argv.list[0], strerror(errno));
	_exit(STATUS_SETUP);
}

/* A pipe or socket of which the child inherits one end */
static void keep_one_end(int ends[2], int inherited)
{
	fcntl(ends[!inherited], F_SETFD, FD_CLOEXEC);
	fcntl(ends[!inherited], F_SETFL, O_NONBLOCK);
}

/* The children of this process, dead or alive */
static struct words children(void)
{
	char *path = form("/proc/self/task/%d/children", gettid());
	char *text = read_file(path), *word, *save;
	struct words found = {};

	word = text ? strtok_r(text, " ", &save) : NULL;
	for (; word; word = strtok_r(NULL, " ", &save))
		words_add(&found, word);
	free(text);
	free(path);
	return found;
}

static bool has_word(const struct words *words, const char *word)
{
	size_t i;

	for (i = 0; i < words->nr; i++)
		if (!strcmp(words->list[i], word))
			return true;
	return false;
}

/* Those of a shell that has become this command are not the machine's. */
static bool kill_children(const struct machine *machine)
{
	struct words found = children();
	bool any = false;
	size_t i;

	for (i = 0; i < found.nr; i++) {
		if (has_word(&machine->others, found.list[i]))
			continue;
		any = true;
		kill(atoi(found.list[i]), SIGKILL);
		while (waitpid(atoi(found.list[i]), NULL, 0) < 0 && errno == EINTR)
			;
	}
	words_free(&found);
	return any;
}

void machine_kill(struct machine *machine)
{
	if (machine->pid > 0) {
		kill(machine->pid, SIGKILL);
		while (waitpid(machine->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	machine->pid = 0;
	while (kill_children(machine))
		;
}

void machine_start(struct machine *machine, int *link, int *log, int *errors)
{
	int link_ends[2], log_ends[2], error_ends[2];
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, link_ends) || pipe(log_ends) || pipe(error_ends))
		die(STATUS_SETUP, "no pipes to the machine: %s", strerror(errno));
	keep_one_end(link_ends, 1);
	keep_one_end(log_ends, 1);
	keep_one_end(error_ends, 1);
	machine->link_fd = link_ends[1];
	machine->log_fd = log_ends[1];
	words_free(&machine->argv);
	words_free(&machine->env);
	machine->backend->command(machine);

	/* What the machine leaves behind in dying is a child of ours then. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	machine->others = children();
	machine->pid = fork();
	if (machine->pid < 0)
		die(STATUS_SETUP, "no process for the machine: %s", strerror(errno));
	if (!machine->pid)
		become_machine(machine, error_ends[1], parent);
	close(link_ends[1]);
	close(log_ends[1]);
	close(error_ends[1]);
	*link = link_ends[0];
	*log = log_ends[0];
	*errors = error_ends[0];
}
