// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
use std::os::unix::io::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;
use std::sync::{Arc, Mutex};

use crate::error::{check, Result};
use crate::sys;

/// What everything else keeps. Making objects on it is one thread's affair at a time
pub(crate) struct ContextInner {
    pub(crate) raw: *mut sys::ds_ctx,
    pub(crate) lock: Mutex<()>,
    /// A descriptor that was handed over stays open as long as this
    _adopted: Option<OwnedFd>,
}

// SAFETY: what is not for any thread is called with the lock held
unsafe impl Send for ContextInner {}
// SAFETY: likewise
unsafe impl Sync for ContextInner {}

impl Drop for ContextInner {
    fn drop(&mut self) {
        // SAFETY: nothing refers to it. If something was left, it is refused and stays
        unsafe { sys::ds_close(self.raw) };
    }
}

/// A `/dev/iommu`
pub struct Context {
    pub(crate) inner: Arc<ContextInner>,
}

impl Context {
    /// Opens `/dev/iommu`
    pub fn open() -> Result<Self> {
        Self::new(-1, None)
    }

    /// Takes one that is open already
    pub fn adopt(iommufd: OwnedFd) -> Result<Self> {
        Self::new(iommufd.as_raw_fd(), Some(iommufd))
    }

    fn new(fd: i32, adopted: Option<OwnedFd>) -> Result<Self> {
        let mut raw = ptr::null_mut();

        // SAFETY: the descriptor is open, or -1
        check(unsafe { sys::ds_open(fd, &mut raw) })?;
        Ok(Self {
            inner: Arc::new(ContextInner {
                raw,
                lock: Mutex::new(()),
                _adopted: adopted,
            }),
        })
    }

    /// How many objects there are: 0 again when everything was dropped, and could go
    pub fn objects(&self) -> u32 {
        // SAFETY: any thread
        unsafe { sys::ds_objects(self.inner.raw) }
    }
}

impl AsFd for Context {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: it is open as long as the context
        unsafe { BorrowedFd::borrow_raw(sys::ds_fd(self.inner.raw)) }
    }
}
