# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The modules by dkms, for a kernel build that somebody else prepared.

# dkms_build VERSION: what `dkms add` and `dkms build` do, in directories of the test's,
# called from one that is neither the tree nor where dkms builds. The kernel is UML's.
# The mock is left out of the list, which takes half the time.
dkms_build()
{
	local kernel

	run "$TOP/scripts/deps" dkms
	[ "$rc" -eq 0 ] || fail "there is no dkms"
	kernel=$(CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/scripts/kernel-build" fast)
	PATH=$PATH:/usr/sbin:/sbin
	mkdir -p "$T/dkms" "$T/lib" "$T/elsewhere" "$T/src/iommufd-nested-$1"
	cp -r "$TOP"/{Kbuild,Makefile,dkms.conf,drivers,include,scripts} \
		"$T/src/iommufd-nested-$1/"
	sed -i '/^iommu_mock/d' "$T/src/iommufd-nested-$1/scripts/modules.list"
	cd "$T/elsewhere" || fail "no such directory"
	export ARCH=um
	without_kunit
	run dkms build "iommufd-nested/$1" --dkmstree "$T/dkms" --sourcetree "$T/src" \
		--installtree "$T/lib" --kernelsourcedir "$kernel" \
		-k "$(cat "$kernel/include/config/kernel.release")/$(uname -m)"
}

test_dkms()
{
	local version built module

	version=$(sed -n 's/.*IOMMU_NESTED_VERSION "\(.*\)"/\1/p' \
		"$TOP/include/linux/iommu-nested/version.h")
	dkms_build "$version"
	if [ "$rc" -ne 0 ]; then
		tail -n 20 "$T/dkms/iommufd-nested/$version/build/make.log" >>"$T/out"
		fail "dkms does not build the modules"
	fi
	mapfile -t built < <(find "$T/dkms/iommufd-nested/$version" -path '*/module/*' \
		-name '*.ko*')
	printf '%s\n' "${built[@]##*/}" | sed 's/\.ko.*//' | sort >"$T/built"
	printf '%s\n' "${MODULES[@]}" | grep -v '^iommu_mock' | sort >"$T/wanted"
	[ "$(wc -l <"$T/wanted")" -ge 2 ] || fail "there are not two drivers"
	cmp -s "$T/wanted" "$T/built" || fail "it built $(xargs <"$T/built")"
	for module in "${built[@]}"; do
		[ "$(modinfo -F version "$module")" = "$version" ] ||
			fail "another version: $module"
	done
}
