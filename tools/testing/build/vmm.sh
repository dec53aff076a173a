# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The unmodified VMM: what is known of it without running it.

# A mutant is a command of sed, which finds nothing once the line reads differently.
test_vmm_each_mutant_changes_a_line()
{
	local mutant scenario file change changed

	while read -r mutant scenario file change; do
		[[ $mutant != '#'* ]] || continue
		grep -qw "$scenario" <<<"$(sed -n '/^scenarios=(/,/)$/p' "$TOP/tools/vmm/tests")" ||
			fail "$mutant is for a scenario $scenario, which is not there"
		changed=$(sed "$change" "$TOP/$file" | diff "$TOP/$file" - | grep -c '^>') || true
		[ "$changed" -eq 1 ] || fail "$mutant changes $changed lines of $file"
	done <"$TOP/tools/vmm/mutants"
}
