# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What is expected of the tests on the kernel's own drivers.

# expect_with STATUS KTAP-LINE... : of a program p, whose list is the standard input; the
# result is in $T/out, its status in $rc
expect_with()
{
	local status=$1 drivers

	shift
	read -ra drivers <<<"${EXPECT_DRIVERS:-}"
	cat >"$T/list"
	printf '%s\n' "TAP version 13" "1..$#" "$@" >"$T/ktap"
	rc=0
	"$TOP/scripts/expect" "$T/list" p "$status" "${EXPECT_VARIANT:-fast}" "${drivers[@]}" \
		<"$T/ktap" >"$T/out" 2>&1 || rc=$?
}

# expect_counts COUNTS RC: what is counted in it, and the status that the run gets
expect_counts()
{
	[ "$("$TOP/scripts/ktap" "$T/out" | head -n 1)" = "$1" ] || fail "not $1"
	[ "$rc" -eq "$2" ] || fail "status $rc instead of $2"
}

test_expect_takes_a_listed_failure_only()
{
	expect_with 1 "ok 1 a.x" "not ok 2 a.y" <<<"both p.a.y bug it forgets"
	expect_counts "1 0 1" 0
	says "XFAIL bug: it forgets"
	expect_with 1 "ok 1 a.x" "not ok 2 a.y" "not ok 3 a.z" <<<"both p.a.y bug it forgets"
	expect_counts "1 1 1" 1
	expect_with 1 "ok 1 a.x" "not ok 2 a.y" <<<"both other.a.y bug it forgets"
	expect_counts "1 1 0" 1
}

test_expect_wants_lines_removed_that_are_not_needed()
{
	expect_with 0 "ok 1 a.x" "ok 2 a.y" <<<"both p.a.y bug it forgets"
	expect_counts "1 1 0" 1
	says "passes now: remove it from $T/list:1"
	expect_with 0 "ok 1 a.x" "ok 2 a.y # SKIP no such hardware" <<<"both p.a.y bug it forgets"
	expect_counts "1 0 1" 0
	expect_with 0 "ok 1 a.x" <<<"both p.a.y bug it forgets"
	expect_counts "1 1 0" 1
	says "there is no such test: $T/list:1"
}

test_expect_knows_drivers_and_variants()
{
	local EXPECT_VARIANT EXPECT_DRIVERS

	EXPECT_VARIANT=smp
	expect_with 1 "ok 1 a.x" "not ok 2 a.y" <<<"both:fast p.a.y bug it forgets"
	expect_counts "1 1 0" 1
	EXPECT_VARIANT=fast
	expect_with 1 "ok 1 a.x" "not ok 2 a.y" <<<"both:fast p.a.y bug it forgets"
	expect_counts "1 0 1" 0
	EXPECT_VARIANT=fast,7.2
	expect_with 1 "ok 1 a.x" "not ok 2 a.y" <<<"both:7.2 p.a.y bug it forgets"
	expect_counts "1 0 1" 0
	expect_with 1 "ok 1 a.x" "not ok 2 a.y" <<<"both:fast,7.2 p.a.y bug it forgets"
	expect_counts "1 0 1" 0
	expect_with 1 "ok 1 a.x" "not ok 2 a.y" <<<"both:fast,7.3 p.a.y bug it forgets"
	expect_counts "1 1 0" 1
	EXPECT_DRIVERS=arm-smmu-v3
	expect_with 1 "ok 1 smmu.x" "not ok 2 vtd.y" <<<"intel p.vtd.y bug it forgets"
	expect_counts "1 0 1" 0
	says "SKIP the driver intel is not there"
	expect_with 1 "ok 1 smmu.x" "not ok 2 smmu.y" <<<"intel p.smmu.y bug it forgets"
	expect_counts "1 1 0" 1
}

test_expect_does_not_hide_a_death()
{
	expect_with 121 "ok 1 a.x" "not ok 2 a.y" <<<"both p.a.y bug it forgets"
	expect_counts "1 0 1" 121
	expect_with 1 <<<""
	expect_counts "0 0 0" 1
}

test_expect_has_programs_that_are_not_run()
{
	echo "intel p not-run it hangs for good" >"$T/list"
	succeeds "$TOP/scripts/expect" --not-run "$T/list" p fast
	says "it hangs for good"
	fails "$TOP/scripts/expect" --not-run "$T/list" q fast
	printf 'intel p.%s not-run it hangs\n' 'a.*' '*.b.*' '*.c' | tee "$T/list.kept" >"$T/list"
	fails "$TOP/scripts/expect" --not-run "$T/list" p fast
	succeeds "$TOP/scripts/expect" --without "$T/list" p fast
	[ "$(paste -sd' ' "$T/out")" = "-F a -V b -T c" ] || fail "other options"
	expect_with 0 "ok 1 x.y.z" <"$T/list.kept"
	expect_counts "1 0 3" 0
}

test_expect_refuses_a_list_that_cannot_be()
{
	expect_with 0 "ok 1 a" <<<"nobody p.a bug why"
	says "$T/list:1: there is no driver nobody"
	expect_with 0 "ok 1 a" <<<"both p.a mistake why"
	says "there is no kind mistake"
	expect_with 0 "ok 1 a" <<<"both p.a bug"
	says "$T/list:1: no DRIVER PROGRAM[.TEST] KIND REASON"
	expect_with 0 "ok 1 a" <<<"both p bug why"
	says "a whole program can be not-run, and nothing else"
	expect_with 0 "ok 1 a" <<<"both p.a.b.c not-run why"
	says "not-run is FIXTURE.*, *.VARIANT.* or *.NAME"
}
