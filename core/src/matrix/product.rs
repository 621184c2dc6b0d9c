//! Matrix products in register tiles.
//!
//! One tile serves every product. What differs is how a tile reads its operands, along their rows or
//! down their columns ([`Operand`]), and how the sums are written. On Arm a 4 × 4 tile keeps its 16
//! sums and 4 + 4 operands within the 32 single-precision registers; a host's vector registers hold
//! twice as many columns.

use super::Matrix;
use crate::scalar::{Scalar, Storage, Vectorized};

/// Rows of a register tile, and columns where few are left. Without a floating-point unit every
/// operation is a call: one sum at a time is as fast and needs the least code.
const TILE: usize = if cfg!(all(target_arch = "arm", target_abi = "eabi")) { 1 } else { 4 };

/// Columns of a register tile.
const WIDTH: usize = if cfg!(target_arch = "arm") { TILE } else { 8 };

/// Multiply-adds from which on it pays to ask for wider vectors.
const LARGE: usize = 512;

/// One side of a product `out[i][j] = Σ_k left_k[i] right_k[j]`.
trait Operand: Copy {
    /// The type that sums are computed in.
    type Compute: Scalar;

    /// `N` numbers of step `k` from index `start`; zeros past the end.
    fn at<const N: usize>(self, k: usize, start: usize) -> [Self::Compute; N];
}

/// A matrix whose row k belongs to step k of the sums.
struct Rows<'a, S, const R: usize, const C: usize>(&'a [[S; C]; R]);

/// A matrix whose column k belongs to step k of the sums.
struct Columns<'a, S, const R: usize, const C: usize>(&'a [[S; C]; R]);

impl<S, const R: usize, const C: usize> Copy for Rows<'_, S, R, C> {}
impl<S, const R: usize, const C: usize> Clone for Rows<'_, S, R, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, const R: usize, const C: usize> Copy for Columns<'_, S, R, C> {}
impl<S, const R: usize, const C: usize> Clone for Columns<'_, S, R, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Storage, const R: usize, const C: usize> Operand for Rows<'_, S, R, C> {
    type Compute = S::Compute;

    #[inline(always)]
    fn at<const N: usize>(self, k: usize, start: usize) -> [S::Compute; N] {
        let row = self.0.get(k).and_then(|row| row.get(start..));
        match row.and_then(|rest| rest.first_chunk::<N>()) {
            Some(chunk) => chunk.map(S::load),
            None => [S::Compute::ZERO; N],
        }
    }
}

impl<S: Storage, const R: usize, const C: usize> Operand for Columns<'_, S, R, C> {
    type Compute = S::Compute;

    #[inline(always)]
    fn at<const N: usize>(self, k: usize, start: usize) -> [S::Compute; N] {
        match self.0.get(start..).and_then(|rest| rest.first_chunk::<N>()) {
            // By reference: `map` would copy the rows.
            Some(rows) => {
                rows.each_ref().map(|row| row.get(k).map_or(S::Compute::ZERO, |s| s.load()))
            }
            None => [S::Compute::ZERO; N],
        }
    }
}

/// A product of `R` × `K` by `K` × `C` numbers; `write(row, column, sums)` takes the sums of a tile's
/// row from `column` on. Of a symmetric one only tiles that reach below the diagonal are computed.
struct Tiles<A, B, W, const R: usize, const K: usize, const C: usize> {
    left: A,
    right: B,
    symmetric: bool,
    write: W,
}

impl<A, B, W, const R: usize, const K: usize, const C: usize> Tiles<A, B, W, R, K, C>
where
    A: Operand,
    B: Operand<Compute = A::Compute>,
    W: FnMut(usize, usize, &[A::Compute]),
{
    /// Computes all tiles, with the vectors that suit the size.
    #[inline(always)]
    fn compute(self) {
        if R * K * C < LARGE { self.work() } else { self.run() }
    }

    /// Rows of tiles, `HEIGHT` rows each, from `row` on; returns the first row left.
    #[inline(always)]
    fn bands<const HEIGHT: usize>(&mut self, mut row: usize) -> usize {
        while row + HEIGHT <= R {
            let mut column = self.strips::<HEIGHT, WIDTH>(row, 0);
            if WIDTH != TILE {
                column = self.strips::<HEIGHT, TILE>(row, column);
            }
            self.strips::<HEIGHT, 1>(row, column);
            row += HEIGHT;
        }
        row
    }

    /// Tiles of one band, `BREADTH` columns each, from `column` on; returns the first column left.
    #[inline(always)]
    fn strips<const HEIGHT: usize, const BREADTH: usize>(
        &mut self,
        row: usize,
        mut column: usize,
    ) -> usize {
        while column + BREADTH <= C {
            if !self.symmetric || column < row + HEIGHT {
                let sums = self.tile::<HEIGHT, BREADTH>(row, column);
                for (i, sums) in sums.iter().enumerate() {
                    (self.write)(row + i, column, sums);
                }
            }
            column += BREADTH;
        }
        column
    }

    /// `sums[i][j] = Σ_k left_k[row + i] right_k[column + j]`, in the order of k, in registers.
    #[inline(always)]
    fn tile<const HEIGHT: usize, const BREADTH: usize>(
        &self,
        row: usize,
        column: usize,
    ) -> [[A::Compute; BREADTH]; HEIGHT] {
        // Adding to minus zero changes nothing: where the loop unrolls, the first additions fold away.
        let mut sums = [[-A::Compute::ZERO; BREADTH]; HEIGHT];
        for k in 0..K {
            let left = self.left.at::<HEIGHT>(k, row);
            let right = self.right.at::<BREADTH>(k, column);
            for (sums, left) in sums.iter_mut().zip(left) {
                for (sum, right) in sums.iter_mut().zip(right) {
                    *sum += left * right;
                }
            }
        }
        sums
    }
}

impl<A, B, W, const R: usize, const K: usize, const C: usize> Vectorized for Tiles<A, B, W, R, K, C>
where
    A: Operand,
    B: Operand<Compute = A::Compute>,
    W: FnMut(usize, usize, &[A::Compute]),
{
    type Output = ();

    #[inline(always)]
    fn work(mut self) {
        let row = self.bands::<TILE>(0);
        self.bands::<1>(row);
    }
}

/// Writes each sum by `write(element, sum)` into its element of `out`.
#[inline(always)]
fn into<O: Storage, const R: usize, const C: usize>(
    out: &mut Matrix<O, R, C>,
    write: impl Fn(O, O::Compute) -> O,
) -> impl FnMut(usize, usize, &[O::Compute]) {
    move |row, column, sums| {
        let out = out.rows.get_mut(row).and_then(|row| row.get_mut(column..));
        for (out, sum) in out.unwrap_or_default().iter_mut().zip(sums) {
            *out = write(*out, *sum);
        }
    }
}

/// Product: `out = A B`.
///
/// R K C multiply-adds; no memory beyond the operands. Sums run over k in order, in the compute
/// type.
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
    let (left, right) = (Columns(&a.rows), Rows(&b.rows));
    let write = into(out, |_, sum| O::store(sum));
    Tiles::<_, _, _, R, K, C> { left, right, symmetric: false, write }.compute();
}

/// Product added to a matrix: `out += A B`. R K C multiply-adds.
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
    let (left, right) = (Columns(&a.rows), Rows(&b.rows));
    let write = into(out, |out, sum| O::store(out.load() + sum));
    Tiles::<_, _, _, R, K, C> { left, right, symmetric: false, write }.compute();
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
    let (left, right) = (Rows(&a.rows), Rows(&b.rows));
    let write = into(out, |_, sum| O::store(sum));
    Tiles::<_, _, _, R, K, C> { left, right, symmetric: false, write }.compute();
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
    let (left, right) = (Columns(&a.rows), Columns(&b.rows));
    let write = into(out, |_, sum| O::store(sum));
    Tiles::<_, _, _, R, K, C> { left, right, symmetric: false, write }.compute();
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
    let operand = Rows(&a.rows);
    let write = |row: usize, column: usize, sums: &[A::Compute]| {
        for (column, sum) in (column..=row).zip(sums) {
            add_symmetric(out, row, column, scale * *sum);
        }
    };
    Tiles::<_, _, _, C, R, C> { left: operand, right: operand, symmetric: true, write }.compute();
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
