/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_CMD_NAMES_H
#define IOMMU_MOCK_CMD_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Names in a directory, in order. */
struct names {
	char **name;
	size_t nr;
};

/* An endpoint as "UNIT/EP", or as "EP" where there is one unit only. */
struct endpoint_name {
	char *unit, *endpoint;
};

/* Those of subdirectories, or of files, of a directory; none if it cannot be read. */
struct names names_in(const char *dir, bool dirs);
bool names_have(const struct names *names, const char *name);
void names_free(struct names *names);
/* "a, b and c", or "none" */
char *names_list(const struct names *names);

/* Ends the command with a sentence unless the mock is there. */
void need_mock(void);
/* All units; those of a unit's endpoints. The mock is there. */
struct names unit_names(void);
struct names endpoint_names(const char *unit);

/*
 * The unit that is meant: the one with this name, or for NULL the only one there is.
 * Ends the command with a sentence if there is no such one.
 */
char *find_unit(const char *name);
struct endpoint_name find_endpoint(const char *name);
/* Is there a unit of this name? */
bool is_unit(const char *name);

/* The unit's directory in debugfs; ends the command if the unit is off. */
char *unit_debugfs(const char *unit);

/* All of a file without the newline at its end; NULL and errno if it cannot be read. */
char *read_text(const char *path);
/* Returns 0 or -1 and errno. */
int write_text(const char *path, const char *text);
/* What a file of a directory says, or "-" */
char *read_value(const char *dir, const char *file);

/* Each line of a file; false with a sentence if it cannot be read. */
bool print_file(const char *path);

/* Says how the command is used; returns its status for whoever was told wrongly. */
int usage_error(const char *usage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Was help asked for? If so, it is printed. */
bool usage_wanted(int argc, char **argv, const char *usage);

/* A table whose columns are as wide as what is in them. */
struct table {
	char ***cell;
	size_t rows, columns;
};

/* As many strings as the table has columns */
void table_add(struct table *table, ...);
void table_print(struct table *table);

#endif
