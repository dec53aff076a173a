# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Fetching a kernel, with a stand-in for apt-get that has a suite of its own.

# offer SERIES=VERSION...: what the suite has from now on.
offer()
{
	local entry series

	rm -rf "$T/suite"
	mkdir -p "$T/suite"
	for entry; do
		series=${entry%%=*}
		mkdir -p "$T/pkg/DEBIAN" "$T/pkg/usr/src" "$T/linux-source-$series/drivers"
		echo "${entry#*=}" >"$T/linux-source-$series/Kbuild"
		printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = 1\n' \
			"${series%.*}" "${series#*.}" >"$T/linux-source-$series/Makefile"
		tar -cJf "$T/pkg/usr/src/linux-source-$series.tar.xz" -C "$T" \
			"linux-source-$series"
		printf '%s\n' "Package: linux-source-$series" "Version: ${entry#*=}" \
			"Architecture: all" "Maintainer: nobody" "Description: a kernel" \
			>"$T/pkg/DEBIAN/control"
		dpkg-deb --build "$T/pkg" "$T/suite/linux-source-$series.deb" >/dev/null
		{
			cat "$T/pkg/DEBIAN/control"
			echo
		} >>"$T/suite/Packages"
		rm -rf "$T/pkg"
	done
	export SUITE_DIR=$T/suite DEBIAN_MIRROR=http://mirror.invalid/debian
	export DEBIAN_KEYRING=$T/suite/Packages
	stub apt-get <<'STUB'
echo "$*" >>"$SUITE_DIR/calls"
for arg; do
	case $arg in
	Dir::State::lists=*) lists=${arg#*=} ;;
	linux-source-*) package=$arg ;;
	esac
done
case " $* " in
*" update "*)
	cp "$SUITE_DIR/Packages" "$lists/mirror_Packages"
	;;
*" download "*)
	if [ -f "$SUITE_DIR/kill" ]; then
		head -c 100 "$SUITE_DIR/$package.deb" >"$package.deb"
		kill -KILL "$(cat "$SUITE_DIR/kill")"
		sleep 60
	fi
	cp "$SUITE_DIR/$package.deb" "$package.deb"
	;;
esac
STUB
}

test_fetch_and_offline_again()
{
	offer 7.2=7.2.9-1~bpo13+1
	succeeds "$TOP/scripts/kernel-fetch"
	[ "$(tail -n 1 "$T/out")" = "$CACHE/src/linux-7.2.9-1" ] || fail "another path"
	[ -f "$CACHE/src/7.2/Kbuild" ] || fail "no tree for the series"
	[ ! -e "$CACHE/src/.partial" ] || fail "something is left over"

	# From here on every call of apt-get would show.
	rm "$SUITE_DIR/calls"
	succeeds "$TOP/scripts/kernel-fetch"
	[ ! -e "$SUITE_DIR/calls" ] || fail "the network was asked again"
}

test_fetch_newer_version_when_asked()
{
	offer 7.2=7.2.9-1~bpo13+1
	succeeds "$TOP/scripts/kernel-fetch"
	offer 7.2=7.2.10-1~bpo13+1
	succeeds "$TOP/scripts/kernel-fetch"
	[ "$(tail -n 1 "$T/out")" = "$CACHE/src/linux-7.2.9-1" ] || fail "not the cached one"
	succeeds env KUPDATE=1 "$TOP/scripts/kernel-fetch"
	[ "$(tail -n 1 "$T/out")" = "$CACHE/src/linux-7.2.10-1" ] || fail "not the newer one"
}

test_fetch_newest_of_the_series()
{
	offer 7.2=7.2.9-1~bpo13+1 7.3=7.3.4-1~bpo13+1 7.10=7.10.1-1~bpo13+1
	# A suite may have several versions of one package for a while.
	printf '%s\n' 'Package: linux-source-7.2' 'Version: 7.2.12-1~bpo13+1' '' \
		>>"$SUITE_DIR/Packages"
	succeeds "$TOP/scripts/kernel-fetch"
	[ "$(tail -n 1 "$T/out")" = "$CACHE/src/linux-7.2.12-1" ] || fail "not the newest"
}

test_fetch_later_series_if_gone()
{
	offer 7.10=7.10.1-1~bpo13+1 7.4=7.4.2-1~bpo13+1 6.12=6.12.3-1~bpo13+1
	succeeds "$TOP/scripts/kernel-fetch"
	says "no longer has Linux 7.2; using the next series, 7.4"
	[ "$(tail -n 1 "$T/out")" = "$CACHE/src/linux-7.4.2-1" ] || fail "not the next series"
}

test_fetch_cached_series_if_all_are_gone()
{
	offer 7.3=7.3.4-1~bpo13+1
	succeeds env KSERIES=7.3 "$TOP/scripts/kernel-fetch"
	offer 6.12=6.12.3-1~bpo13+1
	succeeds "$TOP/scripts/kernel-fetch"
	says "using Linux 7.3.4-1 from the cache"
}

test_fetch_says_if_no_series_is_left()
{
	offer 6.12=6.12.3-1~bpo13+1
	fails "$TOP/scripts/kernel-fetch"
	says "has neither Linux 7.2 nor a later series"
	says "KSRC=DIR"
}

test_fetch_killed_leaves_no_tree()
{
	local pid

	offer 7.2=7.2.9-1~bpo13+1
	"$TOP/scripts/kernel-fetch" >"$T/first" 2>&1 &
	pid=$!
	# The whole session of the download goes, as when the machine does.
	echo "$pid" >"$SUITE_DIR/kill"
	wait "$pid" 2>/dev/null && fail "it was not killed"
	pkill -P "$pid" 2>/dev/null || true
	rm "$SUITE_DIR/kill"
	[ -z "$(ls "$CACHE/src")" ] || fail "there is something in the cache"
	succeeds "$TOP/scripts/kernel-fetch"
	[ -f "$(tail -n 1 "$T/out")/Makefile" ] || fail "no whole tree"
}

test_fetch_damaged_archive_leaves_no_tree()
{
	offer 7.2=7.2.9-1~bpo13+1
	truncate -s -300 "$SUITE_DIR/linux-source-7.2.deb"
	fails "$TOP/scripts/kernel-fetch"
	says "nothing was kept"
	[ -z "$(ls -A "$CACHE/src")" ] || fail "there is something in the cache"
}

test_fetch_without_network()
{
	# Nothing listens there; apt is the real one.
	export DEBIAN_MIRROR=http://127.0.0.1:9/debian
	fails "$TOP/scripts/kernel-fetch"
	says "no network?"
	says "KSRC=DIR"
	[ -z "$(ls -A "$CACHE/src")" ] || fail "there is something in the cache"
}

# Whoever signs, only Debian's own keyring counts.
test_fetch_wants_the_keyring()
{
	export DEBIAN_MIRROR=http://127.0.0.1:9/debian DEBIAN_KEYRING=$T/none.gpg
	fails "$TOP/scripts/kernel-fetch"
	says "no Debian archive keyring"
}

test_fetch_own_tree()
{
	mkdir -p "$T/linux"
	touch "$T/linux/Kbuild" "$T/linux/Kconfig"
	printf 'VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 1\n' >"$T/linux/Makefile"
	succeeds env KSRC="$T/linux" "$TOP/scripts/kernel-fetch"
	[ "$(cat "$T/out")" = "$T/linux" ] || fail "another path"
	touch "$T/linux/.config"
	fails env KSRC="$T/linux" "$TOP/scripts/kernel-fetch"
	says "make mrproper"
	fails env KSRC="$T" "$TOP/scripts/kernel-fetch"
	says "is not a kernel source tree"
}

# sources LIST DEB822: have apt read these instead of the machine's.
sources()
{
	mkdir -p "$T/apt/parts"
	printf '%s\n' "$1" >"$T/apt/sources.list"
	printf '%s\n' "$2" >"$T/apt/parts/debian.sources"
	printf 'Dir::Etc::sourcelist "%s";\nDir::Etc::sourceparts "%s";\n' \
		"$T/apt/sources.list" "$T/apt/parts" >"$T/apt/apt.conf"
	export APT_CONFIG=$T/apt/apt.conf
}

test_mirror_from_one_line_sources()
{
	sources '# deb http://old.invalid/debian bookworm main
deb-src http://src.invalid/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://a.invalid/debian/ bookworm main contrib
deb http://b.invalid/debian-security bookworm-security main
deb http://c.invalid/tool bookworm stable
deb cdrom:[Debian]/ bookworm main' ''
	succeeds "$TOP/scripts/debian-mirror"
	[ "$(cat "$T/out")" = http://a.invalid/debian ] || fail "not that mirror alone"
}

test_mirror_from_deb822_sources()
{
	sources '' 'Types: deb
# a comment
URIs: http://d.invalid/debian
 http://e.invalid/debian
Suites: trixie trixie-updates
Components: main

Types: deb
URIs: http://off.invalid/debian
Suites: trixie
Components: main
Enabled: no

Types: deb
URIs: http://node.invalid
Suites: nodistro
Components: main

Types: deb-src
URIs: http://src.invalid/debian
Suites: trixie
Components: main'
	succeeds "$TOP/scripts/debian-mirror"
	[ "$(xargs <"$T/out")" = "http://d.invalid/debian http://e.invalid/debian" ] ||
		fail "not those mirrors alone"
}
