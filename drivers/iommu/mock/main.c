// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: the module */
#include <linux/init.h>
#include <linux/module.h>

#include <linux/iommu-nested/version.h>

#include "core.h"

unsigned int mock_reorder_seed;
module_param_named(reorder_seed, mock_reorder_seed, uint, 0644);
MODULE_PARM_DESC(reorder_seed,
		 "reorder_seed of instances that are made from now on (0: strictly in order)");

bool mock_endpoints_pci = true;
module_param_named(pci, mock_endpoints_pci, bool, 0644);
MODULE_PARM_DESC(pci,
		 "whether endpoints of instances that are made from now on are PCI functions, where they can be");

static int __init iommu_mock_init(void)
{
	int ret;

	mock_debugfs_register();
	ret = platform_driver_register(&mock_vfio_driver);
	if (ret)
		goto err_debugfs;
	ret = mock_vfio_map_register();
	if (ret)
		goto err_driver;
	ret = mock_configfs_register();
	if (ret)
		goto err_map;
	return 0;

err_map:
	mock_vfio_map_unregister();
err_driver:
	platform_driver_unregister(&mock_vfio_driver);
err_debugfs:
	mock_debugfs_unregister();
	return ret;
}
module_init(iommu_mock_init);

static void __exit iommu_mock_exit(void)
{
	mock_configfs_unregister();
	mock_vfio_map_unregister();
	platform_driver_unregister(&mock_vfio_driver);
	mock_debugfs_unregister();
}
module_exit(iommu_mock_exit);

MODULE_DESCRIPTION("Mock IOMMU hardware, made through configfs");
MODULE_LICENSE("GPL");
MODULE_VERSION(IOMMU_NESTED_VERSION);
MODULE_IMPORT_NS("IOMMUFD");
