//! Vector kernels, and products of a matrix with a vector.
//!
//! The vector kernels take slices and work up to the shorter length, so that views of any size can
//! use them; with arrays the length is a constant and the loops unroll.

use super::Matrix;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use super::blocks;
use crate::scalar::{Scalar, Storage, Vectorized};

/// Lanes of partial sums: enough to hide the latency of an addition and to fill a SIMD register.
const LANES: usize = 4;

/// Dot product `Σ x_i y_i`, up to the shorter length, in four interleaved partial sums.
///
/// ```
/// use situ::matrix::dot;
/// assert_eq!(dot(&[1.0_f32, 2.0, 3.0], &[4.0_f32, 5.0, 6.0]), 32.0);
/// ```
#[inline]
pub fn dot<X, Y>(x: &[X], y: &[Y]) -> X::Compute
where
    X: Storage,
    Y: Storage<Compute = X::Compute>,
{
    let length = x.len().min(y.len());
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    {
        let mut sum = X::Compute::ZERO;
        if blocks::dot(x, y, &mut sum) {
            return sum;
        }
    }
    let (x, y) = (x.get(..length).unwrap_or(&[]), y.get(..length).unwrap_or(&[]));
    let (x_chunks, x_rest) = x.as_chunks::<LANES>();
    let (y_chunks, y_rest) = y.as_chunks::<LANES>();
    // Adding to minus zero changes nothing, so the first additions fold away.
    let mut sums = [-X::Compute::ZERO; LANES];
    for (x, y) in x_chunks.iter().zip(y_chunks) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x.load() * y.load();
        }
    }
    let [a, b, c, d] = sums;
    let mut sum = (a + b) + (c + d);
    for (x, y) in x_rest.iter().zip(y_rest) {
        sum += x.load() * y.load();
    }
    sum
}

/// `y += scale x`, up to the shorter length.
///
/// ```
/// use situ::matrix::add_scaled;
/// let mut y = [1.0_f32, 1.0];
/// add_scaled(2.0, &[1.0_f32, 3.0], &mut y);
/// assert_eq!(y, [3.0, 7.0]);
/// ```
#[inline]
pub fn add_scaled<X, Y>(scale: X::Compute, x: &[X], y: &mut [Y])
where
    X: Storage,
    Y: Storage<Compute = X::Compute>,
{
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if blocks::add_scaled(scale, x, y) {
        return;
    }
    for (y, x) in y.iter_mut().zip(x) {
        *y = Y::store(y.load() + scale * x.load());
    }
}

/// [`add_scaled`] for sums of very many small steps: see [`Storage::store_dithered`].
///
/// ```
/// # #[cfg(feature = "f16")] {
/// use situ::matrix::add_scaled_dithered;
/// use situ::scalar::f16;
/// let mut y = [f16::ONE];
/// for step in 0..1000 {
///     add_scaled_dithered(1e-4, &[1.0_f32], &mut y, step);
/// }
/// assert!((y[0].to_f32() - 1.1).abs() < 0.03);
/// # }
/// ```
#[inline]
pub fn add_scaled_dithered<X, Y>(scale: X::Compute, x: &[X], y: &mut [Y], step: u32)
where
    X: Storage,
    Y: Storage<Compute = X::Compute>,
{
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if blocks::add_scaled_exactly(scale, x, y) {
        return;
    }
    for (y, x) in y.iter_mut().zip(x) {
        *y = Y::store_dithered(y.load() + scale * x.load(), step);
    }
}

/// `A += scale x yᵀ`. R C multiply-adds.
#[inline]
pub fn add_outer<A, X, Y, const R: usize, const C: usize>(
    scale: A::Compute,
    x: &[X; R],
    y: &[Y; C],
    out: &mut Matrix<A, R, C>,
) where
    A: Storage,
    X: Storage<Compute = A::Compute>,
    Y: Storage<Compute = A::Compute>,
{
    for (row, x) in out.rows.iter_mut().zip(x) {
        add_scaled(scale * x.load(), y, row);
    }
}

/// Matrix-vector product: `out = A x`. R C multiply-adds.
#[inline]
pub fn matrix_vector<A, X, O, const R: usize, const C: usize>(
    a: &Matrix<A, R, C>,
    x: &[X; C],
    out: &mut [O; R],
) where
    A: Storage,
    X: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    let done = blocks::matrix_vector(a, x, out);
    #[cfg(not(all(target_arch = "arm", target_abi = "eabihf")))]
    let done = 0;
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    if FourRows::<A, X, O, R, C>::is_large(R * C) {
        return FourRows { a, x, out }.run();
    }
    let rest = out.get_mut(done..).unwrap_or_default();
    for (row, out) in a.rows.get(done..).unwrap_or_default().iter().zip(rest) {
        *out = O::store(dot(row, x));
    }
}

/// A matrix-vector product, four rows at a time: one row's sums wait for each other.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
struct FourRows<'a, A, X, O, const R: usize, const C: usize> {
    a: &'a Matrix<A, R, C>,
    x: &'a [X; C],
    out: &'a mut [O; R],
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
impl<A, X, O, const R: usize, const C: usize> Vectorized for FourRows<'_, A, X, O, R, C>
where
    A: Storage,
    X: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    type Output = ();

    #[inline(always)]
    fn work(self) {
        let Self { a, x, out } = self;
        let (x, x_rest) = x.as_chunks::<LANES>();
        // The lanes of all rows go through memory: the compiler would transpose those of a group.
        let mut lanes = [[A::Compute::ZERO; LANES]; R];
        let (groups, rest) = a.rows.as_chunks::<4>();
        let (lanes_of_groups, lanes_of_rest) = lanes.as_chunks_mut::<4>();
        for (lanes, rows) in lanes_of_groups.iter_mut().zip(groups) {
            *lanes = interleaved(rows, x);
        }
        for (lanes, row) in lanes_of_rest.iter_mut().zip(rest) {
            [*lanes] = interleaved(core::array::from_ref(row), x);
        }
        for ((out, [a, b, c, d]), row) in out.iter_mut().zip(lanes).zip(&a.rows) {
            let mut sum = (a + b) + (c + d);
            for (a, x) in row.as_chunks::<LANES>().1.iter().zip(x_rest) {
                sum += a.load() * x.load();
            }
            *out = O::store(sum);
        }
    }
}

/// The interleaved sums of [`dot`] of each row, without what is left of whole blocks.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[inline(always)]
fn interleaved<A, X, const R: usize, const C: usize>(
    rows: &[[A; C]; R],
    x: &[[X; LANES]],
) -> [[A::Compute; LANES]; R]
where
    A: Storage,
    X: Storage<Compute = A::Compute>,
{
    let mut lanes = [[-A::Compute::ZERO; LANES]; R];
    for (block, x) in x.iter().enumerate() {
        for (lanes, row) in lanes.iter_mut().zip(rows) {
            let Some(row) = row.as_chunks::<LANES>().0.get(block) else { break };
            for ((sum, a), x) in lanes.iter_mut().zip(row).zip(x) {
                *sum += a.load() * x.load();
            }
        }
    }
    lanes
}

/// Product of a transpose with a vector: `out = Aᵀ x`. R C multiply-adds.
#[inline]
pub fn transpose_vector<A, X, O, const R: usize, const C: usize>(
    a: &Matrix<A, R, C>,
    x: &[X; R],
    out: &mut [O; C],
) where
    A: Storage,
    X: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if blocks::transpose_vector(a, x, out) {
        return;
    }
    SumOfRows { a, x, out }.pass(R * C);
}

/// A product of a transpose with a vector: one sum per column, which all fit into registers.
struct SumOfRows<'a, A, X, O, const R: usize, const C: usize> {
    a: &'a Matrix<A, R, C>,
    x: &'a [X; R],
    out: &'a mut [O; C],
}

impl<A, X, O, const R: usize, const C: usize> Vectorized for SumOfRows<'_, A, X, O, R, C>
where
    A: Storage,
    X: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    type Output = ();
    const WIDEST: bool = true;

    #[inline(always)]
    fn work(self) {
        let mut sums = [A::Compute::ZERO; C];
        for (row, x) in self.a.rows.iter().zip(self.x) {
            let x = x.load();
            for (sum, a) in sums.iter_mut().zip(row) {
                *sum += x * a.load();
            }
        }
        O::store_all(&sums, self.out);
    }
}

/// The first `length` elements, or an empty slice if the slice is shorter.
#[inline(always)]
pub(crate) fn prefix<T>(memory: &mut [T], length: usize) -> &mut [T] {
    memory.get_mut(..length).unwrap_or_default()
}

/// Index of the largest number: the first one on a tie, 0 if the slice is empty. N comparisons.
///
/// ```
/// assert_eq!(situ::matrix::argmax(&[0.2, 0.5, 0.3]), 1);
/// ```
pub fn argmax<T: Scalar>(numbers: &[T]) -> usize {
    let (mut best, mut maximum) = (0, -T::MAX);
    for (index, number) in numbers.iter().enumerate() {
        if *number > maximum {
            (best, maximum) = (index, *number);
        }
    }
    best
}
