//! `situ train newton`: linear attention that learns least squares in context.
//!
//! The same arguments give the same weights on any machine whose f32 square root and cosine round alike.

use crate::linear_attention::{self, FEATURES, Shape};
use crate::{Failure, console, files, progress, report};
use std::path::PathBuf;

/// Arguments of `situ train newton`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Layers
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=24))]
    layers: u8,
    /// Let the layers read tokens over their root mean square
    #[arg(long)]
    normalized: bool,
    /// Steps of 64 prompts
    #[arg(long, value_name = "N", default_value_t = 4000)]
    steps: usize,
    /// Seed of weights and prompts
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Weights file to write [default: target/situ/train/newton-….bin]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs `situ train newton`.
///
/// # Errors
/// [`Failure::Input`] for a file that cannot be written.
pub fn train(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { layers, normalized, steps, seed, .. } = *arguments;
    let kind = if normalized { "norm" } else { "plain" };
    let name = format!("newton-{kind}-{layers}-steps{steps}-seed{seed}.bin");
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| report::directory().join("train").join(name));
    let shape = Shape { features: FEATURES as u8, layers, normalized };
    let bar = progress::bar("newton", steps as u64);
    let model = linear_attention::train(shape, steps, seed, |loss| {
        bar.set_message(format!("loss {loss:.1e} of predicting zero"));
        bar.inc(1);
    });
    bar.finish_and_clear();
    let file = model.file();
    files::replace(&out, &file)?;
    console::line(format_args!("{}: {} bytes", out.display(), file.len()))
}
