//! Theorem 4.2: least squares in 3 + T layers, and what it saves against gradient descent.

use super::first_order::{self, Step};
use super::random;
use super::sizes::{D, KAPPA, N, T};
use super::task::Task;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::sampled_median;
use crate::reproduce::{Context, Measured, Result, Study};
use situ::transformer::Error;

/// Largest error over tasks, started at the scale that `scale` finds.
fn largest_error(
    context: &mut Context<'_>,
    steps: u16,
    scale: impl Fn(&Task) -> f64,
) -> Result<Measured> {
    let mut worst: f64 = 0.0;
    let [n, d] = [N, D].map(|size| context.settings.count(&size));
    for task in 0..context.settings.size(20, 200) {
        let mut random = random::generator(context.settings.seed, task);
        let ridge = if task % 2 == 0 { 0.0 } else { 1.0 };
        let examples = random::normal(n, d, &mut random);
        let task = Task::new(examples, ridge, &mut random).ok_or("a Gram matrix is singular")?;
        worst = worst.max(task.error(steps, scale(&task))?);
    }
    Ok(worst.into())
}

/// Largest error of the prediction after T steps, started at the scale of the task's spectrum.
pub fn counted_error(context: &mut Context<'_>) -> Result<Measured> {
    let steps = context.settings.count(&T) as u16;
    largest_error(context, steps, Task::spectral_scale)
}

/// Largest error after 2 T steps, started at 1/(2n)² for n examples.
pub fn fixed_scale(context: &mut Context<'_>) -> Result<Measured> {
    let steps = 2 * context.settings.count(&T) as u16;
    largest_error(context, steps, |task| (2.0 * task.examples.nrows() as f64).powi(-2))
}

/// First index after which the errors stay within `tolerance`, infinite if they never do: a prediction
/// may cross the truth long before it settles.
fn settled(errors: &[f64], tolerance: f64) -> f64 {
    let outside = |error: &f64| error.is_nan() || *error > tolerance;
    let first = errors.iter().rposition(outside).map_or(0, |last| last + 1);
    if first < errors.len() { first as f64 } else { f64::INFINITY }
}

/// Layers that each method needs for an error of 1e-6, task by task.
struct Depths {
    newton: Vec<f64>,
    descent: Vec<f64>,
    chebyshev: Vec<f64>,
}

impl Study for Depths {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        const TOLERANCE: f64 = 1e-6;
        let [n, d] = [N, D].map(|size| context.settings.count(&size));
        let condition = context.settings.value(&KAPPA);
        // Maximum number of layers of each method: Newton's steps, gradient descent, Chebyshev.
        let deepest = [2.0 * condition.log2() + 17.0, 15.0 * condition, 20.0 * condition.sqrt()]
            .map(|layers| layers as usize);
        let [mut newton, mut descent, mut chebyshev] = [const { Vec::new() }; 3];
        let mut curves = Vec::new();
        for index in 0..context.settings.size(20, 200) {
            let mut random = random::generator(context.settings.seed, 1_000 + index);
            let gram = random::positive_definite(d, condition, &mut random);
            let root = gram.cholesky().ok_or("a Gram matrix is not positive definite")?;
            let basis = random::normal(n, d, &mut random).qr().q();
            let task = Task::new(basis * root.l().transpose(), 0.0, &mut random)
                .ok_or("a Gram matrix is singular")?;
            let eigenvalues = task.gram.symmetric_eigenvalues();
            let (smallest, largest) = (eigenvalues.min(), eigenvalues.max());
            let scale = task.spectral_scale();
            let of_newton: Vec<f64> = (0..deepest[0])
                .map(|steps| task.error(steps as u16, scale))
                .collect::<Result<_, Error>>()?;
            let [of_descent, of_chebyshev] = [
                Step::descent(smallest, largest, deepest[1]),
                Step::chebyshev(smallest, largest, deepest[2]),
            ]
            .map(|steps| first_order::errors(&task, &steps));
            let (of_descent, of_chebyshev) = (of_descent?, of_chebyshev?);
            newton.push(3.0 + settled(&of_newton, TOLERANCE));
            descent.push(settled(&of_descent, TOLERANCE));
            chebyshev.push(settled(&of_chebyshev, TOLERANCE));
            if curves.is_empty() {
                curves = vec![
                    curve("gradient descent", 0, &of_descent[..100.min(deepest[1])]),
                    curve("Chebyshev", 0, &of_chebyshev[..100.min(deepest[2])]),
                    curve("Newton, 3 + T layers", 3, &of_newton),
                ];
            }
        }
        context.plot(Series {
            title: format!("Least squares in context, condition {condition}"),
            x: Axis::linear("layers"),
            y: Axis::logarithmic("error of the prediction"),
            curves,
        });
        Ok(Self { newton, descent, chebyshev })
    }
}

/// Median over tasks of the layers of gradient descent over those of Newton.
pub fn depth_against_gradient_descent(context: &mut Context<'_>) -> Result<Measured> {
    let depths = context.study::<Depths>()?;
    Ok(median_ratio(&depths.descent, &depths.newton))
}

/// Median over tasks of the layers of Chebyshev's semi-iteration over those of Newton.
pub fn depth_against_chebyshev(context: &mut Context<'_>) -> Result<Measured> {
    let depths = context.study::<Depths>()?;
    Ok(median_ratio(&depths.chebyshev, &depths.newton))
}

fn median_ratio(layers: &[f64], of_newton: &[f64]) -> Measured {
    let ratios = layers.iter().zip(of_newton).map(|(layers, newton)| layers / newton);
    sampled_median(&ratios.collect::<Vec<_>>())
}

fn curve(label: &str, first_layer: usize, errors: &[f64]) -> Curve {
    let points = errors.iter().enumerate();
    let points = points.map(|(i, error)| [(first_layer + i) as f64, error.max(1e-16)]).collect();
    Curve { label: label.to_owned(), points }
}
