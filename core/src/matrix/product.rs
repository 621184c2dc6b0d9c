//! Matrix products in register tiles.
//!
//! One tile serves every product. What differs is how a tile reads its operands, along their rows or
//! down their columns ([`Operand`]), and how the sums are written. On Arm a 4 × 4 tile keeps its 16
//! sums and 4 + 4 operands within the 32 single-precision registers; a host's vector registers have
//! space for two or four times as many columns.

use super::Matrix;
use super::operand::{Operand, columns, rows};
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use crate::scalar::hardware::{self, singles_mut, zero_rows};
use crate::scalar::{Scalar, Storage, Vectorized};

/// Rows of a register tile, and columns where fewer than [`WIDTH`] are left. Without a floating-point
/// unit every operation is a call: one sum at a time is as fast and needs the least code.
const TILE: usize = if cfg!(all(target_arch = "arm", target_abi = "eabi")) { 1 } else { 4 };

/// Columns of a register tile on a host.
const WIDTH: usize = if cfg!(target_arch = "arm") { TILE } else { 8 };

/// Columns of a register tile where there are 16 registers of eight numbers, or 32 of four: a load for each
/// two products, and a row of eight would need two for each.
const WIDEST: usize = if cfg!(any(
    target_arch = "aarch64",
    all(target_arch = "x86_64", any(feature = "std", target_feature = "avx2"))
)) {
    16
} else {
    WIDTH
};

/// Whether matrix products on this core round a product and its sum together (Helium: Cortex-M55 and M85).
/// Everywhere else they are rounded separately, so that all platforms agree bit for bit.
pub const FUSED: bool = cfg!(helium);

/// Minimum number of multiply-adds at which asking for wider vectors pays.
const LARGE: usize = 512;

/// Maximum number of multiply-adds for which a product is unrolled instead.
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
const SMALL: usize = 64;

/// Where the sums of a product go.
trait Write<T> {
    /// Receives the sums of `row`, starting at `column`.
    fn sums(&mut self, row: usize, column: usize, sums: &[T]);

    /// Receives the sums of whole rows of `width` each, starting at `row`.
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn rows(&mut self, row: usize, width: usize, sums: &[T]) {
        for (i, sums) in sums.chunks_exact(width.max(1)).enumerate() {
            self.sums(row + i, 0, sums);
        }
    }

    /// The matrix itself, if it stores the sums unchanged, in f32.
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    fn target(&mut self) -> Option<&mut [f32]> {
        None
    }
}

/// Sums replace the matrix.
struct Assign<'a, O, const R: usize, const C: usize>(&'a mut Matrix<O, R, C>);

impl<O: Storage, const R: usize, const C: usize> Write<O::Compute> for Assign<'_, O, R, C> {
    #[inline(always)]
    fn sums(&mut self, row: usize, column: usize, sums: &[O::Compute]) {
        let out = self.0.rows.get_mut(row).and_then(|row| row.get_mut(column..));
        O::store_all(sums, out.unwrap_or_default());
    }

    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn rows(&mut self, row: usize, _width: usize, sums: &[O::Compute]) {
        O::store_all(sums, self.0.rows.get_mut(row..).unwrap_or_default().as_flattened_mut());
    }

    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn target(&mut self) -> Option<&mut [f32]> {
        singles_mut(self.0.as_mut_slice())
    }
}

impl<T, F: FnMut(usize, usize, &[T])> Write<T> for F {
    #[inline(always)]
    fn sums(&mut self, row: usize, column: usize, sums: &[T]) {
        self(row, column, sums);
    }
}

/// A product of `R` × `K` by `K` × `C` numbers. Of a symmetric one only tiles that reach below the
/// diagonal are computed.
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
    W: Write<A::Compute>,
{
    /// Computes all tiles, with vectors chosen by size.
    #[inline(always)]
    fn compute(self) {
        if R * K * C < LARGE { self.work() } else { self.run() }
    }

    /// Bands of `HEIGHT` rows starting at `row`, each starting at column `start`; returns the first row
    /// left over.
    #[inline(always)]
    fn bands<const HEIGHT: usize>(&mut self, mut row: usize, start: usize) -> usize {
        while row + HEIGHT <= R {
            let mut column = self.strips::<HEIGHT, WIDEST>(row, start);
            if WIDEST != WIDTH {
                column = self.strips::<HEIGHT, WIDTH>(row, column);
            }
            if WIDTH != TILE {
                column = self.strips::<HEIGHT, TILE>(row, column);
            }
            self.strips::<HEIGHT, 1>(row, column);
            row += HEIGHT;
        }
        row
    }

    /// Whole tiles of whole bands by the processor's own kernel, if the product is computed in f32 and is
    /// large enough; returns the first column left over in each band. A format smaller than f32 is
    /// converted, which takes 4 (R + C) K bytes of stack; sums not stored in f32 take another 16 C.
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn whole_tiles(&mut self) -> usize {
        if R < TILE || C < TILE || R * K * C <= SMALL {
            return 0;
        }
        let mut left = zero_rows::<A::Compute, K, R>(A::CONVERTED);
        let mut right = zero_rows::<A::Compute, K, C>(B::CONVERTED);
        let left = self.left.panel(left.as_flattened_mut());
        let right = self.right.panel(right.as_flattened_mut());
        let (Some(left), Some(right)) = (left, right) else { return 0 };
        if let (false, Some(out)) = (self.symmetric, self.write.target()) {
            hardware::tiles(left, 0, right, (R, K, C), out, C);
            return C - C % TILE;
        }
        let mut sums = zero_rows::<A::Compute, C, TILE>(true);
        let mut row = 0;
        while row + TILE <= R {
            let columns = if self.symmetric { C.min(row + TILE) } else { C };
            let columns = columns & !(TILE - 1);
            if let Some(sums) = singles_mut(sums.as_flattened_mut()) {
                hardware::tiles(left, row, right, (TILE, K, columns), sums, C);
            }
            if columns == C {
                self.write.rows(row, C, sums.as_flattened());
            } else {
                for (i, sums) in sums.iter().enumerate() {
                    self.write.sums(row + i, 0, sums.get(..columns).unwrap_or_default());
                }
            }
            row += TILE;
        }
        C - C % TILE
    }

    /// Tiles of one band, `BREADTH` columns each, starting at `column`; returns the first column left over.
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
                    self.write.sums(row + i, column, sums);
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
    W: Write<A::Compute>,
{
    type Output = ();
    const WIDEST: bool = true;

    #[inline(always)]
    fn work(mut self) {
        #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
        let start = self.whole_tiles();
        #[cfg(not(all(target_arch = "arm", target_abi = "eabihf")))]
        let start = 0;
        let row = self.bands::<TILE>(0, start);
        self.bands::<1>(row, 0);
    }
}

/// Product: `out = A B`.
///
/// R K C multiply-adds; no memory beyond the operands. Sums run over k in order, in the compute
/// type.
#[inline]
pub fn product<T: Scalar, const R: usize, const K: usize, const C: usize>(
    a: &Matrix<impl Storage<Compute = T>, R, K>,
    b: &Matrix<impl Storage<Compute = T>, K, C>,
    out: &mut Matrix<impl Storage<Compute = T>, R, C>,
) {
    let (left, right) = (columns(a), rows(b));
    Tiles::<_, _, _, R, K, C> { left, right, symmetric: false, write: Assign(out) }.compute();
}

/// Product added to a matrix: `out += A B`. R K C multiply-adds.
#[inline]
pub fn add_product<T: Scalar, O, const R: usize, const K: usize, const C: usize>(
    a: &Matrix<impl Storage<Compute = T>, R, K>,
    b: &Matrix<impl Storage<Compute = T>, K, C>,
    out: &mut Matrix<O, R, C>,
) where
    O: Storage<Compute = T>,
{
    let (left, right) = (columns(a), rows(b));
    let write = |row: usize, column: usize, sums: &[T]| {
        let out = out.rows.get_mut(row).and_then(|row| row.get_mut(column..));
        for (out, sum) in out.unwrap_or_default().iter_mut().zip(sums) {
            *out = O::store(out.load() + *sum);
        }
    };
    Tiles::<_, _, _, R, K, C> { left, right, symmetric: false, write }.compute();
}

/// Product with a transpose on the left: `out = Aᵀ B`. R K C multiply-adds.
///
/// The cheapest of the three on Cortex-M: both operands are read along their rows.
#[inline]
pub fn transpose_product<T: Scalar, const R: usize, const K: usize, const C: usize>(
    a: &Matrix<impl Storage<Compute = T>, K, R>,
    b: &Matrix<impl Storage<Compute = T>, K, C>,
    out: &mut Matrix<impl Storage<Compute = T>, R, C>,
) {
    let (left, right) = (rows(a), rows(b));
    Tiles::<_, _, _, R, K, C> { left, right, symmetric: false, write: Assign(out) }.compute();
}

/// Product with a transpose on the right: `out = A Bᵀ`. R K C multiply-adds.
#[inline]
pub fn product_transpose<T: Scalar, const R: usize, const K: usize, const C: usize>(
    a: &Matrix<impl Storage<Compute = T>, R, K>,
    b: &Matrix<impl Storage<Compute = T>, C, K>,
    out: &mut Matrix<impl Storage<Compute = T>, R, C>,
) {
    let (left, right) = (columns(a), columns(b));
    Tiles::<_, _, _, R, K, C> { left, right, symmetric: false, write: Assign(out) }.compute();
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
    let operand = rows(a);
    let write = |row: usize, column: usize, sums: &[A::Compute]| {
        for (column, sum) in (column..=row).zip(sums) {
            add_symmetric(out, row, column, scale * *sum);
        }
    };
    Tiles::<_, _, _, C, R, C> { left: operand, right: operand, symmetric: true, write }.compute();
}

/// Adds `value` at (`row`, `column`) and, off the diagonal, at (`column`, `row`).
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
