//! The frame around every detector: checks, standardization, the threshold, saving.

use super::{Detector, Threshold, Verdict};
use crate::archive::{Archive, Persist};
use crate::online::{
    Configuration, Error, Input, Inputs, Parameter, Shape, Standardization, Target, require,
};
use crate::scalar::{Scalar, zeros};

/// Parameters that every detector has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alarms<T> {
    /// The rate of false alarms.
    pub rate: T,
    /// Examples that count.
    pub window: u32,
}

/// Largest window: beyond it f32, with its 24 bits, would no longer follow.
const MAX_WINDOW: u32 = 1 << 20;

impl<T: Scalar> Alarms<T> {
    /// Checks the two parameters.
    pub fn check(self) -> Result<(), Error> {
        let rates = T::from_f64(1e-6)..=T::from_f64(0.25);
        require(rates.contains(&self.rate), Parameter::FalseAlarms)?;
        require((100..=MAX_WINDOW).contains(&self.window), Parameter::Window)
    }

    /// Passes them through an archive.
    pub fn expect(self, archive: &mut Archive<'_>) {
        archive.expect_numbers(&[self.rate]);
        archive.expect_sizes(&[self.window as usize]);
    }
}

/// An example, and what the frame knows about it.
pub struct Context<'a, M, T, const FEATURES: usize>
where
    M: Model<T, FEATURES>,
    T: Scalar,
{
    /// The configuration.
    pub configuration: &'a M::Configuration,
    /// What is known about the features.
    pub inputs: &'a Standardization<T, FEATURES>,
    /// Examples before this one.
    pub step: u32,
    /// The features.
    pub x: Input<'a, T>,
}

/// What sets a detector apart. It sees valid examples only.
pub trait Model<T: Scalar, const FEATURES: usize>: Sized {
    /// The configuration.
    type Configuration: Configuration;

    /// The detector's name in a saved state.
    const NAME: &'static str;
    /// All zero bytes; [`Self::reset`] makes it a model.
    const EMPTY: Self;

    /// The parameters that every detector has.
    fn alarms(configuration: &Self::Configuration) -> Alarms<T>;

    /// Whether the type has enough capacity.
    fn fits(features: usize, configuration: &Self::Configuration) -> bool;

    /// Number of examples before a score is meaningful.
    fn warm_up(features: usize) -> u32;

    /// Forgets everything learned, in place.
    fn reset(&mut self, configuration: &Self::Configuration);

    /// Scores an example.
    fn score(&self, context: &Context<'_, Self, T, FEATURES>) -> T;

    /// Learns an example.
    fn learn(&mut self, context: &Context<'_, Self, T, FEATURES>);

    /// Passes the state through an archive.
    fn transfer(
        &mut self,
        features: usize,
        configuration: &Self::Configuration,
        archive: &mut Archive<'_>,
    );

    /// Bytes of state.
    fn state_bytes(features: usize, configuration: &Self::Configuration) -> usize;

    /// Flops of an update, to leading order.
    fn flops(features: usize, configuration: &Self::Configuration) -> usize;
}

/// A detector: a model with what every detector has. [`Mahalanobis`](super::Mahalanobis) and
/// [`Nearest`](super::Nearest) are names for monitors around their models.
#[derive(Clone, Debug, PartialEq)]
pub struct Monitor<M: Model<T, FEATURES>, T: Scalar, const FEATURES: usize> {
    configuration: M::Configuration,
    features: usize,
    /// Examples learned or judged; halved when the count would overflow.
    examples: u32,
    alarms: u32,
    clipped: u32,
    inputs: Standardization<T, FEATURES>,
    threshold: Threshold<T>,
    model: M,
}

impl<M: Model<T, FEATURES>, T: Scalar, const FEATURES: usize> Monitor<M, T, FEATURES> {
    /// Memory for a detector, all zero bytes, so that a static takes no flash. It refuses every
    /// example with [`Error::NotBegun`] until [`Self::begin`].
    pub const EMPTY: Self = Self {
        configuration: M::Configuration::EMPTY,
        features: 0,
        examples: 0,
        alarms: 0,
        clipped: 0,
        inputs: Standardization::new(),
        threshold: Threshold::EMPTY,
        model: M::EMPTY,
    };

    /// [`Self::begin`] on [`Self::EMPTY`], returned by value: on a device, call it on a static.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn new(features: usize, configuration: M::Configuration) -> Result<Self, Error> {
        let mut detector = Self::EMPTY;
        detector.begin(features, configuration).map(|()| detector)
    }

    /// Initializes an untrained detector, in place.
    ///
    /// # Errors
    /// [`Error::Capacity`] if the type is too small, [`Error::Configuration`] for a parameter out of
    /// range; the detector is unchanged.
    pub fn begin(&mut self, features: usize, configuration: M::Configuration) -> Result<(), Error> {
        Shape::regress(features).within(FEATURES, 1)?;
        configuration.check()?;
        if !M::fits(features, &configuration) {
            return Err(Error::Capacity);
        }
        self.features = features;
        self.configuration = configuration;
        self.alarms = 0;
        self.clipped = 0;
        self.clear();
        Ok(())
    }

    fn clear(&mut self) {
        self.examples = 0;
        self.inputs.clear();
        self.threshold.reset(M::alarms(&self.configuration).rate);
        self.model.reset(&self.configuration);
    }

    /// The configuration.
    pub fn configuration(&self) -> &M::Configuration {
        &self.configuration
    }

    fn check(&self, features: &[T]) -> Result<(), Error> {
        Shape::regress(self.features).check(features, &[T::ZERO])
    }

    /// Judges and learns an example, an anomaly only if `anomalies` is set.
    fn take(&mut self, features: &[T], anomalies: bool) -> Result<Verdict<T>, Error> {
        self.check(features)?;
        let mut bounded = None;
        let mut z = zeros::<T, FEATURES>();
        let (x, clipped) = self.inputs.input(features, &mut bounded, &mut z);
        let Self { configuration, inputs, examples: step, model, .. } = self;
        let context = Context { configuration, inputs, step: *step, x };
        let score = model.score(&context);
        let verdict = Verdict { score, threshold: self.threshold.value() };
        if anomalies || !verdict.is_anomaly() {
            model.learn(&context);
        }
        let Alarms { rate, window } = M::alarms(configuration);
        if *step >= M::warm_up(features.len()) {
            self.threshold.observe(score, rate, window);
        }
        Inputs::observe(inputs, x, Target::Class(0));
        *step = step.checked_add(1).unwrap_or(1 << 31);
        self.clipped = self.clipped.saturating_add(u32::from(clipped));
        Ok(verdict)
    }
}

impl<M: Model<T, FEATURES>, T: Scalar, const FEATURES: usize> Persist for Monitor<M, T, FEATURES> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(M::NAME.as_bytes());
        archive.expect_sizes(&[self.features]);
        self.configuration.expect(archive);
        if archive.restoring() {
            Detector::reset(self);
        }
        archive.count(&mut self.examples);
        archive.count(&mut self.alarms);
        archive.count(&mut self.clipped);
        self.inputs.transfer(self.features, archive);
        self.threshold.transfer(M::alarms(&self.configuration).window, archive);
        self.model.transfer(self.features, &self.configuration, archive);
    }
}

impl<M: Model<T, FEATURES>, T: Scalar, const FEATURES: usize> Detector<T>
    for Monitor<M, T, FEATURES>
{
    fn features(&self) -> usize {
        self.features
    }

    fn judge(&self, features: &[T]) -> Result<Verdict<T>, Error> {
        self.check(features)?;
        let mut bounded = None;
        let mut z = zeros::<T, FEATURES>();
        let (x, _) = self.inputs.input(features, &mut bounded, &mut z);
        let Self { configuration, inputs, examples: step, .. } = self;
        let score = self.model.score(&Context { configuration, inputs, step: *step, x });
        Ok(Verdict { score, threshold: self.threshold.value() })
    }

    fn update(&mut self, features: &[T]) -> Result<Verdict<T>, Error> {
        let verdict = self.take(features, false)?;
        self.alarms = self.alarms.saturating_add(u32::from(verdict.is_anomaly()));
        Ok(verdict)
    }

    fn learn(&mut self, features: &[T]) -> Result<(), Error> {
        self.take(features, true)?;
        Ok(())
    }

    fn reset(&mut self) {
        if self.features > 0 {
            self.clear();
        }
    }

    fn alarms(&self) -> u32 {
        self.alarms
    }

    fn clipped(&self) -> u32 {
        self.clipped
    }

    fn state_bytes(&self) -> usize {
        3 * size_of::<u32>()
            + Standardization::<T, FEATURES>::state_bytes(self.features)
            + Threshold::<T>::state_bytes()
            + M::state_bytes(self.features, &self.configuration)
    }

    fn flops_per_update(&self) -> usize {
        40 * self.features + 40 + M::flops(self.features, &self.configuration)
    }
}
