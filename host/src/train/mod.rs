//! `situ train`: makes the small models whose weights are shipped.

mod attention;
mod chain_of_thought;
#[cfg(feature = "train")]
mod model;
mod newton;
#[cfg(feature = "train")]
mod optimizer;
#[cfg(feature = "train")]
mod superposition;

use crate::Failure;

/// Arguments of `situ train`: the system whose models are to be trained.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum System {
    /// Linear attention that learns least squares in context
    Newton(newton::Arguments),
    /// The same with a feed-forward, which learns small networks from their intermediate values
    ChainOfThought(chain_of_thought::Arguments),
    /// Decoders that learn one task per prompt
    #[cfg(feature = "train")]
    Superposition(superposition::Arguments),
}

/// Runs `situ train`.
///
/// # Errors
/// [`Failure::Input`] for a file that cannot be written or a checkpoint of another model.
pub fn train(system: &System) -> Result<(), Failure> {
    match system {
        System::Newton(arguments) => newton::train(arguments),
        System::ChainOfThought(arguments) => chain_of_thought::train(arguments),
        #[cfg(feature = "train")]
        System::Superposition(arguments) => superposition::train(arguments),
    }
}
