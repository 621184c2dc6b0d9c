//! Random features whose weights are never stored: they are redrawn from a seed at every use.

use super::configuration::{Configuration, not_negative};
use super::frame::{Context, Model};
use super::metric::Metric;
use super::{Archive, Error, Parameter};
use crate::matrix::prefix;
use crate::random::Generator;
use crate::scalar::{Scalar, add_products_of_bytes, zero_rows};

/// The function applied to a random projection.
///
/// ```
/// use situ::online::{
///     Activation, Learner, LeastSquares, LeastSquaresConfiguration, Shape, Target,
/// };
///
/// // Random Fourier features in place of a hidden layer, for a periodic function.
/// let mut configuration = LeastSquaresConfiguration::with_random_features(30);
/// configuration.random.activation = Activation::Cosine;
/// configuration.random.bias = core::f32::consts::PI;
/// let mut learner = LeastSquares::<f32, 1, 1, 32>::new(Shape::regress(1), configuration)?;
/// for step in 0..1000 {
///     let x = (step % 60) as f32 / 10.0;
///     learner.learn(&[x], Target::Value(x.sin()))?;
/// }
/// let mut estimate = [0.0];
/// learner.predict(&[2.0], &mut estimate)?;
/// assert!((estimate[0] - 2.0_f32.sin()).abs() < 0.1);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Activation {
    /// max(0, x): a random hidden layer.
    Relu,
    /// cos x: random Fourier features of a Gaussian-like kernel (Rahimi and Recht, 2007).
    Cosine,
}

/// The feature map φ(z) = [1, z, s √(d/D) f(w_i · u + b_i) for i in 1..D].
///
/// u is z with each feature scaled by how well it distinguishes the classes. Weights and biases are
/// uniform; they are redrawn from the seed at every use, four 8-bit weights per draw, so they need no
/// memory. Features are rounded to 16 bits and multiplied exactly, as integers: d D products, two per
/// instruction on cores with the DSP extension, and d D/4 draws.
///
/// ```
/// use situ::online::{LeastSquares, LeastSquaresConfiguration, Shape};
///
/// let configuration = LeastSquaresConfiguration::<f32>::with_random_features(16);
/// // A constant, three features, sixteen random ones: the capacity that a learner's type needs.
/// assert_eq!(configuration.random.terms(3), 20);
/// assert!(LeastSquares::<f32, 3, 1, 20>::new(Shape::regress(3), configuration).is_ok());
/// assert!(LeastSquares::<f32, 3, 1, 19>::new(Shape::regress(3), configuration).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RandomFeatures<T> {
    /// Number D of random features.
    pub count: usize,
    /// Seed of weights and biases.
    pub seed: u64,
    /// The function f.
    pub activation: Activation,
    /// Standard deviation of a weight times √d.
    pub weight: T,
    /// Biases are uniform within ± this value.
    pub bias: T,
    /// s: scale of the random features beside the standardized ones.
    pub scale: T,
}

impl<T: Scalar> RandomFeatures<T> {
    /// Length of φ for `features` features: 1 + d + D.
    pub const fn terms(&self, features: usize) -> usize {
        1 + features + self.count
    }

    /// Checks that φ has at most `capacity` terms.
    pub(super) fn within(&self, features: usize, capacity: usize) -> Result<(), Error> {
        if self.count > capacity || self.terms(features) > capacity {
            return Err(Error::Capacity);
        }
        Ok(())
    }

    /// Flops of one expansion to leading order.
    pub(super) const fn flops(&self, features: usize) -> usize {
        (2 * features + 16) * self.count
    }

    /// Writes φ(z) into the first [`Self::terms`] numbers of `memory`, and returns them.
    pub(super) fn expand<'a, M, const FEATURES: usize, const OUTPUTS: usize>(
        &self,
        context: &Context<'_, M>,
        memory: &'a mut [T],
    ) -> &'a [T]
    where
        M: Model<Inputs = Metric<T, FEATURES, OUTPUTS>>,
    {
        let x = context.x;
        let phi = prefix(memory, self.terms(x.z.len()));
        let Some((intercept, rest)) = phi.split_first_mut() else { return phi };
        let Some((linear, random)) = rest.split_at_mut_checked(x.z.len()) else { return phi };
        *intercept = T::ONE;
        if !random.is_empty() {
            context.inputs.scale(context.shape.task, x, linear);
            self.project::<FEATURES>(linear, random);
            let ratio = T::from_usize(x.z.len()) / T::from_usize(random.len());
            let scale = self.scale * ratio.sqrt();
            for feature in random {
                *feature = scale * self.activation.apply(*feature);
            }
        }
        for (linear, z) in linear.iter_mut().zip(x.z) {
            *linear = *z;
        }
        phi
    }

    /// `out_i = w_i · x + b_i`, with features and weights as integers.
    fn project<const FEATURES: usize>(&self, x: &[T], out: &mut [T]) {
        let mut pairs = zero_rows::<u32, 2, FEATURES>(true);
        let Whole { pairs, sum, step } = Whole::of(x, &mut pairs);
        let mut generator = Generator::new(self.seed);
        // Deviation of a uniform byte: √((256² − 1)/12).
        let scale = self.weight / (T::from_usize(x.len()).sqrt() * T::from_f64(73.900_38));
        // A weight is a byte minus 127.5; twice that is an integer.
        let scale = scale * step * T::from_f64(0.5);
        let center = sum.wrapping_mul(255);
        for out in out {
            let bias: T = generator.uniform();
            // The rest of a row takes a whole draw, so that rows are independent of each other.
            let products = pairs
                .iter()
                .fold(0, |sum, pairs| add_products_of_bytes(sum, generator.bits(), *pairs));
            let products = products.wrapping_mul(2).wrapping_sub(center);
            let products = T::from_f64(f64::from(products));
            *out = scale * products + self.bias * (bias + bias - T::ONE);
        }
    }
}

/// Features as integers of up to 16 bits, in fours: [`add_products_of_bytes`] has the order. A random
/// projection needs no more digits, and floats take ten times as long on a core without an FPU.
struct Whole<'a, T> {
    pairs: &'a [[u32; 2]],
    /// The sum of the integers.
    sum: i32,
    /// The value of one unit.
    step: T,
}

impl<'a, T: Scalar> Whole<'a, T> {
    /// The nearest multiples of a step: the largest has 16 bits, or as many as keep every projection
    /// within 32 bits. Zeros complete the last four.
    fn of(x: &[T], memory: &'a mut [[u32; 2]]) -> Self {
        let largest = x.iter().fold(T::ZERO, |largest, x| x.abs().maximum(largest));
        // 2^31 / (2 · 255) each.
        let limit = T::from_usize((4_210_752 / x.len().max(1)).min(32_767));
        let (inverse, step) =
            if largest > T::ZERO { (limit / largest, largest / limit) } else { (T::ZERO, T::ZERO) };
        let half = T::from_f64(0.5);
        let mut sum = 0_i32;
        let mut whole = |x: Option<&T>| {
            let x = x.map_or(T::ZERO, |x| *x * inverse);
            let number = (if x < T::ZERO { x - half } else { x + half }).to_i32();
            sum = sum.wrapping_add(number);
            number.cast_unsigned()
        };
        for (pairs, x) in memory.iter_mut().zip(x.chunks(4)) {
            let [a, b, c, d] = [0, 1, 2, 3].map(|index| whole(x.get(index)) & 0xffff);
            *pairs = [a | c << 16, b | d << 16];
        }
        let used = x.len().div_ceil(4);
        Self { pairs: memory.get(..used).unwrap_or_default(), sum, step }
    }
}

impl<T: Scalar> Configuration for RandomFeatures<T> {
    const EMPTY: Self = Self {
        count: 0,
        seed: 0,
        activation: Activation::Relu,
        weight: T::ZERO,
        bias: T::ZERO,
        scale: T::ZERO,
    };

    fn check(&self) -> Result<(), Error> {
        not_negative(self.weight, Parameter::Weight)?;
        not_negative(self.bias, Parameter::Bias)?;
        not_negative(self.scale, Parameter::Scale)
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        archive.expect_sizes(&[self.count, self.activation as usize]);
        archive.expect(&self.seed.to_le_bytes());
        archive.expect_numbers(&[self.weight, self.bias, self.scale]);
    }
}

impl Activation {
    #[inline]
    fn apply<T: Scalar>(self, x: T) -> T {
        match self {
            Self::Relu => x.maximum(T::ZERO),
            Self::Cosine => cosine(x),
        }
    }
}

/// cos x to 2e-3 for |x| up to a few thousand, by sums and products only: the same bits on every
/// platform, without the tables of exact argument reduction.
#[inline]
fn cosine<T: Scalar>(x: T) -> T {
    // In turns, minus the nearest integer: the sum with 1.5/ε has no bits left for a fraction.
    let turns = x * T::from_f64(0.159_154_943_091_895_33);
    let whole = T::from_f64(1.5) / T::EPSILON;
    let turns = turns - ((turns + whole) - whole);
    let square = turns * turns;
    // The series of cos 2πt up to t^10, written out: in a loop over an array of f64 the coefficients are
    // converted at run time when a program is optimized for size.
    let c = T::from_f64;
    let value = c(-26.426_256_783_374_4) * square + c(60.244_641_371_876_7);
    let value = value * square + c(-85.456_817_206_694);
    let value = value * square + c(64.939_394_022_668_3);
    let value = value * square + c(-19.739_208_802_178_7);
    value * square + T::ONE
}

#[cfg(test)]
mod tests {
    use super::{Activation, RandomFeatures};
    use crate::random::Generator;

    /// Compared with sums in f64 of weights as they are drawn, for every number of features up to 40.
    #[test]
    fn a_projection_is_near_the_exact_one() {
        const SEED: u64 = 5;
        let map = RandomFeatures {
            count: 9,
            seed: SEED,
            activation: Activation::Relu,
            weight: 1.5_f32,
            bias: 0.7,
            scale: 1.0,
        };
        for length in 1..=40_usize {
            let mut generator = Generator::new(length as u64);
            let unit = f32::exp2(generator.normal::<f32>() * 9.0);
            let x: Vec<f32> = (0..length).map(|_| unit * generator.normal::<f32>()).collect();
            let mut out = [0.0; 9];
            map.project::<40>(&x, &mut out);
            let largest = x.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
            let scale = 1.5 / ((length as f64).sqrt() * 73.900_38);
            // Half a step for each feature, times the largest weight, and the rounding of f32.
            let bound =
                length as f64 * scale * 127.5 * f64::from(largest) * (0.5 / 32_767.0 + 1e-6);
            let mut draws = Generator::new(SEED);
            for out in out {
                let mut expected = 0.7 * (2.0 * draws.uniform::<f64>() - 1.0);
                for x in x.chunks(4) {
                    for (x, byte) in x.iter().zip(draws.bits().to_le_bytes()) {
                        expected += scale * f64::from(*x) * (f64::from(byte) - 127.5);
                    }
                }
                assert!(
                    (f64::from(out) - expected).abs() <= bound + 1e-6,
                    "{length}: {out} {expected}"
                );
            }
        }
        let mut out = [9.0];
        map.project::<2>(&[0.0, 0.0], &mut out);
        assert!(out[0].abs() <= 0.7);
    }
}
