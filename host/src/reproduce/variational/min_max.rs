//! The min-max game `f(x, y) = x²/2 + softplus(2x) + x y - y²/2 - softplus(2y)/2`.

use super::ensemble::chains;
use super::sizes::{STEP, STEPS};
use crate::reproduce::statistics::mean;
use crate::reproduce::{Context, Measured, Result};
use situ::random::Generator;
use situ::variational::{Error, Everywhere, Method, Sgda};

/// The saddle point.
pub const SADDLE: [f64; 2] = [-0.246_791_14, -0.511_308_93];

/// The Jacobian of the operator there.
pub const JACOBIAN: [[f64; 2]; 2] = [[1.941_484_43, 1.0], [-1.0, 1.389_096_25]];

/// Standard deviations of the noise.
pub const DEVIATIONS: [f64; 2] = [1.0, 0.5];

/// First-order coefficient of the value's bias in the step: `tr(∇²f Σ) / 2`, with
/// `J Σ + Σ Jᵀ = C`.
const VALUE_BIAS: f64 = 0.1875;

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `(∇_x f, -∇_y f)`.
pub fn operator([x, y]: &[f64; 2]) -> [f64; 2] {
    [x + 2.0 * sigmoid(2.0 * x) + y, y + sigmoid(2.0 * y) - x]
}

fn value([x, y]: &[f64; 2]) -> f64 {
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    0.5 * (x * x - y * y) + softplus(2.0 * x) + x * y - 0.5 * softplus(2.0 * y)
}

/// One step with fresh noise.
pub fn step(
    method: &impl Method<f64, 2>,
    z: &mut [f64; 2],
    generator: &mut Generator,
) -> Result<(), Error> {
    method.advance(z, |z, v| {
        *v = operator(z);
        for (v, deviation) in v.iter_mut().zip(DEVIATIONS) {
            *v += deviation * generator.normal::<f64>();
        }
    })
}

/// Relative difference of the value's bias from the theorem's.
pub fn bias(context: &mut Context<'_>) -> Result<Measured> {
    const BURN_IN: u32 = 400;
    let settings = context.settings;
    let (step_size, steps) = (settings.value(&STEP) / 4.0, 2 * settings.count(&STEPS) as u32);
    let method = Sgda::new(step_size, Everywhere)?;
    let saddle = value(&SADDLE);
    let means = chains(settings.size(800, 20_000), settings.seed, |generator| {
        let mut z = SADDLE;
        for _ in 0..BURN_IN {
            step(&method, &mut z, generator)?;
        }
        let mut sum = 0.0;
        for _ in 0..steps {
            step(&method, &mut z, generator)?;
            sum += value(&z) - saddle;
        }
        Ok(sum / f64::from(steps))
    })?;
    Ok(mean(means.iter().copied()).scaled(1.0 / step_size / VALUE_BIAS).distance(1.0))
}
