//! Results as the user sees them: tables on the terminal, files and a page in `target/situ`.

mod boards;
mod command;
mod confusion;
mod files;
mod fit;
mod html;
mod labels;
mod markup;
mod plays;
mod plot;
mod provenance;
mod results;
mod series;
mod systems;
mod table;

pub use command::{Arguments, report};
pub use files::{COMPARE, FIT, PLAY, REPRODUCE, directory, save};
pub use plot::svg;
pub use results::{MeasuredClaim, Mode, Precision, Relation, Run, Shard, SystemRun};
pub use series::{Axis, Curve, Series};
pub use table::{number, table};
