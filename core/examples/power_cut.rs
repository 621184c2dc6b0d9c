//! A learner that survives a power cut at any byte of a save.
//!
//! Two slots of flash take turns: the older one is erased and written, its header last. The flash here
//! is simulated and stops working after a given number of bytes. The save is repeated with a cut at
//! every byte; each time the device starts again and finds the previous state or the new one, never
//! anything else.
//!
//! Run it with `cargo run --release -p situ --features embedded-storage --example power_cut`. On a chip, give
//! `Slots` your flash driver's `NorFlash`.

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};
use situ::archive::Slots;
use situ::online::{Error, Ftrl, Learner, Shape, Target};

const SECTOR: usize = 1024;
const BYTES: usize = 2 * SECTOR;

type Model = Ftrl<f32, 4, 3>;

/// Flash whose power fails after `left` bytes were erased or written.
#[derive(Clone)]
struct Flash {
    bytes: [u8; BYTES],
    left: usize,
}

#[derive(Debug)]
struct PowerCut;

impl NorFlashError for PowerCut {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for Flash {
    type Error = PowerCut;
}

impl Flash {
    /// Applies a change to each byte from `offset` on, until the power fails.
    fn change(&mut self, offset: u32, values: impl Iterator<Item = u8>) -> Result<(), PowerCut> {
        for (byte, value) in self.bytes[offset as usize..].iter_mut().zip(values) {
            self.left = self.left.checked_sub(1).ok_or(PowerCut)?;
            *byte = value;
        }
        Ok(())
    }
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;
    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), PowerCut> {
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }
    fn capacity(&self) -> usize {
        BYTES
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;
    fn erase(&mut self, from: u32, to: u32) -> Result<(), PowerCut> {
        self.change(from, (from..to).map(|_| 0xff))
    }
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), PowerCut> {
        self.change(offset, bytes.iter().copied())
    }
}

fn learn(model: &mut Model, steps: core::ops::Range<u16>) -> Result<(), Error> {
    steps.into_iter().try_for_each(|step| {
        let class = usize::from(step % 3);
        let features = [class as f32, f32::from(step % 5), 1.0, f32::from(step) * 0.01];
        model.learn(&features, Target::Class(class)).map(|_| ())
    })
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let blank = Model::new(Shape::classify(4, 3), Default::default())?;
    let (mut before, mut flash) = (blank.clone(), Flash { bytes: [0xff; BYTES], left: usize::MAX });
    learn(&mut before, 0..200)?;
    let mut slots = Slots::new(flash, 0..BYTES as u32)?;
    slots.save(&mut before)?;
    flash = slots.release();
    let mut after = before.clone();
    learn(&mut after, 200..300)?;

    let (mut cuts, mut kept, mut saved) = (0, 0, 0);
    loop {
        let mut slots = Slots::new(Flash { left: cuts, ..flash.clone() }, 0..BYTES as u32)?;
        let finished = slots.save(&mut after).is_ok();
        // Power returns.
        let mut slots = Slots::new(Flash { left: usize::MAX, ..slots.release() }, 0..BYTES as u32)?;
        let mut found = blank.clone();
        slots.load(&mut found)?;
        assert!(found == before || found == after, "a state that was never saved");
        kept += usize::from(found == before);
        saved += usize::from(found == after);
        cuts += 1;
        if finished {
            break;
        }
    }
    println!("{cuts} power cuts: {kept} times the previous state, {saved} times the new one");
    Ok(())
}
