// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
use crate::device::Pasid;
use crate::error::Result;
use crate::sys;
use crate::unit::Unit;

/// What a fault is
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing is mapped there
    Unmapped,
    /// What is mapped does not allow it
    Permission,
    /// What the guest has as stage-1 is not right
    Config,
    /// Something else
    Other,
    /// Some were lost here
    Lost,
    /// A page is asked for, and the device waits for [`Unit::respond`]
    Page,
}

/// What was tried
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access(u32);

impl Access {
    /// To read
    pub fn read(self) -> bool {
        self.0 & sys::DS_ACCESS_READ != 0
    }

    /// To write
    pub fn write(self) -> bool {
        self.0 & sys::DS_ACCESS_WRITE != 0
    }

    /// To execute
    pub fn exec(self) -> bool {
        self.0 & sys::DS_ACCESS_EXEC != 0
    }

    /// As privileged
    pub fn privileged(self) -> bool {
        self.0 & sys::DS_ACCESS_PRIV != 0
    }

    /// Of a page request: the last of its group, which alone is answered
    pub fn last(self) -> bool {
        self.0 & sys::DS_ACCESS_LAST != 0
    }
}

/// A fault of stage-1
#[derive(Clone, Debug)]
pub struct Fault {
    /// What it is
    pub kind: FaultKind,
    /// What was tried
    pub access: Access,
    /// The guest's id of the device
    pub guest_id: u64,
    /// The PASID, if there was one
    pub pasid: Pasid,
    /// IOVA
    pub addr: u64,
    /// Of a page request, for [`Unit::respond`]
    pub cookie: u32,
    /// Of a page request, index of its group
    pub group: u32,
    /// The record as the hardware has it, empty where there is none
    pub record: Vec<u64>,
}

impl Fault {
    pub(crate) fn of(fault: &sys::ds_fault) -> Self {
        Self {
            kind: match fault.kind {
                sys::DS_FAULT_UNMAPPED => FaultKind::Unmapped,
                sys::DS_FAULT_PERMISSION => FaultKind::Permission,
                sys::DS_FAULT_CONFIG => FaultKind::Config,
                sys::DS_FAULT_LOST => FaultKind::Lost,
                sys::DS_FAULT_PAGE => FaultKind::Page,
                _ => FaultKind::Other,
            },
            access: Access(fault.access),
            guest_id: fault.guest_id,
            pasid: Pasid::of(fault.pasid),
            addr: fault.addr,
            cookie: fault.cookie,
            group: fault.group,
            record: fault.raw[..fault.raw_len / 8].to_vec(),
        }
    }
}

/// The faults that a unit has now
pub struct Faults<'a> {
    pub(crate) unit: &'a Unit,
}

impl Iterator for Faults<'_> {
    type Item = Result<Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.unit.next_fault().transpose()
    }
}
