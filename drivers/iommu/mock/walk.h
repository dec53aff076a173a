/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: a look at the tables
 *
 * What the tables say of a request is told by the same code that translates
 * requests: while &mock_iommu.walk is set, it describes each step, asks no cache
 * and fills none, and changes neither tables nor counters. What a cache would
 * have answered is told as well.
 */
#ifndef __IOMMU_MOCK_WALK_H
#define __IOMMU_MOCK_WALK_H

#include "mock.h"

/**
 * struct mock_walk - a look at the tables that is under way
 * @s: where its steps go
 * @indent: within how many other walks this one is
 * @cached: a cache has an entry for something on the way
 * @answered: the cache that has the whole translation, %NULL if there is none
 * @silent: only the result matters
 */
struct mock_walk {
	struct seq_file *s;
	u32 indent;
	bool cached;
	const char *answered;
	bool silent;
};

/**
 * struct mock_walk_field - a field of an entry that is worth a name
 * @name: as the specification calls it
 * @word: which word of the entry it is in
 * @mask: where it is
 */
struct mock_walk_field {
	const char *name;
	u8 word;
	u64 mask;
};

#define MOCK_WALK_NO_INDEX	U64_MAX

/**
 * struct mock_walk_step - an entry that the walk has read
 * @name: what it is
 * @level: of its table, -1 if the table has none
 * @table: physical address of its table, or of the entry itself without @index
 * @alias: address of the table as software has it
 * @aliased: there is one, because another stage translates it
 * @index: its index there, MOCK_WALK_NO_INDEX where it stands for itself
 * @words: the entry
 * @nr_words: how many words it has
 * @aborts: the entry cannot be read
 * @fields: what it may have
 * @nr_fields: how many these are
 * @kind: what it is for, %NULL where its name tells
 * @rights: what the entries so far permit, %NULL where that is no question
 */
struct mock_walk_step {
	const char *name;
	int level;
	u64 table;
	u64 alias;
	bool aliased;
	u64 index;
	const u64 *words;
	u32 nr_words;
	bool aborts;
	const struct mock_walk_field *fields;
	u32 nr_fields;
	const char *kind;
	const char *rights;
};

/* Is somebody looking at the tables, rather than making a request? */
static inline bool mock_walking(const struct mock_iommu *mi)
{
	return unlikely(mi->walk);
}

/* walk.c: with the instance's lock held; those but the last while mock_walking() */
void mock_walk_step(struct mock_iommu *mi, const struct mock_walk_step *step);
__printf(2, 3) void mock_walk_line(struct mock_iommu *mi, const char *fmt, ...);
void mock_walk_enter(struct mock_iommu *mi);
void mock_walk_leave(struct mock_iommu *mi);
void mock_walk_cached(struct mock_iommu *mi, const struct mock_cache *c,
		      u64 tag, u64 addr);
void mock_walk_show(struct seq_file *s, struct mock_iommu *mi,
		    struct mock_endpoint *ep, const struct mock_req *req);

/* walk_debugfs.c */
void mock_walk_debugfs(struct mock_iommu *mi, struct dentry *dir);

#endif /* __IOMMU_MOCK_WALK_H */
