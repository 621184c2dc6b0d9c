//! The learner `newton`: logistic regression by damped Newton steps.

use super::output::{TargetScale, activate};
use super::{Archive, Error, Learner, Shape, Standardization, Target, Task};
use crate::matrix::prefix;
use crate::matrix::{add_scaled_dithered, dot};
use crate::scalar::{Scalar, Storage};
use crate::solve::{Covariance, Size, Triangular};

/// Online Newton on softmax (or linear) regression, the inverse Hessian tracked by rank-one steps.
///
/// On φ = [1, z] with probabilities p the curvature of an example is bounded along every output by
/// its mean, `h = (1 − Σp²)/C + 0.01`, so that one matrix serves all outputs:
///
/// `P −= h/(1 + h φᵀPφ) Pφ (Pφ)ᵀ`, `W_c += (y_c − p_c)/(1 + h φᵀPφ) Pφ`.
///
/// With F = 1 + d terms: state F (F − 1)/2 + F C numbers in storage, besides F of the compute type
/// and the moments of features; 3 F² + 4 F C flops an update. `TERMS` is the capacity for F.
///
/// ```
/// use situ::online::{Learner, Newton, Shape, Target};
///
/// let mut learner = Newton::<f32, 1, 2, 2>::new(Shape::classify(1, 2), 5.0)?;
/// let mut probabilities = [0.0; 2];
/// for step in 0..100 {
///     let x = (step % 10) as f32;
///     learner.update(&[x], Target::Class(usize::from(x > 4.5)), &mut probabilities)?;
/// }
/// learner.predict(&[9.0], &mut probabilities)?;
/// assert!(probabilities[1] > 0.9);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Newton<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
where
    Size<TERMS>: Triangular,
{
    ridge: S::Compute,
    shape: Shape,
    standardization: Standardization<S::Compute, FEATURES>,
    scale: TargetScale<S::Compute>,
    covariance: Covariance<S, TERMS>,
    weights: [[S; TERMS]; OUTPUTS],
    /// Counted to dither what is rounded.
    updates: u32,
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
    Newton<S, FEATURES, OUTPUTS, TERMS>
where
    Size<TERMS>: Triangular,
{
    /// A learner of this shape that has seen nothing; P starts at I/ridge. A ridge of 5 suits any
    /// standardized data.
    ///
    /// # Errors
    /// [`Error::Capacity`] if the shape is larger than the type.
    pub fn new(shape: Shape, ridge: S::Compute) -> Result<Self, Error> {
        let shape = shape.within(FEATURES, OUTPUTS)?;
        let terms = shape.features + 1;
        if terms > TERMS {
            return Err(Error::Capacity);
        }
        let mut covariance = Covariance::EMPTY;
        covariance.restart(S::Compute::ONE / ridge);
        Ok(Self {
            ridge,
            shape,
            standardization: Standardization::new(),
            scale: TargetScale::new(),
            covariance,
            weights: [[S::STORED_ZERO; TERMS]; OUTPUTS],
            updates: 0,
        })
    }

    /// Writes φ = [1, z], and the scores with the probabilities they stand for.
    fn activations(&self, features: &[S::Compute], phi: &mut [S::Compute], out: &mut [S::Compute]) {
        if let Some((intercept, z)) = phi.split_first_mut() {
            *intercept = S::Compute::ONE;
            self.standardization.standardize(features, z);
        }
        for (score, weights) in out.iter_mut().zip(&self.weights) {
            *score = dot(weights, phi);
        }
        activate(self.shape.task, out);
    }

    fn curvature(&self, prediction: &[S::Compute]) -> S::Compute {
        match self.shape.task {
            Task::Regress => S::Compute::ONE,
            Task::Classify { classes } => {
                let uncertain = S::Compute::ONE - dot(prediction, prediction);
                uncertain / S::Compute::from_usize(classes) + S::Compute::from_f64(0.01)
            }
        }
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
    Learner<S::Compute> for Newton<S, FEATURES, OUTPUTS, TERMS>
where
    Size<TERMS>: Triangular,
{
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[S::Compute], prediction: &mut [S::Compute]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let mut phi = [S::Compute::ZERO; TERMS];
        self.activations(features, prefix(&mut phi, features.len() + 1), prediction);
        self.scale.restore(self.shape.task, prediction);
        Ok(())
    }

    fn update(
        &mut self,
        features: &[S::Compute],
        target: Target<S::Compute>,
        prediction: &mut [S::Compute],
    ) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        self.shape.check_target(target)?;
        let (mut phi, mut p_phi) = ([S::Compute::ZERO; TERMS], [S::Compute::ZERO; TERMS]);
        let phi = prefix(&mut phi, features.len() + 1);
        let p_phi = prefix(&mut p_phi, features.len() + 1);
        self.activations(features, phi, prediction);
        let curvature = self.curvature(prediction);
        let variance = self.covariance.condition(phi, curvature, p_phi);
        let gain = S::Compute::ONE / (S::Compute::ONE + curvature * variance);
        let goal = self.scale.standardize(target);
        for (index, (weights, p)) in self.weights.iter_mut().zip(prediction.iter()).enumerate() {
            add_scaled_dithered(gain * (goal.output(index) - *p), p_phi, weights, self.updates);
        }
        self.scale.restore(self.shape.task, prediction);
        self.updates = self.updates.wrapping_add(1);
        self.scale.observe(target);
        self.standardization.observe(features);
        Ok(())
    }

    fn reset(&mut self) {
        self.standardization = Standardization::new();
        self.scale = TargetScale::new();
        self.covariance.restart(S::Compute::ONE / self.ridge);
        self.weights = [[S::STORED_ZERO; TERMS]; OUTPUTS];
        self.updates = 0;
    }

    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"newton");
        self.shape.transfer(archive);
        archive.expect_numbers(&[self.ridge]);
        let terms = self.shape.features + 1;
        self.standardization.transfer(self.shape.features, archive);
        self.scale.transfer(self.shape.task, archive);
        self.covariance.transfer(terms, archive);
        archive.count(&mut self.updates);
        for weights in self.weights.iter_mut().take(self.shape.outputs()) {
            archive.numbers(prefix(weights, terms));
        }
    }

    fn state_bytes(&self) -> usize {
        let terms = self.shape.features + 1;
        Covariance::<S, TERMS>::state_bytes(terms)
            + terms * self.shape.outputs() * size_of::<S>()
            + size_of::<u32>()
            + Standardization::<S::Compute, FEATURES>::state_bytes(self.shape.features)
            + TargetScale::<S::Compute>::state_bytes(self.shape.task)
    }

    fn flops_per_update(&self) -> usize {
        let terms = self.shape.features + 1;
        3 * terms * terms + 4 * terms * self.shape.outputs() + 20 * terms
    }
}
