//! Choice maps against the optimum of the problem that defines them, found by an independent method.

use crate::reproduce::{Context, Measured, Result};
use situ::ftrl::{Entropic, Euclidean, LogBarrier, Regularizer, Tsallis};
use situ::random::Generator;

/// θ', θ'' of a regularizer.
type Derivatives = fn(f64) -> (f64, f64);

/// Largest difference of a choice map from the optimum.
pub fn largest_error(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let half = Tsallis::<f64>::half();
    let third = Tsallis::new(1.0 / 3.0)?;
    let maps: [(&dyn Regularizer<f64>, Derivatives); 5] = [
        (&Entropic, |x| (x.ln(), 1.0 / x)),
        (&Euclidean, |x| (x, 1.0)),
        (&half, |x| (-2.0 / x.sqrt(), x.powf(-1.5))),
        (&third, |x| (-1.5 * x.powf(-2.0 / 3.0), x.powf(-5.0 / 3.0))),
        (&LogBarrier, |x| (-1.0 / x, 1.0 / (x * x))),
    ];
    let mut generator = Generator::new(settings.seed);
    let mut largest: f64 = 0.0;
    for (map, derivatives) in maps {
        for sample in 0..settings.size(200, 5000) {
            let scale = [0.1, 1.0, 10.0][sample % 3];
            let scores: Vec<f64> =
                (0..2 + sample % 9).map(|_| scale * generator.normal::<f64>()).collect();
            let mut strategy = vec![0.0; scores.len()];
            map.choose(&scores, &mut strategy)?;
            for (x, optimum) in strategy.iter().zip(interior_point(&scores, derivatives)) {
                largest = largest.max((x - optimum).abs());
            }
        }
    }
    Ok(largest.into())
}

/// Maximizes `<y, x> - h(x)` over the simplex by Newton's method on the primal problem with a
/// barrier -μ Σ ln x, μ → 0.
fn interior_point(scores: &[f64], derivatives: Derivatives) -> Vec<f64> {
    let mut x = vec![1.0 / scores.len() as f64; scores.len()];
    let mut barrier = 1.0;
    while barrier > 1e-20 {
        for _ in 0..100 {
            // The Hessian is diagonal; the multiplier keeps Σ dx = 0.
            let local: Vec<(f64, f64)> = x
                .iter()
                .zip(scores)
                .map(|(x, y)| {
                    let (first, second) = derivatives(*x);
                    (first - y - barrier / x, second + barrier / (x * x))
                })
                .collect();
            let weight: f64 = local.iter().map(|(_, h)| 1.0 / h).sum();
            let multiplier = local.iter().map(|(g, h)| g / h).sum::<f64>() / weight;
            let step: Vec<f64> = local.iter().map(|(g, h)| (multiplier - g) / h).collect();
            // At most nine tenths of the way to the boundary.
            let reach = x.iter().zip(&step).map(|(x, d)| -d / x).fold(0.0, f64::max);
            let length = (0.9 / reach).min(1.0);
            x.iter_mut().zip(&step).for_each(|(x, d)| *x += length * d);
            if x.iter().zip(&step).all(|(x, d)| (d / x).abs() < 1e-9) {
                break;
            }
        }
        barrier *= 0.1;
    }
    x
}
