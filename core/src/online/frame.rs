//! The frame around every learner: checks, standardization, the scale of values, saving.
//!
//! A learner is a [`Frame`] around a [`Model`], and the model contains only what sets it apart. The frame
//! checks an example before the model sees it, so the promise that a refused example changes nothing is
//! kept in one place.

use super::inputs::{Input, Inputs};
use super::output::Rescaling;
use super::{Archive, Configuration, Error, InPlace, Learner, Shape, Target, TargetScale};
use crate::archive::Persist;
use crate::matrix::prefix;
use crate::scalar::Scalar;
use crate::solve::Elements;

/// The target of one example.
#[derive(Clone, Copy, Debug)]
pub struct Goal<T> {
    /// The class, or the value in its unit, clipped to 8 deviations from the mean.
    pub raw: Target<T>,
    /// The class, or the value in standard units, from −5 to 5.
    pub standard: Target<T>,
    /// Largest residual of a value.
    pub max_residual: T,
}

impl<T: Scalar> Goal<T> {
    /// The amount by which output `index` should change, bounded so that one bad value cannot ruin the
    /// model.
    #[inline]
    pub fn residual(&self, index: usize, predicted: T) -> T {
        let residual = self.standard.output(index) - predicted;
        match self.standard {
            Target::Class(_) => residual,
            Target::Value(_) => residual.clamp_to(-self.max_residual, self.max_residual),
        }
    }
}

/// The type that a model computes in.
pub type Number<M> = <<M as Model>::Inputs as Inputs>::Number;

/// Memory for the features of one example.
type Row<M> = <<M as Model>::Inputs as Inputs>::Row;

/// The sizes and the configuration that a model works at, which have been checked.
pub struct Setting<'a, M: Model> {
    /// The sizes.
    pub shape: Shape,
    /// The configuration.
    pub configuration: &'a M::Configuration,
}

/// An example to predict, and what the frame knows about it.
pub struct Context<'a, M: Model> {
    /// The sizes.
    pub shape: Shape,
    /// The configuration.
    pub configuration: &'a M::Configuration,
    /// What is known about the features.
    pub inputs: &'a M::Inputs,
    /// The scale of values.
    pub scale: &'a TargetScale<Number<M>>,
    /// Updates before this one, for dithering; wraps around.
    pub step: u32,
    /// The features.
    pub x: Input<'a, Number<M>>,
}

/// An example to learn.
pub struct Example<'a, M: Model> {
    /// What a prediction is made from.
    pub context: Context<'a, M>,
    /// Its target.
    pub goal: Goal<Number<M>>,
}

/// The part in which learners differ. It works in standard units and sees only valid examples.
pub trait Model: Sized {
    /// What is kept about the features.
    type Inputs: Inputs;
    /// The configuration.
    type Configuration: Configuration;
    /// An array for one prediction; its length is the capacity for outputs.
    type Outputs: Elements<Number<Self>>;

    /// The learner's name in a saved state.
    const NAME: &'static str;
    /// All zero bytes; [`Self::reset`] makes it a model.
    const EMPTY: Self;

    /// Checks that the type has capacity for this shape and configuration, and supports the task.
    ///
    /// # Errors
    /// [`Error::Capacity`], [`Error::WrongTask`].
    fn fits(_: &Setting<'_, Self>) -> Result<(), Error> {
        Ok(())
    }

    /// Forgets everything learned, in place.
    fn reset(&mut self, setting: &Setting<'_, Self>);

    /// Predicts: a probability for each class, or the value in standard units.
    fn predict(&self, context: &Context<'_, Self>, out: &mut [Number<Self>]);

    /// Predicts, as [`Self::predict`] does, then learns.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the step leaves the format's range; the model is unchanged.
    fn update(
        &mut self,
        example: &Example<'_, Self>,
        out: &mut [Number<Self>],
    ) -> Result<(), Error>;

    /// The factor by which the past faded at the last update.
    fn decay(&self) -> Number<Self> {
        Number::<Self>::ONE
    }

    /// Follows a lasting change of the target's level. Does nothing by default: a model in standard units
    /// need not follow.
    fn shift(&mut self, _: Number<Self>) {}

    /// Follows a step of the scale of values, so that predictions in the values' unit stay the same.
    /// Does nothing by default: a model that does not forget has weights as old as the scale.
    fn rescale(&mut self, _: Rescaling<Number<Self>>, _step: u32) {}

    /// Passes the state through an archive.
    fn transfer(&mut self, setting: &Setting<'_, Self>, archive: &mut Archive<'_>);

    /// Bytes of state.
    fn state_bytes(setting: &Setting<'_, Self>) -> usize;

    /// Flops of an update, to leading order.
    fn flops(setting: &Setting<'_, Self>) -> usize;
}

/// A learner: a model plus everything that learners have in common.
///
/// [`Ftrl`](super::Ftrl), [`Newton`](super::Newton), [`LeastSquares`](super::LeastSquares),
/// [`Mesa`](super::Mesa), [`Delta`](super::Delta), [`Memory`](super::Memory), [`Bayes`](super::Bayes) and
/// [`Normtune`](super::Normtune) are names for frames around their models.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame<M: Model> {
    configuration: M::Configuration,
    shape: Shape,
    updates: u32,
    clipped: u32,
    inputs: M::Inputs,
    scale: TargetScale<Number<M>>,
    model: M,
}

impl<M: Model> Frame<M> {
    /// Memory for a learner, all zero bytes, so that a static takes no flash. It refuses every
    /// example with [`Error::NotBegun`] until [`Self::begin`].
    pub const EMPTY: Self = Self {
        configuration: M::Configuration::EMPTY,
        shape: Shape::EMPTY,
        updates: 0,
        clipped: 0,
        inputs: M::Inputs::EMPTY,
        scale: TargetScale::new(),
        model: M::EMPTY,
    };

    /// An untrained learner of this shape, returned by value: on a device prefer [`Self::EMPTY`] in
    /// a static and [`Self::begin`], which need no stack for the state.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn new(shape: Shape, configuration: M::Configuration) -> Result<Self, Error> {
        let mut learner = Self::EMPTY;
        learner.begin(shape, configuration)?;
        Ok(learner)
    }

    /// Initializes an untrained learner of this shape, in place.
    ///
    /// # Errors
    /// [`Error::Capacity`] if the type is too small for shape or configuration,
    /// [`Error::Configuration`] for a parameter out of range, [`Error::WrongTask`] for an
    /// unsupported task; the learner is unchanged.
    pub fn begin(&mut self, shape: Shape, configuration: M::Configuration) -> Result<(), Error> {
        <Self as InPlace>::check(shape, &configuration)?;
        self.shape = shape;
        self.configuration = configuration;
        self.clipped = 0;
        self.clear();
        Ok(())
    }

    /// The configuration.
    pub fn configuration(&self) -> &M::Configuration {
        &self.configuration
    }

    fn clear(&mut self) {
        self.inputs.clear();
        self.clear_model();
    }

    /// Forgets everything except what is known of the features.
    fn clear_model(&mut self) {
        self.updates = 0;
        self.scale = TargetScale::new();
        let Self { shape, configuration, model, .. } = self;
        model.reset(&Setting { shape: *shape, configuration });
    }

    /// Refuses a prediction that is not finite, which a restored state may give.
    fn finite(&self, prediction: &[Number<M>]) -> Result<(), Error> {
        // Only a finite number times zero is zero; this takes fewer instructions than checking each.
        let zero = Number::<M>::ZERO;
        let sum = prediction.iter().fold(zero, |sum, number| sum + *number * zero);
        if sum == zero { Ok(()) } else { Err(Error::NotFinite { index: self.shape.features }) }
    }

    fn setting(&self) -> Setting<'_, M> {
        Setting { shape: self.shape, configuration: &self.configuration }
    }
}

impl<M: Model> InPlace for Frame<M> {
    type Configuration = M::Configuration;
    const EMPTY: Self = Self::EMPTY;

    fn check(shape: Shape, configuration: &M::Configuration) -> Result<(), Error> {
        let shape = shape.within(<M::Inputs as Inputs>::Row::LENGTH, M::Outputs::LENGTH)?;
        configuration.check()?;
        M::fits(&Setting { shape, configuration })
    }

    fn begin(&mut self, shape: Shape, configuration: M::Configuration) -> Result<(), Error> {
        self.begin(shape, configuration)
    }
}

impl<M: Model> Persist for Frame<M> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(M::NAME.as_bytes());
        // The saved shape may have fewer classes: the others then have no examples.
        let saved = self.shape.transfer(archive);
        self.configuration.expect(archive);
        if archive.restoring() {
            Learner::reset(self);
        }
        archive.count(&mut self.updates);
        archive.count(&mut self.clipped);
        self.inputs.transfer(saved, archive);
        self.scale.transfer(saved.task, archive);
        let Self { configuration, model, .. } = self;
        model.transfer(&Setting { shape: saved, configuration }, archive);
    }
}

impl<M: Model> Learner<Number<M>> for Frame<M> {
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[Number<M>], prediction: &mut [Number<M>]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let mut bounded = None;
        let mut z = Row::<M>::zeros();
        let (x, _) = self.inputs.input(features, &mut bounded, &mut z);
        let Self { shape, configuration, inputs, scale, updates, .. } = self;
        let context = Context { shape: *shape, configuration, inputs, scale, step: *updates, x };
        self.model.predict(&context, prediction);
        self.scale.restore(self.shape.task, prediction);
        self.finite(prediction)
    }

    fn update(
        &mut self,
        features: &[Number<M>],
        target: Target<Number<M>>,
        prediction: &mut [Number<M>],
    ) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        self.shape.check_target(target)?;
        let mut bounded = None;
        let mut z = Row::<M>::zeros();
        let (x, clipped) = self.inputs.input(features, &mut bounded, &mut z);
        let bounded = self.scale.bound(target);
        let clipped = clipped | self.scale.clipped(target, bounded);
        let rescales = self.model.decay() < Number::<M>::ONE;
        let standard = self.scale.standardize(bounded, rescales);
        let goal = Goal { raw: bounded, standard, max_residual: self.scale.max_residual() };
        let Self { shape, configuration, inputs, scale, updates, model, .. } = self;
        let context = Context { shape: *shape, configuration, inputs, scale, step: *updates, x };
        model.update(&Example { context, goal }, prediction)?;
        if let (Target::Value(_), [estimate]) = (target, &*prediction) {
            self.scale.observe_residual(goal.residual(0, *estimate));
        }
        self.scale.restore(self.shape.task, prediction);
        self.scale.fade(self.model.decay());
        self.updates = self.updates.wrapping_add(1);
        self.clipped = self.clipped.saturating_add(u32::from(clipped));
        let before = self.scale.clone();
        if let Some(level) = self.scale.observe(target, bounded) {
            self.model.shift(level);
        } else if rescales && let Some(rescaling) = self.scale.since(&before) {
            self.model.rescale(rescaling, self.updates);
        }
        self.inputs.observe(x, standard);
        self.finite(prediction)
    }

    fn learn(
        &mut self,
        features: &[Number<M>],
        target: Target<Number<M>>,
    ) -> Result<Target<Number<M>>, Error> {
        let mut prediction = M::Outputs::zeros();
        let prediction = prefix(prediction.as_mut_slice(), self.shape.outputs());
        self.update(features, target, prediction)?;
        Ok(self.shape.decision(prediction))
    }

    fn reset(&mut self) {
        if self.shape != Shape::EMPTY {
            self.clear();
        }
    }

    fn restart(&mut self) {
        if self.shape != Shape::EMPTY {
            self.inputs.restart();
            self.clear_model();
        }
    }

    fn clipped(&self) -> u32 {
        self.clipped
    }

    fn state_bytes(&self) -> usize {
        2 * size_of::<u32>()
            + M::Inputs::state_bytes(self.shape)
            + TargetScale::<Number<M>>::state_bytes(self.shape.task)
            + M::state_bytes(&self.setting())
    }

    fn flops_per_update(&self) -> usize {
        M::flops(&self.setting())
    }
}
