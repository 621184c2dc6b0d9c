//! Adam for the controls, which tune other numbers than scales and shifts.

/// Adam: running means of each gradient and of its square.
pub struct Adam {
    steps: i32,
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl Adam {
    /// Decay of the mean and of the mean square.
    const DECAYS: [f64; 2] = [0.9, 0.999];

    pub fn new(count: usize) -> Self {
        Self { steps: 0, means: vec![0.0; count], squares: vec![0.0; count] }
    }

    /// What a step subtracts from each number.
    pub fn changes(&mut self, gradients: &[f64], rate: f64) -> Vec<f64> {
        self.steps += 1;
        let [first, second] = Self::DECAYS;
        let correct = Self::DECAYS.map(|decay| 1.0 / (1.0 - decay.powi(self.steps)));
        let state = self.means.iter_mut().zip(&mut self.squares);
        let change = |(gradient, (mean, square)): (&f64, (&mut f64, &mut f64))| {
            *mean = first * *mean + (1.0 - first) * gradient;
            *square = second * *square + (1.0 - second) * gradient * gradient;
            rate * correct[0] * *mean / ((correct[1] * *square).sqrt() + 1e-8)
        };
        gradients.iter().zip(state).map(change).collect()
    }
}
