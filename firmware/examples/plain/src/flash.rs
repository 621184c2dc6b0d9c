//! NOR flash in RAM: bits are erased to ones, sector by sector, and written to zeros.

use core::convert::Infallible;
use core::mem::MaybeUninit;
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};

/// Bytes that are erased together.
pub const SECTOR: usize = 1024;
/// Sectors of one slot: the state of the bundled model and its headers.
pub const SLOT_SECTORS: usize = 14;
const BYTES: usize = 2 * SLOT_SECTORS * SECTOR;

/// The memory. A reset neither clears nor fills `.uninit`.
#[unsafe(link_section = ".uninit.flash")]
static mut MEMORY: MaybeUninit<[u8; BYTES]> = MaybeUninit::uninit();

/// A flash memory in RAM.
pub struct RamFlash {
    memory: &'static mut [u8; BYTES],
}

impl RamFlash {
    /// Takes the memory; call it once.
    pub fn take() -> Self {
        let memory = &raw mut MEMORY;
        // SAFETY: every byte of RAM is a valid `u8`, whatever a reset left there, and the only reference
        // to the memory is made here, in the one call that `main` makes.
        Self { memory: unsafe { (*memory).assume_init_mut() } }
    }

    fn part(&mut self, start: u32, length: usize) -> &mut [u8] {
        self.memory.get_mut(start as usize..start as usize + length).unwrap_or_default()
    }
}

impl ErrorType for RamFlash {
    type Error = Infallible;
}

impl ReadNorFlash for RamFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Infallible> {
        let length = bytes.len();
        bytes.iter_mut().zip(self.part(offset, length)).for_each(|(to, from)| *to = *from);
        Ok(())
    }

    fn capacity(&self) -> usize {
        BYTES
    }
}

impl NorFlash for RamFlash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Infallible> {
        self.part(from, to.saturating_sub(from) as usize).fill(0xff);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Infallible> {
        self.part(offset, bytes.len()).iter_mut().zip(bytes).for_each(|(to, from)| *to &= *from);
        Ok(())
    }
}
