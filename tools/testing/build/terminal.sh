# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# "iommu-mock run" and "shell" on a terminal, and how they are ended.

# terminal [TEXT KEYS]... -- OPTION... COMMAND...
terminal()
{
	CACHE=$REAL_CACHE BUILD=$REAL_BUILD SHELL=/bin/sh "$TOP/tools/testing/build/on-terminal" "$@"
}

# The command as it is, since a script that waits for it has statuses of its own
home_of_the_tree()
{
	(
		export CACHE=$REAL_CACHE BUILD=$REAL_BUILD
		"$TOP/bin/iommu-mock" help >/dev/null && "$TOP/scripts/mock-home" fast
	)
}

command_itself()
{
	printf '%s\n' "$REAL_BUILD/iommu-mock/iommu-mock"
}

test_terminal_is_the_callers()
{
	# shellcheck disable=SC2016 # the shell's inside
	run terminal 'name? ' 'me\n' 'go' '\x04' -- "$TOP/bin/iommu-mock" run --modules none sh -c \
		'stty size; tty; printf "name? "; read name; echo "hello $name go"; cat; exit 4'
	status_is 4
	says "33 77"
	says /dev/pts/0
	says "hello me go"
	says "modes kept"
	run terminal -- "$TOP/bin/iommu-mock" run --modules none sh -c 'test -t 2 && exit 6'
	status_is 6
}

test_terminal_interrupts_the_program()
{
	run terminal go '\x03' -- "$TOP/bin/iommu-mock" run --modules none sh -c \
		'trap "echo caught; exit 5" INT; echo go; sleep 100'
	status_is 5
	says caught
	says "modes kept"
	run terminal go '\x03\x03' -- "$TOP/bin/iommu-mock" run --modules none sh -c \
		'trap "" INT; echo go; sleep 100'
	status_is 130
	says "modes kept"
}

test_shell_has_job_control()
{
	# shellcheck disable=SC2016 # the shell's inside
	run terminal '# ' 'sleep 100\n' 'sleep 100' '\x1a' 'topped' 'jobs; echo $((6 * 7))\n' \
		42 'fg\n' 'sleep 100' '\x03' '# ' 'exit 3\n' -- "$TOP/bin/iommu-mock" shell --modules none
	status_is 3
	says Stopped
	says "modes kept"
	run terminal -- "$TOP/bin/iommu-mock" shell true
	status_is 125
	says "shell takes no program"
}

# Nothing tells a job that it is in the foreground now.
test_a_job_reads_once_it_is_in_the_foreground()
{
	# shellcheck disable=SC2016 # the shell's inside
	run terminal '$ ' "'$TOP/bin/iommu-mock' run --modules none sh -c 'echo be\"\"gun; read a; echo go\"\"t \$a' &\\n" \
		begun 'fg; exit 3\n' 'read a' 'word\n' -- env PS1='$ ' bash --norc -i
	status_is 3
	says "got word"
}

# children PID: it and all that came of it
children()
{
	local child

	printf '%s\n' "$1"
	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		children "$child"
	done
}

# ended_by SIGNAL STATUS: nothing is left of the machine, nor of its directory.
ended_by()
{
	local pid pids child i home

	home=$(home_of_the_tree)
	: >"$T/begun"
	# A shell's job in the background ignores SIGINT.
	env --default-signal "$(command_itself)" run --home "$home" --modules none \
		sh -c 'echo begun; sleep 100' >"$T/begun" 2>"$T/out" </dev/null &
	pid=$!
	for ((i = 0; i < 100; i++)); do
		[ ! -s "$T/begun" ] || break
		sleep 0.1
	done
	mapfile -t pids < <(children "$pid")
	[ ${#pids[@]} -gt 2 ] || fail "there is no machine"
	kill "-$1" "$pid"
	rc=0
	wait "$pid" 2>/dev/null || rc=$?
	status_is "$2"
	for child in "${pids[@]}"; do
		# A killed one has its memory to give back.
		for ((i = 0; i < 50; i++)); do
			[ -e "/proc/$child" ] || break
			sleep 0.1
		done
		[ ! -e "/proc/$child" ] || fail "process $child is left"
	done
	[ "$1" = KILL ] || [ -z "$(find /dev/shm /tmp -maxdepth 1 -name "iommu-mock.$pid.*")" ] ||
		fail "its directory is left"
}

test_run_leaves_no_process_behind()
{
	ended_by TERM 143
	ended_by INT 130
	ended_by HUP 129
	ended_by QUIT 131
	ended_by KILL 137
}

# gone PID: it has ended, and has had time for it
gone()
{
	local i

	for ((i = 0; i < 600; i++)); do
		[ -e "/proc/$1" ] && [ "$(cut -d' ' -f3 "/proc/$1/stat")" != Z ] || return 0
		sleep 0.1
	done
	return 1
}

# Of the kernel's log, which is more than a pipe holds
test_run_can_be_ended_while_nobody_reads()
{
	local home pid reader i

	home=$(home_of_the_tree)
	mkfifo "$T/stuck"
	sleep 1000 <"$T/stuck" &
	reader=$!
	: >"$T/begun"
	env --default-signal "$(command_itself)" run --home "$home" --modules none --dmesg \
		--append printk.devkmsg=on sh -c 'i=0; while [ $((i += 1)) -le 3000 ]; do
			echo "a line of the log that is a hundred bytes long or nearly so $i" >/dev/kmsg
			done; echo all; sleep 1000' >"$T/begun" 2>"$T/stuck" </dev/null &
	pid=$!
	for ((i = 0; i < 600; i++)); do
		[ ! -s "$T/begun" ] && [ -e "/proc/$pid" ] || break
		sleep 0.1
	done
	[ -s "$T/begun" ] || fail "the reader of the log holds the program up"
	kill -TERM "$pid"
	gone "$pid" || fail "the reader of the log holds the end up"
	kill -KILL "$pid" 2>/dev/null || true
	rc=0
	wait "$pid" 2>/dev/null || rc=$?
	kill "$reader"
	status_is 143
}

test_run_leaves_the_callers_children_alone()
{
	local home sleeper

	home=$(home_of_the_tree)
	# shellcheck disable=SC2016 # a shell that becomes the command
	succeeds sh -c 'sleep 100 & echo $! >"$T/sleeper"; exec "$@"' sh "$(command_itself)" run \
		--home "$home" --modules none true
	sleeper=$(cat "$T/sleeper")
	kill "$sleeper" || fail "a child that is not the machine's was killed"
}

# In a place of its own, by somebody who may do nothing
test_run_needs_no_root_and_no_tree()
{
	local home dir

	[ "$(id -u)" -eq 0 ] || return 0
	home=$(home_of_the_tree)
	dir=$(mktemp -d /tmp/iommu-mock-test.XXXXXX)
	mkdir -p "$dir/bin" "$dir/lib/iommu-mock/fast/modules" "$dir/here"
	cp "$(command_itself)" "$dir/bin/"
	cp -L "$home"/fast/{linux,config} "$dir/lib/iommu-mock/fast/"
	while read -r module; do
		cp "$home/fast/modules/$module" "$dir/lib/iommu-mock/fast/modules/"
		basename "$module" >>"$dir/lib/iommu-mock/fast/modules/modules.list"
	done <"$home/fast/modules/modules.list"
	chmod -R a+rX "$dir"
	chmod 777 "$dir/here"
	(cd "$dir/here" && run setpriv --reuid 65534 --regid 65534 --clear-groups env -i \
		PATH="$dir/bin:$PATH" iommu-mock run --unit vtd -- \
		sh -c 'ls /dev/vfio/devices; id -u; echo new >file')
	says vfio0
	[ "$(stat -c %u "$dir/here/file")" = 65534 ] || fail "another owner"
	rm -r "$dir"
}

test_run_says_where_memory_is_missing()
{
	local home

	home=$(home_of_the_tree)
	run env TMPDIR=/nowhere "$(command_itself)" run --home "$home" --mem 1000G --modules none true
	status_is 125
	says "has room for 1024000 MiB of memory"
	says_one_line
}

test_others_find_what_they_use_in_the_kernel()
{
	succeeds gcc -O2 -Wall -Wextra -Werror -static -o "$T/facilities" \
		"$TOP/tools/testing/build/facilities.c"
	succeeds bare_run "$T/facilities"
	says "0 of them do not work"
}
