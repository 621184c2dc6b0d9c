//! Slices of a generic type as slices of f32, if they are.

use core::any::TypeId;

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
