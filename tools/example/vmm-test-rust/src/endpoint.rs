// SPDX-License-Identifier: GPL-2.0-only
//! What the guest's driver of the device does: it programs a DMA by the registers in
//! BAR0, and looks at how it ended.

use crate::uapi::*;
use crate::vmm::{Device, PAGE};
use std::io::Result;
use std::os::unix::fs::FileExt;
use std::thread::sleep;
use std::time::Duration;

/// Regions of a VFIO PCI device follow each other in its file: BAR0 is the first.
const CONFIG_SPACE: u64 = 7 << 40;
const PCI_COMMAND: u64 = 4;
const MEMORY_AND_BUS_MASTER: u16 = 6;

impl Device {
    fn write(&self, reg: u64, value: u32) -> Result<()> {
        self.file.write_all_at(&value.to_le_bytes(), reg)
    }

    fn read(&self, reg: u64) -> Result<u32> {
        let mut value = [0; 4];

        self.file.read_exact_at(&mut value, reg)?;
        Ok(u32::from_le_bytes(value))
    }

    fn write_addr(&self, reg: u64, value: u64) -> Result<()> {
        self.write(reg, value as u32)?;
        self.write(reg + 4, (value >> 32) as u32)
    }

    /// Has the device copy a page. False if that did not succeed
    pub fn copies(&self, from: u64, to: u64) -> Result<bool> {
        let done = self.read(EP_DONE)?;

        self.file.write_all_at(
            &MEMORY_AND_BUS_MASTER.to_le_bytes(),
            CONFIG_SPACE + PCI_COMMAND,
        )?;
        self.write_addr(EP_SRC_ADDR, from)?;
        self.write_addr(EP_DST_ADDR, to)?;
        self.write(EP_SIZE, PAGE as u32)?;
        self.write(EP_COMMAND, EP_CMD_COPY)?;
        while self.read(EP_DONE)? == done {
            sleep(Duration::from_micros(100));
        }
        Ok(self.read(EP_STATUS)? & EP_STS_COPY_SUCCESS != 0)
    }

    /// Did the IOMMU block a write to `iova`?
    pub fn was_stopped_at(&self, iova: u64) -> Result<bool> {
        let addr =
            u64::from(self.read(EP_FAULT_ADDR)?) | u64::from(self.read(EP_FAULT_ADDR + 4)?) << 32;

        Ok(self.read(EP_FAULT)? == EP_FAULT_BLOCKED | EP_FAULT_WRITE && addr == iova)
    }
}
