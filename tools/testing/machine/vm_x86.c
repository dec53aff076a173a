// SPDX-License-Identifier: GPL-2.0-only
/* A virtual machine of KVM: a processor of x86 in real mode */
#include <assert.h>
#include <errno.h>
#include <sys/ioctl.h>

#include "vm.h"

/* The port by which the guest speaks */
#define PORT	0x10

static_assert(VM_DATA == 0x4000 && VM_WORD == 0x6d6f636b && VM_SIGNAL == 0x2a &&
	      PORT == 0x10,
	      "they are spelled out below");

asm(".pushsection .rodata\n"
	".code16\n"
	".globl vm_code, vm_code_end\n"
	"vm_code:\n"
	"	movl $0x6d6f636b, 0x4000\n"
	"	movb $0x2a, %al\n"
	"	outb %al, $0x10\n"
	"	hlt\n"
	"vm_code_end:\n"
	".code64\n"
	".popsection\n");

int vm_set_up_cpu(struct vm *vm)
{
	struct kvm_regs regs = { .rip = VM_CODE, .rflags = 0x2 };
	struct kvm_sregs sregs;

	if (ioctl(vm->vcpu, KVM_GET_SREGS, &sregs))
		return -errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vm->vcpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(vm->vcpu, KVM_SET_REGS, &regs))
		return -errno;
	return 0;
}

int vm_is_signal(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_IO &&
	       run->io.direction == KVM_EXIT_IO_OUT && run->io.port == PORT &&
	       run->io.size == 1 && run->io.count == 1 &&
	       *((const uint8_t *)run + run->io.data_offset) == VM_SIGNAL;
}

int vm_is_end(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_HLT;
}
