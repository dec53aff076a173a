// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs programs in a machine: starts it, tells process 1 what to do, and passes on what
 * goes in and comes out until it is off.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "run.h"
#include "say.h"
#include "terminal.h"

/* How long a machine may take to go off once all is done in it */
#define OFF_SECONDS 20

/* And to say its first word, before another way to start it is taken */
#define PATIENCE_SECONDS 15

/* How often a job looks whether it is in the foreground: nothing tells it */
#define FOREGROUND_MS 200

static void set_clock(struct timespec *clock, unsigned long seconds)
{
	clock_gettime(CLOCK_MONOTONIC, clock);
	clock->tv_sec += seconds;
}

/* In milliseconds; -1: it is not set. */
static int left_on(const struct timespec *clock)
{
	struct timespec now;
	long long left;

	if (!clock->tv_sec)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (clock->tv_sec - now.tv_sec) * 1000LL + (clock->tv_nsec - now.tv_nsec) / 1000000;
	return left < 0 ? 0 : left > 3600000 ? 3600000 : left;
}

/* Until there is something to do for who only waits; -1: there is no end to it. */
static int time_left(const struct run *run)
{
	int left = left_on(&run->deadline), patience = left_on(&run->patience);

	return patience < 0 || (left >= 0 && left < patience) ? left : patience;
}

static int poll_time(const struct run *run)
{
	int left = time_left(run);

	if (!input_waits(run))
		return left;
	return left < 0 || left > FOREGROUND_MS ? FOREGROUND_MS : left;
}

static void begin(struct run *run, const char *name)
{
	run->begun = true;
	logs_begin(run, name);
	if (run->terminal)
		terminal_raw();
}

/* The first that fails is what the run is judged by. */
static void take_status(struct run *run, const char *text)
{
	if (!run->status)
		run->status = atoi(text);
	logs_status(run, text);
	if (!run->opt.each)
		run->ended = true;
	terminal_restore();
}

/* A status, a blank and a sentence */
static void take_trouble(struct run *run, const char *text)
{
	const char *sentence = strchr(text, ' ');

	if (!run->trouble)
		run->trouble = atoi(text);
	terminal_restore();
	say("%s", sentence ? sentence + 1 : text);
}

static void take_room(struct run *run, const struct link_frame *frame)
{
	uint32_t bytes;

	if (frame->stream == STREAM_INPUT && frame->length == sizeof(bytes)) {
		memcpy(&bytes, frame->data, sizeof(bytes));
		run->input_room += bytes;
	}
}

static void take_text(struct run *run, enum link_type type, const char *text)
{
	switch (type) {
	case LINK_BEGIN:
		begin(run, text);
		break;
	case LINK_SAY:
		say("%s", text);
		break;
	case LINK_STATUS:
		take_status(run, text);
		break;
	case LINK_TROUBLE:
		take_trouble(run, text);
		break;
	default:
		break;
	}
}

static void take_frame(struct run *run, const struct link_frame *frame)
{
	char *text;

	switch (frame->type) {
	case LINK_HELLO:
		plan_send(run);
		break;
	case LINK_OUTPUT:
		output_take(run, frame);
		break;
	case LINK_FILE:
		logs_file(run, frame->data, frame->length);
		break;
	case LINK_ROOM:
		take_room(run, frame);
		break;
	case LINK_BYE:
		run->bye = true;
		set_clock(&run->deadline, OFF_SECONDS);
		break;
	default:
		text = form("%.*s", (int)frame->length, frame->data);
		take_text(run, frame->type, text);
		free(text);
	}
}

static void take_frames(struct run *run)
{
	struct link_frame frame;

	while (link_next(&run->link, &frame))
		take_frame(run, &frame);
}

/* Returns whether there may be more. */
static bool fill(struct buffer *buffer, int fd)
{
	ssize_t n = read(fd, buffer_room(buffer, 65536), 65536);

	if (n > 0)
		buffer_added(buffer, n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void read_log(struct run *run)
{
	if (!fill(&run->klog.in, run->log)) {
		close(run->log);
		run->log = -1;
	}
	klog_take(&run->klog);
	if (run->klog.lines)
		run->patience = (struct timespec) {};
}

static void read_errors(struct run *run)
{
	if (!fill(&run->error_text, run->errors)) {
		close(run->errors);
		run->errors = -1;
	}
}

static void send_size(struct run *run)
{
	struct link_size size;

	if (run->terminal && terminal_size(&size))
		link_send(&run->link, LINK_SIZE, STREAM_INPUT, &size, sizeof(size));
}

/* Whatever the machine left behind would keep its pipes open. */
static void machine_ended(struct run *run)
{
	int status;

	if (!run->machine.pid || waitpid(run->machine.pid, &status, WNOHANG) != run->machine.pid)
		return;
	run->machine.pid = 0;
	machine_kill(&run->machine);
}

void read_signal(struct run *run)
{
	struct signalfd_siginfo info;

	if (read(run->signals, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		machine_ended(run);
		break;
	case SIGWINCH:
		send_size(run);
		break;
	default:
		run->signal = info.ssi_signo;
	}
}

static bool over(const struct run *run)
{
	return run->signal || (run->link.closed && run->log < 0 && run->errors < 0);
}

enum {
	WATCH_SIGNALS,
	WATCH_LINK,
	WATCH_LOG,
	WATCH_ERRORS,
	WATCH_INPUT,
	WATCH_OUTPUT,
	WATCH_ERROR,
	NR_WATCHES,
};

/* A log that is shown is read no faster than its reader reads. */
static bool log_wanted(const struct run *run)
{
	return !run->klog.show || !sink_is_full(&run->error);
}

static void watch(struct run *run, struct pollfd *watches)
{
	struct pollfd now[NR_WATCHES] = {
		[WATCH_SIGNALS] = { run->signals, POLLIN, 0 },
		[WATCH_LINK] = { run->link.closed ? -1 : run->link.fd, POLLIN, 0 },
		[WATCH_LOG] = { log_wanted(run) ? run->log : -1, POLLIN, 0 },
		[WATCH_ERRORS] = { run->errors, POLLIN, 0 },
		[WATCH_INPUT] = { input_wanted(run) ? STDIN_FILENO : -1, POLLIN, 0 },
		[WATCH_OUTPUT] = { -1, POLLOUT, 0 },
		[WATCH_ERROR] = { -1, POLLOUT, 0 },
	};

	if (link_waits(&run->link))
		now[WATCH_LINK].events |= POLLOUT;
	if (buffer_length(&run->output.data))
		now[WATCH_OUTPUT].fd = run->output.fd;
	if (buffer_length(&run->error.data))
		now[WATCH_ERROR].fd = run->error.fd;
	memcpy(watches, now, sizeof(now));
}

static void serve(struct run *run, const struct pollfd *watches)
{
	if (watches[WATCH_SIGNALS].revents)
		read_signal(run);
	if (watches[WATCH_LOG].revents)
		read_log(run);
	if (watches[WATCH_ERRORS].revents)
		read_errors(run);
	if (watches[WATCH_LINK].revents & (POLLIN | POLLHUP | POLLERR)) {
		link_fill(&run->link);
		take_frames(run);
	}
	if (watches[WATCH_INPUT].revents)
		input_read(run);
	if (watches[WATCH_OUTPUT].revents)
		sink_write(run, &run->output);
	if (watches[WATCH_ERROR].revents)
		sink_write(run, &run->error);
	link_flush(&run->link);
}

static void pass_on(struct run *run)
{
	struct pollfd watches[NR_WATCHES];
	int n;

	while (!over(run)) {
		watch(run, watches);
		n = poll(watches, NR_WATCHES, poll_time(run));
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0)
			serve(run, watches);
		if (time_left(run))
			continue;
		/* A machine that is done and does not go off has its status. */
		if (!run->bye && !left_on(&run->deadline))
			run->trouble = STATUS_TIMEOUT;
		break;
	}
}

static void close_link(struct run *run)
{
	const int files[] = { run->link.fd, run->log, run->errors };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i] >= 0)
			close(files[i]);
	free(run->link.in.data);
	free(run->link.out.data);
	free(run->error_text.data);
	memset(&run->link, 0, sizeof(run->link));
	memset(&run->error_text, 0, sizeof(run->error_text));
}

/* Returns whether the machine is to be started again, and in another way. */
static bool other_way(struct run *run)
{
	const struct backend *backend = run->machine.backend;

	return !run->signal && !run->trouble && !run->klog.lines && backend->other_way &&
	       backend->other_way(&run->machine);
}

static void run_machine(struct run *run)
{
	run->link.window = LINE_WINDOW;
	machine_start(&run->machine, &run->link.fd, &run->log, &run->errors);
	if (run->machine.backend->other_way)
		set_clock(&run->patience, PATIENCE_SECONDS);
	pass_on(run);
	run->patience = (struct timespec) {};
	machine_kill(&run->machine);
}

static void watch_signals(struct run *run)
{
	static const int watched[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, SIGWINCH };
	struct sigaction action;
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(watched); i++) {
		/* What nohup ignores stays so. */
		if (!sigaction(watched[i], NULL, &action) && action.sa_handler == SIG_IGN &&
		    watched[i] != SIGCHLD)
			continue;
		signal(watched[i], SIG_DFL);
		sigaddset(&set, watched[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	run->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->signals < 0)
		die(STATUS_SETUP, "signals cannot be watched: %s", strerror(errno));
}

/* A closed one must not become one of our pipes. */
static void open_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static const struct backend *find_backend(const char *name)
{
	const struct backend *const all[] = { &uml_backend, &x86_64_backend, &arm64_backend };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i] && !strcmp(all[i]->name, name))
			return all[i];
	die(STATUS_SETUP, "--machine %s: there is uml, x86_64 and arm64", name);
}

static void prepare(struct run *run)
{
	struct machine *machine = &run->machine;

	machine->opt = &run->opt;
	machine->backend = find_backend(run->opt.machine);
	machine_find(machine);
	plan_dirs(machine);
	if (!machine->backend->check(machine))
		exit(STATUS_SETUP);
	logs_open(run);
	run->terminal = !run->opt.each && terminal_ours();
	/* Of several programs, none has the input. */
	run->input_ended = run->opt.each;
}

static int run_options(struct run *run)
{
	struct machine *machine = &run->machine;
	int status;

	open_standard_files();
	prepare(run);
	watch_signals(run);
	sinks_open(run);
	machine_make_scratch(machine);
	if (run->opt.timeout)
		set_clock(&run->deadline, run->opt.timeout);
	run_machine(run);
	while (other_way(run)) {
		close_link(run);
		run_machine(run);
	}
	machine_remove_scratch(machine);
	terminal_restore();
	sink_flush(run, &run->output);
	sink_flush(run, &run->error);
	klog_end(&run->klog);
	status = run_verdict(run);
	sink_flush(run, &run->error);
	return run->signal ? 128 + run->signal : status;
}

static bool parse(struct options *options, int argc, char **argv)
{
	options->shell = !strcmp(argv[0], "shell");
	if (!options_parse(options, argc, argv))
		return false;
	if (options->shell && options->program[0])
		die(STATUS_SETUP, "shell takes no program; 'iommu-mock run' does");
	if (options->shell && options->each)
		die(STATUS_SETUP, "shell is one program, and --each is for several");
	if (!options->shell && !options->program[0])
		die(STATUS_SETUP, "there is no program to run; see 'iommu-mock help run'");
	return true;
}

static int help(const struct options *options)
{
	options_help(options);
	return 0;
}

/* A directory that was given needs nothing of the tree. */
int cmd_needs(int argc, char **argv)
{
	struct options options = {};

	if (argc < 2 || (strcmp(argv[1], "run") && strcmp(argv[1], "shell")))
		return 0;
	if (!parse(&options, argc - 1, argv + 1) || options.home ||
	    getenv("IOMMU_MOCK_HOME") || strchr(options.kernel, '/'))
		return 0;
	printf("%s %s\n", strcmp(options.machine, "uml") ? options.machine : options.kernel,
	       options.modules ? "no-modules" : "modules");
	return 0;
}

int cmd_run(int argc, char **argv)
{
	static struct run run;

	if (!parse(&run.opt, argc, argv))
		return help(&run.opt);
	return run_options(&run);
}

/* That of the caller is one of the host's programs, which another root may not have. */
static char *shell_of(const struct machine *machine)
{
	const struct backend *backend = find_backend(machine->opt->machine);
	char *shell = getenv("SHELL");

	if (backend->has_host_root && !backend->has_host_root(machine))
		return "sh";
	return shell && !access(shell, X_OK) ? shell : "/bin/sh";
}

int cmd_shell(int argc, char **argv)
{
	static struct words program;
	static struct run run;

	if (!parse(&run.opt, argc, argv))
		return help(&run.opt);
	run.machine.opt = &run.opt;
	run.machine.backend = find_backend(run.opt.machine);
	words_add(&program, shell_of(&run.machine));
	run.opt.program = program.list;
	return run_options(&run);
}
