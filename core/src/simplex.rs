//! The probability simplex: projection, and drawing an action from a strategy.
//!
//! A *strategy* over A actions is a point of the simplex: A probabilities that sum to one.
//! [`ftrl`](crate::ftrl), [`games`](crate::games) and [`variational`](crate::variational) build on
//! this module.
//!
//! ```
//! use situ::random::Generator;
//! use situ::simplex;
//!
//! let mut strategy = [0.9_f32, 0.5, -1.0];
//! simplex::project(&mut strategy);
//! assert!(simplex::contains(&strategy) && strategy[2] == 0.0);
//! let drawn = simplex::draw(&strategy, 0.0, &mut Generator::new(1));
//! assert!(drawn.action < 2);
//! ```

use crate::scalar::Scalar;
use rand_core::Rng;

/// Replaces scores by the nearest point of the simplex (Euclidean distance), in place.
///
/// `x_a = max(y_a - l, 0)` with l such that the sum is one (Michelot 1986). At most A passes of A
/// additions and one division; no sorting. A vertex is reached exactly: bitwise one and zeros. For
/// infinite or NaN scores the result is meaningless.
#[inline]
pub fn project<T: Scalar>(scores: &mut [T]) {
    let largest = scores.iter().fold(-T::MAX, |largest, score| score.maximum(largest));
    for score in scores.iter_mut() {
        *score -= largest;
    }
    // One below the best score: if that action alone is above it, the result is exactly a vertex.
    let (mut level, mut active) = (-T::ONE, usize::MAX);
    // Levels only rise, so actions only drop out: at most A passes change anything.
    for _ in 0..scores.len() {
        let (mut sum, mut count) = (-T::ONE, 0);
        for score in scores.iter() {
            if *score > level {
                sum += *score;
                count += 1;
            }
        }
        if count >= active || count <= 1 {
            break;
        }
        let divisor = T::from_usize(count) + mutated!("projection", T::ZERO, T::from_f64(1e-6));
        (level, active) = (sum / divisor, count);
    }
    for score in scores {
        *score = (*score - level).maximum(T::ZERO);
    }
}

/// Whether these are a strategy: not empty, all finite, none negative, and the sum within 16 ε A
/// of one.
pub fn contains<T: Scalar>(strategy: &[T]) -> bool {
    let mut sum = T::ZERO;
    for probability in strategy {
        if !(*probability >= T::ZERO && probability.is_finite()) {
            return false;
        }
        sum += *probability;
    }
    let tolerance = T::from_f64(16.0) * T::EPSILON * T::from_usize(strategy.len());
    // False for an empty strategy: its sum is zero.
    (sum - T::ONE).abs() <= tolerance
}

/// An action and the probability with which it was drawn.
///
/// ```
/// use situ::{random::Generator, simplex::draw};
///
/// // From (0, 1), explored with ε = 0.5.
/// let drawn = draw(&[0.0_f32, 1.0], 0.5, &mut Generator::new(1));
/// assert_eq!(drawn.probability, [0.25, 0.75][drawn.action]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Draw<T> {
    /// Index of the action.
    pub action: usize,
    /// Its probability, exploration included.
    pub probability: T,
}

/// Draws an action from `(1 - ε) x + ε / A`.
///
/// Every action is drawn with its probability, to a relative 2^-15, down to the smallest positive
/// number: an estimate that divides by it is unbiased. An action of probability zero is never
/// drawn; an empty strategy gives action 0 with probability 0. One random number, a second with
/// probability 2^-8, and up to 2 A multiply-adds; 4 A for a fraction A / 256 of the numbers.
#[inline]
pub fn draw<T: Scalar, G: Rng + ?Sized>(
    strategy: &[T],
    exploration: T,
    generator: &mut G,
) -> Draw<T> {
    let keep = T::ONE - exploration;
    let share = exploration / T::from_usize(strategy.len());
    // Where rounding leaves the sum below one, the rest goes to the likeliest action.
    pick(strategy.iter().map(move |weight| keep * *weight + share), generator).0
}

/// Draws an index with these probabilities, or `None` with the remaining probability.
#[inline]
pub(crate) fn draw_or_none<T: Scalar, G: Rng + ?Sized>(
    probabilities: &[T],
    generator: &mut G,
) -> Option<usize> {
    let (drawn, found) = pick(probabilities.iter().copied(), generator);
    found.then_some(drawn.action)
}

/// Draws an index; with the remaining probability the likeliest, and false.
#[inline]
fn pick<T: Scalar, G: Rng + ?Sized>(
    probabilities: impl ExactSizeIterator<Item = T> + Clone,
    generator: &mut G,
) -> (Draw<T>, bool) {
    // A single running sum would round the rare ones away, so they lie next to zero, where the
    // uniform number is finely resolved, and the common ones are laid out from one downward.
    let word = generator.next_u32();
    if ((word >> 24) as usize) < probabilities.len() {
        return pick_low(word, probabilities, generator);
    }
    // Above the share of all rare ones, even if all are rare.
    pick_common(probabilities, T::from_usize((word >> 8) as usize) * T::from_f64(WORD))
}

/// [`pick`] where the uniform number, which starts with `word`, may be below the share of the rare ones.
#[cold]
#[inline(never)]
fn pick_low<T: Scalar, G: Rng + ?Sized>(
    word: u32,
    probabilities: impl Iterator<Item = T> + Clone,
    generator: &mut G,
) -> (Draw<T>, bool) {
    let uniform = fine_uniform(word, generator);
    match pick_rare(probabilities.clone(), uniform) {
        Some(drawn) => (drawn, true),
        None => pick_common(probabilities, uniform),
    }
}

/// The common action at this place from one downward; the likeliest, and false, if it is beyond their
/// sum.
#[inline(always)]
fn pick_common<T: Scalar>(
    probabilities: impl Iterator<Item = T> + Clone,
    uniform: T,
) -> (Draw<T>, bool) {
    let mut left = T::ONE - uniform;
    for (action, probability) in probabilities.clone().enumerate() {
        if probability >= T::from_f64(RARE) {
            if left <= probability {
                return (Draw { action, probability }, true);
            }
            left -= probability;
        }
    }
    (likeliest(probabilities), false)
}

/// Probabilities below this share are rare beside those above it.
const RARE: f64 = 1.0 / 256.0;

/// Unit of the 24 bits of a word.
const WORD: f64 = 1.0 / 16_777_216.0;

/// The rare action at this place, if it is below the share of the rare ones. Those far rarer than
/// the other rare ones come first, and so on.
fn pick_rare<T: Scalar>(
    probabilities: impl Iterator<Item = T> + Clone,
    uniform: T,
) -> Option<Draw<T>> {
    let (mut high, mut low) = (T::MAX, T::from_f64(RARE));
    let mut below = mass_below(probabilities.clone(), low);
    if uniform >= below {
        return None;
    }
    while uniform < below {
        (high, low) = (low, low * T::from_f64(RARE));
        below = mass_below(probabilities.clone(), low);
    }
    let mut left = uniform - below;
    let mut last = None;
    for (action, probability) in probabilities.enumerate() {
        if probability >= low && probability < high {
            last = Some(Draw { action, probability });
            if left < probability {
                break;
            }
            left -= probability;
        }
    }
    // The last one if rounding leaves the sum below the share.
    last
}

/// The likeliest action.
#[cold]
#[inline(never)]
fn likeliest<T: Scalar>(probabilities: impl Iterator<Item = T>) -> Draw<T> {
    let mut likeliest = Draw { action: 0, probability: T::ZERO };
    for (action, probability) in probabilities.enumerate() {
        if probability > likeliest.probability {
            likeliest = Draw { action, probability };
        }
    }
    likeliest
}

/// Sum of the probabilities below `limit`.
#[inline]
fn mass_below<T: Scalar>(probabilities: impl Iterator<Item = T>, limit: T) -> T {
    let mut mass = T::ZERO;
    for probability in probabilities {
        if probability < limit {
            mass += probability;
        }
    }
    mass
}

/// Uniform in [0, 1) with 16 significant bits or more, however small, from a word and as many more
/// as needed.
#[inline]
fn fine_uniform<T: Scalar, G: Rng + ?Sized>(word: u32, generator: &mut G) -> T {
    let number = |word: u32| T::from_usize((word >> 8) as usize);
    let (mut digits, mut unit) = (number(word), T::from_f64(WORD));
    // The unit reaches zero even if the generator only gives zeros.
    while digits < T::from_f64(65_536.0) && unit > T::ZERO {
        digits = digits * T::from_f64(16_777_216.0) + number(generator.next_u32());
        unit *= T::from_f64(WORD);
    }
    digits * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;
    use core::convert::Infallible;
    use rand_core::TryRng;

    #[test]
    fn draws_follow_the_explored_strategy() {
        let mut generator = Generator::new(5);
        let mut counts = [0.0; 3];
        let draws = 100_000;
        for _ in 0..draws {
            let drawn = draw(&[0.7_f64, 0.3, 0.0], 0.3, &mut generator);
            let expected = [0.59, 0.31, 0.1][drawn.action];
            assert!((drawn.probability - expected).abs() < 1e-15);
            counts[drawn.action] += 1.0 / f64::from(draws);
        }
        for (share, probability) in counts.iter().zip([0.59_f64, 0.31, 0.1]) {
            let error = (probability * (1.0 - probability) / f64::from(draws)).sqrt();
            assert!((share - probability).abs() < 5.0 * error);
        }
    }

    /// Words whose first `zeros` bits are zero, then random ones.
    struct Small {
        zeros: u32,
        generator: Generator,
    }

    impl TryRng for Small {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            let zeros = self.zeros.min(32);
            self.zeros -= zeros;
            Ok(self.generator.bits().checked_shr(zeros).unwrap_or(0))
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            unreachable!()
        }
        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
            unreachable!()
        }
    }

    /// How often actions are drawn given that the uniform number is below 2^-24, times 2^-24: the
    /// probability itself for actions much rarer than that.
    fn rare_share<T: Scalar, const A: usize>(strategy: &[T; A]) -> [f64; A] {
        const DRAWS: u32 = 400_000;
        let mut counts = [0_u32; A];
        let mut generator = Generator::new(9);
        for _ in 0..DRAWS {
            // A word gives 24 of its bits.
            let mut small = Small { zeros: 32, generator: Generator::new(generator.bits().into()) };
            counts[draw(strategy, T::ZERO, &mut small).action] += 1;
        }
        counts.map(|count| f64::from(count) / f64::from(DRAWS) / 16_777_216.0)
    }

    #[test]
    fn actions_too_rare_for_a_grid_are_drawn_as_often_as_they_say() {
        // Wherever they stand, beside each other, and in both formats.
        let rare = 1.2e-8_f64;
        for (strategy, at) in [
            ([rare, 0.5, 0.5, 0.0], [0, 3]),
            ([0.5, rare, 0.5, 0.0], [1, 3]),
            ([1.0, 0.0, 2e-10, rare], [3, 2]),
            ([2e-10, 1.0, rare, 0.0], [2, 0]),
        ] {
            let [double, single] = [rare_share(&strategy), rare_share(&strategy.map(|p| p as f32))];
            for (action, share) in at.into_iter().flat_map(|a| [(a, double[a]), (a, single[a])]) {
                let expected = strategy[action];
                let error = (expected / 400_000.0 / 16_777_216.0).sqrt();
                assert!((share - expected).abs() <= 5.0 * error, "{strategy:?} {action} {share}");
            }
        }
    }

    #[test]
    fn many_equal_actions_are_drawn_alike() {
        let mut counts = [0_u32; 1000];
        let mut generator = Generator::new(2);
        for _ in 0..400_000 {
            let drawn = draw(&[1e-3_f32; 1000], 0.0, &mut generator);
            assert_eq!(drawn.probability, 1e-3);
            counts[drawn.action] += 1;
        }
        // 400 each, with a standard deviation of 20.
        assert!(counts.iter().all(|count| (300..=500).contains(count)), "{counts:?}");
    }

    #[test]
    fn strategies_are_told_from_other_vectors() {
        assert!(contains(&[1.0_f32]) && contains(&[0.25_f64; 4]) && contains(&[1.0, 0.0_f32]));
        assert!(!contains::<f32>(&[]) && !contains(&[0.6_f32, 0.6]));
        assert!(!contains(&[1.5_f64, -0.5]) && !contains(&[f64::NAN, 1.0]));
        assert!(!contains(&[f64::INFINITY, 1.0]));
    }

    #[test]
    fn a_generator_that_is_stuck_at_zero_ends() {
        let mut stuck = Small { zeros: u32::MAX, generator: Generator::new(1) };
        assert!(draw(&[0.5_f32, 0.5], 0.0, &mut stuck).action < 2);
        assert_eq!(draw::<f32, _>(&[], 0.0, &mut stuck).action, 0);
    }
}
