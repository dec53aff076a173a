# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Programs in the machines that QEMU emulates: one is booted for what it can do; what
# is refused needs no kernel.

machine()
{
	CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/bin/iommu-mock" run --timeout 300 "$@"
}

# small_vmm MACHINE: its path. What builds it has something to say, and a run then has not.
small_vmm()
{
	local dir=tools/testing/machine other=()

	[ "$1" = x86_64 ] || other=("$1")
	(
		export CACHE=$REAL_CACHE BUILD=$REAL_BUILD
		"$TOP/scripts/mock-home" "$1" && build_program $dir "${other[@]}"
	) >&2 || return
	printf '%s\n' "$REAL_BUILD/$dir-$KSERIES${other:+-$1}/small_vmm"
}

# What the VMM says of its guest and of two devices
says_vm_and_devices()
{
	says "it said 0x2a"
	says "its end"
	[ "$(grep -c "^/dev/vfio/devices/vfio[0-9]*: copied the guest's word" "$T/out")" -eq 2 ] ||
		fail "two devices were to copy a word"
}

# The file system is the host's, and a shell in it does all at once.
test_machine_x86_64_has_kvm_and_the_interface_of_uml()
{
	local vmm

	[ "$(uname -m)" = x86_64 ] || skip "the kernel of an x86 machine is built on one"
	vmm=$(small_vmm x86_64)
	cd "$T" || return
	# shellcheck disable=SC2016
	rc=0 && echo input | machine --machine x86_64 --accel tcg --unit vtd --unit smmuv3 --smp 2 --env 'A=b  c' -- \
		bash -c 'cat; echo "$A|$1|$(nproc)|$PWD"; echo w >written; echo e >&2; "$2" && exit 7' \
		bash $'d\n e' "$vmm" >"$T/out" 2>"$T/err" || rc=$?
	[ "$rc" -eq 7 ] || { cat "$T/err" >>"$T/out"; fail "status $rc"; }
	says_vm_and_devices
	[ "$(head -n 3 "$T/out")" = $'input\nb  c|d\n e|2|'"$T" ] || fail "something was not passed on"
	[ "$(cat "$T/err")" = e ] || fail "standard error is another: $(cat "$T/err")"
	[ "$(cat written)" = w ] || fail "the current directory cannot be written to"
}

# As a user sees it: the size, events in words between what the program prints, and ^C.
test_machine_has_the_callers_terminal()
{
	[ "$(uname -m)" = x86_64 ] || skip "the kernel of an x86 machine is built on one"
	CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/scripts/mock-home" x86_64 >/dev/null
	run env TERMINAL_SECONDS=120 CACHE="$REAL_CACHE" BUILD="$REAL_BUILD" \
		"$TOP/tools/testing/build/on-terminal" ready '\x03' -- \
		"$TOP/bin/iommu-mock" run --machine x86_64 --accel tcg --trace --unit vtd -- \
		sh -c 'stty size; tty; echo ready; sleep 100'
	[ "$rc" -eq 130 ] || fail "status $rc, not 130"
	says "33 77"
	says "/dev/pts/0"
	says "mock_vtd_desc: unit0: "
	says "^C"
	says "modes kept"
}

# The guest of a VMM that is at EL2, and devices of both vendors beside it
test_machine_arm64_has_kvm()
{
	local vmm

	vmm=$(small_vmm arm64)
	cd "$T" || return
	run machine --machine arm64 --accel tcg --unit vtd --unit smmuv3 -- "$vmm"
	# shellcheck disable=SC2154 # set by run
	[ "$rc" -eq 0 ] || fail "status $rc"
	says_vm_and_devices
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

machine_refuses()
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
	machine_refuses --machine $machine -- "$T/true"
	says "is not built for $machine"
	machine_refuses --machine $machine --root "$T/nowhere" -- true
	says "is no directory that can be read"
	machine_refuses --machine $machine --accel kvm -- true
	says "no /dev/kvm here that"
	machine_refuses --machine $machine --accel fast -- true
	says "there are kvm and tcg"
	machine_refuses --machine $machine --smp 5 -- true
	says "at most 4 processors"
	rm "$T/home/$machine/$kernel"
	machine_refuses --machine $machine -- true
	says "there is no kernel"
}

# The caller's $SHELL is a program of the host.
test_machine_has_a_shell_of_its_own()
{
	local machine=arm64 kernel=Image options

	[ "$(uname -m)" != aarch64 ] || machine=x86_64 kernel=bzImage
	fake_home $machine $kernel
	printf '#!/bin/sh\necho "QEMU has begun" >&2\n' >"$T/home/$machine/qemu"
	cp "$(type -P true)" "$T/home/$machine/iommu-mock"
	cp "$(type -P true)" "$T/home/$machine/busybox"
	for options in "" "--root $T/home"; do
		# shellcheck disable=SC2086 # words
		run env SHELL="$(type -P bash)" "$TOP/bin/iommu-mock" shell --home "$T/home" \
			--modules none --machine $machine $options
		says "QEMU has begun"
	done
}

# A QEMU whose KVM does nothing, or ends at once, and that says what it emulates
test_machine_is_emulated_where_kvm_does_not_start_it()
{
	local machine=x86_64 kernel=bzImage does

	[ "$(uname -m)" != aarch64 ] || machine=arm64 kernel=Image
	[ -w /dev/kvm ] || skip "there is no /dev/kvm here"
	fake_home $machine $kernel
	for does in 'exec sleep 1000' 'exit 1'; do
		printf '#!/bin/sh\ncase "$*" in *"-accel kvm"*) %s ;; esac\n%s\n' "$does" \
			'echo "emulated: $*" >&2; exit 1' >"$T/home/$machine/qemu"
		machine_refuses --machine $machine -- true
		says "the KVM of this host does not start the kernel"
		says "emulated: "
		says "the machine did not start"
		machine_refuses --machine $machine --accel tcg -- true
		does_not_say "the KVM of this host"
	done
	run machine --home "$T/home" --modules none --machine $machine --accel kvm --timeout 3 -- true
	does_not_say "emulated: "
}

test_machine_says_which_qemu_is_missing()
{
	[ "$(uname -m)" = x86_64 ] || skip "the program for arm64 is a foreign one here"
	fake_home arm64 Image
	rm "$T/home/arm64/qemu"
	PATH=/usr/bin:/bin
	! command -v qemu-system-aarch64 >/dev/null || skip "there is a QEMU in PATH"
	machine_refuses --machine arm64 -- true
	says "--machine arm64 needs qemu-system-aarch64, which is not in PATH"
}

# The test's own program for arm64, linked dynamically
test_machine_libraries_are_asked_for()
{
	[ "$(uname -m)" = x86_64 ] || skip "arm64 is no foreign machine here"
	fake_home arm64 Image
	echo 'int main(void) { return 0; }' >"$T/dynamic.c"
	"$(cross_arm64 gcc)" -o "$T/dynamic" "$T/dynamic.c"
	machine_refuses --machine arm64 -- "$T/dynamic"
	says "is linked dynamically and the arm64 machine has no libraries; --root gives it some"
}
