// SPDX-License-Identifier: GPL-2.0-only
/* A virtual machine of KVM: what is the same on every architecture */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vm.h"

static int vm_map_memory(struct vm *vm)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = VM_GPA,
		.memory_size = VM_SIZE,
	};

	vm->memory = mmap(NULL, VM_SIZE, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vm->memory == MAP_FAILED)
		return -errno;
	region.userspace_addr = (uintptr_t)vm->memory;
	memcpy(vm->memory + VM_CODE, vm_code, vm_code_end - vm_code);
	if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region))
		return -errno;
	return 0;
}

static int vm_make_cpu(struct vm *vm)
{
	int size;

	vm->vcpu = ioctl(vm->fd, KVM_CREATE_VCPU, 0);
	if (vm->vcpu < 0)
		return -errno;
	size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < 0)
		return -errno;
	vm->run_size = size;
	vm->run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		       vm->vcpu, 0);
	if (vm->run == MAP_FAILED)
		return -errno;
	return vm_set_up_cpu(vm);
}

static int vm_make_list(struct vm *vm)
{
	struct kvm_create_device create = { .type = KVM_DEV_TYPE_VFIO };

	if (ioctl(vm->fd, KVM_CREATE_DEVICE, &create))
		return -errno;
	vm->vfio = create.fd;
	return 0;
}

int vm_open(struct vm *vm)
{
	int rc;

	*vm = (struct vm){
		.fd = -1, .vcpu = -1, .vfio = -1,
		.run = MAP_FAILED, .memory = MAP_FAILED,
	};
	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm < 0)
		return -errno;
	if (ioctl(vm->kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return -EPROTO;
	vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return -errno;
	rc = vm_map_memory(vm) ?: vm_make_cpu(vm);
	return rc ?: vm_make_list(vm);
}

int vm_run(struct vm *vm)
{
	while (ioctl(vm->vcpu, KVM_RUN, 0)) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int vm_add_device(struct vm *vm, int device)
{
	struct kvm_device_attr attr = {
		.group = KVM_DEV_VFIO_FILE,
		.attr = KVM_DEV_VFIO_FILE_ADD,
		.addr = (uintptr_t)&device,
	};

	return ioctl(vm->vfio, KVM_SET_DEVICE_ATTR, &attr) ? -errno : 0;
}

void vm_close(struct vm *vm)
{
	if (vm->run != MAP_FAILED)
		munmap(vm->run, vm->run_size);
	if (vm->memory != MAP_FAILED)
		munmap(vm->memory, VM_SIZE);
	if (vm->vfio >= 0)
		close(vm->vfio);
	if (vm->vcpu >= 0)
		close(vm->vcpu);
	if (vm->fd >= 0)
		close(vm->fd);
	if (vm->kvm >= 0)
		close(vm->kvm);
}
