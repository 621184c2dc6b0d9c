//! Overlapping windows, accumulated side by side.

use super::Error;
use super::extra::{self, Step};
use super::set::{BINS, Feature, Set};
use crate::scalar::{Scalar, running_moments};

/// The windows of a stream.
///
/// ```
/// use situ::features::Window;
///
/// // Each sample belongs to two windows; to three if the hop does not divide the length.
/// assert_eq!(Window { length: 128, hop: 64 }.overlap(), 2);
/// assert_eq!(Window { length: 128, hop: 60 }.overlap(), 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Window {
    /// Samples in a window.
    pub length: usize,
    /// Samples from the start of one window to the start of the next.
    pub hop: usize,
}

impl Window {
    /// Windows that are open at once: length/hop, rounded up; 0 if length or hop is 0.
    pub const fn overlap(self) -> usize {
        if self.hop == 0 || self.length == 0 { 0 } else { self.length.div_ceil(self.hop) }
    }
}

/// Window features of a stream of up to `CHANNELS` channels with up to `OVERLAP` open windows.
///
/// `EXTRA` is [`Set::extra`] of the features, or more; 0 for the moments. State: ((3 + EXTRA) · OVERLAP + 1)
/// · CHANNELS scalars, whatever the length of a window. Moments are updated by Welford's recurrence: no
/// large sums cancel. A sample costs, for each channel and open window:
///
/// | features | flops |
/// |---|---|
/// | the moments, which are always kept | 9 |
/// | peak to peak | 2 |
/// | crossings | 3 |
/// | kurtosis | 22 |
/// | bands | 4 for each of min(15, length/2) components |
///
/// ```
/// use situ::features::{Feature, Set, Window, WindowFeatures};
///
/// const SET: Set = Set::EMPTY.with(Feature::PeakToPeak).with(Feature::Bands);
/// let window = Window { length: 8, hop: 8 };
/// let mut stream = WindowFeatures::<f32, 1, 1, { SET.extra() }>::EMPTY;
/// stream.begin(SET, window, 1)?;
/// let mut features = [0.0; SET.outputs()];
/// for x in [0.0, 1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0] {
///     stream.push(&[x], &mut features)?;
/// }
/// // Two cycles per window, with a mean square of 1/2.
/// assert_eq!(features[0], 2.0);
/// assert!(features[1] < 1e-6 && (features[2] - 0.5).abs() < 1e-6);
/// # Ok::<(), situ::features::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WindowFeatures<T, const CHANNELS: usize, const OVERLAP: usize, const EXTRA: usize = 0> {
    window: Window,
    set: Set,
    channels: usize,
    /// Samples until the next window starts.
    until_start: usize,
    /// Index of the slot in which it will start.
    next: usize,
    previous: [T; CHANNELS],
    /// 2 cos(2πk/length) for k = 1, 2 … up to half the length.
    coefficients: [T; BINS],
    open: [Open<T, CHANNELS, EXTRA>; OVERLAP],
}

/// A window being filled; unused if `samples` is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Open<T, const CHANNELS: usize, const EXTRA: usize> {
    samples: usize,
    channels: [Moments<T>; CHANNELS],
    extra: [[T; EXTRA]; CHANNELS],
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Moments<T> {
    mean: T,
    variance: T,
    difference: T,
}

impl<T: Scalar> Moments<T> {
    const EMPTY: Self = Self { mean: T::ZERO, variance: T::ZERO, difference: T::ZERO };

    /// Adds a sample with weight `rate`, and its difference from the previous sample.
    fn observe(&mut self, x: T, rate: T, difference: T, difference_rate: T) {
        (self.mean, self.variance) = running_moments(self.mean, self.variance, x, rate);
        self.difference += difference_rate * (difference - self.difference);
    }
}

impl<T: Scalar, const CHANNELS: usize, const OVERLAP: usize, const EXTRA: usize>
    WindowFeatures<T, CHANNELS, OVERLAP, EXTRA>
{
    /// Memory for a stream, all zero bytes, so that a static takes no flash. It accepts no samples
    /// until [`begin`](Self::begin).
    pub const EMPTY: Self = Self {
        window: Window { length: 0, hop: 0 },
        set: Set::EMPTY,
        channels: 0,
        until_start: 0,
        next: 0,
        previous: [T::ZERO; CHANNELS],
        coefficients: [T::ZERO; BINS],
        open: [const {
            Open {
                samples: 0,
                channels: [Moments::EMPTY; CHANNELS],
                extra: [[T::ZERO; EXTRA]; CHANNELS],
            }
        }; OVERLAP],
    };

    /// The moments of a stream of `channels` channels, before its first sample.
    ///
    /// # Errors
    /// [`Error::Capacity`] if length, hop or `channels` is zero or exceeds the type's capacity.
    pub fn new(window: Window, channels: usize) -> Result<Self, Error> {
        Self::of(Set::MOMENTS, window, channels)
    }

    /// A set of features of a stream of `channels` channels, before its first sample.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn of(set: Set, window: Window, channels: usize) -> Result<Self, Error> {
        let mut stream = Self::EMPTY;
        stream.begin(set, window, channels)?;
        Ok(stream)
    }

    /// Initializes a stream of `channels` channels, in place.
    ///
    /// # Errors
    /// [`Error::Capacity`] if length, hop or `channels` is zero or exceeds the type's capacity, if the set
    /// is empty or needs more than `EXTRA`; the stream is then unchanged.
    pub fn begin(&mut self, set: Set, window: Window, channels: usize) -> Result<(), Error> {
        let overlap = window.overlap();
        let fits = overlap <= OVERLAP && channels <= CHANNELS && set.extra() <= EXTRA;
        if overlap == 0 || channels == 0 || set.is_empty() || !fits {
            return Err(Error::Capacity);
        }
        if set.contains(Feature::Bands) {
            for (k, coefficient) in (1..=BINS).zip(&mut self.coefficients) {
                let angle = core::f64::consts::TAU * k as f64 / window.length as f64;
                *coefficient = T::from_f64(2.0 * libm::cos(angle));
            }
        }
        (self.window, self.set, self.channels) = (window, set, channels);
        self.restart();
        Ok(())
    }

    /// Number of features of a window.
    pub const fn features(&self) -> usize {
        self.set.outputs() * self.channels
    }

    /// Forgets all samples: a new recording starts.
    pub fn restart(&mut self) {
        self.until_start = 0;
        self.next = 0;
        for open in &mut self.open {
            open.samples = 0;
        }
    }

    /// Adds one sample of every channel. If it completes a window, writes the features, channel after
    /// channel and in the order of [`Feature::ALL`], and returns true.
    ///
    /// A sample beyond 2^60 in magnitude is refused, as is one beyond 2^24 with kurtosis or bands: its
    /// powers would not be finite.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::NotFinite`]; the stream is then unchanged.
    pub fn push(&mut self, sample: &[T], features: &mut [T]) -> Result<bool, Error> {
        let lengths = [sample.len(), features.len()] == [self.channels, self.features()];
        if !lengths || sample.is_empty() {
            return Err(Error::Length);
        }
        let fourth = self.set.contains(Feature::Kurtosis) || self.set.contains(Feature::Bands);
        let limit = T::from_f64(if fourth { 16_777_216.0 } else { 1_152_921_504_606_846_976.0 });
        if let Some(channel) = sample.iter().position(|x| !(-limit..=limit).contains(x)) {
            return Err(Error::NotFinite { channel });
        }
        self.start_window();
        let mut complete = false;
        let bins = self.coefficients.len().min(self.window.length / 2);
        let coefficients = self.coefficients.get(..bins).unwrap_or_default();
        let (set, length) = (self.set, self.window.length);
        for open in self.open.iter_mut().filter(|open| open.samples > 0) {
            let rate = T::ONE / T::from_usize(open.samples);
            let pairs = open.samples.saturating_sub(1);
            let difference_rate = if pairs == 0 { T::ZERO } else { T::ONE / T::from_usize(pairs) };
            let channels = open.channels.iter_mut().zip(&mut open.extra);
            for (((moments, extra), x), previous) in channels.zip(sample).zip(&self.previous) {
                if EXTRA > 0 {
                    let Moments { mean, variance, .. } = *moments;
                    extra::observe(
                        set,
                        extra,
                        &Step { x: *x, mean, variance, count: pairs, coefficients },
                    );
                }
                moments.observe(*x, rate, (*x - *previous).abs(), difference_rate);
            }
            if open.samples == length {
                write(set, open, coefficients, features);
                open.samples = 0;
                complete = true;
            } else {
                open.samples += 1;
            }
        }
        for (previous, x) in self.previous.iter_mut().zip(sample) {
            *previous = *x;
        }
        Ok(complete)
    }

    /// Opens a window at this sample if one is due. `samples` already counts this sample.
    fn start_window(&mut self) {
        if self.until_start == 0 {
            if let Some(open) = self.open.get_mut(self.next) {
                open.samples = 1;
                // The numbers beside them are reset by the first sample.
                open.channels = [Moments::EMPTY; CHANNELS];
            }
            self.next = if self.next + 1 < self.window.overlap() { self.next + 1 } else { 0 };
            self.until_start = self.window.hop;
        }
        self.until_start -= 1;
    }
}

fn write<T: Scalar, const CHANNELS: usize, const EXTRA: usize>(
    set: Set,
    open: &Open<T, CHANNELS, EXTRA>,
    coefficients: &[T],
    features: &mut [T],
) {
    // No set is empty.
    let each = features.chunks_exact_mut(set.outputs().max(1));
    for ((out, moments), numbers) in each.zip(&open.channels).zip(&open.extra) {
        let Moments { mean, variance, difference } = *moments;
        let mut rest = out.iter_mut();
        for (feature, value) in [
            (Feature::Mean, mean),
            (Feature::Deviation, variance.sqrt()),
            (Feature::Difference, difference),
            (Feature::RootMeanSquare, (mean * mean + variance).sqrt()),
        ] {
            if set.contains(feature)
                && let Some(first) = rest.next()
            {
                *first = value;
            }
        }
        if EXTRA > 0 {
            extra::write(set, numbers, variance, open.samples, coefficients, rest);
        }
    }
}
