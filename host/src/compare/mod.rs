//! `situ compare`: results of several runs, or of peers, side by side.
//!
//! Rows are joined on name, size and scalar. The first file is the baseline: a ratio above one means more
//! work. A file of peers (`firmware/peers/cortex-m.csv`) gives one column per peer, for the core of the
//! baseline.
//!
//! ```no_run
//! situ_host::cli::run(["situ", "compare", "before.json", "after.json", "--fail-over", "5"].map(Into::into))?;
//! # Ok::<(), situ_host::Failure>(())
//! ```

mod column;
mod command;
mod comparison;

pub use column::Column;
pub use command::{Arguments, compare};
