/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: instructions of x86-64 that move between a register and memory */
#ifndef __IOMMU_MOCK_MOV_H
#define __IOMMU_MOCK_MOV_H

#include <linux/types.h>

/* The longest instruction (SDM 2.3.11) */
#define MOCK_MOV_MAX_LEN	15

/* General registers, in the order of their numbers in instructions */
#define MOCK_MOV_NR_REGS	16
#define MOCK_MOV_NO_REG		0xff

/**
 * struct mock_mov - a move
 * @len: bytes of the instruction
 * @bytes: bytes of memory: 1, 2, 4 or 8
 * @store: to memory
 * @constant: what is stored is @value, not a register
 * @value: this
 * @reg: number of the register
 * @shift: bits of it below those that are moved: 8 for AH, CH, DH and BH
 * @reg_bytes: bytes of the register that a load changes; those above 4 become zero
 * @sign: what is loaded is extended by its sign
 * @base: register of the address, or MOCK_MOV_NO_REG
 * @index: register of the address that is multiplied, or MOCK_MOV_NO_REG
 * @scale: by how many bits it is shifted left
 * @next: the address is relative to the next instruction
 * @disp: what is added to the address
 */
struct mock_mov {
	u8 len;
	u8 bytes;
	bool store;
	bool constant;
	u64 value;
	u8 reg;
	u8 shift;
	u8 reg_bytes;
	bool sign;
	u8 base;
	u8 index;
	u8 scale;
	bool next;
	s32 disp;
};

int mock_mov_decode(struct mock_mov *mov, const u8 *code, unsigned int size);
u64 mock_mov_address(const struct mock_mov *mov, const u64 *regs, u64 ip);
u64 mock_mov_stored(const struct mock_mov *mov, const u64 *regs);
void mock_mov_loaded(const struct mock_mov *mov, u64 *regs, u64 val);

#endif /* __IOMMU_MOCK_MOV_H */
