# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What is read of a kernel's log, and of results.

complaints()
{
	CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/bin/iommu-mock" complaints "$@"
}

test_complaints_are_told_from_harmless_lines()
{
	local line

	while read -r line; do
		echo "[   12.340000] $line" >"$T/log"
		fails complaints "$T/log"
	done <<'LINES'
WARNING: possible circular locking dependency detected
BUG: KASAN: slab-use-after-free in mock_cache_lookup+0x10/0x20
BUG: sleeping function called from invalid context at mm/slab.h:1
UBSAN: shift-out-of-bounds in a.c:1:2
INFO: task kworker/0:1 blocked for more than 120 seconds.
refcount_t: underflow; use-after-free.
ODEBUG: free active (active state 0) object: 1 object type: work_struct
kernel BUG at mm/slub.c:1!
list_del corruption. prev->next should be 1, but was 2
Kernel panic - not syncing: Segfault with no mm
kmemleak: 3 new suspicious memory leaks (see /sys/kernel/debug/kmemleak)
LINES
	while read -r line; do
		echo "$line" >"$T/log"
		succeeds complaints "$T/log"
	done <<'LINES'
FAULT_INJECTION: forcing a failure.
Call Trace:
iommu: DMA domain TLB invalidation policy: strict mode
kunit: disabled
epollctl add err fd 1, Operation not permitted
LINES
	printf '%s\n' "WARNING: a.c:1 at remove_proc_entry+0x2ca/0x570" "name 'spurious'" >"$T/log"
	succeeds complaints "$T/log"
	printf '%s\n' "WARNING: a.c:1 at remove_proc_entry+0x2ca/0x570" "name 'other'" >"$T/log"
	fails complaints "$T/log"
	fails complaints "$T/no-such-log"
}

# ktap_counts EXPECTED: what the parser makes of the standard input.
ktap_counts()
{
	cat >"$T/ktap"
	succeeds "$TOP/scripts/ktap" "$T/ktap"
	[ "$(head -n 1 "$T/out")" = "$1" ] || fail "not $1"
}

test_ktap_is_counted_by_its_leaves()
{
	ktap_counts "2 1 1" <<'END'
KTAP version 1
1..2
    KTAP version 1
    # Subtest: one
    1..3
    ok 1 a
    not ok 2 b
    ok 3 c # SKIP no such hardware
not ok 1 one
    KTAP version 1
    1..1
        KTAP version 1
        # Subtest: parameters
        ok 1 x=1
    ok 1 parameters
ok 2 two
END
	ktap_counts "1 0 1" <<'END'
TAP version 13
1..2
# Starting 2 tests from 1 test cases.
ok 1 global.a
ok 2 global.b # SKIP not here
# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:1 error:0
END
}

test_ktap_expected_failures_are_skipped()
{
	ktap_counts "1 0 1" <<'END'
TAP version 13
1..2
ok 1 global.a
ok 2 global.b # XFAIL the other reads it so
END
}

test_ktap_missing_results_are_failures()
{
	ktap_counts "1 2 0" <<'END'
TAP version 13
1..3
ok 1 global.a
END
	ktap_counts "0 1 0" <<'END'
KTAP version 1
1..1
    KTAP version 1
    1..0
not ok 1 suite
END
	ktap_counts "0 0 0" <<<"nothing was said"
}

test_results_can_be_read_in_part()
{
	{
		echo "1..100000"
		seq -f 'not ok %.0f of many' 1 100000
	} >"$T/ktap"
	(set +o pipefail; "$TOP/scripts/ktap" "$T/ktap" 2>"$T/out" | head -n 1 >"$T/first")
	[ "$(cat "$T/first")" = "0 100000 0" ] || fail "another sum"
	[ ! -s "$T/out" ] || fail "it complains of a reader that went"
	(set +o pipefail; "$TOP/scripts/check-docs" 2>"$T/out" | true)
	[ ! -s "$T/out" ] || fail "check-docs complains of a reader that went"
}
