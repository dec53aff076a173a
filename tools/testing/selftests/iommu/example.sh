#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The worked examples of the user guide, on instances made from the shell.

here=$(cd "$(dirname "$0")" && pwd)
root=/sys/kernel/config/iommu-mock
inst=$root/kst-example-$$
nr=0
failed=0	# tests

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
echo "1..8"
trap clean_up EXIT

# try TYPE STREAM EXAMPLE
try()
{
	(
		set -e
		mkdir "$inst"
		echo "$1" >"$inst/type"
		mkdir "$inst/ep0"
		echo "$2" >"$inst/ep0/source_id"
		echo 1 >"$inst/live"
	)
	result $? "$1: make an instance with a device"

	name=$(cat "$inst/ep0/vfio_name")
	[ -n "$name" ] && [ -c "/dev/vfio/devices/$name" ]
	result $? "$1: the device is there"

	out=$("$here/$3" "$name" 2>&1)
	rc=$?
	echo "$out" | sed 's/^/# /'
	[ "$rc" -eq 0 ] && [ "$(echo "$out" | grep -c '^IOVA 0x12345678')" -eq 3 ]
	result $? "$1: run the example"

	echo 0 >"$inst/live" && rmdir "$inst/ep0" && rmdir "$inst"
	result $? "$1: take it down"
}

try vtd 00:04.0 nested-vtd
try smmuv3 0x20 nested-smmuv3

echo "# Totals: pass:$((8 - failed)) fail:$failed xfail:0 xpass:0 skip:0 error:0"
[ "$failed" -eq 0 ]
