//! How much stack a call touches: what lies below it is painted first and looked at afterwards.

use core::ptr::{read_volatile, write_volatile};
use cortex_m::register::msp;

const PAINT: u32 = 0x5174_5174;

/// Most stack that the suite may use; a board with less RAM offers what lies above its variables.
const LIMIT: usize = 63 * 1024;

unsafe extern "C" {
    static _stack_start: u32;
    static _stack_end: u32;
}

/// The stack, painted from its limit up to where it is in use.
pub struct Stack {
    top: usize,
    bottom: usize,
    lowest: usize,
}

impl Stack {
    /// Paints what is free.
    #[inline(never)]
    pub fn new() -> Self {
        let top = &raw const _stack_start as usize;
        let end = &raw const _stack_end as usize;
        let mut stack = Self { top, bottom: end.max(top - LIMIT), lowest: top };
        stack.paint();
        stack
    }

    /// Bytes of stack that `work` touches.
    #[inline(never)]
    pub fn used(&mut self, work: &mut dyn FnMut()) -> usize {
        self.paint();
        work();
        let used = (msp::read() as usize).saturating_sub(self.first_touched());
        self.paint();
        used
    }

    /// Most stack in use at once so far.
    pub fn deepest(&mut self) -> usize {
        self.paint();
        self.top - self.lowest
    }

    /// Notes how deep the stack has been, then paints what is free again.
    #[inline(always)]
    fn paint(&mut self) {
        if self.lowest < self.top {
            self.lowest = self.lowest.min(self.first_touched());
        }
        let used = msp::read() as usize;
        self.lowest = self.lowest.min(used);
        for address in (self.bottom..used).step_by(4) {
            // SAFETY: between the variables and the stack pointer nothing lives, and no interrupt
            // comes.
            unsafe { write_volatile(address as *mut u32, PAINT) };
        }
    }

    /// Lowest address that no longer holds paint.
    #[inline(always)]
    fn first_touched(&self) -> usize {
        let mut address = self.bottom;
        // SAFETY: as in `paint`; the words are RAM.
        while address < self.top && unsafe { read_volatile(address as *const u32) } == PAINT {
            address += 4;
        }
        assert!(address > self.bottom, "the stack is too small");
        address
    }
}
