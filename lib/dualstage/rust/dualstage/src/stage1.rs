// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
use std::mem;
use std::ptr;
use std::sync::Arc;

use crate::device::Device;
use crate::error::{check, Error, Result};
use crate::sys;
use crate::table::TableInner;
use crate::unit::{Unit, UnitInner};

/// What it goes with: a unit, when it is freed by itself; or a table, which frees it
pub(crate) enum Owner {
    Unit(Arc<UnitInner>),
    Table { _keep: Arc<TableInner> },
}

pub(crate) struct Stage1Inner {
    pub(crate) raw: *mut sys::ds_s1,
    pub(crate) owner: Owner,
}

// SAFETY: what is called of it is for any thread
unsafe impl Send for Stage1Inner {}
// SAFETY: likewise
unsafe impl Sync for Stage1Inner {}

impl Drop for Stage1Inner {
    fn drop(&mut self) {
        let unit = match &self.owner {
            Owner::Unit(unit) => unit,
            Owner::Table { .. } => return,
        };
        let _using = unit.lock.lock();

        // SAFETY: nothing refers to it
        if unsafe { sys::ds_s1_free(self.raw) } != 0 {
            mem::forget(unit.clone());
        }
    }
}

/// Stage-1: what a guest has in its memory, or a [`Table`](crate::Table)
///
/// A clone stands for the same. It stays as long as a device is attached to it.
#[derive(Clone)]
pub struct Stage1 {
    pub(crate) inner: Arc<Stage1Inner>,
}

/// How many of these were done, and the result of the next one
pub(crate) fn done<T>(
    what: &[T],
    call: impl FnOnce(*const T, &mut u32) -> i32,
) -> (usize, Result<()>) {
    const E2BIG: i32 = 7;
    let mut n = match u32::try_from(what.len()) {
        Ok(n) => n,
        Err(_) => return (0, Err(Error::new(E2BIG, "so many are no one call"))),
    };
    let result = check(call(what.as_ptr(), &mut n)).map(|_| ());

    (n as usize, result)
}

impl Stage1 {
    fn make(
        unit: &Unit,
        make: impl FnOnce(*mut sys::ds_unit, *mut *mut sys::ds_s1) -> i32,
    ) -> Result<Self> {
        let _using = unit.inner.lock.lock();
        let mut raw = ptr::null_mut();

        check(make(unit.inner.raw, &mut raw))?;
        Ok(Self {
            inner: Arc::new(Stage1Inner {
                raw,
                owner: Owner::Unit(unit.inner.clone()),
            }),
        })
    }

    fn flags(faults: bool) -> u32 {
        if faults {
            sys::DS_S1_FAULTS
        } else {
            0
        }
    }

    /// VT-d: root, width and flags. `faults`: page requests are given to the VMM
    pub fn vtd(
        unit: &Unit,
        dev: &Device,
        faults: bool,
        vtd: &sys::iommu_hwpt_vtd_s1,
    ) -> Result<Self> {
        // SAFETY: the device is this thread's
        Self::make(unit, |unit, s1| unsafe {
            sys::ds_s1_vtd(unit, dev.raw, Self::flags(faults), vtd, s1)
        })
    }

    /// VT-d: a PASID table entry as it is in memory
    pub fn vtd_entry(unit: &Unit, dev: &Device, faults: bool, entry: &[u64; 8]) -> Result<Self> {
        // SAFETY: likewise; the entry has eight words
        Self::make(unit, |unit, s1| unsafe {
            sys::ds_s1_vtd_entry(unit, dev.raw, Self::flags(faults), entry.as_ptr(), s1)
        })
    }

    /// SMMUv3: the first words of a stream table entry as they are in memory
    pub fn ste(unit: &Unit, dev: &Device, faults: bool, ste: &[u64; 2]) -> Result<Self> {
        // SAFETY: likewise; there are two words
        Self::make(unit, |unit, s1| unsafe {
            sys::ds_s1_ste(unit, dev.raw, Self::flags(faults), ste.as_ptr(), s1)
        })
    }

    /// Caches forget `len` bytes from `iova` on. `leaf`: no table was taken away
    pub fn invalidate(&self, iova: u64, len: u64, leaf: bool) -> Result<()> {
        let flags = if leaf { sys::DS_INV_LEAF } else { 0 };

        // SAFETY: any thread
        check(unsafe { sys::ds_inv(self.inner.raw, iova, len, flags) })?;
        Ok(())
    }

    /// Caches forget all of it
    pub fn invalidate_all(&self) -> Result<()> {
        // SAFETY: any thread
        check(unsafe { sys::ds_inv_all(self.inner.raw) })?;
        Ok(())
    }

    /// VT-d: a guest's own invalidations; how many were done, and why not all
    pub fn invalidate_vtd(
        &self,
        entries: &[sys::iommu_hwpt_vtd_s1_invalidate],
    ) -> (usize, Result<()>) {
        done(entries, |start, n| {
            // SAFETY: any thread; there are so many
            unsafe { sys::ds_inv_vtd(self.inner.raw, start, n) }
        })
    }
}
