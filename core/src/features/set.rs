//! Which features of a window are computed.

/// A feature of the samples x_1..x_n of a channel.
///
/// ```
/// use situ::features::{Feature, Set, Window, WindowFeatures};
///
/// const SET: Set = Set::MOMENTS.with(Feature::RootMeanSquare);
/// let mut stream = WindowFeatures::<f32, 1, 1>::of(SET, Window { length: 4, hop: 4 }, 1)?;
/// let mut features = [0.0; SET.outputs()];
/// for x in [1.0, 2.0, 4.0, 5.0] {
///     stream.push(&[x], &mut features)?;
/// }
/// let [mean, deviation, _, rms] = features;
/// // The mean square is the squared mean plus the variance.
/// assert!((rms * rms - mean * mean - deviation * deviation).abs() < 1e-5);
/// # Ok::<(), situ::features::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Feature {
    /// Σ x / n.
    Mean,
    /// √(Σ (x − mean)² / n).
    Deviation,
    /// Σ |x_i − x_{i−1}| / (n − 1).
    Difference,
    /// √(Σ x² / n).
    RootMeanSquare,
    /// max x − min x.
    PeakToPeak,
    /// Samples on the other side of the window's mean so far than the previous sample, as a share of n
    /// − 1.
    Crossings,
    /// n Σ (x − mean)⁴ / (Σ (x − mean)²)²: 3 for normal samples, more for rare spikes; 0 if all
    /// samples are equal.
    Kurtosis,
    /// Mean squares of the components of 1, 2–3, 4–7 and 8–15 cycles per window: four features.
    Bands,
}

/// Octaves of [`Feature::Bands`].
pub(super) const OCTAVES: usize = 4;
/// Their total number of components: bins 1 to 15 of a discrete Fourier transform.
pub(super) const BINS: usize = (1 << OCTAVES) - 1;

impl Feature {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 8] = [
        Self::Mean,
        Self::Deviation,
        Self::Difference,
        Self::RootMeanSquare,
        Self::PeakToPeak,
        Self::Crossings,
        Self::Kurtosis,
        Self::Bands,
    ];

    /// The feature's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Deviation => "deviation",
            Self::Difference => "difference",
            Self::RootMeanSquare => "rms",
            Self::PeakToPeak => "peak-to-peak",
            Self::Crossings => "crossings",
            Self::Kurtosis => "kurtosis",
            Self::Bands => "bands",
        }
    }

    /// Numbers that it writes for each channel.
    pub const fn outputs(self) -> usize {
        if matches!(self, Self::Bands) { OCTAVES } else { 1 }
    }

    /// Numbers that it keeps for each channel and open window, besides the moments.
    pub const fn extra(self) -> usize {
        match self {
            Self::Mean | Self::Deviation | Self::Difference | Self::RootMeanSquare => 0,
            Self::PeakToPeak | Self::Crossings | Self::Kurtosis => 2,
            Self::Bands => 1 + 2 * BINS,
        }
    }
}

/// A set of features.
///
/// ```
/// use situ::features::{Feature, Set};
///
/// const SET: Set = Set::MOMENTS.with(Feature::PeakToPeak).with(Feature::Bands);
/// assert_eq!(SET.outputs(), 3 + 1 + 4);
/// assert!(SET.contains(Feature::Mean) && !SET.contains(Feature::Kurtosis));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Set {
    bits: u8,
}

impl Set {
    /// No features.
    pub const EMPTY: Self = Self { bits: 0 };
    /// Mean, deviation and difference.
    pub const MOMENTS: Self =
        Self::EMPTY.with(Feature::Mean).with(Feature::Deviation).with(Feature::Difference);

    /// The set with one more feature.
    #[must_use]
    pub const fn with(self, feature: Feature) -> Self {
        Self { bits: self.bits | 1 << feature as u8 }
    }

    /// Whether a feature is among them.
    pub const fn contains(self, feature: Feature) -> bool {
        self.bits & 1 << feature as u8 != 0
    }

    /// Whether no feature is chosen.
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Numbers that they write for each channel.
    pub const fn outputs(self) -> usize {
        self.sum(false)
    }

    /// Numbers that they keep for each channel and open window, besides the moments: the `EXTRA` of
    /// [`WindowFeatures`](super::WindowFeatures).
    pub const fn extra(self) -> usize {
        self.sum(true)
    }

    const fn sum(self, extra: bool) -> usize {
        let mut sum = 0;
        let mut rest: &[Feature] = &Feature::ALL;
        while let Some((feature, others)) = rest.split_first() {
            if self.contains(*feature) {
                let numbers = if extra { feature.extra() } else { feature.outputs() };
                sum = usize::saturating_add(sum, numbers);
            }
            rest = others;
        }
        sum
    }
}
