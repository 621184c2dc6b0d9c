//! The algorithms themselves, on matrices: references for the transformer, and its rivals.

use super::task::{Network, Task};
use nalgebra::{DMatrix, DVector};
use situ::construct::chain_of_thought::LeakyRelu;

/// Operands (one column per example) and targets before the activation, of one layer.
pub struct Pairs {
    /// s^{l-1}.
    pub operands: DMatrix<f64>,
    /// φ⁻¹(s^l), or s^L.
    pub targets: DMatrix<f64>,
}

impl Pairs {
    /// The pairs of layer `step` of a task, counted from 0.
    pub fn of(task: &Task, step: usize) -> Self {
        let mut pairs = Self::between(task, step, step + 1);
        if step + 1 < task.network.weights.len() {
            pairs.targets.apply(|value| *value = task.network.activation.invert(*value));
        }
        pairs
    }

    /// The values of the examples' chains at two places, as the prompt gives them.
    fn between(task: &Task, from: usize, to: usize) -> Self {
        let columns = |index: usize| -> Vec<DVector<f64>> {
            task.examples.iter().map(|chain| chain[index].clone()).collect()
        };
        let [operands, targets] = [from, to].map(|index| DMatrix::from_columns(&columns(index)));
        Self { operands, targets }
    }

    /// The best constant step, 2 / (λ_max + λ_min) with λ the non-zero eigenvalues of Σ x xᵀ.
    pub fn step_size(&self) -> f64 {
        let (smallest, largest) = self.eigenvalues();
        2.0 / (largest + smallest)
    }

    /// (λ_max − λ_min) / (λ_max + λ_min).
    pub fn spread(&self) -> f64 {
        let (smallest, largest) = self.eigenvalues();
        (largest - smallest) / (largest + smallest)
    }

    /// λ_min and λ_max.
    fn eigenvalues(&self) -> (f64, f64) {
        let eigenvalues = self.operands.singular_values().map(|value| value * value);
        (eigenvalues.min(), eigenvalues.max())
    }

    /// `descents` steps of gradient descent from zero.
    pub fn gradient_descent(&self, step_size: f64, descents: usize) -> DMatrix<f64> {
        let mut weights = DMatrix::zeros(self.targets.nrows(), self.operands.nrows());
        for _ in 0..descents {
            let error = &self.targets - &weights * &self.operands;
            weights += (error * self.operands.transpose()) * step_size;
        }
        weights
    }

    /// The limit of gradient descent: the least-squares solution of smallest norm.
    pub fn least_squares(&self) -> DMatrix<f64> {
        let cutoff = 1e-13 * self.operands.singular_values()[0];
        let inverse = self.operands.clone().pseudo_inverse(cutoff);
        &self.targets * inverse.unwrap_or_else(|_| DMatrix::zeros(0, 0))
    }

    /// Ridge regression.
    pub fn ridge(&self, ridge: f64) -> DMatrix<f64> {
        let gram = &self.operands * self.operands.transpose();
        let gram = &gram + DMatrix::identity(gram.nrows(), gram.ncols()) * ridge;
        let moments = &self.operands * self.targets.transpose();
        gram.cholesky().map_or_else(|| moments.clone(), |factor| factor.solve(&moments)).transpose()
    }
}

/// The network whose layers `learn` finds, each from its own pairs.
pub fn learn_layers(task: &Task, learn: impl Fn(&Pairs) -> DMatrix<f64>) -> Network {
    let layers = task.network.weights.len();
    let weights = (0..layers).map(|step| learn(&Pairs::of(task, step))).collect();
    Network { weights, activation: task.network.activation }
}

/// Without intermediate values: linear least squares from inputs to outputs.
pub fn linear_in_context(task: &Task) -> Network {
    let weights = Pairs::between(task, 0, task.network.weights.len()).least_squares();
    Network { weights: vec![weights], activation: task.network.activation }
}

/// Without intermediate values: the Gaussian process of the network of infinite width, the
/// best predictor in the mean as the width grows.
pub fn kernel_in_context(task: &Task) -> impl Fn(&DVector<f64>) -> f64 + use<> {
    let Pairs { operands, targets } = Pairs::between(task, 0, task.network.weights.len());
    let slope = task.network.activation.slope;
    let inputs: Vec<_> = operands.column_iter().map(|column| column.into_owned()).collect();
    let count = inputs.len();
    let gram = DMatrix::from_fn(count, count, |i, j| kernel(slope, &inputs[i], &inputs[j]));
    let solution = gram.lu().solve(&targets.transpose());
    move |query| {
        let Some(solution) = &solution else { return f64::NAN };
        inputs.iter().zip(solution).map(|(input, s)| s * kernel(slope, input, query)).sum()
    }
}

/// E[φ(w·x) φ(w·y)] over standard normal w, for φ(z) = (1 + slope)/2 z + (1 − slope)/2 |z|: the
/// product of linear parts, and the arc-cosine kernel of the absolute values.
fn kernel(slope: f64, x: &DVector<f64>, y: &DVector<f64>) -> f64 {
    let (norms, product) = (x.norm() * y.norm(), x.dot(y));
    let cosine = (product / norms).clamp(-1.0, 1.0);
    let sine = (1.0 - cosine * cosine).sqrt();
    let absolute = std::f64::consts::FRAC_2_PI * norms * (sine + cosine * cosine.asin());
    ((1.0 + slope) / 2.0).powi(2) * product + ((1.0 - slope) / 2.0).powi(2) * absolute
}

/// Plain ReLU cannot be inverted: each neuron learns from the examples where it is active.
pub fn learn_active(task: &Task) -> Network {
    let first = Pairs::between(task, 0, 1);
    let width = first.targets.nrows();
    let mut hidden = DMatrix::zeros(width, first.operands.nrows());
    for neuron in 0..width {
        let active: Vec<usize> =
            (0..first.targets.ncols()).filter(|i| first.targets[(neuron, *i)] > 0.0).collect();
        if active.is_empty() {
            continue;
        }
        let pairs = Pairs {
            operands: first.operands.select_columns(&active),
            targets: first.targets.rows(neuron, 1).select_columns(&active),
        };
        hidden.set_row(neuron, &pairs.least_squares().row(0));
    }
    let output = Pairs::between(task, 1, 2).least_squares();
    Network { weights: vec![hidden, output], activation: LeakyRelu { slope: 0.0, scale: 1.0 } }
}
