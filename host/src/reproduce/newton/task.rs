//! A least-squares task with its ridge solution.

use super::random;
use crate::buffers::HeapBuffers;
use nalgebra::{DMatrix, DVector};
use situ::construct::newton::Regression;
use situ::transformer::Error;

/// One task: examples, targets, a test example, and the ridge solution.
pub struct Task {
    pub examples: DMatrix<f64>,
    pub targets: DVector<f64>,
    pub test: DVector<f64>,
    pub ridge: f64,
    pub gram: DMatrix<f64>,
    pub solution: DVector<f64>,
}

impl Task {
    pub fn new(
        examples: DMatrix<f64>,
        ridge: f64,
        random: &mut rand_pcg::Pcg64Mcg,
    ) -> Option<Self> {
        let (n, d) = examples.shape();
        let noise = random::normal(n, 1, random).column(0) * 0.1;
        let targets = &examples * random::normal(d, 1, random).column(0) + noise;
        let test = random::normal(d, 1, random).column(0).into_owned();
        let gram = examples.tr_mul(&examples) + DMatrix::identity(d, d) * ridge;
        let solution = gram.clone().cholesky()?.solve(&examples.tr_mul(&targets));
        Some(Self { examples, targets, test, ridge, gram, solution })
    }

    /// 1/λ_max², the largest start for which Newton converges at once.
    pub fn spectral_scale(&self) -> f64 {
        self.gram.symmetric_eigenvalues().max().powi(-2)
    }

    /// Error of a prediction relative to |a_test| |w|.
    pub fn relative_error(&self, prediction: f64) -> f64 {
        let exact = self.test.dot(&self.solution);
        (prediction - exact).abs() / (self.test.norm() * self.solution.norm())
    }

    /// Error of the transformer of T = `steps` started at `scale`; infinite if its counts are not those
    /// of the theorem.
    pub fn error(&self, steps: u16, scale: f64) -> Result<f64, Error> {
        let (n, d) = self.examples.shape();
        let regression = Regression { features: d as u16, steps, ridge: self.ridge, scale };
        let mut buffers = HeapBuffers::new(regression.buffer_sizes());
        let transformer = regression.build::<f64>(buffers.buffers())?;
        let counts_hold = transformer.layers.len() == 3 + usize::from(steps)
            && transformer.max_heads() <= 2
            && usize::from(transformer.rows) == 4 * d + 3;
        if !counts_hold {
            return Ok(f64::INFINITY);
        }
        let mut sequence = vec![0.0; regression.rows() * (n + 1)];
        let examples = random::row_major(&self.examples);
        let (targets, test) = (self.targets.as_slice(), self.test.as_slice());
        regression.write_prompt(&examples, targets, test, &mut sequence)?;
        transformer.forward(&mut sequence, &mut vec![0.0; transformer.workspace(n + 1)])?;
        Ok(self.relative_error(sequence.last().copied().unwrap_or(f64::NAN)))
    }
}
