// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* A /dev/iommu, its objects, and failures in words */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static _Thread_local char why[512];

int ds_version(void)
{
	return DS_VERSION;
}

const char *ds_why(void)
{
	return why;
}

static int positive(int err)
{
	return err < 0 ? -err : err;
}

int ds_fail(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return -positive(err);
}

int ds_fail_sys(int err, const char *fmt, ...)
{
	char text[64] = "";
	size_t used;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	strerror_r(positive(err), text, sizeof(text));
	used = strlen(why);
	snprintf(why + used, sizeof(why) - used, ": %s", text);
	return -positive(err);
}

void *ds_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		ds_fail(ENOMEM, "there is no memory for %zu bytes", size);
	return p;
}

void ds_object_up(struct ds_ctx *ctx)
{
	atomic_fetch_add(&ctx->objects, 1);
}

void ds_object_down(struct ds_ctx *ctx)
{
	atomic_fetch_sub(&ctx->objects, 1);
}

int ds_destroy(struct ds_ctx *ctx, uint32_t id, const char *what)
{
	int rc = dsi_destroy(ctx->fd, id);

	return rc ? ds_fail_sys(rc, "%s %u is not destroyed", what, id) : 0;
}

int ds_open(int iommufd, struct ds_ctx **ctx)
{
	struct ds_ctx *c = ds_alloc(sizeof(*c));
	int rc;

	if (!c)
		return -ENOMEM;
	c->fd = iommufd;
	if (iommufd < 0) {
		c->fd = dsi_open();
		c->own = true;
	}
	if (c->fd < 0) {
		rc = ds_fail_sys(c->fd, "/dev/iommu");
		free(c);
		return rc;
	}
	*ctx = c;
	return 0;
}

int ds_close(struct ds_ctx *ctx)
{
	unsigned int n = ds_objects(ctx);

	if (n)
		return ds_fail(EBUSY, "%u objects are left", n);
	if (ctx->own)
		close(ctx->fd);
	free(ctx);
	return 0;
}

int ds_fd(const struct ds_ctx *ctx)
{
	return ctx->fd;
}

unsigned int ds_objects(const struct ds_ctx *ctx)
{
	return atomic_load(&ctx->objects);
}
