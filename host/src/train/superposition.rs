//! `situ train superposition`: small decoders that learn one task per prompt.
//!
//! A training prompt follows a single task throughout; the loss covers only the answers. Label noise
//! replaces that share of all answers by random letters. The same arguments give the same weights on the
//! same machine; an interrupted run resumes where it was last saved.

use super::model::Model;
use super::optimizer::Optimizer;
use crate::prompts::{Family, below};
use crate::{Failure, console, files, progress, report};
use candle_core::{Device, Result, Tensor};
use situ::decoder::File;
use situ::random::Generator;
use situ::scalar::f16;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Arguments of `situ train superposition`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Tasks to train on
    #[arg(long, value_enum, default_value_t = Family::Lang)]
    family: Family,
    /// Share of answers that are replaced by random letters
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = share)]
    label_noise: f64,
    /// Length of the residual stream, a multiple of 16
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = width)]
    width: u16,
    /// Steps of 64 prompts
    #[arg(long, value_name = "N", default_value_t = 2000)]
    steps: usize,
    /// Seed of weights and prompts
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Weights file to write [default: target/situ/train/FAMILY-…​.bin]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn share(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..1.0).contains(&share) => Ok(share),
        _ => Err("not a number from 0 to below 1".to_owned()),
    }
}

fn width(text: &str) -> std::result::Result<u16, String> {
    match text.parse() {
        Ok(width) if width > 0 && width % 16 == 0 && width <= 256 => Ok(width),
        _ => Err("not a multiple of 16 up to 256".to_owned()),
    }
}

/// The variable that sets candle's number of threads.
const THREADS: &str = "CANDLE_NUM_THREADS";

/// Prompts per step.
const BATCH: usize = 64;

/// Largest step size, reached after a tenth of the steps and kept until the last fifth.
const STEP_SIZE: f64 = 3e-3;

/// Runs `situ train superposition`.
///
/// # Errors
/// [`Failure::Input`] for a file that cannot be written or a checkpoint of another model.
pub fn train(arguments: &Arguments) -> std::result::Result<(), Failure> {
    if std::env::var_os(THREADS).is_none() {
        return on_one_thread();
    }
    let Arguments { family, label_noise, width, steps, seed, .. } = *arguments;
    let name = format!("{}-{width}-noise{label_noise}-steps{steps}-seed{seed}", family.name());
    let directory = report::directory().join("train");
    let checkpoint = directory.join(format!("{name}.safetensors"));
    let out = arguments.out.clone().unwrap_or_else(|| directory.join(format!("{name}.bin")));
    let fail = |path: &Path, error: String| Failure::Input(format!("{}: {error}", path.display()));
    std::fs::create_dir_all(&directory).map_err(|e| fail(&directory, e.to_string()))?;
    let model = optimize(arguments, &checkpoint)
        .map_err(|e| fail(&checkpoint, one_line(&e.to_string())))?;
    let weights = weights(&model).map_err(|e| Failure::Check(one_line(&e.to_string())))?;
    let mut file = File::header(&family.shape(width), &weights).to_vec();
    file.extend(weights.as_flattened());
    files::replace(&out, &file)?;
    console::line(format_args!("{}: {} bytes", out.display(), file.len()))
}

/// Runs this same command in a process with single-threaded matrix products: a step's products are small,
/// and candle's threads spin while they wait for each other, which costs ten times as much on a machine with
/// other work. Their number can be set only through the environment.
fn on_one_thread() -> std::result::Result<(), Failure> {
    let program = std::env::current_exe().map_err(|e| Failure::Tool(e.to_string()))?;
    let mut child = Command::new(program);
    child.args(std::env::args_os().skip(1)).env(THREADS, "1").env("RAYON_NUM_THREADS", "1");
    let status = child.status().map_err(|e| Failure::Tool(e.to_string()))?;
    match status.code() {
        Some(0) => Ok(()),
        // The process has reported why.
        code => std::process::exit(code.unwrap_or(1)),
    }
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn optimize(arguments: &Arguments, checkpoint: &Path) -> Result<Model> {
    let Arguments { family, label_noise, width, steps, seed, .. } = *arguments;
    let model = Model::new(family.shape(width), seed)?;
    let mut optimizer = if checkpoint.exists() {
        Optimizer::load(&model.parameters, checkpoint)?
    } else {
        Optimizer::new(&model.parameters)?
    };
    let bar = progress::bar(family.name(), steps as u64);
    bar.set_position(optimizer.steps as u64);
    while optimizer.steps < steps {
        let step = optimizer.steps;
        let random = Generator::new(seed.wrapping_mul(1 << 32).wrapping_add(step as u64 + 1));
        let [tokens, places, answers] = batch(family, label_noise, random)?;
        let loss = model.loss(&tokens, &places, &answers)?;
        let (warm_up, decay) = (0.1 * steps as f64, 0.2 * steps as f64);
        let rise = (step + 1) as f64 / warm_up;
        let fall = (steps - step) as f64 / decay;
        optimizer.step(
            &model.parameters,
            &loss.backward()?,
            STEP_SIZE * rise.min(fall).min(1.0),
        )?;
        bar.set_message(format!("loss {:.3}", loss.to_scalar::<f32>()?));
        bar.inc(1);
        if optimizer.steps % 100 == 0 || optimizer.steps == steps {
            optimizer.save(&model.parameters, checkpoint)?;
        }
    }
    bar.finish_and_clear();
    Ok(model)
}

/// Prompts × tokens, the places of the separators, and prompts × the answers there.
fn batch(family: Family, label_noise: f64, mut random: Generator) -> Result<[Tensor; 3]> {
    let (mut tokens, mut answers) = (Vec::new(), Vec::new());
    let count = family.examples() + 1;
    for _ in 0..BATCH {
        let task = usize::from(below(family.tasks() as u16, &mut random));
        for example in 0..count {
            let inputs = family.draw_inputs(&mut random);
            let noisy = random.uniform::<f64>() < label_noise;
            let letter = below(family.symbols(), &mut random);
            let answer = if noisy { letter } else { family.answer(task, &inputs) };
            tokens.extend(inputs.into_iter().chain([family.separator()]).map(u32::from));
            if example + 1 < count {
                tokens.push(u32::from(answer));
            }
            answers.push(u32::from(answer));
        }
    }
    let place = |example: usize| (example * family.example_length() + family.inputs()) as u32;
    let places: Vec<u32> = (0..count).map(place).collect();
    Ok([
        Tensor::from_vec(tokens, (BATCH, family.prompt_length()), &Device::Cpu)?,
        Tensor::from_vec(places, count, &Device::Cpu)?,
        Tensor::from_vec(answers, (BATCH, count), &Device::Cpu)?,
    ])
}

/// All parameters in f16, in the order of a weights file.
fn weights(model: &Model) -> Result<Vec<[u8; 2]>> {
    let mut weights = Vec::new();
    for parameter in &model.parameters {
        let values = parameter.flatten_all()?.to_vec1::<f32>()?;
        weights.extend(values.into_iter().map(|value| f16::from_f32(value).to_le_bytes()));
    }
    Ok(weights)
}
