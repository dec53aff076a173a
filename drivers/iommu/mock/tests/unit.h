/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: what the units under test of all models have in common */
#ifndef __IOMMU_MOCK_TESTS_UNIT_H
#define __IOMMU_MOCK_TESTS_UNIT_H

#include <kunit/test.h>

#include "../core.h"

struct rnd_state;
struct seq_buf;
struct seq_file;

void mock_test_unit_create(struct kunit *test, struct mock_instance *inst,
			   const struct mock_model *model);
void mock_test_unit_start(struct kunit *test, struct mock_iommu *mi,
			  struct iommu_unit *unit);
void mock_test_unit_stop(struct mock_iommu *mi);
void mock_test_reorder(struct kunit *test, struct mock_iommu *mi);
void *mock_test_pages(struct kunit *test, unsigned int order);
void mock_test_confine(struct kunit *test);
u64 mock_test_spoilt(struct rnd_state *rnd, u64 entry);
void mock_test_same(struct kunit *test, const struct mock_xlate *looked,
		    const struct mock_xlate *res);
void mock_test_words(struct kunit *test,
		     void (*print)(struct seq_buf *s, const u64 *words),
		     const u64 *words, const char *want);
void mock_test_words_hostile(struct kunit *test,
			     void (*print)(struct seq_buf *s, const u64 *words));
u64 mock_test_no_ram(struct kunit *test);
struct seq_file *mock_test_seq(struct kunit *test);
__printf(3, 4)
void mock_test_says(struct kunit *test, const char *text, const char *fmt, ...);
void mock_test_says_not(struct kunit *test, const char *text, const char *what);
const char *mock_test_text(struct kunit *test, struct seq_file *s);

#endif /* __IOMMU_MOCK_TESTS_UNIT_H */
