// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other people's programs find in the kernel of "iommu-mock run", each used once.
 * Prints what does not work, and fails if anything does not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A byte goes from one file to another. */
static bool passes(int from, int to)
{
	char byte = 'x', back = 0;

	return write(from, &byte, 1) == 1 && read(to, &back, 1) == 1 && back == byte;
}

static bool socket_pair(void)
{
	int ends[2];

	return !socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) && passes(ends[0], ends[1]);
}

/* A server and a client at an address of its own family; the port may be the kernel's. */
static bool connects(struct sockaddr *address, socklen_t length)
{
	int server = socket(address->sa_family, SOCK_STREAM, 0);
	int client = socket(address->sa_family, SOCK_STREAM, 0);
	int accepted;

	if (bind(server, address, length) || listen(server, 1))
		return false;
	if (address->sa_family != AF_UNIX && getsockname(server, address, &length))
		return false;
	if (address->sa_family == AF_VSOCK)
		((struct sockaddr_vm *)address)->svm_cid = VMADDR_CID_LOCAL;
	if (connect(client, address, length))
		return false;
	accepted = accept(server, NULL, NULL);
	return accepted >= 0 && passes(client, accepted) && passes(accepted, client);
}

static bool unix_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/tmp/socket" };

	return connects((struct sockaddr *)&address, sizeof(address));
}

static bool tcp_v4(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connects((struct sockaddr *)&address, sizeof(address));
}

static bool tcp_v6(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	address.sin6_addr = in6addr_loopback;
	return connects((struct sockaddr *)&address, sizeof(address));
}

static bool vsock(void)
{
	struct sockaddr_vm address = {
		.svm_family = AF_VSOCK,
		.svm_cid = VMADDR_CID_ANY,
		.svm_port = VMADDR_PORT_ANY,
	};

	return connects((struct sockaddr *)&address, sizeof(address));
}

static bool pseudo_terminal(void)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), other;

	if (terminal < 0 || grantpt(terminal) || unlockpt(terminal))
		return false;
	other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	return isatty(other) && passes(other, terminal);
}

static bool waits_for(int fd)
{
	struct epoll_event event = { .events = EPOLLIN }, got;
	int epoll = epoll_create1(0);

	return fd >= 0 && !epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) &&
	       epoll_wait(epoll, &got, 1, 2000) == 1;
}

static bool event_fd(void)
{
	return waits_for(eventfd(1, 0));
}

static bool timer_fd(void)
{
	struct itimerspec soon = { .it_value.tv_nsec = 1000000 };
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	return !timerfd_settime(fd, 0, &soon, NULL) && waits_for(fd);
}

static bool signal_fd(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	return waits_for(signalfd(-1, &set, 0));
}

static bool memory_fd(void)
{
	int fd = memfd_create("facilities", MFD_ALLOW_SEALING);

	return !ftruncate(fd, 4096) && !fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) &&
	       mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED;
}

static bool user_fault_fd(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, 0);
	void *memory = mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	range.range.start = (unsigned long)memory;
	range.range.len = 4096;
	return !ioctl(fd, UFFDIO_API, &api) && !ioctl(fd, UFFDIO_REGISTER, &range);
}

static bool io_ring(void)
{
	struct io_uring_params params = {};
	int fd = syscall(SYS_io_uring_setup, 4, &params);

	return fd >= 0 && !syscall(SYS_io_uring_enter, fd, 0, 0, 0, NULL, 0);
}

static bool aio(void)
{
	aio_context_t context = 0;
	struct io_event event;
	struct iocb control = { .aio_lio_opcode = IOCB_CMD_PREAD };
	struct iocb *list[] = { &control };
	char data[16];

	control.aio_fildes = open("/proc/self/exe", O_RDONLY);
	control.aio_buf = (unsigned long)data;
	control.aio_nbytes = sizeof(data);
	return !syscall(SYS_io_setup, 4, &context) &&
	       syscall(SYS_io_submit, context, 1, list) == 1 &&
	       syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1 && event.res == 16;
}

/* A filter under which getppid() is refused */
static bool filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };
	int status;

	if (!fork())
		_exit(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) ||
		      syscall(SYS_getppid) != -1 || errno != EXDEV);
	return wait(&status) > 0 && !status;
}

static bool notification(void)
{
	int fd = inotify_init1(0);

	return inotify_add_watch(fd, "/tmp", IN_CREATE) >= 0 &&
	       open("/tmp/created", O_CREAT | O_WRONLY, 0600) >= 0 && waits_for(fd);
}

static bool fuse_device(void)
{
	return open("/dev/fuse", O_RDWR) >= 0;
}

static bool tap_device(void)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI, .ifr_name = "tap0" };

	return !ioctl(open("/dev/net/tun", O_RDWR), TUNSETIFF, &request) && if_nametoindex("tap0");
}

/* Each in a process of its own, since it does not come back */
static bool namespaces(void)
{
	static const int kinds[] = { CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS };
	int status;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!fork())
			_exit(!!unshare(kinds[i]));
		if (wait(&status) < 0 || status)
			return false;
	}
	return true;
}

static bool shared_memory(void)
{
	int fd = shm_open("/facilities", O_CREAT | O_RDWR, 0600);

	return fd >= 0 && !ftruncate(fd, 4096);
}

static const struct {
	const char *name;
	bool (*works)(void);
} facilities[] = {
	{ "socketpair", socket_pair }, { "UNIX socket", unix_socket },
	{ "TCP on 127.0.0.1", tcp_v4 }, { "TCP on ::1", tcp_v6 }, { "vsock loopback", vsock },
	{ "pseudo-terminal", pseudo_terminal }, { "eventfd", event_fd }, { "timerfd", timer_fd },
	{ "signalfd", signal_fd }, { "memfd", memory_fd }, { "userfaultfd", user_fault_fd },
	{ "io_uring", io_ring }, { "AIO", aio }, { "seccomp filter", filter },
	{ "inotify", notification }, { "/dev/fuse", fuse_device }, { "TUN", tap_device },
	{ "namespaces", namespaces }, { "/dev/shm", shared_memory },
};

int main(void)
{
	int failed = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(facilities); i++) {
		errno = 0;
		if (facilities[i].works())
			continue;
		printf("does not work: %s (%s)\n", facilities[i].name, strerror(errno));
		failed++;
	}
	printf("%zu facilities, %d of them do not work\n", ARRAY_SIZE(facilities), failed);
	return !!failed;
}
