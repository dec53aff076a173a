// SPDX-License-Identifier: GPL-2.0-only
/*
 * In a guest: registers of a PCI function that no driver has
 *
 * usage: bar ADDRESS [OFFSET VALUE]...	writes them
 *	  bar ADDRESS OFFSET		prints one
 *
 * The function is enabled first, and may read and write memory then. Registers have 32
 * bits, and are those of BAR 0.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/pci_regs.h>

static int open_file(const char *address, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", address, name);
	fd = open(path, O_RDWR | O_SYNC);
	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static void enable(const char *address)
{
	uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	int config = open_file(address, "config");

	if (pwrite(config, &command, sizeof(command), PCI_COMMAND) != sizeof(command)) {
		perror("PCI command");
		exit(1);
	}
	close(config);
}

int main(int argc, char **argv)
{
	volatile uint32_t *bar;
	int i, fd;

	if (argc < 2 || (argc % 2 && argc != 3))
		return 2;
	enable(argv[1]);
	fd = open_file(argv[1], "resource0");
	bar = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bar == MAP_FAILED) {
		perror("BAR 0");
		return 1;
	}
	if (argc == 3) {
		printf("0x%08x\n", bar[strtoul(argv[2], NULL, 0) / 4]);
		return 0;
	}
	for (i = 2; i < argc; i += 2)
		bar[strtoul(argv[i], NULL, 0) / 4] = strtoul(argv[i + 1], NULL, 0);
	return 0;
}
