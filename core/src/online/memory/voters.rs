//! The stored examples that are near enough to a query to vote.

use crate::matrix::prefix;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use crate::scalar::hardware::{self, singles, singles_mut};
use crate::scalar::{Scalar, Vectorized};

/// Examples with the weights of their votes: softmax attention of a query over stored examples, kept
/// only where it is not negligible. Few are near, and later steps visit only those.
#[derive(Debug)]
pub(super) struct Voters<'a, T> {
    slots: &'a mut [u32],
    /// Distances of all examples, then the weights of the voters.
    weights: &'a mut [T],
    count: usize,
}

impl<'a, T: Scalar> Voters<'a, T> {
    /// No voters. The caller provides the memory: as a field it would be copied here.
    pub fn new<const SLOTS: usize>(
        slots: &'a mut [u32; SLOTS],
        weights: &'a mut [T; SLOTS],
    ) -> Self {
        Self { slots, weights, count: 0 }
    }

    /// The slice for the distances q of the first `used` examples.
    pub fn distances(&mut self, used: usize) -> &mut [T] {
        self.count = used.min(self.weights.len());
        prefix(self.weights, self.count)
    }

    /// Turns distances into attention, `exp(−(q − min q) inverse_temperature)`, and drops weights
    /// below 1e-7 of the largest: a vote that small is lost in rounding. Returns the sum, and min q.
    pub fn weigh(&mut self, inverse_temperature: T) -> (T, T) {
        let weights = prefix(self.weights, self.count);
        let (count, sum, least) = Weigh { slots: self.slots, weights, inverse_temperature }.run();
        self.count = count;
        (sum, least)
    }

    /// Each voter with its weight.
    pub fn iter(&self) -> impl Iterator<Item = (usize, T)> {
        // Slices of equal length, known to end together.
        let slots = self.slots.get(..self.count).unwrap_or_default();
        let weights = self.weights.get(..slots.len()).unwrap_or_default();
        slots.iter().zip(weights).map(|(slot, weight)| (*slot as usize, *weight))
    }
}

/// The operands of [`Voters::weigh`]; returns the number of voters, the sum and min q.
struct Weigh<'a, T> {
    slots: &'a mut [u32],
    weights: &'a mut [T],
    inverse_temperature: T,
}

/// Examples examined together: the bits of a word.
const WORD: usize = u32::BITS as usize;
/// Partial sums.
const LANES: usize = 8;

impl<T: Scalar> Vectorized for Weigh<'_, T> {
    type Output = (usize, T, T);

    #[inline(always)]
    fn work(self) -> (usize, T, T) {
        let Self { slots, weights, inverse_temperature } = self;
        let least = least(weights);
        let farthest = least + T::from_f64(16.0) / inverse_temperature;
        let mut count = 0;
        for first in (0..weights.len()).step_by(WORD) {
            let word = weights.get(first..).unwrap_or_default();
            let mut near = bits(word, farthest);
            // Voters move to the front, never past the one being read.
            while near != 0 {
                let slot = first + near.trailing_zeros() as usize;
                near &= near - 1;
                let distance = weights.get(slot).map_or(T::MAX, |distance| *distance);
                if let (Some(to), Some(weight)) = (slots.get_mut(count), weights.get_mut(count)) {
                    *to = slot as u32;
                    *weight = distance;
                }
                count += 1;
            }
        }
        let voters = prefix(weights, count);
        for weight in voters.iter_mut() {
            *weight = ((least - *weight) * inverse_temperature).exp_inline();
        }
        let (chunks, rest) = voters.as_chunks::<LANES>();
        let mut sums = [T::ZERO; LANES];
        for chunk in chunks {
            sums.iter_mut().zip(chunk).for_each(|(sum, weight)| *sum += *weight);
        }
        sums.iter_mut().zip(rest).for_each(|(sum, weight)| *sum += *weight);
        (count, sums.into_iter().fold(T::ZERO, |sum, lane| sum + lane), least)
    }
}

/// A bit for each of up to 32 distances, none of them negative: whether it is at most `farthest`.
#[inline(always)]
fn bits<T: Scalar>(distances: &[T], farthest: T) -> u32 {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if let (Some(distances), Some([farthest])) = (singles(distances), singles(&[farthest]))
        && let Some(distances) = distances.first_chunk()
    {
        return hardware::near(distances, *farthest);
    }
    let mut bits = 0;
    for (bit, distance) in distances.iter().take(WORD).enumerate() {
        bits |= u32::from(*distance <= farthest) << bit;
    }
    bits
}

/// The smallest distance, in eight partial results.
#[inline(always)]
fn least<T: Scalar>(numbers: &[T]) -> T {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    {
        let mut least = [T::MAX];
        if let (Some(numbers), Some([found])) = (singles(numbers), singles_mut(&mut least)) {
            *found = hardware::least(numbers);
            let [least] = least;
            return least;
        }
    }
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    let mut lanes = [T::MAX; LANES];
    for chunk in chunks {
        for (lane, number) in lanes.iter_mut().zip(chunk) {
            *lane = number.minimum(*lane);
        }
    }
    lanes.iter().chain(rest).fold(T::MAX, |least, number| number.minimum(least))
}
