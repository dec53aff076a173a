// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
use std::mem;
use std::ptr;
use std::sync::Arc;

use crate::device::Device;
use crate::error::{check, Result};
use crate::ram::Prot;
use crate::stage1::{Owner, Stage1, Stage1Inner};
use crate::sys;
use crate::unit::{Unit, UnitInner};

pub(crate) struct TableInner {
    pub(crate) raw: *mut sys::ds_pt,
    unit: Arc<UnitInner>,
}

// SAFETY: only Table uses it, as long as there is one
unsafe impl Send for TableInner {}
// SAFETY: likewise
unsafe impl Sync for TableInner {}

impl Drop for TableInner {
    fn drop(&mut self) {
        let _using = self.unit.lock.lock();

        // SAFETY: nothing refers to it
        if unsafe { sys::ds_pt_free(self.raw) } != 0 {
            mem::forget(self.unit.clone());
        }
    }
}

/// Stage-1 that the VMM makes
///
/// It and what is mapped stay as long as a device is attached to it, also if this is dropped.
pub struct Table {
    inner: Arc<TableInner>,
    stage1: Stage1,
}

impl Table {
    /// An empty one, for a device in a unit and all others there. `ats`: devices may cache
    /// translations. `faults`: page requests are given to the VMM
    pub fn new(unit: &Unit, dev: &Device, ats: bool, faults: bool) -> Result<Self> {
        let _using = unit.inner.lock.lock();
        let mut raw = ptr::null_mut();
        let mut flags = 0;

        if ats {
            flags |= sys::DS_PT_ATS;
        }
        if faults {
            flags |= sys::DS_PT_FAULTS;
        }
        // SAFETY: the device is this thread's, and so is the unit for now
        check(unsafe { sys::ds_pt_new(unit.inner.raw, dev.raw, flags, &mut raw) })?;
        let inner = Arc::new(TableInner {
            raw,
            unit: unit.inner.clone(),
        });
        Ok(Self {
            stage1: Stage1 {
                inner: Arc::new(Stage1Inner {
                    // SAFETY: the table was just made
                    raw: unsafe { sys::ds_pt_s1(raw) },
                    owner: Owner::Table {
                        _keep: inner.clone(),
                    },
                }),
            },
            inner,
        })
    }

    /// To attach to
    pub fn stage1(&self) -> &Stage1 {
        &self.stage1
    }

    /// By the largest pages that addresses and length allow; all of it or nothing
    pub fn map(&mut self, iova: u64, ipa: u64, len: u64, prot: Prot) -> Result<()> {
        // SAFETY: nobody else uses it
        check(unsafe { sys::ds_pt_map(self.inner.raw, iova, ipa, len, prot.raw()) })?;
        Ok(())
    }

    /// Takes away what is mapped there, and tells caches; how many bytes that were
    pub fn unmap(&mut self, iova: u64, len: u64) -> Result<u64> {
        self.unmap_with(iova, len, 0)
    }

    /// The same, but caches are told by [`Table::sync`]: devices may go on until then
    pub fn unmap_later(&mut self, iova: u64, len: u64) -> Result<u64> {
        self.unmap_with(iova, len, sys::DS_LATER)
    }

    fn unmap_with(&mut self, iova: u64, len: u64, flags: u32) -> Result<u64> {
        let mut bytes = 0;

        // SAFETY: nobody else uses it
        check(unsafe { sys::ds_pt_unmap(self.inner.raw, iova, len, flags, &mut bytes) })?;
        Ok(bytes)
    }

    /// Caches hold nothing any more of what was unmapped
    pub fn sync(&mut self) -> Result<()> {
        // SAFETY: nobody else uses it
        check(unsafe { sys::ds_pt_sync(self.inner.raw) })?;
        Ok(())
    }
}
