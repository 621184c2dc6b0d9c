//! FTRL-proximal against a plain f64 implementation of the published algorithm.

use crate::reproduce::{Context, Measured, Result};
use situ::ftrl::{Coordinates, Link, Proximal};
use situ::random::Generator;

const ROWS: usize = 100_000;
const FEATURES: usize = 32;

/// Difference of the progressive log losses.
pub fn difference(context: &mut Context<'_>) -> Result<Measured> {
    let configuration = Proximal { alpha: 0.1_f32, beta: 1.0, l1: 1.0, l2: 0.1 };
    let mut ours = Coordinates::<f32, FEATURES>::new();
    let mut reference = Reference::new(&configuration);
    let mut generator = Generator::new(context.settings.seed);
    // Every other true weight is zero.
    let truth: [f64; FEATURES] =
        std::array::from_fn(|i| if i % 2 == 0 { generator.normal() } else { 0.0 });
    let (mut loss, mut reference_loss) = (0.0, 0.0);
    for row in 0..ROWS {
        let x: [f32; FEATURES] = std::array::from_fn(|_| generator.normal());
        let score: f64 = truth.iter().zip(x).map(|(w, x)| w * f64::from(x)).sum();
        let target = generator.uniform::<f64>() < 1.0 / (1.0 + (-score).exp());
        let p = ours
            .learn(&configuration, Link::Logistic, &x, if target { 1.0 } else { 0.0 })
            .ok_or_else(|| format!("row {row} refused"))?;
        loss += log_loss(f64::from(p), target) / ROWS as f64;
        reference_loss += log_loss(reference.learn(&x, target), target) / ROWS as f64;
    }
    Ok((loss - reference_loss).abs().into())
}

fn log_loss(probability: f64, target: bool) -> f64 {
    let p = probability.clamp(1e-12, 1.0 - 1e-12);
    -if target { p.ln() } else { (1.0 - p).ln() }
}

/// Algorithm 1 of McMahan et al. 2013, line by line: z and n by coordinate.
struct Reference {
    alpha: f64,
    beta: f64,
    l1: f64,
    l2: f64,
    z: [f64; FEATURES],
    n: [f64; FEATURES],
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

    /// Predicts a row, then learns from it.
    fn learn(&mut self, x: &[f32; FEATURES], target: bool) -> f64 {
        let mut w = [0.0; FEATURES];
        for ((w, z), n) in w.iter_mut().zip(self.z).zip(self.n) {
            if z.abs() > self.l1 {
                let curvature = (self.beta + n.sqrt()) / self.alpha + self.l2;
                *w = -(z - z.signum() * self.l1) / curvature;
            }
        }
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
