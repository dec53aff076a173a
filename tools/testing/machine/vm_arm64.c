// SPDX-License-Identifier: GPL-2.0-only
/* A virtual machine of KVM: a processor of arm64 at EL1, without an MMU */
#include <assert.h>
#include <errno.h>
#include <sys/ioctl.h>

#include "vm.h"

/* The address by which the guest speaks; it has no memory there */
#define DOORBELL	0x20000000ull

static_assert(VM_DATA == 0x4000 && VM_WORD == 0x6d6f636b && VM_SIGNAL == 0x2a &&
	      DOORBELL == 0x20000000,
	      "they are spelled out below");

/* The end is a call of PSCI: SYSTEM_OFF, 0x84000008. */
asm(".pushsection .rodata\n"
	".balign 4\n"
	".globl vm_code, vm_code_end\n"
	"vm_code:\n"
	"	mov	x0, #0x4000\n"
	"	mov	w1, #0x636b\n"
	"	movk	w1, #0x6d6f, lsl #16\n"
	"	str	w1, [x0]\n"
	"	mov	x0, #0x20000000\n"
	"	mov	w1, #0x2a\n"
	"	str	w1, [x0]\n"
	"	mov	w0, #0x0008\n"
	"	movk	w0, #0x8400, lsl #16\n"
	"	hvc	#0\n"
	"vm_code_end:\n"
	".popsection\n");

int vm_set_up_cpu(struct vm *vm)
{
	uint64_t pc = VM_CODE;
	struct kvm_one_reg reg = {
		.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
		      KVM_REG_ARM_CORE_REG(regs.pc),
		.addr = (uintptr_t)&pc,
	};
	struct kvm_vcpu_init init;

	if (ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, &init))
		return -errno;
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (ioctl(vm->vcpu, KVM_ARM_VCPU_INIT, &init) ||
	    ioctl(vm->vcpu, KVM_SET_ONE_REG, &reg))
		return -errno;
	return 0;
}

int vm_is_signal(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_MMIO && run->mmio.is_write &&
	       run->mmio.phys_addr == DOORBELL && run->mmio.len == 4 &&
	       *(const uint32_t *)run->mmio.data == VM_SIGNAL;
}

int vm_is_end(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_SYSTEM_EVENT &&
	       run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN;
}
