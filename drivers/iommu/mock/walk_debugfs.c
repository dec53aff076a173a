// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: debugfs file "walk"
 *
 * Who has it open writes a request, then reads what the tables say of it. Each
 * one that has it open has a request of their own.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "core.h"
#include "walk.h"

#define WALK_MAX_TEXT	128
#define WALK_MAX_TOKENS	4

/*
 * @lock: protects the others but @mi
 * @mi: the instance, which is live as long as anything is done with the file
 * @ep: the endpoint, %NULL until there is a request
 * @req: the request
 */
struct walk_file {
	struct mutex lock;	/* ep and req */
	struct mock_iommu *mi;
	struct mock_endpoint *ep;
	struct mock_req req;
};

static struct mock_endpoint *find_endpoint(struct mock_iommu *mi,
					   const char *name)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &mock_to_instance(mi)->endpoints, list)
		if (!strcmp(item->ep.name, name))
			return &item->ep;
	return NULL;
}

static bool parse_access(const char *text, struct mock_req *req)
{
	if (strlen(text) != 1 || !strchr("rwx", *text))
		return false;
	req->write = *text == 'w';
	req->exec = *text == 'x';
	return true;
}

static int parse_pasid(const char *text, struct mock_req *req)
{
	int ret = kstrtou32(text, 0, &req->pasid);

	if (ret)
		return ret;
	req->pasid_valid = true;
	return req->pasid >> 20 ? -EINVAL : 0;
}

/* ENDPOINT [PASID] IOVA [r|w|x] */
static int parse_request(struct mock_iommu *mi, char *text,
			 struct mock_endpoint **ep, struct mock_req *req)
{
	char *token[WALK_MAX_TOKENS];
	char *word;
	int nr = 0;
	int ret;

	while ((word = strsep(&text, " \t"))) {
		if (!*word)
			continue;
		if (nr == WALK_MAX_TOKENS)
			return -EINVAL;
		token[nr++] = word;
	}
	if (nr && parse_access(token[nr - 1], req))
		nr--;
	if (nr < 2 || nr > 3)
		return -EINVAL;
	*ep = find_endpoint(mi, token[0]);
	if (!*ep)
		return -ENOENT;
	req->sid = (*ep)->config.sid;
	if (nr == 3) {
		ret = parse_pasid(token[1], req);
		if (ret)
			return ret;
	}
	/* Only a request with PASID can ask for execute permission */
	if (req->exec && !req->pasid_valid)
		return -EINVAL;
	return kstrtou64(token[nr - 1], 0, &req->addr);
}

static ssize_t walk_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *ppos)
{
	struct seq_file *s = file->private_data;
	struct walk_file *wf = s->private;
	struct mock_endpoint *ep;
	struct mock_req req = {};
	char text[WALK_MAX_TEXT];
	int ret;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = 0;
	ret = parse_request(wf->mi, strim(text), &ep, &req);
	if (ret)
		return ret;
	scoped_guard(mutex, &wf->lock) {
		wf->ep = ep;
		wf->req = req;
	}
	/* What is read next is the answer, from its beginning */
	*ppos = 0;
	return count;
}

static int walk_show(struct seq_file *s, void *unused)
{
	struct walk_file *wf = s->private;

	guard(mutex)(&wf->lock);
	if (wf->ep)
		mock_walk_show(s, wf->mi, wf->ep, &wf->req);
	else
		seq_puts(s, "write ENDPOINT [PASID] IOVA [r|w|x] first, then read with the same open file\n");
	return 0;
}

static int walk_open(struct inode *inode, struct file *file)
{
	struct walk_file *wf = kzalloc_obj(*wf);
	int ret;

	if (!wf)
		return -ENOMEM;
	mutex_init(&wf->lock);
	wf->mi = inode->i_private;
	ret = single_open(file, walk_show, wf);
	if (ret)
		kfree(wf);
	return ret;
}

static int walk_release(struct inode *inode, struct file *file)
{
	struct seq_file *s = file->private_data;

	kfree(s->private);
	return single_release(inode, file);
}

static const struct file_operations walk_fops = {
	.owner = THIS_MODULE,
	.open = walk_open,
	.read = seq_read,
	.write = walk_write,
	.llseek = seq_lseek,
	.release = walk_release,
};

/**
 * mock_walk_debugfs() - make the file "walk", if the model can
 * @mi: the instance, which is live until the file is gone
 * @dir: where
 */
void mock_walk_debugfs(struct mock_iommu *mi, struct dentry *dir)
{
	if (mi->model->walk)
		debugfs_create_file("walk", 0600, dir, mi, &walk_fops);
}
