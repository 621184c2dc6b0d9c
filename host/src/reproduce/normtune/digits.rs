//! Handwritten digits, learned by scales and shifts alone.

use super::pictures::{FEATURES, PIXELS, describe};
use crate::report::{Axis, Curve, Precision, Series};
use crate::reproduce::statistics::{median, sampled_median};
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use situ::normtune::{
    Adam, Affine, Network, Optimizer, Parameters, Sign, Units, Workspace, cross_entropy,
};
use situ::scalar::{Scalar, Storage, f16};

/// The bundled data: 64 pixels from 0 to 16, then the digit.
const DATA: &str = include_str!("../../../data/digits.csv");
const CLASSES: usize = 10;
/// Rows to train on; the rest is the test set.
const TRAINING: usize = 1297;
/// Examples whose gradients make one step.
const BATCH: usize = 32;
/// Frozen layers below the frozen layer of outputs.
const DEPTH: usize = 2;
/// Networks of the claim's median, each of its own seed; narrower widths have one network.
const NETWORKS: u64 = 3;

/// A picture's description and its digit.
struct Example<T> {
    features: [T; FEATURES],
    digit: usize,
}

/// Test accuracies of the widest networks, before and after tuning.
struct Digits {
    untuned: Measured,
    tuned: Measured,
}

impl Study for Digits {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        match context.settings.precision {
            Precision::F16 => digits_in::<f16>(context),
            Precision::F32 => digits_in::<f32>(context),
            Precision::F64 => digits_in::<f64>(context),
        }
    }
}

fn digits_in<S>(context: &mut Context<'_>) -> Result<Digits>
where
    S: Storage + Send + Sync,
    S::Compute: Send + Sync,
{
    let settings = context.settings;
    let mut rows = rows()?;
    let file_order = examples::<S::Compute>(&rows)?;
    let widest = tuned::<S, 512>(settings, NETWORKS, &file_order)?;
    let points = [
        &tuned::<S, 64>(settings, 1, &file_order)?,
        &tuned::<S, 128>(settings, 1, &file_order)?,
        &tuned::<S, 256>(settings, 1, &file_order)?,
        &widest,
    ];
    let points = points.map(Tuned::point).to_vec();
    let mut curves = vec![Curve { label: "last 500 rows of the file".to_owned(), points }];
    if settings.size(false, true) {
        // In the file's order the writers of the last rows are not among those of the first.
        rows.shuffle(&mut Pcg64Mcg::seed_from_u64(settings.seed));
        let shuffled = examples::<S::Compute>(&rows)?;
        let points = vec![tuned::<S, 512>(settings, NETWORKS, &shuffled)?.point()];
        curves.push(Curve { label: "500 rows at random, the same writers".to_owned(), points });
    }
    context.plot(Series {
        title: "Digits: test accuracy by scales and shifts alone".to_owned(),
        x: Axis::logarithmic("numbers tuned"),
        y: Axis::linear("accuracy"),
        curves,
    });
    let of = |which: fn(&Accuracy) -> f64| {
        sampled_median(&widest.accuracies.iter().map(which).collect::<Vec<_>>())
    };
    Ok(Digits { untuned: of(|accuracy| accuracy.before), tuned: of(|accuracy| accuracy.after) })
}

/// Median test accuracy of the widest networks.
pub fn accuracy_of_tuned(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Digits>()?.tuned.clone())
}

/// What tuning adds to the accuracy.
pub fn untuned_gap(context: &mut Context<'_>) -> Result<Measured> {
    let Digits { untuned, tuned } = &*context.study::<Digits>()?;
    Ok(tuned.minus(untuned))
}

/// Test accuracy of one network.
struct Accuracy {
    before: f64,
    after: f64,
}

/// Networks of one width.
struct Tuned {
    /// Count of tuned numbers in each.
    numbers: usize,
    accuracies: Vec<Accuracy>,
}

impl Tuned {
    /// Tuned numbers and median accuracy.
    fn point(&self) -> [f64; 2] {
        let after = self.accuracies.iter().map(|accuracy| accuracy.after).collect();
        [self.numbers as f64, median(after)]
    }
}

/// The rows of the bundled data.
fn rows() -> Result<Vec<Vec<f64>>> {
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
fn examples<T: Scalar>(rows: &[Vec<f64>]) -> Result<Vec<Example<T>>> {
    let described = |row: &Vec<f64>| describe(&std::array::from_fn(|j| row[j]));
    let features: Vec<_> = rows.iter().map(described).collect();
    let training = features.get(..TRAINING).ok_or("digits.csv: too few rows")?;
    let mean: [f64; FEATURES] =
        std::array::from_fn(|j| training.iter().map(|row| row[j]).sum::<f64>() / TRAINING as f64);
    let centered =
        |row: &[f64; FEATURES]| -> [f64; FEATURES] { std::array::from_fn(|j| row[j] - mean[j]) };
    let squares = training.iter().flat_map(centered).map(|x| x * x).sum::<f64>();
    let deviation = (squares / (TRAINING * FEATURES) as f64).sqrt();
    let example = |(row, features): (&Vec<f64>, &[f64; FEATURES])| Example {
        features: centered(features).map(|x| T::from_f64(x / deviation)),
        digit: row[PIXELS] as usize,
    };
    Ok(rows.iter().zip(&features).map(example).collect())
}

/// Tunes networks of this width.
fn tuned<S, const WIDTH: usize>(
    settings: &Settings,
    networks: u64,
    examples: &[Example<S::Compute>],
) -> Result<Tuned>
where
    S: Storage + Send + Sync,
    S::Compute: Send + Sync,
{
    let seeds =
        (0..networks).map(|network| settings.seed.wrapping_mul(NETWORKS).wrapping_add(network));
    let accuracies = seeds.map(|seed| accuracy::<S, WIDTH>(settings, seed, examples));
    let accuracies = accuracies.collect::<Result<_>>()?;
    Ok(Tuned { numbers: 2 * (WIDTH * DEPTH + CLASSES), accuracies })
}

/// Rate of the first step.
const RATE: f64 = 0.1;

/// Tunes the network of a seed; its accuracy on the test rows before and after.
fn accuracy<S, const WIDTH: usize>(
    settings: &Settings,
    seed: u64,
    examples: &[Example<S::Compute>],
) -> Result<Accuracy>
where
    S: Storage + Send + Sync,
    S::Compute: Send + Sync,
{
    let (training, test) = examples.split_at(TRAINING);
    let network = Network::new(seed, Sign);
    let mut parameters = Box::<Parameters<S, WIDTH, DEPTH, CLASSES>>::default();
    let before = share_right(&network, &parameters, test);
    let mut rule = Adam::new(S::Compute::ZERO);
    let mut optimizer = Optimizer::new::<S, _>(&rule);
    let epochs = settings.size(6, 30);
    let steps = epochs * TRAINING.div_ceil(BATCH);
    let mut order: Vec<_> = training.iter().collect();
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    for _ in 0..epochs {
        order.shuffle(&mut random);
        for batch in order.chunks(BATCH) {
            // The rate falls linearly to zero.
            let left = 1.0 - f64::from(optimizer.steps()) / steps as f64;
            rule.rate = S::Compute::from_f64(RATE * left);
            let gradient = gradient(&network, &parameters, batch);
            let gradient = gradient.iter().copied();
            optimizer.step(&rule, &Units::filled(Affine), &mut parameters, gradient)?;
        }
    }
    Ok(Accuracy { before, after: share_right(&network, &parameters, test) })
}

/// Share of examples whose digit has the largest output alone.
fn share_right<S, const WIDTH: usize>(
    network: &Network<Sign>,
    parameters: &Parameters<S, WIDTH, DEPTH, CLASSES>,
    test: &[Example<S::Compute>],
) -> f64
where
    S: Storage + Send + Sync,
    S::Compute: Send + Sync,
{
    let right = test.par_iter().filter(|example| {
        let mut outputs = [S::Compute::ZERO; CLASSES];
        network.forward(parameters, &example.features, &mut Workspace::default(), &mut outputs);
        let mut classes = outputs.iter().enumerate();
        classes.all(|(class, y)| class == example.digit || *y < outputs[example.digit])
    });
    right.count() as f64 / test.len() as f64
}

/// Share of the label that is spread over all classes.
const SMOOTHING: f64 = 0.2;

/// Mean gradient of the smoothed cross-entropy over a batch, half of it on each core.
fn gradient<S, const WIDTH: usize>(
    network: &Network<Sign>,
    parameters: &Parameters<S, WIDTH, DEPTH, CLASSES>,
    batch: &[&Example<S::Compute>],
) -> Box<Parameters<S::Compute, WIDTH, DEPTH, CLASSES>>
where
    S: Storage + Send + Sync,
    S::Compute: Send + Sync,
{
    let share = S::Compute::ONE / S::Compute::from_usize(batch.len());
    let spread = S::Compute::from_f64(SMOOTHING / CLASSES as f64);
    let kept = S::Compute::from_f64(SMOOTHING);
    let halves = batch.par_chunks(BATCH / 2).map(|half| {
        let mut work = Workspace::<S, WIDTH, DEPTH, CLASSES>::default();
        let mut sum = Box::new(Parameters::zero());
        for Example { features, digit } in half {
            let (mut outputs, mut slope) =
                ([S::Compute::ZERO; CLASSES], [S::Compute::ZERO; CLASSES]);
            network.forward(parameters, features, &mut work, &mut outputs);
            cross_entropy(&outputs, *digit, &mut slope);
            // From the label to (1 - s) label + s / classes.
            slope[*digit] += kept;
            slope.iter_mut().for_each(|slope| *slope = share * (*slope - spread));
            network.backward(parameters, &slope, &mut work);
            sum.add(work.gradient());
        }
        sum
    });
    let zero = || Box::new(Parameters::zero());
    halves.reduce(zero, |mut sum, half| {
        sum.add(half.iter().copied());
        sum
    })
}
