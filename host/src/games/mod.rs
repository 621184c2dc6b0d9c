//! Games read from files, and regularizers and feedback chosen by name.

mod choices;
mod equilibria;
mod nfg;
mod scaled;
mod token;
mod value;

pub use choices::{FeedbackChoice, Observed, RegularizerChoice};
pub use equilibria::{Equilibrium, equilibria};
pub use nfg::{Player, StrategicForm};
pub use scaled::Scaled;
pub use value::Value;
