//! The detector `nearest`: the distance to the nearest of a sample of the stream.

use super::frame::{Alarms, Context, Model, Monitor};
use crate::archive::Archive;
use crate::matrix::prefix;
use crate::online::{Configuration, Error, Parameter, Slot, Store, require};
use crate::random::Generator;
use crate::scalar::{Scalar, Storage};

/// Number of examples before enough are stored for a distance to be meaningful.
const WARM_UP: u32 = 30;

/// Configuration of [`Nearest`].
///
/// ```
/// use situ::anomaly::{Detector, Nearest, NearestConfiguration};
/// use situ::online::Error;
///
/// let bytes = |slots| {
///     let configuration = NearestConfiguration { slots, ..Default::default() };
///     Nearest::<f32, 3, 64>::new(3, configuration).map(|detector| detector.state_bytes())
/// };
/// // 56 slots more, each of at least three numbers; the type has capacity for 64.
/// assert!(bytes(64)? - bytes(8)? >= 56 * 3 * size_of::<f32>());
/// assert_eq!(bytes(65), Err(Error::Capacity));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NearestConfiguration<T> {
    /// The rate of false alarms, from 1e-6 to 0.25.
    pub false_alarms: T,
    /// Examples that count, from 100 to 2^20: an older one may be forgotten.
    pub window: u32,
    /// Number K of examples to keep.
    pub slots: usize,
}

impl<T: Scalar> Default for NearestConfiguration<T> {
    /// One false alarm per hundred examples, a window of 10,000, 256 examples kept.
    fn default() -> Self {
        Self { false_alarms: T::from_f64(0.01), window: 10_000, slots: 256 }
    }
}

impl<T: Scalar> NearestConfiguration<T> {
    fn alarms(&self) -> Alarms<T> {
        Alarms { rate: self.false_alarms, window: self.window }
    }
}

impl<T: Scalar> Configuration for NearestConfiguration<T> {
    const EMPTY: Self = Self { false_alarms: T::ZERO, window: 0, slots: 0 };

    fn check(&self) -> Result<(), Error> {
        self.alarms().check()?;
        require(self.slots > 0, Parameter::Slots)
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        self.alarms().expect(archive);
        archive.expect_sizes(&[self.slots]);
    }
}

/// Squared distance to the nearest of K stored examples, in deviations and per feature:
/// `min_i Σ_j (x_j − x_ij)²/σ_j² / d`, x clipped to 5 deviations σ from the mean, so that no single
/// feature decides. A feature that never varied before counts as 5 deviations off where it differs.
///
/// The examples are a uniform sample of the stream, or of its last `window` examples: example n
/// replaces a random one with probability K/min(n, `window`) (Vitter, "Random sampling with a
/// reservoir", 1985). The score is that of S. Ramaswamy, R. Rastogi and K. Shim, "Efficient algorithms for mining
/// outliers from large data sets", 2000, with one neighbor. An anomaly is never stored by
/// [`Detector::update`](super::Detector::update).
///
/// Examples are stored raw, in f32, f16 or [`online::Byte`](crate::online::Byte), a scale per feature.
///
/// State: K d stored numbers, the moments of the features and their scales, 2 d; K (4 d + 1) flops per
/// judgment or update. The first 60 examples raise no alarm.
///
/// ```
/// use situ::anomaly::{Detector, Nearest, NearestConfiguration};
/// use situ::online::Byte;
///
/// let configuration = NearestConfiguration { slots: 32, ..Default::default() };
/// let mut detector = Nearest::<Byte, 1, 32>::new(1, configuration)?;
/// for step in 0..500 {
///     // Two modes: no single mean describes them.
///     let mode = if step % 2 == 0 { -10.0 } else { 10.0 };
///     detector.update(&[mode + (step % 13) as f32 / 13.0])?;
/// }
/// assert!(!detector.judge(&[10.4])?.is_anomaly());
/// assert!(detector.judge(&[0.0])?.is_anomaly());
/// # Ok::<(), situ::online::Error>(())
/// ```
#[doc(alias = "kNN")]
#[doc(alias = "nearest neighbors")]
pub type Nearest<S, const FEATURES: usize, const SLOTS: usize> =
    Monitor<NearestModel<S, FEATURES, SLOTS>, <S as Storage>::Compute, FEATURES>;

/// The model of [`Nearest`].
#[derive(Clone, Debug, PartialEq)]
pub struct NearestModel<S: Slot, const FEATURES: usize, const SLOTS: usize> {
    /// Examples stored.
    used: u32,
    store: Store<S, FEATURES, SLOTS>,
}

impl<S: Slot, const FEATURES: usize, const SLOTS: usize> Model<S::Compute, FEATURES>
    for NearestModel<S, FEATURES, SLOTS>
{
    type Configuration = NearestConfiguration<S::Compute>;
    const NAME: &'static str = "nearest";
    const EMPTY: Self = Self { used: 0, store: Store::EMPTY };

    fn alarms(configuration: &Self::Configuration) -> Alarms<S::Compute> {
        configuration.alarms()
    }

    fn fits(_: usize, configuration: &Self::Configuration) -> bool {
        configuration.slots <= SLOTS
    }

    fn warm_up(_: usize) -> u32 {
        WARM_UP
    }

    fn reset(&mut self, _: &Self::Configuration) {
        self.used = 0;
        self.store.reset();
    }

    fn score(&self, context: &Context<'_, Self, S::Compute, FEATURES>) -> S::Compute {
        let (mut query, mut spreads) = ([S::Compute::ZERO; FEATURES], [S::Compute::ZERO; FEATURES]);
        let features = context.x.raw.len();
        let (query, spreads) = (prefix(&mut query, features), prefix(&mut spreads, features));
        // With this example counted: otherwise a feature that never varied could not be unusual.
        let moments = context.inputs.after(context.x.raw).zip(context.x.z);
        for ((query, spread), ((mean, variance), z)) in
            query.iter_mut().zip(spreads.iter_mut()).zip(moments)
        {
            *query = mean + *z * variance.sqrt();
            *spread = variance;
        }
        let spreads = spreads.iter().copied();
        let mut distances = [S::Compute::ZERO; SLOTS];
        let distances = prefix(&mut distances, self.used as usize);
        self.store.distances(context.configuration.slots, query, spreads, distances);
        let nearest = distances.iter().copied().reduce(S::Compute::minimum);
        nearest.unwrap_or(S::Compute::ZERO) / S::Compute::from_usize(features)
    }

    fn learn(&mut self, context: &Context<'_, Self, S::Compute, FEATURES>) {
        let Context { configuration: NearestConfiguration { slots, window, .. }, step, x, .. } =
            context;
        let used = self.used as usize;
        if used < *slots {
            self.store.write(*slots, used, used, x.raw);
            self.used += 1;
            return;
        }
        // Each step has its own seed: nothing to save.
        let draw = u64::from(Generator::new(u64::from(*step)).bits());
        let index = ((draw * u64::from(*window.min(step))) >> 32) as usize;
        if index < *slots {
            self.store.write(*slots, used, index, x.raw);
            if index == 0 {
                self.store.settle((x.raw.len(), *slots), used);
            }
        }
    }

    fn transfer(
        &mut self,
        features: usize,
        configuration: &Self::Configuration,
        archive: &mut Archive<'_>,
    ) {
        archive.count_up_to(&mut self.used, configuration.slots as u32);
        self.store.transfer((features, configuration.slots), archive);
    }

    fn state_bytes(features: usize, configuration: &Self::Configuration) -> usize {
        size_of::<u32>() + Store::<S, FEATURES, SLOTS>::state_bytes((features, configuration.slots))
    }

    fn flops(features: usize, configuration: &Self::Configuration) -> usize {
        configuration.slots * (4 * features + 1)
    }
}
