//! Random targets, and their reconstruction by a random stack.

use crate::reproduce::Settings;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use situ::matrix::Matrix;
use situ::normtune::{Domain, Error, Law, Stack, StackParameters, Target, rebuild_memory};
use situ::scalar::Scalar;

/// The seeds of the draws of a claim.
pub fn draws(settings: &Settings, count: u64) -> Vec<u64> {
    (0..count).map(|draw| settings.seed.wrapping_mul(1000).wrapping_add(draw)).collect()
}

/// A random target whose outputs stay of order one: weights of variance 2 / D (1 / D in the last
/// layer), shifts of deviation .1.
pub fn target<T: Scalar, const D: usize, const L: usize>(seed: u64) -> Target<T, D, L> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut normal =
        |deviation: f64| T::from_f64(deviation * random.sample::<f64, _>(StandardNormal));
    let weights = std::array::from_fn(|layer| {
        let gain = if layer + 1 < L { 2.0 } else { 1.0 };
        let mut weights = Matrix::zeros();
        weights.as_mut_slice().fill_with(|| normal(f64::sqrt(gain / D as f64)));
        weights
    });
    let biases = std::array::from_fn(|_| std::array::from_fn(|_| normal(0.1)));
    Target { weights, biases }
}

/// Rebuilds the random target of `seed` on the unit cube by a random stack, all in T.
pub fn rebuilt<
    T: Scalar,
    W: Law,
    const D: usize,
    const N: usize,
    const K: usize,
    const L: usize,
>(
    law: W,
    seed: u64,
) -> Result<(Stack<W, D, N, K, L>, Box<StackParameters<T, D, N, K, L>>), Error> {
    let stack = Stack::new(seed, law);
    let mut memory = vec![T::ZERO; rebuild_memory(D, D, N, K)];
    let mut parameters = Box::<StackParameters<T, D, N, K, L>>::default();
    stack.rebuild(&target(seed), &Domain::cube(T::ONE), &mut memory, &mut parameters)?;
    Ok((stack, parameters))
}
