// SPDX-License-Identifier: GPL-2.0-only
//! Arm SMMUv3: the guest has an SMMU, which knows its devices by StreamIDs.

use crate::uapi::{self, call, size};
use crate::vmm::{Device, Iommu, Vmm};
use std::fs::File;
use std::io::{Read, Result};
use std::os::unix::io::FromRawFd;

/// In the low bits of an entry that refers to a table, or maps a page
const ENTRY: u64 = 3;
/// nG, AF, inner shareable, AP[1]: for requests without privilege
const PAGE_ATTRS: u64 = 1 << 11 | 1 << 10 | 3 << 8 | 1 << 6;
const CMD_TLBI_NH_VA: u64 = 0x12;
const F_TRANSLATION: u64 = 0x10;

pub struct Smmuv3 {
    viommu: u32,
    events: File,
}

fn asid(dev: &Device) -> u64 {
    u64::from(dev.number) << 48
}

impl Smmuv3 {
    /// The guest's SMMU, its devices, and a queue for its events
    pub fn new(vmm: &Vmm, devices: &[Device]) -> Result<Smmuv3> {
        let mut viommu = uapi::ViommuAlloc {
            size: size::<uapi::ViommuAlloc>(),
            viommu_type: uapi::VIOMMU_SMMUV3,
            dev_id: devices[0].id,
            hwpt_id: vmm.parent,
            ..Default::default()
        };
        call(&vmm.iommufd, uapi::VIOMMU_ALLOC, &mut viommu)?;

        let mut queue = uapi::VeventqAlloc {
            size: size::<uapi::VeventqAlloc>(),
            viommu_id: viommu.out_viommu_id,
            queue_type: uapi::VEVENTQ_SMMUV3,
            depth: 16,
            ..Default::default()
        };
        call(&vmm.iommufd, uapi::VEVENTQ_ALLOC, &mut queue)?;

        for dev in devices {
            let mut vdevice = uapi::VdeviceAlloc {
                size: size::<uapi::VdeviceAlloc>(),
                viommu_id: viommu.out_viommu_id,
                dev_id: dev.id,
                virt_id: dev.number.into(),
                ..Default::default()
            };
            call(&vmm.iommufd, uapi::VDEVICE_ALLOC, &mut vdevice)?;
        }
        Ok(Smmuv3 {
            viommu: viommu.out_viommu_id,
            // SAFETY: the kernel has just opened it for us.
            events: unsafe { File::from_raw_fd(queue.out_veventq_fd) },
        })
    }

    /// What the guest's driver does: a context descriptor for tables of 48 bits, 4K
    fn make_context(&self, vmm: &mut Vmm, dev: &Device) -> u64 {
        let cd = vmm.ram.new_page();

        // MAIR: memory, write-back
        vmm.ram.write(cd + 24, 0xff);
        vmm.ram.write(cd + 8, dev.root);
        // ASID; ASET, A, R, AA64; IPS 48 bits; V; EPD1; SH0, OR0, IR0; T0SZ
        let fields = 0xe2 << 40 | 5 << 32 | 1 << 31 | 1 << 30 | 3 << 12 | 1 << 10 | 1 << 8 | 16;
        vmm.ram.write(cd, asid(dev) | fields);
        cd
    }
}

impl Iommu for Smmuv3 {
    fn name(&self) -> &'static str {
        "SMMUv3"
    }

    /// The guest has set a stream table entry: valid, stage-1, one context descriptor.
    fn attach(&self, vmm: &mut Vmm, dev: &mut Device) -> Result<()> {
        dev.root = vmm.ram.new_page();
        let cd = self.make_context(vmm, dev);
        // S1CSH, S1COR, S1CIR
        let ste = [
            (cd | 5 << 1 | 1).to_le(),
            (3u64 << 6 | 1 << 4 | 1 << 2).to_le(),
        ];

        vmm.attach_nested(dev, self.viommu, uapi::SMMUV3, &ste)
    }

    fn map(&self, vmm: &mut Vmm, dev: &Device, iova: u64, gpa: u64) {
        vmm.ram.map(dev.root, iova, ENTRY, gpa | PAGE_ATTRS | ENTRY);
    }

    /// The guest has put CMD_TLBI_NH_VA of a page's last level into its queue.
    fn invalidate(&self, vmm: &Vmm, dev: &Device, iova: u64) -> Result<()> {
        let cmd = [(asid(dev) | CMD_TLBI_NH_VA).to_le(), (iova | 1).to_le()];

        vmm.invalidate(self.viommu, uapi::INVALIDATE_SMMUV3, &cmd)
    }

    /// The guest finds the event in its queue, by the name that it has for the device.
    fn hear_of_fault(&self, dev: &Device, iova: u64) -> Result<()> {
        // A header of 8 bytes, and the four words of the event
        let mut record = [0; 40];
        let word = |record: &[u8], n: usize| {
            u64::from_le_bytes(record[8 + 8 * n..][..8].try_into().unwrap())
        };

        uapi::wait_for(&self.events)?;
        (&self.events).read_exact(&mut record)?;
        assert_eq!(word(&record, 0) & 0xff, F_TRANSLATION, "another event");
        assert_eq!(word(&record, 0) >> 32, dev.number.into(), "another device");
        assert_eq!(word(&record, 2), iova, "another address");
        Ok(())
    }
}
