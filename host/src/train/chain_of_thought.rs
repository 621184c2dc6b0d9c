//! `situ train chain-of-thought`: linear attention with a feed-forward that learns small networks in context,
//! with their intermediate values and without.

use super::attention::Training;
use crate::Failure;
use crate::linear_attention::chains::{Format, shape};

/// Arguments of `situ train chain-of-thought`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// What the prompts show
    #[arg(long, value_enum, default_value_t = Format::Steps)]
    format: Format,
    /// Layers
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=24))]
    layers: u8,
    #[command(flatten)]
    training: Training,
}

/// Runs `situ train chain-of-thought`.
///
/// # Errors
/// [`Failure::Input`] for a file that cannot be written.
pub fn train(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { format, layers, ref training } = *arguments;
    let name = format!("chain-of-thought-{format:?}-{layers}").to_lowercase();
    training.run(&name, shape(layers), |index, generator, prompt| {
        format.draw(index, generator, prompt);
    })
}
