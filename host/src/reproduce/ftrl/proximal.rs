//! FTRL-proximal against a plain f64 implementation of the published algorithm.

use crate::reproduce::{Context, Measured, Result};
use situ::ftrl::{Coordinates, Link, Proximal};
use situ::random::Generator;

const ROWS: usize = 100_000;
const FEATURES: usize = 32;

/// The larger of two differences: of the progressive log losses, and of a last weight. Where one weight
/// is exactly zero and the other is not, the difference is one.
pub fn difference(context: &mut Context<'_>) -> Result<Measured> {
    let configuration = Proximal { alpha: 0.1_f32, beta: 1.0, l1: 10.0, l2: 0.1 };
    let (mut losses, mut weights) = ([0.0; 2], [[0.0; FEATURES]; 2]);
    learned(configuration, ROWS, context.settings.seed, |row| {
        for (loss, p) in losses.iter_mut().zip(row.predictions) {
            *loss += log_loss(p, row.target) / ROWS as f64;
        }
        weights = row.weights;
    })?;
    let apart = |(ours, theirs): (&f64, &f64)| {
        if (*ours == 0.0) == (*theirs == 0.0) { (ours - theirs).abs() } else { 1.0 }
    };
    let [ours, theirs] = &weights;
    let largest = ours.iter().zip(theirs).map(apart).fold(0.0, f64::max);
    let loss = (losses[0] - losses[1]).abs();
    Ok(Measured::from(largest.max(loss)).with_detail(format!("log loss {loss:.1e}")))
}

/// Rows after which the weights are compared, and how often they are.
const EVERY: usize = 200;
const COMPARISONS: usize = 100;
/// Largest difference of two weights that agree.
const NEAR: f64 = 1e-3;

/// Share of the weights that agree, where the penalty makes about half of them zero: both are exactly
/// zero, or neither is and they differ by at most [`NEAR`].
pub fn zeros(context: &mut Context<'_>) -> Result<Measured> {
    let configuration = Proximal { alpha: 0.1_f32, beta: 1.0, l1: 60.0, l2: 0.1 };
    let (mut agree, mut zero, mut count) = (0_u32, 0_u32, 0_u32);
    learned(configuration, EVERY * COMPARISONS, context.settings.seed, |row| {
        if (row.index + 1).is_multiple_of(EVERY) {
            for (ours, theirs) in row.weights[0].iter().zip(&row.weights[1]) {
                let same = (*ours == 0.0) == (*theirs == 0.0) && (ours - theirs).abs() <= NEAR;
                agree += u32::from(same);
                zero += u32::from(*theirs == 0.0);
                count += 1;
            }
        }
    })?;
    let [agree, zero] = [agree, zero].map(|part| f64::from(part) / f64::from(count));
    Ok(Measured::from(agree).with_detail(format!("{:.0} % of them zero", 100.0 * zero)))
}

/// A row that both implementations have learned: situ's number first.
struct Row {
    index: usize,
    target: bool,
    predictions: [f64; 2],
    weights: [[f64; FEATURES]; 2],
}

/// Both implementations learn the same synthetic rows.
fn learned(
    configuration: Proximal<f32>,
    rows: usize,
    seed: u64,
    mut visit: impl FnMut(Row),
) -> Result<()> {
    let mut ours = Coordinates::<f32, FEATURES>::new();
    let mut reference = Reference::new(&configuration);
    let mut generator = Generator::new(seed);
    // Every other true weight is zero.
    let truth: [f64; FEATURES] =
        std::array::from_fn(|i| if i % 2 == 0 { generator.normal() } else { 0.0 });
    for index in 0..rows {
        let x: [f32; FEATURES] = std::array::from_fn(|_| generator.normal());
        let score: f64 = truth.iter().zip(x).map(|(w, x)| w * f64::from(x)).sum();
        let target = generator.uniform::<f64>() < 1.0 / (1.0 + (-score).exp());
        let p = ours
            .learn(&configuration, Link::Logistic, &x, if target { 1.0 } else { 0.0 })
            .ok_or_else(|| format!("row {index} refused"))?;
        let predictions = [f64::from(p), reference.learn(&x, target)];
        let weights = [ours.weights(&configuration).map(f64::from), reference.weights()];
        visit(Row { index, target, predictions, weights });
    }
    Ok(())
}

fn log_loss(probability: f64, target: bool) -> f64 {
    let p = probability.clamp(1e-12, 1.0 - 1e-12);
    -if target { p.ln() } else { (1.0 - p).ln() }
}

/// Algorithm 1 of McMahan et al. 2013, line by line: z and n by coordinate.
struct Reference {
    z: [f64; FEATURES],
    n: [f64; FEATURES],
    alpha: f64,
    beta: f64,
    l1: f64,
    l2: f64,
}

impl Reference {
    fn new(configuration: &Proximal<f32>) -> Self {
        Self {
            alpha: configuration.alpha.into(),
            beta: configuration.beta.into(),
            l1: configuration.l1.into(),
            l2: configuration.l2.into(),
            z: [0.0; FEATURES],
            n: [0.0; FEATURES],
        }
    }

    fn weights(&self) -> [f64; FEATURES] {
        let mut w = [0.0; FEATURES];
        for ((w, z), n) in w.iter_mut().zip(self.z).zip(self.n) {
            if z.abs() > self.l1 {
                let curvature = (self.beta + n.sqrt()) / self.alpha + self.l2;
                *w = -(z - z.signum() * self.l1) / curvature;
            }
        }
        w
    }

    /// Predicts a row, then learns from it.
    fn learn(&mut self, x: &[f32; FEATURES], target: bool) -> f64 {
        let w = self.weights();
        let score: f64 = w.iter().zip(x).map(|(w, x)| w * f64::from(*x)).sum();
        let p = 1.0 / (1.0 + (-score).exp());
        let coordinates = self.z.iter_mut().zip(&mut self.n);
        for (((z, n), w), x) in coordinates.zip(w).zip(x) {
            let g = (p - f64::from(u8::from(target))) * f64::from(*x);
            let sigma = ((*n + g * g).sqrt() - n.sqrt()) / self.alpha;
            *z += g - sigma * w;
            *n += g * g;
        }
        p
    }
}
