// SPDX-License-Identifier: GPL-2.0-only
//! The guest's memory and devices, the same for all vendors.

use crate::uapi::{self, addr, call, size};
use crate::{smmuv3::Smmuv3, vtd::Vtd};
use std::alloc::{alloc_zeroed, Layout};
use std::fs::{File, OpenOptions};
use std::io::{Error, Result};
use std::os::unix::io::AsRawFd;

pub const PAGE: u64 = 4096;
const PAGES: u64 = 64;
/// Where the guest has its memory
const GPA: u64 = 0x8000_0000;

/// The guest's memory. Devices write to it behind the compiler's back, so it is
/// reached by pointers alone.
pub struct Ram {
    start: *mut u8,
    used: u64,
}

impl Ram {
    fn new() -> Ram {
        let layout = Layout::from_size_align((PAGES * PAGE) as usize, PAGE as usize).unwrap();
        // SAFETY: the size is not 0. The memory is never freed.
        let start = unsafe { alloc_zeroed(layout) };

        assert!(!start.is_null(), "guest memory");
        Ram { start, used: 0 }
    }

    pub fn new_page(&mut self) -> u64 {
        assert!(self.used < PAGES, "the guest has no more memory");
        self.used += 1;
        GPA + (self.used - 1) * PAGE
    }

    fn ptr(&self, gpa: u64) -> *mut u64 {
        assert!((GPA..GPA + PAGES * PAGE).contains(&gpa) && gpa % 8 == 0);
        // SAFETY: it is within the memory.
        unsafe { self.start.add((gpa - GPA) as usize).cast() }
    }

    pub fn read(&self, gpa: u64) -> u64 {
        // SAFETY: ptr() has checked the address.
        u64::from_le(unsafe { self.ptr(gpa).read_volatile() })
    }

    pub fn write(&self, gpa: u64, value: u64) {
        // SAFETY: ptr() has checked the address.
        unsafe { self.ptr(gpa).write_volatile(value.to_le()) }
    }

    pub fn fill(&self, page: u64, value: u64) {
        (page..page + PAGE)
            .step_by(8)
            .for_each(|gpa| self.write(gpa, value));
    }

    pub fn is_filled(&self, page: u64, value: u64) -> bool {
        (page..page + PAGE)
            .step_by(8)
            .all(|gpa| self.read(gpa) == value)
    }

    /// What the guest's IOMMU driver does, in the format that both vendors share:
    /// four levels from `root`. A table's entry has `table` in its low bits.
    pub fn map(&mut self, root: u64, iova: u64, table: u64, leaf: u64) {
        let mut next = root;

        for shift in [39, 30, 21] {
            let entry = next + (iova >> shift) % 512 * 8;
            if self.read(entry) == 0 {
                let page = self.new_page();
                self.write(entry, page | table);
            }
            next = self.read(entry) & !(PAGE - 1);
        }
        self.write(next + (iova >> 12) % 512 * 8, leaf);
    }
}

pub struct Device {
    pub file: File,
    /// What the iommufd calls it
    pub id: u32,
    /// What the guest calls it
    pub number: u32,
    /// Its stage-1: an object of the iommufd, and the guest's top table
    pub nested: u32,
    pub root: u64,
}

/// What differs between vendors
pub trait Iommu {
    fn name(&self) -> &'static str;
    fn attach(&self, vmm: &mut Vmm, dev: &mut Device) -> Result<()>;
    fn map(&self, vmm: &mut Vmm, dev: &Device, iova: u64, gpa: u64);
    fn invalidate(&self, vmm: &Vmm, dev: &Device, iova: u64) -> Result<()>;
    fn hear_of_fault(&self, dev: &Device, iova: u64) -> Result<()>;
}

pub struct Vmm {
    pub iommufd: File,
    pub ram: Ram,
    /// Stage-2
    pub parent: u32,
}

pub fn open(path: &str) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(|e| Error::new(e.kind(), format!("{path}: {e}")))
}

impl Vmm {
    pub fn new() -> Result<Vmm> {
        Ok(Vmm {
            iommufd: open("/dev/iommu")?,
            ram: Ram::new(),
            parent: 0,
        })
    }

    /// Until the guest has an IOMMU driver, a device's addresses are the guest's own.
    pub fn add_device(&mut self, path: &str, number: u32) -> Result<Device> {
        let file = open(path)?;
        let mut bind = uapi::BindIommufd {
            argsz: size::<uapi::BindIommufd>(),
            iommufd: self.iommufd.as_raw_fd(),
            ..Default::default()
        };

        call(&file, uapi::DEVICE_BIND_IOMMUFD, &mut bind)?;
        let dev = Device {
            file,
            id: bind.out_devid,
            number,
            nested: 0,
            root: 0,
        };
        if self.parent == 0 {
            self.make_parent(&dev)?;
        }
        dev.attach(self.parent)?;
        Ok(dev)
    }

    /// Stage-2: the guest's memory, for all of its devices behind one IOMMU
    fn make_parent(&mut self, dev: &Device) -> Result<()> {
        let mut ioas = uapi::IoasAlloc {
            size: size::<uapi::IoasAlloc>(),
            ..Default::default()
        };
        call(&self.iommufd, uapi::IOAS_ALLOC, &mut ioas)?;

        let mut map = uapi::IoasMap {
            size: size::<uapi::IoasMap>(),
            flags: uapi::MAP_FLAGS,
            ioas_id: ioas.out_ioas_id,
            user_va: self.ram.start as u64,
            length: PAGES * PAGE,
            iova: GPA,
            ..Default::default()
        };
        call(&self.iommufd, uapi::IOAS_MAP, &mut map)?;

        let mut hwpt = uapi::HwptAlloc {
            size: size::<uapi::HwptAlloc>(),
            flags: uapi::NEST_PARENT,
            dev_id: dev.id,
            pt_id: ioas.out_ioas_id,
            ..Default::default()
        };
        call(&self.iommufd, uapi::HWPT_ALLOC, &mut hwpt)?;
        self.parent = hwpt.out_hwpt_id;
        Ok(())
    }

    /// A nested HWPT for `dev`: `data` is what its vendor has to say about the guest's
    /// tables, `pt` what it is nested on.
    pub fn attach_nested<T>(
        &self,
        dev: &mut Device,
        pt: u32,
        data_type: u32,
        data: &T,
    ) -> Result<()> {
        let mut hwpt = uapi::HwptAlloc {
            size: size::<uapi::HwptAlloc>(),
            dev_id: dev.id,
            pt_id: pt,
            data_type,
            data_len: size::<T>(),
            data_uptr: addr(data),
            ..Default::default()
        };

        call(&self.iommufd, uapi::HWPT_ALLOC, &mut hwpt)?;
        dev.nested = hwpt.out_hwpt_id;
        dev.attach(dev.nested)
    }

    /// One invalidation, of an HWPT or a vIOMMU
    pub fn invalidate<T>(&self, object: u32, data_type: u32, entry: &T) -> Result<()> {
        let mut inv = uapi::HwptInvalidate {
            size: size::<uapi::HwptInvalidate>(),
            hwpt_id: object,
            data_uptr: addr(entry),
            data_type,
            entry_len: size::<T>(),
            entry_num: 1,
            ..Default::default()
        };

        call(&self.iommufd, uapi::HWPT_INVALIDATE, &mut inv)
    }

    /// Whose IOMMU is it? A VMM shows its guest one of the same vendor.
    pub fn iommu_of(&self, devices: &[Device]) -> Result<Box<dyn Iommu>> {
        let mut vtd = uapi::HwInfoVtd::default();
        let mut smmuv3 = uapi::HwInfoSmmuv3::default();

        match self.hw_info(&devices[0], &mut vtd)? {
            uapi::VTD => {
                // ECAP.NEST
                assert!(
                    vtd.ecap_reg & 1 << 26 != 0,
                    "this VT-d has no nested translation"
                );
                Ok(Box::new(Vtd))
            }
            uapi::SMMUV3 => {
                self.hw_info(&devices[0], &mut smmuv3)?;
                // IDR5.GRAN4K
                assert!(
                    smmuv3.idr[5] & 1 << 4 != 0,
                    "this SMMUv3 has no granules of 4K"
                );
                Ok(Box::new(Smmuv3::new(self, devices)?))
            }
            other => panic!("an IOMMU of type {other}: that vendor is not known here"),
        }
    }

    fn hw_info<T>(&self, dev: &Device, data: &mut T) -> Result<u32> {
        let mut info = uapi::HwInfo {
            size: size::<uapi::HwInfo>(),
            dev_id: dev.id,
            data_len: size::<T>(),
            data_uptr: data as *mut T as u64,
            ..Default::default()
        };

        call(&self.iommufd, uapi::GET_HW_INFO, &mut info)?;
        Ok(info.out_data_type)
    }
}

impl Device {
    /// Replaces what was attached; DMA never sees a moment with neither.
    pub fn attach(&self, hwpt: u32) -> Result<()> {
        let mut at = uapi::AttachIommufdPt {
            argsz: size::<uapi::AttachIommufdPt>(),
            pt_id: hwpt,
            ..Default::default()
        };

        call(&self.file, uapi::DEVICE_ATTACH_IOMMUFD_PT, &mut at)
    }
}
