// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//! What needs no hardware. The examples need it.
use std::error::Error as _;
use std::fs::File;
use std::io;
use std::os::unix::io::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

use crate::error::{check, list};
use crate::*;

fn null() -> OwnedFd {
    File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
        .unwrap()
        .into()
}

#[test]
fn version_is_the_one_of_the_declarations() {
    assert_eq!(version(), sys::DS_VERSION);
}

#[test]
fn a_failure_has_errno_and_words() {
    let ctx = Context::adopt(null()).unwrap();
    let error = Ram::new(&ctx).err().unwrap();

    assert_eq!(error.errno(), 25);
    assert!(!error.words().is_empty());
    assert!(error.to_string().contains(error.words()));
    assert!(error.to_string().contains("(os error 25)"));
    assert!(error.source().is_none());
    assert_eq!(ctx.objects(), 0);

    let kind = io::Error::from_raw_os_error(16).kind();
    let error = io::Error::from(Error::new(16, "in use"));
    assert_eq!(error.kind(), kind);
    assert!(error.to_string().contains("in use"));
    assert_eq!(check(7), Ok(7));
}

#[test]
fn what_is_adopted_is_what_there_is() {
    let fd = null();
    let raw = fd.as_raw_fd();
    let ctx = Context::adopt(fd).unwrap();
    let link = std::fs::read_link(format!("/proc/self/fd/{raw}")).unwrap();

    assert_eq!(ctx.as_fd().as_raw_fd(), raw);
    assert_eq!(link.to_str(), Some("/dev/null"));
}

#[test]
fn a_list_that_grows_is_asked_for_again() {
    let mut asked = 0;
    let found = list(0u32, |out, n| {
        let total = if asked == 0 { 20 } else { 21 };
        asked += 1;
        let room = std::mem::replace(n, total);
        if room < total {
            return -90;
        }
        for i in 0..total {
            unsafe { *out.add(i) = i as u32 };
        }
        0
    })
    .unwrap();

    assert_eq!(asked, 3);
    assert_eq!(found, (0..21).collect::<Vec<_>>());
    assert_eq!(list(0, |_, _| -5).unwrap_err().errno(), 5);
}

#[test]
fn capabilities_follow_from_registers() {
    let mut vtd = sys::iommu_hw_info_vtd::zeroed();
    vtd.cap_reg = 1 << 56 | 1 << 60;
    let caps = Caps::of_vtd(vtd, 0);

    assert_eq!(caps.vendor(), Vendor::Vtd);
    assert_eq!(caps.stage1_bits(), 56);
    assert_eq!(
        caps.stage1_pages().collect::<Vec<_>>(),
        [4096, 2 << 20, 1 << 30]
    );
    assert_eq!(caps.vtd().unwrap().cap_reg, vtd.cap_reg);
    assert!(caps.smmuv3().is_none());
    assert!(!caps.has(Feature::Nest));

    let mut smmu = sys::iommu_hw_info_arm_smmuv3::zeroed();
    smmu.idr[5] = 5 | 1 << 6;
    let other = Caps::of_smmuv3(smmu, 0);
    assert_eq!(other.stage1_pages().next(), Some(65536));
    assert_eq!(other.smmuv3().unwrap().idr[5], smmu.idr[5]);

    assert!(caps.check(&caps).is_ok());
    let error = caps.check(&other).unwrap_err();
    assert_eq!(error.errno(), 95);
    assert!(error.words().contains("another vendor"));
    vtd.cap_reg = 0;
    let less = Caps::of_vtd(vtd, 0);
    assert!(caps.check(&less).is_ok());
    assert!(less.check(&caps).unwrap_err().words().contains("FS5LP"));
}

#[test]
fn faults_are_told_apart() {
    let mut raw = sys::ds_fault::zeroed();
    raw.kind = sys::DS_FAULT_PAGE;
    raw.access = sys::DS_ACCESS_WRITE | sys::DS_ACCESS_LAST;
    raw.pasid = 7;
    raw.raw = [1, 2, 3, 4];
    raw.raw_len = 16;
    let fault = Fault::of(&raw);

    assert_eq!(fault.kind, FaultKind::Page);
    assert_eq!(fault.pasid, Pasid::Id(7));
    assert!(fault.access.write() && fault.access.last());
    assert!(!fault.access.read() && !fault.access.exec() && !fault.access.privileged());
    assert_eq!(fault.record, [1, 2]);
    raw.pasid = sys::DS_RID;
    assert_eq!(Fault::of(&raw).pasid, Pasid::Rid);
    raw.kind = 1000;
    assert_eq!(Fault::of(&raw).kind, FaultKind::Other);
}

struct Ported {
    calls: Arc<AtomicU32>,
}

// SAFETY: it calls nothing
unsafe impl Port for Ported {
    fn attach(&mut self, _: Pasid, _: u32) -> io::Result<()> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Err(io::Error::from_raw_os_error(19))
    }

    fn detach(&mut self, _: Pasid) -> io::Result<()> {
        panic!("a port that panics");
    }
}

#[test]
fn a_port_answers_by_errno_and_never_unwinds() {
    let calls = Arc::new(AtomicU32::new(0));
    let mut port: Box<dyn Port> = Box::new(Ported {
        calls: calls.clone(),
    });
    let opaque: *mut Box<dyn Port> = &mut port;
    let hook = std::panic::take_hook();

    std::panic::set_hook(Box::new(|_| ()));
    // SAFETY: the port is there
    unsafe {
        assert_eq!(device::port_attach(opaque.cast(), 0, 1), -19);
        assert_eq!(device::port_detach(opaque.cast(), sys::DS_RID), -5);
    }
    std::panic::set_hook(hook);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn threads() {
    fn moves<T: Send>() {}
    fn shared<T: Sync>() {}

    moves::<Context>();
    moves::<Ram>();
    moves::<Device>();
    moves::<Unit>();
    moves::<Table>();
    moves::<Stage1>();
    shared::<Ram>();
    shared::<Unit>();
    shared::<Stage1>();
}
