// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: instructions that move between a register and memory */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "../mov.h"

#define IP	0x400000

/* Register N holds this */
static u64 mov_reg(unsigned int nr)
{
	return 0x1111111111111111ULL * nr;
}

static void mov_regs(u64 *regs)
{
	unsigned int i;

	for (i = 0; i < MOCK_MOV_NR_REGS; i++)
		regs[i] = mov_reg(i);
}

struct mov_example {
	const char *text;
	u8 code[MOCK_MOV_MAX_LEN];
	u8 len;
	u8 bytes;
	bool store;
	u64 addr;
	u64 val;	/* that is stored, or is in @reg when all bits were loaded */
	u8 reg;
};

#define R(nr)	(0x1111111111111111ULL * (nr))

/* As an assembler makes them */
static const struct mov_example mov_examples[] = {
	{ "mov %eax,(%rdi)", { 0x89, 0x07 }, 2, 4, true, R(7), 0 },
	{ "mov %ecx,(%rdi)", { 0x89, 0x0f }, 2, 4, true, R(7), 0x11111111 },
	{ "mov %r9,0x8(%rdi)", { 0x4c, 0x89, 0x4f, 0x08 }, 4, 8, true, R(7) + 8, R(9) },
	{ "mov %dx,-0x2(%rbx)", { 0x66, 0x89, 0x53, 0xfe }, 4, 2, true, R(3) - 2, 0x2222 },
	{ "mov %cl,(%rsi)", { 0x88, 0x0e }, 2, 1, true, R(6), 0x11 },
	{ "mov %bh,(%rsi)", { 0x88, 0x3e }, 2, 1, true, R(6), 0x33 },
	{ "mov %dil,(%rsi)", { 0x40, 0x88, 0x3e }, 3, 1, true, R(6), 0x77 },
	{ "movl $0x12345678,0x100(%r13)",
	  { 0x41, 0xc7, 0x85, 0, 1, 0, 0, 0x78, 0x56, 0x34, 0x12 }, 11, 4, true,
	  R(13) + 0x100, 0x12345678 },
	{ "movq $-2,(%rax)", { 0x48, 0xc7, 0x00, 0xfe, 0xff, 0xff, 0xff }, 7, 8, true,
	  0, -2 },
	{ "movw $0xbeef,(%rcx)", { 0x66, 0xc7, 0x01, 0xef, 0xbe }, 5, 2, true, R(1),
	  0xbeef },
	{ "movb $0x20,0x84(%rcx)", { 0xc6, 0x81, 0x84, 0, 0, 0, 0x20 }, 7, 1, true,
	  R(1) + 0x84, 0x20 },
	{ "mov (%rdx,%rcx,4),%eax", { 0x8b, 0x04, 0x8a }, 3, 4, false, R(2) + R(1) * 4,
	  U32_MAX, 0 },
	{ "mov (%r12),%rax", { 0x49, 0x8b, 0x04, 0x24 }, 4, 8, false, R(12), U64_MAX, 0 },
	{ "mov (%rax,%r12,2),%r15", { 0x4e, 0x8b, 0x3c, 0x60 }, 4, 8, false, R(12) * 2,
	  U64_MAX, 15 },
	{ "mov 0x10(%rip),%ecx", { 0x8b, 0x0d, 0x10, 0, 0, 0 }, 6, 4, false,
	  IP + 6 + 0x10, U32_MAX, 1 },
	{ "mov 0x1000,%ecx", { 0x8b, 0x0c, 0x25, 0, 0x10, 0, 0 }, 7, 4, false, 0x1000,
	  U32_MAX, 1 },
	{ "mov (%rdx),%cx", { 0x66, 0x8b, 0x0a }, 3, 2, false, R(2), R(1) | U16_MAX, 1 },
	{ "mov (%rdx),%cl", { 0x8a, 0x0a }, 2, 1, false, R(2), R(1) | U8_MAX, 1 },
	{ "mov (%rdx),%ch", { 0x8a, 0x2a }, 2, 1, false, R(2), R(1) | U8_MAX << 8, 1 },
	{ "movzbl (%rdx),%ecx", { 0x0f, 0xb6, 0x0a }, 3, 1, false, R(2), U8_MAX, 1 },
	{ "movzwl (%rdx),%ecx", { 0x0f, 0xb7, 0x0a }, 3, 2, false, R(2), U16_MAX, 1 },
	{ "movsbl (%rdx),%ecx", { 0x0f, 0xbe, 0x0a }, 3, 1, false, R(2), U32_MAX, 1 },
	{ "movswq (%rdx),%rcx", { 0x48, 0x0f, 0xbf, 0x0a }, 4, 2, false, R(2), U64_MAX, 1 },
	{ "movslq (%rdx),%rcx", { 0x48, 0x63, 0x0a }, 3, 4, false, R(2), U64_MAX, 1 },
};

static void mov_example_name(const struct mov_example *e, char *desc)
{
	strscpy(desc, e->text, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mov_example, mov_examples, mov_example_name);

static void mov_does(struct kunit *test)
{
	const struct mov_example *e = test->param_value;
	u64 regs[MOCK_MOV_NR_REGS];
	struct mock_mov mov;

	mov_regs(regs);
	KUNIT_ASSERT_EQ(test, mock_mov_decode(&mov, e->code, sizeof(e->code)), 0);
	KUNIT_EXPECT_EQ(test, mov.len, e->len);
	KUNIT_EXPECT_EQ(test, mov.bytes, e->bytes);
	KUNIT_EXPECT_EQ(test, mov.store, e->store);
	KUNIT_EXPECT_EQ(test, mock_mov_address(&mov, regs, IP), e->addr);
	if (e->store) {
		KUNIT_EXPECT_EQ(test, mock_mov_stored(&mov, regs), e->val);
		return;
	}
	KUNIT_EXPECT_EQ(test, mov.reg, e->reg);
	mock_mov_loaded(&mov, regs, U64_MAX);
	KUNIT_EXPECT_EQ(test, regs[e->reg], e->val);
}

/* Whatever there is of it: no byte behind that is looked at, and it is not mistaken */
static void mov_cut_off(struct kunit *test)
{
	const struct mov_example *e = test->param_value;
	struct mock_mov mov;
	unsigned int len;

	for (len = 0; len < e->len; len++) {
		u8 *code = kunit_kmalloc(test, len, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, code);
		memcpy(code, e->code, len);
		KUNIT_EXPECT_EQ(test, mock_mov_decode(&mov, code, len), -ENODATA);
	}
}

static void mov_refused(struct kunit *test)
{
	static const u8 others[][MOCK_MOV_MAX_LEN] = {
		{ 0x89, 0xc0 },			/* mov %eax,%eax */
		{ 0x0f, 0xb6, 0xc0 },		/* movzbl %al,%eax */
		{ 0xc7, 0x08, 0, 0, 0, 0 },	/* not MOV of a constant */
		{ 0x0f, 0x05 },			/* syscall */
		{ 0x0f, 0x10, 0x00 },		/* movups (%rax),%xmm0 */
		{ 0xc5, 0xfe, 0x6f, 0x00 },	/* vmovdqu (%rax),%ymm0 */
		{ 0xf0, 0x01, 0x00 },		/* lock add %eax,(%rax) */
		{ 0xf3, 0xa4 },			/* rep movsb */
		{ 0x64, 0x8b, 0x00 },		/* mov %fs:(%rax),%eax */
		{ 0x67, 0x8b, 0x00 },		/* mov (%eax),%eax */
		{ 0x48, 0x66, 0x8b, 0x00 },	/* REX that is not the last prefix */
		{ 0x01, 0x00 },			/* add %eax,(%rax) */
		{ 0x66, 0x63, 0x00 },		/* movsxd to 16 bits */
	};
	struct mock_mov mov;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		KUNIT_EXPECT_EQ_MSG(test, mock_mov_decode(&mov, others[i], sizeof(others[i])),
				    -EOPNOTSUPP, "number %u", i);
}

/* Prefixes without end are no instruction */
static void mov_too_long(struct kunit *test)
{
	u8 code[MOCK_MOV_MAX_LEN + 2];
	struct mock_mov mov;

	memset(code, 0x66, sizeof(code));
	code[MOCK_MOV_MAX_LEN] = 0x89;
	code[MOCK_MOV_MAX_LEN + 1] = 0x07;
	KUNIT_EXPECT_EQ(test, mock_mov_decode(&mov, code, sizeof(code)), -ENODATA);
}

static struct kunit_case mov_cases[] = {
	KUNIT_CASE_PARAM(mov_does, mov_example_gen_params),
	KUNIT_CASE_PARAM(mov_cut_off, mov_example_gen_params),
	KUNIT_CASE(mov_refused),
	KUNIT_CASE(mov_too_long),
	{}
};

static struct kunit_suite mov_suite = {
	.name = "iommu_mock_mov",
	.test_cases = mov_cases,
};

kunit_test_suite(mov_suite);
