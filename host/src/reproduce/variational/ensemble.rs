//! Many independent chains and their means.

use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::mean;
use crate::reproduce::{Measured, Result};
use situ::random::Generator;
use situ::variational::{Error, Method, PairedChains, Refinement};

/// Runs `chain` once for each of `count` generators, in parallel.
pub fn chains<S: Send>(
    count: u64,
    seed: u64,
    chain: impl Fn(&mut Generator) -> Result<S, Error> + Sync,
) -> Result<Vec<S>> {
    let run = |index| {
        // Seeds of consecutive ensembles do not overlap.
        chain(&mut Generator::new(seed.wrapping_mul(1 << 32).wrapping_add(index)))
    };
    Ok((0..count).parallel_map(run).collect::<Result<_, Error>>()?)
}

/// Means at steps g and 2g and their refinement, over paired chains of an operator on the line.
#[derive(Clone)]
pub struct Line {
    pub single: Measured,
    pub double: Measured,
    pub refined: Measured,
}

/// The means over `pairs` paired chains of `steps` steps after `burn_in`, with noise N(0, 1).
pub fn line<M: Method<f64, 1> + Sync>(
    method: M,
    operator: impl Fn(f64) -> f64 + Sync,
    start: f64,
    (burn_in, steps): (u32, u32),
    pairs: u64,
    seed: u64,
) -> Result<Line> {
    let refinement = Refinement::new(method)?;
    let ends = chains(pairs, seed, |generator| {
        let mut chains = PairedChains::new([start], burn_in);
        for _ in 0..burn_in + steps {
            refinement.advance(
                &mut chains,
                |[x]: &[f64; 1], v| *v = [operator(*x)],
                |noise| *noise = [generator.normal()],
            )?;
        }
        Ok([chains.mean(), chains.double_mean(), chains.refined()])
    })?;
    let [single, double, refined] =
        [0, 1, 2].map(|which| mean(ends.iter().map(move |end| end[which][0])));
    Ok(Line { single, double, refined })
}
