# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Programs in the machines that QEMU emulates: what is refused before one is booted.

machine()
{
	CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/bin/iommu-mock" run --timeout 300 "$@"
}

# fake_home NAME KERNEL: a kernel that is never booted, without modules
fake_home()
{
	mkdir -p "$T/home/$1"
	printf '#!/bin/sh\nexit 1\n' >"$T/home/$1/qemu"
	chmod +x "$T/home/$1/qemu"
	echo CONFIG_NR_CPUS=4 >"$T/home/$1/config"
	: >"$T/home/$1/$2"
}

refused()
{
	run machine --home "$T/home" --modules none "$@"
	# shellcheck disable=SC2154 # set by run
	[ "$rc" -eq 125 ] || fail "status $rc: $*"
}

test_machine_refuses_what_it_cannot_run()
{
	local machine=arm64 kernel=Image

	[ "$(uname -m)" != aarch64 ] || machine=x86_64 kernel=bzImage
	fake_home $machine $kernel
	cp "$(type -P true)" "$T/true"
	refused --machine $machine -- "$T/true"
	says "is not built for $machine"
	refused --machine $machine --root "$T/nowhere" -- true
	says "is no directory that can be read"
	refused --machine $machine --accel kvm -- true
	says "no /dev/kvm here that"
	refused --machine $machine --accel fast -- true
	says "there are kvm and tcg"
	refused --machine $machine --smp 5 -- true
	says "at most 4 processors"
	rm "$T/home/$machine/$kernel"
	refused --machine $machine -- true
	says "there is no kernel"
}

test_machine_says_which_qemu_is_missing()
{
	[ "$(uname -m)" = x86_64 ] || skip "the program for arm64 is a foreign one here"
	fake_home arm64 Image
	rm "$T/home/arm64/qemu"
	PATH=/usr/bin:/bin
	! command -v qemu-system-aarch64 >/dev/null || skip "there is a QEMU in PATH"
	refused --machine arm64 -- true
	says "--machine arm64 needs qemu-system-aarch64, which is not in PATH"
}

# The test's own program for arm64, linked dynamically
test_machine_libraries_are_asked_for()
{
	[ "$(uname -m)" = x86_64 ] || skip "arm64 is no foreign machine here"
	fake_home arm64 Image
	echo 'int main(void) { return 0; }' >"$T/dynamic.c"
	"$(cross_arm64 gcc)" -o "$T/dynamic" "$T/dynamic.c"
	refused --machine arm64 -- "$T/dynamic"
	says "is linked dynamically and the arm64 machine has no libraries; --root gives it some"
}
