// SPDX-License-Identifier: GPL-2.0-only
/* Functions of a PCI bus, as sysfs has them: found, and given to vfio-pci */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pci.h"
#include "util.h"

static int attribute(const char *name, const char *attr, uint64_t *val)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_SYSFS "/devices/%s/%s", name, attr);
	return util_read_u64(path, val);
}

static int name_of(struct pci *pci, const char *name)
{
	unsigned int domain, bus, slot, function;

	if (strlen(name) >= sizeof(pci->name) ||
	    sscanf(name, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		return -EINVAL;
	memset(pci, 0, sizeof(*pci));
	strcpy(pci->name, name);
	pci->rid = bus << 8 | slot << 3 | function;
	return 0;
}

int pci_find(struct pci *pci, uint16_t vendor, uint16_t device,
	     unsigned int nth)
{
	struct dirent **list;
	uint64_t v, d;
	int i, n, rc = -ENODEV;

	n = scandir(PCI_SYSFS "/devices", &list, NULL, alphasort);
	if (n < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		if (rc && list[i]->d_name[0] != '.' &&
		    !attribute(list[i]->d_name, "vendor", &v) &&
		    !attribute(list[i]->d_name, "device", &d) &&
		    v == vendor && d == device && !nth--)
			rc = name_of(pci, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return rc;
}

static int set_override(const struct pci *pci, const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_SYSFS "/devices/%s/driver_override",
		 pci->name);
	return util_write(path, "%s\n", driver);
}

int pci_unbind(struct pci *pci)
{
	char path[PATH_MAX];
	int rc;

	rc = set_override(pci, "none");
	snprintf(path, sizeof(path), PCI_SYSFS "/devices/%s/driver/unbind", pci->name);
	if (!rc && !access(path, F_OK))
		rc = util_write(path, "%s", pci->name);
	return rc;
}

static int find_vfio(struct pci *pci)
{
	struct dirent *entry;
	char path[PATH_MAX];
	int rc = -ENODEV;
	DIR *dir;

	snprintf(path, sizeof(path), PCI_SYSFS "/devices/%s/vfio-dev", pci->name);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (rc && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    strlen(entry->d_name) >= sizeof(pci->vfio))
			continue;
		strcpy(pci->vfio, entry->d_name);
		rc = 0;
	}
	closedir(dir);
	return rc;
}

int pci_to_vfio(struct pci *pci)
{
	int rc;

	if (!find_vfio(pci))
		return 0;
	rc = pci_unbind(pci);
	if (!rc)
		rc = set_override(pci, "vfio-pci");
	if (!rc)
		rc = util_write(PCI_SYSFS "/drivers_probe", "%s", pci->name);
	return rc ? rc : find_vfio(pci);
}

int pci_domain_type(const struct pci *pci, char *buf, size_t size)
{
	char path[PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), PCI_SYSFS "/devices/%s/iommu_group/type",
		 pci->name);
	rc = util_read(path, buf, size);
	if (!rc)
		buf[strcspn(buf, "\n")] = 0;
	return rc;
}
