//! Passes generic vectors to the processor's own f32 kernels.
//!
//! f32 is passed in place. A smaller format is converted block by block into a buffer on the stack,
//! computed in f32 and converted back, because converting a block costs less than converting its numbers
//! one by one. What cannot be computed in f32 is left to the portable kernels.

use super::Matrix;
use crate::scalar::hardware::{self, singles, singles_mut, zero_rows, zeros};
use crate::scalar::{Scalar, Storage};
use core::slice;

/// Numbers converted at a time.
const BLOCK: usize = 32;

/// Minimum lengths at which a call pays: for f32, and for what must be converted.
const LONG: usize = 32;
const LONG_CONVERTED: usize = if cfg!(helium) { 16 } else { 128 };

/// Length from which on a call pays that leaves no rest to its caller.
const SHORT: usize = 6;

/// Maximum number of multiply-adds for which the write of a memory is unrolled instead.
const SMALL: usize = 64;

/// Whether a vector of this length, of these formats, is worth a call.
#[inline(always)]
fn long<X: Storage, Y: Storage>(length: usize) -> bool {
    let stored = size_of::<X>().min(size_of::<Y>()) >= size_of::<f32>();
    // With Helium the compiler's own loops over f32 are faster.
    if stored { length >= LONG && !cfg!(helium) } else { length >= LONG_CONVERTED }
}

/// The numbers in f32: in place, or converted into the buffer. `None` if they are not computed in f32.
#[inline(always)]
pub(super) fn loaded<'a, S: Storage>(
    stored: &'a [S],
    buffer: &'a mut [S::Compute],
) -> Option<&'a [f32]> {
    if let Some(numbers) = singles(stored) {
        return Some(numbers);
    }
    singles(buffer)?;
    S::load_all(stored, buffer);
    singles(buffer.get(..stored.len())?)
}

/// Dot product; false where the vectors are short or not computed in f32.
#[inline(always)]
pub(super) fn dot<X, Y>(x: &[X], y: &[Y], out: &mut X::Compute) -> bool
where
    X: Storage,
    Y: Storage<Compute = X::Compute>,
{
    let length = x.len().min(y.len());
    // With Helium the compiler's loop is only slower where it is not unrolled.
    if !(long::<X, Y>(length) || cfg!(helium) && length >= 128) {
        return false;
    }
    let Some([out]) = singles_mut(slice::from_mut(out)) else { return false };
    if let (Some(x), Some(y)) = (singles(x), singles(y)) {
        *out = hardware::dot(x, y);
        return true;
    }
    let mut x_buffer = zeros::<X::Compute, BLOCK>();
    let mut y_buffer = zeros::<X::Compute, BLOCK>();
    let (x, y) = (x.get(..length).unwrap_or_default(), y.get(..length).unwrap_or_default());
    let mut lanes = [-0.0; 4];
    let (x_blocks, x_rest) = x.as_chunks::<4>();
    let (y_blocks, y_rest) = y.as_chunks::<4>();
    let (x_blocks, y_blocks) = (x_blocks.as_flattened(), y_blocks.as_flattened());
    for (x, y) in x_blocks.chunks(BLOCK).zip(y_blocks.chunks(BLOCK)) {
        if let (Some(x), Some(y)) = (loaded(x, &mut x_buffer), loaded(y, &mut y_buffer)) {
            hardware::add_lanes(x, y, &mut lanes);
        }
    }
    let [a, b, c, d] = lanes;
    *out = (a + b) + (c + d);
    if let (Some(x), Some(y)) = (loaded(x_rest, &mut x_buffer), loaded(y_rest, &mut y_buffer)) {
        x.iter().zip(y).for_each(|(x, y)| *out += *x * *y);
    }
    true
}

/// [`add_scaled`] of vectors that are stored as they are computed.
#[inline(always)]
pub(super) fn add_scaled_exactly<X, Y>(scale: X::Compute, x: &[X], y: &mut [Y]) -> bool
where
    X: Storage,
    Y: Storage<Compute = X::Compute>,
{
    if !long::<X, Y>(x.len().min(y.len()).saturating_mul(2)) {
        return false;
    }
    match (singles(slice::from_ref(&scale)), singles(x), singles_mut(y)) {
        (Some([scale]), Some(x), Some(y)) => {
            hardware::add_scaled(*scale, x, y);
            true
        }
        _ => false,
    }
}

/// `row ← decay row + scale change` for each row; false where the rows are not stored in f32 or not whole blocks.
#[inline(always)]
pub(crate) fn fade_and_add<S: Storage>(
    decays: &[S::Compute],
    scales: &[S::Compute],
    change: &[S::Compute],
    rows: &mut [S],
) -> bool {
    match (singles(decays), singles(scales), singles(change), singles_mut(rows)) {
        (Some(decays), Some(scales), Some(change), Some(rows))
            if rows.len() > SMALL && !cfg!(helium) =>
        {
            hardware::fade_and_add(decays, scales, change, rows)
        }
        _ => false,
    }
}

/// `y += scale x`; false where the vectors are short or not computed in f32.
#[inline(always)]
pub(super) fn add_scaled<X, Y>(scale: X::Compute, x: &[X], y: &mut [Y]) -> bool
where
    X: Storage,
    Y: Storage<Compute = X::Compute>,
{
    if add_scaled_exactly(scale, x, y) {
        return true;
    }
    if !long::<X, Y>(x.len().min(y.len()).saturating_mul(2)) {
        return false;
    }
    let Some([scale]) = singles(slice::from_ref(&scale)) else { return false };
    let mut x_buffer = zeros::<X::Compute, BLOCK>();
    let mut y_buffer = zeros::<X::Compute, BLOCK>();
    for (x, y) in x.chunks(BLOCK).zip(y.chunks_mut(BLOCK)) {
        Y::load_all(y, &mut y_buffer);
        if let (Some(x), Some(sums)) = (loaded(x, &mut x_buffer), singles_mut(&mut y_buffer)) {
            hardware::add_scaled(*scale, x, sums);
        }
        Y::store_all(&y_buffer, y);
    }
    true
}

/// `out = A x` for as many groups of four rows as there are; returns how many rows that is.
#[inline(always)]
pub(super) fn matrix_vector<A, X, O, const R: usize, const C: usize>(
    a: &Matrix<A, R, C>,
    x: &[X; C],
    out: &mut [O; R],
) -> usize
where
    A: Storage,
    X: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    if R < 4 || C < 8 {
        return 0;
    }
    let [mut x_buffer] = zero_rows::<A::Compute, C, 1>(size_of::<X>() < size_of::<A::Compute>());
    let Some(x) = loaded(x, &mut x_buffer) else { return 0 };
    if let (Some(a), Some(out)) = (singles(a.as_slice()), singles_mut(out)) {
        return hardware::dot_rows(a, C, x, out);
    }
    let (rows, _) = a.rows.as_chunks::<4>();
    let (groups, _) = out.as_chunks_mut::<4>();
    let mut a_buffer = zero_rows::<A::Compute, C, 4>(true);
    for (rows, out) in rows.iter().zip(groups) {
        let mut sums = [A::Compute::ZERO; 4];
        let rows = loaded(rows.as_flattened(), a_buffer.as_flattened_mut());
        if let (Some(rows), Some(sums)) = (rows, singles_mut(&mut sums)) {
            hardware::dot_rows(rows, C, x, sums);
        }
        O::store_all(&sums, out);
    }
    R & !3
}

/// `out = Aᵀ x`; false where the rows are short or not computed in f32.
#[inline(always)]
pub(super) fn transpose_vector<A, X, O, const R: usize, const C: usize>(
    a: &Matrix<A, R, C>,
    x: &[X; R],
    out: &mut [O; C],
) -> bool
where
    A: Storage,
    X: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    // With Helium the compiler's own loops are faster.
    if C < 8 || cfg!(helium) {
        return false;
    }
    let [mut x_buffer] = zero_rows::<A::Compute, R, 1>(size_of::<X>() < size_of::<A::Compute>());
    let Some(x) = loaded(x, &mut x_buffer) else { return false };
    if let (Some(a), Some(out)) = (singles(a.as_slice()), singles_mut(out)) {
        out.fill(0.0);
        hardware::add_rows(a, C, x, out);
        return true;
    }
    let [mut sums] = zero_rows::<A::Compute, C, 1>(true);
    if let Some(to) = singles_mut(&mut sums) {
        let mut a_buffer = zero_rows::<A::Compute, C, 4>(true);
        for (rows, x) in a.rows.chunks(4).zip(x.chunks(4)) {
            if let Some(rows) = loaded(rows.as_flattened(), a_buffer.as_flattened_mut()) {
                hardware::add_rows(rows, C, x, to);
            }
        }
    }
    O::store_all(&sums, out);
    true
}

/// `lanes[i] += Σ_k x[8 k + i] y[8 k + i]` by blocks; returns how many numbers of each are summed: zero
/// where the vectors are short or not computed in f32.
#[inline(always)]
pub(crate) fn add_eight_lanes<X: Storage>(
    x: &[X],
    y: &[X::Compute],
    lanes: &mut [X::Compute; 8],
) -> usize {
    if cfg!(helium) || x.len() < LONG {
        return 0;
    }
    let lanes = singles_mut(lanes).and_then(|lanes| lanes.first_chunk_mut::<8>());
    let (Some(lanes), Some(y)) = (lanes, singles(y)) else { return 0 };
    if let Some(x) = singles(x) {
        return hardware::add_eight_lanes(x, y, lanes);
    }
    let mut buffer = zeros::<X::Compute, BLOCK>();
    let mut done = 0;
    for (x, y) in x.chunks(BLOCK).zip(y.chunks(BLOCK)) {
        if let Some(x) = loaded(x, &mut buffer) {
            done = hardware::add_eight_lanes(x, y, lanes).wrapping_add(done);
        }
    }
    done
}

/// `Σ_k x_k y_k` in eight interleaved sums, with the rest; `None` where the vectors are short or not
/// stored in f32.
#[inline(always)]
pub(crate) fn project<X: Storage>(x: &[X], y: &[X::Compute]) -> Option<X::Compute> {
    if cfg!(helium) || x.len() < SHORT {
        return None;
    }
    let mut sum = X::Compute::ZERO;
    if let [out] = singles_mut(slice::from_mut(&mut sum))? {
        *out = hardware::project(singles(x)?, singles(y)?);
    }
    Some(sum)
}

/// A step of [`crate::solve`]'s factors; `None`, with nothing changed, where they are not stored in f32.
#[inline(always)]
pub(crate) fn condition<S: Storage>(
    diagonal: &mut [S::Compute],
    upper: &mut [S],
    phi: &[S::Compute],
    h: S::Compute,
    p_phi: &mut [S::Compute],
) -> Option<S::Compute> {
    if cfg!(helium) {
        return None;
    }
    let mut variance = S::Compute::ZERO;
    if let ([out], [h]) =
        (singles_mut(slice::from_mut(&mut variance))?, singles(slice::from_ref(&h))?)
    {
        let (diagonal, upper) = (singles_mut(diagonal)?, singles_mut(upper)?);
        *out = hardware::condition(diagonal, upper, singles(phi)?, *h, singles_mut(p_phi)?)?;
    }
    Some(variance)
}

/// `out[i] = Σ_j metric_j (block[16 j + i] − query_j)²`; false where they are not stored in f32.
#[inline(always)]
pub(crate) fn distances<S: Storage>(
    block: &[S],
    query: &[S::Compute],
    metric: &[S::Compute],
    out: &mut [S::Compute; 16],
) -> bool {
    let out = singles_mut(out).and_then(|out| out.first_chunk_mut());
    match (singles(block), singles(query), singles(metric), out) {
        (Some(block), Some(query), Some(metric), Some(out)) if !cfg!(helium) => {
            hardware::distances(block, query, metric, out);
            true
        }
        _ => false,
    }
}

/// `x += x_scale y` and `y += y_scale x`, both from the old values; false, with nothing changed,
/// where the vectors are short or not computed in f32.
#[inline(always)]
pub(crate) fn add_each_other<X: Storage>(
    x: &mut [X],
    x_scale: X::Compute,
    y: &mut [X::Compute],
    y_scale: X::Compute,
) -> bool {
    let converted = size_of::<X>() < size_of::<f32>();
    if cfg!(helium) || x.len() < if converted { LONG } else { SHORT } {
        return false;
    }
    let scales = [x_scale, y_scale];
    let (Some([x_scale, y_scale]), Some(y)) = (singles(&scales), singles_mut(y)) else {
        return false;
    };
    if let Some(x) = singles_mut(x) {
        hardware::add_each_other(x, *x_scale, y, *y_scale);
        return true;
    }
    let mut buffer = zeros::<X::Compute, BLOCK>();
    for (x, y) in x.chunks_mut(BLOCK).zip(y.chunks_mut(BLOCK)) {
        X::load_all(x, &mut buffer);
        let sums = singles_mut(&mut buffer).and_then(|buffer| buffer.get_mut(..x.len()));
        hardware::add_each_other(sums.unwrap_or_default(), *x_scale, y, *y_scale);
        X::store_all(&buffer, x);
    }
    true
}
