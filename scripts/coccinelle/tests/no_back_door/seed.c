// SPDX-License-Identifier: GPL-2.0-only
int vtd_peek(void);
int vtd_peek(void)
{
	return 0;
}
EXPORT_SYMBOL_GPL(vtd_peek);	/* FINDS */
EXPORT_SYMBOL_NS_GPL(vtd_peek, "IOMMU_MOCK");	/* FINDS */
EXPORT_TRACEPOINT_SYMBOL_GPL(vtd_event);
