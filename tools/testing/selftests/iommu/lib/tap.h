/* SPDX-License-Identifier: GPL-2.0-only */
/* Results as TAP has them, of a program that is one long test: it goes on after a failure */
#ifndef IOMMU_TAP_H
#define IOMMU_TAP_H

#include <stdbool.h>

/* The next result; text is made as printf does */
void tap_result(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Was one of them "not ok"? */
bool tap_failed(void);

#endif /* IOMMU_TAP_H */
