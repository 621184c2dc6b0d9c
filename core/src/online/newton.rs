//! The learner `newton`: logistic regression by damped Newton steps.

use super::configuration::{Configuration, positive};
use super::forgetting::{Changes, Evidence};
use super::frame::{Context, Example, Model, Setting};
use super::linear::Linear;
use super::output::{Rescaling, activate};
use super::{Archive, Error, Forgetting, Frame, Parameter, Standardization, Task};
use crate::matrix::{dot, prefix};
use crate::scalar::{Scalar, Storage, zeros};
use crate::solve::{Covariance, Size, Triangular};

/// Minimum curvature of an example: a certain prediction still counts as an observation.
/// Chosen on the four streams of the learners' table.
const MIN_CURVATURE: f64 = 0.01;

/// Configuration of [`Newton`].
///
/// ```
/// use situ::online::{Error, Learner, Newton, NewtonConfiguration, Shape, Target};
///
/// let certainty = |ridge| {
///     let configuration = NewtonConfiguration { ridge, ..Default::default() };
///     let mut learner = Newton::<f32, 1, 2, 2>::new(Shape::classify(1, 2), configuration)?;
///     for class in [0, 1].repeat(10) {
///         learner.learn(&[class as f32], Target::Class(class))?;
///     }
///     let mut probabilities = [0.0; 2];
///     learner.predict(&[1.0], &mut probabilities)?;
///     Ok::<_, Error>(probabilities[1])
/// };
/// // A larger ridge takes more examples to be overcome.
/// assert!(certainty(5.0)? > certainty(500.0)? && certainty(500.0)? > 0.5);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NewtonConfiguration<T> {
    /// Ridge λ: P starts at I/λ.
    pub ridge: T,
    /// How fast the past fades.
    pub forgetting: Forgetting<T>,
}

impl<T: Scalar> Default for NewtonConfiguration<T> {
    /// Ridge 5, chosen on the four streams of the learners' table; no forgetting.
    fn default() -> Self {
        Self { ridge: T::from_f64(5.0), forgetting: Forgetting::NONE }
    }
}

impl<T: Scalar> Configuration for NewtonConfiguration<T> {
    const EMPTY: Self = Self { ridge: T::ZERO, forgetting: Forgetting::EMPTY };

    fn check(&self) -> Result<(), Error> {
        positive(self.ridge, Parameter::Ridge)?;
        self.forgetting.check()
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        archive.expect_numbers(&[self.ridge]);
        self.forgetting.expect(archive);
    }
}

/// Online Newton on softmax (or linear) regression, the inverse Hessian tracked by rank-one steps.
///
/// On φ = [1, z] with probabilities p, the curvature of an example is bounded along every output by
/// its mean, `h = (1 − Σp²)/C + 0.01`, so that one matrix serves all outputs:
///
/// `P −= h/(1 + h φᵀPφ) Pφ (Pφ)ᵀ`, `W_c += (y_c − p_c)/(1 + h φᵀPφ) Pφ`.
///
/// With [`Forgetting`] the past fades: `P ← P/γ` after each example.
///
/// With F = 1 + d terms, the state is F (F − 1)/2 + F C numbers in storage, plus F + 6 of the compute type and the
/// moments of the features. An update takes 3 F² + 4 F C flops, F² more with forgetting. `TERMS` is F's capacity.
///
/// The online Newton step (E. Hazan, A. Agarwal and S. Kale, "Logarithmic regret algorithms for online convex
/// optimization", 2007), with this bound in place of the squared gradient.
///
/// Not to be confused with [`solve::NewtonInverse`](crate::solve::NewtonInverse), the iteration for the
/// inverse of a matrix.
///
/// ```
/// use situ::online::{Learner, Newton, Shape, Target};
///
/// let mut learner = Newton::<f32, 1, 2, 2>::new(Shape::classify(1, 2), Default::default())?;
/// let mut probabilities = [0.0; 2];
/// for step in 0..100 {
///     let x = (step % 10) as f32;
///     learner.update(&[x], Target::Class(usize::from(x > 4.5)), &mut probabilities)?;
/// }
/// learner.predict(&[9.0], &mut probabilities)?;
/// assert!(probabilities[1] > 0.9);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[doc(alias = "online Newton step")]
#[doc(alias = "logistic regression")]
pub type Newton<S, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> =
    Frame<NewtonModel<S, FEATURES, OUTPUTS, TERMS>>;

/// The model of [`Newton`].
#[derive(Clone, Debug, PartialEq)]
pub struct NewtonModel<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
where
    Size<TERMS>: Triangular,
{
    covariance: Covariance<S, TERMS>,
    linear: Linear<S, OUTPUTS, TERMS>,
    changes: Changes<S::Compute>,
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
    NewtonModel<S, FEATURES, OUTPUTS, TERMS>
where
    Size<TERMS>: Triangular,
{
    /// Writes φ = [1, z], the scores, and the probabilities they imply.
    fn activations(
        &self,
        context: &Context<'_, Self>,
        phi: &mut [S::Compute],
        out: &mut [S::Compute],
    ) {
        if let Some((intercept, rest)) = phi.split_first_mut() {
            *intercept = S::Compute::ONE;
            S::Compute::load_all(context.x.z, rest);
        }
        self.linear.scores(phi, out);
        activate(context.shape.task, out);
    }
}

fn curvature<T: Scalar>(task: Task, prediction: &[T]) -> T {
    match task {
        Task::Regress => T::ONE,
        Task::Classify { classes } => {
            let uncertain = T::ONE - dot(prediction, prediction);
            uncertain / T::from_usize(classes) + T::from_f64(MIN_CURVATURE)
        }
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> Model
    for NewtonModel<S, FEATURES, OUTPUTS, TERMS>
where
    Size<TERMS>: Triangular,
{
    type Inputs = Standardization<S::Compute, FEATURES>;
    type Configuration = NewtonConfiguration<S::Compute>;
    type Outputs = [S::Compute; OUTPUTS];
    const NAME: &'static str = "newton";
    const EMPTY: Self =
        Self { covariance: Covariance::EMPTY, linear: Linear::EMPTY, changes: Changes::EMPTY };

    fn fits(setting: &Setting<'_, Self>) -> Result<(), Error> {
        if setting.shape.features + 1 > TERMS { Err(Error::Capacity) } else { Ok(()) }
    }

    fn reset(&mut self, setting: &Setting<'_, Self>) {
        self.covariance.restart(S::Compute::ONE / setting.configuration.ridge);
        self.linear.clear();
        self.changes = Changes::EMPTY;
    }

    fn decay(&self) -> S::Compute {
        self.changes.last()
    }

    fn predict(&self, context: &Context<'_, Self>, out: &mut [S::Compute]) {
        let mut phi = zeros::<S::Compute, TERMS>();
        self.activations(context, prefix(&mut phi, context.x.z.len() + 1), out);
    }

    fn update(&mut self, example: &Example<'_, Self>, out: &mut [S::Compute]) -> Result<(), Error> {
        let Example { context, goal } = example;
        let mut phi = zeros::<S::Compute, TERMS>();
        let mut p_phi = zeros::<S::Compute, TERMS>();
        let phi = prefix(&mut phi, context.x.z.len() + 1);
        let p_phi = prefix(&mut p_phi, phi.len());
        self.activations(context, phi, out);
        let curvature = curvature(context.shape.task, out);
        let variance = self.covariance.factors().condition(phi, curvature, p_phi);
        let gain = S::Compute::ONE / (S::Compute::ONE + curvature * variance);
        let square = self.linear.correct(goal, out, gain, p_phi, context.step);
        let evidence = Evidence::of(example, out, [square, variance], phi.len());
        let decay = self.changes.observe(&context.configuration.forgetting, &evidence);
        self.covariance.forget(decay, context.configuration.ridge);
        Ok(())
    }

    fn rescale(&mut self, rescaling: Rescaling<S::Compute>, step: u32) {
        self.linear.rescale(rescaling, step);
    }

    fn transfer(&mut self, setting: &Setting<'_, Self>, archive: &mut Archive<'_>) {
        let Setting { shape, .. } = setting;
        self.covariance.transfer(shape.features + 1, archive);
        self.linear.transfer(shape.outputs(), shape.features + 1, archive);
        self.changes.transfer(archive);
    }

    fn state_bytes(setting: &Setting<'_, Self>) -> usize {
        let terms = setting.shape.features + 1;
        Covariance::<S, TERMS>::state_bytes(terms)
            + Linear::<S, OUTPUTS, TERMS>::state_bytes(setting.shape.outputs(), terms)
            + size_of::<Changes<S::Compute>>()
    }

    fn flops(setting: &Setting<'_, Self>) -> usize {
        let terms = setting.shape.features + 1;
        let sweeps = 3 + usize::from(setting.configuration.forgetting.fades());
        sweeps * terms * terms + 4 * terms * setting.shape.outputs() + 20 * terms
    }
}
