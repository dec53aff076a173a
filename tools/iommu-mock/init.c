// SPDX-License-Identifier: GPL-2.0-only
/*
 * Process 1 of the machine: prepares it, runs the programs, tears down, turns it off.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"
#include "qemu.h"
#include "say.h"

static struct init init = {
	.trace = -1,
	.link.says_taken = true,
	.room = { 0, OUTPUT_WINDOW, OUTPUT_WINDOW, OUTPUT_WINDOW },
};

static void say_to_host(const char *line)
{
	link_send(&init.link, LINK_SAY, STREAM_OUTPUT, line, strlen(line));
	init_flush(&init);
}

static void power_off(void)
{
	/* What is written to a port has reached the host once the call returns. */
	fcntl(init.link.fd, F_SETFL, 0);
	init_flush(&init);
	tcdrain(init.link.fd);
	sync();
	reboot(RB_POWER_OFF);
}

/* Addresses come with it. */
static void start_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		say("the loopback device does not start: %s", strerror(errno));
	close(fd);
}

static void watch_children(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	init.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A program that is the only one on its machine may have what there is. */
static void raise_limits(void)
{
	struct rlimit files = { 1 << 20, 1 << 20 }, locked = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_MEMLOCK, &locked);
}

static void prepare(void)
{
	if (getenv("IOMMU_MOCK_MACHINE"))
		machine_root();
	mount_devices();
	init.link.fd = link_open();
	say_to = say_to_host;
	/* Whatever ends this process has to turn the machine off. */
	atexit(power_off);
	link_send(&init.link, LINK_HELLO, STREAM_OUTPUT, NULL, 0);
	link_flush(&init.link);
	mount_system();
	start_loopback();
	watch_children();
	raise_limits();
	sethostname("iommu-mock", 10);
	init_wait_plan(&init);
	if (init.link.closed)
		exit(STATUS_SETUP);
}

static void add_env(const char *name, const struct words *values)
{
	char *text = form("%s=", name), *longer;
	size_t i;

	for (i = 0; values && i < values->nr; i++) {
		longer = form("%s%s%s", text, i ? " " : "", values->list[i]);
		free(text);
		text = longer;
	}
	words_take(&init.env, text);
}

/* What is below /tmp on the host is not there yet. */
static void check_tmpdir(const char *path)
{
	struct stat info;

	if (stat(path, &info))
		mkdir(path, 01777);
	if (access(path, W_OK))
		words_add(&init.env, "TMPDIR=/tmp");
}

/* The last of a name counts, as in the list that the caller gave. */
static void make_env(void)
{
	const char *path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	struct words *given = &init.plan.env;
	size_t i;

	for (i = 0; i < given->nr; i++) {
		if (!strncmp(given->list[i], "PATH=", 5))
			path = given->list[i] + 5;
		else
			words_add(&init.env, given->list[i]);
		if (!strncmp(given->list[i], "TMPDIR=", 7))
			check_tmpdir(given->list[i] + 7);
	}
	words_form(&init.env, "PATH=" INSIDE_BIN ":%s", path);
	add_env("IOMMU_MOCK_UNITS", NULL);
	add_env("IOMMU_MOCK_DEVICES", NULL);
	if (init.plan.modules)
		words_form(&init.env, "MODULES_DIR=%s", init.plan.modules);
}

/* What the program left behind goes first: it may hold on to the rest. */
static bool tear_down(void)
{
	processes_end();
	trace_stop(&init);
	units_remove(&init);
	return modules_unload(&init);
}

static void run_one(char **argv)
{
	bool ready = modules_load(&init) && trace_start(&init) && units_make(&init);

	if (ready)
		program_run(&init, argv);
	if (!init.plan.stay)
		tear_down();
}

static void run_each(void)
{
	struct words argv;
	size_t i;

	for (i = 0; i < init.plan.args.nr; i++) {
		argv = (struct words) {};
		words_add(&argv, "sh");
		words_add(&argv, "-c");
		words_add(&argv, init.plan.args.list[i]);
		run_one(argv.list);
		words_free(&argv);
	}
}

static void run_alone(void)
{
	struct words argv = {};
	size_t i;

	if (init.plan.gdb) {
		words_add(&argv, "gdb");
		words_add(&argv, "-q");
		words_add(&argv, "--args");
	}
	if (init.plan.strace) {
		words_add(&argv, "strace");
		words_add(&argv, "-f");
	}
	for (i = 0; i < init.plan.args.nr; i++)
		words_add(&argv, init.plan.args.list[i]);
	run_one(argv.list);
	words_free(&argv);
}

void init_main(void)
{
	prepare();
	if (!mount_dirs(&init.plan)) {
		init_trouble(&init, STATUS_SETUP, "the machine does not see what it should");
	} else {
		make_env();
		if (init.plan.each)
			run_each();
		else
			run_alone();
		if (!init.plan.stay)
			modules_leaks(&init);
	}
	link_send(&init.link, LINK_BYE, STREAM_OUTPUT, NULL, 0);
	exit(0);
}
