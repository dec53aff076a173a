# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The commands for the inside: units, endpoints, faults, queues, caches and walks. Each
# test boots once; the functions in_* are what runs there.

mock()
{
	CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/bin/iommu-mock" "$@"
}

# in_run COMMAND...: its output, both streams, goes to $out, its status to $rc.
in_run()
{
	command=$*
	rc=0
	out=$("$@" 2>&1) || rc=$?
}

in_fail()
{
	echo "'${command:-}' (status ${rc:-}): $*"
	echo "${out:-}"
	exit 1
}

# in_ok COMMAND...: it succeeds.
in_ok()
{
	in_run "$@"
	[ "$rc" -eq 0 ] || in_fail "it failed"
}

# in_refused STATUS TEXT COMMAND...: it says so in a sentence, and its status is that.
in_refused()
{
	local status=$1 text=$2

	in_run "${@:3}"
	[ "$rc" -eq "$status" ] || in_fail "the status is not $status"
	in_says "iommu-mock: $text"
}

in_says()
{
	case $out in
	*"$1"*) ;;
	*) in_fail "it does not say: $1" ;;
	esac
}

in_says_not()
{
	case $out in
	*"$1"*) in_fail "it says: $1" ;;
	esac
}

in_units()
{
	in_ok iommu-mock unit list
	in_says "There is no unit"
	in_refused 1 "there is no unit; 'iommu-mock unit add vtd' makes one" iommu-mock queue
	in_refused 2 "what kind of unit" iommu-mock unit add
	in_ok iommu-mock unit add "$1,endpoints=2,ats=1,ep1.pasid_bits=8,iotlb_entries=77"
	in_says unit0
	in_ok iommu-mock unit list
	in_says "ep0 and ep1"
	in_ok iommu-mock unit show
	in_says "iotlb_entries   77"
	in_says "translations 0"
	in_refused 1 "there is no unit 'nosuch', but unit0" iommu-mock unit show nosuch
	in_refused 2 "'unit nosuch' is not as it should be" iommu-mock unit nosuch
}

# in_surprise: ep1 is torn out, if it is what can be, and is back in the end
in_surprise()
{
	local tries

	if [ "$(cat /sys/kernel/config/iommu-mock/unit0/bus)" != pci ]; then
		in_refused 1 "it is no PCI function" iommu-mock endpoint unplug --surprise ep1
		return
	fi
	in_ok iommu-mock endpoint unplug --surprise ep1
	in_refused 1 "unit0/ep1 is unplugged already" iommu-mock endpoint unplug --surprise ep1
	for ((tries = 0; tries < 200; tries++)); do
		! iommu-mock endpoint plug ep1 2>/dev/null || return 0
		sleep 0.05
	done
	in_fail "what was torn out cannot be plugged in again"
}

in_endpoints()
{
	in_ok iommu-mock endpoint list
	in_says "unit0/ep1 "
	in_says "/dev/vfio/devices/vfio0  ats"
	in_says "ats pasid_bits=8"
	in_ok iommu-mock endpoint show unit0/ep0
	in_says "unit0/ep0: plugged in"
	in_says "DMA that did not snoop"
	in_ok iommu-mock endpoint unplug ep1
	in_ok iommu-mock endpoint list unit0
	in_says unplugged
	in_refused 1 "unit0/ep1 is unplugged already" iommu-mock endpoint unplug ep1
	in_ok iommu-mock endpoint plug unit0/ep1
	in_surprise
	in_refused 1 "unit unit0 has no endpoint 'ep9'; its endpoints: ep0 and ep1" \
		iommu-mock endpoint show unit0/ep9
}

# in_next_hold INVALIDATION: the queue goes on until it is held before that.
in_next_hold()
{
	local tries

	for ((tries = 0; tries < 200; tries++)); do
		in_ok iommu-mock queue
		case ${out%%done *} in
		*"$1"*) return ;;
		*"held tlb"*) in_ok iommu-mock fault hold unit0 tlb ;;
		esac
		sleep 0.05
	done
	in_fail "the queue was not held before $1"
}

# in_held DIR TYPE INVALIDATION TLB: the guest has moved a page, and the invalidation that
# it sends does not get through.
in_held()
{
	local pid status=0

	echo 1 >/sys/kernel/tracing/events/iommu_mock/enable
	in_ok iommu-mock fault hold tlb
	"$1/nested-$2" vfio0 >/run/out 2>&1 &
	pid=$!
	in_next_hold "$3"
	in_says "hold held tlb"
	in_says "errors none"
	in_says ": done"
	in_ok iommu-mock walk unit0 ep0 0x123456789abc w
	in_says "$4 has an entry, and is asked before these tables"
	in_says "    stage 2 of 0x8000"
	in_says "stage-2 level"
	in_says "result: ep0 ("
	in_ok iommu-mock walk ep0 0x12345678a000 w
	in_says "fault: ep0 ("
	in_says "it would be recorded"
	in_ok iommu-mock caches
	in_says "addr=0000123456789000"
	in_ok iommu-mock caches unit0 "$4"
	in_says "addr=0000123456789000"
	in_says_not "stage1 entries"
	in_ok iommu-mock unit show unit0
	in_says "faults 0"
	in_ok iommu-mock fault go unit0
	wait "$pid" || status=$?
	[ "$status" -eq 0 ] || in_fail "the program ended with $status: $(cat /run/out)"
}

# in_events EVENT INVALIDATION: the program's, with the names of the unit and the endpoint
in_events()
{
	in_ok cat /sys/kernel/tracing/trace
	in_says "mock_translate: unit0: ep0 ("
	in_says "write of 0x123456789000: pa 0x"
	in_says "write of 0x12345678a000: blocked"
	in_says "mock_fault: unit0: ep0 ("
	in_says "$1: unit0: $2 "
	echo 0 >/sys/kernel/tracing/events/iommu_mock/enable
}

# in_faults DIR TYPE FAULT: what the program met in the end, and what is injected
in_faults()
{
	in_ok iommu-mock fault last
	in_says "ep0 ("
	in_says "write of 0x12345678a000: stage 1: $3"
	in_says "; recorded"
	in_ok iommu-mock fault inject unit0 walk_abort irq_lost=3 devtlb_timeout=always
	in_ok iommu-mock fault list
	in_says "walk_abort               1 "
	in_says "irq_lost                 3 "
	in_says "devtlb_timeout           always"
	in_ok iommu-mock fault clear unit0
	in_ok iommu-mock fault list unit0
	in_says_not always
	# Of the configuration, before the program's own is there
	in_ok iommu-mock walk ep0 0x1000
	in_ok iommu-mock fault inject walk_abort=always
	in_run "$1/nested-$2" vfio0
	[ "$rc" -ne 0 ] || in_fail "nothing was injected"
	in_ok iommu-mock fault last unit0
	in_says "cannot be read"
	in_ok iommu-mock fault clear
	in_refused 1 "there is no fault 'nosuch' to inject, but cmd_error, " \
		iommu-mock fault inject unit0 nosuch
	in_refused 1 "'x' is no count" iommu-mock fault inject walk_abort=x
	in_refused 1 "'4294967296' is no count" iommu-mock fault inject walk_abort=4294967296
	in_ok iommu-mock fault delay unit0 sync=5 limit=900 ep1=7
	in_ok iommu-mock fault list
	in_says "delay   limit                    900"
	in_says "delay   ep1                      7"
	in_refused 1 "'nosuch' is nothing that can be delayed: sync, limit, or an endpoint (ep0 and ep1)" \
		iommu-mock fault delay nosuch=5
	in_refused 1 "'tea' is no kind of command" iommu-mock fault hold tea
	in_ok iommu-mock fault clear
}

in_mistakes()
{
	in_refused 1 "unit unit0 has no such endpoint; its endpoints: ep0 and ep1" \
		iommu-mock walk unit0 nosuch 0x1000
	in_refused 2 "'ep0 0x1000 x' is no request" iommu-mock walk ep0 0x1000 x
	in_refused 2 "'ep0 0x100000 0x1000' is no request" iommu-mock walk ep0 0x100000 0x1000
	in_refused 2 "which endpoint, and which address?" iommu-mock walk
	in_ok iommu-mock walk unit0/ep1 5 0x1000 x
	in_says "fetch of 0x1000"
	in_refused 1 "unit unit0 has no cache 'nosuch', but " iommu-mock caches nosuch
	in_ok iommu-mock unit add vtd
	in_says unit1
	in_refused 1 "there are several units, name one of them: unit0 and unit1" iommu-mock queue
	in_ok iommu-mock fault last
	in_says "unit1
no faults"
	in_refused 1 "there is no unit 'nosuch', but unit0 and unit1" \
		iommu-mock unit remove unit0 nosuch
	in_ok iommu-mock unit list
	in_says "unit0 "
	in_ok iommu-mock unit remove --all
	in_ok iommu-mock unit list
	in_says "There is no unit"
}

# in_all DIR TYPE INVALIDATION TLB FAULT EVENT
in_all()
{
	in_units "$2"
	in_endpoints
	in_held "$1" "$2" "$3" "$4"
	in_events "$6" "$3"
	in_faults "$1" "$2" "$5"
	in_mistakes
	echo "all is well"
}

# inside ARG...: in_all of these in one boot, with the example that TYPE has
inside()
{
	local headers functions

	mapfile -t functions < <(compgen -A function in_)
	headers=$(CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/scripts/kernel-headers")
	gcc -I"$headers" -I"$TOP/include/uapi" -o "$T/nested-$1" "$TOP/tools/example/nested-$1.c"
	# Nothing is held for so long that the driver gives it up, on a slow machine either.
	run mock run --timeout 300 --share "$T:ro" --param intel_nested.timeout_ms=60000 \
		--param arm_smmu_v3_nested.timeout_ms=60000 -- \
		bash -c "set -u; $(declare -f "${functions[@]}"); in_all \"\$@\"" in_all "$T" "$@"
	# shellcheck disable=SC2154 # set by run
	[ "$rc" -eq 0 ] || fail "status $rc"
	says "all is well"
}

test_inside_vtd()
{
	inside vtd p_iotlb_inv_dsc iotlb "SFS.2 (0x71)" mock_vtd_desc
}

test_inside_smmuv3()
{
	inside smmuv3 CMD_TLBI_NH_VA tlb "F_TRANSLATION (0x10)" mock_smmuv3_cmd
}

# On a machine without the module, what to do is said.
test_inside_is_not_here()
{
	[ ! -d /sys/module/iommu_mock ] || return 0
	run mock unit list
	[ "$rc" -eq 1 ] || fail "status $rc"
	says "iommu-mock: the module iommu_mock is not loaded here: 'modprobe iommu_mock' loads it"
	says_one_line
}
