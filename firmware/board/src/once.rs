//! Statics that are handed out once.

use core::cell::{Cell, UnsafeCell};
use critical_section::Mutex;

/// A value in a static that its first user keeps forever: large states live in `.bss` and never pass
/// through the stack. Needs no atomic instructions, which Cortex-M0 lacks.
pub struct Once<T> {
    taken: Mutex<Cell<bool>>,
    value: UnsafeCell<T>,
}

// SAFETY: `take` hands out at most one reference, so the value is never shared, only sent.
unsafe impl<T: Send> Sync for Once<T> {}

impl<T> Once<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self { taken: Mutex::new(Cell::new(false)), value: UnsafeCell::new(value) }
    }

    /// The value; `None` if it was taken before.
    #[allow(clippy::mut_from_ref, reason = "the only reference there will ever be")]
    pub fn take(&'static self) -> Option<&'static mut T> {
        let taken = critical_section::with(|section| self.taken.borrow(section).replace(true));
        // SAFETY: only the first call gets here, so this is the only reference.
        (!taken).then(|| unsafe { &mut *self.value.get() })
    }
}
