#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own test driver of PCI endpoints on endpoints of the mock, under the DMA
# API: its kselftest, as the kernel's tree has it.

here=$(cd "$(dirname "$0")" && pwd)
root=/sys/kernel/config/iommu-mock
inst=$root/kst-pci-endpoint-$$
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
		[ ! -e "$inst/live" ] || echo 0 >"$inst/live"
		[ ! -d "$inst/ep0" ] || rmdir "$inst/ep0"
		rmdir "$inst"
	}
}

skip()
{
	echo "1..0 # SKIP $1"
	exit 4
}

# What it has no reason to skip
passed()
{
	for test in CONSECUTIVE_BAR_TEST LEGACY_IRQ_TEST MSI_TEST memcpy.READ_TEST \
		memcpy.WRITE_TEST memcpy.COPY_TEST dma.READ_TEST dma.WRITE_TEST \
		dma.COPY_TEST; do
		echo "$1" | grep -q "^ok [0-9]* [a-z_]*\.$test\$" || return 1
	done
}

echo "TAP version 13"
[ -d "$root" ] || skip "no $root: is iommu_mock loaded?"
trap clean_up EXIT
mkdir "$inst"
(echo pci >"$inst/bus") 2>/dev/null || skip "this kernel has no PCI for mock hardware"
[ -d /sys/bus/pci/drivers/pci-endpoint-test ] || skip "this kernel has no pci-endpoint-test"
rmdir "$inst"
echo "1..8"

# try TYPE STREAM
try()
{
	(
		set -e
		mkdir "$inst"
		echo "$1" >"$inst/type"
		echo pci >"$inst/bus"
		mkdir "$inst/ep0"
		echo "$2" >"$inst/ep0/source_id"
		echo pci-endpoint-test >"$inst/ep0/driver_override"
		echo 1 >"$inst/live"
	)
	result $? "$1: make an instance with a function"

	[ -c /dev/pci-endpoint-test.0 ]
	result $? "$1: the driver has it"

	out=$("$here/pci_endpoint_test" 2>&1)
	rc=$?
	echo "$out" | sed 's/^/# /'
	[ "$rc" -eq 0 ] && passed "$out"
	result $? "$1: run the kernel's test"

	echo 0 >"$inst/live" && [ ! -e /dev/pci-endpoint-test.0 ] &&
		rmdir "$inst/ep0" && rmdir "$inst"
	result $? "$1: take it down, with the driver bound"
}

try vtd 00:04.0
try smmuv3 0x20

echo "# Totals: pass:$((8 - failed)) fail:$failed xfail:0 xpass:0 skip:0 error:0"
[ "$failed" -eq 0 ]
