//! The quality of a stream of predictions.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Serialize, Serializer};
use situ::online::Target;

/// Resamples for a bootstrap interval.
const RESAMPLES: usize = 400;
/// Number of blocks of a stream without groups: they are long enough that neighbors share a block.
const BLOCKS: usize = 30;

/// A figure that learners are ranked by; larger is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Figure {
    /// Share of examples whose class is predicted
    Accuracy,
    /// Mean over the classes of the share predicted
    Balanced,
    /// Cohen's kappa: accuracy above chance, as a share of the possible
    Kappa,
    /// Share of the variance that is explained
    R2,
    /// Mean absolute error, smallest first
    Mae,
    /// Root mean squared error, smallest first
    Rmse,
}

impl Figure {
    /// Whether it is defined for classes rather than for values.
    pub fn of_classes(self) -> bool {
        matches!(self, Self::Accuracy | Self::Balanced | Self::Kappa)
    }

    /// Its name in tables and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Balanced => "balanced accuracy",
            Self::Kappa => "kappa",
            Self::R2 => "R²",
            Self::Mae => "MAE",
            Self::Rmse => "RMSE",
        }
    }

    /// The figure as displayed: errors are ranked by their negative.
    pub fn shown(self, value: f64) -> f64 {
        if matches!(self, Self::Mae | Self::Rmse) { -value } else { value }
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Counts of predictions. The counts of two parts of a stream can be merged.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    count: f64,
    /// Examples by class and predicted class, as a square matrix that grows.
    confusion: Vec<f64>,
    classes: usize,
    /// Sums over values: y, y², |error|, error².
    values: [f64; 4],
    /// Values are summed relative to this number.
    origin: Option<f64>,
}

impl Measure {
    /// Empty counts for values around `origin`.
    pub fn around(origin: Target<f32>) -> Self {
        let origin = match origin {
            Target::Value(value) => Some(f64::from(value)),
            Target::Class(_) => None,
        };
        Self { origin, ..Self::default() }
    }

    /// Counts one prediction.
    pub fn add(&mut self, target: Target<f32>, predicted: Target<f32>) {
        self.count += 1.0;
        match (target, predicted) {
            (Target::Class(class), Target::Class(predicted)) => {
                self.grow(1 + class.max(predicted));
                self.confusion[class * self.classes + predicted] += 1.0;
            }
            (target, predicted) => {
                let value = f64::from(target.output(0));
                let error = value - f64::from(predicted.output(0));
                let y = value - self.origin.unwrap_or(0.0);
                let terms = [y, y * y, error.abs(), error * error];
                self.values.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
            }
        }
    }

    /// Adds the predictions of another part, counted around the same origin.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.grow(other.classes);
        for ((class, predicted), count) in other.cells() {
            self.confusion[class * self.classes + predicted] += count;
        }
        self.values.iter_mut().zip(other.values).for_each(|(sum, term)| *sum += term);
    }

    /// Grows the matrix to this many classes.
    fn grow(&mut self, classes: usize) {
        if classes > self.classes {
            let mut larger = vec![0.0; classes * classes];
            for ((class, predicted), count) in self.cells() {
                larger[class * classes + predicted] = count;
            }
            (self.confusion, self.classes) = (larger, classes);
        }
    }

    /// The counts by class and predicted class.
    fn cells(&self) -> impl Iterator<Item = ((usize, usize), f64)> + '_ {
        let classes = self.classes;
        let place = move |index| (index / classes, index % classes);
        self.confusion.iter().enumerate().map(move |(index, count)| (place(index), *count))
    }

    /// Number of predictions.
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// Whether no prediction was counted.
    pub fn is_empty(&self) -> bool {
        self.count == 0.0
    }

    /// A figure of all predictions so far.
    pub fn figure(&self, figure: Figure) -> f64 {
        let correct = self.cells().filter(|((a, b), _)| a == b);
        let accuracy = correct.fold(0.0, |sum, (_, count)| sum + count) / self.count;
        let [sum, squares, absolute, residual] = self.values;
        match figure {
            Figure::Accuracy => accuracy,
            Figure::Balanced => {
                let recalls: Vec<_> =
                    self.classes().into_iter().filter_map(|class| class.recall).collect();
                recalls.iter().sum::<f64>() / recalls.len() as f64
            }
            Figure::Kappa => {
                let share = |class: &Class| class.actual * class.predicted / self.count.powi(2);
                let chance: f64 = self.classes().iter().map(share).sum();
                if chance < 1.0 { (accuracy - chance) / (1.0 - chance) } else { 0.0 }
            }
            Figure::R2 => {
                let total = squares - sum * sum / self.count;
                if total > 0.0 { 1.0 - residual / total } else { 0.0 }
            }
            Figure::Mae => -absolute / self.count,
            Figure::Rmse => -(residual / self.count).sqrt(),
        }
    }

    /// The predictions of each class that occurs, as a label or as a prediction.
    pub fn classes(&self) -> Vec<Class> {
        let mut classes = vec![Class::default(); self.classes];
        for ((actual, predicted), count) in self.cells() {
            classes[actual].actual += count;
            classes[predicted].predicted += count;
            if actual == predicted {
                classes[actual].correct += count;
            }
        }
        for class in &mut classes {
            let share = |of: f64| (of > 0.0).then(|| class.correct / of);
            (class.recall, class.precision) = (share(class.actual), share(class.predicted));
        }
        classes
    }

    /// Examples by class (rows) and predicted class (columns).
    pub fn confusion(&self, classes: usize) -> Vec<Vec<u64>> {
        let mut confusion = vec![vec![0; classes]; classes];
        for ((class, predicted), count) in self.cells().filter(|(_, count)| *count > 0.0) {
            confusion[class][predicted] = count as u64;
        }
        confusion
    }
}

/// The predictions of one class.
#[derive(Clone, Copy, Debug, Default)]
pub struct Class {
    /// Number of its examples.
    pub actual: f64,
    /// Number of times it was predicted.
    pub predicted: f64,
    correct: f64,
    /// Share of its examples that were predicted correctly; `None` without examples.
    pub recall: Option<f64>,
    /// Share of its predictions that were correct; `None` without predictions.
    pub precision: Option<f64>,
}

/// The 95 % interval of a figure, by a bootstrap over the parts of a stream: examples within a part may
/// depend on one another.
pub fn interval(parts: &[Measure], figure: Figure) -> [f64; 2] {
    let mut generator = Pcg64Mcg::seed_from_u64(0);
    let mut figures: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let mut sample = Measure::default();
            for _ in parts {
                sample.merge(&parts[generator.random_range(0..parts.len())]);
            }
            sample.figure(figure)
        })
        .collect();
    figures.sort_by(f64::total_cmp);
    let tail = RESAMPLES / 40;
    [figures[tail], figures[RESAMPLES - 1 - tail]]
}

/// Examples in each block of a stream of this length.
pub fn block(examples: usize) -> usize {
    examples.div_ceil(BLOCKS).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 45 and 40 right, 5 and 10 wrong: accuracy .85, chance .5.
    fn known() -> Measure {
        let mut measure = Measure::default();
        for (class, predicted, count) in [(0, 0, 45), (0, 1, 5), (1, 1, 40), (1, 0, 10)] {
            for _ in 0..count {
                measure.add(Target::Class(class), Target::Class(predicted));
            }
        }
        measure
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }

    #[test]
    fn figures_of_a_known_table() {
        let measure = known();
        close(measure.figure(Figure::Accuracy), 0.85);
        close(measure.figure(Figure::Kappa), 0.7);
        close(measure.figure(Figure::Balanced), (0.9 + 0.8) / 2.0);
        let classes = measure.classes();
        close(classes[0].precision.unwrap(), 45.0 / 55.0);
        close(classes[1].recall.unwrap(), 0.8);
        assert_eq!(measure.confusion(2), [[45, 5], [10, 40]]);
    }

    #[test]
    fn figures_of_values() {
        // A large offset, as of kelvin or of a time, changes none of them.
        for offset in [0.0, 300.0, 4096.0] {
            let mut measure = Measure::around(Target::Value(offset));
            for (value, estimate) in [(1.0, 1.5), (2.0, 2.0), (3.0, 2.5), (4.0, 4.0)] {
                measure.add(Target::Value(offset + value), Target::Value(offset + estimate));
            }
            close(measure.figure(Figure::R2), 0.9);
            close(measure.figure(Figure::Mae), -0.25);
            close(measure.figure(Figure::Rmse), -(0.125_f64.sqrt()));
        }
    }

    /// 40 independent parts of 25 examples, 85 % right: the bootstrap covers the normal interval.
    #[test]
    fn independent_parts_give_the_binomial_interval() {
        let mut generator = Pcg64Mcg::seed_from_u64(1);
        let parts: Vec<_> = (0..40)
            .map(|_| {
                let mut part = Measure::default();
                for _ in 0..25 {
                    let right = generator.random_bool(0.85);
                    part.add(Target::Class(0), Target::Class(usize::from(!right)));
                }
                part
            })
            .collect();
        let [low, high] = interval(&parts, Figure::Accuracy);
        let half = 1.96 * (0.85_f64 * 0.15 / 1000.0).sqrt();
        assert!((high - low) / 2.0 > 0.7 * half && (high - low) / 2.0 < 1.4 * half, "{low} {high}");
    }

    /// The same thousand examples in runs of 25 that are right or wrong together: a wider interval.
    #[test]
    fn dependent_examples_widen_the_interval() {
        let part = |right: bool| {
            let mut part = Measure::default();
            for _ in 0..25 {
                part.add(Target::Class(0), Target::Class(usize::from(!right)));
            }
            part
        };
        let parts: Vec<_> = (0..40).map(|index| part(index % 20 >= 3)).collect();
        let [low, high] = interval(&parts, Figure::Accuracy);
        assert!(high - low > 0.15, "{low} {high}");
    }
}
