// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
use std::collections::BTreeMap;
use std::ffi::CString;
use std::io;
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::io::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use crate::caps::Caps;
use crate::context::{Context, ContextInner};
use crate::error::{check, list, Error, Result};
use crate::ram::{range, Ram, RamInner, Range};
use crate::stage1::{Stage1, Stage1Inner};
use crate::sys;
use crate::unit::UnitInner;

const EIO: i32 = 5;
const EINVAL: i32 = 22;
const ERANGE: i32 = 34;

/// Which of a device's requests
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pasid {
    /// The device's own, which have none
    Rid,
    /// Those with this one
    Id(u32),
}

impl Pasid {
    fn raw(self) -> Result<u32> {
        match self {
            Pasid::Rid => Ok(sys::DS_RID),
            Pasid::Id(sys::DS_RID) => Err(Error::new(ERANGE, "no PASID is as wide as that")),
            Pasid::Id(id) => Ok(id),
        }
    }

    pub(crate) fn of(raw: u32) -> Self {
        match raw {
            sys::DS_RID => Pasid::Rid,
            id => Pasid::Id(id),
        }
    }
}

/// What DMA goes through
#[derive(Clone, Copy)]
pub enum Mode<'a> {
    /// Nothing: there is none
    Blocked,
    /// Stage-2 only: the device's addresses are IPAs
    Bypass,
    /// Both stages
    Stage1(&'a Stage1),
}

/// How a device is attached that is no VFIO device of this process
///
/// # Safety
///
/// It must not call this crate, and so drop nothing of it: locks are held when it is called,
/// which a thread that has them is not refused.
pub unsafe trait Port: Send {
    /// To the HWPT or IOAS `pt`, in one step if something is attached
    fn attach(&mut self, pasid: Pasid, pt: u32) -> io::Result<()>;
    /// All DMA is blocked
    fn detach(&mut self, pasid: Pasid) -> io::Result<()>;
}

type BoxedPort = Box<dyn Port>;

/// A callback neither unwinds into C nor returns what is no errno
fn answer(call: impl FnOnce() -> io::Result<()>) -> i32 {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => 0,
        Ok(Err(error)) => -error.raw_os_error().unwrap_or(EIO),
        Err(_) => -EIO,
    }
}

pub(crate) unsafe extern "C" fn port_attach(opaque: *mut sys::c_void, pasid: u32, pt: u32) -> i32 {
    // SAFETY: it is what Device::port() has given, one thread uses the device
    let port = unsafe { &mut *opaque.cast::<BoxedPort>() };
    answer(|| port.attach(Pasid::of(pasid), pt))
}

pub(crate) unsafe extern "C" fn port_detach(opaque: *mut sys::c_void, pasid: u32) -> i32 {
    // SAFETY: likewise
    let port = unsafe { &mut *opaque.cast::<BoxedPort>() };
    answer(|| port.detach(Pasid::of(pasid)))
}

/// A port, which C has a pointer to
struct OwnedPort(*mut BoxedPort);

impl OwnedPort {
    fn new(port: impl Port + 'static) -> Self {
        Self(Box::into_raw(Box::new(Box::new(port))))
    }
}

impl Drop for OwnedPort {
    fn drop(&mut self) {
        // SAFETY: it is from new(), and the device that C called it for is gone
        drop(unsafe { Box::from_raw(self.0) });
    }
}

static PORT: sys::ds_port = sys::ds_port {
    attach: Some(port_attach),
    detach: Some(port_detach),
};

/// What an address is reserved for
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservedKind {
    /// No mapping here
    Reserved,
    /// Mapped to itself, always
    Identity,
    /// The same, but a driver may give it up
    IdentitySoft,
    /// Writes are interrupts and not translated
    Msi,
    /// The host maps its doorbells here in stage-2
    MsiWindow,
}

/// A region that is reserved
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// Where
    pub range: Range,
    /// For what. What is not known is reserved
    pub kind: ReservedKind,
}

fn reserved(resv: sys::ds_resv) -> Reserved {
    Reserved {
        range: range(resv.range),
        kind: match resv.kind {
            sys::DS_RESV_IDENTITY => ReservedKind::Identity,
            sys::DS_RESV_IDENTITY_SOFT => ReservedKind::IdentitySoft,
            sys::DS_RESV_MSI => ReservedKind::Msi,
            sys::DS_RESV_MSI_WINDOW => ReservedKind::MsiWindow,
            _ => ReservedKind::Reserved,
        },
    }
}

/// What is attached stays as long as it is
pub(crate) enum Keep {
    Bypass,
    Stage1 { _keep: Arc<Stage1Inner> },
    Ram { _keep: Arc<RamInner> },
}

/// A device. Its DMA is blocked when it is dropped
pub struct Device {
    pub(crate) raw: *mut sys::ds_dev,
    ctx: Arc<ContextInner>,
    pub(crate) unit: Option<Arc<UnitInner>>,
    kept: BTreeMap<u32, Keep>,
    cdev: Option<OwnedFd>,
    port: Option<OwnedPort>,
}

// SAFETY: one thread uses it at a time, and nothing of it is a thread's own
unsafe impl Send for Device {}

impl Device {
    fn make(
        ctx: &Context,
        cdev: Option<OwnedFd>,
        port: Option<OwnedPort>,
        make: impl FnOnce(*mut sys::ds_ctx, *mut *mut sys::ds_dev) -> i32,
    ) -> Result<Self> {
        let _making = ctx.inner.lock.lock();
        let mut raw = ptr::null_mut();

        check(make(ctx.inner.raw, &mut raw))?;
        Ok(Self {
            raw,
            ctx: ctx.inner.clone(),
            unit: None,
            kept: BTreeMap::new(),
            cdev,
            port,
        })
    }

    /// A VFIO device, `/dev/vfio/devices/vfioN`, which is bound by this
    pub fn vfio(ctx: &Context, cdev: OwnedFd) -> Result<Self> {
        let fd = cdev.as_raw_fd();

        // SAFETY: the descriptor stays open as long as the device
        Self::make(ctx, Some(cdev), None, |ctx, dev| unsafe {
            sys::ds_dev_vfio(ctx, fd, dev)
        })
    }

    /// One that is bound already, and became object `dev_id`
    pub fn vfio_bound(ctx: &Context, cdev: OwnedFd, dev_id: u32) -> Result<Self> {
        let fd = cdev.as_raw_fd();

        // SAFETY: likewise
        Self::make(ctx, Some(cdev), None, |ctx, dev| unsafe {
            sys::ds_dev_vfio_bound(ctx, fd, dev_id, dev)
        })
    }

    /// One that is attached by other means
    pub fn port(ctx: &Context, dev_id: u32, port: impl Port + 'static) -> Result<Self> {
        let port = OwnedPort::new(port);
        let opaque = port.0;

        // SAFETY: the port stays where it is as long as the device
        Self::make(ctx, None, Some(port), |ctx, dev| unsafe {
            sys::ds_dev_port(ctx, dev_id, &PORT, opaque.cast(), dev)
        })
    }

    /// The object in the iommufd
    pub fn id(&self) -> u32 {
        // SAFETY: any thread
        unsafe { sys::ds_dev_id(self.raw) }
    }

    /// Where it is in sysfs, if the library cannot know
    pub fn set_sysfs(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = CString::new(path.as_ref().as_os_str().as_bytes())
            .map_err(|_| Error::new(EINVAL, "there is a zero in the path"))?;

        // SAFETY: this thread's; the path is copied
        check(unsafe { sys::ds_dev_sysfs(self.raw, path.as_ptr()) })?;
        Ok(())
    }

    /// What its IOMMU can do for it
    pub fn caps(&self) -> Result<Caps> {
        let mut caps = sys::ds_caps::zeroed();

        // SAFETY: this thread's
        check(unsafe { sys::ds_dev_caps(self.raw, &mut caps) })?;
        Ok(Caps(caps))
    }

    /// Regions that are reserved, as the host has them, ascending
    pub fn reserved(&self) -> Result<impl Iterator<Item = Reserved>> {
        let empty = sys::ds_resv::zeroed();

        // SAFETY: this thread's; there is room for as many as are asked for
        let found = list(empty, |out, n| unsafe {
            sys::ds_dev_resv(self.raw, out, n)
        })?;
        Ok(found.into_iter().map(reserved))
    }

    /// Can the host attach this PASID of it?
    pub fn check_pasid(&self, pasid: u32) -> Result<()> {
        // SAFETY: this thread's
        check(unsafe { sys::ds_dev_pasid_check(self.raw, pasid) })?;
        Ok(())
    }

    /// What DMA of a device in a unit goes through. If it fails, what was attached stays
    pub fn attach(&mut self, pasid: Pasid, mode: Mode<'_>) -> Result<()> {
        let pasid = pasid.raw()?;
        let (mode, s1, keep) = match mode {
            Mode::Blocked => (sys::DS_BLOCKED, ptr::null_mut(), None),
            Mode::Bypass => (sys::DS_BYPASS, ptr::null_mut(), Some(Keep::Bypass)),
            Mode::Stage1(s1) => (
                sys::DS_STAGE1,
                s1.inner.raw,
                Some(Keep::Stage1 {
                    _keep: s1.inner.clone(),
                }),
            ),
        };

        // SAFETY: this thread's; stage-1 is kept as long as it is attached
        check(unsafe { sys::ds_attach(self.raw, pasid, mode, s1) })?;
        self.keep(pasid, keep);
        Ok(())
    }

    /// Without a unit: its addresses are those of a memory, or of nothing
    pub fn attach_ram(&mut self, pasid: Pasid, ram: Option<&Ram>) -> Result<()> {
        let pasid = pasid.raw()?;
        let raw = ram.map_or(ptr::null_mut(), |ram| ram.inner.raw);
        let _using = ram.map(|ram| ram.inner.lock.lock());

        // SAFETY: this thread's; the memory is kept as long as it is attached
        check(unsafe { sys::ds_attach_ram(self.raw, pasid, raw) })?;
        let keep = ram.map(|ram| Keep::Ram {
            _keep: ram.inner.clone(),
        });
        self.keep(pasid, keep);
        Ok(())
    }

    fn keep(&mut self, pasid: u32, keep: Option<Keep>) {
        match keep {
            Some(keep) => self.kept.insert(pasid, keep),
            None => self.kept.remove(&pasid),
        };
    }

    /// What is attached at the moment, by what it is called: for messages
    pub fn attached(&self) -> impl Iterator<Item = (Pasid, &'static str)> + '_ {
        self.kept.iter().map(|(pasid, keep)| {
            let what = match keep {
                Keep::Bypass => "bypass",
                Keep::Stage1 { .. } => "stage-1",
                Keep::Ram { .. } => "memory",
            };
            (Pasid::of(*pasid), what)
        })
    }

    /// Nothing is attached any more. What was goes with what this returns
    pub(crate) fn take_attached(&mut self) -> BTreeMap<u32, Keep> {
        mem::take(&mut self.kept)
    }

    /// The VFIO device, if it is one
    pub fn cdev(&self) -> Option<BorrowedFd<'_>> {
        self.cdev.as_ref().map(|fd| fd.as_fd())
    }

    fn free(&mut self) -> i32 {
        if let Some(unit) = &self.unit {
            let _using = unit.lock.lock();

            // SAFETY: this thread's, and so is the unit for now
            let rc = unsafe { sys::ds_unit_remove(unit.raw, self.raw) };
            if rc != 0 {
                return rc;
            }
        }
        let _making = self.ctx.lock.lock();
        // SAFETY: nobody has it any more
        unsafe { sys::ds_dev_free(self.raw) }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if self.free() == 0 {
            return;
        }
        // It stays, and so does all that it uses
        mem::forget(self.ctx.clone());
        mem::forget(self.unit.take());
        mem::forget(mem::take(&mut self.kept));
        mem::forget(self.cdev.take());
        mem::forget(self.port.take());
    }
}
