// SPDX-License-Identifier: GPL-2.0-only
/*
 * The users of a domain, unit by unit
 *
 * A domain has a list of the units that it is used on, and for each unit the
 * attachments to devices behind it. A walk visits one unit after another, in a
 * read-side section of that unit alone. So a walk that waits for the hardware of
 * one unit delays neither the removal of another unit nor the freeing of what was
 * attached there.
 *
 * Between two units a walk is in no unit's section, and keeps nothing but the id
 * of the last unit. Units have ids that are never used again, and the list is in
 * their order: the walk goes on with the first unit that has a greater id. It finds
 * that unit and enters its section within one short section of RCU. Hence the part
 * of a list that is about one unit is freed after a grace period of RCU and then
 * one of the unit, and so is the unit itself. Attachments and devices are found in a
 * section of their unit only, and are freed after a grace period of that.
 */
#include <kunit/static_stub.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "intel_nested.h"
#include "users.h"

/**
 * vtd_readers_init - prepare a unit for walks that visit it
 * @unit: the unit, new
 *
 * Return: 0 or -ENOMEM
 */
int vtd_readers_init(struct vtd_unit *unit)
{
	static atomic64_t last_id;

	unit->id = atomic64_inc_return(&last_id);
	return init_srcu_struct(&unit->srcu);
}

/**
 * vtd_readers_wait - wait for all walks that may use a unit
 * @unit: the unit, to whose devices nothing is attached any more
 *
 * Context: process context, without the unit's mutex.
 */
void vtd_readers_wait(struct vtd_unit *unit)
{
	/* After this nobody enters the section of the unit that did not before */
	synchronize_rcu();
	synchronize_srcu(&unit->srcu);
}

/**
 * vtd_readers_barrier - wait until all that waits for walks is freed
 * @unit: the unit, which no walk visits any more
 *
 * Context: process context.
 */
void vtd_readers_barrier(struct vtd_unit *unit)
{
	/* Each part of a list waits for both, one after the other */
	rcu_barrier();
	srcu_barrier(&unit->srcu);
}

/**
 * vtd_readers_exit - undo vtd_readers_init(), when all that waits for walks is freed
 * @unit: the unit, which no walk visits any more
 *
 * Context: process context.
 */
void vtd_readers_exit(struct vtd_unit *unit)
{
	vtd_readers_barrier(unit);
	cleanup_srcu_struct(&unit->srcu);
}

/**
 * vtd_users_init - nobody uses a domain yet
 * @users: the domain's users
 */
void vtd_users_init(struct vtd_users *users)
{
	INIT_LIST_HEAD(&users->units);
}

/* The first unit with an id of at least @id on which the domain is used, or NULL */
static struct vtd_unit_users *vtd_find_from(const struct vtd_users *users,
					    u64 id)
{
	struct vtd_unit_users *cur;

	list_for_each_entry_rcu(cur, &users->units, node)
		if (cur->unit->id >= id)
			return cur;
	return NULL;
}

/**
 * vtd_users_on - the users of a domain on a certain unit
 * @users: the users of the domain
 * @unit: the unit
 *
 * Context: in a read-side section of the unit's @srcu.
 * Return: these, or NULL if there are none
 */
const struct vtd_unit_users *vtd_users_on(const struct vtd_users *users,
					  const struct vtd_unit *unit)
{
	const struct vtd_unit_users *at;

	guard(rcu)();
	at = vtd_find_from(users, unit->id);
	return at && at->unit == unit ? at : NULL;
}

/**
 * vtd_walk_begin - begin to walk the units that a domain is used on
 * @walk: the walk, which visits no unit yet
 * @users: the users of the domain
 */
void vtd_walk_begin(struct vtd_walk *walk, const struct vtd_users *users)
{
	KUNIT_STATIC_STUB_REDIRECT(vtd_walk_begin, walk, users);
	walk->users = users;
	walk->at = NULL;
	walk->id = 0;
}

/**
 * vtd_walk_end - leave the unit that a walk visits, if it does
 * @walk: the walk
 */
void vtd_walk_end(struct vtd_walk *walk)
{
	struct srcu_struct *srcu;

	if (!walk->at)
		return;
	srcu = &walk->at->unit->srcu;
	walk->at = NULL;
	srcu_read_unlock(srcu, walk->idx);
}

/**
 * vtd_walk_next - visit the next unit
 * @walk: the walk
 *
 * Context: any.
 * Return: true if there is one, when the caller is in a read-side section of its
 * @srcu; that ends with the next call or vtd_walk_end()
 */
bool vtd_walk_next(struct vtd_walk *walk)
{
	vtd_walk_end(walk);

	guard(rcu)();

	walk->at = vtd_find_from(walk->users, walk->id + 1);
	if (!walk->at)
		return false;
	walk->id = walk->at->unit->id;
	walk->idx = srcu_read_lock(&walk->at->unit->srcu);
	return true;
}

/**
 * vtd_walk_has_next - is there another unit?
 * @walk: the walk
 *
 * Context: any.
 * Return: true if there is; a unit may come or go after this
 */
bool vtd_walk_has_next(const struct vtd_walk *walk)
{
	guard(rcu)();
	return vtd_find_from(walk->users, walk->id + 1);
}

/**
 * vtd_walk_find - begin a walk with a certain unit
 * @walk: the walk
 * @users: the users of the domain
 * @id: the unit's id
 *
 * Context: any.
 * Return: as vtd_walk_next(); false if the domain is not used on that unit
 */
bool vtd_walk_find(struct vtd_walk *walk, const struct vtd_users *users, u64 id)
{
	vtd_walk_begin(walk, users);
	walk->id = id - 1;
	if (vtd_walk_next(walk) && walk->id == id)
		return true;
	vtd_walk_end(walk);
	return false;
}

/* A new part goes in front of this */
static struct list_head *vtd_unit_place(struct list_head *head,
					const struct vtd_unit *unit)
{
	struct vtd_unit_users *cur;

	list_for_each_entry(cur, head, node)
		if (cur->unit->id > unit->id)
			return &cur->node;
	return head;
}

/**
 * vtd_unit_users_get - the part of a list that is about one unit
 * @users: the users of the domain
 * @unit: the unit
 *
 * The part is made if there is none yet. vtd_unit_users_put() drops one that is
 * empty.
 *
 * Context: process context; the mutex of the paging domain is held.
 * Return: the part, or NULL if there is no memory
 */
struct vtd_unit_users *vtd_unit_users_get(struct vtd_users *users,
					  struct vtd_unit *unit)
{
	struct vtd_unit_users *part;

	list_for_each_entry(part, &users->units, node)
		if (part->unit == unit)
			return part;

	part = kzalloc_obj(*part, GFP_KERNEL_ACCOUNT);
	if (!part)
		return NULL;
	part->unit = unit;
	INIT_LIST_HEAD(&part->attachments);
	INIT_LIST_HEAD(&part->nested);
	list_add_tail_rcu(&part->node, vtd_unit_place(&users->units, unit));
	return part;
}

static void vtd_part_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct vtd_unit_users, rcu));
}

static void vtd_part_unfound(struct rcu_head *rcu)
{
	struct vtd_unit_users *part = container_of(rcu, struct vtd_unit_users,
						   rcu);

	call_srcu(&part->unit->srcu, &part->rcu, vtd_part_free);
}

/**
 * vtd_unit_users_put - drop the part of a list that is about one unit, if it is empty
 * @part: the part
 *
 * Context: process context; the mutex of the paging domain is held.
 */
void vtd_unit_users_put(struct vtd_unit_users *part)
{
	if (!list_empty(&part->attachments) || !list_empty(&part->nested))
		return;
	list_del_rcu(&part->node);
	call_rcu(&part->rcu, vtd_part_unfound);
}
