// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//! A VMM in small: guest memory, a device behind a unit, and stage-1 that the VMM makes.
//! The device copies a page, and is stopped when the mapping is gone.
//!
//!     iommu-mock run --unit vtd -- target/debug/examples/move_bytes
//!     iommu-mock run --unit smmuv3 -- target/debug/examples/move_bytes

use std::alloc::{alloc_zeroed, Layout};
use std::env;
use std::error::Error;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::os::unix::io::OwnedFd;
use std::thread::sleep;
use std::time::Duration;

use dualstage::{Context, Device, Mode, Pasid, Prot, Ram, Table, Unit};

const PAGE: usize = 4096;
/// The guest's memory, as devices have it without stage-1
const RAM: u64 = 0x4000_0000;
const RAM_SIZE: usize = 2 << 20;
/// What the guest calls its buffers
const FROM: u64 = 0x1234_5600_0000;
const TO: u64 = 0x1234_5700_0000;
const GUEST_ID: u64 = 0x20;

type Done<T> = Result<T, Box<dyn Error>>;

/// What the guest's driver does: registers of the endpoint in BAR0, and its command register
struct Endpoint(File);

impl Endpoint {
    const CONFIG: u64 = 7 << 40;
    const MEMORY_AND_BUS_MASTER: u16 = 6;
    const COMMAND: u64 = 0x004;
    const COPY: u32 = 1 << 5;
    const STATUS: u64 = 0x008;
    const COPIED: u32 = 1 << 4;
    const SRC: u64 = 0x00c;
    const DST: u64 = 0x014;
    const SIZE: u64 = 0x01c;
    const DONE: u64 = 0x11c;

    fn write(&self, register: u64, value: u32) -> Done<()> {
        Ok(self.0.write_all_at(&value.to_le_bytes(), register)?)
    }

    fn read(&self, register: u64) -> Done<u32> {
        let mut value = [0; 4];

        self.0.read_exact_at(&mut value, register)?;
        Ok(u32::from_le_bytes(value))
    }

    fn write_addr(&self, register: u64, addr: u64) -> Done<()> {
        self.write(register, addr as u32)?;
        self.write(register + 4, (addr >> 32) as u32)
    }

    fn copies(&self, from: u64, to: u64) -> Done<bool> {
        let done = self.read(Self::DONE)?;

        self.0
            .write_all_at(&Self::MEMORY_AND_BUS_MASTER.to_le_bytes(), Self::CONFIG + 4)?;
        self.write_addr(Self::SRC, from)?;
        self.write_addr(Self::DST, to)?;
        self.write(Self::SIZE, PAGE as u32)?;
        self.write(Self::COMMAND, Self::COPY)?;
        while self.read(Self::DONE)? == done {
            sleep(Duration::from_micros(100));
        }
        Ok(self.read(Self::STATUS)? & Self::COPIED != 0)
    }
}

/// Memory of a guest: nothing in Rust relies on what is in it
struct GuestMemory(*mut u8);

impl GuestMemory {
    fn new() -> Done<Self> {
        let layout = Layout::from_size_align(RAM_SIZE, RAM_SIZE)?;
        // SAFETY: the size is not 0. It is never freed, so devices may have it for ever
        let memory = unsafe { alloc_zeroed(layout) };

        if memory.is_null() {
            return Err("there is no memory for a guest".into());
        }
        Ok(Self(memory))
    }

    fn fill(&self, page: usize, with: u8) {
        for i in 0..PAGE {
            // SAFETY: it is within the memory, which is shared with devices
            unsafe { self.0.add(page * PAGE + i).write_volatile(with) };
        }
    }

    fn is_filled(&self, page: usize, with: u8) -> bool {
        // SAFETY: likewise
        (0..PAGE).all(|i| unsafe { self.0.add(page * PAGE + i).read_volatile() } == with)
    }
}

fn check(good: bool, what: &str) -> Done<()> {
    println!("{}: {what}", if good { "ok" } else { "FAILED" });
    if good {
        Ok(())
    } else {
        Err(what.into())
    }
}

fn ipa(page: usize) -> u64 {
    RAM + (page * PAGE) as u64
}

fn run(ctx: &Context) -> Done<()> {
    let names = env::var("IOMMU_MOCK_DEVICES").map_err(|_| "run this by iommu-mock run")?;
    let path = names.split(' ').next().unwrap_or_default();
    let cdev = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(|e| format!("{path}: {e}"))?;
    let endpoint = Endpoint(cdev.try_clone()?);
    let memory = GuestMemory::new()?;
    let page = PAGE as u64;

    let ram = Ram::new(ctx)?;
    // SAFETY: the memory stays, and is accessed by volatile accesses only
    unsafe { ram.map(RAM, RAM_SIZE as u64, memory.0, Prot::ReadWrite)? };
    let mut dev = Device::vfio(ctx, OwnedFd::from(cdev))?;
    let unit = Unit::new(&ram, &dev)?;
    unit.add(&mut dev, GUEST_ID)?;
    let table = Table::new(&unit, &dev, false, false)?;
    dev.attach(Pasid::Rid, Mode::Stage1(table.stage1()))?;
    drop(table);
    unit.remove(&mut dev)?;
    check(
        ctx.objects() == 3,
        "what only the device kept goes when it leaves its unit",
    )?;

    unit.add(&mut dev, GUEST_ID)?;
    let mut table = Table::new(&unit, &dev, false, false)?;
    dev.attach(Pasid::Rid, Mode::Stage1(table.stage1()))?;
    println!("the IOMMU is {:?}", dev.caps()?.vendor());

    table.map(FROM, ipa(0), page, Prot::Read)?;
    table.map(TO, ipa(1), page, Prot::ReadWrite)?;
    memory.fill(0, 0xa5);
    check(endpoint.copies(FROM, TO)?, "a page is copied")?;
    check(memory.is_filled(1, 0xa5), "all of it has arrived")?;
    check(
        !endpoint.copies(TO, FROM)?,
        "what is read-only is not written",
    )?;
    check(memory.is_filled(0, 0xa5), "and is as it was")?;

    let twice = table.map(TO, ipa(2), page, Prot::Read);
    check(
        matches!(&twice, Err(e) if e.errno() == 17 && e.words().contains("mapped")),
        "an address is not mapped twice, and there are words for it",
    )?;
    check(table.unmap(TO, page)? == page, "a page is unmapped")?;
    memory.fill(0, 0x5a);
    check(!endpoint.copies(FROM, TO)?, "and nothing is copied there")?;
    check(memory.is_filled(1, 0xa5), "what was there is as it was")?;

    /* Whatever is dropped first, what is attached stays until the device is blocked */
    drop(table);
    drop(unit);
    drop(ram);
    check(ctx.objects() == 5, "all is kept while a device is attached")?;
    drop(dev);
    check(ctx.objects() == 0, "and goes with the device")
}

fn main() -> Done<()> {
    let ctx = Context::open()?;

    run(&ctx)?;
    println!("{} objects are left", ctx.objects());
    Ok(())
}
