//! Many independent chains, and what their means say.

use rayon::prelude::*;
use situ::random::Generator;
use situ::variational::{Error, Method, PairedChains, Refinement};

/// Mean of independent samples and its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    pub mean: f64,
    pub error: f64,
}

impl Estimate {
    pub fn new(samples: impl Iterator<Item = f64> + Clone) -> Self {
        let count = samples.clone().count() as f64;
        let mean = samples.clone().sum::<f64>() / count;
        let variance = samples.map(|x| (x - mean) * (x - mean)).sum::<f64>() / (count - 1.0);
        Self { mean, error: (variance / count).sqrt() }
    }

    /// Distance from `exact` in standard errors.
    pub fn z(&self, exact: f64) -> f64 {
        (self.mean - exact).abs() / self.error
    }
}

/// Runs `chain` once for each of `count` generators, in parallel.
pub fn chains<S: Send>(
    count: u64,
    seed: u64,
    chain: impl Fn(&mut Generator) -> Result<S, Error> + Sync,
) -> Result<Vec<S>, String> {
    (0..count)
        .into_par_iter()
        .map(|index| {
            // Seeds of one ensemble do not meet those of the next.
            chain(&mut Generator::new(seed.wrapping_mul(1 << 32).wrapping_add(index)))
        })
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}

/// Means at g, at 2g and refined, over paired chains of an operator on the line.
pub struct Line {
    pub single: Estimate,
    pub double: Estimate,
    pub refined: Estimate,
}

/// The means over `pairs` paired chains of `steps` steps after `burn_in`, with noise N(0, 1).
pub fn line<M: Method<f64, 1> + Sync>(
    method: M,
    operator: impl Fn(f64) -> f64 + Sync,
    start: f64,
    (burn_in, steps): (u32, u32),
    pairs: u64,
    seed: u64,
) -> Result<Line, String> {
    let refinement = Refinement::new(method).map_err(|error| error.to_string())?;
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
        [0, 1, 2].map(|which| Estimate::new(ends.iter().map(move |end| end[which][0])));
    Ok(Line { single, double, refined })
}
