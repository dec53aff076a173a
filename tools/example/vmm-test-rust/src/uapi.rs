// SPDX-License-Identifier: GPL-2.0-only
//! What of linux/iommufd.h, linux/vfio.h and linux/iommu_mock.h this test uses.
//! A VMM has crates for the first two.

use std::io::{Error, Result};
use std::os::raw::{c_int, c_ulong};
use std::os::unix::io::{AsRawFd, RawFd};

const IOMMUFD: c_ulong = (b';' as c_ulong) << 8;
pub const IOAS_ALLOC: c_ulong = IOMMUFD | 0x81;
pub const IOAS_MAP: c_ulong = IOMMUFD | 0x85;
pub const HWPT_ALLOC: c_ulong = IOMMUFD | 0x89;
pub const GET_HW_INFO: c_ulong = IOMMUFD | 0x8a;
pub const HWPT_INVALIDATE: c_ulong = IOMMUFD | 0x8d;
pub const VIOMMU_ALLOC: c_ulong = IOMMUFD | 0x90;
pub const VDEVICE_ALLOC: c_ulong = IOMMUFD | 0x91;
pub const VEVENTQ_ALLOC: c_ulong = IOMMUFD | 0x93;
pub const DEVICE_BIND_IOMMUFD: c_ulong = IOMMUFD | (100 + 18);
pub const DEVICE_ATTACH_IOMMUFD_PT: c_ulong = IOMMUFD | (100 + 19);

/// Fixed IOVA, readable, writable
pub const MAP_FLAGS: u32 = 1 | 2 | 4;
pub const NEST_PARENT: u32 = 1;

/// The same numbers in hw_info, for HWPTs, vIOMMUs and their event queues
pub const VTD: u32 = 1;
pub const SMMUV3: u32 = 2;
pub const INVALIDATE_VTD: u32 = 0;
pub const INVALIDATE_SMMUV3: u32 = 1;
pub const VIOMMU_SMMUV3: u32 = 1;
pub const VEVENTQ_SMMUV3: u32 = 1;

#[repr(C)]
#[derive(Default)]
pub struct IoasAlloc {
    pub size: u32,
    pub flags: u32,
    pub out_ioas_id: u32,
}

#[repr(C)]
#[derive(Default)]
pub struct IoasMap {
    pub size: u32,
    pub flags: u32,
    pub ioas_id: u32,
    pub reserved: u32,
    pub user_va: u64,
    pub length: u64,
    pub iova: u64,
}

#[repr(C)]
#[derive(Default)]
pub struct HwptAlloc {
    pub size: u32,
    pub flags: u32,
    pub dev_id: u32,
    pub pt_id: u32,
    pub out_hwpt_id: u32,
    pub reserved: u32,
    pub data_type: u32,
    pub data_len: u32,
    pub data_uptr: u64,
    pub fault_id: u32,
    pub reserved2: u32,
}

#[repr(C)]
#[derive(Default)]
pub struct VtdS1 {
    pub flags: u64,
    pub pgtbl_addr: u64,
    pub addr_width: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Default)]
pub struct VtdS1Invalidate {
    pub addr: u64,
    pub npages: u64,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Default)]
pub struct HwptInvalidate {
    pub size: u32,
    pub hwpt_id: u32,
    pub data_uptr: u64,
    pub data_type: u32,
    pub entry_len: u32,
    pub entry_num: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Default)]
pub struct HwInfo {
    pub size: u32,
    pub flags: u32,
    pub dev_id: u32,
    pub data_len: u32,
    pub data_uptr: u64,
    pub out_data_type: u32,
    pub out_max_pasid_log2: u8,
    pub reserved: [u8; 3],
    pub out_capabilities: u64,
}

#[repr(C)]
#[derive(Default)]
pub struct HwInfoVtd {
    pub flags: u32,
    pub reserved: u32,
    pub cap_reg: u64,
    pub ecap_reg: u64,
}

#[repr(C)]
#[derive(Default)]
pub struct HwInfoSmmuv3 {
    pub flags: u32,
    pub reserved: u32,
    pub idr: [u32; 6],
    pub iidr: u32,
    pub aidr: u32,
}

#[repr(C)]
#[derive(Default)]
pub struct ViommuAlloc {
    pub size: u32,
    pub flags: u32,
    pub viommu_type: u32,
    pub dev_id: u32,
    pub hwpt_id: u32,
    pub out_viommu_id: u32,
    pub data_len: u32,
    pub reserved: u32,
    pub data_uptr: u64,
}

#[repr(C)]
#[derive(Default)]
pub struct VdeviceAlloc {
    pub size: u32,
    pub viommu_id: u32,
    pub dev_id: u32,
    pub out_vdevice_id: u32,
    pub virt_id: u64,
}

#[repr(C)]
#[derive(Default)]
pub struct VeventqAlloc {
    pub size: u32,
    pub flags: u32,
    pub viommu_id: u32,
    pub queue_type: u32,
    pub depth: u32,
    pub out_veventq_id: u32,
    pub out_veventq_fd: RawFd,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Default)]
pub struct BindIommufd {
    pub argsz: u32,
    pub flags: u32,
    pub iommufd: RawFd,
    pub out_devid: u32,
    pub token_uuid_ptr: u64,
}

#[repr(C)]
#[derive(Default)]
pub struct AttachIommufdPt {
    pub argsz: u32,
    pub flags: u32,
    pub pt_id: u32,
    pub pasid: u32,
}

/// Registers in BAR0 of the mock's endpoint
pub const EP_COMMAND: u64 = 0x004;
pub const EP_CMD_COPY: u32 = 1 << 5;
pub const EP_STATUS: u64 = 0x008;
pub const EP_STS_COPY_SUCCESS: u32 = 1 << 4;
pub const EP_SRC_ADDR: u64 = 0x00c;
pub const EP_DST_ADDR: u64 = 0x014;
pub const EP_SIZE: u64 = 0x01c;
pub const EP_FAULT: u64 = 0x10c;
pub const EP_FAULT_BLOCKED: u32 = 1 << 0;
pub const EP_FAULT_WRITE: u32 = 1 << 4;
pub const EP_FAULT_ADDR: u64 = 0x110;
pub const EP_DONE: u64 = 0x11c;

#[repr(C)]
struct PollFd {
    fd: RawFd,
    events: i16,
    revents: i16,
}

const POLLIN: i16 = 1;

// Of the C library, which std is linked with anyway.
extern "C" {
    fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
    fn poll(fds: *mut PollFd, nfds: c_ulong, timeout: c_int) -> c_int;
}

/// The size of a structure or a slice's element, as the kernel wants it.
pub fn size<T>() -> u32 {
    std::mem::size_of::<T>() as u32
}

/// The address of what another structure refers to.
pub fn addr<T>(data: &T) -> u64 {
    data as *const T as u64
}

/// An ioctl of either interface.
pub fn call<T>(file: &impl AsRawFd, request: c_ulong, arg: &mut T) -> Result<()> {
    // SAFETY: the structures above are those that the kernel reads and writes.
    match unsafe { ioctl(file.as_raw_fd(), request, arg as *mut T) } {
        0 => Ok(()),
        _ => Err(Error::last_os_error()),
    }
}

/// Waits until there is something to read.
pub fn wait_for(file: &impl AsRawFd) -> Result<()> {
    let mut fd = PollFd {
        fd: file.as_raw_fd(),
        events: POLLIN,
        revents: 0,
    };

    // SAFETY: one structure, as the second argument says.
    match unsafe { poll(&mut fd, 1, -1) } {
        1 => Ok(()),
        _ => Err(Error::last_os_error()),
    }
}
