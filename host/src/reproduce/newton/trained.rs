//! Section 4.3: trained linear attention compared with Newton's method and gradient descent.

use crate::linear_attention::{EXAMPLES, FEATURES, Law, Model, SHIPPED, UNIT, Workspace};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{jackknife, largest as largest_of, mean, median};
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use nalgebra::DMatrix;
use situ::random::Generator;

/// Condition numbers and noise of the tasks, as in the paper.
const CONDITIONS: [f64; 5] = [5.0, 10.0, 20.0, 50.0, 100.0];
const NOISES: [f64; 2] = [0.0, 0.1];

/// Orders of Newton's method.
const ORDERS: [i32; 6] = [2, 3, 4, 6, 8, 10];

/// Steps of a method, against as many layers of a model.
const STEPS: i32 = 6;

/// Factors by which the inputs of the out-of-distribution prompts are scaled.
const SCALES: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// Squared errors of all methods on a task.
struct Errors {
    /// The error of predicting zero.
    prior: f64,
    /// By model, in the order of [`SHIPPED`].
    models: Vec<f64>,
    /// By order, then number of steps from one.
    newton: Vec<Vec<f64>>,
    /// By number of steps from one.
    descent: Vec<f64>,
}

/// Least squares of a prompt in the eigenvectors of its Gram matrix: a method is characterized by the
/// share that it leaves of each component of the solution.
struct Components {
    /// Eigenvalues, and what each adds to the prediction of the solution.
    parts: Vec<(f64, f64)>,
    largest: f64,
    smallest: f64,
}

impl Components {
    fn new(tokens: &[f32]) -> Self {
        let rows = tokens.iter().map(|x| f64::from(*x) * UNIT);
        let rows = DMatrix::from_row_iterator(EXAMPLES + 1, FEATURES + 1, rows);
        let examples = rows.view((0, 0), (EXAMPLES, FEATURES));
        let moments = examples.tr_mul(&rows.view((0, FEATURES), (EXAMPLES, 1)));
        let query = rows.view((EXAMPLES, 0), (1, FEATURES)).transpose();
        let eigen = examples.tr_mul(&examples).symmetric_eigen();
        let vectors = eigen.eigenvectors.column_iter().zip(eigen.eigenvalues.iter());
        let part = |(vector, eigenvalue): (nalgebra::DVectorView<'_, f64>, &f64)| {
            let product = vector.dot(&query.column(0)) * vector.dot(&moments.column(0));
            (*eigenvalue, product / eigenvalue)
        };
        let parts = vectors.map(part).collect();
        Self { parts, largest: eigen.eigenvalues.max(), smallest: eigen.eigenvalues.min() }
    }

    /// The prediction of a method that leaves the share `left` of the component of an eigenvalue.
    fn predict(&self, left: impl Fn(f64) -> f64) -> f64 {
        self.parts.iter().map(|(eigenvalue, part)| (1.0 - left(*eigenvalue)) * part).sum()
    }

    /// After some steps of Newton's method for the inverse, from Aᵀ over the square of the largest
    /// eigenvalue: a step of order p raises the residual to its p-th power.
    fn newton(&self, order: i32, steps: i32) -> f64 {
        self.predict(|eigenvalue| {
            (1.0 - (eigenvalue / self.largest).powi(2)).powi(order.pow(steps as u32))
        })
    }

    /// After some steps of gradient descent at the best constant step.
    fn descent(&self, steps: i32) -> f64 {
        let step = 2.0 / (self.largest + self.smallest);
        self.predict(|eigenvalue| (1.0 - step * eigenvalue).powi(steps))
    }
}

/// The shipped models.
fn models() -> Result<Vec<Model>> {
    let open = |bytes: &&[u8]| Model::open(bytes).ok_or_else(|| "not a model".into());
    SHIPPED.iter().map(open).collect()
}

/// Errors of all methods on many tasks of a distribution, with all inputs and outputs scaled by `scale`
/// relative to training.
fn errors(
    settings: &Settings,
    models: &[Model],
    (law, scale): (Law, f64),
    tasks: u64,
) -> Vec<Errors> {
    let task = |index: u64| {
        let mut generator = Generator::new(settings.seed.wrapping_mul(1 << 32).wrapping_add(index));
        let mut tokens = vec![0.0; (EXAMPLES + 1) * (FEATURES + 1)];
        let y = law.draw(&mut generator, &mut tokens) * scale as f32;
        tokens.iter_mut().for_each(|x| *x *= scale as f32);
        let exact = f64::from(y) * UNIT;
        let square = |prediction: f64| (prediction - exact).powi(2);
        let components = Components::new(&tokens);
        let mut work = Workspace::default();
        let mut predict = |model: &Model| f64::from(model.predict(&tokens, 1, &mut work)[0]) * UNIT;
        let newton = |order: &i32| {
            (1..=STEPS).map(|steps| square(components.newton(*order, steps))).collect()
        };
        Errors {
            prior: exact * exact,
            models: models.iter().map(|model| square(predict(model))).collect(),
            newton: ORDERS.iter().map(newton).collect(),
            descent: (1..=STEPS).map(|steps| square(components.descent(steps))).collect(),
        }
    };
    (0..tasks).parallel_map(task).collect()
}

/// Median squared error over the mean square of the answers. A plain model's output is a polynomial of
/// the prompt: on single prompts it misses by so much that a mean says little.
fn loss(tasks: &[Errors], of: impl Fn(&Errors) -> f64) -> Measured {
    jackknife(tasks, |tasks| {
        let prior = tasks.iter().map(|task| task.prior).sum::<f64>() / tasks.len() as f64;
        median(tasks.iter().map(|task| of(task)).collect()) / prior
    })
}

/// Errors by condition number, without noise, and those at other scales.
struct Trained {
    models: Vec<Model>,
    tasks: Vec<Vec<Errors>>,
    scaled: Vec<Vec<Errors>>,
}

impl Study for Trained {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let (settings, models) = (context.settings, models()?);
        // For the claims, and for the curves beside them.
        let (claimed, shown) = (settings.size(600, 5000), settings.size(150, 5000));
        let mut tasks = Vec::new();
        for noise in NOISES {
            for condition in CONDITIONS {
                let count = if noise == 0.0 { claimed } else { shown };
                let errors = errors(settings, &models, (Law { condition, noise }, 1.0), count);
                context.plot(Series {
                    title: format!(
                        "Trained linear attention, condition {condition}, noise {noise}"
                    ),
                    x: Axis::linear("layers or steps"),
                    y: Axis::logarithmic("median squared error / mean square"),
                    curves: curves(&models, &errors),
                });
                if noise == 0.0 {
                    tasks.push(errors);
                }
            }
        }
        let law = Law { condition: 10.0, noise: 0.0 };
        let at = |scale: &f64| {
            let count = if [1.0, 2.0].contains(scale) { claimed } else { shown };
            errors(settings, &models, (law, *scale), count)
        };
        let scaled: Vec<_> = SCALES.iter().map(at).collect();
        let curve = |index: usize| Curve {
            label: label(&models[index]),
            points: SCALES
                .iter()
                .zip(&scaled)
                .map(|(scale, tasks)| [*scale, loss(tasks, |task| task.models[index]).value])
                .collect(),
        };
        context.plot(Series {
            title: "Trained linear attention outside its training, condition 10".to_owned(),
            x: Axis::logarithmic("scale of the inputs relative to training"),
            y: Axis::logarithmic("median squared error / mean square"),
            curves: (0..models.len()).map(curve).collect(),
        });
        Ok(Self { models, tasks, scaled })
    }
}

fn label(model: &Model) -> String {
    let kind = if model.shape.normalized { "normalized" } else { "plain" };
    format!("{kind}, {} layers", model.shape.layers)
}

/// Losses against layers and steps.
fn curves(models: &[Model], tasks: &[Errors]) -> Vec<Curve> {
    let mut curves: Vec<Curve> = [("trained", false), ("trained, normalized", true)]
        .map(|(label, normalized)| {
            let own = models.iter().enumerate().filter(|(_, m)| m.shape.normalized == normalized);
            let point = |(index, model): (usize, &Model)| {
                [f64::from(model.shape.layers), loss(tasks, |task| task.models[index]).value]
            };
            Curve { label: label.to_owned(), points: own.map(point).collect() }
        })
        .into();
    let steps = |label: String, of: &dyn Fn(&Errors, usize) -> f64| Curve {
        label,
        points: (0..STEPS as usize)
            .map(|step| [step as f64 + 1.0, loss(tasks, |task| of(task, step)).value])
            .collect(),
    };
    for (index, order) in ORDERS.iter().enumerate() {
        curves
            .push(steps(format!("Newton, order {order}"), &|task, step| task.newton[index][step]));
    }
    curves.push(steps("gradient descent".to_owned(), &|task, step| task.descent[step]));
    curves
}

impl Trained {
    /// The plain model with this many layers.
    fn plain(&self, layers: u8) -> Result<usize> {
        let is = |model: &Model| model.shape.layers == layers && !model.shape.normalized;
        Ok(self.models.iter().position(is).ok_or("no such model")?)
    }

    /// Layers or steps at which the losses reach a hundredth of the prior's at condition 10.
    fn reached(&self) -> String {
        let curves = curves(&self.models, &self.tasks[1]);
        let first = |curve: &Curve| {
            let point = curve.points.iter().find(|[_, loss]| *loss <= 0.01);
            let count = point.map_or_else(|| "more".to_owned(), |[count, _]| count.to_string());
            format!("{}: {count}", curve.label)
        };
        let reached: Vec<String> = curves.iter().map(first).collect();
        format!("layers or steps to 0.01 at condition 10: {}", reached.join(", "))
    }
}

/// Layers of the models that the claims compare.
const LAYERS: u8 = 3;

/// Largest loss of the plain model over the condition numbers.
pub fn trained(context: &mut Context<'_>) -> Result<Measured> {
    let trained = context.study::<Trained>()?;
    let index = trained.plain(LAYERS)?;
    let losses = trained.tasks.iter().map(|tasks| loss(tasks, |task| task.models[index]));
    let largest = losses.fold(Measured::from(0.0), Measured::max);
    let mean = |tasks: &Vec<Errors>| {
        let sum = |of: &dyn Fn(&Errors) -> f64| tasks.iter().map(of).sum::<f64>();
        sum(&|task| task.models[index]) / sum(&|task| task.prior)
    };
    let mean = largest_of(trained.tasks.iter().map(mean));
    Ok(largest.with_detail(format!("largest mean {mean:.1e}; {}", trained.reached())))
}

/// Largest ratio of its squared error to that of as many steps of Newton's method of order 2.
pub fn against_newton(context: &mut Context<'_>) -> Result<Measured> {
    let trained = context.study::<Trained>()?;
    let index = trained.plain(LAYERS)?;
    let ratio = |tasks: &Vec<Errors>| {
        jackknife(tasks, |tasks| {
            let newton = tasks.iter().map(|task| task.newton[0][usize::from(LAYERS) - 1]);
            median(tasks.iter().map(|task| task.models[index]).collect()) / median(newton.collect())
        })
    };
    Ok(trained.tasks.iter().map(ratio).fold(Measured::from(0.0), Measured::max))
}

/// Smallest squared error that f32 distinguishes from zero.
const RESOLUTION: f64 = 1e-12;

/// Squared error of the plain model on prompts of twice the scale over that at the scale of the training, as
/// a power of ten: the mean over prompts. A half of them explode, so the median is anywhere between.
pub fn outside(context: &mut Context<'_>) -> Result<Measured> {
    let trained = context.study::<Trained>()?;
    let index = trained.plain(LAYERS)?;
    // The same tasks at both scales.
    let pairs = trained.scaled[2].iter().zip(&trained.scaled[3]);
    let growth = pairs.map(|(inside, outside)| {
        let ratio = outside.models[index] / inside.models[index].max(RESOLUTION);
        (ratio / SCALES[3].powi(2)).log10()
    });
    Ok(mean(growth))
}
