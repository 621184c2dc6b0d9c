//! Overlapping windows, accumulated side by side.

use super::Error;
use crate::scalar::{Scalar, running_moments};

/// Features of each channel: mean, standard deviation, mean absolute difference, in this order.
pub const FEATURES_PER_CHANNEL: usize = 3;

/// The windows of a stream.
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
    /// Windows that are open at once: length/hop, rounded up; 0 where length or hop is 0.
    pub const fn overlap(self) -> usize {
        if self.hop == 0 || self.length == 0 { 0 } else { self.length.div_ceil(self.hop) }
    }
}

/// Window features of a stream of up to `CHANNELS` channels with up to `OVERLAP` open windows.
///
/// State: (3 · OVERLAP + 1) · CHANNELS scalars. A sample costs 9 flops a channel and open window.
/// Moments are updated by Welford's recurrence: no large sums cancel.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowFeatures<T, const CHANNELS: usize, const OVERLAP: usize> {
    window: Window,
    channels: usize,
    /// Samples until the next window starts.
    until_start: usize,
    /// Index of the slot in which it will start.
    next: usize,
    previous: [T; CHANNELS],
    open: [Open<T, CHANNELS>; OVERLAP],
}

/// A window being filled; unused if `samples` is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Open<T, const CHANNELS: usize> {
    samples: usize,
    channels: [Moments<T>; CHANNELS],
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

impl<T: Scalar, const CHANNELS: usize, const OVERLAP: usize> WindowFeatures<T, CHANNELS, OVERLAP> {
    /// A stream of `channels` channels before its first sample.
    ///
    /// # Errors
    /// [`Error::Capacity`] if length, hop or `channels` is zero or exceeds the type's capacity.
    pub fn new(window: Window, channels: usize) -> Result<Self, Error> {
        let overlap = window.overlap();
        if overlap == 0 || overlap > OVERLAP || channels == 0 || channels > CHANNELS {
            return Err(Error::Capacity);
        }
        let empty = Open { samples: 0, channels: [Moments::EMPTY; CHANNELS] };
        Ok(Self {
            window,
            channels,
            until_start: 0,
            next: 0,
            previous: [T::ZERO; CHANNELS],
            open: [empty; OVERLAP],
        })
    }

    /// Number of features of a window.
    pub const fn features(&self) -> usize {
        FEATURES_PER_CHANNEL * self.channels
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
    /// channel, and returns true.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::NotFinite`]; the stream is then unchanged.
    pub fn push(&mut self, sample: &[T], features: &mut [T]) -> Result<bool, Error> {
        if sample.len() != self.channels || features.len() != self.features() {
            return Err(Error::Length);
        }
        let limit = T::from_f64(1_152_921_504_606_846_976.0);
        if let Some(channel) = sample.iter().position(|x| !(-limit..=limit).contains(x)) {
            return Err(Error::NotFinite { channel });
        }
        self.start_window();
        let mut complete = false;
        for open in self.open.iter_mut().filter(|open| open.samples > 0) {
            let rate = T::ONE / T::from_usize(open.samples);
            let pairs = open.samples.saturating_sub(1);
            let difference_rate = if pairs == 0 { T::ZERO } else { T::ONE / T::from_usize(pairs) };
            let channels = open.channels.iter_mut().zip(sample).zip(&self.previous);
            for ((moments, x), previous) in channels {
                moments.observe(*x, rate, (*x - *previous).abs(), difference_rate);
            }
            if open.samples == self.window.length {
                write(&open.channels, features);
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
                open.channels = [Moments::EMPTY; CHANNELS];
            }
            self.next = if self.next + 1 < self.window.overlap() { self.next + 1 } else { 0 };
            self.until_start = self.window.hop;
        }
        self.until_start -= 1;
    }
}

fn write<T: Scalar>(channels: &[Moments<T>], features: &mut [T]) {
    let (features, _) = features.as_chunks_mut::<FEATURES_PER_CHANNEL>();
    for (out, moments) in features.iter_mut().zip(channels) {
        *out = [moments.mean, moments.variance.sqrt(), moments.difference];
    }
}
