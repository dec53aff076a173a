// SPDX-License-Identifier: GPL-2.0-only
/* Tables for people */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"

#define LINE_WIDTH	96

void heading(const char *title)
{
	printf("\n%s: %s\n", vendor_name(vendor), title);
	fflush(stdout);
}

void note(const char *text, ...)
{
	char buf[1024], *word, *save;
	unsigned int column = 0;
	va_list args;

	va_start(args, text);
	vsnprintf(buf, sizeof(buf), text, args);
	va_end(args);
	for (word = strtok_r(buf, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (column && column + 1 + strlen(word) > LINE_WIDTH) {
			putchar('\n');
			column = 0;
		}
		column += printf("%s%s", column ? " " : "  ", word);
	}
	put_end();
}

void put_label(unsigned int width, const char *text, ...)
{
	char buf[128];
	va_list args;

	va_start(args, text);
	vsnprintf(buf, sizeof(buf), text, args);
	va_end(args);
	printf("  %-*s", width, buf);
}

void put_text(unsigned int width, const char *text, ...)
{
	char buf[128];
	va_list args;

	va_start(args, text);
	vsnprintf(buf, sizeof(buf), text, args);
	va_end(args);
	printf("%*s", width, buf);
}

/* Three digits that count, and no more decimals than that takes */
static const char *number(char *buf, size_t size, double value)
{
	double abs = fabs(value);

	snprintf(buf, size, "%.*f", abs >= 99.95 ? 0 : abs >= 9.995 ? 1 : 2,
		 value);
	return buf;
}

void put_number(unsigned int width, double value)
{
	char buf[32];

	put_text(width, "%s", number(buf, sizeof(buf), value));
}

void put_spread_of(unsigned int width, const struct series *s, double unit)
{
	struct stats st = series_stats(s);
	char low[32], high[32], range[72];

	put_number(width, st.median / unit);
	snprintf(range, sizeof(range), " [%s..%s]",
		 number(low, sizeof(low), st.q1 / unit),
		 number(high, sizeof(high), st.q3 / unit));
	printf("%-17s", range);
}

void put_spread(unsigned int width, const struct series *s)
{
	put_spread_of(width, s, 1);
}

void put_gap(unsigned int width)
{
	printf("%*s", width, "");
}

void put_end(void)
{
	putchar('\n');
	fflush(stdout);
}
