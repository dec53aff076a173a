// SPDX-License-Identifier: GPL-2.0-only
//! The only part that is about the mock and not about the VMM: the unit's command
//! queue stands still, as after "iommu-mock fault inject UNIT cmd_stall", or goes on.

use std::{env, fs, io::Result};

pub fn hangs(hangs: bool) -> Result<()> {
    let unit = env::var("IOMMU_MOCK_UNITS")
        .expect("IOMMU_MOCK_UNITS is not set: run this by iommu-mock run");
    let path = format!("/sys/kernel/debug/iommu-mock/{unit}/misbehave/cmd_stall");

    fs::write(path, if hangs { "1" } else { "0" })
}
