# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a command is asked for and does not have: one sentence, before anything is
# built.

# refuses SENTENCE COMMAND...
refuses()
{
	# It would fetch a kernel.
	stub apt-get <<<'exit 1'
	fails env CACHE="$CACHE" BUILD="$BUILD" "${@:2}"
	says "$1"
	grep -v '^make' "$T/out" >"$T/said" || true
	mv "$T/said" "$T/out"
	says_one_line
	[ ! -d "$CACHE/src" ] || fail "it went on"
}

test_no_such_test_is_one_sentence()
{
	refuses "there is no TESTS=nosuch, there is: " \
		TESTS="object_life nosuch" make -C "$TOP" selftests
	refuses "there is no VARIANTS=foo, there is: fast debug smp reorder" \
		VARIANTS="fast foo" make -C "$TOP" selftests
	refuses "REORDER=often is no number" REORDER=often make -C "$TOP" selftests
}

test_no_such_scenario_is_one_sentence()
{
	refuses "there is no SCENARIOS=nosuch, there is: one_endpoint" \
		make -C "$TOP" vmm SCENARIOS="ats nosuch"
	refuses "there is no SCENARIOS=nosuch, there is: one_endpoint interrupts" \
		make -C "$TOP" vmm-arm64 SCENARIOS="reboot nosuch"
	refuses "there is no SHELL_IN=here, there is: host guest" \
		SHELL_IN=here make -C "$TOP" vmm
	refuses "there is no VARIANT=smp, there is: fast debug" \
		make -C "$TOP" vmm VARIANT=smp
	refuses "there is no SCENARIOS=nosuch, there is: iommu mock cycle" \
		make -C "$TOP" hw-arm64 SCENARIOS="cycle nosuch"
	refuses "there is no VARIANT=fast, there is: debug plain" \
		make -C "$TOP" hw-arm64 VARIANT=fast
}

test_no_such_check_is_one_sentence()
{
	refuses "there is no CHECK=nosuch, there is: compile" "$TOP/scripts/lint" shell nosuch
	refuses "there is no TEST=test_nosuch, there is: " \
		"$TOP/tools/testing/build/run" test_nosuch
}

# Whatever is wrong with them, tests of which one file replaces the functions of another pass.
test_two_functions_of_one_name_are_refused()
{
	mkdir -p "$T/tools/testing/build"
	ln -s "$TOP/scripts" "$T/scripts"
	cp "$TOP/tools/testing/build/run" "$T/tools/testing/build"
	printf 'again()\n{\n\ttrue\n}\n' | tee "$T/tools/testing/build/first.sh" \
		>"$T/tools/testing/build/second.sh"
	fails "$T/tools/testing/build/run"
	says "there are two functions of one name among the tests of the build: again()"
}
