# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Places where nothing can be built: their names, what can be written, what is full.

# checkout DIR: as much of one as the commands are, where no kernel can be fetched
checkout()
{
	stub apt-get <<<'exit 1'
	mkdir -p "$1"
	cp -r "$TOP"/{Makefile,scripts,configs,tools} "$1/"
}

# in_mounts SCRIPT COMMAND...: runs COMMAND after SCRIPT has mounted something, which
# nobody else sees.
in_mounts()
{
	local root=()

	[ "$(id -u)" -eq 0 ] || root=(--map-root-user)
	# shellcheck disable=SC2016 # a shell in the namespace
	unshare "${root[@]}" --mount sh -ec 'eval "$1"; shift; exec "$@"' sh "$@"
}

# read_only DIR: what makes it so, for in_mounts
read_only()
{
	printf 'mount --bind %q %q && mount -o remount,bind,ro %q\n' "$1" "$1" "$1"
}

# one_sentence SENTENCE COMMAND...: which fails, and says this and nothing else
one_sentence()
{
	fails "${@:2}"
	says "$1"
	grep -v '^make' "$T/out" >"$T/said" || true
	mv "$T/said" "$T/out"
	says_one_line
}

test_a_blank_in_a_path_is_one_sentence()
{
	local target place

	checkout "$T/a tree"
	unset BUILD
	for target in kernel modules check kunit selftests lint; do
		one_sentence "cannot work with a blank or a colon in a path: '$T/a tree'" \
			make -s -C "$T/a tree" "$target"
	done
	succeeds make -s -C "$T/a tree" help
	for place in CACHE BUILD; do
		one_sentence "in a path: '$T/a:place'" \
			env BUILD="$T/build" make -s -C "$TOP" modules "$place=$T/a:place"
	done
	export BUILD=$T/build
	one_sentence "in a path: '$T/a kernel'" make -s -C "$TOP" modules KDIR="$T/a kernel"
	one_sentence "in a path: '$T/a kernel'" env KSRC="$T/a kernel" "$TOP/scripts/kernel-fetch"
	one_sentence "in a path: '$T/a root'" make -s -C "$TOP" modules_install \
		KDIR="$T/kernel" INSTALL_MOD_PATH="$T/a root"
}

test_what_cannot_be_written_to_is_one_sentence()
{
	local target

	checkout "$T/tree"
	unset BUILD
	for target in kernel modules check kunit selftests lint; do
		one_sentence "cannot write to $T/tree/build" \
			in_mounts "$(read_only "$T/tree")" make -s -C "$T/tree" "$target"
	done
	succeeds in_mounts "$(read_only "$T/tree")" make -s -C "$T/tree" help

	export BUILD=$T/build KSRC=$T/tree
	mkdir "$T/cache"
	touch "$T/tree/Kbuild" "$T/tree/Kconfig"
	printf 'VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 1\n' >"$T/tree/Makefile"
	one_sentence "cannot write to the cache $CACHE" \
		in_mounts "$(read_only "$CACHE")" "$TOP/scripts/kernel-build" fast
	one_sentence "cannot write to $T/tree/lib/modules" \
		in_mounts "$(read_only "$T/tree")" make -s -C "$TOP" modules_install \
		KDIR="$T/kernel" INSTALL_MOD_PATH="$T/tree"
}

test_a_full_disk_is_named()
{
	toy_kernel
	# shellcheck disable=SC2016 # make's
	sed -i 's,^all:.*,all:\n\thead -c 9M /dev/zero >$(O)/big,' "$T/linux/Makefile"
	mkdir "$CACHE" "$BUILD"
	fails in_mounts "mount -t tmpfs -o size=4M none '$CACHE'" "$TOP/scripts/kernel-build" fast
	says "no space is left on the disk of $CACHE"
	# The log, too, is on it.
	sed -i 's,head.*,head -c 9M /dev/zero >'"$BUILD"'/big,' "$T/linux/Makefile"
	fails in_mounts "mount -t tmpfs -o size=4M none '$BUILD'" "$TOP/scripts/kernel-build" fast
	says "no space is left on the disk of $BUILD"
	# By then there may be room again.
	sed -i 's,head.*,head -c 9M /dev/zero >'"$BUILD/big || { rm $BUILD/big; false; }"',' \
		"$T/linux/Makefile"
	fails in_mounts "mount -t tmpfs -o size=4M none '$BUILD'" "$TOP/scripts/kernel-build" fast
	says "a disk was full"
}
