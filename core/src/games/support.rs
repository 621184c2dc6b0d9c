//! All equilibria of a two-player game by support enumeration.

use super::{Bimatrix, Error, best_response};
use crate::matrix::{Matrix, matrix_vector};
use crate::scalar::Scalar;
use crate::solve;

/// Calls `found` with every Nash equilibrium whose players mix over equally many actions: all
/// equilibria of a nondegenerate game, pure and mixed.
///
/// For each pair of supports of k actions, each player's mixture makes the other indifferent; it is
/// an equilibrium if both are strategies and no action outside the supports pays more by more than
/// `tolerance`. Exponential: up to `4^min(R, C)` pairs with two inversions each: for small games
/// only.
///
/// # Errors
/// [`Error::Shape`] if a player has more than 16 actions.
///
/// ```
/// use situ::games::{Bimatrix, support_enumeration};
///
/// let game = Bimatrix::new([[1.0, 0.0], [0.0, 0.6]], [[0.6, 0.0], [0.0, 1.0]])?;
/// let mut mixed = 0;
/// support_enumeration(&game, 1e-9_f64, |x, y| {
///     if x[0] > 0.0 && x[1] > 0.0 {
///         assert!((x[0] - 0.625).abs() < 1e-12 && (y[0] - 0.375).abs() < 1e-12);
///         mixed += 1;
///     }
/// })?;
/// assert_eq!(mixed, 1);
/// # Ok::<(), situ::games::Error>(())
/// ```
pub fn support_enumeration<T: Scalar, const R: usize, const C: usize>(
    game: &Bimatrix<T, R, C>,
    tolerance: T,
    mut found: impl FnMut(&[T; R], &[T; C]),
) -> Result<(), Error> {
    if R > 16 || C > 16 {
        return Err(Error::Shape);
    }
    let mut column_transposed = Matrix::<T, C, R>::zeros();
    game.column().transpose_into(&mut column_transposed);
    for rows in 1_u32..1 << R {
        for columns in 1_u32..1 << C {
            if rows.count_ones() != columns.count_ones() {
                continue;
            }
            let y = indifferent(game.row(), rows, columns);
            let x = indifferent(&column_transposed, columns, rows);
            if let (Some(x), Some(y)) = (x, y)
                && are_best(&payoffs_of(game.row(), &y), rows, tolerance)
                && are_best(&payoffs_of(&column_transposed, &x), columns, tolerance)
            {
                found(&x, &y);
            }
        }
    }
    Ok(())
}

/// The strategy over the actions `support` that makes the opponent indifferent among its actions
/// `rows` of `payoffs`; `None` unless it is unique and all its probabilities are positive.
fn indifferent<T: Scalar, const R: usize, const C: usize>(
    payoffs: &Matrix<T, R, C>,
    rows: u32,
    support: u32,
) -> Option<[T; C]> {
    let mut members = (0..R).filter(|r| rows >> r & 1 == 1);
    let first = payoffs.rows.get(members.next()?)?;
    // One equation per column of the support: first that the probabilities sum to one, then that
    // each further row pays the same as the first. A column outside has probability zero.
    let mut system = Matrix::<T, C, C>::zeros();
    let mut sum_equation = None;
    for (c, equation) in system.rows.iter_mut().enumerate() {
        if support >> c & 1 == 0 {
            *equation.get_mut(c)? = T::ONE;
            continue;
        }
        let row =
            if sum_equation.is_none() { None } else { Some(payoffs.rows.get(members.next()?)?) };
        sum_equation = sum_equation.or(Some(c));
        for (j, (coefficient, base)) in equation.iter_mut().zip(first).enumerate() {
            if support >> j & 1 == 1 {
                *coefficient = match row {
                    Some(row) => *row.get(j)? - *base,
                    None => T::ONE,
                };
            }
        }
    }
    let mut inverse = Matrix::zeros();
    solve::invert(&system, &mut inverse).ok()?;
    let mut strategy = [T::ZERO; C];
    for (c, (probability, row)) in strategy.iter_mut().zip(&inverse.rows).enumerate() {
        if support >> c & 1 == 1 {
            *probability = *row.get(sum_equation?)?;
            if *probability <= T::ZERO {
                return None;
            }
        }
    }
    Some(strategy)
}

/// Payoffs of the rows' actions against a strategy over the columns.
fn payoffs_of<T: Scalar, const R: usize, const C: usize>(
    payoffs: &Matrix<T, R, C>,
    strategy: &[T; C],
) -> [T; R] {
    let mut out = [T::ZERO; R];
    matrix_vector(payoffs, strategy, &mut out);
    out
}

/// No action pays more than those of the support by more than `tolerance`.
fn are_best<T: Scalar>(payoffs: &[T], support: u32, tolerance: T) -> bool {
    let own = payoffs.get(support.trailing_zeros() as usize).copied();
    match (best_response(payoffs), own) {
        (Some((_, best)), Some(own)) => best - own <= tolerance,
        _ => false,
    }
}
