//! Flash to keep a state in, on an emulated board: RAM that survives a reset.

use core::cell::Cell;
use core::convert::Infallible;
use critical_section::Mutex;
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};

/// The memory that the board's file names in `[storage]`. Behaves like NOR flash: bits are erased to
/// ones, sector by sector, and written to zeros. On a chip, use the driver of its flash instead.
pub struct Storage {
    memory: &'static mut [u8],
}

unsafe extern "C" {
    static mut _storage_start: u8;
    static mut _storage_end: u8;
}

impl Storage {
    /// Bytes that are erased together.
    pub const SECTOR: usize = 1024;

    /// The memory; `None` if the board has none or it was taken before.
    pub fn take() -> Option<Self> {
        static TAKEN: Mutex<Cell<bool>> = Mutex::new(Cell::new(false));
        let start = &raw mut _storage_start;
        let length = (&raw mut _storage_end as usize).saturating_sub(start as usize);
        let taken = critical_section::with(|section| TAKEN.borrow(section).replace(true));
        if taken || length == 0 {
            return None;
        }
        // SAFETY: the board has RAM here, which the linker does not use; every byte of it is a valid `u8`,
        // and only the first call gets here, so this is the only reference.
        let memory = unsafe { core::slice::from_raw_parts_mut(start, length) };
        Some(Self { memory })
    }

    fn part(&mut self, start: u32, length: usize) -> &mut [u8] {
        let start = start as usize;
        self.memory.get_mut(start..start.saturating_add(length)).unwrap_or_default()
    }
}

impl ErrorType for Storage {
    type Error = Infallible;
}

impl ReadNorFlash for Storage {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Infallible> {
        let length = bytes.len();
        bytes.iter_mut().zip(self.part(offset, length)).for_each(|(to, from)| *to = *from);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.memory.len()
    }
}

impl NorFlash for Storage {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = Self::SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Infallible> {
        self.part(from, to.saturating_sub(from) as usize).fill(0xff);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Infallible> {
        self.part(offset, bytes.len()).iter_mut().zip(bytes).for_each(|(to, from)| *to &= *from);
        Ok(())
    }
}
