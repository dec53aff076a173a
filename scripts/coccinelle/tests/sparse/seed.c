// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/types.h>

__le64 seed_endian(u64 v);
int seed_user(int __user *p);

__le64 seed_endian(u64 v)
{
	return v;	/* FINDS */
}

int seed_user(int __user *p)
{
	return *p;	/* FINDS */
}

static int seed_param;
module_param(seed_param, int, 0444);
MODULE_PARM_DESC(seed_param, "errors here silence the rest");
MODULE_DESCRIPTION("What sparse must find");
MODULE_LICENSE("GPL");
