# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What `make modules KDIR=` says of kernels that it cannot use.

# prepared VERSION OPTION...: a prepared build of a kernel in $T/kernel.
prepared()
{
	mkdir -p "$T/kernel/include/config"
	echo "$1" >"$T/kernel/include/config/kernel.release"
	printf 'CONFIG_%s=y\n' "${@:2}" >"$T/kernel/include/config/auto.conf"
	printf '0x00000000\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n' >"$T/kernel/Module.symvers"
}

every_option()
{
	local -a missing

	prepared 7.2.0 NOTHING
	run "$TOP/scripts/kernel-check" "$T/kernel"
	mapfile -t missing < <(grep -o 'CONFIG_[A-Z0-9_]*' "$T/out" | sort -u)
	[ ${#missing[@]} -gt 5 ] || fail "hardly an option is needed"
	printf '%s\n' "${missing[@]#CONFIG_}"
}

test_no_iommufd_is_one_sentence()
{
	local options

	options=$(every_option | grep -vx IOMMUFD)
	# shellcheck disable=SC2086
	prepared 7.2.0 $options
	fails make -s -C "$TOP" modules KDIR="$T/kernel"
	says "was configured without CONFIG_IOMMUFD."
	grep -v '^make' "$T/out" >"$T/said" && mv "$T/said" "$T/out"
	says_one_line
}

test_every_option_makes_a_kernel_usable()
{
	local options

	options=$(every_option)
	# shellcheck disable=SC2086
	prepared 7.2.0 $options
	succeeds "$TOP/scripts/kernel-check" "$T/kernel"
	# shellcheck disable=SC2086
	prepared 7.3.0-rc1+ $options
	succeeds "$TOP/scripts/kernel-check" "$T/kernel"
}

test_old_kernel_is_one_sentence()
{
	local options

	options=$(every_option)
	# shellcheck disable=SC2086
	prepared 6.12.43+deb13-amd64 $options
	fails "$TOP/scripts/kernel-check" "$T/kernel"
	says "6.12.43+deb13-amd64, and the modules need 7.2 or later."
	says_one_line
}

test_unprepared_kernel_is_one_sentence()
{
	mkdir "$T/kernel"
	fails "$TOP/scripts/kernel-check" "$T/kernel"
	says "is not a prepared kernel build"
	says_one_line
	fails "$TOP/scripts/kernel-check" "$T/nowhere"
	says "there is no directory"
}

# That is what `make modules_prepare` leaves.
test_kernel_without_its_symbols_is_one_sentence()
{
	local options

	options=$(every_option)
	# shellcheck disable=SC2086
	prepared 7.2.0 $options
	rm "$T/kernel/Module.symvers"
	fails make -s -C "$TOP" modules KDIR="$T/kernel"
	says "it has no Module.symvers"
	grep -v '^make' "$T/out" >"$T/said" && mv "$T/said" "$T/out"
	says_one_line
}

test_modules_are_installed_below_where_the_caller_is()
{
	local options

	options=$(every_option)
	# shellcheck disable=SC2086
	prepared 7.2.0 $options
	# shellcheck disable=SC2016 # make's
	printf 'modules:\nmodules_install:\n\techo "to $(INSTALL_MOD_PATH)"\n' \
		>"$T/kernel/Makefile"
	mkdir "$T/here"
	cd "$T/here" || fail "no such directory"
	INSTALL_MOD_PATH=root succeeds "$TOP/scripts/modules" --kdir "$T/kernel" --install
	grep -rqF "to $T/here/root" "$BUILD/log" "$T/out" || fail "it is installed elsewhere"
}

# A build takes minutes; what it does is for its log, what the compiler warns of is not.
test_modules_say_what_they_do_and_no_more()
{
	local options

	options=$(every_option)
	# shellcheck disable=SC2086
	prepared 7.2.0 $options
	cat >"$T/kernel/Makefile" <<MAKE
modules:
	@echo '  CC [M]  a.o'
	@echo 'a.c:1:1: warning: planted' >&2
	@[ ! -e $T/broken ]
MAKE
	succeeds make -s -C "$TOP" modules KDIR="$T/kernel"
	says "building the modules, Linux 7.2.0"
	says "a.c:1:1: warning: planted"
	does_not_say "CC [M]"
	touch "$T/broken"
	fails make -s -C "$TOP" modules KDIR="$T/kernel"
	says "| a.c:1:1: warning: planted"
	says "the modules could not be built"
}

# Modules that nobody will load are built without their suites, which takes half
# the time.
without_kunit()
{
	export MAKEFLAGS="-j$JOBS -- CONFIG_KUNIT="
}

# The modules, against a kernel build that somebody else prepared.
test_modules_against_kdir()
{
	local kernel dir

	kernel=$(CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/scripts/kernel-build" fast)
	without_kunit
	succeeds make -s -C "$TOP" modules KDIR="$kernel"
	dir=$(tail -n 1 "$T/out")
	for name in "${MODULES[@]}"; do
		[ -f "$dir/drivers/iommu/$(module_path "$name")" ] ||
			fail "no $name.ko"
	done
	succeeds make -s -C "$TOP" modules_install KDIR="$kernel" \
		INSTALL_MOD_PATH="$T/root"
	for name in "${MODULES[@]}"; do
		[ -n "$(find "$T/root/lib/modules" -name "$name.ko*")" ] ||
			fail "$name is not installed"
	done
}
