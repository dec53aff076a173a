/* SPDX-License-Identifier: GPL-2.0-only */
/* How the demo speaks: steps, results, and a table at the end */
#ifndef DEMO_SHOW_H
#define DEMO_SHOW_H

#include "mock.h"

/* A story begins: its steps are numbered from 1 */
void show_title(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A numbered step: what is about to be done, in plain words */
void show_step(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A result of it, and that it is as it should be */
void show_ok(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A result that is not as it should be */
void show_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Remember what the unit's counters said after the step called @name */
void show_count(const char *name, const struct mock *m);
void show_table(void);

#endif /* DEMO_SHOW_H */
