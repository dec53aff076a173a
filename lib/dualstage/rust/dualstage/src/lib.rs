// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//! Two-stage DMA translation for VMMs: libdualstage, safe.
//!
//! A guest owns stage-1 (IOVA to IPA), its VMM owns stage-2 (IPA to host memory), and the
//! hardware walks both. The order of things is [`Context`], the guest's memory ([`Ram`]),
//! its devices ([`Device`]), its IOMMU ([`Unit`]), and what a device goes through: stage-1 of
//! the guest's own ([`Stage1`]) or one that the VMM makes ([`Table`]).
//!
//! Everything keeps what it was made on, so values can be dropped in any order: what they
//! stand for goes when the last of what needs it goes. Something that the kernel does not
//! let go when it is dropped stays, with all that it was made on: [`Context::objects`] tells.
//!
//! `unsafe` of its user are [`Ram::map`] and [`Ram::copy`], because devices write to the
//! memory that they are given, and [`Port`], which is called with locks held.
#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

mod caps;
mod context;
mod device;
mod error;
mod fault;
mod ram;
mod stage1;
mod table;
#[cfg(test)]
mod tests;
mod unit;

pub use caps::{Caps, Feature, Vendor};
pub use context::Context;
pub use device::{Device, Mode, Pasid, Port, Reserved, ReservedKind};
pub use error::{Error, Result};
pub use fault::{Access, Fault, FaultKind, Faults};
pub use ram::{Dirty, Prot, Ram, Range};
pub use stage1::Stage1;
pub use table::Table;
pub use unit::Unit;

/// The declarations of C, for structures that hardware defines
pub use dualstage_sys as sys;

/// The version that the library has
pub fn version() -> i32 {
    // SAFETY: it has no conditions
    unsafe { sys::ds_version() }
}
