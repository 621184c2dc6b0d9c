//! The command line that the emulator passes to the firmware.

use cortex_m_semihosting::{nr, syscall1};

/// Whether QEMU logs the blocks of this run, from which the host counts: the command line that it passes
/// through semihosting then ends with the word `trace`. A chip is not asked.
pub fn is_traced() -> bool {
    let mut line = [0_u8; 32];
    let mut block = [line.as_mut_ptr() as usize, line.len()];
    if !cfg!(feature = "qemu") {
        return false;
    }
    // SAFETY: semihosting writes up to 32 bytes at the first word's address, and their number into the
    // second word.
    let status = unsafe { syscall1(nr::GET_CMDLINE, block.as_mut_ptr() as usize) };
    status == 0 && line.get(..block[1]).is_some_and(|line| line.ends_with(b"trace"))
}
