// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: requests, translations and faults in words */
#include <linux/bitops.h>
#include <linux/seq_buf.h>

#include "core.h"

/**
 * mock_words_field() - name a field of a command or an entry, unless it is 0
 * @s: where
 * @name: name of the field
 * @mask: its place
 * @val: the word it is in
 *
 * A single bit has its name alone.
 */
void mock_words_field(struct seq_buf *s, const char *name, u64 mask, u64 val)
{
	u64 field = (val & mask) >> __ffs64(mask);

	if (!field)
		return;
	if (hweight64(mask) == 1)
		seq_buf_printf(s, " %s", name);
	else
		seq_buf_printf(s, " %s=%#llx", name, field);
}

static void words_access(struct seq_buf *s, const struct mock_req *req)
{
	static const char * const types[] = {
		[MOCK_AT_UNTRANSLATED] = "",
		[MOCK_AT_TRANSLATION] = "translation request for a ",
		[MOCK_AT_TRANSLATED] = "translated ",
	};

	seq_buf_printf(s, "%s%s%s of %#llx", types[req->at],
		       req->priv ? "privileged " : "",
		       req->write ? "write" : req->exec ? "fetch" : "read",
		       req->addr);
}

/**
 * mock_words_who() - the endpoint and the PASID of a request
 * @s: where
 * @mi: the instance
 * @req: the request
 */
void mock_words_who(struct seq_buf *s, const struct mock_iommu *mi,
		    const struct mock_req *req)
{
	const char *name = mock_instance_ep_name(mi, req->sid);

	seq_buf_printf(s, "%s (%s %#x)", name ?: "no endpoint",
		       mi->model->sid_name ?: "source-id", req->sid);
	if (req->pasid_valid)
		seq_buf_printf(s, " %s %#x", mi->model->pasid_name ?: "PASID",
			       req->pasid);
}

static void words_size(struct seq_buf *s, u8 lg2)
{
	static const char units[] = "KMGTPE";

	if (lg2 < 10 || lg2 > 63)
		seq_buf_printf(s, "2^%u bytes", lg2);
	else
		seq_buf_printf(s, "%u%c", 1U << lg2 % 10, units[lg2 / 10 - 1]);
}

static void words_result(struct seq_buf *s, const struct mock_xlate *res)
{
	if (!res->read && !res->write && !res->untranslated_only) {
		seq_buf_puts(s, "answered without permission");
		return;
	}
	if (res->untranslated_only) {
		seq_buf_puts(s, "to be used untranslated");
		return;
	}
	seq_buf_printf(s, "pa %#llx, ", res->pa);
	words_size(s, res->lg2);
	seq_buf_printf(s, " %c%c%c", res->read ? 'r' : '-',
		       res->write ? 'w' : '-', res->exec ? 'x' : '-');
}

/**
 * mock_translate_words() - a request and what became of it
 * @s: where
 * @mi: the instance
 * @req: the request
 * @res: its translation
 * @ret: what &mock_model.translate returned
 */
void mock_translate_words(struct seq_buf *s, const struct mock_iommu *mi,
			  const struct mock_req *req,
			  const struct mock_xlate *res, int ret)
{
	mock_words_who(s, mi, req);
	seq_buf_puts(s, ": ");
	words_access(s, req);
	seq_buf_puts(s, ": ");
	switch (ret) {
	case 0:
		words_result(s, res);
		return;
	case -EINPROGRESS:
		seq_buf_printf(s, "stalled with tag %#x", res->stall_tag);
		return;
	case -ENODATA:
		seq_buf_puts(s, "terminated, the endpoint is not told");
		return;
	default:
		seq_buf_puts(s, "blocked");
		return;
	}
}

/**
 * mock_fault_words() - a fault: who, what, why, and what became of it
 * @s: where
 * @mi: the instance
 * @fault: the fault
 */
void mock_fault_words(struct seq_buf *s, const struct mock_iommu *mi,
		      const struct mock_fault *fault)
{
	const struct mock_req req = {
		.addr = fault->addr,
		.sid = fault->sid,
		.pasid = fault->pasid,
		.pasid_valid = fault->pasid_valid,
		.write = fault->write,
		.exec = fault->exec,
		.priv = fault->priv,
		.at = fault->at,
	};

	mock_words_who(s, mi, &req);
	seq_buf_puts(s, fault->page_request ? ": page request for a " : ": ");
	words_access(s, &req);
	if (fault->stage)
		seq_buf_printf(s, ": stage %u", fault->stage);
	seq_buf_printf(s, ": %s", fault->why->name);
	if (fault->number)
		seq_buf_printf(s, " (%#x)", fault->number);
	seq_buf_printf(s, ", %s", fault->why->text);
	if (fault->what)
		seq_buf_printf(s, ", for %s", fault->what);
	if (fault->addr2_name)
		seq_buf_printf(s, ", %s %#llx", fault->addr2_name,
			       fault->addr2);
	seq_buf_printf(s, "; see %s; %s", fault->why->section, fault->fate);
}
