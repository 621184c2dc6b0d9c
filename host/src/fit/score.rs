//! What a stream of predictions is worth.

use crate::statistics::wilson;
use situ::online::Target;
use std::collections::BTreeMap;

/// Accuracy or R², with what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Accuracy, or R².
    pub value: f64,
    /// 95 % interval of an accuracy (Wilson, 1927).
    pub interval: Option<[f64; 2]>,
    /// Cohen's kappa: accuracy above chance, as a share of what is possible.
    pub kappa: Option<f64>,
}

/// Counts predictions as they come.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    count: f64,
    correct: f64,
    /// Examples of each class, as they are and as they were predicted.
    classes: BTreeMap<usize, [f64; 2]>,
    mean: f64,
    total_squares: f64,
    residual_squares: f64,
}

impl Measure {
    /// Counts one prediction.
    pub fn add(&mut self, target: Target<f32>, predicted: Target<f32>) {
        self.count += 1.0;
        match (target, predicted) {
            (Target::Class(class), Target::Class(predicted)) => {
                self.correct += f64::from(u8::from(class == predicted));
                self.classes.entry(class).or_default()[0] += 1.0;
                self.classes.entry(predicted).or_default()[1] += 1.0;
            }
            (target, predicted) => {
                let (value, estimate) =
                    (f64::from(target.output(0)), f64::from(predicted.output(0)));
                let before = value - self.mean;
                self.mean += before / self.count;
                self.total_squares += before * (value - self.mean);
                self.residual_squares += (value - estimate).powi(2);
            }
        }
    }

    /// The score so far.
    pub fn score(&self) -> Score {
        if self.classes.is_empty() {
            let value = match self.total_squares {
                0.0 => 0.0,
                total => 1.0 - self.residual_squares / total,
            };
            return Score { value, interval: None, kappa: None };
        }
        let value = self.correct / self.count;
        let chance: f64 =
            self.classes.values().map(|[a, b]| a / self.count * (b / self.count)).sum();
        let kappa = if chance < 1.0 { (value - chance) / (1.0 - chance) } else { 0.0 };
        Score { value, interval: Some(wilson(value, self.count)), kappa: Some(kappa) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_and_interval_of_a_known_table() {
        // 45 and 40 right, 5 and 10 wrong: accuracy .85, chance .5.
        let mut measure = Measure::default();
        for (class, predicted, count) in [(0, 0, 45), (0, 1, 5), (1, 1, 40), (1, 0, 10)] {
            for _ in 0..count {
                measure.add(Target::Class(class), Target::Class(predicted));
            }
        }
        let score = measure.score();
        assert!((score.value - 0.85).abs() < 1e-12);
        assert!((score.kappa.unwrap() - 0.7).abs() < 1e-12);
        // Wilson's interval of 85 in 100, as published in tables.
        let [low, high] = score.interval.unwrap();
        assert!((low - 0.7672).abs() < 1e-4 && (high - 0.9069).abs() < 1e-4);
    }

    #[test]
    fn r2_is_one_less_the_share_of_unexplained_squares() {
        let mut measure = Measure::default();
        for (value, estimate) in [(1.0, 1.5), (2.0, 2.0), (3.0, 2.5), (4.0, 4.0)] {
            measure.add(Target::Value(value), Target::Value(estimate));
        }
        assert!((measure.score().value - 0.9).abs() < 1e-12);
    }
}
