//! Recall of a linear map from ill-conditioned keys.

use super::exact::normals;
use super::sizes::{KAPPA, PAIRS};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::{largest, mean};
use crate::reproduce::{Context, Measured, Result, Settings};
use nalgebra::{DMatrix, DVector};
use situ::attention::{
    FastWeights, Gate, Memory, Mesa, MesaConfiguration, MesaGradient, Rates, Rule,
};
use situ::random::Generator;

const KEYS: usize = 16;
const VALUES: usize = 4;
/// Points of the curves.
const PLACES: usize = 20;
/// Memory that the mesa memory takes beyond the delta rule's, in pairs of f32.
const REPLAYED: usize = (size_of::<Mesa<f32, KEYS, VALUES>>()
    - size_of::<Memory<f32, KEYS, VALUES>>())
    / (4 * (KEYS + VALUES));

type Pair = ([f32; KEYS], [f32; VALUES]);

/// Pairs (k, A k), k of a random ill-conditioned law.
struct Task {
    mixing: DMatrix<f64>,
    map: DMatrix<f64>,
    generator: Generator,
}

impl Task {
    /// Keys whose covariance has this condition number.
    fn new(condition: f64, seed: u64) -> Self {
        let mut generator = Generator::new(seed);
        let basis = DMatrix::from_fn(KEYS, KEYS, |_, _| generator.normal::<f64>()).qr().q();
        let deviation = |i: usize| condition.powf(-0.5 * i as f64 / (KEYS - 1) as f64);
        let mixing = basis * DMatrix::from_diagonal(&DVector::from_fn(KEYS, |i, _| deviation(i)));
        let map = DMatrix::from_fn(VALUES, KEYS, |_, _| generator.normal::<f64>());
        Self { mixing, map, generator }
    }

    fn pair(&mut self) -> Pair {
        let key = &self.mixing * DVector::from_row_slice(&normals::<KEYS>(&mut self.generator));
        let value = &self.map * &key;
        (std::array::from_fn(|i| key[i] as f32), std::array::from_fn(|i| value[i] as f32))
    }
}

/// ‖read − value‖/‖value‖ over pairs that were not written.
fn recall_error(state: &impl FastWeights<f32, KEYS, VALUES>, pairs: &[Pair]) -> Result<f64> {
    let (mut missed, mut total) = (0.0, 0.0);
    for (key, value) in pairs {
        let mut out = [0.0; VALUES];
        state.read(key, &mut out)?;
        for (out, value) in out.iter().zip(value) {
            missed += f64::from(out - value).powi(2);
            total += f64::from(*value).powi(2);
        }
    }
    Ok((missed / total).sqrt())
}

/// Writes a pair by a delta rule, then those before it again: the bytes of the comparison.
fn replay(
    memory: &mut Memory<f32, KEYS, VALUES>,
    rule: Rule<f32, KEYS>,
    written: &[Pair],
) -> Result<()> {
    for (key, value) in written.iter().rev().take(1 + REPLAYED) {
        memory.write(rule, key, value)?;
    }
    Ok(())
}

/// Pairs between two points of the curves.
fn grid(settings: &Settings) -> usize {
    settings.count(&PAIRS) / PLACES
}

/// Recall errors of one task on a grid of loads: delta, normalized delta, one step of conjugate gradient,
/// mesa.
fn errors(settings: &Settings, seed: u64) -> Result<Vec<[f64; 4]>> {
    let mut task = Task::new(settings.value(&KAPPA), seed);
    let grid = grid(settings);
    let pairs: Vec<Pair> = (0..PLACES * grid).map(|_| task.pair()).collect();
    let probes: Vec<Pair> = (0..100).map(|_| task.pair()).collect();
    let squares = pairs.iter().map(|(key, _)| key.iter().map(|x| f64::from(x * x)).sum());
    // The largest step that is stable for every key, with a margin.
    let step_size = (1.9 / largest(squares)) as f32;
    let configuration = MesaConfiguration { ridge: 1e-5, max_variance: 1e5 };
    let (mut delta, mut normalized) = (Memory::new(), Memory::new());
    let mut gradient = MesaGradient::<f32, KEYS, VALUES>::new([1e-5; KEYS], 1);
    let mut mesa = Mesa::<f32, KEYS, VALUES>::new(configuration);
    let mut errors = Vec::new();
    for (index, (key, value)) in pairs.iter().enumerate() {
        let written = &pairs[..=index];
        replay(&mut delta, Rule::Delta { step_size }, written)?;
        replay(&mut normalized, Rule::Implicit { ridge: 1e-6 }, written)?;
        gradient.write(Rates { decay: 1.0, weight: 1.0 }, key, value)?;
        mesa.write(Gate::Keep, key, value)?;
        if (index + 1) % grid == 0 {
            errors.push([
                recall_error(&delta, &probes)?,
                recall_error(&normalized, &probes)?,
                recall_error(&gradient, &probes)?,
                recall_error(&mesa, &probes)?,
            ]);
        }
    }
    Ok(errors)
}

pub(super) fn ratio(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let tasks: Vec<Vec<[f64; 4]>> = (0..settings.size(8, 200))
        .map(|task| errors(settings, settings.seed.wrapping_mul(1000) + task))
        .collect::<Result<_>>()?;
    let at = |load: usize, state: usize| mean(tasks.iter().map(move |task| task[load][state]));
    let (loads, grid) = (PLACES, grid(settings));
    let curve = |(state, label): (usize, &str)| Curve {
        label: label.into(),
        points: (0..loads)
            .map(|load| [((load + 1) * grid) as f64, at(load, state).value])
            .collect(),
    };
    let labels = [
        "delta rule with replay",
        "normalized delta rule with replay",
        "one conjugate gradient step",
        "mesa",
    ];
    context.plot(Series {
        title: "Recall of ill-conditioned keys by load".into(),
        x: Axis::linear("pairs written"),
        y: Axis::logarithmic("relative recall error"),
        curves: labels.into_iter().enumerate().map(curve).collect(),
    });
    let end = |task: &Vec<[f64; 4]>| task[loads - 1];
    let ratios = tasks.iter().map(|task| end(task)[3] / end(task)[0].min(end(task)[1]));
    let values: Vec<String> =
        (0..4).map(|state| format!("{:.1e}", at(loads - 1, state).value)).collect();
    Ok(mean(ratios).with_detail(format!("errors {}: {}", labels.join(", "), values.join(", "))))
}
