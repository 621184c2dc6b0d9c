//! Adam on a list of numbers. Source: D. P. Kingma and J. Ba, "Adam: A method for stochastic optimization", 2015.

use nalgebra::{RealField, convert};

/// The authors' decays of the mean gradient and of the mean square.
pub const DECAYS: [f64; 2] = [0.9, 0.999];

/// Running means of each gradient and of its square.
pub struct Adam<T> {
    decays: [T; 2],
    steps: i32,
    means: Vec<T>,
    squares: Vec<T>,
}

impl<T: RealField + Copy> Adam<T> {
    /// For so many numbers, before the first step.
    pub fn new(count: usize, decays: [T; 2]) -> Self {
        Self { decays, steps: 0, means: vec![T::zero(); count], squares: vec![T::zero(); count] }
    }

    /// What a step subtracts from each number.
    pub fn changes(&mut self, gradients: &[T], rate: T) -> Vec<T> {
        self.steps += 1;
        let [first, second] = self.decays;
        let correct = self.decays.map(|decay| T::one() / (T::one() - decay.powi(self.steps)));
        let state = self.means.iter_mut().zip(&mut self.squares);
        let change = |(gradient, (mean, square)): (&T, (&mut T, &mut T))| {
            *mean = first * *mean + (T::one() - first) * *gradient;
            *square = second * *square + (T::one() - second) * *gradient * *gradient;
            rate * correct[0] * *mean / ((correct[1] * *square).sqrt() + convert(1e-8))
        };
        gradients.iter().zip(state).map(change).collect()
    }
}
