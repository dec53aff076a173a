/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays of userspace's: blocks, and how far one has got
 *
 * A driver's handler of invalidations walks an array of requests. It must not
 * allocate memory as userspace likes, so it copies a block at a time to its
 * stack; and it must say how many entries are done when one is bad. Both are
 * the same for every vendor::
 *
 *	ret = user_array_begin(&walk, array, TYPE);
 *	if (ret)
 *		return ret;
 *	while (user_array_more(&walk) && !err) {
 *		nr = user_array_copy(&walk, reqs, sizeof(*reqs), BLOCK);
 *		valid = ...how many of nr are good; error of the first that is not
 *		err = ...queue these
 *		user_array_did(&walk, valid, error);
 *	}
 *	err = ...wait for the hardware
 *	return user_array_end(&walk, array, err);
 */
#ifndef __IOMMU_NESTED_USER_ARRAY_H
#define __IOMMU_NESTED_USER_ARRAY_H

#include <linux/iommu.h>
#include <linux/math.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

/**
 * struct user_array_walk - how far a walk has got
 * @uptr: the first entry
 * @entry_len: distance of entries in bytes
 * @total: entries that there are
 * @done: entries that the driver took
 * @error: what is wrong with the one after these, or 0
 */
struct user_array_walk {
	const void __user *uptr;
	size_t entry_len;
	u32 total;
	u32 done;
	int error;
};

/**
 * user_array_begin - begin to walk an array
 * @walk: set to its begin
 * @array: the array; its entry_num is 0 from now on
 * @type: the type of the entries that the driver knows
 *
 * An empty array asks whether the type is known. It is for the driver to check
 * the length of entries, since vendors differ in what they take.
 *
 * Return: 0, or -EINVAL for another type
 */
static inline int user_array_begin(struct user_array_walk *walk,
				   struct iommu_user_data_array *array,
				   unsigned int type)
{
	walk->uptr = array->uptr;
	walk->entry_len = array->entry_len;
	walk->total = array->entry_num;
	walk->done = 0;
	walk->error = 0;
	array->entry_num = 0;
	return array->type == type ? 0 : -EINVAL;
}

/**
 * user_array_more - is there more to walk?
 * @walk: the walk
 *
 * Return: true if there are entries left, and none was bad
 */
static inline bool user_array_more(const struct user_array_walk *walk)
{
	return walk->done < walk->total && !walk->error;
}

/*
 * Entries of a length that is not the driver's: of a shorter one the rest is
 * zero, of a longer one the rest must be.
 */
static inline unsigned int user_array_copy_each(struct user_array_walk *walk,
						void *block, size_t size,
						unsigned int nr)
{
	const void __user *from = walk->uptr +
				  (size_t)walk->done * walk->entry_len;
	unsigned int i;

	for (i = 0; i < nr && !walk->error; i++) {
		walk->error = copy_struct_from_user(block + i * size, size,
						    from + i * walk->entry_len,
						    walk->entry_len);
		if (walk->error)
			break;
	}
	return i;
}

/**
 * user_array_copy - copy the entries that come next
 * @walk: the walk
 * @block: gets them
 * @size: size of one in @block
 * @max: room in @block
 *
 * Copies as much as can be read. Whole entries count; if there are fewer than
 * there should be, the walk ends after them with -EFAULT (-E2BIG for one that
 * is longer than the driver's and not zero there).
 *
 * Return: how many there are in @block
 */
static __always_inline unsigned int
user_array_copy(struct user_array_walk *walk, void *block, size_t size,
		unsigned int max)
{
	unsigned int nr = min(walk->total - walk->done, max);
	unsigned long left;

	if (unlikely(walk->entry_len != size))
		return user_array_copy_each(walk, block, size, nr);

	left = copy_from_user(block, walk->uptr + (size_t)walk->done * size,
			      nr * size);
	if (unlikely(left)) {
		walk->error = -EFAULT;
		nr -= DIV_ROUND_UP(left, size);
	}
	return nr;
}

/**
 * user_array_did - the driver took entries
 * @walk: the walk
 * @nr: how many of those copied last
 * @error: what is wrong with the next one, if these are not all that were copied
 *
 * Context: process context, may sleep.
 */
static inline void user_array_did(struct user_array_walk *walk,
				  unsigned int nr, int error)
{
	walk->done += nr;
	/* That of the copy is about an entry behind all that were copied */
	if (error)
		walk->error = error;
	cond_resched();
}

/**
 * user_array_end - tell userspace how far it got
 * @walk: the walk
 * @array: its entry_num is set
 * @err: what went wrong in the hardware, or 0
 *
 * The hardware does not say what it did before it failed, so nothing counts as
 * done then.
 *
 * Return: @err, or that of the first bad entry, or 0
 */
static inline int user_array_end(const struct user_array_walk *walk,
				 struct iommu_user_data_array *array, int err)
{
	if (err)
		return err;
	array->entry_num = walk->done;
	return walk->error;
}

#endif /* __IOMMU_NESTED_USER_ARRAY_H */
