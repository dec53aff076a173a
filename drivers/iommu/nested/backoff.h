/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long what has failed is left alone before the next try
 */
#ifndef __IOMMU_NESTED_BACKOFF_H
#define __IOMMU_NESTED_BACKOFF_H

#include <linux/minmax.h>

/* The first interval between two tries and the longest one, in ms */
#define BACKOFF_FIRST_MS	100
#define BACKOFF_LAST_MS		60000

/* After a try that took t there is none for so many times t: others need the queue */
#define BACKOFF_SHARE		10

/**
 * backoff_next_ms - the interval after another try that has failed
 * @last: the interval before that try, in ms; 0 for the first one
 *
 * Return: twice @last, within the limits; in ms
 */
static inline unsigned int backoff_next_ms(unsigned int last)
{
	return clamp(2 * last, BACKOFF_FIRST_MS, BACKOFF_LAST_MS);
}

/**
 * backoff_share - for how long others have the queue after a try
 * @took: how long the try took
 * @most: BACKOFF_LAST_MS in the unit of @took; a longer try counts as that
 *
 * Return: in the unit of @took
 */
static inline unsigned long backoff_share(unsigned long took,
					  unsigned long most)
{
	return min(took, most) * BACKOFF_SHARE;
}

#endif /* __IOMMU_NESTED_BACKOFF_H */
