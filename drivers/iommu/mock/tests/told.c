// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: what tests of all models check of what a unit tells of itself */
#include <linux/array_size.h>
#include <linux/prandom.h>
#include <linux/seq_buf.h>

#include "unit.h"

static u64 random64(struct rnd_state *rnd)
{
	u64 high = prandom_u32_state(rnd);

	return high << 32 | prandom_u32_state(rnd);
}

/**
 * mock_test_spoilt - a table entry with something else in it
 * @rnd: what decides
 * @entry: the entry
 *
 * Return: the entry with a bit turned, anything, or @entry itself
 */
u64 mock_test_spoilt(struct rnd_state *rnd, u64 entry)
{
	switch (prandom_u32_state(rnd) % 4) {
	case 0:
		return entry ^ BIT_ULL(prandom_u32_state(rnd) % 12);
	case 1:
		return entry ^ BIT_ULL(prandom_u32_state(rnd) % 64);
	case 2:
		return random64(rnd);
	default:
		return entry;
	}
}

/**
 * mock_test_same - a look says what a request meets
 * @test: the test
 * @looked: what the look said
 * @res: what the request met
 */
void mock_test_same(struct kunit *test, const struct mock_xlate *looked,
		    const struct mock_xlate *res)
{
	KUNIT_EXPECT_EQ(test, looked->pa, res->pa);
	KUNIT_EXPECT_EQ(test, looked->lg2, res->lg2);
	KUNIT_EXPECT_EQ(test, looked->read, res->read);
	KUNIT_EXPECT_EQ(test, looked->write, res->write);
	KUNIT_EXPECT_EQ(test, looked->snooped, res->snooped);
}

/**
 * mock_test_words - the words for a command
 * @test: the test
 * @print: the model's function that finds them
 * @words: the command
 * @want: what they have to be
 */
void mock_test_words(struct kunit *test,
		     void (*print)(struct seq_buf *s, const u64 *words),
		     const u64 *words, const char *want)
{
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	print(&s, words);
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&s), want);
}

/**
 * mock_test_words_hostile - whatever software writes is words that fit
 * @test: the test
 * @print: the model's function that finds them
 */
void mock_test_words_hostile(struct kunit *test,
			     void (*print)(struct seq_buf *s, const u64 *words))
{
	u64 words[MOCK_LOG_CMD_WORDS];
	char text[MOCK_LOG_TEXT];
	struct rnd_state rnd;
	struct seq_buf s;
	u32 i, j;

	prandom_seed_state(&rnd, 20);
	for (i = 0; i < 10000; i++) {
		for (j = 0; j < ARRAY_SIZE(words); j++)
			words[j] = random64(&rnd);
		seq_buf_init(&s, text, sizeof(text));
		print(&s, words);
		KUNIT_ASSERT_GT(test, seq_buf_used(&s), 0);
		KUNIT_ASSERT_FALSE(test, seq_buf_has_overflowed(&s));
	}
}
