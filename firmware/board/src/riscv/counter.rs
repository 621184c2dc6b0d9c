//! Counts the cost of a call: instructions if the core is emulated, clock cycles on a chip.

use core::arch::asm;
use core::sync::atomic::{Ordering, compiler_fence};

/// A free-running counter: `minstret` under QEMU, a cycle counter on a chip.
pub struct Counter(());

impl Counter {
    /// The counter, running.
    pub fn start() -> Option<Self> {
        // SAFETY: these registers only start the counter.
        unsafe {
            // Espressif's own counter: events (cycles), then mode (running).
            #[cfg(espressif)]
            asm!("csrwi 0x7e0, 1", "csrwi 0x7e1, 1");
            // Hazard3 starts with its counters inhibited.
            #[cfg(not(espressif))]
            asm!("csrw mcountinhibit, zero");
        }
        Some(Self(()))
    }

    /// The counter's name in the log.
    pub fn name(&self) -> &'static str {
        if cfg!(feature = "qemu") { "instret" } else { "cycles" }
    }

    /// Counts that a sample should span: one call suffices for cycles; instruction counts are so exact
    /// that a few instructions of the loop around the first call would show.
    pub fn sample_length(&self) -> u32 {
        if cfg!(feature = "qemu") { 16_384 } else { 1 }
    }

    /// Counts that pass while `work` runs, fewer than 2³².
    #[inline(always)]
    pub fn elapsed(&mut self, work: impl FnOnce()) -> u32 {
        let before = read();
        compiler_fence(Ordering::SeqCst);
        work();
        compiler_fence(Ordering::SeqCst);
        read().wrapping_sub(before)
    }
}

/// The low word of the counter.
#[inline(always)]
fn read() -> u32 {
    let count: u32;
    // SAFETY: reads a register. Not declared free of side effects, so it is not moved.
    unsafe {
        #[cfg(feature = "qemu")]
        asm!("csrr {}, minstret", out(reg) count);
        #[cfg(all(not(feature = "qemu"), espressif))]
        asm!("csrr {}, 0x7e2", out(reg) count);
        #[cfg(all(not(feature = "qemu"), not(espressif)))]
        asm!("csrr {}, mcycle", out(reg) count);
    }
    count
}
