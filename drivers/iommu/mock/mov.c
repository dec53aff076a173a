// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: instructions of x86-64 that move between a register and memory
 *
 * What drivers in userspace access registers of a device with: MOV from and to a general
 * register, MOV of a constant, and MOV with zero or sign extension. Others are not
 * known, nor are prefixes that would change what the address is.
 */
#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>

#include "mov.h"

#define PREFIX_OPERAND_SIZE	0x66
#define PREFIX_REX		0x40	/* to 0x4f */
#define REX_W			BIT(3)
#define REX_R			BIT(2)
#define REX_X			BIT(1)
#define REX_B			BIT(0)

#define OP_MOVSXD		0x63
#define OP_STORE_BYTE		0x88
#define OP_STORE		0x89
#define OP_LOAD_BYTE		0x8a
#define OP_LOAD			0x8b
#define OP_CONSTANT_BYTE	0xc6
#define OP_CONSTANT		0xc7
#define OP_TWO_BYTES		0x0f
#define OP2_MOVZX_BYTE		0xb6
#define OP2_MOVZX_WORD		0xb7
#define OP2_MOVSX_BYTE		0xbe
#define OP2_MOVSX_WORD		0xbf

/* Numbers that mean something else in ModRM and SIB */
#define RM_SIB			4
#define RM_NO_BASE		5
#define SIB_NO_INDEX		4

/* An instruction that is being read */
struct mov_code {
	const u8 *bytes;
	unsigned int size;
	unsigned int at;
	u8 rex;
	bool operand16;
	bool short_of;	/* it is longer than what there is of it */
};

/* Little-endian, and its sign extended */
static s64 code_take(struct mov_code *code, unsigned int bytes)
{
	u64 val = 0;
	unsigned int i;

	if (code->size - code->at < bytes) {
		code->short_of = true;
		return 0;
	}
	for (i = 0; i < bytes; i++)
		val |= (u64)code->bytes[code->at++] << i * 8;
	return sign_extend64(val, bytes * 8 - 1);
}

static u8 code_prefixes(struct mov_code *code)
{
	u8 byte = code_take(code, 1);

	while (byte == PREFIX_OPERAND_SIZE && !code->short_of) {
		code->operand16 = true;
		byte = code_take(code, 1);
	}
	if ((byte & 0xf0) == PREFIX_REX) {
		code->rex = byte;
		byte = code_take(code, 1);
	}
	return byte;
}

/* Bytes of an operand whose size the instruction does not say */
static u8 code_operand(const struct mov_code *code)
{
	if (code->rex & REX_W)
		return 8;
	return code->operand16 ? 2 : 4;
}

static int mov_two_bytes(struct mock_mov *mov, struct mov_code *code)
{
	u8 op = code_take(code, 1);

	if (code->short_of)
		return -ENODATA;
	switch (op) {
	case OP2_MOVZX_BYTE:
	case OP2_MOVSX_BYTE:
		mov->bytes = 1;
		break;
	case OP2_MOVZX_WORD:
	case OP2_MOVSX_WORD:
		mov->bytes = 2;
		break;
	default:
		return -EOPNOTSUPP;
	}
	mov->sign = op == OP2_MOVSX_BYTE || op == OP2_MOVSX_WORD;
	return 0;
}

static int mov_opcode(struct mock_mov *mov, struct mov_code *code)
{
	u8 op = code_prefixes(code);

	if (code->short_of)
		return -ENODATA;
	mov->reg_bytes = code_operand(code);
	mov->bytes = mov->reg_bytes;
	switch (op) {
	case OP_TWO_BYTES:
		return mov_two_bytes(mov, code);
	case OP_MOVSXD:
		mov->bytes = 4;
		mov->sign = true;
		return mov->reg_bytes < 4 ? -EOPNOTSUPP : 0;
	case OP_STORE_BYTE:
	case OP_LOAD_BYTE:
	case OP_CONSTANT_BYTE:
		mov->bytes = 1;
		mov->reg_bytes = 1;
		break;
	case OP_STORE:
	case OP_LOAD:
	case OP_CONSTANT:
		break;
	default:
		return -EOPNOTSUPP;
	}
	mov->constant = op == OP_CONSTANT || op == OP_CONSTANT_BYTE;
	mov->store = mov->constant || op == OP_STORE || op == OP_STORE_BYTE;
	return 0;
}

/* Of one byte, 4 to 7 are the second bytes of 0 to 3, unless there is a REX prefix */
static void mov_register(struct mock_mov *mov, const struct mov_code *code, u8 nr)
{
	mov->reg = nr | (code->rex & REX_R ? 8 : 0);
	if (mov->reg_bytes == 1 && !code->rex && nr >= 4) {
		mov->reg = nr - 4;
		mov->shift = 8;
	}
}

static void mov_sib(struct mock_mov *mov, struct mov_code *code)
{
	u8 sib = code_take(code, 1);

	mov->base = (sib & 7) | (code->rex & REX_B ? 8 : 0);
	mov->index = (sib >> 3 & 7) | (code->rex & REX_X ? 8 : 0);
	mov->scale = sib >> 6;
	if (mov->index == SIB_NO_INDEX)
		mov->index = MOCK_MOV_NO_REG;
}

static void mov_memory(struct mock_mov *mov, struct mov_code *code, u8 mod, u8 rm)
{
	unsigned int disp_bytes = mod == 1 ? 1 : mod == 2 ? 4 : 0;

	mov->base = rm | (code->rex & REX_B ? 8 : 0);
	mov->index = MOCK_MOV_NO_REG;
	if (rm == RM_SIB)
		mov_sib(mov, code);
	if (!mod && (mov->base & 7) == RM_NO_BASE) {
		mov->next = rm == RM_NO_BASE;
		mov->base = MOCK_MOV_NO_REG;
		disp_bytes = 4;
	}
	if (disp_bytes)
		mov->disp = code_take(code, disp_bytes);
}

/**
 * mock_mov_decode() - what does an instruction do?
 * @mov: is set to it
 * @code: the instruction, and what follows
 * @size: bytes of that
 *
 * Return: 0; -EOPNOTSUPP if it is no move that is known; -ENODATA if it is longer than
 * @size
 */
int mock_mov_decode(struct mock_mov *mov, const u8 *code, unsigned int size)
{
	struct mov_code c = { .bytes = code, .size = min(size, MOCK_MOV_MAX_LEN) };
	u8 modrm;
	int ret;

	*mov = (struct mock_mov){};
	ret = mov_opcode(mov, &c);
	if (ret)
		return ret;
	modrm = code_take(&c, 1);
	/* Not memory, or another instruction */
	if (!c.short_of && (modrm >> 6 == 3 || (mov->constant && modrm >> 3 & 7)))
		return -EOPNOTSUPP;
	mov_register(mov, &c, modrm >> 3 & 7);
	mov_memory(mov, &c, modrm >> 6, modrm & 7);
	if (mov->constant)
		mov->value = code_take(&c, min(mov->bytes, 4));
	mov->len = c.at;
	return c.short_of ? -ENODATA : 0;
}

static u64 mov_mask(unsigned int bytes)
{
	return GENMASK_ULL(bytes * 8 - 1, 0);
}

/**
 * mock_mov_address() - which address does an instruction access?
 * @mov: the instruction
 * @regs: registers, &MOCK_MOV_NR_REGS of them
 * @ip: where the instruction is
 *
 * Return: the address
 */
u64 mock_mov_address(const struct mock_mov *mov, const u64 *regs, u64 ip)
{
	u64 addr = (s64)mov->disp;

	if (mov->next)
		addr += ip + mov->len;
	if (mov->base != MOCK_MOV_NO_REG)
		addr += regs[mov->base];
	if (mov->index != MOCK_MOV_NO_REG)
		addr += regs[mov->index] << mov->scale;
	return addr;
}

/**
 * mock_mov_stored() - what does an instruction store?
 * @mov: the instruction, a store
 * @regs: registers
 *
 * Return: &mock_mov.bytes of it, and zeros
 */
u64 mock_mov_stored(const struct mock_mov *mov, const u64 *regs)
{
	u64 val = mov->constant ? mov->value : regs[mov->reg] >> mov->shift;

	return val & mov_mask(mov->bytes);
}

/**
 * mock_mov_loaded() - do what an instruction does when it has loaded something
 * @mov: the instruction, a load
 * @regs: registers
 * @val: what it has loaded
 */
void mock_mov_loaded(const struct mock_mov *mov, u64 *regs, u64 val)
{
	const u64 mask = mov_mask(mov->reg_bytes) << mov->shift;
	u64 old = mov->reg_bytes < 4 ? regs[mov->reg] & ~mask : 0;

	val &= mov_mask(mov->bytes);
	if (mov->sign)
		val = sign_extend64(val, mov->bytes * 8 - 1);
	regs[mov->reg] = old | (val << mov->shift & mask);
}
