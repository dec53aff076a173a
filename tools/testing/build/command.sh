# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# "iommu-mock run": what of the program comes back, and what is said of a kernel.

# mock_run OPTION... COMMAND...: with the modules of this tree
mock_run()
{
	CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/bin/iommu-mock" run "$@"
}

# bare_run OPTION... COMMAND...: with none, which is quicker
bare_run()
{
	mock_run --modules none "$@"
}

status_is()
{
	# shellcheck disable=SC2154 # set by run
	[ "$rc" -eq "$1" ] || fail "status $rc, not $1"
}

# refused SENTENCE OPTION...: nothing is booted.
refused()
{
	run bare_run "${@:2}"
	status_is 125
	says "iommu-mock: $1"
	says_one_line
}

test_run_of_true_is_silent()
{
	succeeds mock_run -- true
	[ ! -s "$T/out" ] || fail "it says something"
}

test_run_passes_the_status_on()
{
	local status

	for status in 1 7 255; do
		run bare_run sh -c "exit $status"
		status_is "$status"
	done
	run bare_run sh -c 'kill -TERM $$'
	status_is 143
	[ ! -s "$T/out" ] || fail "it says something"
}

test_run_says_what_cannot_be_run()
{
	run bare_run no-such-program
	status_is 127
	says "iommu-mock: no-such-program cannot be run"
	says_one_line
	touch "$T/data"
	run bare_run "$T/data"
	status_is 126
	says "iommu-mock: $T/data cannot be run"
}

test_run_passes_arguments_and_environment_on()
{
	local i long

	long=$(head -c 100000 /dev/zero | tr '\0' x)
	# shellcheck disable=SC2016 # the shell's inside
	succeeds bare_run --env $'A=b c\nd' sh -c 'printf "%s|" "$A" "$@"; echo ${#0}' "$long" \
		'a b' $'c\nd' '' 'e"f'\' '*'
	printf '%s|' $'b c\nd' 'a b' $'c\nd' '' 'e"f'\' '*' >"$T/expected"
	echo 100000 >>"$T/expected"
	cmp "$T/expected" "$T/out" || fail "arguments are others"
	(
		for ((i = 0; i < 1000; i++)); do
			export "MANY_$i=value $i"
		done
		succeeds bare_run sh -c 'env | grep -c ^MANY_'
	)
	says 1000
}

# What the command is made of has variables of the same names.
test_run_leaves_the_environment_as_it_is()
{
	local variables=(PS1='> ' TOP=mine KSERIES= JOBS=$'a\nb' HOME=)

	env -u KMIN "${variables[@]}" CACHE="$REAL_CACHE" BUILD="$REAL_BUILD" \
		env -0 | sort -z >"$T/expected"
	env -u KMIN "${variables[@]}" CACHE="$REAL_CACHE" BUILD="$REAL_BUILD" \
		"$TOP/bin/iommu-mock" run --modules none -- env -0 >"$T/unsorted"
	sort -z "$T/unsorted" | grep -avz '^IOMMU_MOCK_' >"$T/found"
	sed -i -z '/^\(_\|PATH\)=/d' "$T/expected" "$T/found"
	cmp "$T/expected" "$T/found" || fail "the environment is another"
}

test_run_needs_no_home()
{
	local own

	own=$(getent passwd "$(id -u)" | cut -d: -f6)
	# shellcheck disable=SC2016 # the shell's
	succeeds env -u HOME -u CACHE -u XDG_CACHE_HOME bash -euc '. "$0/scripts/lib.sh"; echo "$CACHE"' "$TOP"
	[ "$(cat "$T/out")" = "$own/.cache/iommufd-nested" ] || fail "the cache is elsewhere, not below $own"
	# shellcheck disable=SC2016 # make's
	succeeds env -u HOME -u CACHE -u XDG_CACHE_HOME make -s -f "$TOP/Makefile" \
		--eval 'cache:;@echo $(CACHE)' cache
	[ "$(cat "$T/out")" = "$own/.cache/iommufd-nested" ] || fail "make's cache is elsewhere"
}

test_run_keeps_the_streams_apart()
{
	bare_run sh -c 'echo out; echo err >&2' >"$T/1" 2>"$T/2" </dev/null
	[ "$(cat "$T/1")" = out ] || fail "output: $(cat "$T/1")"
	[ "$(cat "$T/2")" = err ] || fail "error: $(cat "$T/2")"
}

test_run_passes_all_bytes_on()
{
	local sum

	sum=$(seq 1 2000000 | md5sum)
	[ "$(bare_run seq 1 2000000 </dev/null | md5sum)" = "$sum" ] || fail "output is another"
	head -c 300000 /dev/urandom >"$T/random"
	bare_run cat <"$T/random" >"$T/copy"
	cmp "$T/random" "$T/copy" || fail "input is another"
}

test_run_ends_with_its_reader()
{
	set +o pipefail
	[ "$(bare_run yes </dev/null 2>"$T/out" | head -n 2)" = $'y\ny' ] || fail "no output"
	[ ! -s "$T/out" ] || fail "it complains of a reader that went"
	bare_run sh -c 'echo lost; echo kept >&2' >/dev/full 2>"$T/out" </dev/null || rc=$?
	status_is 125
	says "standard output cannot be written to: No space left on device"
	says kept
}

test_run_works_without_standard_files()
{
	run bare_run sh -c 'exit 3' <&- >&- 2>&-
	status_is 3
}

test_run_sees_its_directories_at_their_paths()
{
	local dir=$T/$'a dir, with a: newline\nin it'

	mkdir -p "$dir" "$T/rw" "$T/ro"
	echo '#!/bin/sh' >"$T/ro/program"
	echo 'pwd; echo new >here; echo new >"$1/rw/file"; echo new >"$1/ro/file"' >>"$T/ro/program"
	chmod +x "$T/ro/program"
	(cd "$dir" && run bare_run --share "$T/rw" --share "$T/ro:ro" "$T/ro/program" "$T")
	grep -qx 'in it' "$T/out" || fail "another directory"
	[ "$(cat "$dir/here")" = new ] || fail "the current directory cannot be written to"
	[ "$(cat "$T/rw/file")" = new ] || fail "a share cannot be written to"
	[ ! -e "$T/ro/file" ] || fail "a read-only share can be written to"
	says "Read-only file system"
	run bare_run --share "$T/nowhere" true
	status_is 125
	says "--share $T/nowhere: No such file or directory"
}

test_run_hides_the_rest_of_tmp()
{
	local dir program

	dir=$(mktemp -d /tmp/iommu-mock-test.XXXXXX)
	mkdir "$dir/here" "$dir/bin"
	echo visible >"$dir/here/file"
	echo hidden >"$dir/other"
	program=$dir/bin/program
	printf '#!/bin/sh\ncat file; cat ../other; echo x >/tmp/new && echo memory\n' >"$program"
	chmod +x "$program"
	(cd "$dir/here" && run bare_run "$program")
	rm -r "$dir"
	says visible
	does_not_say hidden
	says memory
	[ ! -e /tmp/new ] || fail "/tmp is the host's"
	(cd / && run bare_run sh -c "echo x >'$T/x'")
	[ ! -e "$T/x" ] || fail "the host's files can be written"
}

test_run_tells_of_a_kernel_that_complains()
{
	run bare_run sh -c 'echo "WARNING: CPU: 0 PID: 1 at nowhere" >/dev/kmsg'
	status_is 120
	says "WARNING: CPU: 0 PID: 1 at nowhere"
	says "iommu-mock: the kernel complained"
}

test_run_tells_of_a_kernel_that_died()
{
	# 0x4321fedc is the power switch
	local i

	run bare_run perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'
	status_is 121
	says "iommu-mock: the kernel died while the program ran"
	# What does this as its first deed has begun, too.
	printf '#include <sys/reboot.h>\nint main(void) { return reboot(RB_POWER_OFF); }\n' |
		gcc -O2 -static -o "$T/off" -x c -
	for i in 1 2 3 4 5 6; do
		run bare_run "$T/off"
		status_is 121
		says "iommu-mock: the kernel died while the program ran"
	done
}

test_run_has_a_time()
{
	run bare_run --timeout 2 sleep 100
	status_is 124
	says "iommu-mock: not finished after 2 s"
	says_one_line
}

# A reader who reads no more, while there is more than a pipe holds
test_run_has_a_time_without_a_reader()
{
	local start=$SECONDS

	{
		bare_run --timeout 2 yes 2>"$T/out" </dev/null || rc=$?
		echo "status $rc after $((SECONDS - start)) s" >>"$T/out"
	} | { sleep 15; }
	says "status 124"
	says "not finished after 2 s"
	[ "$(sed -n 's/.* after \([0-9]*\) s$/\1/p' "$T/out" | tail -n 1)" -lt 14 ] ||
		fail "it waits for the reader"
}

test_run_names_what_is_left_behind()
{
	# shellcheck disable=SC2016 # the shell's inside
	succeeds mock_run --unit vtd -- sh -c 'mkdir /sys/kernel/config/iommu-mock/mine
		sleep 1000 <"$IOMMU_MOCK_DEVICES" & exit 0'
	says "the program has left process sleep"
	says "the program has left unit mine behind"
	[ "$(wc -l <"$T/out")" -eq 2 ] || fail "it says more"
}

test_run_makes_units()
{
	# shellcheck disable=SC2016 # the shell's inside
	succeeds mock_run --unit vtd,iotlb_entries=8 --unit smmuv3,name=s,endpoints=2,ats=1,ep1.pri=1 -- \
		sh -c 'cd /sys/kernel/config/iommu-mock; echo $IOMMU_MOCK_UNITS: $IOMMU_MOCK_DEVICES
		cat unit0/caches/iotlb_entries s/ep*/ats s/ep*/pri s/ep1/source_id'
	says "unit0 s: /dev/vfio/devices/vfio0 /dev/vfio/devices/vfio1 /dev/vfio/devices/vfio2"
	[ "$(tail -n 6 "$T/out" | xargs)" = "8 1 1 0 1 0x0108" ] || fail "attributes are others"
}

test_run_refuses_units_with_a_sentence()
{
	refused "unit 'vtd,endpoints': 'endpoints' has no KEY=VALUE" --unit vtd,endpoints true
	refused "unit 'vtd,': '' has no KEY=VALUE" --unit vtd, true
	refused "unit 'vtd,ep1.ats=1': there is no ep1 with endpoints=1" --unit vtd,ep1.ats=1 true
	refused "unit 'vtd,ep4294967296.ats=1': there is no ep4294967296 with endpoints=1" \
		--unit vtd,ep4294967296.ats=1 true
	refused "name=a b is no name for a unit" --unit 'vtd,name=a b' true
	refused "--unit needs modules" --unit vtd true
	run mock_run --unit vtd,ep-1.ats=1 true
	status_is 125
	says "there is no attribute 'ep-1.ats'"
	run mock_run --unit vtd,nosuch=1 true
	status_is 125
	says "there is no attribute 'nosuch'"
	run mock_run --unit nosuch true
	status_is 125
	says "there are no units of type 'nosuch'"
	run mock_run --unit vtd,ver=0x1000000000 true
	status_is 125
	says "ver=0x1000000000: Invalid argument; the kernel says: iommu_mock: VER: reserved bits"
}

test_run_refuses_options_with_a_sentence()
{
	refused "there is no option --nosuch" --nosuch true
	refused "there is no option -x" -xh true
	refused "there is no option --dmesg=1" --dmesg=1 true
	refused "--mem needs a value" --mem
	refused "--mem 12 is no size" --mem 12 true
	refused "--timeout -1 is no number" --timeout -1 true
	refused "--env A has no NAME=VALUE" --env A true
	refused "--param a=b has no MODULE.NAME=VALUE" --param a=b true
	refused "--machine pc: there is uml, x86_64 and arm64" --machine pc --kernel "$T" true
	refused "--gdb and --strace" --gdb --strace true
	refused "there is no program to run"
}

test_run_passes_parameters_of_modules_on()
{
	succeeds mock_run --param iommu_mock.reorder_seed=7 -- \
		cat /sys/module/iommu_mock/parameters/reorder_seed
	says 7
	run mock_run --param nosuch.name=1 true
	status_is 125
	says "--param nosuch.name=1: no such module is loaded"
	run mock_run --param iommu_mock.nosuch=1 true
	status_is 125
	says "--param iommu_mock.nosuch=1: the module has no such parameter"
}

test_run_of_several_programs()
{
	mkdir -p "$T/logs/kunit"
	echo mine >"$T/logs/mine"
	# shellcheck disable=SC2016 # the shell's inside
	run mock_run --logs "$T/logs" --unit vtd --each 'echo a $IOMMU_MOCK_UNITS; exit 3' \
		"printf '%s' b >&2" 'exit 4'
	status_is 3
	[ "$(cat "$T"/logs/1-echo.out)" = "a unit0" ] || fail "1: $(cat "$T"/logs/1-echo.out)"
	[ "$(cat "$T"/logs/2-printf.out)" = b ] || fail "2: $(cat "$T"/logs/2-printf.out)"
	[ "$(cat "$T"/logs/*.status | xargs)" = "3 0 4" ] || fail "other statuses"
	grep -q 'Linux version' "$T/logs/dmesg" || fail "no kernel log"
	[ "$(cat "$T/logs/mine")" = mine ] || fail "a file of the caller's is gone"
}

test_run_shows_the_kernels_log_and_events()
{
	bare_run --dmesg true >"$T/1" 2>"$T/out" </dev/null
	says "Linux version"
	[ ! -s "$T/1" ] || fail "the log is in the output"
	mock_run --unit vtd --trace -- sh -c 'echo between; cat /proc/uptime' >"$T/1" 2>"$T/out" </dev/null
	grep -qE '^\[ +[0-9]+\.[0-9]{6}\] mock_' "$T/out" || fail "no event"
	run mock_run --trace=nosuch true
	status_is 125
	says "--trace: there is no event 'nosuch'"
}

test_run_has_two_processors_if_the_kernel_has()
{
	succeeds bare_run --smp 2 nproc
	says 2
	refused "--smp 3: that kernel has at most 2 processors" --smp 3 true
	mkdir "$T/kernel"
	touch "$T/kernel/linux"
	chmod +x "$T/kernel/linux"
	echo '# CONFIG_SMP is not set' >"$T/kernel/config"
	refused "--smp 2: that kernel has one processor" --kernel "$T/kernel" --smp 2 true
}

test_run_passes_through_gdb_and_strace()
{
	command -v strace gdb >/dev/null || return 0
	succeeds bare_run --strace sh -c 'exit 0'
	says "exited with 0"
	bare_run --gdb /bin/true <<<$'run\nquit' >"$T/out" 2>&1
	says "exited normally"
}

# doctor DIR: of a home that is there or not
doctor()
{
	CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/bin/iommu-mock" doctor --home "$1"
}

test_doctor_says_what_mends_it()
{
	local home

	home=$(CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/scripts/mock-home" fast)
	succeeds doctor "$home"
	says "ok       a machine starts, runs 'true' and goes off in"
	does_not_say PROBLEM
	run doctor "$T"
	status_is 1
	says "PROBLEM  there is no kernel 'fast' with modules in $T"
	says "mend it by: "
	says "missing  no kernel for --machine x86_64 in $T"
	says "if you want it: build it from the sources"
	says "if you want it: a package made with it, or a build of the sources"
	# A tree has a QEMU of its own beside the kernel.
	mkdir "$T/arm64"
	touch "$T/arm64/Image"
	printf '#!/bin/sh\n' | tee "$T/qemu-system-aarch64" >"$T/arm64/qemu"
	chmod +x "$T/arm64/qemu"
	run doctor "$T"
	says "ok       the kernel and QEMU for --machine arm64 are there"
	rm "$T/arm64/qemu"
	chmod +x "$T/qemu-system-aarch64"
	PATH=$T:$PATH run doctor "$T"
	says "ok       the kernel and QEMU for --machine arm64 are there"
	succeeds mock_run -- iommu-mock doctor
	says "ok       configfs is mounted on /sys/kernel/config"
	run mock_run -- sh -c 'umount /sys/kernel/debug; iommu-mock doctor'
	status_is 1
	says "mend it by: mount -t debugfs none /sys/kernel/debug"
}

# A program by a link to elsewhere, and a current directory in memory
test_run_sees_links_and_what_they_lead_to()
{
	local dir memory rc=0

	dir=$(mktemp -d /tmp/iommu-mock-test.XXXXXX)
	memory=$(mktemp -d /dev/shm/iommu-mock-test.XXXXXX)
	mkdir "$dir/bin" "$dir/target"
	printf '#!/bin/sh\necho new >here && echo "by $0"\n' >"$dir/target/program"
	chmod +x "$dir/target/program"
	ln -s "$dir/target/program" "$dir/bin/program"
	(
		cd "$memory" && succeeds bare_run "$dir/bin/program" && says "by $dir/bin/program"
		PATH=$dir/bin:$PATH succeeds bare_run program
		[ "$(cat here)" = new ] || fail "the current directory cannot be written to"
	) || rc=1
	rm -r "$dir" "$memory"
	[ "$rc" -eq 0 ] || fail "a link is not followed"
}

# Directories that have the name of a run's own, or nearly
test_run_deletes_only_what_runs_have_left()
{
	local lock pid=99999999

	mkdir "$T/place"
	mkdir -m 700 "$T/place/iommu-mock.$pid"{-notes,.notes.old,.abcdef,.locked}
	touch "$T/place/iommu-mock.$pid"{-notes,.notes.old,.abcdef,.locked}/file
	exec {lock}<"$T/place/iommu-mock.$pid.locked"
	flock "$lock"
	XDG_RUNTIME_DIR=$T/place succeeds bare_run true
	exec {lock}<&-
	(cd "$T/place" && find . -name file | sort) >"$T/out"
	printf './%s/file\n' "iommu-mock.$pid-notes" "iommu-mock.$pid.locked" \
		"iommu-mock.$pid.notes.old" >"$T/expected"
	cmp "$T/expected" "$T/out" || fail "others are there"
}

# logs_on KIB COMMAND...: logs are on a disk with so much room.
logs_on()
{
	mkdir -p "$T/logs"
	run in_mounts "mount -t tmpfs -o size=$1k none '$T/logs'" env CACHE="$REAL_CACHE" \
		BUILD="$REAL_BUILD" "$TOP/bin/iommu-mock" run --logs "$T/logs/kept" "${@:2}"
	[ "$rc" -eq 125 ] || fail "status $rc, not 125"
}

# The kernel's log is longer than a page; 16 are less than what the first program prints.
test_logs_that_cannot_be_kept_are_named()
{
	logs_on 4 --modules none -- true
	says "iommu-mock: the kernel's log cannot be kept, the disk may be full"
	says_one_line
	logs_on 64 --modules none --each 'seq 100000' 'exit 3'
	says "logs/kept/1-seq.out cannot be written: No space left on device"
	says "logs/kept/1-seq.status cannot be written: No space left on device"
	says "logs/kept/2-exit.status cannot be written: No space left on device"
	[ "$(grep -c 'cannot be written' "$T/out")" -eq 3 ] || fail "it is said again and again"
}

test_logs_where_no_directory_can_be_made()
{
	mkdir "$T/kept"
	one_sentence "iommu-mock: --logs $T/kept/logs: Read-only file system" \
		in_mounts "$(read_only "$T/kept")" env CACHE="$REAL_CACHE" BUILD="$REAL_BUILD" \
		"$TOP/bin/iommu-mock" run --modules none --logs "$T/kept/logs" -- true
}
