// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two drivers side by side
 *
 * usage: compare OURS THEIRS <FIGURES
 *
 * A line of the figures has the unit, the machine, the round, the driver, the
 * name of an operation, how many there were, and their mean, median and least,
 * separated by tabs. For each name and unit this prints the median over the
 * rounds for each driver, the median of the ratios within a round, and the
 * quartiles around that.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const char * const units[] = { "instructions", "ns" };

/**
 * struct pair - what an operation took with both drivers
 * @unit: of @took
 * @name: of the operation
 * @machine: machine of the round; 0 if @took is the least in all machines
 * @round: in that machine
 * @took: by ours, and by theirs; 0 as long as there is no figure
 */
struct pair {
	char unit[16];
	char name[32];
	unsigned int machine;
	unsigned int round;
	double took[2];
};

static struct pair *pairs;
static unsigned int nr_pairs;

static void die(const char *what)
{
	fprintf(stderr, "compare: %s\n", what);
	exit(1);
}

static struct pair *find_pair(const struct pair *key)
{
	struct pair *p;

	for (p = pairs; p < pairs + nr_pairs; p++) {
		if (!strcmp(p->unit, key->unit) && !strcmp(p->name, key->name) &&
		    p->machine == key->machine && p->round == key->round)
			return p;
	}
	pairs = realloc(pairs, (nr_pairs + 1) * sizeof(*pairs));
	if (!pairs)
		die(strerror(ENOMEM));
	p = &pairs[nr_pairs++];
	*p = *key;
	return p;
}

/*
 * What the processor does for a disk depends on how long the disk took, which is
 * the host's doing: of the instructions, the least of all operations in all
 * machines counts (see tools/hw/bench.c).
 */
static bool least_counts(const struct pair *p)
{
	return !strcmp(p->unit, "instructions") && !strncmp(p->name, "disk", 4);
}

static void add_line(const char *line, char **drivers)
{
	double median, least, took;
	struct pair key = {}, *p;
	char driver[32];
	unsigned int i;

	if (sscanf(line, "%15[^\t]\t%u\t%u\t%31[^\t]\t%31[^\t]\t%*u\t%*f\t%lf\t%lf",
		   key.unit, &key.machine, &key.round, driver, key.name, &median,
		   &least) != 7)
		die("a line is no line of figures");
	took = median;
	if (least_counts(&key)) {
		took = least;
		key.machine = 0;
		key.round = 0;
	}
	for (i = 0; i < 2 && strcmp(driver, drivers[i]); i++)
		;
	if (i == 2)
		die("a line is of neither driver");
	p = find_pair(&key);
	if (!p->took[i] || !least_counts(p) || took < p->took[i])
		p->took[i] = took;
}

/* Ours, theirs, and their ratio */
static void put_columns(const char *unit, const char *name)
{
	double *value[3];
	struct stats st[3];
	unsigned int i, n = 0;
	const struct pair *p;

	for (i = 0; i < 3; i++) {
		value[i] = calloc(nr_pairs, sizeof(*value[i]));
		if (!value[i])
			die(strerror(ENOMEM));
	}
	for (p = pairs; p < pairs + nr_pairs; p++) {
		if (strcmp(p->unit, unit) || strcmp(p->name, name))
			continue;
		if (!p->took[0] || !p->took[1])
			die("a figure of one driver has none of the other beside it");
		value[0][n] = p->took[0];
		value[1][n] = p->took[1];
		value[2][n++] = p->took[0] / p->took[1];
	}
	for (i = 0; i < 3; i++) {
		st[i] = stats_of(value[i], n);
		free(value[i]);
	}
	printf("  %9.0f %9.0f %6.3f %5.3f..%5.3f", st[0].median, st[1].median,
	       st[2].median, st[2].q1, st[2].q3);
}

static bool is_first(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr && strcmp(pairs[i].name, pairs[nr].name); i++)
		;
	return i == nr;
}

int main(int argc, char **argv)
{
	unsigned int i, u;
	char line[256];

	if (argc != 3)
		die("usage: compare OURS THEIRS <FIGURES");
	while (fgets(line, sizeof(line), stdin))
		add_line(line, argv + 1);
	printf("%-17s", "of one operation");
	for (u = 0; u < ARRAY_SIZE(units); u++)
		printf("  %39s", units[u]);
	printf("\n%-17s", "");
	for (u = 0; u < ARRAY_SIZE(units); u++)
		printf("  %9s %9s %6s %12s", "ours", "in-tree", "ratio", "");
	printf("\n");
	for (i = 0; i < nr_pairs; i++) {
		if (!is_first(i))
			continue;
		printf("%-17s", pairs[i].name);
		for (u = 0; u < ARRAY_SIZE(units); u++)
			put_columns(units[u], pairs[i].name);
		printf("\n");
	}
	return 0;
}
