//! Tiled matrix products.
//!
//! One register tile serves every product: the callers differ in how a tile's operands are read.
//! On Arm a 4 × 4 tile keeps its 16 sums, 4 + 4 operands within the 32 single-precision registers; a
//! host's vector registers hold twice the columns.

use super::Matrix;
use crate::scalar::{Scalar, Storage, Vectorized};

/// Rows of a register tile, and columns where few are left. Without a floating-point unit every
/// operation is a call: one sum at a time is as fast and the least code.
const TILE: usize = if cfg!(all(target_arch = "arm", target_abi = "eabi")) { 1 } else { 4 };

/// Columns of a register tile.
const WIDTH: usize = if cfg!(target_arch = "arm") { TILE } else { 8 };

/// Multiply-adds from which on it pays to ask for wider vectors.
const LARGE: usize = 512;

/// Runs a product of this many multiply-adds on the vectors that suit it.
#[inline(always)]
fn run(multiply_adds: usize, product: impl Vectorized<Output = ()>) {
    if multiply_adds < LARGE { product.work() } else { product.run() }
}

/// `sums[i][j] = Σ_k left(k)[i] right(k)[j]`, kept in registers.
#[inline(always)]
fn tile<T: Scalar, const ROWS: usize, const COLUMNS: usize>(
    depth: usize,
    left: impl Fn(usize) -> [T; ROWS],
    right: impl Fn(usize) -> [T; COLUMNS],
) -> [[T; COLUMNS]; ROWS] {
    // Minus zero is what an addition leaves as it is: where the loop unrolls, the first ones fold away.
    let mut sums = [[-T::ZERO; COLUMNS]; ROWS];
    for k in 0..depth {
        let (left, right) = (left(k), right(k));
        for (row, left) in sums.iter_mut().zip(left) {
            for (sum, right) in row.iter_mut().zip(right) {
                *sum += left * right;
            }
        }
    }
    sums
}

/// `N` loaded elements of `row` from column `start`; zeros past the end.
#[inline(always)]
fn load<S: Storage, const N: usize>(row: &[S], start: usize) -> [S::Compute; N] {
    match row.get(start..).and_then(|rest| rest.first_chunk::<N>()) {
        Some(chunk) => chunk.map(S::load),
        None => [S::Compute::ZERO; N],
    }
}

/// Column `column` of the `N` rows from `start`; zeros past the end.
#[inline(always)]
fn load_column<S: Storage, const N: usize, const C: usize>(
    rows: &[[S; C]],
    start: usize,
    column: usize,
) -> [S::Compute; N] {
    match rows.get(start..).and_then(|rest| rest.first_chunk::<N>()) {
        // By reference: `map` would copy the rows.
        Some(rows) => {
            rows.each_ref().map(|row| row.get(column).map_or(S::Compute::ZERO, |s| s.load()))
        }
        None => [S::Compute::ZERO; N],
    }
}

/// Combines a tile with the elements at (`row`, `column`): `out = write(out, sums)`.
#[inline(always)]
fn store<S: Storage, const ROWS: usize, const COLUMNS: usize, const R: usize, const C: usize>(
    sums: [[S::Compute; COLUMNS]; ROWS],
    out: &mut Matrix<S, R, C>,
    row: usize,
    column: usize,
    write: impl Fn(S, S::Compute) -> S,
) {
    let rows = out.rows.get_mut(row..).unwrap_or(&mut []);
    for (sums, out) in sums.into_iter().zip(rows) {
        if let Some(out) = out.get_mut(column..).and_then(|rest| rest.first_chunk_mut::<COLUMNS>())
        {
            for (out, sum) in out.iter_mut().zip(sums) {
                *out = write(*out, sum);
            }
        }
    }
}

/// Rows and columns that whole tiles cover; what is left is covered by strips of width one.
macro_rules! cover {
    ($rows:expr, $columns:expr, $tile:ident) => {
        let mut row = 0;
        while row + TILE <= $rows {
            cover!(@columns $columns, $tile, row, TILE);
            row += TILE;
        }
        while row < $rows {
            cover!(@columns $columns, $tile, row, 1);
            row += 1;
        }
    };
    (@columns $columns:expr, $tile:ident, $row:ident, $height:expr) => {
        let mut column = 0;
        while column + WIDTH <= $columns {
            $tile!($row, column, $height, WIDTH);
            column += WIDTH;
        }
        if WIDTH != TILE && column + TILE <= $columns {
            $tile!($row, column, $height, TILE);
            column += TILE;
        }
        while column < $columns {
            $tile!($row, column, $height, 1);
            column += 1;
        }
    };
}

/// Product: `out = A B`.
///
/// R K C multiply-adds; no memory beyond the operands. Sums run over k in order, in the compute
/// format.
#[inline]
pub fn product<A, B, O, const R: usize, const K: usize, const C: usize>(
    a: &Matrix<A, R, K>,
    b: &Matrix<B, K, C>,
    out: &mut Matrix<O, R, C>,
) where
    A: Storage,
    B: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    run(R * K * C, Product((a, b, out, |_, sum| O::store(sum))));
}

/// Product added to what is there: `out += A B`. R K C multiply-adds.
#[inline]
pub fn add_product<A, B, O, const R: usize, const K: usize, const C: usize>(
    a: &Matrix<A, R, K>,
    b: &Matrix<B, K, C>,
    out: &mut Matrix<O, R, C>,
) where
    A: Storage,
    B: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    run(R * K * C, Product((a, b, out, |out: O, sum| O::store(out.load() + sum))));
}

/// The operands of [`product`].
struct Product<O>(O);

impl<A, B, O, W, const R: usize, const K: usize, const C: usize> Vectorized
    for Product<(&Matrix<A, R, K>, &Matrix<B, K, C>, &mut Matrix<O, R, C>, W)>
where
    A: Storage,
    B: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
    W: Fn(O, A::Compute) -> O,
{
    type Output = ();

    #[inline(always)]
    fn work(self) {
        let Self((a, b, out, write)) = self;
        macro_rules! at {
            ($row:expr, $column:expr, $height:expr, $width:expr) => {
                let sums = tile::<A::Compute, { $height }, { $width }>(
                    K,
                    |k| load_column(&a.rows, $row, k),
                    |k| b.rows.get(k).map_or([A::Compute::ZERO; { $width }], |b| load(b, $column)),
                );
                store(sums, out, $row, $column, &write);
            };
        }
        cover!(R, C, at);
    }
}

/// Product with a transpose on the left: `out = Aᵀ B`. R K C multiply-adds.
///
/// The cheapest of the three on Cortex-M: both operands are read along their rows.
#[inline]
pub fn transpose_product<A, B, O, const R: usize, const K: usize, const C: usize>(
    a: &Matrix<A, K, R>,
    b: &Matrix<B, K, C>,
    out: &mut Matrix<O, R, C>,
) where
    A: Storage,
    B: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    run(R * K * C, TransposeProduct((a, b, out)));
}

/// The operands of [`transpose_product`].
struct TransposeProduct<O>(O);

impl<A, B, O, const R: usize, const K: usize, const C: usize> Vectorized
    for TransposeProduct<(&Matrix<A, K, R>, &Matrix<B, K, C>, &mut Matrix<O, R, C>)>
where
    A: Storage,
    B: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    type Output = ();

    #[inline(always)]
    fn work(self) {
        let Self((a, b, out)) = self;
        macro_rules! at {
            ($row:expr, $column:expr, $height:expr, $width:expr) => {
                let sums = tile::<A::Compute, { $height }, { $width }>(
                    K,
                    |k| a.rows.get(k).map_or([A::Compute::ZERO; { $height }], |a| load(a, $row)),
                    |k| b.rows.get(k).map_or([A::Compute::ZERO; { $width }], |b| load(b, $column)),
                );
                store(sums, out, $row, $column, |_, sum| O::store(sum));
            };
        }
        cover!(R, C, at);
    }
}

/// Product with a transpose on the right: `out = A Bᵀ`. R K C multiply-adds.
#[inline]
pub fn product_transpose<A, B, O, const R: usize, const K: usize, const C: usize>(
    a: &Matrix<A, R, K>,
    b: &Matrix<B, C, K>,
    out: &mut Matrix<O, R, C>,
) where
    A: Storage,
    B: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    run(R * K * C, ProductTranspose((a, b, out)));
}

/// The operands of [`product_transpose`].
struct ProductTranspose<O>(O);

impl<A, B, O, const R: usize, const K: usize, const C: usize> Vectorized
    for ProductTranspose<(&Matrix<A, R, K>, &Matrix<B, C, K>, &mut Matrix<O, R, C>)>
where
    A: Storage,
    B: Storage<Compute = A::Compute>,
    O: Storage<Compute = A::Compute>,
{
    type Output = ();

    #[inline(always)]
    fn work(self) {
        let Self((a, b, out)) = self;
        macro_rules! at {
            ($row:expr, $column:expr, $height:expr, $width:expr) => {
                let sums = tile::<A::Compute, { $height }, { $width }>(
                    K,
                    |k| load_column(&a.rows, $row, k),
                    |k| load_column(&b.rows, $column, k),
                );
                store(sums, out, $row, $column, |_, sum| O::store(sum));
            };
        }
        cover!(R, C, at);
    }
}

/// Symmetric rank-R update: `out += scale AᵀA`, exactly symmetric if `out` was.
///
/// About R C (C + 1) / 2 multiply-adds: tiles on and below the diagonal are computed, the others
/// mirrored.
#[inline]
pub fn add_symmetric_product<A, O, const R: usize, const C: usize>(
    scale: A::Compute,
    a: &Matrix<A, R, C>,
    out: &mut Matrix<O, C, C>,
) where
    A: Storage,
    O: Storage<Compute = A::Compute>,
{
    run(R * C * C, SymmetricProduct((scale, a, out)));
}

/// The operands of [`add_symmetric_product`].
struct SymmetricProduct<O>(O);

impl<A, O, const R: usize, const C: usize> Vectorized
    for SymmetricProduct<(A::Compute, &Matrix<A, R, C>, &mut Matrix<O, C, C>)>
where
    A: Storage,
    O: Storage<Compute = A::Compute>,
{
    type Output = ();

    #[inline(always)]
    fn work(self) {
        let Self((scale, a, out)) = self;
        macro_rules! at {
            ($row:expr, $column:expr, $height:expr, $width:expr) => {
                if $column <= $row {
                    let sums = tile::<A::Compute, { $height }, { $width }>(
                        R,
                        |k| {
                            a.rows.get(k).map_or([A::Compute::ZERO; { $height }], |a| load(a, $row))
                        },
                        |k| {
                            a.rows
                                .get(k)
                                .map_or([A::Compute::ZERO; { $width }], |a| load(a, $column))
                        },
                    );
                    for (i, sums) in sums.into_iter().enumerate() {
                        for (j, sum) in sums.into_iter().enumerate() {
                            if $column + j <= $row + i {
                                add_symmetric(out, $row + i, $column + j, scale * sum);
                            }
                        }
                    }
                }
            };
        }
        cover!(C, C, at);
    }
}

/// Adds `value` at (`row`, `column`) and, off the diagonal, at its mirror image.
#[inline(always)]
fn add_symmetric<O: Storage, const N: usize>(
    out: &mut Matrix<O, N, N>,
    row: usize,
    column: usize,
    value: O::Compute,
) {
    let mut add = |row: usize, column: usize| {
        if let Some(element) = out.rows.get_mut(row).and_then(|row| row.get_mut(column)) {
            *element = O::store(element.load() + value);
        }
    };
    add(row, column);
    if row != column {
        add(column, row);
    }
}
