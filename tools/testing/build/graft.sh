# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Grafting into a kernel tree.

little_tree()
{
	mkdir -p "$1/drivers/iommu/iommufd" "$1/drivers/iommu/intel" "$1/include/uapi/linux" "$1/include/linux"
	touch "$1/Kbuild" "$1/Kconfig"
	printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = 0\n' "${KMIN%.*}" "${KMIN#*.}" \
		>"$1/Makefile"
	echo 'config IOMMU_API' >"$1/drivers/iommu/Kconfig"
	echo 'obj-y += arm/ iommufd/' >"$1/drivers/iommu/Makefile"
	touch "$1/drivers/iommu/intel/Kconfig" "$1/drivers/iommu/intel/keep.c"
}

test_graft_twice_is_graft_once()
{
	little_tree "$T/linux"
	succeeds "$TOP/scripts/graft" "$T/linux"
	[ -f "$T/linux/drivers/iommu/intel/nested/Kconfig" ] || fail "no driver"
	[ -f "$T/linux/drivers/iommu/intel/keep.c" ] || fail "a file of the kernel's is gone"
	[ -f "$T/linux/include/linux/iommu-nested/vtd.h" ] || fail "no header"
	[ -f "$T/linux/drivers/iommu/nested/cmd_ring.h" ] || fail "no common code"
	cp -a "$T/linux" "$T/once"
	succeeds "$TOP/scripts/graft" "$T/linux"
	diff -r "$T/once" "$T/linux" >"$T/out" || fail "the second time changed it"
	[ -z "$(find "$T/linux" -newer "$T/once/drivers/iommu/Makefile" -name '*.c')" ] ||
		fail "time stamps changed"
}

test_graft_follows_the_sources()
{
	little_tree "$T/linux"
	succeeds "$TOP/scripts/graft" "$T/linux"
	touch "$T/linux/drivers/iommu/mock/gone.c"
	echo '/* old */' >"$T/linux/drivers/iommu/mock/main.c"
	succeeds "$TOP/scripts/graft" "$T/linux"
	[ ! -e "$T/linux/drivers/iommu/mock/gone.c" ] || fail "an old file is left"
	cmp "$TOP/drivers/iommu/mock/main.c" "$T/linux/drivers/iommu/mock/main.c" ||
		fail "an old text is left"
}

test_graft_spares_the_pristine_source()
{
	local src before

	src=$(CACHE=$REAL_CACHE "$TOP/scripts/kernel-fetch")
	fails env CACHE="$REAL_CACHE" "$TOP/scripts/graft" "$src"
	says "the cached source stays as it is"
	before=$(md5sum "$src/drivers/iommu/Kconfig" "$src/drivers/iommu/Makefile")
	succeeds env CACHE="$REAL_CACHE" "$TOP/scripts/graft-cached"
	[ "$before" = "$(md5sum "$src/drivers/iommu/Kconfig" "$src/drivers/iommu/Makefile")" ] ||
		fail "it was changed"
	[ ! -e "$src/drivers/iommu/mock" ] || fail "something was added"
}

test_graft_wants_a_kernel_tree()
{
	local file

	# This much of a tree was once enough.
	mkdir -p "$T/empty/drivers/iommu"
	touch "$T/empty/drivers/iommu/Kconfig" "$T/empty/drivers/iommu/Makefile"
	fails "$TOP/scripts/graft" "$T/empty"
	says "is not a kernel source tree"
	says_one_line
	for file in Kbuild Kconfig Makefile; do
		little_tree "$T/linux"
		rm "$T/linux/$file"
		fails "$TOP/scripts/graft" "$T/linux"
		says "is not a kernel source tree"
		says_one_line
	done
	fails "$TOP/scripts/graft" "$TOP"
	says "is not a kernel source tree"
	fails env KSRC="$TOP" "$TOP/scripts/kernel-fetch"
	says "is not a kernel source tree"
}

test_graft_wants_a_kernel_that_it_can_be_built_with()
{
	little_tree "$T/linux"
	sed -i 's/^VERSION = .*/VERSION = 6/' "$T/linux/Makefile"
	fails "$TOP/scripts/graft" "$T/linux"
	says "is Linux 6.${KMIN#*.}.0, and the drivers need $KMIN or later"
	says_one_line
	little_tree "$T/linux"
	rmdir "$T/linux/drivers/iommu/iommufd"
	fails "$TOP/scripts/graft" "$T/linux"
	says "without drivers/iommu/iommufd"
	says_one_line
	[ ! -e "$T/linux/drivers/iommu/mock" ] || fail "something was added"
}
