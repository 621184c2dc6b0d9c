//! A pretrained model: the gains of the shipped decoder alone are tuned to a language that it has never
//! seen.

use super::backward::Backward;
use crate::adam::{Adam, DECAYS};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{share_gained, share_right};
use crate::reproduce::{Context, Measured, Result, Settings};
use situ::decoder::{Decoder, File};
use situ::random::Generator;
use situ::scalar::Storage;
use situ_suite::tuning::{Prompt, RULE, TOKENS, Tuned, is_right, prompt};
use situ_suite::weights::{LANG_32, LANG_32_SHAPE as SHAPE};

/// Prompts of a step of the control, which tunes all weights.
const BATCH: u64 = 16;

/// The control's step size, which falls linearly to zero.
const RATE: f64 = 3e-3;

/// A prompt to learn from.
fn lesson(settings: &Settings, index: u64) -> Prompt {
    prompt(&mut Generator::new(settings.seed.wrapping_mul(1 << 32).wrapping_add((1 << 60) + index)))
}

/// Whether each test prompt is answered right.
fn rights<S>(decoder: &Decoder<'_, S>, settings: &Settings) -> Vec<bool>
where
    S: Storage<Compute = f32> + Sync,
{
    let right = |index: u64| {
        let prompt = prompt(&mut Generator::new(settings.seed.wrapping_mul(7919) + index));
        is_right(decoder, &prompt, &mut [0.0; SHAPE.tuning_workspace(TOKENS)])
    };
    (0..settings.size(300, 2000)).parallel_map(right).collect()
}

/// Parts of the way after which the accuracy is measured.
const PARTS: u64 = 5;

/// Whether each test prompt is right, before the first and after each part of so many steps.
fn on_the_way<M>(
    model: &mut M,
    steps: u64,
    mut step: impl FnMut(&mut M, u64) -> Result<()>,
    rights: impl Fn(&M) -> Result<Vec<bool>>,
) -> Result<Vec<Vec<bool>>> {
    let mut way = vec![rights(model)?];
    for part in 0..PARTS {
        (part * steps..(part + 1) * steps).try_for_each(|index| step(model, index))?;
        way.push(rights(model)?);
    }
    Ok(way)
}

fn curve(label: &str, way: &[Vec<bool>], prompts: u64) -> Curve {
    let point =
        |(part, rights): (usize, &Vec<bool>)| [(part as u64 * prompts) as f64, share_right(rights)];
    Curve { label: label.to_owned(), points: way.iter().enumerate().map(point).collect() }
}

/// Tunes the gains as a device does: prompt by prompt.
fn tune_gains(prompts: u64, settings: &Settings) -> Result<Vec<Vec<bool>>> {
    let decoder = File::open(LANG_32)?;
    let mut workspace = [0.0; SHAPE.tuning_workspace(TOKENS)];
    let mut tuned = Tuned::EMPTY;
    tuned.begin(&decoder)?;
    let step = |tuned: &mut Tuned<f32>, index| {
        tuned.step(&decoder, &RULE, &lesson(settings, index), &mut workspace)?;
        Ok(())
    };
    on_the_way(&mut tuned, prompts, step, |tuned| {
        Ok(rights(&decoder.with_gains(tuned.values())?, settings))
    })
}

/// The control: tunes all weights.
fn tune_all(batches: u64, settings: &Settings) -> Result<Vec<Vec<bool>>> {
    let (weights, _) = LANG_32[File::HEADER..].as_chunks::<2>();
    let weights: Vec<f32> = weights.iter().map(|weight| weight.load()).collect();
    let mut adam = Adam::new(weights.len(), DECAYS);
    let mut model = Backward { shape: SHAPE, weights };
    let step = |model: &mut Backward, step| {
        let slopes = |index| model.gradient(&lesson(settings, step * BATCH + index));
        let slopes: Vec<Vec<f32>> = (0..BATCH).parallel_map(slopes).collect();
        let mean = |place: usize| {
            slopes.iter().map(|slopes| f64::from(slopes[place])).sum::<f64>() / BATCH as f64
        };
        let mean: Vec<f64> = (0..model.weights.len()).map(mean).collect();
        let left = 1.0 - step as f64 / (PARTS * batches) as f64;
        let changes = adam.changes(&mean, RATE * left);
        model.weights.iter_mut().zip(changes).for_each(|(weight, by)| *weight -= by as f32);
        Ok(())
    };
    on_the_way(&mut model, batches, step, |model| {
        Ok(rights(&Decoder::new(SHAPE, &model.weights)?, settings))
    })
}

/// Accuracy after tuning the gains less the accuracy before.
pub fn gains(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let (prompts, batches) = settings.size((80, 12), (200, 50));
    let gains = tune_gains(prompts, settings)?;
    let all = tune_all(batches, settings)?;
    context.plot(Series {
        title: "A fifth language: gains alone and all weights of a pretrained decoder".to_owned(),
        x: Axis::linear("prompts"),
        y: Axis::linear("accuracy"),
        curves: vec![
            curve("160 gains", &gains, prompts),
            curve("26,464 weights", &all, batches * BATCH),
        ],
    });
    let [before, after, control] = [&gains[0], &gains[PARTS as usize], &all[PARTS as usize]];
    let [b, g, a] = [before, after, control].map(|rights| share_right(rights));
    let detail = format!("{b:.3} before, {g:.3} after, {a:.3} with all weights tuned");
    Ok(share_gained(after, before).with_detail(detail))
}
