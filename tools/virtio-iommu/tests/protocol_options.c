// SPDX-License-Identifier: GPL-2.0-only
/* The command line of viommu-server */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "../server.h"
#include "client.h"

/* The words are changed in place, so they are copied */
static int parse(const char *line, struct server_options *opt, char ***words)
{
	int argc, rc;

	g_assert(g_shell_parse_argv(line, &argc, words, NULL));
	optind = 0;
	rc = server_options(argc, *words, opt);
	return rc;
}

static const struct {
	const char *line;
	int rc;
} lines[] = {
	{ "s --socket a", 0 },
	{ "s --help", 1 },
	{ "s", -EINVAL },
	{ "s --socket a b", -EINVAL },
	{ "s --socket", -EINVAL },
	{ "s --socket a --nonsense", -EINVAL },
	{ "s --socket a --mode nested", 0 },
	{ "s --socket a --mode shadow", 0 },
	{ "s --socket a --mode auto", 0 },
	{ "s --socket a --mode none", -EINVAL },
	{ "s --socket a --ipa 0x1000", 0 },
	{ "s --socket a --ipa 0x1001", -EINVAL },
	{ "s --socket a --ipa -4096", -EINVAL },
	{ "s --socket a --ipa 4096x", -EINVAL },
	{ "s --socket a --ipa ''", -EINVAL },
	{ "s --socket a --ipa 99999999999999999999", -EINVAL },
	{ "s --socket a --msi none", 0 },
	{ "s --socket a --msi 0-0xfff", 0 },
	{ "s --socket a --msi 0xfff", -EINVAL },
	{ "s --socket a --msi 2-1", -EINVAL },
	{ "s --socket a --doorbell 0x8090000-0x809ffff", 0 },
	{ "s --socket a --doorbell x-y", -EINVAL },
	{ "s --socket a --reserve 1-2 --reserve 00:05.0=4096-8191", 0 },
	{ "s --socket a --reserve 00:05=4096-8191", -EINVAL },
	{ "s --socket a --identity 5=4096-8191", 0 },
	{ "s --socket a --endpoint 00:05.0=/dev/x,b", 0 },
	{ "s --socket a --endpoint 00:05.0=/dev/x,b --endpoint 40=/dev/y,c", -EINVAL },
	{ "s --socket a --endpoint 00:05.0=/dev/x", -EINVAL },
	{ "s --socket a --endpoint /dev/x,b", -EINVAL },
	{ "s --socket a --endpoint 00:20.0=/dev/x,b", -EINVAL },
	{ "s --socket a --endpoint 00:05.8=/dev/x,b", -EINVAL },
	{ "s --socket a --endpoint 00:05.0z=/dev/x,b", -EINVAL },
};

static void refusals(void)
{
	struct server_options opt;
	unsigned int i;
	char **words;

	for (i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_test_message("%s", lines[i].line);
		g_assert_cmpint(parse(lines[i].line, &opt, &words), ==, lines[i].rc);
		g_strfreev(words);
	}
}

static void values(void)
{
	struct server_options opt;
	char **words;
	const char *line =
		"s --socket a --endpoint 01:02.3=/dev/x,y,b --reserve 275=4096-8191 --identity 1-2";

	g_assert_cmpint(parse(line, &opt, &words), ==, 0);
	g_assert_cmpstr(opt.socket, ==, "a");
	g_assert_cmpuint(opt.nr_endpoints, ==, 1);
	g_assert_cmphex(opt.endpoints[0].id, ==, 0x113);
	g_assert_cmpstr(opt.endpoints[0].device, ==, "/dev/x,y");
	g_assert_cmpstr(opt.endpoints[0].socket, ==, "b");
	g_assert(!opt.mmap && !opt.bypass && !opt.old_bypass && !opt.share_identity);
	g_assert_cmphex(opt.ipa, ==, IPA_AUTO);
	g_assert_cmpuint(opt.nr_resv, ==, 3);
	g_assert_cmphex(opt.resv[0].resv.range.first, ==, 0xfee00000);
	g_assert_cmpint(opt.resv[0].resv.kind, ==, VIOMMU_RESV_MSI);
	g_assert_cmphex(opt.resv[1].id, ==, 0x113);
	g_assert_cmphex(opt.resv[1].resv.range.last, ==, 0x1fff);
	g_assert_cmpint(opt.resv[1].resv.kind, ==, VIOMMU_RESV_RESERVED);
	g_assert_cmphex(opt.resv[2].id, ==, ALL_ENDPOINTS);
	g_assert_cmpint(opt.resv[2].resv.kind, ==, VIOMMU_RESV_IDENTITY);
	g_strfreev(words);
	/* Without the guest's doorbell the others are still there */
	g_assert_cmpint(parse("s --socket a --identity 16-31 --msi none --mmap", &opt, &words),
			==, 0);
	g_assert_cmpuint(opt.nr_resv, ==, 1);
	g_assert(opt.mmap);
	g_assert_cmphex(opt.resv[0].resv.range.first, ==, 16);
	g_strfreev(words);
}

/* There is room for so many, and no more */
static void too_many(void)
{
	GString *line = g_string_new("s --socket a");
	struct server_options opt;
	unsigned int i;
	char **words;

	for (i = 0; i < MAX_ENDPOINTS; i++)
		g_string_append_printf(line, " --endpoint %u=d,s --reserve 1-2", i);
	g_assert_cmpint(parse(line->str, &opt, &words), ==, -EINVAL);
	g_strfreev(words);
	g_string_assign(line, "s --socket a");
	for (i = 0; i <= MAX_ENDPOINTS; i++)
		g_string_append_printf(line, " --endpoint %u=d,s", i);
	g_assert_cmpint(parse(line->str, &opt, &words), ==, -EINVAL);
	g_strfreev(words);
	g_string_free(line, TRUE);
}

void option_tests(void)
{
	g_test_add_func("/option/refusals", refusals);
	g_test_add_func("/option/values", values);
	g_test_add_func("/option/too_many", too_many);
}
