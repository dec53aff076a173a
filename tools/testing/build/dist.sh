# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What is given away, used by somebody else, somewhere else: what `make dist`, `make
# install` and `make deb` make.

# give COMMAND...: runs a script of this project, with what has been built already
give()
{
	env CACHE="$REAL_CACHE" BUILD="$REAL_BUILD" "$@"
}

# packed: the tarball, made once for all of the tests of a run
packed()
{
	local made=$REAL_BUILD/build-tests/packed

	(
		flock 8
		[ ! -f "$made.$RUN" ] || exit 0
		rm -f "$made".[0-9]*
		give "$TOP/scripts/dist" >"$made" 2>"$T/out" 8>&- || fail "it cannot be packed"
		mv "$made" "$made.$RUN"
	) 8>"$made.lock" || exit 1
	cat "$made.$RUN"
}

# elsewhere: $there is a directory outside of the tree, with a blank in its path
elsewhere()
{
	there=$(mktemp -d "${TMPDIR:-/tmp}/iommu mock.XXXXXX")
	trap 'rm -rf "$there"' EXIT
	chmod 755 "$there"
}

# nobodys: what is there
nobodys()
{
	[ "$(id -u)" -ne 0 ] || chown -R nobody "$there"
}

# nobody COMMAND...: as a user who has nothing, without a network. Who is not root is
# such a user already.
nobody()
{
	local as=(unshare --map-root-user --net)

	[ "$(id -u)" -ne 0 ] || as=(unshare --net setpriv --reuid=nobody --regid=nogroup
		--clear-groups)
	env -i HOME=/nonexistent "${as[@]}" env -i HOME=/nonexistent "$@"
}

# unpack: the tarball, $there
unpack()
{
	local archive

	elsewhere
	archive=$(packed)
	tar -C "$there" --strip-components=1 -xf "$archive"
	nobodys
}

# runs DIR COMMAND...: the iommu-mock in DIR does, as nobody, with nothing in PATH
runs()
{
	succeeds nobody PATH=/nonexistent "$1/bin/iommu-mock" run "${@:2}"
}

# foreign DIR: a static program built with nothing of ours, which ends with status 7
foreign()
{
	cat >"$1/foreign.c" <<-'C'
	#include <fcntl.h>
	#include <stdio.h>
	#include <sys/ioctl.h>
	int main(int argc, char **argv)
	{
		unsigned int ioas[3] = { sizeof(ioas) };
		int fd = open("/dev/iommu", O_RDWR);

		if (argc != 2 || ioctl(fd, ';' << 8 | 0x81, ioas))
			return 1;
		printf("%s is IOAS %u\n", argv[1], ioas[2]);
		return 7;
	}
	C
	gcc -static -o "$1/foreign" "$1/foreign.c"
}

test_tarball_runs_for_anyone_anywhere()
{
	unpack
	foreign "$there"
	cd "$there"
	runs "$there" --unit vtd -- /bin/true
	run nobody PATH=/nonexistent "$there/bin/iommu-mock" run --unit smmuv3 -- "$there/foreign" 'a b'
	[ "$rc" -eq 7 ] || fail "status $rc"
	says "a b is IOAS"
	runs "$there" --kernel debug --unit vtd -- /bin/true
	succeeds nobody PATH=/nonexistent "$there/bin/iommu-mock" --version
	says "$(project_version)"
}

test_tarball_says_what_it_is_of()
{
	unpack
	grep -q "Linux $(source_version "$(give "$TOP/scripts/kernel-fetch")")" "$there/SOURCE" ||
		fail "SOURCE does not name the kernel"
	for file in README.md LICENSES/GPL-2.0 LICENSES/Linux-syscall-note Documentation/index.rst \
		lib/iommu-mock/{fast,debug}/config examples/vmm-test-rust/Cargo.toml; do
		[ -s "$there/$file" ] || fail "there is no $file"
	done
	grep -q '^\.TH' "$there/man/iommu-mock.1" || fail "that is no man page"
	! find "$there" -name '*.o' -o -name target | grep . || fail "something built is in it"
}

# By somebody's own QEMU, here that of the tests
test_tarball_has_machines_when_asked()
{
	local machine=x86_64 home archive

	[ "$(uname -m)" != aarch64 ] || machine=arm64
	home=$(give "$TOP/scripts/mock-home" $machine 2>"$T/out") || fail "no home is made"
	archive=$(give KERNELS=$machine "$TOP/scripts/stage" 2>"$T/out") || fail "it is not put together"
	elsewhere
	cp -r "$archive/." "$there"
	nobodys
	[ ! -e "$there/lib/iommu-mock/$machine/qemu" ] || fail "it has a QEMU of its own"
	cd "$there"
	run nobody PATH=/nonexistent "$there/bin/iommu-mock" run --machine $machine --accel tcg \
		--unit vtd -- /bin/true
	[ "$rc" -eq 125 ] || fail "status $rc without a QEMU"
	says "which is not in PATH"
	# That is for who has the cache.
	succeeds "$there/bin/iommu-mock" run --machine $machine --accel tcg \
		--qemu "$home/$machine/qemu" --unit vtd --unit smmuv3 -- /bin/true
}

test_tarball_is_the_same_again()
{
	local archive one

	archive=$(give "$TOP/scripts/dist" 2>"$T/out")
	one=$(sha256sum <"$archive")
	rm -f "$archive"*
	give "$TOP/scripts/dist" >"$T/out" 2>&1
	[ "$(sha256sum <"$archive")" = "$one" ] || fail "other bytes"
	tar -tvf "$archive" >"$T/list"
	! grep -v ' 0/0 ' "$T/list" || fail "a file is somebody's"
}

# shown DIR: both vendors' whole story is in $T/out
shown()
{
	says "the IOMMU is VT-d"
	says "the IOMMU is SMMUv3"
	[ "$(grep -c '^ok: ' "$T/out")" -eq 22 ] || fail "a step is missing"
}

# try_example DIR PROGRAM: on both vendors
try_example()
{
	local unit

	for unit in vtd smmuv3; do
		nobody PATH="$1/bin:/usr/bin:/bin" iommu-mock run --unit "$unit,endpoints=2" -- \
			"$2" || return
	done
}

test_example_in_c()
{
	unpack
	cd "$there/examples/vmm-test-c"
	succeeds nobody PATH="$PATH" make CFLAGS='-O2 -Werror'
	succeeds try_example "$there" ./vmm-test
	shown
}

test_example_in_rust()
{
	local least have

	command -v cargo >/dev/null || skip "there is no cargo"
	least=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' \
		"$TOP/tools/example/vmm-test-rust/Cargo.toml")
	have=$(rustc --version | awk '{ print $2 }')
	[ "$(printf '%s\n' "$least" "$have" | sort -V | head -n 1)" = "$least" ] ||
		skip "this is rustc $have, and not $least"
	unpack
	cd "$there/examples/vmm-test-rust"
	# Nobody may have no toolchain.
	succeeds env RUSTFLAGS=-Dwarnings cargo build --offline
	succeeds try_example "$there" target/debug/vmm-test
	shown
}

test_install_goes_where_it_is_told()
{
	elsewhere
	give make -s -C "$TOP" install PREFIX=/opt/mock DESTDIR="$there" >"$T/out" 2>&1 ||
		fail "it does not install"
	[ "$(ls "$there")" = opt ] || fail "something is elsewhere"
	runs "$there/opt/mock" --unit vtd -- /bin/true
	one_sentence "PREFIX=here is no absolute path" make -s -C "$TOP" install PREFIX=here
}

# dpkg_in ROOT ARG...: a system of its own, without what the package depends on
dpkg_in()
{
	mkdir -p "$1/var/lib/dpkg/updates" "$1/var/lib/dpkg/info"
	touch "$1/var/lib/dpkg/status"
	dpkg --root="$1" --force-depends --force-not-root --force-script-chrootless \
		--log=/dev/null "${@:2}"
}

test_package_comes_and_goes()
{
	local package

	command -v dpkg-deb >/dev/null || skip "this is no Debian"
	elsewhere
	package=$(give "$TOP/scripts/deb" 2>"$T/out") || fail "no package is made"
	[ "$(dpkg-deb -f "$package" Version)" = "$(project_version)" ] || fail "another version"
	dpkg_in "$there" -i "$package" >"$T/out" 2>&1 || fail "it does not install"
	runs "$there/usr" --unit vtd -- /bin/true
	for file in include/iommu-mock/linux/iommufd.h share/man/man1/iommu-mock.1.gz \
		share/doc/iommu-mock/{copyright,changelog.gz,examples/vmm-test-c/Makefile}; do
		[ -s "$there/usr/$file" ] || fail "there is no $file"
	done
	(cd "$there" && md5sum --quiet -c var/lib/dpkg/info/iommu-mock.md5sums) || fail "damaged"
	dpkg_in "$there" -P iommu-mock >"$T/out" 2>&1 || fail "it does not go"
	! find "$there/usr" -type f 2>/dev/null | grep . || fail "something is left"
}

test_version_is_one()
{
	grep -qxF "PACKAGE_VERSION=\"$(project_version)\"" "$TOP/dkms.conf" ||
		fail "dkms.conf has another"
	[[ "$(grep -m 1 '^## ' "$TOP/CHANGELOG.md")" == "## [$(project_version)]"* ]] ||
		fail "CHANGELOG.md has another"
}
