//! Distributions of frozen weights.

use super::Stream;

/// Masks are drawn from this half of a stream's indices, weights from the other half.
const MASK: u32 = 1 << 31;

/// A distribution of weights with mean zero, symmetric up to one step of its grid, and known variance.
///
/// A weight is an f32 that is the same on every platform and in every precision, so that a network
/// rebuilt in f64 on a host has exactly the weights that a device draws in f32.
///
/// ```
/// use situ::normtune::{Gaussian, Law, Sign, Stream, Uniform};
///
/// /// Mean square of many weights, as a share of the variance.
/// fn share<L: Law>(law: L) -> f64 {
///     let mut row = [0.0; 4096];
///     law.draw(Stream::new(1), &mut row);
///     let squares: f64 = row.iter().map(|weight| f64::from(weight * weight)).sum();
///     squares / 4096.0 / law.variance()
/// }
///
/// for share in [share(Sign), share(Uniform), share(Gaussian)] {
///     assert!((share - 1.0).abs() < 0.1);
/// }
/// ```
pub trait Law: Copy {
    /// Whether all weights are -1 or 1 and [`Self::signs`] draws them. A network then looks up sums of
    /// four inputs.
    const SIGNED: bool = false;

    /// The weight in column `column` (below 2^30) of the row whose stream is `row`.
    fn weight(&self, row: Stream, column: u32) -> f32;

    /// With [`Self::SIGNED`], the weights in columns 32 w to 32 w + 31 of a row, for w = `word`: bit i is 1
    /// if weight 32 w + i is -1.
    fn signs(&self, _row: Stream, _word: u32) -> u32 {
        0
    }

    /// Variance of a weight.
    fn variance(&self) -> f64;

    /// Draws the first weights of a row, four at a time. Counted on an emulated Cortex-M4 over a
    /// row of 256: 9.2 instructions per sign, 11.6 per uniform weight, 27.4 per Gaussian one.
    fn draw(&self, row: Stream, out: &mut [f32]) {
        let (chunks, rest) = out.as_chunks_mut::<4>();
        let mut column = 0_u32;
        for [a, b, c, d] in chunks {
            *a = self.weight(row, column);
            *b = self.weight(row, column.wrapping_add(1));
            *c = self.weight(row, column.wrapping_add(2));
            *d = self.weight(row, column.wrapping_add(3));
            column = column.wrapping_add(4);
        }
        for weight in rest {
            *weight = self.weight(row, column);
            column = column.wrapping_add(1);
        }
    }
}

/// -1 or 1, each with probability 1/2, 32 of them from one word. Variance 1.
///
/// ```
/// use situ::normtune::{Law, Sign, Stream};
///
/// let mut row = [0.0; 100];
/// Sign.draw(Stream::new(1), &mut row);
/// assert!(row.iter().all(|weight| weight.abs() == 1.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sign;

/// Uniform on [-1, 1], on the grid of f32. Variance 1/3.
///
/// ```
/// use situ::normtune::{Law, Stream, Uniform};
///
/// let mut row = [0.0_f32; 1000];
/// Uniform.draw(Stream::new(1), &mut row);
/// // A number is within ±1/2 with probability 1/2; the deviation of the count is 16.
/// let inner = row.iter().filter(|weight| weight.abs() < 0.5).count();
/// assert!((420..=580).contains(&inner));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Uniform;

/// Nearly normal: .94904 u + .018642 u³ for a standardized sum u of four 16-bit uniforms.
///
/// The coefficients make the variance 1 and the fourth moment 3, as for a normal variable. The
/// distribution functions differ by at most .0021, the sixth moment is 14.4 (normal 15), no weight
/// exceeds 4.07, and there are 2^18 distinct weights. Two words per weight, no logarithm, no table.
///
/// ```
/// use situ::normtune::{Gaussian, Law, Stream};
///
/// let mut row = [0.0_f32; 1000];
/// Gaussian.draw(Stream::new(1), &mut row);
/// // 683 of 1000 normal numbers are within one deviation; the deviation of the count is 15.
/// let inner = row.iter().filter(|weight| weight.abs() < 1.0).count();
/// assert!((608..=758).contains(&inner));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Gaussian;

/// Weights of a law, each kept with probability p and zero otherwise.
///
/// ```
/// use situ::normtune::{Law, Sign, Sparse, Stream};
///
/// let (law, mut row) = (Sparse::new(Sign, 0.25), [0.0; 1000]);
/// law.draw(Stream::new(1), &mut row);
/// assert_eq!(law.variance(), 0.25);
/// // The deviation of the count is 14.
/// let kept = row.iter().filter(|weight| **weight != 0.0).count();
/// assert!((180..=320).contains(&kept));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Sparse<L> {
    law: L,
    threshold: u32,
}

impl<L: Law> Sparse<L> {
    /// Keeps each weight of `law` with the given probability, rounded to a multiple of 2^-32 and
    /// limited to [0, 1 - 2^-32]; NaN counts as 0.
    pub fn new(law: L, probability: f64) -> Self {
        // A conversion from float to integer saturates and turns NaN into 0.
        Self { law, threshold: (probability * 4_294_967_296.0) as u32 }
    }

    /// Probability that a weight is kept.
    pub fn probability(&self) -> f64 {
        f64::from(self.threshold) / 4_294_967_296.0
    }
}

/// The sign of a column in the word that has its bit.
#[inline(always)]
pub(super) const fn sign(word: u32, column: u32) -> f32 {
    f32::from_bits(1.0_f32.to_bits() | word >> (column % 32) << 31)
}

impl Law for Sign {
    const SIGNED: bool = true;

    #[inline(always)]
    fn weight(&self, row: Stream, column: u32) -> f32 {
        sign(self.signs(row, column / 32), column)
    }

    #[inline(always)]
    fn signs(&self, row: Stream, word: u32) -> u32 {
        row.bits(word)
    }

    fn draw(&self, row: Stream, out: &mut [f32]) {
        let mut word = 0;
        for (column, weight) in (0..).zip(out) {
            word = if column % 32 == 0 { self.signs(row, column / 32) } else { word >> 1 };
            *weight = sign(word, 0);
        }
    }

    fn variance(&self) -> f64 {
        1.0
    }
}

impl Law for Uniform {
    #[inline(always)]
    fn weight(&self, row: Stream, column: u32) -> f32 {
        row.bits(column).cast_signed() as f32 * (1.0 / 2_147_483_648.0)
    }

    fn variance(&self) -> f64 {
        1.0 / 3.0
    }
}

impl Law for Gaussian {
    #[inline(always)]
    fn weight(&self, row: Stream, column: u32) -> f32 {
        let words = [column << 1, column << 1 | 1];
        let [a, b] = words.map(|index| row.bits(index).cast_signed());
        let halves = [a as i16, (a >> 16) as i16, b as i16, (b >> 16) as i16];
        // Each half is -1/2 on average.
        let sum = halves.into_iter().map(i32::from).sum::<i32>() + 2;
        let sum = sum as f32;
        sum * (2.508_205_8e-5 + 3.441_304_4e-16 * (sum * sum))
    }

    fn variance(&self) -> f64 {
        1.0
    }
}

impl<L: Law> Law for Sparse<L> {
    #[inline(always)]
    fn weight(&self, row: Stream, column: u32) -> f32 {
        if row.bits(column | MASK) < self.threshold { self.law.weight(row, column) } else { 0.0 }
    }

    fn variance(&self) -> f64 {
        self.probability() * self.law.variance()
    }
}
