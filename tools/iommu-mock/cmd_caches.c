// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommu-mock caches: what a unit and the ATCs of its endpoints hold.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "cmd_names.h"
#include "say.h"
#include "spec.h"

static const char usage[] =
	"usage: iommu-mock caches [UNIT] [CACHE]\n"
	"\n"
	"Every entry of the unit's caches and of its endpoints' ATCs, most recently used\n"
	"first, or those of one CACHE. UNIT may be left out if there is one unit only.\n";

/* The lines of a text that begin with a word */
struct lines {
	char **line;
	size_t nr;
};

static bool begins_with_word(const char *line, const char *word)
{
	size_t length = strlen(word);

	return !strncmp(line, word, length) && (line[length] == ' ' || !line[length]);
}

static struct lines lines_of(char *text, const char *word)
{
	struct lines lines = {};
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (!*line || (word && !begins_with_word(line, word)))
			continue;
		lines.line = grow(lines.line, (lines.nr + 1) * sizeof(*lines.line));
		lines.line[lines.nr++] = line;
	}
	return lines;
}

static size_t count_words(const char *line)
{
	size_t nr = 1;

	for (; *line; line++)
		nr += *line == ' ';
	return nr;
}

/* The width of a column among lines that have as many words as this one */
static int word_width(const struct lines *lines, size_t words, size_t column)
{
	size_t width = 0, i, c;

	for (i = 0; i < lines->nr; i++) {
		const char *at = lines->line[i];

		if (count_words(at) != words)
			continue;
		for (c = 0; c < column; c++)
			at = strchr(at, ' ') + 1;
		c = strcspn(at, " ");
		if (c > width)
			width = c;
	}
	return width;
}

static void print_aligned(const struct lines *lines, const char *line)
{
	size_t words = count_words(line);
	size_t column;

	for (column = 0; column < words; column++) {
		int length = strcspn(line, " ");
		bool last = column + 1 == words;

		printf("%s%.*s%*s", column ? "  " : "  ", length, line,
		       last ? 0 : word_width(lines, words, column) - length, "");
		line += length + !last;
	}
	putchar('\n');
}

static void print_lines(const struct lines *lines)
{
	size_t i;

	for (i = 0; i < lines->nr; i++)
		print_aligned(lines, lines->line[i]);
}

static char *must_read(const char *dir, const char *file)
{
	char *path = form("%s/%s", dir, file);
	char *text = read_text(path);

	if (!text)
		die(1, "%s cannot be read: %s", path, strerror(errno));
	free(path);
	return text;
}

/* Names of the unit's caches, from the lines of cache_stats */
static struct names cache_names(const char *dir)
{
	char *text = must_read(dir, "cache_stats");
	struct lines stats = lines_of(text, NULL);
	struct names names = {};
	size_t i;

	names.name = grab((stats.nr + 1) * sizeof(*names.name));
	for (i = 0; i < stats.nr; i++)
		names.name[names.nr++] = form("%.*s", (int)strcspn(stats.line[i], " "),
					      stats.line[i]);
	names.name[names.nr++] = copy_string("atc");
	free(stats.line);
	free(text);
	return names;
}

static void show_cache(const char *dir, const char *name)
{
	char *stats_text = must_read(dir, "cache_stats");
	char *text = must_read(dir, "caches");
	struct lines stats = lines_of(stats_text, name);
	struct lines lines = lines_of(text, name);

	if (stats.nr)
		puts(stats.line[0]);
	print_lines(&lines);
	free(lines.line);
	free(stats.line);
	free(text);
	free(stats_text);
}

static void show_atcs(const char *dir, const char *unit)
{
	struct names names = endpoint_names(unit);
	size_t i;

	for (i = 0; i < names.nr; i++) {
		char *path = form("%s/endpoints/%s/atc", dir, names.name[i]);
		char *text = read_text(path);
		struct lines lines = {};

		/* One that is unplugged has none */
		if (text) {
			lines = lines_of(text, NULL);
			printf("atc of %s entries=%zu\n", names.name[i], lines.nr);
			print_lines(&lines);
		}
		free(lines.line);
		free(text);
		free(path);
	}
	names_free(&names);
}

int cmd_caches(int argc, char **argv)
{
	const char *only;
	struct names caches;
	char *unit, *dir;
	size_t i;

	if (usage_wanted(argc, argv, usage))
		return 0;
	if (argc > 3)
		return usage_error(usage, "one unit, and one cache of it");
	need_mock();
	if (argc == 2 && !is_unit(argv[1])) {
		struct names units = unit_names();

		/* A cache of the only unit, or a mistake */
		if (units.nr != 1)
			find_unit(argv[1]);
		unit = find_unit(NULL);
		only = argv[1];
		names_free(&units);
	} else {
		unit = find_unit(argv[1]);
		only = argc == 3 ? argv[2] : NULL;
	}
	dir = unit_debugfs(unit);
	caches = cache_names(dir);
	if (only && !names_have(&caches, only))
		die(1, "unit %s has no cache '%s', but %s", unit, only, names_list(&caches));
	for (i = 0; i + 1 < caches.nr; i++)
		if (!only || !strcmp(only, caches.name[i]))
			show_cache(dir, caches.name[i]);
	if (!only || !strcmp(only, "atc"))
		show_atcs(dir, unit);
	names_free(&caches);
	free(dir);
	free(unit);
	return 0;
}
