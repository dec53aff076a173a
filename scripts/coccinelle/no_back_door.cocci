// SPDX-License-Identifier: GPL-2.0-only
///
/// Driver and mock share the architecture and nothing else: neither module
/// offers a symbol that the other could call.
///
// Confidence: High
// Options: --no-includes --include-headers

virtual report

@r@
position p;
identifier f;
declarer name EXPORT_SYMBOL;
declarer name EXPORT_SYMBOL_GPL;
@@
(
EXPORT_SYMBOL@p(f);
|
EXPORT_SYMBOL_GPL@p(f);
)

@n@
position p;
identifier f;
expression ns;
declarer name EXPORT_SYMBOL_NS;
declarer name EXPORT_SYMBOL_NS_GPL;
declarer name EXPORT_SYMBOL_FOR_MODULES;
@@
(
EXPORT_SYMBOL_NS@p(f, ns);
|
EXPORT_SYMBOL_NS_GPL@p(f, ns);
|
EXPORT_SYMBOL_FOR_MODULES@p(f, ns);
)

@script:python depends on report@
p << r.p;
f << r.f;
@@
coccilib.report.print_report(p[0], f"{f} is exported: a back door between driver and mock")

@script:python depends on report@
p << n.p;
f << n.f;
@@
coccilib.report.print_report(p[0], f"{f} is exported: a back door between driver and mock")
