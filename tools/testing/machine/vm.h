/* SPDX-License-Identifier: GPL-2.0-only */
/* A virtual machine of KVM with one processor and a little memory */
#ifndef MACHINE_VM_H
#define MACHINE_VM_H

#include <stddef.h>
#include <stdint.h>
#include <linux/kvm.h>

/* Where the guest's memory is, for itself, and where in it its code begins */
#define VM_GPA		0x0ull
#define VM_SIZE		0x200000ull
#define VM_CODE		0x1000ull
/* Where its code stores VM_WORD */
#define VM_DATA		0x4000ull
#define VM_WORD		0x6d6f636bu
/* What it then says to a device that the VMM would emulate */
#define VM_SIGNAL	0x2au

/**
 * struct vm - a virtual machine
 * @kvm: /dev/kvm
 * @fd: the machine
 * @vcpu: its processor
 * @vfio: its list of VFIO devices
 * @run: what the processor shares with us, @run_size bytes
 * @run_size: size of @run
 * @memory: VM_SIZE bytes at VM_GPA
 */
struct vm {
	int kvm, fd, vcpu, vfio;
	struct kvm_run *run;
	size_t run_size;
	uint8_t *memory;
};

/* Return 0 or a negative errno */
int vm_open(struct vm *vm);
/* Runs until the next exit, which is in @vm->run */
int vm_run(struct vm *vm);
/* KVM is told of a VFIO device before it is bound */
int vm_add_device(struct vm *vm, int device);
void vm_close(struct vm *vm);

/*
 * What differs between architectures: the processor is put at the beginning of the
 * code, which stores VM_WORD at VM_DATA, says VM_SIGNAL and ends.
 */
extern const uint8_t vm_code[], vm_code_end[];
int vm_set_up_cpu(struct vm *vm);
/* Is the exit the one of VM_SIGNAL; is it the one of the end? */
int vm_is_signal(const struct kvm_run *run);
int vm_is_end(const struct kvm_run *run);

#endif /* MACHINE_VM_H */
