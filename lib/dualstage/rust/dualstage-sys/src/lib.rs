// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//! Declarations of libdualstage, as `dualstage.h` has them: see there for what they do.
//!
//! They are written by hand. The tests have a C compiler compare every constant, layout and
//! prototype with the header, and find what of the header is missing here.
#![no_std]
#![allow(non_camel_case_types)]

#[cfg(test)]
extern crate std;
#[cfg(test)]
mod tests;

pub use core::ffi::c_void;

/// Types of C, on all that Linux runs on with an IOMMU
pub type c_int = i32;
pub type c_uint = u32;
#[cfg(target_arch = "x86_64")]
pub type c_char = i8;
#[cfg(not(target_arch = "x86_64"))]
pub type c_char = u8;

macro_rules! constants {
    ($( $name:ident: $t:ty = $value:expr; )*) => {
        $( pub const $name: $t = $value; )*

        #[cfg(test)]
        pub(crate) const CONSTANTS: &[(&str, u64)] = &[
            $( (stringify!($name), $name as u64), )*
        ];
    };
}

macro_rules! opaque {
    ($( $name:ident; )*) => { $(
        #[repr(C)]
        pub struct $name {
            _nothing: [u8; 0],
        }
    )* };
}

macro_rules! structs {
    ($( struct $name:ident { $( $field:ident: $t:ty, )* } )*) => {
        $(
            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct $name {
                $( pub $field: $t, )*
            }

            impl $name {
                /// All zero
                pub fn zeroed() -> Self {
                    // SAFETY: integers, pointers that may be null, optional functions
                    unsafe { core::mem::zeroed() }
                }
            }
        )*

        #[cfg(test)]
        pub(crate) fn layouts() -> std::vec::Vec<tests::Layout> {
            std::vec![ $( {
                let it = $name::zeroed();
                let base = core::ptr::addr_of!(it) as usize;
                tests::Layout {
                    name: stringify!($name),
                    size: core::mem::size_of::<$name>(),
                    fields: std::vec![ $( tests::Field {
                        name: stringify!($field),
                        offset: core::ptr::addr_of!(it.$field) as usize - base,
                        size: core::mem::size_of::<$t>(),
                    }, )* ],
                }
            }, )* ]
        }
    };
}

macro_rules! functions {
    ($( fn $name:ident($( $arg:ident: $t:ty ),* $(,)?) -> $ret:ty; )*) => {
        extern "C" {
            $( pub fn $name($( $arg: $t ),*) -> $ret; )*
        }

        #[cfg(test)]
        pub(crate) const FUNCTIONS: &[tests::Prototype] = &[
            $( tests::Prototype {
                name: stringify!($name),
                args: &[ $( stringify!($t), )* ],
                ret: stringify!($ret),
            }, )*
        ];
    };
}

/// Enumerations of C: the library may give values that are not known here
pub type ds_vendor = c_uint;
pub type ds_resv_kind = c_uint;
pub type ds_mode = c_uint;
pub type ds_fault_kind = c_uint;

constants! {
    DS_VERSION: c_int = 1;

    DS_READ: c_uint = 1 << 0;
    DS_WRITE: c_uint = 1 << 1;
    DS_RW: c_uint = DS_READ | DS_WRITE;
    DS_RAM_DIRTY: c_uint = 1 << 0;

    DS_RID: u32 = u32::MAX;

    DS_NONE: ds_vendor = 0;
    DS_VTD: ds_vendor = 1;
    DS_SMMUV3: ds_vendor = 2;

    DS_CAN_NEST: u64 = 1 << 0;
    DS_CAN_RAW: u64 = 1 << 1;
    DS_CAN_EVENTS: u64 = 1 << 2;
    DS_CAN_DIRTY: u64 = 1 << 3;
    DS_CAN_ATS: u64 = 1 << 4;
    DS_CAN_PRI: u64 = 1 << 5;
    DS_CAN_STALL: u64 = 1 << 6;
    DS_CAN_RIL: u64 = 1 << 7;
    DS_NO_READ_ONLY: u64 = 1 << 8;
    DS_MSI_TRANSLATED: u64 = 1 << 9;
    DS_CAN_DIRTY_NESTED: u64 = 1 << 10;
    DS_CAPS_OF_DEVICE: u64 = DS_CAN_RAW | DS_CAN_EVENTS | DS_CAN_DIRTY | DS_CAN_ATS;

    DS_RESV_RESERVED: ds_resv_kind = 0;
    DS_RESV_IDENTITY: ds_resv_kind = 1;
    DS_RESV_IDENTITY_SOFT: ds_resv_kind = 2;
    DS_RESV_MSI: ds_resv_kind = 3;
    DS_RESV_MSI_WINDOW: ds_resv_kind = 4;

    DS_UNIT_NO_RAW: c_uint = 1 << 0;
    DS_S1_FAULTS: c_uint = 1 << 0;

    DS_BLOCKED: ds_mode = 0;
    DS_BYPASS: ds_mode = 1;
    DS_STAGE1: ds_mode = 2;

    DS_INV_LEAF: c_uint = 1 << 0;

    DS_FAULT_UNMAPPED: ds_fault_kind = 0;
    DS_FAULT_PERMISSION: ds_fault_kind = 1;
    DS_FAULT_CONFIG: ds_fault_kind = 2;
    DS_FAULT_OTHER: ds_fault_kind = 3;
    DS_FAULT_LOST: ds_fault_kind = 4;
    DS_FAULT_PAGE: ds_fault_kind = 5;

    DS_ACCESS_READ: c_uint = 1 << 0;
    DS_ACCESS_WRITE: c_uint = 1 << 1;
    DS_ACCESS_EXEC: c_uint = 1 << 2;
    DS_ACCESS_PRIV: c_uint = 1 << 3;
    DS_ACCESS_LAST: c_uint = 1 << 4;

    DS_PT_ATS: c_uint = 1 << 0;
    DS_PT_FAULTS: c_uint = 1 << 1;
    DS_LATER: c_uint = 1 << 0;
}

opaque! {
    ds_ctx;
    ds_ram;
    ds_dev;
    ds_unit;
    ds_s1;
    ds_pt;
}

/// The registers in [`ds_caps`]; which, its vendor says
#[repr(C)]
#[derive(Clone, Copy)]
pub union ds_registers {
    pub vtd: iommu_hw_info_vtd,
    pub smmu: iommu_hw_info_arm_smmuv3,
    /// Room for those that a later kernel may have besides
    pub registers: [u64; 16],
}

structs! {
    struct ds_range {
        first: u64,
        last: u64,
    }

    struct ds_port {
        attach: Option<unsafe extern "C" fn(*mut c_void, u32, u32) -> c_int>,
        detach: Option<unsafe extern "C" fn(*mut c_void, u32) -> c_int>,
    }

    struct ds_caps {
        vendor: ds_vendor,
        features: u64,
        s1_pages: u64,
        s1_bits: c_uint,
        s2_bits: c_uint,
        pasid_bits: c_uint,
        s1_levels: c_uint,
        registers: ds_registers,
    }

    struct ds_resv {
        range: ds_range,
        kind: ds_resv_kind,
    }

    struct ds_fault {
        kind: ds_fault_kind,
        access: c_uint,
        dev: *mut ds_dev,
        guest_id: u64,
        pasid: u32,
        addr: u64,
        cookie: u32,
        group: u32,
        raw: [u64; 4],
        raw_len: usize,
    }

    struct iommu_hw_info_vtd {
        flags: u32,
        __reserved: u32,
        cap_reg: u64,
        ecap_reg: u64,
    }

    struct iommu_hw_info_arm_smmuv3 {
        flags: u32,
        __reserved: u32,
        idr: [u32; 6],
        iidr: u32,
        aidr: u32,
    }

    struct iommu_hwpt_vtd_s1 {
        flags: u64,
        pgtbl_addr: u64,
        addr_width: u32,
        __reserved: u32,
    }

    struct iommu_hwpt_vtd_s1_invalidate {
        addr: u64,
        npages: u64,
        flags: u32,
        __reserved: u32,
    }

    struct iommu_viommu_arm_smmuv3_invalidate {
        cmd: [u64; 2],
    }
}

functions! {
    fn ds_version() -> c_int;
    fn ds_why() -> *const c_char;

    fn ds_open(iommufd: c_int, ctx: *mut *mut ds_ctx) -> c_int;
    fn ds_close(ctx: *mut ds_ctx) -> c_int;
    fn ds_fd(ctx: *const ds_ctx) -> c_int;
    fn ds_objects(ctx: *const ds_ctx) -> c_uint;

    fn ds_ram_new(ctx: *mut ds_ctx, flags: c_uint, ram: *mut *mut ds_ram) -> c_int;
    fn ds_ram_free(ram: *mut ds_ram) -> c_int;
    fn ds_ram_ioas(ram: *const ds_ram) -> u32;
    fn ds_ram_map(ram: *mut ds_ram, ipa: u64, len: u64, va: *mut c_void, prot: c_uint) -> c_int;
    fn ds_ram_map_file(
        ram: *mut ds_ram,
        ipa: u64,
        len: u64,
        fd: c_int,
        offset: u64,
        prot: c_uint
    ) -> c_int;
    fn ds_ram_copy(
        ram: *mut ds_ram,
        ipa: u64,
        len: u64,
        from: *mut ds_ram,
        from_ipa: u64,
        prot: c_uint
    ) -> c_int;
    fn ds_ram_unmap(ram: *mut ds_ram, ipa: u64, len: u64) -> c_int;
    fn ds_ram_unmap_all(ram: *mut ds_ram) -> c_int;
    fn ds_ram_left_out(ram: *mut ds_ram) -> u64;
    fn ds_ram_ranges(ram: *mut ds_ram, out: *mut ds_range, n: *mut usize) -> c_int;
    fn ds_ram_private(ram: *mut ds_ram, out: *mut ds_range) -> c_int;
    fn ds_ram_dirty(ram: *mut ds_ram, on: bool) -> c_int;
    fn ds_ram_dirty_read(
        ram: *mut ds_ram,
        ipa: u64,
        len: u64,
        page: u64,
        bitmap: *mut u64
    ) -> c_int;

    fn ds_dev_vfio(ctx: *mut ds_ctx, cdev: c_int, dev: *mut *mut ds_dev) -> c_int;
    fn ds_dev_vfio_bound(
        ctx: *mut ds_ctx,
        cdev: c_int,
        dev_id: u32,
        dev: *mut *mut ds_dev
    ) -> c_int;
    fn ds_dev_port(
        ctx: *mut ds_ctx,
        dev_id: u32,
        port: *const ds_port,
        opaque: *mut c_void,
        dev: *mut *mut ds_dev
    ) -> c_int;
    fn ds_dev_sysfs(dev: *mut ds_dev, path: *const c_char) -> c_int;
    fn ds_dev_free(dev: *mut ds_dev) -> c_int;
    fn ds_dev_id(dev: *const ds_dev) -> u32;
    fn ds_dev_caps(dev: *mut ds_dev, caps: *mut ds_caps) -> c_int;
    fn ds_caps_raw(caps: *mut ds_caps) -> ();
    fn ds_caps_check(
        host: *const ds_caps,
        guest: *const ds_caps,
        why: *mut c_char,
        len: usize
    ) -> c_int;
    fn ds_dev_resv(dev: *mut ds_dev, out: *mut ds_resv, n: *mut usize) -> c_int;
    fn ds_dev_pasid_check(dev: *mut ds_dev, pasid: u32) -> c_int;

    fn ds_unit_new(
        ram: *mut ds_ram,
        dev: *mut ds_dev,
        flags: c_uint,
        unit: *mut *mut ds_unit
    ) -> c_int;
    fn ds_unit_free(unit: *mut ds_unit) -> c_int;
    fn ds_unit_add(unit: *mut ds_unit, dev: *mut ds_dev, guest_id: u64) -> c_int;
    fn ds_unit_move(unit: *mut ds_unit, dev: *mut ds_dev, guest_id: u64) -> c_int;
    fn ds_unit_remove(unit: *mut ds_unit, dev: *mut ds_dev) -> c_int;

    fn ds_s1_vtd(
        unit: *mut ds_unit,
        dev: *mut ds_dev,
        flags: c_uint,
        vtd: *const iommu_hwpt_vtd_s1,
        s1: *mut *mut ds_s1
    ) -> c_int;
    fn ds_s1_vtd_entry(
        unit: *mut ds_unit,
        dev: *mut ds_dev,
        flags: c_uint,
        entry: *const u64,
        s1: *mut *mut ds_s1
    ) -> c_int;
    fn ds_s1_ste(
        unit: *mut ds_unit,
        dev: *mut ds_dev,
        flags: c_uint,
        ste: *const u64,
        s1: *mut *mut ds_s1
    ) -> c_int;
    fn ds_s1_free(s1: *mut ds_s1) -> c_int;

    fn ds_attach(dev: *mut ds_dev, pasid: u32, mode: ds_mode, s1: *mut ds_s1) -> c_int;
    fn ds_attach_ram(dev: *mut ds_dev, pasid: u32, ram: *mut ds_ram) -> c_int;

    fn ds_inv(s1: *mut ds_s1, iova: u64, len: u64, flags: c_uint) -> c_int;
    fn ds_inv_all(s1: *mut ds_s1) -> c_int;
    fn ds_inv_vtd(
        s1: *mut ds_s1,
        entries: *const iommu_hwpt_vtd_s1_invalidate,
        n: *mut u32
    ) -> c_int;
    fn ds_inv_vtd_raw(
        unit: *mut ds_unit,
        descs: *const c_void,
        size: usize,
        n: *mut u32
    ) -> c_int;
    fn ds_inv_smmu(
        unit: *mut ds_unit,
        cmds: *const iommu_viommu_arm_smmuv3_invalidate,
        n: *mut u32
    ) -> c_int;

    fn ds_unit_fd(unit: *mut ds_unit) -> c_int;
    fn ds_unit_read(unit: *mut ds_unit, fault: *mut ds_fault) -> c_int;
    fn ds_respond(unit: *mut ds_unit, cookie: u32, success: bool) -> c_int;

    fn ds_pt_new(
        unit: *mut ds_unit,
        dev: *mut ds_dev,
        flags: c_uint,
        pt: *mut *mut ds_pt
    ) -> c_int;
    fn ds_pt_free(pt: *mut ds_pt) -> c_int;
    fn ds_pt_s1(pt: *mut ds_pt) -> *mut ds_s1;
    fn ds_pt_map(pt: *mut ds_pt, iova: u64, ipa: u64, len: u64, prot: c_uint) -> c_int;
    fn ds_pt_unmap(
        pt: *mut ds_pt,
        iova: u64,
        len: u64,
        flags: c_uint,
        unmapped: *mut u64
    ) -> c_int;
    fn ds_pt_sync(pt: *mut ds_pt) -> c_int;
}
