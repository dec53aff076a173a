// SPDX-License-Identifier: GPL-2.0-only
///
/// A model reaches memory as a bus master does: by mock_phys_read() and its
/// siblings, which refuse what is not RAM. A pointer made of an address that a
/// table or a register holds is an access that no hardware would have aborted.
/// The tests, which play the driver, may make them.
///
// Confidence: High
// Options: --no-includes --include-headers

virtual report

@r@
position p;
identifier f = {phys_to_virt, __va, memremap, phys_to_page, pfn_to_page,
	page_address, page_to_virt, kmap, kmap_local_page, kmap_atomic,
	kmap_local_pfn, bus_to_virt};
@@
f@p(...)

@script:python depends on report@
p << r.p;
f << r.f;
@@
import re
path = p[0].file
model = 'iommu/mock/' in path or 'coccinelle/tests/' in path
exempt = re.search(r'(/phys\.c|iommu/mock/(\w+/)?tests/\w+\.[ch])$', path)
if model and not exempt:
    coccilib.report.print_report(p[0], f"{f}() in a model: memory is reached by mock_phys_*()")
