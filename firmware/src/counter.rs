//! What a call costs is counted by the core: cycles where DWT counts them, else SysTick ticks.

use core::sync::atomic::{Ordering, compiler_fence};
use cortex_m::Peripherals;
use cortex_m::peripheral::{SYST, syst::SystClkSource};

/// SysTick counts down over 24 bits.
const SYSTICK_MASK: u32 = 0x00ff_ffff;

/// A free-running counter.
pub enum Counter {
    /// DWT CYCCNT, seen to advance.
    #[cfg_attr(not(cycle_counter), allow(dead_code, reason = "Armv6-M has none"))]
    Cycles,
    /// SysTick at the core's clock. QEMU with `-icount shift=0` lets one instruction last one
    /// nanosecond, so a tick is 10⁹ / clock instructions.
    SysTick(SYST),
}

impl Counter {
    /// The best counter that this core really has: QEMU claims a CYCCNT that stays at zero.
    pub fn new(peripherals: Peripherals) -> Self {
        #[cfg(cycle_counter)]
        let peripherals = {
            use cortex_m::peripheral::DWT;
            let mut peripherals = peripherals;
            peripherals.DCB.enable_trace();
            if DWT::has_cycle_counter() {
                DWT::unlock();
                peripherals.DWT.enable_cycle_counter();
                let before = DWT::cycle_count();
                cortex_m::asm::delay(64);
                if DWT::cycle_count() != before {
                    return Self::Cycles;
                }
            }
            peripherals
        };
        let mut systick = peripherals.SYST;
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(SYSTICK_MASK);
        systick.clear_current();
        systick.enable_counter();
        Self::SysTick(systick)
    }

    /// Its name in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cycles => "cycles",
            Self::SysTick(_) => "systick",
        }
    }

    /// Counts to gather for one sample: one call is enough for cycles, a tick of SysTick under QEMU
    /// is some forty instructions.
    pub fn sample_length(&self) -> u32 {
        match self {
            Self::Cycles => 1,
            Self::SysTick(_) => 16_384,
        }
    }

    /// Counts that pass while `work` runs.
    pub fn elapsed(&mut self, work: impl FnOnce()) -> u32 {
        match self {
            Self::Cycles => cycles(work),
            Self::SysTick(systick) => ticks(systick, work),
        }
    }
}

#[inline(always)]
fn cycles(work: impl FnOnce()) -> u32 {
    #[cfg(cycle_counter)]
    {
        let before = cortex_m::peripheral::DWT::cycle_count();
        fenced(work);
        cortex_m::peripheral::DWT::cycle_count().wrapping_sub(before)
    }
    #[cfg(not(cycle_counter))]
    {
        work();
        0
    }
}

#[inline(always)]
fn ticks(systick: &mut SYST, work: impl FnOnce()) -> u32 {
    // Reading the flag clears it.
    systick.has_wrapped();
    let before = SYST::get_current();
    fenced(work);
    let after = SYST::get_current();
    // One wrap shows as a larger value; a flag without it means a whole turn more.
    assert!(!systick.has_wrapped() || after > before, "the work outlasts the 24-bit counter");
    before.wrapping_sub(after) & SYSTICK_MASK
}

/// Keeps the compiler from moving the work across the readings.
#[inline(always)]
fn fenced(work: impl FnOnce()) {
    compiler_fence(Ordering::SeqCst);
    work();
    compiler_fence(Ordering::SeqCst);
}
