# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Some of the tests: those that were asked for, on one kernel, and what failed.

# suite_in_a_module: $T/modules has a module with a suite of one test that passes and one
# that does not.
suite_in_a_module()
{
	local kernel path=$T/modules

	mkdir -p "$path"
	echo "obj-m := planted.o" >"$path/Kbuild"
	echo planted.ko >"$path/modules.list"
	cat >"$path/planted.c" <<-'C'
	#include <kunit/test.h>
	#include <linux/module.h>
	static void good(struct kunit *test) { }
	static void bad(struct kunit *test) { KUNIT_FAIL(test, "on purpose"); }
	static struct kunit_case cases[] = { KUNIT_CASE(good), KUNIT_CASE(bad), { } };
	static struct kunit_suite suite = { .name = "planted", .test_cases = cases };
	kunit_test_suite(suite);
	MODULE_DESCRIPTION("a suite that fails");
	MODULE_LICENSE("GPL");
	C
	kernel=$(CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/scripts/kernel-build" fast)
	succeeds make -s -C "$kernel" ARCH=um M="$path" modules
}

test_a_failed_suite_is_a_failed_run()
{
	suite_in_a_module
	run mock_run --modules "$T/modules" --kunit true
	status_is 1
	says "1 passed and 1 failed"
	says "planted.bad"
	run mock_run --modules "$T/modules" --kunit sh -c 'exit 7'
	status_is 7
	run mock_run --modules "$T/modules" --kunit=planted.good true
	status_is 0
	run mock_run --modules "$T/modules" --kunit=nosuch true
	status_is 1
	says "no KUnit suite has run"
}

test_no_such_suite_is_one_sentence()
{
	refuses "FILTER=nosuch is no KUnit suite" make -C "$TOP" kunit FILTER=nosuch
	refuses "FILTER=nosuch.* is no KUnit suite" make -C "$TOP" kunit FILTER='nosuch.*'
	refuses "there is no VARIANTS=smp, there is: fast debug" make -C "$TOP" kunit VARIANTS=smp
}

# Neither another kernel nor another suite
test_one_suite_is_run_in_the_modules()
{
	succeeds env CACHE="$REAL_CACHE" BUILD="$REAL_BUILD" RESULTS="$T/results" \
		FILTER='iommu_mock_cach?' "$TOP/scripts/kunit"
	[ -f "$T/results/kunit-modules-fast-$KSERIES" ] || fail "no results"
	says "kunit-modules-fast-$KSERIES"
	does_not_say grafted
	[ "$(ls "$REAL_BUILD/kunit-fast-$KSERIES/kunit")" = iommu_mock_cache ] ||
		fail "other suites: $(ls "$REAL_BUILD/kunit-fast-$KSERIES/kunit")"
}

# On one kernel, and nothing is built for other programs
test_one_program_is_run_on_the_fast_kernel()
{
	succeeds env CACHE="$REAL_CACHE" BUILD="$REAL_BUILD" RESULTS="$T/results" \
		TESTS=object_life "$TOP/scripts/selftests"
	[ -f "$T/results/selftests-fast-$KSERIES" ] || fail "no results"
	says "selftests-fast-$KSERIES"
	[ "$(grep -c selftests- "$T/out")" -eq 1 ] || fail "on several kernels"
	[ "$(ls "$REAL_BUILD/selftests-fast-$KSERIES"/*.ktap)" = \
		"$REAL_BUILD/selftests-fast-$KSERIES/object_life.ktap" ] || fail "another program"
}
