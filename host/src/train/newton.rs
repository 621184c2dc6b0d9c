//! `situ train newton`: linear attention that learns least squares in context.

use super::attention::Training;
use crate::Failure;
use crate::linear_attention::{FEATURES, Shape, regression};

/// Arguments of `situ train newton`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Layers
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=24))]
    layers: u8,
    /// Let the layers read tokens divided by their root mean square
    #[arg(long)]
    normalized: bool,
    #[command(flatten)]
    training: Training,
}

/// Runs `situ train newton`.
///
/// # Errors
/// [`Failure::Input`] for a file that cannot be written.
pub fn train(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { layers, normalized, ref training } = *arguments;
    let kind = if normalized { "norm" } else { "plain" };
    let shape = Shape { token: FEATURES as u8 + 1, layers, outputs: 1, units: 0, normalized };
    training.run(&format!("newton-{kind}-{layers}"), shape, regression)
}
