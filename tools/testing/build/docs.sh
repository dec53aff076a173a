# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The pages as HTML.

# pages: a tree in $T/tree with the pages, and what htmldocs needs.
pages()
{
	"$TOP/scripts/deps" docs
	mkdir -p "$T/tree"
	(cd "$TOP" && cp -R --parents Documentation scripts tools/example \
		include/linux/iommu-nested lib "$T/tree")
}

# plant SCRIPT: edits the first page
plant()
{
	sed -i "$1" "$T/tree/Documentation/index.rst"
	! cmp -s "$T/tree/Documentation/index.rst" "$TOP/Documentation/index.rst" ||
		fail "nothing was changed"
}

test_the_pages_are_html()
{
	pages
	cat >>"$T/tree/Documentation/index.rst" <<-'RST'

	`A file <../tools/example/nested-vtd.c>`__ of the tree, and
	`a place <building.rst#commands>`__ in a page.
	RST
	succeeds "$T/tree/scripts/htmldocs" "$T/html"
	grep -q 'href="building.html#commands"' "$T/html/index.html" ||
		fail "no link to a place in a page"
	cmp -s "$T/html/tree/tools/example/nested-vtd.c.txt" "$TOP/tools/example/nested-vtd.c" ||
		fail "the file that a page links to is not there"
	! grep -rE 'href="[^":]*\.rst' "$T/html" || fail "links to the sources"
	# Again, in the same place
	succeeds "$T/tree/scripts/htmldocs" "$T/html"
}

test_a_link_to_nowhere_is_found()
{
	pages
	plant 's/<building.rst>/<nosuch.rst>/'
	fails "$T/tree/scripts/htmldocs" "$T/html"
	says "index.html links to nosuch.rst, which does not exist"
}

# A page in a folder: its links are from there, to a page, to a file of the tree and to nowhere
test_a_page_in_a_folder_has_links()
{
	local page=$T/tree/Documentation/upstream/intel-devtlb-vf.rst

	pages
	cat >>"$page" <<-'RST'

	`A place <../building.rst#commands>`__ in a page, `a file
	<../../tools/example/nested-vtd.c>`__ of the tree.
	RST
	succeeds "$T/tree/scripts/htmldocs" "$T/html"
	grep -q 'href="../building.html#commands"' "$T/html/upstream/intel-devtlb-vf.html" ||
		fail "no link to a page"
	grep -q 'href="../tree/tools/example/nested-vtd.c.txt"' 		"$T/html/upstream/intel-devtlb-vf.html" || fail "no link to a file"
	sed -i 's/#commands/#nosuch/; s/nested-vtd.c/nosuch.c/' "$page"
	fails "$T/tree/scripts/htmldocs" "$T/html"
	says "intel-devtlb-vf.html links to #nosuch of building.html, which does not exist"
	says "intel-devtlb-vf.html links to ../../tools/example/nosuch.c, which does not exist"
}

test_a_link_to_no_place_of_a_page_is_found()
{
	pages
	plant 's/<building.rst>/<building.rst#nosuch>/'
	fails "$T/tree/scripts/htmldocs" "$T/html"
	says "index.html links to #nosuch of building.html, which does not exist"
}

test_a_picture_that_is_not_there_is_found()
{
	pages
	printf '\n.. image:: nosuch.svg\n' >>"$T/tree/Documentation/index.rst"
	fails "$T/tree/scripts/htmldocs" "$T/html"
	says "image file not readable: nosuch.svg"
}

# Debian's Python has sphinx, whatever is the first one.
test_another_python_may_come_first()
{
	pages
	stub python3 <<<'exit 1'
	succeeds "$T/tree/scripts/htmldocs" "$T/html"
}

test_what_is_no_html_of_ours_is_kept()
{
	pages
	mkdir "$T/html"
	echo mine >"$T/html/index.html"
	fails "$T/tree/scripts/htmldocs" "$T/html"
	says "has something else in it"
	[ "$(cat "$T/html/index.html")" = mine ] || fail "it is gone"
}

# session KIND: what the page says is typed is, on a unit of that type
session()
{
	local page=$TOP/Documentation/my-dma-faulted.rst headers

	headers=$(CACHE=$REAL_CACHE BUILD=$REAL_BUILD "$TOP/scripts/kernel-headers")
	mkdir -p "$T/bin"
	gcc -I"$TOP/include/uapi" -I"$headers" -o "$T/bin/nested-$1" \
		"$TOP/tools/example/nested-$1.c"
	"$here/transcript" commands "$page" "$1" >"$T/commands"
	run env CACHE="$REAL_CACHE" BUILD="$REAL_BUILD" "$TOP/bin/iommu-mock" run \
		--share "$T" --env PATH="$T/bin:$PATH" --unit "$1" \
		--param intel_nested.timeout_ms=60000 -- \
		sh -c ". $T/commands >$T/said 2>&1"
	status_is 0
	run "$here/transcript" compare "$page" "$1" "$T/said"
	status_is 0
}

test_faulted_page_shows_what_is_said()
{
	session vtd
	session smmuv3
}

# A line that is said otherwise, one too few, and one too many
test_a_page_that_shows_something_else_is_found()
{
	local said

	printf '.. check: a\n\n::\n\n   # echo one\n   one\n   # echo 0x1\n   0x1\n' >"$T/page"
	"$here/transcript" commands "$T/page" a >"$T/commands"
	sh "$T/commands" >"$T/said"
	succeeds "$here/transcript" compare "$T/page" a "$T/said"
	for said in $'# echo one\ntwo\n# echo 0x1\n0x2' $'# echo one\none' \
			$'# echo one\none\n# echo 0x1\n0x1\nmore'; do
		echo "$said" >"$T/said"
		fails "$here/transcript" compare "$T/page" a "$T/said"
	done
	fails "$here/transcript" commands "$T/page" b
}

test_a_picture_is_what_its_text_gives()
{
	pages
	succeeds "$T/tree/scripts/picture" --check
	sed -i 's/"stage-1"/"stage one"/' "$T/tree/Documentation/pictures/stages.pic"
	fails "$T/tree/scripts/picture" --check
	says "Documentation/pictures/stages.svg is not what stages.pic gives"
	succeeds "$T/tree/scripts/picture"
	succeeds "$T/tree/scripts/picture" --check
	grep -q '>stage one<' "$T/tree/Documentation/pictures/stages.svg" || fail "not drawn anew"
}
