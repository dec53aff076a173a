# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the other scripts: where things are, how they speak, and how an
# interrupted step leaves nothing behind that looks finished.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export TOP

# The series of the kernel that the tests are run on, the default first.
mapfile -t KERNEL_SERIES < <(grep '^[0-9]' "$TOP/scripts/series.list")
export KSERIES=${KSERIES:-${KERNEL_SERIES[0]}}
export CACHE=${CACHE:-${XDG_CACHE_HOME:-${HOME:-~}/.cache}/iommufd-nested}
export BUILD=${BUILD:-$TOP/build}
JOBS=${JOBS:-$(nproc)}

# The oldest kernel whose iommufd the drivers can be built against.
export KMIN=${KERNEL_SERIES[0]}

# The modules, in the order in which they are loaded, and by their names the
# directories below drivers/iommu, and the models of those that drive one.
MODULES=()
declare -A MODULE_DIR=() MODULE_MODEL=()
read_modules()
{
	local name folder model

	while read -r name folder model _; do
		case $name in '' | '#'*) continue ;; esac
		MODULES+=("$name")
		MODULE_DIR[$name]=$folder
		[ "$model" = - ] || MODULE_MODEL[$name]=$model
	done <"$TOP/scripts/modules.list"
}
read_modules

# driver_of MODEL: the module that drives such hardware
driver_of()
{
	local name

	for name in "${MODULES[@]}"; do
		[ "${MODULE_MODEL[$name]:-}" != "$1" ] || printf '%s\n' "$name"
	done
}

# module_path NAME: where the build puts it, below drivers/iommu
module_path()
{
	printf '%s/%s.ko\n' "${MODULE_DIR[$1]}" "$1"
}

# Programs for arm64 machines are made by these tools, and their kernels.
CROSS_ARM64=()
[ "$(uname -m)" = aarch64 ] || CROSS_ARM64=(CROSS_COMPILE=aarch64-linux-gnu-)

# cross_arm64 TOOL: its name
cross_arm64()
{
	printf '%s%s\n' "${CROSS_ARM64[*]#CROSS_COMPILE=}" "$1"
}

# kernel_arch KDIR: what make has to be told to build for that kernel, a word a line
kernel_arch()
{
	local conf=$1/include/config/auto.conf

	if grep -q '^CONFIG_UML=y' "$conf"; then
		echo ARCH=um
	elif grep -q '^CONFIG_ARM64=y' "$conf"; then
		printf '%s\n' ARCH=arm64 "${CROSS_ARM64[@]}"
	fi
}

# full_disk [LOG]: says so if there is no room left to work in. What fails then says
# nothing, or cannot be written down.
full_disk()
{
	local dir

	for dir in "$BUILD" "$CACHE" "${TMPDIR:-/tmp}"; do
		[ -d "$dir" ] || continue
		[ "$(df -k --output=avail "$dir" | tail -n 1)" -lt 1024 ] 2>/dev/null || continue
		printf '    no space is left on the disk of %s\n' "$dir" >&2
		return
	done
	[ -z "${1:-}" ] || ! grep -qsF 'No space left on device' "$1" ||
		printf '    a disk was full\n' >&2
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	full_disk
	exit 1
}

# no_blanks PATH...: what the kernel's make cannot work with is refused.
no_blanks()
{
	local path

	for path; do
		[[ $path != *[[:space:]:]* ]] ||
			die "make cannot work with a blank or a colon in a path: '$path'"
	done
}

# writable DIR: whether or not it is there yet, can files be made in it?
writable()
{
	local dir=$1

	while [ ! -e "$dir" ]; do
		dir=$(dirname "$dir")
	done
	[ -w "$dir" ]
}

# can_build: refuses in a sentence where nothing can be built.
can_build()
{
	no_blanks "$TOP" "$BUILD" "$CACHE"
	writable "$BUILD" || die "cannot write to $BUILD; BUILD=DIR takes another directory"
}

# only NAME WORDS ALLOWED...: refuses a word of the variable NAME that is not one of
# the others.
only()
{
	local name=$1 words word

	read -ra words <<<"$2"
	shift 2
	for word in "${words[@]}"; do
		[[ " $* " == *" $word "* ]] || die "there is no $name=$word, there is: $*"
	done
}

note()
{
	printf '%s\n' "$*" >&2
}

elapsed()
{
	local s=$((SECONDS - $1))

	if [ "$s" -lt 60 ]; then
		printf '%d s' "$s"
	else
		printf '%d min %02d s' $((s / 60)) $((s % 60))
	fi
}

# ticker TEXT LOG: on a terminal, how long a step has run and how much it said.
ticker()
{
	local start=$SECONDS

	while sleep 1; do
		printf '\r  %-46s %s, %d lines' "$1" "$(elapsed "$start")" \
			"$(wc -l <"$2")" >&2
	done
}

# step TEXT COMMAND...: one line for a long step, its time, and on failure the
# end of its output, which is kept in full in $LOG. The shell's errexit does not
# hold inside COMMAND: a function called here chains its commands with &&.
step()
{
	local text=$1 start=$SECONDS log=${LOG:-$BUILD/log/${0##*/}.log} rc=0
	local pid=''

	shift
	mkdir -p "$(dirname "$log")"
	: >"$log"
	printf '  %-46s ' "$text" >&2
	if [ -t 2 ]; then
		ticker "$text" "$log" &
		pid=$!
	fi
	("$@") >"$log" 2>&1 </dev/null || rc=$?
	if [ -n "$pid" ]; then
		kill "$pid"
		wait "$pid" 2>/dev/null || true
		printf '\r  %-46s %30s\r  %-46s ' "$text" '' "$text" >&2
	fi
	if [ "$rc" -eq 0 ]; then
		printf 'done in %s\n' "$(elapsed "$start")" >&2
		return 0
	fi
	printf 'FAILED after %s\n' "$(elapsed "$start")" >&2
	tail -n 25 "$log" | sed 's/^/    | /' >&2
	full_disk "$log"
	note "    whole log: $log"
	return "$rc"
}

# with_lock NAME COMMAND...: one at a time per cache, whoever else is building.
with_lock()
{
	local name=$1

	shift
	writable "$CACHE/lock" || die "cannot write to the cache $CACHE"
	mkdir -p "$CACHE/lock"
	(
		flock -n 9 || LOG=$BUILD/log/wait.log step "waiting for another run: $name" flock 9
		"$@" 9>&-
	) 9>"$CACHE/lock/$name"
}

# project_version: of this project, as modinfo shows it
project_version()
{
	sed -n 's/^#define IOMMU_NESTED_VERSION "\(.*\)"$/\1/p' \
		"$TOP/include/linux/iommu-nested/version.h"
}

# source_date: when the commit was made, in seconds since 1970; what is packed is as old
source_date()
{
	git -C "$TOP" log -1 --format=%ct 2>/dev/null || echo 0
}

# version_ge A B: is kernel version A at least B?
version_ge()
{
	[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# source_version DIR: the version of a kernel source tree, as in 7.2.12.
source_version()
{
	sed -n '/^VERSION = /{s///;h}; /^PATCHLEVEL = /{s///;H}; /^SUBLEVEL = /{s///;H;x;s/\n/./g;p;q}' \
		"$1/Makefile"
}

# is_kernel_source DIR: is it a tree that a kernel is built from?
is_kernel_source()
{
	[ -f "$1/Kbuild" ] && [ -f "$1/Kconfig" ] && [ -f "$1/Makefile" ] &&
		[[ $(source_version "$1") =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]
}

# source_id DIR: a name for what is built from a kernel source tree. A tree of
# the user's own may have the version of another.
source_id()
{
	case $1 in
	"$CACHE"/*) printf '%s' "${1##*/linux-}" ;;
	*) printf '%s-%s' "$(source_version "$1")" \
		"$(printf '%s' "$1" | sha256sum | head -c 6)" ;;
	esac
}

# report SUITE PASSED FAILED SKIPPED: one line for the reader and one for the
# sum that `make check` makes, in $RESULTS if that is set. A suite that ran nothing has
# failed.
report()
{
	local results=${RESULTS:-$BUILD/results}

	mkdir -p "$results"
	printf '%s %s %s\n' "$2" "$3" "$4" >"$results/$1"
	printf '  %-46s %d passed, %d failed, %d skipped\n' "$1" "$2" "$3" "$4" >&2
	if [ "$2" -eq 0 ] && [ "$3" -eq 0 ]; then
		note "    $1: no test ran"
		return 1
	fi
	[ "$3" -eq 0 ]
}

# Of what a suite has, QUICK=1 asks for the part that is quick, QUICK=0 for the rest,
# each with results of its own. Without it there is no such difference.
# quick_suffix: of the name of the results
quick_suffix()
{
	[ "${QUICK:-}" != 1 ] || printf '%s' -quick
}

# of_quick ALL QUICK: those of the array ALL, a line each, which QUICK asks for: QUICK is
# the array of those that are quick.
of_quick()
{
	local -n all_=$1 quick_=$2
	local name is

	for name in "${all_[@]}"; do
		is=0
		[[ " ${quick_[*]} " != *" $name "* ]] || is=1
		[ "${QUICK:-$is}" != "$is" ] || printf '%s\n' "$name"
	done
}

# at_once OPTION: run this script again with OPTION and a line, for each line of the
# standard input. As many run at once as there are processors, and one that may
# wait.
at_once()
{
	xargs -P $((JOBS + 1)) -d '\n' -I{} "$0" "$1" {}
}

# record NAME COMMAND...: what COMMAND prints goes to $base/NAME.ktap, what it
# complains of to NAME.err, its status to NAME.status.
record()
{
	local name=$1 rc=0

	shift
	"$@" >"${base:?}/$name.ktap" 2>"$base/$name.err" || rc=$?
	echo "$rc" >"$base/$name.status"
}

# judge NAME STATUS KTAP...: add the results in the files to $passed, $failed and
# $skipped, and print what failed. STATUS is that of the run which printed them; it
# may have failed although every result is good. Returns 1 if anything failed.
judge()
{
	local name=$1 status=$2 results p f s why='' ran

	shift 2
	results=$("$TOP/scripts/ktap" "$@" 2>/dev/null) || results='0 0 0'
	read -r p f s <<<"$results"
	# What fails as it was expected to has run, too.
	ran=$((p + f + $(cat "$@" 2>/dev/null | grep -c '# XFAIL' || true)))
	# 120 and above come from iommu-mock and hw-run, not from what they ran.
	case $status in
	0 | 4) [ "$ran" -gt 0 ] || why="no test in it ran" ;;
	1)
		[ "$ran" -gt 0 ] || why="no test in it ran"
		[ "$f" -gt 0 ] || why=${why:-it failed, although every result is good}
		;;
	120) why="the kernel complained, or a module" ;;
	121) why="the kernel died" ;;
	122) why="kmemleak found a leak" ;;
	124) why="it took too long" ;;
	125) why="it could not be set up" ;;
	126 | 127) why="it could not be started" ;;
	*) why="it ended with status $status" ;;
	esac
	[ -z "$why" ] || f=$((f + 1))
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))

	[ "$f" -gt 0 ] || return 0
	sed -n "s/^not ok /    not ok: $name: /p" <<<"$results" >&2
	[ -z "$why" ] || note "    not ok: $name ($why)"
	return 1
}

# judge_recorded NAME...: $passed, $failed and $skipped become the sums of what was
# recorded under the names.
judge_recorded()
{
	local name

	passed=0 failed=0 skipped=0
	for name; do
		judge "$name" "$(cat "$base/$name.status" 2>/dev/null || echo none)" \
			"$base/$name.ktap" && continue
		tail -n 12 "$base/$name.ktap" 2>/dev/null | sed 's/^/      | /' >&2
		tail -n 25 "$base/$name.err" 2>/dev/null | sed 's/^/      > /' >&2
		[ ! -f "$base/$name/console" ] ||
			note "    its console: $base/$name/console"
	done
}

# build_program DIR [arm64 | '' [NAME...]]: build the userspace programs of DIR, or
# only those named, into $BUILD/DIR-$KSERIES, or for another machine into
# $BUILD/DIR-$KSERIES-arm64.
build_program()
{
	local headers src out=$BUILD/$1-$KSERIES${2:+-$2} cc=()

	headers=$("$TOP/scripts/kernel-headers" ${2:+"$2"}) &&
		src=$("$TOP/scripts/kernel-fetch") || return
	[ -z "${2:-}" ] || cc=(CC="$(cross_arm64 gcc)")
	mkdir -p "$out" &&
		flock "$out.lock" make -s -C "$TOP/$1" -j"$JOBS" OUTPUT="$out" "${cc[@]}" \
			KHDR="-I$headers" KSFT="-I$src/tools/testing/selftests" "${@:3}"
}
