//! Iterative refinement of an inverse.

use super::Error;
use crate::matrix::Matrix;
use crate::scalar::{Scalar, Storage};

/// One step of iterative refinement, `X += X (I − A X)`, with the residual in f64: an inverse in f32
/// becomes, if the condition number is well below 1/ε, about the nearest one that f32 can represent.
///
/// [`super::invert`] leaves residuals of about ε ‖A‖ ‖A⁻¹‖; this leaves a few times the residual of
/// the rounded exact inverse. N³ multiply-adds in f64 (in software on most Cortex-M: about fifty times
/// the cost), and N³ in T; N words on the stack. In f64 itself it gains little.
///
/// ```
/// use situ::matrix::Matrix;
/// use situ::solve::{invert, refine};
///
/// let a = Matrix::from_rows([[1.0_f32, 1.0], [1.0, 1.01]]);
/// let mut inverse = Matrix::zeros();
/// invert(&a, &mut inverse)?;
/// refine(&a, &mut inverse)?;
/// // 1.01 in f32 is not quite 1.01.
/// let exact = 1.0 / (f64::from(1.01_f32) - 1.0);
/// assert_eq!(inverse.rows[0][1], -exact as f32);
/// # Ok::<(), situ::solve::Error>(())
/// ```
///
/// # Errors
/// [`Error::NotFinite`] if an element of either matrix is not; [`Error::NotConverged`] if a residual
/// is 1 or more: `inverse` is not an approximate inverse. It is then unchanged.
pub fn refine<A, T, const N: usize>(
    a: &Matrix<A, N, N>,
    inverse: &mut Matrix<T, N, N>,
) -> Result<(), Error>
where
    A: Storage<Compute = T>,
    T: Scalar,
{
    if !(a.is_finite() && inverse.is_finite()) {
        return Err(Error::NotFinite);
    }
    for column in 0..N {
        if residuals(a, inverse, column).iter().any(|residual| residual.abs() >= T::ONE) {
            return Err(Error::NotConverged { iterations: 0 });
        }
    }
    for column in 0..N {
        let residuals = residuals(a, inverse, column);
        for row in &mut inverse.rows {
            let mut step = T::ZERO;
            for (element, residual) in row.iter().zip(&residuals) {
                step += *element * *residual;
            }
            if let Some(element) = row.get_mut(column) {
                *element += step;
            }
        }
    }
    Ok(())
}

/// Column `column` of I − A X.
fn residuals<A, T, const N: usize>(
    a: &Matrix<A, N, N>,
    x: &Matrix<T, N, N>,
    column: usize,
) -> [T; N]
where
    A: Storage<Compute = T>,
    T: Scalar,
{
    let mut residuals = [T::ZERO; N];
    for (row, (residual, a)) in residuals.iter_mut().zip(&a.rows).enumerate() {
        let mut sum = if row == column { 1.0 } else { 0.0 };
        for (a, x) in a.iter().zip(&x.rows) {
            sum -= a.load().to_f64() * x.get(column).map_or(0.0, |x| x.to_f64());
        }
        *residual = T::from_f64(sum);
    }
    residuals
}
