// SPDX-License-Identifier: GPL-2.0-only
//! vmm-test: what a VMM has to get right about nested translation, with two devices.
//!
//! Run it by iommu-mock, which makes the hardware and names the devices:
//!
//!     iommu-mock run --unit vtd,endpoints=2 -- target/debug/vmm-test
//!     iommu-mock run --unit smmuv3,endpoints=2 -- target/debug/vmm-test

mod endpoint;
mod smmuv3;
mod uapi;
mod unit;
mod vmm;
mod vtd;

use std::io::{Error, Result};
use std::thread::sleep;
use std::time::Duration;
use std::{env, process};
use vmm::{Device, Iommu, Vmm, PAGE};

const DEVICES: usize = 2;
const ETIMEDOUT: i32 = 110;

/// What the guest calls its buffers. Each device has tables of its own.
const FROM: u64 = 0x1234_5600_0000;
const TO: u64 = 0x1234_5700_0000;

struct Test {
    vmm: Vmm,
    iommu: Box<dyn Iommu>,
    devices: Vec<Device>,
    /// Pages of the guest's memory, of each device
    from: Vec<u64>,
    to: Vec<u64>,
    /// What was copied last
    contents: u64,
}

fn check(good: bool, what: &str) -> Result<()> {
    if !good {
        return Err(Error::other(format!("FAILED: {what}")));
    }
    println!("ok: {what}");
    Ok(())
}

fn timed_out(result: &Result<()>) -> bool {
    matches!(result, Err(e) if e.raw_os_error() == Some(ETIMEDOUT))
}

impl Test {
    fn start() -> Result<Test> {
        let names = env::var("IOMMU_MOCK_DEVICES").map_err(|_| {
            Error::other("IOMMU_MOCK_DEVICES is not set: run this by iommu-mock run")
        })?;
        let mut vmm = Vmm::new()?;
        let mut devices = Vec::new();

        for (name, number) in names.split(' ').zip(1..=DEVICES as u32) {
            devices.push(vmm.add_device(name, number)?);
        }
        if devices.len() < DEVICES {
            let why = format!("this needs {DEVICES} endpoints: --unit vtd,endpoints=2");
            return Err(Error::other(why));
        }
        let iommu = vmm.iommu_of(&devices)?;
        println!("the IOMMU is {}", iommu.name());
        Ok(Test {
            vmm,
            iommu,
            devices,
            from: Vec::new(),
            to: Vec::new(),
            contents: 0,
        })
    }

    fn map(&mut self, n: usize, iova: u64, gpa: u64) {
        self.iommu.map(&mut self.vmm, &self.devices[n], iova, gpa);
    }

    fn invalidate(&self) -> Result<()> {
        self.iommu.invalidate(&self.vmm, &self.devices[0], TO)
    }

    /// Does device `n` copy its source, with new contents, to the page at `gpa`?
    fn copies_to(&mut self, n: usize, gpa: u64) -> Result<bool> {
        self.contents += 0x0101_0101_0101_0101;
        self.vmm.ram.fill(self.from[n], self.contents);
        Ok(self.devices[n].copies(FROM, TO)? && self.vmm.ram.is_filled(gpa, self.contents))
    }

    /// The same addresses lead each device to its own pages.
    fn translation(&mut self) -> Result<()> {
        for n in 0..DEVICES {
            self.from.push(self.vmm.ram.new_page());
            self.to.push(self.vmm.ram.new_page());
            self.iommu.attach(&mut self.vmm, &mut self.devices[n])?;
            self.map(n, FROM, self.from[n]);
            self.map(n, TO, self.to[n]);
        }
        check(
            self.copies_to(0, self.to[0])?,
            "the first device copies the guest's page",
        )?;
        check(
            self.copies_to(1, self.to[1])?,
            "the second device copies another",
        )
    }

    fn fault(&mut self) -> Result<()> {
        let nowhere = TO + PAGE;
        let first = &self.devices[0];

        check(
            !first.copies(FROM, nowhere)? && first.was_stopped_at(nowhere)?,
            "a device is stopped where the guest has mapped nothing",
        )?;
        self.iommu.hear_of_fault(first, nowhere)?;
        check(self.copies_to(1, self.to[1])?, "the other device goes on")
    }

    /// The guest moves a page. The invalidation must reach the hardware's caches.
    fn invalidation(&mut self) -> Result<()> {
        self.to[0] = self.vmm.ram.new_page();
        self.map(0, TO, self.to[0]);
        check(
            self.invalidate().is_ok(),
            "the guest's invalidation is done",
        )?;
        check(
            self.copies_to(0, self.to[0])?,
            "the device follows to the new page",
        )
    }

    /// The hardware does not answer. The kernel gives up, says so, and stops the device
    /// rather than let it use what the guest has taken away. The VMM repeats the
    /// invalidation: once it succeeds the device is at work again, with no stale entry.
    fn hung_invalidation(&mut self) -> Result<()> {
        let old = self.to[0];

        self.to[0] = self.vmm.ram.new_page();
        self.map(0, TO, self.to[0]);
        unit::hangs(true)?;
        check(
            timed_out(&self.invalidate()),
            "an invalidation that hangs times out",
        )?;
        self.vmm.ram.fill(old, 0);
        check(
            !self.copies_to(0, old)? && self.vmm.ram.is_filled(old, 0),
            "the device does not reach the page that it has lost",
        )?;

        unit::hangs(false)?;
        let mut again = self.invalidate();
        while timed_out(&again) {
            sleep(Duration::from_millis(10));
            again = self.invalidate();
        }
        check(again.is_ok(), "repeated, the invalidation is done")?;
        check(
            self.copies_to(0, self.to[0])?,
            "the device is back, and uses the new page",
        )?;
        check(self.copies_to(1, self.to[1])?, "and so does the other")
    }
}

fn run() -> Result<()> {
    let mut test = Test::start()?;

    test.translation()?;
    test.fault()?;
    test.invalidation()?;
    test.hung_invalidation()
}

fn main() {
    if let Err(e) = run() {
        eprintln!("vmm-test: {e}");
        process::exit(1);
    }
}
