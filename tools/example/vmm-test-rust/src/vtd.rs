// SPDX-License-Identifier: GPL-2.0-only
//! Intel VT-d: the guest's tables are known by their root alone.

use crate::uapi::{self, VtdS1, VtdS1Invalidate};
use crate::vmm::{Device, Iommu, Vmm};
use std::io::Result;

/// Present, writable, of a user
const ENTRY: u64 = 7;
/// Of the last level only
const LEAF: u32 = 1;

pub struct Vtd;

impl Iommu for Vtd {
    fn name(&self) -> &'static str {
        "VT-d"
    }

    /// The guest has set a PASID table entry: its tables begin at `dev.root`.
    fn attach(&self, vmm: &mut Vmm, dev: &mut Device) -> Result<()> {
        dev.root = vmm.ram.new_page();
        let s1 = VtdS1 {
            pgtbl_addr: dev.root,
            addr_width: 48,
            ..Default::default()
        };

        vmm.attach_nested(dev, vmm.parent, uapi::VTD, &s1)
    }

    fn map(&self, vmm: &mut Vmm, dev: &Device, iova: u64, gpa: u64) {
        vmm.ram.map(dev.root, iova, ENTRY, gpa | ENTRY);
    }

    /// The guest has put a PASID-based IOTLB invalidation of a page into its queue.
    fn invalidate(&self, vmm: &Vmm, dev: &Device, iova: u64) -> Result<()> {
        let page = VtdS1Invalidate {
            addr: iova,
            npages: 1,
            flags: LEAF,
            ..Default::default()
        };

        vmm.invalidate(dev.nested, uapi::INVALIDATE_VTD, &page)
    }

    /// iommufd reports no faults of VT-d; the host's log has them.
    fn hear_of_fault(&self, _dev: &Device, _iova: u64) -> Result<()> {
        Ok(())
    }
}
