// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machines that QEMU emulates: which there are, what they need of the host, and
 * QEMU's command line.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "machine.h"
#include "qemu.h"
#include "say.h"

/* Slots of a root bus that are left for directories */
#define DIRS_MAX	24

/*
 * EL2 is emulated, and AMD's extensions are part of any emulated processor, so that
 * there is a /dev/kvm inside. Real processors decide for themselves.
 */
static const struct board boards[] = {
	{ "x86_64", "x86_64", EM_X86_64, "qemu-system-x86_64", "bzImage", "ttyS0",
	  "q35,smm=off", "" },
	{ "arm64", "aarch64", EM_AARCH64, "qemu-system-aarch64", "Image", "ttyAMA0",
	  "virt,gic-version=3", ",virtualization=on" },
};

static const struct board *board_of(const struct machine *machine)
{
	return &boards[strcmp(machine->backend->name, "arm64") ? 0 : 1];
}

bool board_is_host(const struct board *board)
{
	struct utsname uts;

	return !uname(&uts) && !strcmp(uts.machine, board->host);
}

const char *qemu_root(const struct machine *machine, const struct board *board)
{
	if (machine->opt->root)
		return machine->opt->root;
	return board_is_host(board) ? "/" : NULL;
}

/* The one that was asked for, that beside the kernel, or the first in PATH */
static char *find_qemu(const struct machine *machine, const struct board *board)
{
	char *list, *rest, *dir, *path;

	if (machine->opt->qemu)
		return copy_string(machine->opt->qemu);
	path = form("%s/qemu", machine->kernel);
	list = copy_string(getenv("PATH") ?: "");
	rest = list;
	while (path && access(path, X_OK)) {
		free(path);
		dir = strsep(&rest, ":");
		path = dir ? form("%s/%s", dir, board->qemu) : NULL;
	}
	free(list);
	return path;
}

static bool can_kvm(const struct board *board)
{
	int kvm;

	if (!board_is_host(board))
		return false;
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		return false;
	close(kvm);
	return true;
}

static bool use_kvm(const struct machine *machine, const struct board *board)
{
	if (machine->opt->accel)
		return !strcmp(machine->opt->accel, "kvm");
	return !machine->emulated && can_kvm(board);
}

/*
 * There are hosts whose KVM runs the guests that it was made for and no others: those
 * stand still in their first instructions.
 */
static bool qemu_other_way(struct machine *machine)
{
	if (machine->opt->accel || !use_kvm(machine, board_of(machine)))
		return false;
	say("the KVM of this host does not start the kernel; %s",
	    "QEMU emulates it now, as it does at once with --accel tcg");
	machine->emulated = true;
	return true;
}

static bool check_accel(const struct machine *machine, const struct board *board)
{
	const char *accel = machine->opt->accel;

	if (!accel || !strcmp(accel, "tcg"))
		return true;
	if (strcmp(accel, "kvm")) {
		say("--accel %s: there are kvm and tcg", accel);
		return false;
	}
	if (!can_kvm(board))
		say("--accel kvm: there is no /dev/kvm here that an %s machine can use",
		    board->name);
	return can_kvm(board);
}

static bool check_cpus(const struct machine *machine)
{
	char *most = kernel_config(machine, "CONFIG_NR_CPUS");
	bool enough = most && machine->opt->cpus <= strtoul(most, NULL, 10);

	if (!enough)
		say("--smp %lu: that kernel has at most %s processors", machine->opt->cpus,
		    most ?: "1");
	free(most);
	return enough;
}

static bool check_dirs(const struct machine *machine)
{
	if (machine->dirs.nr <= DIRS_MAX)
		return true;
	say("a machine of QEMU can have %d directories of the host, not %zu", DIRS_MAX,
	    machine->dirs.nr);
	return false;
}

static bool check_files(const struct machine *machine, const struct board *board)
{
	char *kernel = form("%s/%s", machine->kernel, board->kernel);
	char *qemu = find_qemu(machine, board);
	bool there = false;

	if (access(kernel, R_OK))
		say("there is no kernel %s for --machine %s", kernel, board->name);
	else if (!qemu)
		say("--machine %s needs %s, which is not in PATH; --qemu names one", board->name,
		    board->qemu);
	else if (access(qemu, X_OK))
		say("%s cannot be run", qemu);
	else
		there = true;
	free(kernel);
	free(qemu);
	return there;
}

static bool check_root(const struct machine *machine)
{
	if (!machine->opt->root || !access(machine->opt->root, R_OK | X_OK))
		return true;
	say("--root %s is no directory that can be read", machine->opt->root);
	return false;
}

static bool qemu_check(struct machine *machine)
{
	const struct board *board = board_of(machine);

	return check_files(machine, board) && check_accel(machine, board) &&
	       check_cpus(machine) && check_dirs(machine) && check_root(machine) &&
	       qemu_check_program(machine, board);
}

static bool qemu_has_host_root(const struct machine *machine)
{
	const char *root = qemu_root(machine, board_of(machine));

	return root && !strcmp(root, "/");
}

static void add_board(struct machine *machine, const struct board *board)
{
	static const char * const nothing_else[] = {
		"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", NULL,
	};
	bool kvm = use_kvm(machine, board);
	struct words *argv = &machine->argv;
	size_t i;

	words_add(argv, "-M");
	words_form(argv, "%s%s", board->type, kvm ? "" : board->emulated);
	words_add(argv, "-accel");
	words_add(argv, kvm ? "kvm" : "tcg");
	words_add(argv, "-cpu");
	words_add(argv, kvm ? "host" : "max");
	words_add(argv, "-smp");
	words_form(argv, "%lu", machine->opt->cpus);
	words_add(argv, "-m");
	words_form(argv, "%luM", machine->opt->memory);
	for (i = 0; nothing_else[i]; i++)
		words_add(argv, nothing_else[i]);
}

/* A comma in a value of QEMU's is written twice. */
static char *escape(const char *text)
{
	char *escaped = grab(2 * strlen(text) + 1), *to = escaped;

	do {
		if (*text == ',')
			*to++ = ',';
		*to++ = *text;
	} while (*text++);
	return escaped;
}

static void add_dir(struct words *argv, const char *path, const char *tag, bool readonly)
{
	char *escaped = escape(path);

	words_add(argv, "-fsdev");
	words_form(argv, "local,id=%s,path=%s,security_model=none,multidevs=remap%s", tag, escaped,
		   readonly ? ",readonly=on" : "");
	words_add(argv, "-device");
	words_form(argv, "virtio-9p-pci,fsdev=%s,mount_tag=%s", tag, tag);
	free(escaped);
}

static void add_dirs(struct machine *machine, const struct board *board)
{
	const char *root = qemu_root(machine, board), *dir;
	char *tag;
	size_t i;

	if (root)
		add_dir(&machine->argv, root, QEMU_ROOT_TAG, true);
	for (i = 0; i < machine->dirs.nr; i++) {
		tag = form(QEMU_DIR_TAG, i);
		dir = machine->dirs.list[i];
		add_dir(&machine->argv, strchr(dir, '/'), tag, !strncmp(dir, "ro", 2));
		free(tag);
	}
}

/* The kernel's arguments are one of QEMU's. */
static char *join(const struct words *words)
{
	char *text = copy_string(""), *longer;
	size_t i;

	for (i = 0; i < words->nr; i++) {
		longer = form("%s%s%s", text, i ? " " : "", words->list[i]);
		free(text);
		text = longer;
	}
	return text;
}

static void add_kernel(struct machine *machine, const struct board *board)
{
	struct words *argv = &machine->argv, arguments = { NULL, 0 };

	words_form(&arguments, "console=%s", board->console);
	words_add(&arguments, "IOMMU_MOCK_LINK=" QEMU_PORT);
	words_form(&arguments, "IOMMU_MOCK_MACHINE=%s", board->name);
	machine_arguments(machine, &arguments);

	words_add(argv, "-kernel");
	words_form(argv, "%s/%s", machine->kernel, board->kernel);
	words_add(argv, "-initrd");
	words_form(argv, "/proc/self/fd/%d", qemu_make_initrd(machine, board));
	words_add(argv, "-append");
	words_take(argv, join(&arguments));
}

static void add_lines(struct machine *machine)
{
	struct words *argv = &machine->argv;

	words_add(argv, "-chardev");
	words_form(argv, "file,id=log,path=/proc/self/fd/%d", machine->log_fd);
	words_add(argv, "-serial");
	words_add(argv, "chardev:log");
	words_add(argv, "-device");
	words_add(argv, "virtio-serial-pci");
	words_add(argv, "-chardev");
	words_form(argv, "socket,id=link,fd=%d", machine->link_fd);
	words_add(argv, "-device");
	words_add(argv, "virtserialport,chardev=link,name=" QEMU_PORT);
}

static void qemu_command(struct machine *machine)
{
	const struct board *board = board_of(machine);

	words_take(&machine->argv, find_qemu(machine, board));
	add_board(machine, board);
	add_kernel(machine, board);
	add_lines(machine);
	add_dirs(machine, board);
	words_form(&machine->env, "PATH=%s", getenv("PATH") ?: "/usr/bin:/bin");
}

const struct backend x86_64_backend = {
	.name = "x86_64",
	.check = qemu_check,
	.has_host_root = qemu_has_host_root,
	.command = qemu_command,
	.other_way = qemu_other_way,
};

const struct backend arm64_backend = {
	.name = "arm64",
	.check = qemu_check,
	.has_host_root = qemu_has_host_root,
	.command = qemu_command,
	.other_way = qemu_other_way,
};
