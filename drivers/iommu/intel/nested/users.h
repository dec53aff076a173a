/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The users of a domain, unit by unit
 */
#ifndef __INTEL_NESTED_USERS_H
#define __INTEL_NESTED_USERS_H

#include "intel_nested.h"

/**
 * struct vtd_walk - a walk through the units on which a domain is used
 * @users: the users of the domain
 * @at: its users on the unit that the walk visits, or NULL
 * @id: id of that unit, or of the one before it
 * @idx: of the read-side section
 */
struct vtd_walk {
	const struct vtd_users *users;
	const struct vtd_unit_users *at;
	u64 id;
	int idx;
};

/* users.c */
int vtd_readers_init(struct vtd_unit *unit);
void vtd_readers_wait(struct vtd_unit *unit);
void vtd_readers_barrier(struct vtd_unit *unit);
void vtd_readers_exit(struct vtd_unit *unit);
void vtd_users_init(struct vtd_users *users);
const struct vtd_unit_users *vtd_users_on(const struct vtd_users *users,
					  const struct vtd_unit *unit);
void vtd_walk_begin(struct vtd_walk *walk, const struct vtd_users *users);
void vtd_walk_end(struct vtd_walk *walk);
bool vtd_walk_next(struct vtd_walk *walk);
bool vtd_walk_has_next(const struct vtd_walk *walk);
bool vtd_walk_find(struct vtd_walk *walk, const struct vtd_users *users, u64 id);
struct vtd_unit_users *vtd_unit_users_get(struct vtd_users *users,
					  struct vtd_unit *unit);
void vtd_unit_users_put(struct vtd_unit_users *part);

static inline struct vtd_walk *vtd_walk_start(struct vtd_walk *walk,
					      const struct vtd_users *users)
{
	vtd_walk_begin(walk, users);
	return walk;
}

/* Visit all units that a domain is used on. Leave it by vtd_walk_end() only. */
#define vtd_for_each_unit(walk, users)					\
	for (struct vtd_walk *_walk = vtd_walk_start(walk, users);	\
	     vtd_walk_next(_walk);)

/* Attachments of a domain to devices of the unit that a walk visits */
#define vtd_for_each_attach(att, at)					\
	for (const struct vtd_unit_users *_at = (at); _at; _at = NULL)	\
		list_for_each_entry_srcu(att, &_at->attachments, node,	\
			srcu_read_lock_held(&_at->unit->srcu))

/* And those of the domains that are nested on it */
#define vtd_for_each_nested(att, at)					\
	for (const struct vtd_unit_users *_at = (at); _at; _at = NULL)	\
		list_for_each_entry_srcu(att, &_at->nested, parent_node, \
			srcu_read_lock_held(&_at->unit->srcu))

#endif /* __INTEL_NESTED_USERS_H */
