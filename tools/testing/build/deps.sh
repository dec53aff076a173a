# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Packages, on a machine that lacks some.

# only_commands_but NAME...: a $PATH with everything except these. Python stays
# the one that this machine calls so, wherever that is: another may not have the
# packages that this one has.
only_commands_but()
{
	local dir python

	python=$(command -v python3)
	mkdir -p "$T/bin"
	for dir in /usr/sbin /sbin /usr/bin /bin; do
		ln -sf "$dir"/* "$T/bin/"
	done
	rm -f "$T/bin/python3"
	stub python3 <<<"PATH=$(printf %q "$PATH") exec $(printf %q "$python") \"\$@\""
	(cd "$T/bin" && rm -f "$@")
	PATH=$T/bin
}

test_without_root_the_command_is_printed()
{
	only_commands_but sparse shellcheck
	rm -f "$T/bin/id" "$T/bin/apt-get"
	stub id <<<'echo 1000'
	stub apt-get <<<"touch $T/called"
	fails "$TOP/scripts/deps" lint
	says "    apt-get install --no-install-recommends -y sparse shellcheck"
	[ ! -e "$T/called" ] || fail "apt-get was called"
	[ ! -e "$CACHE" ] || fail "something was left in the cache"
}

test_as_root_they_are_installed()
{
	only_commands_but sparse
	rm -f "$T/bin/id" "$T/bin/apt-get"
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
	only_commands_but sparse
	rm -f "$T/bin/id" "$T/bin/apt-get"
	stub id <<<'echo 0'
	stub apt-get <<<'exit 100'
	fails "$TOP/scripts/deps" lint
	says "no network?"
	says "apt-get install --no-install-recommends -y sparse"
}

test_nothing_missing_is_quiet()
{
	succeeds "$TOP/scripts/deps" all
	[ ! -s "$T/out" ] || fail "it says something"
}

# Everything that builds asks for packages first.
test_no_command_starts_without_them()
{
	local target

	only_commands_but flex
	rm -f "$T/bin/id" "$T/bin/apt-get"
	stub id <<<'echo 1000'
	stub apt-get <<<'exit 1'
	for target in kernel modules headers demo kunit selftests lint check bench; do
		fails make -s -C "$TOP" "$target" BUILD="$BUILD" CACHE="$CACHE"
		says "apt-get install --no-install-recommends -y flex"
		[ ! -d "$CACHE/src" ] || fail "make $target went on"
	done
}
