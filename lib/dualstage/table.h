/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * A tree of stage-1 tables
 *
 * The tree itself is in ordinary memory of the process; the tables that the hardware
 * walks are only ever written. A device in bypass can reach them, so what is read there
 * is not to be believed.
 *
 * Levels count from 1, the table whose entries map the smallest pages, up to the root.
 */
#ifndef DS_TABLE_H
#define DS_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct ds_page - memory of one table
 * @va: where it is in this process
 * @ipa: where the hardware finds it
 * @owner: whatever the source wants to know when it comes back
 */
struct ds_page {
	uint64_t *va;
	uint64_t ipa;
	void *owner;
};

/**
 * struct ds_page_source - where tables get their memory
 * @get: one table's worth, aligned to its size, all zero; 0 or a negative errno
 * @put: it comes back
 */
struct ds_page_source {
	int (*get)(struct ds_page_source *source, struct ds_page *page);
	void (*put)(struct ds_page_source *source, const struct ds_page *page);
};

/**
 * struct ds_format - what the tables of a vendor look like
 * @granule: log2 of the size of a table and of the smallest page
 * @levels: how many there are
 * @width: an IOVA has so many bits
 * @out_width: an IPA has so many bits
 * @leaves: bit n: entries of level n may map pages
 * @leaf: the entry of @level that maps @ipa
 * @table: the entry that refers to a table
 */
struct ds_format {
	unsigned int granule;
	unsigned int levels;
	unsigned int width;
	unsigned int out_width;
	unsigned int leaves;
	uint64_t (*leaf)(uint64_t ipa, unsigned int level, unsigned int prot);
	uint64_t (*table)(uint64_t ipa);
};

struct ds_node;

/**
 * struct ds_table - a tree of tables
 * @format: of its entries
 * @source: of its memory
 * @root: never NULL
 * @empty: tables that have become empty, and may have been filled again
 * @dead: tables that nothing refers to, and that caches may know
 * @spare: tables that a call has ready
 */
struct ds_table {
	struct ds_format format;
	struct ds_page_source *source;
	struct ds_node *root;
	struct ds_node *empty;
	struct ds_node *dead;
	struct ds_node *spare;
};

/**
 * struct ds_taken - what an unmap has taken away
 * @bytes: how many were mapped
 * @first: the first of them
 * @last: the last of them
 */
struct ds_taken {
	uint64_t bytes;
	uint64_t first;
	uint64_t last;
};

/* 0 or a negative errno */
int ds_table_init(struct ds_table *table, const struct ds_format *format,
		  struct ds_page_source *source);
/* With all there is in it: nothing may walk it any more */
void ds_table_fini(struct ds_table *table);
/* Where the hardware finds the root */
uint64_t ds_table_root(const struct ds_table *table);

/**
 * ds_table_map() - map by the largest pages that addresses and length allow
 * @table: the tree
 * @iova: from here
 * @ipa: to here
 * @len: so much
 * @prot: DS_READ and the like, as the format takes it
 *
 * The hardware may walk meanwhile: it sees whole entries, and tables that are zero
 * before they are filled. No entry that is in use is changed, so caches have nothing
 * to be told, but of what they may still have: that is to be settled before. A table that
 * is empty and not yet reaped is filled, rather than a large page put in its place.
 *
 * Return: 0; -EINVAL for what is no multiple of the granule, -ERANGE for what is too
 * wide, -EEXIST where something is mapped, or as the source says. Then nothing was stored
 */
int ds_table_map(struct ds_table *table, uint64_t iova, uint64_t ipa, uint64_t len,
		 unsigned int prot);

/**
 * ds_table_unmap() - take mappings away
 * @table: the tree
 * @iova: from here
 * @len: so much; what of it is not mapped is passed over
 * @taken: what there was
 *
 * Tables that have become empty stay, until ds_table_reap().
 *
 * Return: 0; -EINVAL as of ds_table_map(), and for a part of a large page: then nothing
 * was taken away
 */
int ds_table_unmap(struct ds_table *table, uint64_t iova, uint64_t len,
		   struct ds_taken *taken);
/*
 * Tables that are empty are not referred to any more: they are dead, and stay as they are
 * until ds_table_bury(). @dies is called with the addresses that one was for.
 */
void ds_table_reap(struct ds_table *table,
		   void (*dies)(void *arg, uint64_t first, uint64_t last), void *arg);
/* Caches have forgotten the dead tables: their memory goes back */
void ds_table_bury(struct ds_table *table);

#endif /* DS_TABLE_H */
