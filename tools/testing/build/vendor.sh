# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A vendor beside those that are there, and the page that tells how to add one.

# in_uml: an instance of the new type finds the new driver, which takes the device
# behind it.
in_uml()
{
	cat <<-'SCRIPT'
	set -e
	cd /sys/kernel/config/iommu-mock
	mkdir w w/ep0
	echo window >w/type
	echo 5 >w/ep0/source_id
	echo 1 >w/live
	devices=/sys/bus/platform/devices
	basename "$(readlink "$devices/$(cat w/dev_name)/driver")"
	cat "$devices/$(cat w/ep0/dev_name)/iommu_group/type"
	echo 0 >w/live
	rmdir w/ep0 w
	SCRIPT
}

# The other vendors are left out of the list, which takes a tenth of the time and
# shows that the mock needs neither of them.
test_a_vendor_is_its_folders_and_a_line_in_the_list()
{
	local tree=$T/tree list=$T/tree/scripts/modules.list dir

	mkdir "$tree"
	cp -rp "$TOP"/{bin,drivers,include,scripts,configs,tools,Kbuild,Kconfig} "$tree"
	cp -rp "$TOP"/tools/example/vendor/{drivers,include} "$tree"
	{
		cat "$TOP/tools/example/vendor/modules.list"
		grep '^iommu_mock' "$TOP/scripts/modules.list"
	} >"$list"
	export CACHE=$REAL_CACHE
	succeeds "$tree/scripts/modules" --variant fast
	dir=$(tail -n 1 "$T/out")
	[ -f "$dir/drivers/iommu/window/nested/window_nested.ko" ] || fail "no driver"
	does_not_say warning

	in_uml >"$T/in_uml"
	succeeds "$tree/bin/iommu-mock" run --modules "$dir" --logs "$T/run" \
		'--kunit=iommu_mock_window*' -- sh "$T/in_uml"
	says window-unit
	says identity
	succeeds "$TOP/scripts/ktap" "$T/run/kunit/iommu_mock_window_window"
	says "5 0 0"
}

# The page shows the code that is tested.
test_the_page_of_a_model_shows_the_code_of_one()
{
	local page=$TOP/Documentation/write-a-model.rst line nr=0

	cat "$TOP"/tools/example/vendor/drivers/iommu/mock/window/{,tests/}*.c |
		sed 's/^[ \t]*//' >"$T/code"
	while IFS= read -r line; do
		nr=$((nr + 1))
		grep -qxF -- "$line" "$T/code" || fail "is in no file: $line"
	done < <(awk '/``window(_kunit)?\.c``::$/ { code = 1; next }
		code && /^\t?[^ \t]/ { code = 0 }
		code && NF { sub(/^[ \t]*/, ""); print }' "$page")
	[ "$nr" -gt 50 ] || fail "the page shows $nr lines"
}
