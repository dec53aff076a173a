# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Packages, on a machine that lacks some.

# machine_without NAME...: a $PATH where all that deps asks for is there, but for these,
# whatever this machine has. Make is its own, which the tests call.
machine_without()
{
	local wanted dir name

	mapfile -t wanted < <(sed -n 's/.* command -v \([a-z0-9-]*\)$/\1/p' \
		"$TOP/scripts/deps" | grep -vx make)
	[ ${#wanted[@]} -gt 10 ] || fail "hardly anything is asked for"
	mkdir -p "$T/bin"
	for dir in /sbin /bin /usr/sbin /usr/bin; do
		[ -L "$dir" ] || ln -sf "$dir"/* "$T/bin/"
	done
	for name in id apt-get perl "${wanted[@]}"; do
		rm -f "$T/bin/$name"
		case $name in
		id) stub id <<<'echo 0' ;;
		# A writer to a pipe that nobody reads has failed.
		*gcc) stub "$name" <<<'cat >/dev/null' ;;
		*) stub "$name" <<<'exit 0' ;;
		esac
	done
	(cd "$T/bin" && rm -f "$@")
	export DEBIAN_KEYRING=$T/bin/perl
	PATH=$T/bin
}

test_without_root_the_command_is_printed()
{
	machine_without sparse shellcheck
	stub id <<<'echo 1000'
	stub apt-get <<<"touch $T/called"
	fails "$TOP/scripts/deps" lint
	says "    apt-get install --no-install-recommends -y sparse shellcheck"
	[ ! -e "$T/called" ] || fail "apt-get was called"
	[ ! -e "$CACHE" ] || fail "something was left in the cache"
}

test_as_root_they_are_installed()
{
	machine_without sparse
	stub id <<<'echo 0'
	stub apt-get <<STUB
echo "\$*" >>$T/called
ln -s /bin/true $T/bin/sparse
STUB
	succeeds "$TOP/scripts/deps" lint
	[ "$(cat "$T/called")" = "install --no-install-recommends -y sparse" ] ||
		fail "called with $(cat "$T/called")"
}

test_a_failed_installation_is_a_failure()
{
	machine_without sparse
	stub id <<<'echo 0'
	stub apt-get <<<'exit 100'
	fails "$TOP/scripts/deps" lint
	says "no network?"
	says "apt-get install --no-install-recommends -y sparse"
}

test_nothing_missing_is_quiet()
{
	machine_without nothing
	succeeds "$TOP/scripts/deps" all
	[ ! -s "$T/out" ] || fail "it says something"
}

# Everything that builds asks for packages first.
test_no_command_starts_without_them()
{
	local target

	machine_without flex
	stub id <<<'echo 1000'
	stub apt-get <<<'exit 1'
	for target in kernel modules headers demo kunit selftests lint check bench; do
		fails make -s -C "$TOP" "$target" BUILD="$BUILD" CACHE="$CACHE"
		says "apt-get install --no-install-recommends -y flex"
		[ ! -d "$CACHE/src" ] || fail "make $target went on"
	done
}

# What is installed, and what is not, is for `make deps` and not for its tests.
test_tests_of_deps_do_not_look_at_this_machine()
{
	stub perl <<<'exit 1'
	stub gcc <<<'exit 1'
	succeeds env BUILD="$BUILD" CACHE="$CACHE" "$TOP/tools/testing/build/run" \
		test_without_root_the_command_is_printed test_as_root_they_are_installed \
		test_a_failed_installation_is_a_failure test_nothing_missing_is_quiet
	says "4 passed, 0 failed"
}
