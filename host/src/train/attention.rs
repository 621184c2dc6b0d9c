//! The common part of the commands that train linear attention.
//!
//! The same arguments give the same weights on machines with identical f32 square root and cosine.

use crate::linear_attention::{self, Prompt, Shape};
use crate::{Failure, console, files, progress, report};
use situ::random::Generator;
use std::path::PathBuf;

/// Arguments of a training.
#[derive(Clone, Debug, clap::Args)]
pub struct Training {
    /// Steps of 64 prompts
    #[arg(long, value_name = "N", default_value_t = 4000)]
    steps: usize,
    /// Seed of weights and prompts
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Weights file to write [default: target/situ/train/MODEL-….bin]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Training {
    /// Trains the model of this name and writes its weights.
    ///
    /// # Errors
    /// [`Failure::Input`] for a file that cannot be written.
    pub fn run(
        &self,
        name: &str,
        shape: Shape,
        draw: impl FnMut(usize, &mut Generator, &mut Prompt),
    ) -> Result<(), Failure> {
        let Self { steps, seed, out } = self;
        let file = format!("{name}-steps{steps}-seed{seed}.bin");
        let out = out.clone().unwrap_or_else(|| report::directory().join("train").join(file));
        let bar = progress::bar(name, *steps as u64);
        let model = linear_attention::train(shape, *steps, *seed, draw, |loss| {
            bar.set_message(format!("loss {loss:.1e} of predicting zero"));
            bar.inc(1);
        });
        bar.finish_and_clear();
        let file = model.file();
        files::replace(&out, &file)?;
        console::line(format_args!("{}: {} bytes", out.display(), file.len()))
    }
}
