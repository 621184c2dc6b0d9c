//! Handwritten digits, learned by scales and shifts alone.

use super::examples::{BATCH, CLASSES, DEPTH, Example, SMOOTHING, TRAINING, examples, rows};
use super::pictures::{PIXELS, describe};
use super::{random_weights, softmax};
use crate::report::{Axis, Curve, Precision, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{median, sampled_median, share_gained, share_right};
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use situ::normtune::{
    Adam, Affine, Network, Optimizer, Parameters, Sign, Units, Workspace, cross_entropy,
};
use situ::scalar::{Scalar, Storage, f16};

/// Networks of the claim's median, each of its own seed; narrower widths have one network.
const NETWORKS: u64 = 5;

/// Test accuracies of the widest networks, before and after tuning.
struct Digits {
    untuned: Measured,
    tuned: Measured,
    /// On raw pixels, what tuning has over a linear softmax.
    gain: Measured,
    /// What tuning has over tuning as many random weights, in the first network.
    over_weights: Measured,
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
    let file_order = examples::<S::Compute>(&rows, described)?;
    let widest = tuned::<S, 512>(settings, NETWORKS, &file_order)?;
    let gain = gain::<S>(settings, &rows)?;
    let over_weights = over_weights(settings, &rows, &widest)?;
    let mut points = vec![tuned::<S, 256>(settings, 1, &file_order)?.point(), widest.point()];
    if settings.size(false, true) {
        points.push(tuned::<S, 64>(settings, 1, &file_order)?.point());
        points.push(tuned::<S, 128>(settings, 1, &file_order)?.point());
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    }
    let mut curves = vec![Curve { label: "last 500 rows of the file".to_owned(), points }];
    if settings.size(false, true) {
        // In the file's order the writers of the last rows are not among those of the first.
        rows.shuffle(&mut Pcg64Mcg::seed_from_u64(settings.seed));
        let shuffled = examples::<S::Compute>(&rows, described)?;
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
    let (untuned, tuned) = (of(|accuracy| accuracy.before), of(Accuracy::after));
    Ok(Digits { untuned, tuned, gain, over_weights })
}

/// The features of the claim on accuracy.
fn described(row: &[f64]) -> Vec<f64> {
    describe(&std::array::from_fn(|j| row[j])).to_vec()
}

/// On raw pixels: the test accuracy of one network less that of a linear softmax on the same pixels.
fn gain<S>(settings: &Settings, rows: &[Vec<f64>]) -> Result<Measured>
where
    S: Storage + Send + Sync,
    S::Compute: Send + Sync,
{
    let pixels = |row: &[f64]| row[..PIXELS].to_vec();
    let network = tuned::<S, 512>(settings, 1, &examples::<S::Compute>(rows, pixels)?)?;
    let [on_pixels, on_features] =
        [examples::<f64>(rows, pixels)?, examples::<f64>(rows, described)?]
            .map(|examples| softmax::rights(&examples));
    let gain = share_gained(&network.accuracies[0].rights, &on_pixels);
    Ok(gain.with_detail(format!(
        "pixels: {:.3} tuned, {:.3} linear; linear on the features of digits: {:.3}",
        network.accuracies[0].after(),
        share_right(&on_pixels),
        share_right(&on_features),
    )))
}

/// What the first network has over itself with as many random weights tuned.
fn over_weights(settings: &Settings, rows: &[Vec<f64>], tuned: &Tuned) -> Result<Measured> {
    let seed = settings.seed.wrapping_mul(NETWORKS);
    let examples = examples::<f32>(rows, described)?;
    let rights = random_weights::rights(seed, 512, &examples, epochs(settings));
    let gained = share_gained(&tuned.accuracies[0].rights, &rights);
    Ok(gained.with_detail(format!("{:.3} by random weights", share_right(&rights))))
}

/// What tuning has over tuning as many random weights.
pub fn over_random_weights(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Digits>()?.over_weights.clone())
}

/// What tuning has over a linear softmax on raw pixels.
pub fn gain_on_pixels(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Digits>()?.gain.clone())
}

/// Median test accuracy of the widest networks.
pub fn accuracy_of_tuned(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Digits>()?.tuned.clone())
}

/// What tuning adds to the accuracy.
pub fn untuned_gap(context: &mut Context<'_>) -> Result<Measured> {
    let Digits { untuned, tuned, .. } = &*context.study::<Digits>()?;
    Ok(tuned.minus(untuned))
}

/// Test accuracy of one network.
struct Accuracy {
    before: f64,
    /// Whether each test row is right after tuning.
    rights: Vec<bool>,
}

impl Accuracy {
    fn after(&self) -> f64 {
        share_right(&self.rights)
    }
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
        let after = self.accuracies.iter().map(Accuracy::after).collect();
        [self.numbers as f64, median(after)]
    }
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

/// Passes over the training rows.
fn epochs(settings: &Settings) -> usize {
    settings.size(6, 30)
}

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
    let before = share_right(&rights(&network, &parameters, test));
    let mut rule = Adam::new(S::Compute::ZERO);
    let mut optimizer = Optimizer::new::<S, _>(&rule);
    let epochs = epochs(settings);
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
    Ok(Accuracy { before, rights: rights(&network, &parameters, test) })
}

/// Whether each example's digit has the largest output alone.
fn rights<S, const WIDTH: usize>(
    network: &Network<Sign>,
    parameters: &Parameters<S, WIDTH, DEPTH, CLASSES>,
    test: &[Example<S::Compute>],
) -> Vec<bool>
where
    S: Storage + Send + Sync,
    S::Compute: Send + Sync,
{
    let right = |example: &Example<S::Compute>| {
        let mut outputs = [S::Compute::ZERO; CLASSES];
        network.forward(parameters, &example.features, &mut Workspace::default(), &mut outputs);
        example.is_largest(&outputs)
    };
    test.iter().parallel_map(right).collect()
}

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
    let halves = batch.chunks(BATCH / 2).parallel_map(|half| {
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
    let mut total = Box::new(Parameters::zero());
    halves.for_each(|half: Box<Parameters<S::Compute, WIDTH, DEPTH, CLASSES>>| {
        total.add(half.iter().copied());
    });
    total
}
