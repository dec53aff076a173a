/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_TERMINAL_H
#define IOMMU_MOCK_TERMINAL_H

#include <stdbool.h>

#include "link.h"

/* Are standard input and output a terminal that is ours to read? */
bool terminal_ours(void);

/* Every key goes to the program, until terminal_restore(), which exit() calls too. */
void terminal_raw(void);
bool terminal_is_raw(void);
void terminal_restore(void);

bool terminal_size(struct link_size *size);

#endif
