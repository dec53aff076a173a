// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
use std::ffi::CStr;

use crate::error::{check, Error, Result};
use crate::sys;

/// Whose IOMMU it is
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// There is no hardware that nests
    None,
    /// Intel VT-d
    Vtd,
    /// Arm SMMUv3
    Smmuv3,
}

/// What an IOMMU can do for a device
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Stage-1 on stage-2
    Nest,
    /// The guest's IOMMU has an object
    Raw,
    /// Faults of stage-1 reach the VMM
    Events,
    /// What is written is tracked, without a unit
    Dirty,
    /// What is written in a unit is tracked
    DirtyNested,
    /// The device has ATS, and it may be used
    Ats,
    /// Page requests
    Pri,
    /// SMMUv3: faults may stall
    Stall,
    /// A range is invalidated by one command
    RangeInvalidation,
    /// Nothing may be read-only (SPR17)
    NoReadOnly,
    /// An MSI is a write that is translated
    MsiTranslated,
}

impl Feature {
    fn bit(self) -> u64 {
        match self {
            Feature::Nest => sys::DS_CAN_NEST,
            Feature::Raw => sys::DS_CAN_RAW,
            Feature::Events => sys::DS_CAN_EVENTS,
            Feature::Dirty => sys::DS_CAN_DIRTY,
            Feature::DirtyNested => sys::DS_CAN_DIRTY_NESTED,
            Feature::Ats => sys::DS_CAN_ATS,
            Feature::Pri => sys::DS_CAN_PRI,
            Feature::Stall => sys::DS_CAN_STALL,
            Feature::RangeInvalidation => sys::DS_CAN_RIL,
            Feature::NoReadOnly => sys::DS_NO_READ_ONLY,
            Feature::MsiTranslated => sys::DS_MSI_TRANSLATED,
        }
    }
}

/// What an IOMMU can do for a device, in both vendors' words and in registers
#[derive(Clone, Copy)]
pub struct Caps(pub(crate) sys::ds_caps);

impl Caps {
    /// Of the registers of a VT-d that a guest is to be told of
    pub fn of_vtd(registers: sys::iommu_hw_info_vtd, pasid_bits: u32) -> Self {
        Self::of(
            sys::DS_VTD,
            sys::ds_registers { vtd: registers },
            pasid_bits,
        )
    }

    /// Of the registers of an SMMUv3
    pub fn of_smmuv3(registers: sys::iommu_hw_info_arm_smmuv3, pasid_bits: u32) -> Self {
        Self::of(
            sys::DS_SMMUV3,
            sys::ds_registers { smmu: registers },
            pasid_bits,
        )
    }

    fn of(vendor: u32, registers: sys::ds_registers, pasid_bits: u32) -> Self {
        let mut caps = sys::ds_caps::zeroed();

        caps.vendor = vendor;
        caps.registers = registers;
        caps.pasid_bits = pasid_bits;
        // SAFETY: the registers are those of the vendor
        unsafe { sys::ds_caps_raw(&mut caps) };
        Self(caps)
    }

    /// Whose it is
    pub fn vendor(&self) -> Vendor {
        match self.0.vendor {
            sys::DS_VTD => Vendor::Vtd,
            sys::DS_SMMUV3 => Vendor::Smmuv3,
            _ => Vendor::None,
        }
    }

    /// Has it this?
    pub fn has(&self, feature: Feature) -> bool {
        self.0.features & feature.bit() != 0
    }

    /// Sizes of pages that stage-1 can have, ascending
    pub fn stage1_pages(&self) -> impl Iterator<Item = u64> + '_ {
        (0..64)
            .map(|bit| 1u64 << bit)
            .filter(move |size| self.0.s1_pages & size != 0)
    }

    /// Width of an IOVA
    pub fn stage1_bits(&self) -> u32 {
        self.0.s1_bits
    }

    /// Width of an IPA
    pub fn stage2_bits(&self) -> u32 {
        self.0.s2_bits
    }

    /// Width of a PASID, 0 if there are none
    pub fn pasid_bits(&self) -> u32 {
        self.0.pasid_bits
    }

    /// The registers of a VT-d
    pub fn vtd(&self) -> Option<&sys::iommu_hw_info_vtd> {
        match self.vendor() {
            // SAFETY: the vendor says which it is
            Vendor::Vtd => Some(unsafe { &self.0.registers.vtd }),
            _ => None,
        }
    }

    /// The registers of an SMMUv3
    pub fn smmuv3(&self) -> Option<&sys::iommu_hw_info_arm_smmuv3> {
        match self.vendor() {
            // SAFETY: the vendor says which it is
            Vendor::Smmuv3 => Some(unsafe { &self.0.registers.smmu }),
            _ => None,
        }
    }

    /// Can a guest be told that its IOMMU has all of `guest`? The error says what is missing
    pub fn check(&self, guest: &Caps) -> Result<()> {
        let mut words = [0 as sys::c_char; 1024];

        // SAFETY: any thread; there is room for so many bytes, the last of them 0
        let rc = unsafe { sys::ds_caps_check(&self.0, &guest.0, words.as_mut_ptr(), words.len()) };
        // SAFETY: it is terminated
        let missing = unsafe { CStr::from_ptr(words.as_ptr()) };
        match check(rc) {
            Err(error) => Err(Error::new(error.errno(), missing.to_string_lossy())),
            Ok(_) => Ok(()),
        }
    }
}
