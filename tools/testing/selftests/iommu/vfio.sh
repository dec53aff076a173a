#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own kselftests of VFIO, unmodified, on functions of the mock that vfio-pci
# has: each of their programs gets the address of one. Each of their tests is a test here.
# Those that access a BAR by a mapping run once more, on a DMA engine that they have a
# driver for, and that the variant of vfio-pci has which maps BARs here.

here=$(cd "$(dirname "$0")" && pwd)
root=/sys/kernel/config/iommu-mock
inst=$root/kst-vfio-$$
out=/tmp/kst-vfio-$$
sriov=/sys/module/vfio_pci/parameters/enable_sriov
nr=0
passed=0
failed=0
skipped=0

# result STATUS NAME [REASON]: 0 is a pass, 4 a skip
result()
{
	nr=$((nr + 1))
	case $1 in
	0)
		echo "ok $nr $2"
		passed=$((passed + 1))
		;;
	4)
		echo "ok $nr $2 # SKIP ${3:-}"
		skipped=$((skipped + 1))
		;;
	*)
		echo "not ok $nr $2"
		failed=$((failed + 1))
		;;
	esac
}

take_down()
{
	[ ! -d "$inst" ] || {
		[ ! -e "$inst/live" ] || echo 0 >"$inst/live"
		rmdir "$inst"/ep* "$inst"
	}
}

clean_up()
{
	take_down
	[ ! -e "$sriov" ] || echo 0 >"$sriov"
	rm -f "$out" "$out.all"
}

skip()
{
	echo "1..0 # SKIP $1"
	exit 4
}

# add STREAM: a function
add()
{
	mkdir "$inst/ep$1" && echo "$1" >"$inst/ep$1/source_id"
}

# make TYPE STREAM STREAM STREAM: an instance with functions. The first can have a virtual
# one, the last is a DMA engine
make()
{
	mkdir "$inst" && echo "$1" >"$inst/type" && echo pci >"$inst/bus" &&
		add "$2" && add "$3" && add "$4" && echo 1 >"$inst/ep$2/total_vfs" &&
		echo ioat >"$inst/ep$4/function" &&
		echo iommu-mock-vfio-pci >"$inst/ep$4/driver_override" &&
		echo 1 >"$inst/live"
}

# without_groups PROGRAM: the variants of its tests that need VFIO groups, in a kernel that
# has none. They would fail there: they are left out, and it is said that they are.
without_groups()
{
	[ -e /dev/vfio/vfio ] || "$here/vfio/$1" -l "$bdf" 2>&1 | tr -s ' ' '\n' |
		grep -E '^(vfio_type1|iommufd_compat)' | sort -u
}

# results NAME: each result of a program's own becomes one of ours
results()
{
	while read -r line; do
		case $line in
		"ok "* | "not ok "*) ;;
		*) continue ;;
		esac
		what=${line#*ok * }
		test=${what%%[ #]*}
		case $line in
		"ok "*"# SKIP"*) result 4 "$1.$test" "${what#*# SKIP }" ;;
		"ok "*) result 0 "$1.$test" ;;
		*) result 1 "$1.$test" ;;
		esac
	done <"$out"
}

# try NAME PROGRAM BDF...
try()
{
	name=$1
	program=$2
	shift 2
	before=$nr
	without=$(without_groups "$program")
	# shellcheck disable=SC2046 # they are options, and names without blanks
	"$here/vfio/$program" $(for variant in $without; do echo "-V $variant"; done) \
		"$@" >"$out" 2>&1
	rc=$?
	sed 's/^/# /' "$out"
	results "$name"
	if [ "$rc" -eq 4 ]; then
		result 4 "$name" "$(sed -n '/SKIP\|found/{s/^1\.\.0 # SKIP //;p;q}' "$out")"
	elif [ "$rc" -ne 0 ] || [ "$nr" -eq "$before" ]; then
		result 1 "$name"
	fi
	[ -z "$without" ] ||
		result 4 "$name.groups" \
			"this kernel has none: left out are $(echo "$without" | tr '\n' ' ')"
}

# try_all TYPE STREAM STREAM STREAM
try_all()
{
	make "$@"
	result $? "$1.made"
	bdf=$(cat "$inst/ep$2/dev_name")
	other=$(cat "$inst/ep$3/dev_name")
	for program in $(cd "$here/vfio" && ls); do
		case $program in
		*_perf_test) try "$1.$program" "$program" "$bdf" "$other" ;;
		*_test) try "$1.$program" "$program" "$bdf" ;;
		esac
	done
	bdf=$(cat "$inst/ep$4/dev_name")
	for program in vfio_pci_device_test vfio_dma_mapping_mmio_test vfio_pci_driver_test; do
		try "$1.ioat.$program" "$program" "$bdf"
	done
	take_down
	result $? "$1.taken_down"
}

echo "TAP version 13"
[ -d "$root" ] || skip "no $root: is iommu_mock loaded?"
trap clean_up EXIT
mkdir "$inst"
(echo pci >"$inst/bus") 2>/dev/null || skip "this kernel has no PCI for mock hardware"
rmdir "$inst"

# Otherwise vfio-pci lets nobody have virtual functions
[ ! -e "$sriov" ] || echo 1 >"$sriov"

# How many there are is known at their end, and said before them
{
	try_all vtd 00:04.0 00:05.0 00:06.0
	try_all smmuv3 0x20 0x28 0x30
} >"$out.all"
echo "1..$nr"
cat "$out.all"
echo "# Totals: pass:$passed fail:$failed xfail:0 xpass:0 skip:$skipped error:0"
[ "$failed" -eq 0 ]
