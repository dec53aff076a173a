// SPDX-License-Identifier: GPL-2.0-only
/* PCI functions as sysfs has them */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pci.h"
#include "util.h"
#include "vdev.h"

#define PCI_SYSFS	"/sys/bus/pci"
#define PATH_LEN	160

static void path_of(char *path, const char *name, const char *attr)
{
	snprintf(path, PATH_LEN, PCI_SYSFS "/devices/%s/%s", name, attr);
}

int pci_name(const struct mock *m, unsigned int i, char name[PCI_NAME_LEN])
{
	return mock_ep_get_text(m, m->endpoints[i], "dev_name", name, PCI_NAME_LEN);
}

bool pci_there(const char *name)
{
	char path[PATH_LEN];
	struct stat st;

	path_of(path, name, "");
	return name[0] && !stat(path, &st);
}

int pci_get_text(const char *name, const char *attr, char *buf, size_t size)
{
	char path[PATH_LEN];
	int rc;

	path_of(path, name, attr);
	rc = util_read(path, buf, size);
	if (!rc)
		buf[strcspn(buf, "\n")] = '\0';
	return rc;
}

int pci_set_text(const char *name, const char *attr, const char *text)
{
	char path[PATH_LEN];

	path_of(path, name, attr);
	return util_write(path, "%s", text);
}

/* The last part of what a link says */
static int link_name(const char *name, const char *attr, char *buf, size_t size)
{
	char path[PATH_LEN], to[256];
	ssize_t len;

	path_of(path, name, attr);
	len = readlink(path, to, sizeof(to) - 1);
	if (len < 0)
		return -errno;
	to[len] = '\0';
	snprintf(buf, size, "%s", strrchr(to, '/') + 1);
	return 0;
}

int pci_driver(const char *name, char *buf, size_t size)
{
	int rc = link_name(name, "driver", buf, size);

	if (rc == -ENOENT && pci_there(name)) {
		buf[0] = '\0';
		return 0;
	}
	return rc;
}

int pci_virtual(const char *name, unsigned int nr, char vf[PCI_NAME_LEN])
{
	char link[24];

	snprintf(link, sizeof(link), "virtfn%u", nr);
	return link_name(name, link, vf, PCI_NAME_LEN);
}

int pci_vfio_name(const char *name, char *buf, size_t size)
{
	char path[PATH_LEN];
	struct dirent *de;
	int rc = -ENOENT;
	DIR *dir;

	path_of(path, name, "vfio-dev");
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((de = readdir(dir)))
		if (de->d_name[0] != '.') {
			snprintf(buf, size, "%s", de->d_name);
			rc = 0;
		}
	closedir(dir);
	return rc;
}

int pci_driver_do(const char *driver, const char *what, const char *name)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), PCI_SYSFS "/drivers/%s/%s", driver, what);
	return util_write(path, "%s", name);
}

int pci_group(const char *name)
{
	char group[16];
	int rc = link_name(name, "iommu_group", group, sizeof(group));

	return rc ?: atoi(group);
}

int pci_rescan(void)
{
	return util_write(PCI_SYSFS "/rescan", "1");
}

/* One access of the processor's, if it is aligned and of 1, 2 or 4 bytes */
static int config_access(const char *name, uint32_t off, void *buf, size_t len,
			 bool write)
{
	char path[PATH_LEN];
	ssize_t done;
	int fd, rc;

	path_of(path, name, "config");
	fd = open(path, (write ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	done = write ? pwrite(fd, buf, len, off) : pread(fd, buf, len, off);
	rc = done < 0 ? -errno : done == (ssize_t)len ? 0 : -EIO;
	close(fd);
	return rc;
}

uint32_t pci_config(const char *name, uint32_t off, size_t len)
{
	uint32_t val = 0;

	return config_access(name, off, &val, len, false) ? UINT32_MAX : val;
}

int pci_set_config(const char *name, uint32_t off, uint32_t val, size_t len)
{
	return config_access(name, off, &val, len, true);
}

static uint32_t read_sysfs(const void *name, uint32_t off, size_t len)
{
	return pci_config(name, off, len);
}

uint32_t pci_capability(const char *name, uint8_t id)
{
	return pci_find_capability(read_sysfs, name, id);
}

uint32_t pci_ext_capability(const char *name, uint16_t id)
{
	return pci_find_ext_capability(read_sysfs, name, id);
}
