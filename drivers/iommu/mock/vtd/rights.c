// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: does a translation, found by a walk or in the IOTLB, permit a request? */
#include "walk.h"

/**
 * mock_vtd_check_rights() - does a translation permit the request?
 * @w: the request
 * @leaf: the translation
 *
 * Return: 0 or a fault reason
 */
u8 mock_vtd_check_rights(const struct mock_vtd_walk *w,
			 const struct mock_vtd_leaf *leaf)
{
	if (leaf->reason)
		return leaf->reason;
	if (w->need_exec && !leaf->exec)
		return leaf->no_exec;
	if (w->need_write && !leaf->write)
		return VTD_FR_WRITE;
	if (w->need_read && !leaf->read)
		return VTD_FR_READ;
	return 0;
}
