//! Power cuts at every byte of a simulated flash memory.

use super::{Slots, StoreError};
use crate::archive::{Archive, Error, Persist, save};
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};

const SECTOR: usize = 256;
const SECTORS: usize = 6;

/// Flash whose power fails after a number of bytes, erased or programmed.
#[derive(Clone, Debug)]
struct Flash {
    bytes: [u8; SECTOR * SECTORS],
    /// Bytes until the power fails.
    power: usize,
    /// What half-done work leaves of the byte at which power fails.
    garbage: u8,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct PowerFailed;

impl NorFlashError for PowerFailed {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for Flash {
    type Error = PowerFailed;
}

impl Flash {
    fn new() -> Self {
        Self { bytes: [0xff; SECTOR * SECTORS], power: usize::MAX, garbage: 0 }
    }

    fn change(&mut self, at: usize, value: u8) -> Result<(), PowerFailed> {
        if self.power == 0 {
            self.bytes[at] = value ^ self.garbage;
            return Err(PowerFailed);
        }
        self.power -= 1;
        self.bytes[at] = value;
        Ok(())
    }
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), PowerFailed> {
        assert!(offset.is_multiple_of(4) && bytes.len().is_multiple_of(4));
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), PowerFailed> {
        assert!((from as usize).is_multiple_of(SECTOR) && (to as usize).is_multiple_of(SECTOR));
        (from as usize..to as usize).try_for_each(|at| self.change(at, 0xff))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), PowerFailed> {
        assert!(offset.is_multiple_of(8) && bytes.len().is_multiple_of(8));
        for (at, byte) in (offset as usize..).zip(bytes) {
            assert_eq!(self.bytes[at], 0xff, "programmed without being erased");
            self.change(at, *byte)?;
        }
        Ok(())
    }
}

/// A state of a length that is no multiple of any size above.
#[derive(Clone, Debug, PartialEq)]
struct State {
    generation: u32,
    numbers: [f32; 77],
}

impl State {
    fn new(generation: u32) -> Self {
        Self { generation, numbers: core::array::from_fn(|i| (generation * 7 + i as u32) as f32) }
    }
}

impl Persist for State {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"state");
        archive.count(&mut self.generation);
        archive.numbers(&mut self.numbers);
    }
}

const START: u32 = SECTOR as u32;
const END: u32 = 5 * SECTOR as u32;

fn store(flash: &Flash) -> Slots<Flash> {
    Slots::new(flash.clone(), START..END).unwrap()
}

/// At every byte of erasing, programming and the header, in both slots, while the sequence number wraps around: the
/// previous state or the new one, and the next save succeeds.
#[test]
fn a_cut_at_any_byte_leaves_the_previous_state_or_the_new_one() {
    let mut flash = Flash::new();
    for generation in 0..5 {
        let (mut done, mut power) = (false, 0);
        while !done {
            let mut cut = store(&flash);
            cut.flash.power = power;
            cut.flash.garbage = (power * 37 + 11) as u8;
            done = cut.save(&mut State::new(generation)).is_ok();
            let mut after = cut.release();
            after.power = usize::MAX;
            let mut found = State::new(99);
            let loaded = store(&after).load(&mut found);
            if loaded.is_ok() {
                let previous = generation.checked_sub(1).map(State::new);
                let new = found == State::new(generation);
                assert!(
                    new || Some(&found) == previous.as_ref(),
                    "{generation}, {power}: {found:?}"
                );
                assert!(new || !done);
            } else {
                // Only the first save has nothing to fall back on.
                assert!(
                    generation == 0 && !done && found == State::new(99),
                    "{generation}, {power}"
                );
            }
            let mut again = store(&after);
            again.save(&mut State::new(50)).unwrap();
            let mut found = State::new(99);
            again.load(&mut found).unwrap();
            assert_eq!(found, State::new(50), "{generation}, {power}");
            power += 1;
        }
        // Erasing, payload and header: the whole of a save was cut.
        assert!(power > 2 * SECTOR + 300, "{power}");
        let mut whole = store(&flash);
        whole.save(&mut State::new(generation)).unwrap();
        if generation == 0 {
            // The next save has the last sequence number, the one after it the first.
            let length = whole.header(0).unwrap().unwrap().length;
            let header = super::header(u32::MAX - 1, length);
            whole.flash.bytes[START as usize..][..header.len()].copy_from_slice(&header);
        }
        flash = whole.release();
    }
}

/// One damaged byte anywhere in the newest slot: the older state, and the next save spares it.
#[test]
fn a_damaged_slot_falls_back_on_the_other() {
    let mut slots = store(&Flash::new());
    slots.save(&mut State::new(1)).unwrap();
    slots.save(&mut State::new(2)).unwrap();
    let bytes = 16 + save(&mut State::new(2), &mut [0; 512]).unwrap();
    let second = (START + slots.length) as usize;
    for at in second..second + bytes {
        let mut damaged = slots.flash.clone();
        damaged.bytes[at] ^= 0x10;
        let mut slots = store(&damaged);
        let mut found = State::new(99);
        slots.load(&mut found).unwrap();
        assert_eq!(found, State::new(1), "byte {at}");
        slots.save(&mut State::new(3)).unwrap();
        slots.load(&mut found).unwrap();
        assert_eq!(found, State::new(3), "byte {at}");
    }
}

#[test]
fn ranges_and_states_that_do_not_fit_are_refused() {
    for range in [0..0, 0..SECTOR as u32, 0..3 * SECTOR as u32, 8..8 + 2 * SECTOR as u32, 512..0] {
        assert_eq!(Slots::new(Flash::new(), range).err(), Some(StoreError::Layout));
    }
    let beyond = (SECTOR * SECTORS) as u32;
    assert!(Slots::new(Flash::new(), beyond - 256..beyond + 256).is_err());
    let mut small = Slots::new(Flash::new(), 0..2 * SECTOR as u32).unwrap();
    let full = StoreError::State(Error::Capacity);
    assert_eq!(small.save(&mut State::new(1)), Err(full));
    assert_eq!(small.load(&mut State::new(1)), Err(StoreError::State(Error::Blank)));
}
