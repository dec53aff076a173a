// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a unit for KUnit was given to execute
 */
#include <kunit/test.h>

#include "fake_unit.h"

/**
 * sham_forget - empty the logs
 * @fake: the unit
 */
void sham_forget(struct fake_unit *fake)
{
	fake->nr = 0;
	fake->syncs = 0;
	fake->doorbells = 0;
	fake->nr_writes = 0;
}

/**
 * sham_executed - was it executed since sham_forget()?
 * @fake: the unit
 * @cmd: the command
 *
 * Return: true if it was
 */
bool sham_executed(const struct fake_unit *fake, struct cmd_words cmd)
{
	return fake_log_has(fake->log, fake->nr, cmd);
}

/**
 * sham_completed - was it executed since sham_forget(), and is it complete?
 * @fake: the unit
 * @cmd: the command
 *
 * Return: true if it was, and there was a CMD_SYNC after it
 */
bool sham_completed(const struct fake_unit *fake, struct cmd_words cmd)
{
	unsigned int i;

	for (i = 0; i < fake->nr; i++)
		if (fake_log_same(fake->log[i], cmd) &&
		    fake->epoch[i] < fake->syncs)
			return true;
	return false;
}

/**
 * sham_synced - was one complete before another began?
 * @fake: the unit
 * @first: a command
 * @second: another one
 *
 * What no CMD_SYNC is between hardware may execute in any order (4.7).
 *
 * Return: true if both were executed since sham_forget(), with a CMD_SYNC between
 * the last @first and the first @second
 */
bool sham_synced(const struct fake_unit *fake, struct cmd_words first,
		 struct cmd_words second)
{
	unsigned int i, done = 0, begun = UINT_MAX;
	bool found = false;

	for (i = 0; i < fake->nr; i++) {
		if (fake_log_same(fake->log[i], first)) {
			done = fake->epoch[i];
			found = true;
		}
		if (begun == UINT_MAX && fake_log_same(fake->log[i], second))
			begun = fake->epoch[i];
	}
	return found && begun != UINT_MAX && done < begun;
}

/**
 * sham_count - how many of a kind were executed since sham_forget()?
 * @fake: the unit
 * @opcode: the kind
 *
 * Return: how many
 */
unsigned int sham_count(const struct fake_unit *fake, u8 opcode)
{
	unsigned int i, n = 0;

	for (i = 0; i < fake->nr; i++)
		n += FIELD_GET(SMMU_CMD0_OPCODE, fake->log[i].w0) == opcode;
	return n;
}
