//! Results as the user sees them: tables on the terminal, files and a page in `target/situ`.

mod confusion;
mod files;
mod fit;
mod html;
mod markup;
mod plays;
mod plot;
mod results;
mod series;
mod table;

pub use files::{FIT, PLAY, REPRODUCE, directory, save};
pub use html::write;
pub use results::{MeasuredClaim, Mode, Precision, Relation, Run, Shard, SystemRun};
pub use series::{Axis, Curve, Series};
pub use table::{number, table};
