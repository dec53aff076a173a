// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
use std::ops::RangeInclusive;
use std::os::unix::io::{AsFd, AsRawFd};
use std::ptr;
use std::sync::{Arc, Mutex};

use crate::context::{Context, ContextInner};
use crate::error::{check, list, Error, Result};
use crate::sys;

/// Addresses from the first to the last
pub type Range = RangeInclusive<u64>;

pub(crate) fn range(range: sys::ds_range) -> Range {
    range.first..=range.last
}

/// What devices may do
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prot {
    /// Read
    Read,
    /// Read and write
    ReadWrite,
}

impl Prot {
    pub(crate) fn raw(self) -> u32 {
        match self {
            Prot::Read => sys::DS_READ,
            Prot::ReadWrite => sys::DS_RW,
        }
    }
}

pub(crate) struct RamInner {
    pub(crate) raw: *mut sys::ds_ram,
    pub(crate) lock: Mutex<()>,
    pub(crate) ctx: Arc<ContextInner>,
}

// SAFETY: what is not for any thread is called with the lock held
unsafe impl Send for RamInner {}
// SAFETY: likewise
unsafe impl Sync for RamInner {}

impl Drop for RamInner {
    fn drop(&mut self) {
        let _making = self.ctx.lock.lock();

        // SAFETY: nothing refers to it
        unsafe { sys::ds_ram_free(self.raw) };
    }
}

/// A guest's memory, as its devices see it
pub struct Ram {
    pub(crate) inner: Arc<RamInner>,
}

impl Ram {
    /// A memory that has nothing in it
    pub fn new(ctx: &Context) -> Result<Self> {
        Self::with_flags(ctx, 0)
    }

    /// One of which it can be known what devices write
    pub fn with_dirty_tracking(ctx: &Context) -> Result<Self> {
        Self::with_flags(ctx, sys::DS_RAM_DIRTY)
    }

    fn with_flags(ctx: &Context, flags: u32) -> Result<Self> {
        let _making = ctx.inner.lock.lock();
        let mut raw = ptr::null_mut();

        // SAFETY: the context is there, and this thread's for now
        check(unsafe { sys::ds_ram_new(ctx.inner.raw, flags, &mut raw) })?;
        Ok(Self {
            inner: Arc::new(RamInner {
                raw,
                lock: Mutex::new(()),
                ctx: ctx.inner.clone(),
            }),
        })
    }

    /// The IOAS, for who attaches by other means
    pub fn ioas(&self) -> u32 {
        // SAFETY: any thread
        unsafe { sys::ds_ram_ioas(self.inner.raw) }
    }

    /// `len` bytes at `va` are what devices have at `ipa`
    ///
    /// # Safety
    ///
    /// Until it is unmapped, or everything that was made of this memory is gone (see
    /// [`Context::objects`]), devices read and write there whenever they like: the memory must be there, and nothing in
    /// this process may rely on its staying as it is.
    pub unsafe fn map(&self, ipa: u64, len: u64, va: *mut u8, prot: Prot) -> Result<()> {
        // SAFETY: any thread; the memory is the caller's affair
        check(unsafe { sys::ds_ram_map(self.inner.raw, ipa, len, va.cast(), prot.raw()) })?;
        Ok(())
    }

    /// The same of a file, from `offset` on
    pub fn map_file(
        &self,
        ipa: u64,
        len: u64,
        file: impl AsFd,
        offset: u64,
        prot: Prot,
    ) -> Result<()> {
        let fd = file.as_fd().as_raw_fd();

        // SAFETY: any thread; the descriptor is open
        check(unsafe { sys::ds_ram_map_file(self.inner.raw, ipa, len, fd, offset, prot.raw()) })?;
        Ok(())
    }

    /// What `from` has at `from_ipa` is here at `ipa` as well, and stays when it goes there
    ///
    /// # Safety
    ///
    /// As of [`Ram::map`], of the memory that it is. Who has mapped it there need not know
    /// of this.
    pub unsafe fn copy(
        &self,
        ipa: u64,
        len: u64,
        from: &Ram,
        from_ipa: u64,
        prot: Prot,
    ) -> Result<()> {
        // SAFETY: any thread; the memory is the caller's affair
        check(unsafe {
            sys::ds_ram_copy(
                self.inner.raw,
                ipa,
                len,
                from.inner.raw,
                from_ipa,
                prot.raw(),
            )
        })?;
        Ok(())
    }

    /// What is mapped there is no more, as many mappings as that are
    pub fn unmap(&self, ipa: u64, len: u64) -> Result<()> {
        // SAFETY: any thread
        check(unsafe { sys::ds_ram_unmap(self.inner.raw, ipa, len) })?;
        Ok(())
    }

    /// Nothing is mapped any more
    pub fn unmap_all(&self) -> Result<()> {
        // SAFETY: any thread
        check(unsafe { sys::ds_ram_unmap_all(self.inner.raw) })?;
        Ok(())
    }

    /// How many bytes are left out: what would be read-only where hardware cannot have that
    pub fn left_out(&self) -> u64 {
        // SAFETY: any thread
        unsafe { sys::ds_ram_left_out(self.inner.raw) }
    }

    /// Which IPAs can be mapped, with the devices that there are
    pub fn ranges(&self) -> Result<impl Iterator<Item = Range>> {
        let _using = self.inner.lock.lock();
        let empty = sys::ds_range::zeroed();

        // SAFETY: there is room for as many as are asked for
        let found = list(empty, |out, n| unsafe {
            sys::ds_ram_ranges(self.inner.raw, out, n)
        })?;
        Ok(found.into_iter().map(range))
    }

    /// Where tables are that the library makes, if there are any
    pub fn private(&self) -> Option<Range> {
        let _using = self.inner.lock.lock();
        let mut out = sys::ds_range::zeroed();

        // SAFETY: this thread's for now
        match unsafe { sys::ds_ram_private(self.inner.raw, &mut out) } {
            0 => Some(range(out)),
            _ => None,
        }
    }

    /// Is what devices write to be remembered?
    pub fn track_dirty(&self, on: bool) -> Result<()> {
        let _using = self.inner.lock.lock();

        // SAFETY: this thread's for now
        check(unsafe { sys::ds_ram_dirty(self.inner.raw, on) })?;
        Ok(())
    }

    /// What was written since it was last read, in pages of `page` bytes
    pub fn read_dirty(&self, ipa: u64, len: u64, page: u64) -> Result<Dirty> {
        const EINVAL: i32 = 22;
        let _using = self.inner.lock.lock();

        if page == 0 {
            return Err(Error::new(EINVAL, "there are no pages of 0 bytes"));
        }
        let pages = len / page + u64::from(len % page != 0);
        let words = usize::try_from(pages / 64 + 1)
            .map_err(|_| Error::new(EINVAL, "so many pages are no bitmap"))?;
        let mut bitmap = vec![0; words];
        // SAFETY: this thread's for now; the bitmap has a bit for each page
        check(unsafe {
            sys::ds_ram_dirty_read(self.inner.raw, ipa, len, page, bitmap.as_mut_ptr())
        })?;
        Ok(Dirty { ipa, page, bitmap })
    }
}

/// Which pages were written
#[derive(Clone, Debug)]
pub struct Dirty {
    ipa: u64,
    page: u64,
    bitmap: Vec<u64>,
}

impl Dirty {
    /// IPAs of the pages, ascending
    pub fn pages(&self) -> impl Iterator<Item = u64> + '_ {
        self.bitmap.iter().enumerate().flat_map(move |(i, word)| {
            (0..64)
                .filter(move |bit| word >> bit & 1 != 0)
                .map(move |bit| self.ipa + (i as u64 * 64 + bit) * self.page)
        })
    }

    /// Was nothing written?
    pub fn is_empty(&self) -> bool {
        self.bitmap.iter().all(|word| *word == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::Dirty;

    #[test]
    fn dirty_pages_are_those_whose_bits_are_set() {
        let dirty = Dirty {
            ipa: 0x10000,
            page: 4096,
            bitmap: vec![1 | 1 << 63, 0, 1 << 1],
        };

        assert!(!dirty.is_empty());
        assert_eq!(
            dirty.pages().collect::<Vec<_>>(),
            [0x10000, 0x10000 + 63 * 4096, 0x10000 + 129 * 4096]
        );
    }
}
