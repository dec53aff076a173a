# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Building a kernel into the cache, with a stand-in that compiles in no time.

# toy_kernel: a kernel tree in $T/linux whose build takes as long as it takes
# for $T/go to appear, and counts itself in $T/builds.
toy_kernel()
{
	mkdir -p "$T/linux"
	touch "$T/linux/Kbuild"
	echo 'config NOTHING' >"$T/linux/Kconfig"
	cat >"$T/linux/Makefile" <<MAKE
VERSION = 7
PATCHLEVEL = 2
SUBLEVEL = 1
allnoconfig:
	grep -v '=n\$\$' \$(KCONFIG_ALLCONFIG) >\$(O)/.config
all:
	@[ ! -e \$(O)/half ] || { echo "half a file was taken over"; exit 1; }
	touch \$(O)/half; echo \$\$PPID >$T/building
	while [ ! -e $T/go ]; do sleep 0.1; done
	rm \$(O)/half; echo built >>$T/builds; touch \$(O)/linux
MAKE
	export KSRC=$T/linux
}

test_build_killed_is_not_taken_for_finished()
{
	local pid

	toy_kernel
	setsid "$TOP/scripts/kernel-build" fast >"$T/first" 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		[ ! -f "$T/building" ] || break
		sleep 0.1
	done
	[ -f "$T/building" ] || fail "the build did not start"
	kill -KILL -- "-$pid"
	wait "$pid" 2>/dev/null || true
	[ -z "$(find "$CACHE/kernel" -name .complete)" ] || fail "it counts as finished"

	touch "$T/go"
	succeeds "$TOP/scripts/kernel-build" fast
	[ -f "$(tail -n 1 "$T/out")/linux" ] || fail "no kernel"
	[ "$(wc -l <"$T/builds")" -eq 1 ] || fail "not built once"
}

test_build_failed_is_not_taken_for_finished()
{
	toy_kernel
	touch "$T/go"
	sed -i 's/^all:.*/all:\n\tfalse/' "$T/linux/Makefile"
	fails "$TOP/scripts/kernel-build" fast
	says "could not be built"
	[ -z "$(find "$CACHE/kernel" -name .complete)" ] || fail "it counts as finished"
}

test_two_builds_at_once_are_one()
{
	local first second

	toy_kernel
	"$TOP/scripts/kernel-build" fast >"$T/first" 2>&1 &
	first=$!
	while [ ! -f "$T/building" ]; do
		sleep 0.1
	done
	# A tree of the user's own is brought up to date by whoever asks.
	"$TOP/scripts/kernel-build" fast >"$T/second" 2>&1 &
	second=$!
	for _ in $(seq 100); do
		! grep -q "waiting for another run" "$T/second" || break
		sleep 0.1
	done
	touch "$T/go"
	wait "$first" || fail "the first failed"
	wait "$second" || fail "the second failed"
	grep -q "waiting for another run" "$T/second" || fail "they did not wait"
	cmp -s <(tail -n 1 "$T/first") <(tail -n 1 "$T/second") || fail "two builds"
}

test_an_option_makes_another_build()
{
	local one

	toy_kernel
	touch "$T/go"
	mkdir "$T/tree"
	cp -r "$TOP/scripts" "$TOP/configs" "$T/tree/"
	succeeds "$T/tree/scripts/kernel-build" fast
	one=$(tail -n 1 "$T/out")
	echo '# a comment' >>"$T/tree/configs/uml-fast.config"
	succeeds "$T/tree/scripts/kernel-build" fast
	[ "$(tail -n 1 "$T/out")" = "$one" ] || fail "a comment made another build"
	echo 'CONFIG_DEBUG_SG=y' >>"$T/tree/configs/uml-fast.config"
	succeeds "$T/tree/scripts/kernel-build" fast
	[ "$(tail -n 1 "$T/out")" != "$one" ] || fail "an option made no other build"
}

test_options_of_ones_own_make_another_build()
{
	local one two

	toy_kernel
	touch "$T/go"
	succeeds "$TOP/scripts/kernel-build" fast
	one=$(tail -n 1 "$T/out")
	printf '# mine\nCONFIG_BINFMT_MISC=y\nCONFIG_TUN=n\n' >"$T/extra"
	succeeds env KCONFIG_EXTRA="$T/extra" "$TOP/scripts/kernel-build" fast
	two=$(tail -n 1 "$T/out")
	[ "$two" != "$one" ] || fail "options made no other build"
	grep -qx CONFIG_BINFMT_MISC=y "$two/.config" || fail "an option is not in it"
	! grep -q CONFIG_TUN "$two/.config" || fail "an option is still in it"
	# By what is in it, whatever it is called
	mv "$T/extra" "$T/renamed"
	succeeds env KCONFIG_EXTRA="$T/renamed" "$TOP/scripts/kernel-build" fast
	[ "$(tail -n 1 "$T/out")" = "$two" ] || fail "the same options made another build"
	fails env KCONFIG_EXTRA="$T/extra" "$TOP/scripts/kernel-build" fast
	says "there is no file $T/extra"
	echo BINFMT_MISC >"$T/extra"
	fails env KCONFIG_EXTRA="$T/extra" "$TOP/scripts/kernel-build" fast
	says "has lines that are no CONFIG_NAME=VALUE"
}

test_option_that_the_kernel_refuses_is_named()
{
	toy_kernel
	sed -i "s/grep -v/grep -v -e CONFIG_VFIO= -e/" "$T/linux/Makefile"
	fails "$TOP/scripts/kernel-build" fast
	says "does not take these options: CONFIG_VFIO=y"
}

# With the real cache, and no way to fetch anything.
test_offline_with_a_filled_cache()
{
	stub apt-get <<<'echo "apt-get was called: $*" >&2; exit 1'
	export DEBIAN_MIRROR=http://127.0.0.1:9/debian CACHE=$REAL_CACHE BUILD=$REAL_BUILD
	succeeds "$TOP/scripts/kernel-build" fast
	succeeds "$TOP/scripts/kernel-headers"
	succeeds "$TOP/scripts/modules"
	succeeds "$TOP/bin/iommu-mock" run --modules "$(tail -n 1 "$T/out")" true
	does_not_say "apt-get was called"
}
