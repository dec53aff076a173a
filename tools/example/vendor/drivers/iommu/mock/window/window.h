/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock window IOMMU */
#ifndef __IOMMU_MOCK_WINDOW_H
#define __IOMMU_MOCK_WINDOW_H

#include "../mock.h"

extern const struct mock_model mock_window_model;

#endif /* __IOMMU_MOCK_WINDOW_H */
