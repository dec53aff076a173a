# SPDX-License-Identifier: GPL-2.0-only
"""The pages as HTML, by sphinx; scripts/htmldocs runs it.

A page is the same file on GitHub and here: its links name files of the tree, and it
has no directive that plain docutils does not know. So this file

 - makes the navigation of the links in index.rst, in their order;
 - has links to NAME.rst lead to NAME.html, and copies what else is linked to in the
   tree beside the pages;
 - warns, when all is written, of every link in the HTML that leads nowhere.
"""

import html.parser
import os
import re
import shutil
import urllib.parse

from docutils import nodes
from sphinx.util import logging

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
log = logging.getLogger(__name__)

project = "iommufd-nested"
with open(os.path.join(TOP, "include/linux/iommu-nested/version.h"), encoding="utf-8") as f:
    version = release = re.search(r'"([^"]+)"', f.read()).group(1)
html_show_copyright = False
html_copy_source = False
html_theme_options = {"page_width": "70em", "body_max_width": "none"}
master_doc = "index"
# Most blocks are output, or of no language that it knows
highlight_language = "none"
# Options begin with two dashes
smartquotes = False
# The tree, below the pages
TREE = "tree"


def add_navigation(app, docname, source):
    """index.rst leads to every page, in the order in which a newcomer reads."""
    if docname == master_doc:
        pages = re.findall(r"<([\w/-]+)\.rst>`__", source[0])
        source[0] += "\n.. toctree::\n   :hidden:\n\n" + "".join(f"   {p}\n" for p in pages)


def in_tree(docname, uri):
    """Path from the top of the tree to the file that a page links to."""
    path = os.path.normpath(os.path.join(HERE, os.path.dirname(docname), uri))
    if path.startswith(TOP + os.sep) and os.path.isfile(path):
        return os.path.relpath(path, TOP)
    return None


def rewrite_links(app, doctree, docname):
    folder = os.path.dirname(docname)
    for ref in doctree.findall(nodes.reference):
        uri, hash_sign, fragment = ref.get("refuri", "").partition("#")
        if not uri or re.match(r"[a-z]+:", uri) or ref.get("internal"):
            continue
        name, ext = os.path.splitext(uri)
        path = in_tree(docname, uri)
        if ext == ".rst" and os.path.normpath(os.path.join(folder, name)) in app.env.found_docs:
            ref["refuri"] = f"{name}.html{hash_sign}{fragment}"
        elif path:
            copy = os.path.join(TREE, path + ".txt")
            os.makedirs(os.path.dirname(os.path.join(app.outdir, copy)), exist_ok=True)
            shutil.copyfile(os.path.join(TOP, path), os.path.join(app.outdir, copy))
            ref["refuri"] = os.path.relpath(copy, folder or ".")


class Page(html.parser.HTMLParser):
    """What an HTML page links to, and the places in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids = set(), set()
        with open(path, encoding="utf-8") as page:
            self.feed(page.read())

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src") and not re.match(r"[a-z]+:", value):
                self.links.add(value)
            elif name == "id":
                self.ids.add(value)


def html_files(top):
    """The HTML below a folder, as paths from there."""
    for folder, _, names in sorted(os.walk(top)):
        for name in sorted(names):
            if name.endswith(".html"):
                yield os.path.relpath(os.path.join(folder, name), top)


def check_html(app, exception):
    if exception:
        return
    pages = {name: Page(os.path.join(app.outdir, name)) for name in html_files(app.outdir)}
    for name, page in pages.items():
        for link in sorted(page.links):
            path, _, fragment = link.partition("#")
            path = urllib.parse.unquote(path.partition("?")[0])
            path = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            if not os.path.exists(os.path.join(app.outdir, path)):
                log.warning("%s links to %s, which does not exist", name, link)
            elif fragment and path in pages and fragment not in pages[path].ids:
                log.warning("%s links to #%s of %s, which does not exist", name, fragment, path)


def setup(app):
    app.connect("source-read", add_navigation)
    app.connect("doctree-resolved", rewrite_links)
    app.connect("build-finished", check_html)
    return {"parallel_read_safe": True}
