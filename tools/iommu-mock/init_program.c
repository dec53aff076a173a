// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program, on pipes or on a pseudo-terminal, and what goes between these and the host.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"
#include "say.h"

/* While events are traced, how often there is a look for more */
#define TRACE_MS 20

/* How long one may take that is on its way out already, such as the end of a pipeline */
#define GRACE_MS 500
#define STEP_MS 10

struct job {
	pid_t pid;
	bool exited;
	int status;
	/* Our ends of its input, output and error; -1: closed. A terminal is all of them. */
	int input, output, error;
	bool terminal;
	struct buffer pending;
	bool input_ended;
};

/* The other ends, which the program gets */
struct ends {
	int input, output, error;
};

static int open_terminal(const struct plan *plan, int *other)
{
	struct winsize window = { .ws_row = plan->size.rows, .ws_col = plan->size.columns };
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (terminal < 0 || grantpt(terminal) || unlockpt(terminal))
		return -1;
	ioctl(terminal, TIOCSWINSZ, &window);
	*other = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	return *other < 0 ? -1 : terminal;
}

static int open_pipe(int *other, bool into)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	*other = ends[into ? 0 : 1];
	return ends[into ? 1 : 0];
}

static bool open_files(const struct init *init, struct job *job, struct ends *ends)
{
	const struct plan *plan = &init->plan;

	job->terminal = plan->terminal;
	if (plan->terminal) {
		job->input = open_terminal(plan, &ends->input);
		job->output = job->input;
		ends->output = ends->input;
	} else if (plan->each) {
		job->input = -1;
		ends->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
		job->output = open_pipe(&ends->output, false);
	} else {
		job->input = open_pipe(&ends->input, true);
		job->output = open_pipe(&ends->output, false);
	}
	if (plan->error_terminal) {
		job->error = -1;
		ends->error = ends->output;
	} else {
		job->error = open_pipe(&ends->error, false);
	}
	return ends->input >= 0 && ends->output >= 0 && ends->error >= 0;
}

static void unblock(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* Why a program has not begun */
struct failure {
	enum { STEP_FORK, STEP_DIRECTORY, STEP_PROGRAM } step;
	int err;
};

/* After the fork. "answer" is closed by a program that has begun. */
__attribute__((noreturn))
static void become_program(const struct init *init, char **argv, const struct ends *ends,
			   int answer)
{
	struct failure failure = { .step = STEP_PROGRAM };
	sigset_t none;

	setsid();
	if (init->plan.terminal)
		ioctl(ends->input, TIOCSCTTY, 0);
	dup2(ends->input, STDIN_FILENO);
	dup2(ends->output, STDOUT_FILENO);
	dup2(ends->error, STDERR_FILENO);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	clearenv();
	for (size_t i = 0; i < init->env.nr; i++)
		putenv(init->env.list[i]);
	if (!chdir(init->plan.here))
		execvp(argv[0], argv);
	else
		failure.step = STEP_DIRECTORY;
	failure.err = errno;
	if (write(answer, &failure, sizeof(failure)) != sizeof(failure))
		_exit(STATUS_SETUP);
	_exit(STATUS_CANNOT_RUN);
}

/* Returns whether it is one. */
static bool say_failure(struct init *init, const char *name, const struct failure *failure)
{
	const char *why = strerror(failure->err);

	if (!failure->err)
		return false;
	switch (failure->step) {
	case STEP_FORK:
		init_trouble(init, STATUS_SETUP, "no process for the program: %s", why);
		break;
	case STEP_DIRECTORY:
		init_trouble(init, STATUS_SETUP, "%s cannot be entered: %s", init->plan.here, why);
		break;
	case STEP_PROGRAM:
		init_trouble(init, failure->err == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN,
			     "%s cannot be run: %s", name, why);
		break;
	}
	return true;
}

static bool start(struct init *init, struct job *job, char **argv)
{
	struct ends ends = { -1, -1, -1 };
	struct failure failure = {};
	int answer[2];

	if (!open_files(init, job, &ends) || pipe2(answer, O_CLOEXEC)) {
		init_trouble(init, STATUS_SETUP, "no files for the program: %s", strerror(errno));
		return false;
	}
	job->pid = fork();
	if (!job->pid)
		become_program(init, argv, &ends, answer[1]);
	if (job->pid < 0)
		failure = (struct failure) { STEP_FORK, errno };
	close(answer[1]);
	close(ends.input);
	if (ends.output != ends.input)
		close(ends.output);
	if (ends.error != ends.output)
		close(ends.error);
	unblock(job->input);
	unblock(job->output);
	unblock(job->error);
	/* Else it would count as left behind. */
	if (read(answer[0], &failure, sizeof(failure)) == sizeof(failure))
		waitpid(job->pid, NULL, 0);
	close(answer[0]);
	return !say_failure(init, argv[0], &failure);
}

static void close_input(struct job *job)
{
	if (job->input >= 0 && !job->terminal) {
		close(job->input);
		job->input = -1;
	}
}

static void write_input(struct init *init, struct job *job)
{
	ptrdiff_t n = 0;

	if (job->input >= 0)
		n = buffer_write(&job->pending, job->input, LINK_MAX);
	if (n < 0 || job->input < 0) {
		/* It reads no more; the host need not stop. */
		n = buffer_length(&job->pending);
		buffer_taken(&job->pending, n);
		close_input(job);
	}
	if (n)
		link_room(&init->link, STREAM_INPUT, n);
	if (job->input_ended && !buffer_length(&job->pending))
		close_input(job);
}

static void close_output(struct job *job, int *fd)
{
	if (*fd < 0)
		return;
	if (job->terminal && fd == &job->output)
		job->input = -1;
	close(*fd);
	*fd = -1;
}

/* Returns whether something came. */
static bool read_output(struct init *init, struct job *job, int *fd, enum link_stream stream)
{
	static char data[32768];
	size_t most = sizeof(data);
	ssize_t n;

	if (*fd < 0 || !init->room[stream])
		return false;
	if (most > init->room[stream])
		most = init->room[stream];
	n = read(*fd, data, most);
	if (n > 0) {
		init->room[stream] -= n;
		link_send(&init->link, LINK_OUTPUT, stream, data, n);
	} else if (!n || (errno != EAGAIN && errno != EINTR)) {
		close_output(job, fd);
	}
	return n > 0;
}

static void set_size(const struct job *job, const struct link_frame *frame)
{
	struct link_size size;
	struct winsize window = {};

	if (!job->terminal || frame->length != sizeof(size))
		return;
	memcpy(&size, frame->data, sizeof(size));
	window.ws_row = size.rows;
	window.ws_col = size.columns;
	ioctl(job->output, TIOCSWINSZ, &window);
}

static void take_frame(struct init *init, struct job *job, const struct link_frame *frame)
{
	uint32_t bytes;

	switch (frame->type) {
	case LINK_INPUT:
		buffer_add(&job->pending, frame->data, frame->length);
		break;
	case LINK_INPUT_END:
		job->input_ended = true;
		break;
	case LINK_ROOM:
		if (frame->length != sizeof(bytes))
			break;
		memcpy(&bytes, frame->data, sizeof(bytes));
		init->room[frame->stream] += bytes;
		break;
	case LINK_SIZE:
		set_size(job, frame);
		break;
	case LINK_GONE:
		close_output(job, frame->stream == STREAM_OUTPUT ? &job->output : &job->error);
		break;
	default:
		break;
	}
}

static void reap(struct init *init, struct job *job)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(init->signals, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != job->pid)
			continue;
		job->exited = true;
		job->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

static void serve(struct init *init, struct job *job, int timeout)
{
	struct link_frame frame;
	struct pollfd watches[] = {
		{ init->link.fd, POLLIN, 0 },
		{ init->signals, POLLIN, 0 },
		{ init->room[STREAM_OUTPUT] ? job->output : -1, POLLIN, 0 },
		{ init->room[STREAM_ERROR] ? job->error : -1, POLLIN, 0 },
		{ buffer_length(&job->pending) ? job->input : -1, POLLOUT, 0 },
	};

	if (buffer_length(&init->link.out))
		watches[0].events |= POLLOUT;
	poll(watches, ARRAY_SIZE(watches), timeout);
	if (watches[0].revents & POLLIN)
		link_fill(&init->link);
	while (link_next(&init->link, &frame))
		take_frame(init, job, &frame);
	if (watches[2].revents)
		read_output(init, job, &job->output, STREAM_OUTPUT);
	if (watches[3].revents)
		read_output(init, job, &job->error, STREAM_ERROR);
	if (job->input_ended || buffer_length(&job->pending))
		write_input(init, job);
	trace_read(init);
	if (watches[1].revents)
		reap(init, job);
	link_flush(&init->link);
}

/* Whoever could still write is dead. */
static void drain(struct init *init, struct job *job)
{
	while ((job->output >= 0 || job->error >= 0) && !init->link.closed)
		serve(init, job, -1);
}

/* What there is now; processes of the program's live on. */
static void drain_some(struct init *init, struct job *job)
{
	while (read_output(init, job, &job->output, STREAM_OUTPUT) ||
	       read_output(init, job, &job->error, STREAM_ERROR))
		init_flush(init);
}

static void wait_for_others(struct init *init, struct job *job)
{
	unsigned int waited;

	for (waited = 0; waited < GRACE_MS && processes_left(); waited += STEP_MS)
		serve(init, job, STEP_MS);
}

static void send_status(struct init *init, int status)
{
	char *text = form("%d", status);

	link_send(&init->link, LINK_STATUS, STREAM_OUTPUT, text, strlen(text));
	init_flush(init);
	free(text);
}

static void run_job(struct init *init, struct job *job)
{
	while (!job->exited && !init->link.closed)
		serve(init, job, init->trace >= 0 ? TRACE_MS : -1);
	if (init->plan.stay) {
		/* The machine goes off with all that is in it. */
		drain_some(init, job);
		return;
	}
	wait_for_others(init, job);
	if (processes_end()) {
		drain(init, job);
	} else {
		init_trouble(init, STATUS_LEAK, "the program has processes that do not die");
		drain_some(init, job);
	}
}

void program_run(struct init *init, char **argv)
{
	struct job job = { .input = -1, .output = -1, .error = -1 };
	const char *name = init->plan.each ? argv[2] : argv[0];

	link_send(&init->link, LINK_BEGIN, STREAM_OUTPUT, name, strlen(name));
	link_room(&init->link, STREAM_INPUT, INPUT_WINDOW);
	/* The kernel may die of the program before there is another occasion. */
	init_flush(init);
	if (start(init, &job, argv)) {
		run_job(init, &job);
		send_status(init, job.status);
	} else {
		send_status(init, STATUS_SETUP);
	}
	close_input(&job);
	close_output(&job, &job.output);
	close_output(&job, &job.error);
	free(job.pending.data);
}
