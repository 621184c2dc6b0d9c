//! The bundled digits as examples, and how networks learn from them.

use super::pictures::PIXELS;
use crate::reproduce::Result;
use situ::scalar::Scalar;

/// The bundled data: 64 pixels from 0 to 16, then the digit.
const DATA: &str = include_str!("../../../data/digits.csv");
pub const CLASSES: usize = 10;
/// Rows to train on; the rest is the test set.
pub const TRAINING: usize = 1297;
/// Examples whose gradients make one step.
pub const BATCH: usize = 32;
/// Share of the label that is spread over all classes.
pub const SMOOTHING: f64 = 0.2;
/// Frozen layers of the networks, below the frozen layer of outputs.
pub const DEPTH: usize = 2;

/// A picture's description and its digit.
pub struct Example<T> {
    pub features: Vec<T>,
    pub digit: usize,
}

impl<T: Scalar> Example<T> {
    /// Whether the digit has the largest output alone.
    pub fn is_largest(&self, outputs: &[T]) -> bool {
        let mut classes = outputs.iter().enumerate();
        classes.all(|(class, y)| class == self.digit || *y < outputs[self.digit])
    }
}

/// The rows of the bundled data.
pub fn rows() -> Result<Vec<Vec<f64>>> {
    let mut rows = Vec::new();
    for (line, record) in csv::Reader::from_reader(DATA.as_bytes()).deserialize().enumerate() {
        let row: Vec<f64> = record?;
        if row.len() != PIXELS + 1 {
            return Err(format!("digits.csv:{}: {} columns", line + 2, row.len()).into());
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Features less the mean of the training rows, over the deviation of all features together.
pub fn examples<T: Scalar>(
    rows: &[Vec<f64>],
    describe: impl Fn(&[f64]) -> Vec<f64>,
) -> Result<Vec<Example<T>>> {
    let mut features: Vec<_> = rows.iter().map(|row| describe(row)).collect();
    let training = features.get(..TRAINING).ok_or("digits.csv: too few rows")?;
    let count = training[0].len();
    let mean = |j: usize| training.iter().map(|row| row[j]).sum::<f64>() / TRAINING as f64;
    let means: Vec<f64> = (0..count).map(mean).collect();
    for row in &mut features {
        row.iter_mut().zip(&means).for_each(|(x, mean)| *x -= mean);
    }
    let squares = features[..TRAINING].iter().flatten().map(|x| x * x).sum::<f64>();
    let deviation = (squares / (TRAINING * count) as f64).sqrt();
    let example = |(row, features): (&Vec<f64>, &Vec<f64>)| Example {
        features: features.iter().map(|x| T::from_f64(x / deviation)).collect(),
        digit: row[PIXELS] as usize,
    };
    Ok(rows.iter().zip(&features).map(example).collect())
}
