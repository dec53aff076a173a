// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the command says, and the memory that it cannot do without.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

void (*say_to)(const char *line);
void (*tell_to)(const char *text, size_t length);

void tell(const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	text = form_list(format, list);
	va_end(list);
	if (tell_to)
		tell_to(text, strlen(text));
	else
		fputs(text, stderr);
	free(text);
}

static void say_list(const char *format, va_list list)
{
	char *text;

	if (vasprintf(&text, format, list) < 0)
		return;
	if (say_to)
		say_to(text);
	else
		tell("iommu-mock: %s\n", text);
	free(text);
}

void say(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_list(format, list);
	va_end(list);
}

void die(int status, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_list(format, list);
	va_end(list);
	exit(status);
}

void *grab(size_t size)
{
	return grow(NULL, size);
}

void *grow(void *old, size_t size)
{
	void *new = realloc(old, size ? size : 1);

	if (!new)
		die(STATUS_SETUP, "there is no memory left for %zu bytes", size);
	return new;
}

char *copy_string(const char *text)
{
	return strcpy(grab(strlen(text) + 1), text);
}

char *form_list(const char *format, va_list list)
{
	char *text;

	if (vasprintf(&text, format, list) < 0)
		die(STATUS_SETUP, "there is no memory left");
	return text;
}

char *form(const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	text = form_list(format, list);
	va_end(list);
	return text;
}
