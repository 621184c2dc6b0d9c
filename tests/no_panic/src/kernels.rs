//! Numbers, matrices, inverses.

use crate::kept;
use situ::matrix::{self, Matrix};
use situ::random::Generator;
use situ::scalar::{Scalar, f16, load_slice, store_slice};
use situ::solve::{self, Cholesky, Error, NewtonInverse};

/// Odd sizes: no kernel meets whole tiles only.
type M<const R: usize, const C: usize> = Matrix<f32, R, C>;
type Half<const R: usize, const C: usize> = Matrix<f16, R, C>;

/// Keeps them.
pub fn keep() {
    kept! {
        matrix::product => fn(&M<5, 7>, &M<7, 6>, &mut M<5, 6>);
        matrix::product => fn(&Half<5, 7>, &Half<7, 6>, &mut Half<5, 6>);
        matrix::add_product => fn(&M<5, 7>, &M<7, 6>, &mut M<5, 6>);
        matrix::transpose_product => fn(&M<7, 5>, &M<7, 6>, &mut M<5, 6>);
        matrix::product_transpose => fn(&M<5, 7>, &M<6, 7>, &mut M<5, 6>);
        matrix::add_symmetric_product => fn(f32, &M<5, 7>, &mut M<7, 7>);
        matrix::matrix_vector => fn(&M<5, 7>, &[f32; 7], &mut [f32; 5]);
        matrix::transpose_vector => fn(&M<5, 7>, &[f32; 5], &mut [f32; 7]);
        matrix::dot => fn(&[f32], &[f32]) -> f32;
        matrix::dot => fn(&[f16], &[f16]) -> f32;
        matrix::add_scaled => fn(f32, &[f32], &mut [f32]);
        matrix::add_outer => fn(f32, &[f32; 5], &[f32; 7], &mut M<5, 7>);
        matrix::one_norm => fn(&M<5, 7>) -> f32;
        matrix::infinity_norm => fn(&M<5, 7>) -> f32;
        matrix::frobenius_norm => fn(&M<5, 7>) -> f32;
        matrix::spectral_norm_bound => fn(&M<5, 7>) -> f32;
        M::transpose_into => fn(&M<5, 7>, &mut M<7, 5>);
        solve::invert => fn(&M<5, 5>, &mut M<5, 5>) -> Result<(), Error>;
        solve::invert => fn(&M<16, 16>, &mut M<16, 16>) -> Result<(), Error>;
        solve::check_symmetric => fn(&M<5, 5>) -> Result<(), Error>;
        solve::refine => fn(&M<5, 5>, &mut M<5, 5>) -> Result<(), Error>;
        Cholesky::factor => fn(&mut Cholesky<f32, 5>, &M<5, 5>) -> Result<(), Error>;
        Cholesky::solve => fn(&Cholesky<f32, 5>, &mut [f32; 5]);
        Cholesky::inverse => fn(&Cholesky<f32, 5>, &mut M<5, 5>);
        NewtonInverse::invert => fn(&mut NewtonInverse<f32, 5>, &M<5, 5>, f32, u32) -> Result<u32, Error>;
        NewtonInverse::refine => fn(&mut NewtonInverse<f32, 5>, &M<5, 5>) -> Result<f32, Error>;
        load_slice => fn(&[f16], &mut [f32]);
        store_slice => fn(&[f32], &mut [f16]);
        Scalar::exp => fn(f32) -> f32;
        Scalar::exp_inline => fn(f32) -> f32;
        Scalar::exp_all => fn(&[f32], &mut [f32]);
        Scalar::ln => fn(f32) -> f32;
        Scalar::tanh => fn(f32) -> f32;
        Scalar::sigmoid => fn(f32) -> f32;
        Scalar::powf => fn(f32, f32) -> f32;
        Scalar::sqrt => fn(f32) -> f32;
        Generator::normal => fn(&mut Generator) -> f32;
    }
}
