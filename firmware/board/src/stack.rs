//! Stack depth: the free stack is filled with a pattern and later searched for changes.

use crate::processor::{stack_bounds, stack_pointer};
use core::ptr::{read_volatile, write_volatile};

const PAINT: u32 = 0x5174_5174;

/// The stack, painted from its lowest usable address up to where it is in use.
pub struct Stack {
    top: usize,
    bottom: usize,
    lowest: usize,
}

impl Stack {
    /// Paints the free stack, at most `limit` bytes below its top. Interrupts must be off.
    #[inline(never)]
    pub fn new(limit: usize) -> Self {
        let (end, top) = stack_bounds();
        let mut stack = Self { top, bottom: end.max(top.saturating_sub(limit)), lowest: top };
        stack.paint();
        stack
    }

    /// Bytes of stack that `work` touches. Interrupts must be off.
    #[inline(never)]
    pub fn used(&mut self, work: &mut dyn FnMut()) -> usize {
        self.paint();
        work();
        let used = stack_pointer().saturating_sub(self.first_touched());
        self.paint();
        used
    }

    /// Maximum stack in use so far, in bytes. The stack must not have been used down to its limit.
    pub fn deepest(&self) -> usize {
        self.top - self.lowest.min(self.first_touched())
    }

    /// Records how deep the stack has been, then paints the free part again.
    #[inline(always)]
    fn paint(&mut self) {
        if self.lowest < self.top {
            self.lowest = self.lowest.min(self.first_touched());
        }
        let used = stack_pointer();
        self.lowest = self.lowest.min(used);
        for address in (self.bottom..used).step_by(4) {
            // SAFETY: nothing lives between the variables and the stack pointer, and interrupts are
            // off.
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
