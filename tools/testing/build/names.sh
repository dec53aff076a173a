# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Names that the modules define, beside each other and beside the kernel's.

# globals OBJECT...: what each of them defines for all that it is linked with. A
# module has its two ends under the same names as every other, which are gone
# when it is built in.
globals()
{
	local object

	for object; do
		nm -g --defined-only "$object" | awk 'NF == 3 { print $3 }' |
			grep -vxE '(init|cleanup)_module' | sort -u
	done
}

# modules_for [OPTION...]: the objects that are the modules, built as a user does
modules_for()
{
	local dir

	dir=$(CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/scripts/modules" "$@" \
		2>"$T/out") || fail "the modules do not build: $*"
	find "$dir/drivers/iommu" -name '*.ko' | sed 's/ko$/o/'
}

# with_the_kernels_own VARIANT DRIVER: the modules can be linked with that kernel
# and its driver, which may be in it or a module. The kernel is of the machine
# that the driver is for; the KUnit suites are looked at as UML has them, since
# the modules for the machine are those that scripts/hw wants, without.
with_the_kernels_own()
{
	local kernel uml ours

	kernel=$(CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/scripts/kernel-build" "$1")
	[ -f "$kernel/$2" ] || fail "the kernel has no $2"
	mapfile -t uml < <(modules_for --variant fast)
	mapfile -t ours < <(modules_for --kdir "$kernel" --no-kunit)
	if [ "${#uml[@]}" -lt 3 ] || [ "${#ours[@]}" -lt 3 ]; then
		fail "there are not three modules"
	fi
	{
		globals "${uml[@]}" | sort | uniq -d
		globals "${ours[@]}" | sort | uniq -d
		{
			globals "${uml[@]}" "${ours[@]}" | sort -u
			globals "$kernel/vmlinux.o" "$kernel/$2" | sort -u
		} | sort | uniq -d
	} >"$T/out"
	[ ! -s "$T/out" ] || fail "defined more than once"
}

test_intel_nested_links_beside_intel_iommu()
{
	# The kernel of an x86 machine is built on one.
	[ "$(uname -m)" = x86_64 ] || return 0
	with_the_kernels_own x86 drivers/iommu/intel/iommu.o
}

test_arm_smmu_v3_nested_links_beside_arm_smmu_v3()
{
	with_the_kernels_own arm64 drivers/iommu/arm/arm-smmu-v3/arm_smmu_v3.o
}

# functions DIR: the names of the functions that are defined in it, static ones
# too. The brace of a function's body is all that is in its line, and its head
# begins a line; the name stands in front of the first parenthesis.
functions()
{
	find "$TOP/$1" -name '*.[ch]' -exec awk '
		/^{$/ && head ~ /\(/ {
			sub(/ *\(.*/, "", head)
			sub(/.*[ *]/, "", head)
			print head
		}
		/^[a-z_]/ { head = ""; open = 1 }
		/^([^a-z_ \t]|$)/ { head = ""; open = 0 }
		open { head = head " " $0 }
	' {} + | sort -u
}

# A splat, a search or a breakpoint names a function: it tells the module. What
# the headers of drivers/iommu/nested define is in every driver, and in none.
test_a_function_is_in_one_module_only()
{
	local folder

	[ ${#MODULES[@]} -ge 3 ] || fail "there are not three modules"
	for folder in nested "${MODULE_DIR[@]}"; do
		functions "drivers/iommu/$folder" >"$T/functions"
		[ "$(wc -l <"$T/functions")" -gt 20 ] || fail "no function was found in $folder"
		cat "$T/functions"
	done >"$T/all"
	grep -qx mock_iommu_is_live "$T/all" || fail "no function was found"
	sort "$T/all" | uniq -d >"$T/out"
	[ ! -s "$T/out" ] || fail "in two modules"
}

# macros DIR: the macros that are defined in it, but for those of its tests and those
# that a header of the kernel asks its user for
macros()
{
	find "$TOP/$1" -name '*.[ch]' ! -path '*/tests/*' \
		-exec sed -nE 's/^#[ \t]*define[ \t]+(\w+).*/\1/p' {} + |
		grep -vxE 'CREATE_TRACE_POINTS|TRACE_(SYSTEM|INCLUDE_(FILE|PATH))|pr_fmt' |
		sort -u
}

test_a_macro_of_the_mock_is_no_macro_of_a_driver()
{
	local folder

	macros drivers/iommu/mock >"$T/mock"
	grep -qx MOCK_VTD_AM_ALL "$T/mock" || fail "no macro was found"
	for folder in nested "${MODULE_DIR[@]}"; do
		[ "$folder" != mock ] || continue
		macros "drivers/iommu/$folder" >"$T/driver"
		[ -s "$T/driver" ] || fail "no macro was found in $folder"
		comm -12 "$T/driver" "$T/mock"
	done >"$T/out"
	[ ! -s "$T/out" ] || fail "in the mock and in a driver"
}

# names DIR: words that look like constants of an architecture, but for the
# beginnings of some in comments
names()
{
	grep -rhowE '(VTD|SMMU)_\w+' "$TOP/$1" | grep -vE '_(|x)$' | sort -u
}

test_what_looks_like_the_architecture_in_the_mock_is_its()
{
	names include/linux/iommu-nested >"$T/shared"
	names drivers/iommu/mock >"$T/mock"
	grep -qx VTD_REG_CAP "$T/mock" || fail "no name was found"
	comm -13 "$T/shared" "$T/mock" >"$T/out"
	[ ! -s "$T/out" ] || fail "is in no header of an architecture"
}

# Agreement of driver and model means something as long as each is written twice.
test_a_model_includes_nothing_of_the_drivers()
{
	grep -rq '^#include <linux/iommu-nested/vtd.h>' "$TOP/drivers/iommu/mock" ||
		fail "no include was found"
	! grep -rnE '^#include.*["/]nested/' "$TOP/drivers/iommu/mock" >"$T/out" ||
		fail "a model includes what is a driver's"
}
