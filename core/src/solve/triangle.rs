//! The strict upper triangle of a matrix, its length computed from the order by the compiler.

use crate::scalar::{Storage, zeros};

/// The order of a square matrix, at the type level.
///
/// ```
/// use situ::filter::{Error, Rls};
/// use situ::solve::{Size, Triangular};
///
/// /// A filter of any length that has a triangle.
/// fn filter<const TAPS: usize>() -> Result<Rls<f32, TAPS>, Error>
/// where
///     Size<TAPS>: Triangular,
/// {
///     Rls::new(Default::default())
/// }
///
/// assert!(filter::<16>().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size<const TERMS: usize>;

/// Orders from 1 to 599: those whose triangle has a type.
///
/// Stable Rust cannot express `[S; TERMS * (TERMS - 1) / 2]` for a generic `TERMS`, only for a literal one,
/// so this trait is implemented once for each order and cannot be implemented elsewhere. Code that is
/// generic in the order requires `Size<TERMS>: Triangular`.
///
/// See the example of [`Size`].
#[diagnostic::on_unimplemented(
    message = "the order of a covariance must be from 1 to 599",
    label = "no triangle of this order"
)]
pub trait Triangular: sealed::Sealed {
    /// The elements above the diagonal, column after column: TERMS (TERMS − 1)/2 numbers.
    type Above<S: Storage>: Elements<S>;
}

/// An array whose length only the compiler knows.
///
/// See the example of [`Size`].
pub trait Elements<S>: Copy + sealed::Sealed {
    /// All zeros.
    const ZEROS: Self;
    /// The number of elements.
    const LENGTH: usize;
    /// [`Self::ZEROS`], written by the fastest code available.
    fn zeros() -> Self
    where
        S: Default;
    /// The elements.
    fn as_slice(&self) -> &[S];
    /// The elements.
    fn as_mut_slice(&mut self) -> &mut [S];
}

impl<S: Storage, const N: usize> Elements<S> for [S; N] {
    const ZEROS: Self = [S::STORED_ZERO; N];
    const LENGTH: usize = N;

    #[inline(always)]
    fn zeros() -> Self
    where
        S: Default,
    {
        zeros()
    }

    #[inline(always)]
    fn as_slice(&self) -> &[S] {
        self
    }

    #[inline(always)]
    fn as_mut_slice(&mut self) -> &mut [S] {
        self
    }
}

mod sealed {
    /// Keeps the traits of this module from being implemented elsewhere.
    pub trait Sealed {}
    impl<const TERMS: usize> Sealed for super::Size<TERMS> {}
    impl<S, const N: usize> Sealed for [S; N] {}
}

/// Elements above the diagonal of a matrix of order `terms`: n (n − 1)/2.
pub(crate) const fn packed(terms: usize) -> usize {
    terms.saturating_mul(terms.saturating_sub(1)) / 2
}

/// Implements [`Triangular`] for a thousand orders or fewer, by their digits.
macro_rules! orders {
    ($($hundreds:literal)*) => {$(
        orders!(@tens $hundreds: 0 1 2 3 4 5 6 7 8 9);
    )*};
    (@tens $hundreds:literal: $($tens:literal)*) => {$(
        orders!(@ones $hundreds, $tens: 0 1 2 3 4 5 6 7 8 9);
    )*};
    (@ones $hundreds:literal, $tens:literal: $($ones:literal)*) => {$(
        impl Triangular for Size<{ 100 * $hundreds + 10 * $tens + $ones }> {
            type Above<S: Storage> = [S; packed(100 * $hundreds + 10 * $tens + $ones)];
        }
    )*};
}

orders!(0 1 2 3 4 5);
