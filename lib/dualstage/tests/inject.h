/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of the C library that fail when a test wants it
 *
 * The linker gives every call of these functions to a wrapper. It counts those that the
 * library makes while a test says so, and lets one of them fail.
 */
#ifndef DUALSTAGE_INJECT_H
#define DUALSTAGE_INJECT_H

#define INJECT_IOCTL	(1u << 0)
#define INJECT_MEMORY	(1u << 1)	/* calloc, mmap, tsearch */
#define INJECT_FILES	(1u << 2)	/* open, read, write, epoll, eventfd, fopen, stat */

/* Of these kinds the @nth from now on (from 1) fails with @err; 0 for none, that counts */
void inject_arm(unsigned int kinds, unsigned int nth, int err);
/* Only ioctls of this command are counted, as above */
void inject_arm_ioctl(unsigned long cmd, unsigned int nth, int err);
/* All fail from the nth on, not only one */
void inject_all(void);
/* What the kernel has answered to this ioctl, with success, is changed; NULL for no more */
void inject_answer(unsigned long cmd, void (*change)(void *arg));
/* Just before the next ioctl of this command, this is done once */
void inject_before(unsigned long cmd, void (*fn)(void *arg), void *arg);
/* How many there were; nothing fails any more */
unsigned int inject_disarm(void);
/* Did it fail, and which ioctl was it (0 for something else) */
int inject_hit(unsigned long *cmd);

/* The library is about to be called, or has returned; what tests do is not counted */
void inject_on(void);
void inject_off(void);

/* An int function of the library, with failures */
#define INJECTED(call) ({ int rc_; inject_on(); rc_ = (call); inject_off(); rc_; })

#endif /* DUALSTAGE_INJECT_H */
