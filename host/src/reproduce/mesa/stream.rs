//! Long streams: drifting and adversarial.

use super::exact::normals;
use crate::reproduce::{Context, Measured, Result};
use situ::attention::{FastWeights, Gate, Mesa, MesaConfiguration};
use situ::random::Generator;
use situ::scalar::{Storage, f16};

const KEYS: usize = 8;
const VALUES: usize = 2;

/// A pair of a slowly rotating map, with keys of standard deviation one.
fn drifting(step: u64, generator: &mut Generator) -> ([f32; KEYS], [f32; VALUES]) {
    let key = normals::<KEYS>(generator).map(|x| x as f32);
    let angle = (step % 100_000) as f32 * (std::f32::consts::TAU / 1e5);
    let (sine, cosine) = angle.sin_cos();
    (key, [cosine * key[0] + sine * key[1], cosine * key[2] - sine * key[3]])
}

/// Pairs that excite one direction for thousands of steps, then jump by factors of up to 1e6, keys and values
/// at different times: their ratio may exceed what f16 can hold.
fn adversarial(step: u64, generator: &mut Generator) -> ([f32; KEYS], [f32; VALUES]) {
    let scales = [1.0, 1e-6, 1e3, 1e-3, 1e6, 0.0];
    let [scale, value_scale] = [997, 1499].map(|period| scales[(step / period % 6) as usize]);
    let mut key = [0.0; KEYS];
    let direction = (step / 5003) as usize % KEYS;
    key[direction] = scale;
    if step.is_multiple_of(4001) {
        key = normals::<KEYS>(generator).map(|x| x as f32 * scale);
    }
    (key, normals::<VALUES>(generator).map(|x| x as f32 * value_scale))
}

/// Draws the key and the value of a write.
type Pair = fn(u64, &mut Generator) -> ([f32; KEYS], [f32; VALUES]);

/// Number of writes that leave the memory not finite, or change it although they were refused.
fn failures<S: Storage<Compute = f32> + PartialEq>(
    count: u64,
    gate: Gate<f32>,
    pair: Pair,
    seed: u64,
) -> u64 {
    let mut generator = Generator::new(seed);
    let mut mesa = Mesa::<S, KEYS, VALUES>::new(MesaConfiguration::default());
    let mut failures = 0;
    for step in 0..count {
        let (key, value) = pair(step, &mut generator);
        let before = mesa.weights().clone();
        // Refusals are within the contract.
        let refused = mesa.write(gate, &key, &value).is_err();
        let changed = || *mesa.weights() != before;
        failures += u64::from(!mesa.weights().is_finite() || refused && changed());
    }
    failures
}

pub(super) fn endurance(context: &mut Context<'_>) -> Result<Measured> {
    let (count, seed) = (context.settings.size(200_000, 10_000_000), context.settings.seed);
    let mut failed = 0;
    for gate in [Gate::Variable { max_decay: 0.9995 }, Gate::Given { decay: 0.99, weight: 1.0 }] {
        for pair in [drifting as Pair, adversarial] {
            failed += failures::<f32>(count, gate, pair, seed);
            failed += failures::<f16>(count, gate, pair, seed);
        }
    }
    Ok(Measured::from(failed as f64).with_detail(format!("{count} writes each")))
}
