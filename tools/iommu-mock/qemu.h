/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_QEMU_H
#define IOMMU_MOCK_QEMU_H

#include <stdbool.h>

/* What the machine's side calls what it has of the host */
#define QEMU_PORT	"iommu-mock.link"
#define QEMU_ROOT_TAG	"root"
#define QEMU_DIR_TAG	"s%zu"
/* Options of each mount of the host's files */
#define QEMU_9P		"trans=virtio,version=9p2000.L,msize=262144"
/* A directory of the initramfs, if there is a root file system to be mounted on it */
#define QEMU_ROOT_DIR	"/host"
/* Another, if that is not the host's root */
#define QEMU_COVER_DIR	"/cover"

struct machine;

/**
 * struct board - a machine that QEMU emulates
 * @name: what the user calls it
 * @host: what uname() calls such a host
 * @elf: what ELF calls its programs
 * @qemu: QEMU for it
 * @kernel: the kernel in its directory
 * @console: its serial port
 * @type: QEMU's name of the machine
 * @emulated: what is added to @type if the processor is emulated
 */
struct board {
	const char *name, *host;
	unsigned int elf;
	const char *qemu, *kernel, *console, *type, *emulated;
};

/* Is the board's processor the host's? */
bool board_is_host(const struct board *board);
/* The machine's root file system, or NULL if it has the initramfs alone */
const char *qemu_root(const struct machine *machine, const struct board *board);

/* A program that the machine cannot run is refused in a sentence. */
bool qemu_check_program(const struct machine *machine, const struct board *board);

/* An initramfs in memory for the machine, as an open file */
int qemu_make_initrd(const struct machine *machine, const struct board *board);

/* In the machine, by process 1: from the initramfs to its root file system */
void machine_root(void);
/* In the machine: the port of virtio's with that name, or -1 */
int link_open_port(const char *name);

#endif
