// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
use std::mem;
use std::os::unix::io::BorrowedFd;
use std::ptr;
use std::sync::{Arc, Mutex};

use crate::device::Device;
use crate::error::{check, Result};
use crate::fault::{Fault, Faults};
use crate::ram::{Ram, RamInner};
use crate::stage1::done;
use crate::sys;

pub(crate) struct UnitInner {
    pub(crate) raw: *mut sys::ds_unit,
    pub(crate) lock: Mutex<()>,
    ram: Arc<RamInner>,
}

// SAFETY: what is not for any thread is called with the lock held
unsafe impl Send for UnitInner {}
// SAFETY: likewise
unsafe impl Sync for UnitInner {}

impl Drop for UnitInner {
    fn drop(&mut self) {
        let _using = self.ram.lock.lock();

        // SAFETY: nothing refers to it
        if unsafe { sys::ds_unit_free(self.raw) } != 0 {
            mem::forget(self.ram.clone());
        }
    }
}

/// The guest's IOMMU, on one of the host's
pub struct Unit {
    pub(crate) inner: Arc<UnitInner>,
}

impl Unit {
    /// On the IOMMU that a device is behind, which is not in it by that
    pub fn new(ram: &Ram, dev: &Device) -> Result<Self> {
        Self::with_flags(ram, dev, 0)
    }

    /// Without the vIOMMU that not every kernel has: VT-d's
    pub fn without_raw(ram: &Ram, dev: &Device) -> Result<Self> {
        Self::with_flags(ram, dev, sys::DS_UNIT_NO_RAW)
    }

    fn with_flags(ram: &Ram, dev: &Device, flags: u32) -> Result<Self> {
        let _using = ram.inner.lock.lock();
        let mut raw = ptr::null_mut();

        // SAFETY: the device is this thread's, and so is the memory for now
        check(unsafe { sys::ds_unit_new(ram.inner.raw, dev.raw, flags, &mut raw) })?;
        Ok(Self {
            inner: Arc::new(UnitInner {
                raw,
                lock: Mutex::new(()),
                ram: ram.inner.clone(),
            }),
        })
    }

    /// A device is behind it, and its DMA is blocked
    pub fn add(&self, dev: &mut Device, guest_id: u64) -> Result<()> {
        // What only the device kept goes when nothing is locked: that may take a lock itself
        let _kept;
        let _using = self.inner.lock.lock();

        // SAFETY: the device is this thread's, and so is the unit for now
        check(unsafe { sys::ds_unit_add(self.inner.raw, dev.raw, guest_id) })?;
        dev.unit = Some(self.inner.clone());
        _kept = dev.take_attached();
        Ok(())
    }

    /// The guest has renumbered its bus
    pub fn renumber(&self, dev: &mut Device, guest_id: u64) -> Result<()> {
        let _using = self.inner.lock.lock();

        // SAFETY: likewise
        check(unsafe { sys::ds_unit_move(self.inner.raw, dev.raw, guest_id) })?;
        Ok(())
    }

    /// A device is not behind it any more, and its DMA is blocked
    pub fn remove(&self, dev: &mut Device) -> Result<()> {
        // Likewise
        let _kept;
        let _using = self.inner.lock.lock();

        // SAFETY: likewise
        check(unsafe { sys::ds_unit_remove(self.inner.raw, dev.raw) })?;
        _kept = dev.take_attached();
        dev.unit = None;
        Ok(())
    }

    /// Descriptors of a guest's VT-d; how many were done, and why not all
    pub fn invalidate_vtd(&self, descriptors: &[[u64; 2]]) -> (usize, Result<()>) {
        let size = mem::size_of::<[u64; 2]>();

        done(descriptors, |start, n| {
            // SAFETY: any thread; there are so many
            unsafe { sys::ds_inv_vtd_raw(self.inner.raw, start.cast(), size, n) }
        })
    }

    /// The same of 256 bits each
    pub fn invalidate_vtd_wide(&self, descriptors: &[[u64; 4]]) -> (usize, Result<()>) {
        let size = mem::size_of::<[u64; 4]>();

        done(descriptors, |start, n| {
            // SAFETY: any thread; there are so many
            unsafe { sys::ds_inv_vtd_raw(self.inner.raw, start.cast(), size, n) }
        })
    }

    /// Commands of a guest's SMMUv3; how many were done, and why not all
    pub fn invalidate_smmuv3(&self, commands: &[[u64; 2]]) -> (usize, Result<()>) {
        done(commands, |start, n| {
            // SAFETY: any thread; there are so many, and they have this layout
            unsafe { sys::ds_inv_smmu(self.inner.raw, start.cast(), n) }
        })
    }

    /// To be polled for input: then there are faults
    pub fn faults_fd(&self) -> Result<BorrowedFd<'_>> {
        let _using = self.inner.lock.lock();

        // SAFETY: this thread's for now
        let fd = check(unsafe { sys::ds_unit_fd(self.inner.raw) })?;
        // SAFETY: it is open as long as the unit
        Ok(unsafe { BorrowedFd::borrow_raw(fd) })
    }

    /// The next fault, or none
    pub fn next_fault(&self) -> Result<Option<Fault>> {
        const EAGAIN: i32 = 11;
        let _using = self.inner.lock.lock();
        let mut fault = sys::ds_fault::zeroed();

        // SAFETY: this thread's for now
        match check(unsafe { sys::ds_unit_read(self.inner.raw, &mut fault) }) {
            Ok(_) => Ok(Some(Fault::of(&fault))),
            Err(error) if error.errno() == EAGAIN => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The faults that there are now
    pub fn faults(&self) -> Faults<'_> {
        Faults { unit: self }
    }

    /// The page is there, or it will never be
    pub fn respond(&self, cookie: u32, success: bool) -> Result<()> {
        // SAFETY: any thread
        check(unsafe { sys::ds_respond(self.inner.raw, cookie, success) })?;
        Ok(())
    }
}
