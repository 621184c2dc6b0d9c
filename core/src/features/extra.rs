//! The state that features beyond the moments keep for a window.

use super::set::{BINS, Feature, OCTAVES, Set};
use crate::scalar::Scalar;

/// A sample of a channel, and the moments of the samples of the window before it.
pub(super) struct Step<'a, T> {
    pub x: T,
    pub mean: T,
    pub variance: T,
    /// Number of samples before it.
    pub count: usize,
    /// 2 cos(2πk/n) for each component k.
    pub coefficients: &'a [T],
}

/// Adds a sample to the numbers of its channel.
pub(super) fn observe<T: Scalar>(set: Set, numbers: &mut [T], step: &Step<'_, T>) {
    let mut rest = numbers;
    let (x, first) = (step.x, step.count == 0);
    if set.contains(Feature::PeakToPeak) {
        let Some(([low, high], others)) = rest.split_first_chunk_mut() else { return };
        *low = if first { x } else { low.minimum(x) };
        *high = if first { x } else { high.maximum(x) };
        rest = others;
    }
    if set.contains(Feature::Crossings) {
        let Some(([side, crossings], others)) = rest.split_first_chunk_mut() else { return };
        cross(side, crossings, step);
        rest = others;
    }
    if set.contains(Feature::Kurtosis) {
        let Some(([third, fourth], others)) = rest.split_first_chunk_mut() else { return };
        powers(third, fourth, step);
        rest = others;
    }
    if set.contains(Feature::Bands) {
        let Some((start, components)) = rest.split_first_mut() else { return };
        if first {
            *start = x;
            components.fill(T::ZERO);
        }
        // A constant is in no component; subtracting it reduces rounding.
        let x = x - *start;
        let (components, _) = components.as_chunks_mut::<2>();
        for ([s1, s2], coefficient) in components.iter_mut().zip(step.coefficients) {
            (*s1, *s2) = (x + *coefficient * *s1 - *s2, *s1);
        }
    }
}

/// Counts a sample on the other side of the mean of those before. The first off the mean sets the
/// side.
fn cross<T: Scalar>(side: &mut T, crossings: &mut T, step: &Step<'_, T>) {
    if step.count == 0 {
        (*side, *crossings) = (T::ZERO, T::ZERO);
        return;
    }
    let distance = step.x - step.mean;
    // Equal up to rounding: the running mean is off by a few units in the last place.
    let unit = T::from_usize(16) * T::EPSILON;
    let rounding = unit * unit * (step.variance + step.mean * step.mean);
    let now = if distance == T::ZERO || distance * distance < rounding {
        *side
    } else if distance > T::ZERO {
        T::ONE
    } else {
        -T::ONE
    };
    if now * *side < T::ZERO {
        *crossings += T::ONE;
    }
    *side = now;
}

/// Adds to Σ (x − mean)³ and Σ (x − mean)⁴ (Pébay, 2008).
fn powers<T: Scalar>(third: &mut T, fourth: &mut T, step: &Step<'_, T>) {
    if step.count == 0 {
        (*third, *fourth) = (T::ZERO, T::ZERO);
        return;
    }
    let (before, n) = (T::from_usize(step.count), T::from_usize(step.count.saturating_add(1)));
    let second = step.variance * before;
    let delta = step.x - step.mean;
    let share = delta / n;
    let term = delta * share * before;
    let (two, three, four, six) =
        (T::from_usize(2), T::from_usize(3), T::from_usize(4), T::from_usize(6));
    *fourth += term * share * share * (n * n - three * n + three) + six * share * share * second
        - four * share * *third;
    *third += term * share * (n - two) - three * share * second;
}

/// Writes the features of a channel of `count` samples after its moments.
pub(super) fn write<'a, T: Scalar>(
    set: Set,
    numbers: &[T],
    variance: T,
    count: usize,
    coefficients: &[T],
    mut out: impl Iterator<Item = &'a mut T>,
) {
    let mut rest = numbers;
    let n = T::from_usize(count);
    let mut put = |value: T| {
        if let Some(out) = out.next() {
            *out = value;
        }
    };
    if set.contains(Feature::PeakToPeak) {
        let Some(([low, high], others)) = rest.split_first_chunk() else { return };
        put(*high - *low);
        rest = others;
    }
    if set.contains(Feature::Crossings) {
        let Some(([_, crossings], others)) = rest.split_first_chunk() else { return };
        put(if count > 1 { *crossings / T::from_usize(count - 1) } else { T::ZERO });
        rest = others;
    }
    if set.contains(Feature::Kurtosis) {
        let Some(([_, fourth], others)) = rest.split_first_chunk() else { return };
        let square = variance * variance;
        put(if square > T::ZERO { *fourth / n / square } else { T::ZERO });
        rest = others;
    }
    if set.contains(Feature::Bands) {
        let components = rest.get(1..).unwrap_or_default();
        octaves(components, count, coefficients).into_iter().for_each(put);
    }
}

/// The mean squares of the octaves: 2 |X_k|²/n² of each component, half of it at half the sampling rate.
fn octaves<T: Scalar>(components: &[T], count: usize, coefficients: &[T]) -> [T; OCTAVES] {
    let mut octaves = [T::ZERO; OCTAVES];
    let n = T::from_usize(count);
    let (components, _) = components.as_chunks::<2>();
    for ((k, [s1, s2]), coefficient) in (1..=BINS).zip(components).zip(coefficients) {
        let (s1, s2) = (*s1 / n, *s2 / n);
        // s1² + s2² − c s1 s2, written so that large squares do not cancel where c is near 2 or −2.
        let two = T::from_usize(2);
        let (sum, product) = if *coefficient < T::ZERO {
            (s1 + s2, -(two + *coefficient) * s1 * s2)
        } else {
            (s1 - s2, (two - *coefficient) * s1 * s2)
        };
        let square = (sum * sum + product).maximum(T::ZERO);
        if let Some(octave) = octaves.get_mut(k.checked_ilog2().unwrap_or(0) as usize) {
            *octave +=
                if count.is_multiple_of(2) && k == count / 2 { square } else { square + square };
        }
    }
    octaves
}
