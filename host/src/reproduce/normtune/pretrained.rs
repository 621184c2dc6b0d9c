//! A pretrained model: the gains of the shipped decoder alone are tuned to a language that it has never
//! seen.

use super::backward::{Backward, Tuned};
use crate::adam::{Adam, DECAYS};
use crate::prompts::{Family, Prompt};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{share_gained, share_right};
use crate::reproduce::{Context, Measured, Result, Settings};
use situ::decoder::File;
use situ::matrix::argmax;
use situ::random::Generator;
use situ::scalar::Storage;
use situ_suite::weights::LANG_32;

/// The language that it has never seen.
const LANGUAGE: usize = 4;

/// Prompts of a step.
const BATCH: usize = 16;

/// Step sizes of gains alone and of all weights, which fall linearly to zero.
const RATES: [f64; 2] = [0.1, 3e-3];

/// A prompt in the unseen language with its answers: those of the examples, then that of the query.
fn prompt(generator: &mut Generator) -> (Prompt, Vec<u16>) {
    let family = Family::Lang;
    let prompt = family.prompt(&vec![LANGUAGE; family.examples()], &[LANGUAGE], generator);
    let inputs = prompt.tokens.chunks(family.example_length()).map(|example| &example[..1]);
    let answers = inputs.map(|inputs| family.answer(LANGUAGE, inputs)).collect();
    (prompt, answers)
}

/// Whether each test prompt is answered right.
fn rights(model: &Backward, settings: &Settings) -> Vec<bool> {
    let right = |index: u64| {
        let (prompt, answers) =
            prompt(&mut Generator::new(settings.seed.wrapping_mul(7919) + index));
        let logits = model.logits(&prompt.tokens);
        answers.last().is_some_and(|answer| argmax(&logits) == usize::from(*answer))
    };
    (0..settings.size(300, 2000)).parallel_map(right).collect()
}

/// Tunes a copy of the decoder; whether each test prompt is right, and the accuracy on the way from `before`.
fn tune(
    model: &Backward,
    (tuned, rate): (Tuned, f64),
    before: f64,
    settings: &Settings,
) -> (Vec<bool>, Curve) {
    let mut model = model.clone();
    let places = model.tuned(tuned);
    let mut adam = Adam::new(places.len(), DECAYS);
    // All weights need fewer.
    let share = if tuned == Tuned::All { 4 } else { 1 };
    let steps: u64 = settings.size(250, 1000) / share;
    let mut points = vec![[0.0, before]];
    for step in 0..steps {
        if step > 0 && step % (steps / 6) == 0 {
            points.push([step as f64, share_right(&rights(&model, settings))]);
        }
        let slopes = |index: u64| {
            let seed = settings.seed.wrapping_mul(1 << 32) + step * BATCH as u64 + index;
            let (prompt, answers) = prompt(&mut Generator::new(seed.wrapping_add(1 << 60)));
            model.gradient(&prompt.tokens, &answers, tuned)
        };
        let slopes: Vec<Vec<f32>> = (0..BATCH as u64).parallel_map(slopes).collect();
        let mean = |place: &usize| {
            slopes.iter().map(|slopes| f64::from(slopes[*place])).sum::<f64>() / BATCH as f64
        };
        let mean: Vec<f64> = places.iter().map(mean).collect();
        let changes = adam.changes(&mean, rate * (1.0 - step as f64 / steps as f64));
        for (place, change) in places.iter().zip(changes) {
            model.weights[*place] -= change as f32;
        }
    }
    let rights = rights(&model, settings);
    points.push([steps as f64, share_right(&rights)]);
    (rights, Curve { label: format!("{} numbers", places.len()), points })
}

/// Accuracy after tuning the gains less the accuracy before.
pub fn gains(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    // Trained on four languages.
    let shape = *File::open(LANG_32)?.shape();
    let (weights, _) = LANG_32[File::HEADER..].as_chunks::<2>();
    let model = Backward { shape, weights: weights.iter().map(|weight| weight.load()).collect() };
    let before = rights(&model, settings);
    let [(gains, gains_curve), (all, all_curve)] =
        [(Tuned::Gains, RATES[0]), (Tuned::All, RATES[1])]
            .map(|plan| tune(&model, plan, share_right(&before), settings));
    context.plot(Series {
        title: "A fifth language: gains alone and all weights of a pretrained decoder".to_owned(),
        x: Axis::linear(format!("steps of {BATCH} prompts")),
        y: Axis::linear("accuracy"),
        curves: vec![gains_curve, all_curve],
    });
    let [b, g, a] = [&before, &gains, &all].map(|rights| share_right(rights));
    let detail = format!("{b:.3} before, {g:.3} after, {a:.3} with all weights tuned");
    Ok(share_gained(&gains, &before).with_detail(detail))
}
