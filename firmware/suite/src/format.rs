//! Storage formats by name, and inputs in them.

use situ::matrix::Matrix;
use situ::random::Generator;
use situ::scalar::{Storage, f16};

/// A storage format of the suite, with computation in f32, and its name in the rows.
pub trait Format: Storage<Compute = f32> {
    /// The name in the column `scalar`.
    const NAME: &'static str;
    /// Relative rounding error of the format.
    const ROUNDING: f64;
}

impl Format for f32 {
    const NAME: &'static str = "f32";
    const ROUNDING: f64 = 6.0e-8;
}

impl Format for f16 {
    const NAME: &'static str = "f16";
    const ROUNDING: f64 = 4.9e-4;
}

/// Fills with numbers uniform in [-1, 1), rounded to the format.
// Never inlined, like `emit_all`: drawing the inputs must not fill the flash.
#[inline(never)]
pub(crate) fn fill<S: Format>(random: &mut Generator, out: &mut [S]) {
    for out in out {
        *out = S::store(2.0 * random.uniform::<f32>() - 1.0);
    }
}

/// Multiplies every number by `factor`.
#[inline(never)]
pub(crate) fn scale(numbers: &mut [f32], factor: f32) {
    for number in numbers {
        *number *= factor;
    }
}

/// A vector filled by [`fill`].
pub(crate) fn vector<S: Format, const N: usize>(random: &mut Generator) -> [S; N] {
    let mut vector = [S::STORED_ZERO; N];
    fill(random, &mut vector);
    vector
}

/// A matrix filled by [`fill`].
pub(crate) fn matrix<S: Format, const R: usize, const C: usize>(
    random: &mut Generator,
) -> Matrix<S, R, C> {
    let mut matrix = Matrix::zeros();
    fill(random, matrix.as_mut_slice());
    matrix
}

/// A stored number in f64.
pub(crate) fn exact<S: Format>(stored: S) -> f64 {
    f64::from(stored.load())
}

/// A stored matrix in f64.
pub(crate) fn exact_matrix<S: Format, const R: usize, const C: usize>(
    stored: &Matrix<S, R, C>,
) -> Matrix<f64, R, C> {
    Matrix::from_rows(stored.rows.map(|row| row.map(exact)))
}

/// Emits stored numbers in f32.
#[inline(never)]
pub(crate) fn emit_all<S: Format>(stored: &[S], emit: &mut dyn FnMut(f32)) {
    for element in stored {
        emit(element.load());
    }
}
