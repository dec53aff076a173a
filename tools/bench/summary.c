// SPDX-License-Identifier: GPL-2.0-only
/* The figures that matter, of both vendors side by side */
#include <stdio.h>
#include <string.h>

#include "bench.h"

#define MAX_ROWS	24

static struct row {
	const char *name;
	double value[2];
	bool has[2];
} rows[MAX_ROWS];
static unsigned int nr_rows;

void summary_add(const char *name, double value)
{
	struct row *row = rows;

	while (row < rows + nr_rows && strcmp(row->name, name))
		row++;
	if (row == rows + nr_rows) {
		if (nr_rows == MAX_ROWS)
			return;
		nr_rows++;
		row->name = name;
	}
	row->value[vendor] = value;
	row->has[vendor] = true;
}

void summary_print(void)
{
	unsigned int i, type;

	if (!nr_rows)
		return;
	printf("\nBoth vendors\n");
	put_label(64, "%s", "");
	for (type = MOCK_VTD; type <= MOCK_SMMUV3; type++)
		put_text(10, "%s", vendor_name(type));
	put_end();
	for (i = 0; i < nr_rows; i++) {
		put_label(64, "%s", rows[i].name);
		for (type = MOCK_VTD; type <= MOCK_SMMUV3; type++) {
			if (rows[i].has[type])
				put_number(10, rows[i].value[type]);
			else
				put_text(10, "-");
		}
		put_end();
	}
}
