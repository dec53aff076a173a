/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_SAY_H
#define IOMMU_MOCK_SAY_H

#include <stdarg.h>
#include <stddef.h>

/* Statuses of "run" that are not the program's own. */
enum {
	STATUS_COMPLAINED = 120,
	STATUS_DIED = 121,
	STATUS_LEAK = 122,
	STATUS_TIMEOUT = 124,
	STATUS_SETUP = 125,
	STATUS_CANNOT_RUN = 126,
	STATUS_NOT_FOUND = 127,
};

/* Where say() goes instead of standard error, if set: a sentence without its end. */
extern void (*say_to)(const char *line);

/* Where all else goes instead of standard error, if set. */
extern void (*tell_to)(const char *text, size_t length);

/* Something for the user that is not this command's own words, ends of lines included */
__attribute__((format(printf, 1, 2))) void tell(const char *format, ...);

/* A sentence for the user, after "iommu-mock: ". */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* The same, and the end of the command with a status. */
__attribute__((noreturn, format(printf, 2, 3)))
void die(int status, const char *format, ...);

/* Memory that is there, or the command ends. */
void *grab(size_t size);
void *grow(void *old, size_t size);
char *copy_string(const char *text);
__attribute__((format(printf, 1, 2))) char *form(const char *format, ...);
__attribute__((format(printf, 1, 0))) char *form_list(const char *format, va_list list);

#endif
