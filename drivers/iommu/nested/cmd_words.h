/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of an invalidation queue, as values and in the queue's memory
 *
 * A command of SMMUv3 has two words. A descriptor of VT-d has four, of which the
 * third and the fourth are reserved in all that are used here.
 */
#ifndef __IOMMU_NESTED_CMD_WORDS_H
#define __IOMMU_NESTED_CMD_WORDS_H

#include <linux/types.h>

#include <asm/byteorder.h>

/**
 * struct cmd_words - a command
 * @w0: first word, in the CPU's byte order
 * @w1: second word
 */
struct cmd_words {
	u64 w0;
	u64 w1;
};

/**
 * cmd_words_store - put a command where the hardware reads it
 * @to: the place in the queue
 * @cmd: the command
 */
static inline void cmd_words_store(__le64 *to, struct cmd_words cmd)
{
	to[0] = cpu_to_le64(cmd.w0);
	to[1] = cpu_to_le64(cmd.w1);
}

/**
 * cmd_words_load - see which command is in the queue
 * @from: the place in the queue
 *
 * Return: the command
 */
static inline struct cmd_words cmd_words_load(const __le64 *from)
{
	return (struct cmd_words) {
		.w0 = le64_to_cpu(from[0]),
		.w1 = le64_to_cpu(from[1]),
	};
}

#endif /* __IOMMU_NESTED_CMD_WORDS_H */
