//! Slices of a generic type as slices of f32, if they are, and slices whose length is hidden.

use core::any::TypeId;
#[cfg(not(helium))]
use core::{arch::asm, slice};

/// The same slice, if its elements are f32. Decided at compile time.
#[inline(always)]
pub(crate) fn singles<S: 'static>(slice: &[S]) -> Option<&[f32]> {
    if TypeId::of::<S>() == TypeId::of::<f32>() {
        // SAFETY: S is f32.
        Some(unsafe { core::slice::from_raw_parts(slice.as_ptr().cast(), slice.len()) })
    } else {
        None
    }
}

/// The same slice, if its elements are f32. Decided at compile time.
#[inline(always)]
pub(crate) fn singles_mut<S: 'static>(slice: &mut [S]) -> Option<&mut [f32]> {
    if TypeId::of::<S>() == TypeId::of::<f32>() {
        // SAFETY: S is f32.
        Some(unsafe { core::slice::from_raw_parts_mut(slice.as_mut_ptr().cast(), slice.len()) })
    } else {
        None
    }
}

/// Both slices up to the shorter length, which the compiler no longer knows: it does not unroll loops over them.
#[cfg(not(helium))]
#[inline(always)]
pub(in crate::scalar) fn of_unknown_length<'a>(
    x: &'a [f32],
    y: &'a mut [f32],
) -> (&'a [f32], &'a mut [f32]) {
    let mut length = x.len().min(y.len());
    // SAFETY: no instruction, so `length` stays what it is, and both slices are that long.
    unsafe {
        // One number needs no loop.
        if length > 1 {
            asm!("/* {0} */", inout(reg) length, options(pure, nomem, nostack, preserves_flags));
        }
        (
            slice::from_raw_parts(x.as_ptr(), length),
            slice::from_raw_parts_mut(y.as_mut_ptr(), length),
        )
    }
}
