// SPDX-License-Identifier: GPL-2.0-only
/* vfio-user: what the two sides can do */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "vfio_user_priv.h"

/* What a client can take that does not say */
#define DEFAULT_XFER	(1u << 20)

static bool blank(const char *text)
{
	return !text[strspn(text, " \t\r\n")];
}

/* The text is JSON, and nothing after it but the NUL that ends it */
static int parse(const char *text, uint32_t size, struct json_object **out)
{
	struct json_tokener *tok;
	int rc = -EINVAL;

	*out = NULL;
	if (!size)
		return 0;
	if (memchr(text, 0, size) != text + size - 1)
		return -EINVAL;
	tok = json_tokener_new();
	if (!tok)
		return -ENOMEM;
	*out = json_tokener_parse_ex(tok, text, size);
	if (json_tokener_get_error(tok) == json_tokener_success &&
	    blank(text + json_tokener_get_parse_end(tok)) &&
	    json_object_is_type(*out, json_type_object))
		rc = 0;
	json_tokener_free(tok);
	if (rc) {
		json_object_put(*out);
		*out = NULL;
	}
	return rc;
}

/* A number that may be missing. It must be one, and must not be negative */
static int number(struct json_object *caps, const char *name, uint64_t *value, bool *there)
{
	struct json_object *o;

	*there = json_object_object_get_ex(caps, name, &o);
	if (!*there)
		return 0;
	if (!json_object_is_type(o, json_type_int) || json_object_get_int64(o) < 0)
		return -EINVAL;
	*value = json_object_get_int64(o);
	return 0;
}

static void answer_number(struct json_object *caps, const char *name, bool wanted,
			  uint64_t value)
{
	if (wanted)
		json_object_object_add(caps, name, json_object_new_int64(value));
}

/* Only what the client has proposed is in the answer */
static int answer(struct json_object *theirs, struct json_object *ours, struct vfu_caps *caps)
{
	uint64_t fds, xfer = DEFAULT_XFER, maps, pages = VFU_PAGE;
	bool has_fds, has_xfer, has_maps, has_pages;
	struct json_object *multi;

	if (number(theirs, "max_msg_fds", &fds, &has_fds) ||
	    number(theirs, "max_data_xfer_size", &xfer, &has_xfer) ||
	    number(theirs, "max_dma_maps", &maps, &has_maps) ||
	    number(theirs, "pgsizes", &pages, &has_pages))
		return -EINVAL;
	/* Memory is mapped by pages of ours, and a client must have such */
	if (!(pages & VFU_PAGE))
		return -EPROTONOSUPPORT;
	if (json_object_object_get_ex(theirs, "write_multiple", &multi)) {
		if (!json_object_is_type(multi, json_type_boolean))
			return -EINVAL;
		if (json_object_get_boolean(multi))
			json_object_object_add(ours, "write_multiple",
					       json_object_new_boolean(true));
	}
	caps->max_xfer = xfer < VFU_MAX_XFER ? xfer : VFU_MAX_XFER;
	answer_number(ours, "max_msg_fds", has_fds, VFU_MAX_FDS);
	answer_number(ours, "max_data_xfer_size", has_xfer, VFU_MAX_XFER);
	answer_number(ours, "max_dma_maps", has_maps, VFU_MAX_MAPS);
	answer_number(ours, "pgsizes", has_pages, VFU_PAGE);
	return 0;
}

static int capabilities(struct json_object *data, struct json_object *ours,
			struct vfu_caps *caps)
{
	struct json_object *theirs;

	caps->max_xfer = DEFAULT_XFER;
	if (!data || !json_object_object_get_ex(data, "capabilities", &theirs))
		return 0;
	if (!json_object_is_type(theirs, json_type_object))
		return -EINVAL;
	return answer(theirs, ours, caps);
}

int vfu_negotiate(const void *data, uint32_t size, struct vfu_caps *caps)
{
	struct json_object *theirs, *reply, *ours;
	struct vfu_msg_version version;
	int rc;

	memset(caps, 0, sizeof(*caps));
	if (size < sizeof(version))
		return -EINVAL;
	memcpy(&version, data, sizeof(version));
	if (version.major != VFU_MAJOR)
		return -EPROTONOSUPPORT;
	caps->minor = version.minor < VFU_MINOR ? version.minor : VFU_MINOR;
	rc = parse((const char *)data + sizeof(version), size - sizeof(version), &theirs);
	if (rc)
		return rc;
	reply = json_object_new_object();
	ours = json_object_new_object();
	json_object_object_add(reply, "capabilities", ours);
	rc = capabilities(theirs, ours, caps);
	if (!rc) {
		caps->json = strdup(json_object_to_json_string_ext(reply,
								   JSON_C_TO_STRING_PLAIN));
		rc = caps->json ? 0 : -ENOMEM;
	}
	json_object_put(reply);
	json_object_put(theirs);
	return rc;
}
