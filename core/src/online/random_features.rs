//! Random features whose weights are never stored: a seed draws them again at every use.

use crate::random::Generator;
use crate::scalar::Scalar;

/// A random affine map, its weights and biases a function of the seed alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomMap<T> {
    /// Seed of weights and biases.
    pub seed: u64,
    /// Standard deviation of a weight times √d.
    pub weight: T,
    /// Biases are uniform within ± this.
    pub bias: T,
}

impl<T: Scalar> RandomMap<T> {
    /// `out_i = w_i · x + b_i` with uniform weights of 8 bits, four to a draw.
    ///
    /// Each row starts at a draw of its own, so the same map results whatever room its caller has.
    /// 2 d flops and d/4 draws a feature.
    pub fn project(&self, x: &[T], out: &mut [T]) {
        let mut generator = Generator::new(self.seed);
        // Deviation of a uniform byte: √((256² − 1)/12).
        let scale = self.weight / (T::from_usize(x.len()).sqrt() * T::from_f64(73.900_38));
        let centre = T::from_f64(127.5);
        for out in out {
            let bias: T = generator.uniform();
            let mut sum = T::ZERO;
            for chunk in x.chunks(4) {
                for (x, byte) in chunk.iter().zip(generator.bits().to_le_bytes()) {
                    sum += *x * (T::from_usize(usize::from(byte)) - centre);
                }
            }
            *out = scale * sum + self.bias * (bias + bias - T::ONE);
        }
    }
}
