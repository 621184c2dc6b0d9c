//! The options of `situ fit`.

use super::encoding::Encoding;
use super::examples::{Mixed, Plan};
use super::missing::Missing;
use super::score::Figure;
use super::table::Format;
use super::targets::TaskName;
use crate::Failure;
use situ::features::Window;
use std::path::PathBuf;

/// How the data is read, learned and shown.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Column to predict
    #[arg(long, value_name = "COLUMN")]
    pub(super) target: String,
    /// Column that identifies recordings; no window spans two of them
    #[arg(long, value_name = "COLUMN")]
    pub(super) group: Option<String>,
    /// Column to leave out; may be repeated
    #[arg(long, value_name = "COLUMN")]
    pub(super) drop: Vec<String>,
    /// Learn features of windows of ROWS rows instead of single rows
    #[arg(long, value_name = "ROWS")]
    pub(super) window: Option<usize>,
    /// Rows from the start of one window to the start of the next [default: ROWS of --window]
    #[arg(long, value_name = "ROWS", requires = "window")]
    pub(super) hop: Option<usize>,
    /// Target of a window whose rows have several [default: last]
    #[arg(long, value_enum, requires = "window")]
    pub(super) mixed_windows: Option<Mixed>,
    /// What to do about cells without a number [default: error]
    #[arg(long, value_enum)]
    pub(super) missing: Option<Missing>,
    /// Separator of the cells [default: found in the file]
    #[arg(long, value_name = "C")]
    pub(super) delimiter: Option<char>,
    /// Decimal sign of the numbers [default: found in the file]
    #[arg(long, value_name = "C")]
    pub(super) decimal: Option<char>,
    /// Encoding of the file [default: found in the file]
    #[arg(long, value_enum)]
    pub(super) encoding: Option<Encoding>,
    /// Shuffle the examples with this seed instead of keeping their order
    #[arg(long, value_name = "SEED")]
    pub shuffle: Option<u64>,
    /// Predict labels or values [default: decided by the target column]
    #[arg(long, value_enum)]
    pub(super) task: Option<TaskName>,
    /// Figure to rank by [default: accuracy, or kappa for imbalanced classes; r2, or mae for values
    /// with extremes]
    #[arg(long, value_enum, value_name = "FIGURE")]
    pub rank: Option<Figure>,
    /// Learner to run; may be repeated [default: all]
    #[arg(long, value_name = "NAME")]
    pub learner: Vec<String>,
    /// Only learners whose state fits BYTES; falls back to smaller variants
    #[arg(long, value_name = "BYTES")]
    pub budget: Option<usize>,
    /// Tune each learner's configuration on the first fifth of the stream; score the rest
    #[arg(long)]
    pub tune: bool,
    /// Permute the labels half-way through the stream and score the second half
    #[arg(long, conflicts_with = "tune")]
    pub drift: bool,
    /// Also run each learner on this board and count the cost of an update
    #[arg(long, value_name = "ID")]
    pub(super) board: Option<String>,
    /// Write the best learner as a firmware crate for --board [default: qemu-m4]
    #[arg(long, value_name = "DIR")]
    pub(super) export: Option<PathBuf>,
    /// Start the exported learner with its state after the whole stream
    #[arg(long, requires = "export")]
    pub(super) trained: bool,
    /// Overwrite an existing export
    #[arg(long, requires = "export")]
    pub(super) force: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(super) json: bool,
}

impl Options {
    pub(super) fn window(&self) -> Option<Window> {
        self.window.map(|length| Window { length, hop: self.hop.unwrap_or(length) })
    }

    /// # Errors
    /// [`Failure::Input`] for a separator that is not one byte, or a decimal sign that is neither a
    /// point nor a comma.
    pub(super) fn format(&self) -> Result<Format, Failure> {
        let separator = match self.delimiter {
            Some(sign) if !sign.is_ascii() => {
                return Err(Failure::Input(format!("--delimiter {sign}: not an ASCII character")));
            }
            separator => separator.map(|sign| sign as u8),
        };
        match self.decimal {
            None | Some('.' | ',') => {}
            Some(sign) => {
                return Err(Failure::Input(format!("--decimal {sign}: neither '.' nor ','")));
            }
        }
        let missing = self.missing.unwrap_or_default();
        Ok(Format { separator, decimal: self.decimal, encoding: self.encoding, missing })
    }

    pub(super) fn plan(&self) -> Plan {
        Plan {
            task: self.task,
            window: self.window(),
            mixed: self.mixed_windows.unwrap_or_default(),
            shuffle: self.shuffle,
        }
    }
}
