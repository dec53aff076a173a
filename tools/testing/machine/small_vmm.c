// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM in small: a virtual machine of KVM and a VFIO device for it
 *
 * The guest writes a word into its memory, says so and ends; then the device copies
 * the word, by the addresses of the guest's memory. Each device of
 * $IOMMU_MOCK_DEVICES has its turn. Ends with status 1 at the first thing that is
 * not as it should be.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dualstage_raw.h>

#include "ep.h"
#include "vdev.h"
#include "vm.h"

/* Where the device puts its copy */
#define COPY	(VM_DATA + 0x1000)

static void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2),
						      noreturn));
static void fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("small_vmm: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void check(int rc, const char *what)
{
	if (rc)
		fail("%s: %s", what, strerror(-rc));
}

static uint32_t word_at(const struct vm *vm, uint64_t gpa)
{
	uint32_t word;

	memcpy(&word, vm->memory + (gpa - VM_GPA), sizeof(word));
	return word;
}

static void run_guest(struct vm *vm)
{
	check(vm_run(vm), "the guest does not run");
	if (!vm_is_signal(vm->run))
		fail("exit %u where the guest speaks", vm->run->exit_reason);
	if (word_at(vm, VM_DATA) != VM_WORD)
		fail("the guest's memory has 0x%x", word_at(vm, VM_DATA));
	printf("guest: exit %u, it said 0x%x\n", vm->run->exit_reason, VM_SIGNAL);
	check(vm_run(vm), "the guest does not go on");
	if (!vm_is_end(vm->run))
		fail("exit %u where the guest ends", vm->run->exit_reason);
	printf("guest: exit %u, its end\n", vm->run->exit_reason);
}

/* Before it is bound, as KVM wants it */
static void tell_kvm(struct vm *vm, const char *path)
{
	int device = open(path, O_RDWR | O_CLOEXEC);

	if (device < 0)
		fail("%s: %s", path, strerror(errno));
	check(vm_add_device(vm, device), "KVM does not take the device");
	close(device);
}

static void use_device(struct vm *vm, const char *path)
{
	uint32_t ioas;
	struct vdev v;
	int iommufd;

	tell_kvm(vm, path);
	memset(vm->memory + COPY, 0, sizeof(VM_WORD));
	iommufd = dsi_open();
	if (iommufd < 0)
		fail("/dev/iommu: %s", strerror(-iommufd));
	check(vdev_open(&v, strrchr(path, '/') + 1, iommufd), path);
	check(dsi_ioas_alloc(iommufd, &ioas), "an IOAS");
	check(dsi_ioas_map(iommufd, ioas, vm->memory, VM_SIZE, VM_GPA, DSI_RW),
	      "the guest's memory for the device");
	check(vdev_attach_id(&v, ioas), "attaching the device");
	check(vdev_enable(&v, PCI_CMD_MEMORY | PCI_CMD_MASTER), "bus mastering");
	check(ep_copy(&v, VM_DATA, COPY, sizeof(VM_WORD), NULL), "DMA");
	if (word_at(vm, COPY) != VM_WORD)
		fail("the device has copied 0x%x", word_at(vm, COPY));
	printf("%s: copied the guest's word\n", path);
	vdev_close(&v);
	close(iommufd);
}

int main(void)
{
	char *devices = getenv("IOMMU_MOCK_DEVICES"), *path;
	struct vm vm;

	check(vm_open(&vm), "no virtual machine");
	run_guest(&vm);
	devices = strdup(devices ?: "");
	for (path = strtok(devices, " "); path; path = strtok(NULL, " "))
		use_device(&vm, path);
	free(devices);
	vm_close(&vm);
	return 0;
}
