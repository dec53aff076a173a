#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The worked examples of the user guide, on instances made from the shell.

here=$(cd "$(dirname "$0")" && pwd)
root=/sys/kernel/config/iommu-mock
inst=$root/kst-example-$$
nr=0
failed=0	# tests
skipped=0
TESTS=20

result()
{
	nr=$((nr + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $nr $2"
	else
		echo "not ok $nr $2"
		failed=$((failed + 1))
	fi
}

clean_up()
{
	[ ! -d "$inst" ] || {
		echo 0 >"$inst/live"
		[ ! -d "$inst/ep0" ] || rmdir "$inst/ep0"
		rmdir "$inst"
	}
}

echo "TAP version 13"
if [ ! -d "$root" ]; then
	echo "1..0 # SKIP no $root: is iommu_mock loaded?"
	exit 4
fi
echo "1..$TESTS"
trap clean_up EXIT

# try LABEL TYPE STREAM EXAMPLE LINES [ATTRIBUTE...]: the example says so many lines that
# begin with an IOVA; the attributes that the instance or its endpoint has are 1
try()
{
	label=$1 type=$2 stream=$3 example=$4 lines=$5
	shift 5
	(
		set -e
		mkdir "$inst"
		echo "$type" >"$inst/type"
		mkdir "$inst/ep0"
		echo "$stream" >"$inst/ep0/source_id"
		for attr; do
			case $attr in
			platform) echo platform >"$inst/bus" ;;
			*) echo 1 >"$inst/ep0/$attr" ;;
			esac
		done
		echo 1 >"$inst/live"
	)
	result $? "$label: make an instance with a device"

	name=$(cat "$inst/ep0/vfio_name")
	[ -n "$name" ] && [ -c "/dev/vfio/devices/$name" ]
	result $? "$label: the device is there"

	out=$("$here/$example" "$name" 2>&1)
	rc=$?
	echo "$out" | sed 's/^/# /'
	if [ "$rc" -eq 1 ] && [ "$(cat "$inst/driver")" = in-tree ] &&
			[ "${out##*: }" = "Operation not supported" ]; then
		nr=$((nr + 1))
		skipped=$((skipped + 1))
		echo "ok $nr $label: run the example # SKIP the kernel's own driver cannot"
	else
		[ "$rc" -eq 0 ] && [ "$(echo "$out" | grep -c '^IOVA 0x')" -eq "$lines" ]
		result $? "$label: run the example"
	fi

	echo 0 >"$inst/live" && rmdir "$inst/ep0" && rmdir "$inst"
	result $? "$label: take it down"
}

try VT-d vtd 00:04.0 nested-vtd 3
try SMMUv3 smmuv3 0x20 nested-smmuv3 3
try "VT-d, page requests" vtd 00:04.0 page-faults 4 ats pri
try "SMMUv3, page requests" smmuv3 0x20 page-faults 4 ats pri
try "SMMUv3, stalls" smmuv3 0x20 page-faults 4 platform can_stall

passed=$((TESTS - failed - skipped))
echo "# Totals: pass:$passed fail:$failed xfail:0 xpass:0 skip:$skipped error:0"
[ "$failed" -eq 0 ]
