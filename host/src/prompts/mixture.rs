//! Shares of tasks.

use situ::random::Generator;
use std::fmt;

/// Weights of tasks, not negative, with sum one.
///
/// ```
/// use situ_host::prompts::{Mixture, MixtureError};
///
/// assert!(Mixture::new(&[0.5, 0.3, 0.2]).is_ok());
/// assert_eq!(Mixture::new(&[0.5, 0.3]), Err(MixtureError::Sum(0.8)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture(Vec<f64>);

/// Why weights are not a mixture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MixtureError {
    /// A weight is negative or not a number.
    Weight(f64),
    /// The sum is not one but this.
    Sum(f64),
}

impl Mixture {
    /// The mixture with these weights, whose sum is one within 10⁻⁹.
    ///
    /// # Errors
    /// [`MixtureError`].
    pub fn new(weights: &[f64]) -> Result<Self, MixtureError> {
        if let Some(weight) = weights.iter().find(|weight| weight.is_nan() || **weight < 0.0) {
            return Err(MixtureError::Weight(*weight));
        }
        let sum: f64 = weights.iter().sum();
        if (sum - 1.0).abs() <= 1e-9 {
            Ok(Self(weights.to_vec()))
        } else {
            Err(MixtureError::Sum(sum))
        }
    }

    /// The weights.
    pub fn weights(&self) -> &[f64] {
        &self.0
    }

    /// Draws a task with its weight as the probability.
    pub fn draw(&self, generator: &mut Generator) -> usize {
        let mut left = generator.uniform::<f64>();
        let mut passed = |weight: &f64| {
            left -= weight;
            left < 0.0
        };
        // Rounding may leave a small remainder.
        self.0.iter().position(&mut passed).unwrap_or(self.0.len() - 1)
    }

    /// Σ_k w_k v_k, for one vector per weight.
    pub fn combine(&self, vectors: &[Vec<f32>]) -> Vec<f32> {
        let mut sum = vec![0.0; vectors.first().map_or(0, Vec::len)];
        for (weight, vector) in self.0.iter().zip(vectors) {
            situ::matrix::add_scaled(*weight as f32, vector, &mut sum);
        }
        sum
    }
}

impl fmt::Display for MixtureError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weight(weight) => write!(formatter, "a task's weight is {weight}"),
            Self::Sum(sum) => write!(formatter, "the tasks' weights sum to {sum}, not to one"),
        }
    }
}

impl std::error::Error for MixtureError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_mixtures_are_refused() {
        assert_eq!(Mixture::new(&[1.5, -0.5]), Err(MixtureError::Weight(-0.5)));
        assert!(matches!(Mixture::new(&[f64::NAN, 1.0]), Err(MixtureError::Weight(_))));
        assert!(matches!(Mixture::new(&[f64::INFINITY]), Err(MixtureError::Sum(_))));
        assert_eq!(Mixture::new(&[]), Err(MixtureError::Sum(0.0)));
        assert_eq!(Mixture::new(&[0.7, 0.7]), Err(MixtureError::Sum(1.4)));
        // Sums of decimals are not exact.
        assert!(Mixture::new(&[0.1; 10]).is_ok());
    }

    #[test]
    fn tasks_are_drawn_in_their_shares() {
        let mixture = Mixture::new(&[0.2, 0.0, 0.8]).unwrap();
        let mut generator = Generator::new(5);
        let mut counts = [0_u32; 3];
        for _ in 0..10_000 {
            counts[mixture.draw(&mut generator)] += 1;
        }
        // Five standard deviations.
        assert!(counts[0].abs_diff(2000) < 200 && counts[1] == 0, "{counts:?}");
    }

    #[test]
    fn vectors_are_combined() {
        let mixture = Mixture::new(&[0.25, 0.75]).unwrap();
        assert_eq!(mixture.combine(&[vec![4.0, 0.0], vec![0.0, 8.0]]), [1.0, 6.0]);
    }
}
