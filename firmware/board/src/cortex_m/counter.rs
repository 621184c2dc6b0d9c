//! Counts the cost of a call: clock cycles if the core counts them, else ticks of SysTick.

use core::sync::atomic::{Ordering, compiler_fence};
use cortex_m::Peripherals;
use cortex_m::peripheral::{SYST, syst::SystClkSource};

/// SysTick counts down over 24 bits.
const SYSTICK_MASK: u32 = 0x00ff_ffff;

/// A free-running counter.
pub enum Counter {
    /// DWT CYCCNT. Used only after it was seen to advance.
    Cycles,
    /// SysTick at the core's clock. The meaning of a tick depends on how the board runs; the host converts
    /// it.
    SysTick(SYST),
}

impl Counter {
    /// The best working counter of this core: QEMU claims to have a CYCCNT, but it stays at zero.
    /// `None` if the core's peripherals have been taken before.
    pub fn start() -> Option<Self> {
        let peripherals = Peripherals::take()?;
        #[cfg(not(armv6m))]
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
                    return Some(Self::Cycles);
                }
            }
            peripherals
        };
        let mut systick = peripherals.SYST;
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(SYSTICK_MASK);
        systick.clear_current();
        systick.enable_counter();
        Some(Self::SysTick(systick))
    }

    /// The counter's name in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cycles => "cycles",
            Self::SysTick(_) => "systick",
        }
    }

    /// Counts that a sample should span: one call suffices for cycles, but a tick of SysTick under
    /// QEMU is some forty instructions.
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
    #[cfg(not(armv6m))]
    {
        let before = cortex_m::peripheral::DWT::cycle_count();
        fenced(work);
        cortex_m::peripheral::DWT::cycle_count().wrapping_sub(before)
    }
    #[cfg(armv6m)]
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
    // One wrap shows as a larger value; the flag without a larger value means a full extra turn.
    assert!(!systick.has_wrapped() || after > before, "the work outlasts the 24-bit counter");
    before.wrapping_sub(after) & SYSTICK_MASK
}

/// Keeps the compiler from moving the work across the counter reads.
#[inline(always)]
fn fenced(work: impl FnOnce()) {
    compiler_fence(Ordering::SeqCst);
    work();
    compiler_fence(Ordering::SeqCst);
}
