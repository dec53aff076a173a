// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of this machine would not work, and what mends it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "machine.h"
#include "say.h"
#include "spec.h"
#include "store.h"

/* Memory of a machine if nothing else is asked for */
#define MEMORY_MB 512

static unsigned int problems;

__attribute__((format(printf, 1, 2))) static void good(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fputs("ok       ", stdout);
	vprintf(format, list);
	putchar('\n');
	va_end(list);
}

/* What mends it comes with it. */
__attribute__((format(printf, 2, 3))) static void bad(const char *mend, const char *format, ...)
{
	va_list list;

	problems++;
	va_start(list, format);
	fputs("PROBLEM  ", stdout);
	vprintf(format, list);
	printf("\n         mend it by: %s\n", mend);
	va_end(list);
}

/* Something that only some options need */
__attribute__((format(printf, 2, 3)))
static void missing(const char *mend, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fputs("missing  ", stdout);
	vprintf(format, list);
	printf("\n         if you want it: %s\n", mend);
	va_end(list);
}

static bool in_path(const char *name)
{
	const char *path = getenv("PATH");
	size_t length;
	bool found = false;
	char *file;

	for (; path && *path && !found; path += length + !!path[length]) {
		length = strcspn(path, ":");
		file = form("%.*s/%s", (int)length, path, name);
		found = !access(file, X_OK);
		free(file);
	}
	return found;
}

static void check_kernels(const struct options *opt)
{
	static const char * const names[] = { "fast", "debug" };
	char *home = machine_home(opt), *linux_path, *list;
	bool kernel, modules, tree = getenv("IOMMU_MOCK_TREE");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		linux_path = form("%s/%s/linux", home, names[i]);
		list = form("%s/%s/modules/modules.list", home, names[i]);
		kernel = !access(linux_path, X_OK);
		modules = !access(list, R_OK);
		if (kernel && modules)
			good("the kernel '%s' and its modules are in %s", names[i], home);
		else if (!i)
			bad(tree ? "bin/iommu-mock run true" :
			    "unpack the whole archive, or name the place by --home",
			    "there is no kernel '%s' with modules in %s", names[i], home);
		else
			missing(tree ? "bin/iommu-mock run --kernel debug true" :
				"build it from the sources",
				"no kernel '%s' in %s", names[i], home);
		free(linux_path);
		free(list);
	}
	free(home);
}

static void check_memory(void)
{
	const char *mend = "--mem 128M, or end something that uses memory";
	char *text = read_file("/proc/meminfo"), *at = text ? strstr(text, "MemAvailable:") : NULL;
	unsigned long kilobytes = at ? strtoul(at + 13, NULL, 10) : 0;
	char *place = uml_memory_dir(MEMORY_MB);

	if (at && kilobytes < MEMORY_MB * 1024)
		bad(mend, "%lu MiB of memory are available, a machine has %d", kilobytes / 1024,
		    MEMORY_MB);
	else if (at)
		good("%lu MiB of memory are available", kilobytes / 1024);
	if (place)
		good("%s takes the memory of a machine", place);
	else
		bad("mount -o remount,exec,size=1G /dev/shm; for a container: --shm-size=1g",
		    "neither /dev/shm, TMPDIR nor /tmp has room for %d MiB, or they are noexec",
		    MEMORY_MB);
	free(place);
	free(text);
}

/* A child that asks to be traced and stops */
static bool can_trace(void)
{
	pid_t pid = fork();
	int status = 0;
	bool stopped;

	if (pid < 0)
		return false;
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(1);
		raise(SIGSTOP);
		_exit(0);
	}
	stopped = waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status);
	if (stopped) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return stopped;
}

static void check_trace(void)
{
	char *scope = read_file("/proc/sys/kernel/yama/ptrace_scope");

	if (can_trace())
		good("processes can be traced, as UML's kernel does with its own");
	else if (scope && atoi(scope) == 3)
		bad("set kernel.yama.ptrace_scope to 1 in /etc/sysctl.conf and restart",
		    "no process may trace another (yama)");
	else
		bad("for a container: --cap-add SYS_PTRACE --security-opt seccomp=unconfined",
		    "no process may trace another");
	free(scope);
}

/* Nothing tells as much as a machine that starts. */
static void check_boot(const struct options *opt)
{
	char *home = machine_home(opt);
	char *command = form("%s/fast/linux", home);
	struct timespec begin, end;
	int status = 0;
	pid_t pid;

	if (access(command, X_OK))
		return;
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid = fork();
	if (!pid) {
		execl("/proc/self/exe", "iommu-mock", "run", "--home", home, "--mem", "128M",
		      "--modules", "none", "--timeout", "60", "true", NULL);
		_exit(STATUS_SETUP);
	}
	waitpid(pid, &status, 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		good("a machine starts, runs 'true' and goes off in %.1f s",
		     end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9);
	else
		bad("see what it says above", "a machine does not start (status %d)",
		    WEXITSTATUS(status));
	free(command);
	free(home);
}

static bool is_in(const char *home, const char *machine, const char *file, int how)
{
	char *path = form("%s/%s/%s", home, machine, file);
	bool there = !access(path, how);

	free(path);
	return there;
}

/* A tree builds the kernel and fetches the QEMU of a machine when it is first used. */
static void check_machine(const char *home, const char *machine, const char *kernel,
			  const char *qemu, const char *package)
{
	char *build = form("bin/iommu-mock run --machine %s sh -c true", machine);
	bool tree = getenv("IOMMU_MOCK_TREE");

	if (!is_in(home, machine, kernel, R_OK))
		missing(tree ? build : "a package made with it, or a build of the sources",
			"no kernel for --machine %s in %s", machine, home);
	else if (!is_in(home, machine, "qemu", X_OK) && !in_path(qemu))
		missing(package, "--machine %s needs %s", machine, qemu);
	else
		good("the kernel and QEMU for --machine %s are there", machine);
	free(build);
}

static void check_machines(const struct options *opt)
{
	char *home = machine_home(opt);

	check_machine(home, "x86_64", "bzImage", "qemu-system-x86_64",
		      "apt-get install qemu-system-x86");
	check_machine(home, "arm64", "Image", "qemu-system-aarch64",
		      "apt-get install qemu-system-arm");
	free(home);
}

static void check_kvm(void)
{
	if (!access("/dev/kvm", R_OK | W_OK))
		good("/dev/kvm can be used by --machine");
	else if (!access("/dev/kvm", F_OK))
		missing("usermod -aG kvm $USER, and log in again",
			"/dev/kvm is not yours to use; --machine is slow without");
	else
		missing("a host with virtualisation, or nested virtualisation of this one",
			"there is no /dev/kvm; --machine is slow without");
}

/* The tree says itself what it is built with. */
static void check_tree(const char *tree)
{
	char *command = form("'%s/scripts/deps' build >&2", tree);
	int status;

	fflush(stdout);
	status = system(command);
	if (!status)
		good("the packages that the tree is built with are installed");
	else
		bad("the command above", "packages that the tree is built with are missing");
	free(command);
}

static void check_mount(const char *type, const char *path, const char *probe)
{
	char *mend = form("mount -t %s none %s", type, path);

	if (!access(probe, F_OK))
		good("%s is mounted on %s", type, path);
	else
		bad(mend, "%s is not mounted on %s", type, path);
	free(mend);
}

/* On a machine that has the modules, or is to have them */
static void check_inside(void)
{
	char *unsafe = read_file("/sys/module/iommufd/parameters/allow_unsafe_interrupts");

	if (!access("/sys/module/iommu_mock", F_OK))
		good("the module iommu_mock is loaded");
	else
		bad("modprobe iommu_mock", "the module iommu_mock is not loaded");
	check_mount("configfs", "/sys/kernel/config", "/sys/kernel/config/iommu-mock");
	check_mount("debugfs", "/sys/kernel/debug", "/sys/kernel/debug/iommu-mock");
	check_mount("tracefs", "/sys/kernel/tracing", "/sys/kernel/tracing/events");
	if (!access("/dev/iommu", R_OK | W_OK))
		good("/dev/iommu is there");
	else
		bad("modprobe iommufd, as root", "/dev/iommu cannot be opened: %s",
		    strerror(errno));
	if (unsafe && *unsafe == 'Y')
		good("iommufd takes devices whose interrupts are not isolated, as the mock's");
	else
		bad("echo 1 >/sys/module/iommufd/parameters/allow_unsafe_interrupts",
		    "iommufd refuses devices whose interrupts are not isolated, as the mock's");
	free(unsafe);
}

int cmd_doctor(int argc, char **argv)
{
	struct options options = {};
	const char *tree = getenv("IOMMU_MOCK_TREE");

	if (argc == 3 && !strcmp(argv[1], "--home")) {
		options.home = argv[2];
	} else if (argc > 1) {
		fputs("usage: iommu-mock doctor [--home DIR]\n"
		      "Says what of this machine would not work, and the command that mends it;\n"
		      "status 1 if there is anything. Where the module iommu_mock is loaded it looks\n"
		      "at the modules and file systems instead of what 'run' needs.\n",
		      strcmp(argv[1], "--help") ? stderr : stdout);
		return strcmp(argv[1], "--help") ? 2 : 0;
	}
	if (!access("/sys/module/iommu_mock", F_OK) || !access(INSIDE_BIN, F_OK)) {
		check_inside();
	} else {
		check_kernels(&options);
		check_memory();
		check_trace();
		check_boot(&options);
		check_machines(&options);
		check_kvm();
		if (tree)
			check_tree(tree);
	}
	return !!problems;
}
