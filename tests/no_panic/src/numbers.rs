//! Numbers, matrices, solvers, draws and archives: what `kernels` does not hold.

use crate::linked;
use situ::archive::{self, Archive, Persist};
use situ::attention::Memory;
use situ::matrix::{self, Matrix};
use situ::random::{self, Generator};
use situ::scalar::{Scalar, Storage, f16, pooled_moments, running_moments};
use situ::simplex;
use situ::solve::{Cholesky, Elements, LeastNorm, NewtonInverse};

type M = Matrix<f32, 5, 7>;
type Square = Matrix<f32, 5, 5>;
type Inverse = NewtonInverse<f32, 5>;
type Kept = Memory<f16, 5, 7>;

fn archived(archive: &mut Archive<'_>, numbers: &mut [f16], state: &mut Kept) {
    Archive::numbers(archive, numbers);
    Archive::magnitudes(archive, numbers);
    for number in numbers {
        Archive::number_if(archive, number, |number| number < 1.0);
    }
    Persist::transfer(state, archive);
}

fn sink(state: &mut Kept, write: fn(&[u8]) -> Result<(), ()>) -> bool {
    archive::save_to(state, write).is_ok()
}

/// Keeps them.
pub fn keep() {
    linked! {
        1: <f32 as Scalar>::abs, <f32 as Scalar>::is_finite, <f32 as Scalar>::to_f64,
           <f32 as Scalar>::to_i32, <f32 as Scalar>::from_f64, <f32 as Scalar>::from_usize;
        2: <f32 as Scalar>::maximum, <f32 as Scalar>::minimum;
        3: <f32 as Scalar>::clamp_to;
        1: <f64 as Scalar>::exp, <f64 as Scalar>::ln, <f64 as Scalar>::tanh, <f64 as Scalar>::sqrt,
           <f64 as Scalar>::sigmoid;
        2: <f64 as Scalar>::powf;
        1: <f16 as Storage>::load, <f16 as Storage>::store, <f16 as Storage>::to_bytes,
           <f16 as Storage>::from_bytes, <f32 as Storage>::to_bytes, <f32 as Storage>::from_bytes;
        2: <f16 as Storage>::store_dithered, <f16 as Storage>::load_all, <f16 as Storage>::store_all;
        4: running_moments::<f32>;
        5: pooled_moments::<f32>;
        1: Generator::new, Generator::bits, Generator::uniform::<f32>, random::uniform::<f32, Generator>,
           random::normal::<f32, Generator>;
        1: Matrix::<f32, 5, 7>::from_rows, M::as_slice, M::as_mut_slice, M::clear, M::is_finite;
        0: M::zeros, Square::identity;
        2: Square::add_to_diagonal;
        4: matrix::add_scaled_dithered::<f32, f16>;
        1: matrix::argmax::<f32>;
        1: simplex::contains::<f32>, simplex::project::<f32>;
        3: simplex::draw::<f32, Generator>;
        0: Cholesky::<f32, 5>::new;
        2: Cholesky::<f32, 5>::solve_lower, Cholesky::<f32, 5>::solve_upper;
        1: Inverse::new, Inverse::inverse;
        2: Inverse::set_inverse::<f32>, Inverse::residual::<f32>;
        4: Inverse::iterate::<f32>, Inverse::chebyshev_start::<f32>;
        1: <[f32; 5] as Elements<f32>>::as_slice, <[f32; 5] as Elements<f32>>::as_mut_slice;
        2: archive::save::<Kept>, archive::restore::<Kept>;
        1: archive::saved_bytes::<Kept>;
        2: Archive::count, Archive::expect, Archive::expect_numbers::<f32>, Archive::expect_sizes,
           Archive::number::<f16>, Archive::short;
        3: archived;
        2: LeastNorm::<f32>::factor, Archive::size_up_to, sink;
        3: Archive::count_up_to;
        1: Archive::restoring;
    }
}
