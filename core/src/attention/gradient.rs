//! The sums of a mesa memory and their solution by conjugate gradient, on slices: sizes may be known at run
//! time only.

use crate::matrix::dot;
use crate::scalar::{Scalar, Storage};

/// `out ← decay out + weight x keyᵀ`, a row for each element of x.
#[inline(always)]
pub(crate) fn fade_and_add<T: Scalar>(out: &mut [T], decay: T, weight: T, x: &[T], key: &[T]) {
    for (row, x) in out.chunks_exact_mut(key.len().max(1)).zip(x) {
        let scale = weight * *x;
        for (element, key) in row.iter_mut().zip(key) {
            *element = decay * *element + scale * *key;
        }
    }
}

/// `out = (H + Λ) x`, H row by row, Λ the diagonal `ridge`. One multiply-add per element of H.
#[inline(always)]
pub(crate) fn regularized_product<R: Storage>(
    products: &[R::Compute],
    ridge: &[R],
    x: &[R::Compute],
    out: &mut [R::Compute],
) {
    let rows = products.chunks_exact(x.len().max(1)).zip(ridge).zip(x);
    for (out, ((row, ridge), x_i)) in out.iter_mut().zip(rows) {
        *out = dot(row, x) + ridge.load() * *x_i;
    }
}

/// Writes (H + Λ)⁻¹ q into `x` by this many steps of conjugate gradient from q over the diagonal, fewer if
/// the residual falls below rounding. The workspace is three times as long as q.
pub(crate) fn conjugate_gradient<R: Storage>(
    products: &[R::Compute],
    ridge: &[R],
    query: &[R::Compute],
    steps: u16,
    x: &mut [R::Compute],
    workspace: &mut [R::Compute],
) {
    let size = query.len();
    let Some((residual, rest)) = workspace.split_at_mut_checked(size) else { return };
    let Some((direction, product)) = rest.split_at_mut_checked(size) else { return };
    let diagonal = products.iter().step_by(size.saturating_add(1)).zip(ridge);
    for ((x, query), (product, ridge)) in x.iter_mut().zip(query).zip(diagonal) {
        *x = *query / (*product + ridge.load());
    }
    regularized_product(products, ridge, x, product);
    for ((residual, direction), (query, product)) in
        residual.iter_mut().zip(&mut *direction).zip(query.iter().zip(&*product))
    {
        *residual = *query - *product;
        *direction = *residual;
    }
    let mut square = dot(residual, residual);
    let rounding = R::Compute::EPSILON * R::Compute::EPSILON * dot(query, query);
    for _ in 0..steps {
        regularized_product(products, ridge, direction, product);
        let curvature = dot(direction, product);
        if !(square > rounding && curvature > R::Compute::ZERO) {
            break;
        }
        let step = square / curvature;
        let before = square;
        for ((x, residual), (direction, product)) in
            x.iter_mut().zip(&mut *residual).zip(direction.iter().zip(&*product))
        {
            *x += step * *direction;
            *residual -= step * *product;
        }
        square = dot(residual, residual);
        for (direction, residual) in direction.iter_mut().zip(&*residual) {
            *direction = *residual + square / before * *direction;
        }
    }
}
