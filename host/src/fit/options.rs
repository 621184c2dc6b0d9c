//! The options of `situ fit`.

use super::examples::Plan;
use super::features::{self, Windows};
use super::holdout::Labels;
use super::score::Figure;
use super::table::{Columns, Encoding, Format, Missing, Times};
use super::targets::TaskName;
use super::windows::Mixed;
use crate::Failure;
use situ::features::Window;
use std::path::PathBuf;

/// The language of the program around an exported learner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// A firmware crate
    #[default]
    Rust,
    /// A static library with a header, and a program in C
    C,
}

/// Everything but the file.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Column to predict [default: none, to look for anomalies]
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// Column that identifies recordings; no window spans two of them [default: that of --holdout]
    #[arg(long, value_name = "COLUMN")]
    pub group: Option<String>,
    /// Column to leave out; may be repeated
    #[arg(long, value_name = "COLUMN")]
    pub drop: Vec<String>,
    /// Column to keep as a feature even if it counts the rows, such as the age of a part; may be repeated
    #[arg(long, value_name = "COLUMN")]
    pub keep: Vec<String>,
    /// Learn features of windows of ROWS rows instead of single rows
    #[arg(long, value_name = "ROWS")]
    pub window: Option<usize>,
    /// Rows from the start of one window to the start of the next [default: ROWS of --window]
    #[arg(long, value_name = "ROWS", requires = "window")]
    pub hop: Option<usize>,
    /// Features of a window, separated by commas: mean, deviation, difference, rms, peak-to-peak,
    /// crossings, kurtosis, bands or all [default: the first three]
    #[arg(long, value_name = "SET", value_delimiter = ',', requires = "window")]
    pub features: Vec<String>,
    /// Target of a window whose rows have several [default: last]
    #[arg(long, value_enum, value_name = "LABEL", requires = "window")]
    pub mixed_windows: Option<Mixed>,
    /// What to do with cells without a number [default: error]
    #[arg(long, value_enum, value_name = "ACTION")]
    pub missing: Option<Missing>,
    /// What to do with timestamp columns [default: drop]
    #[arg(long, value_enum, value_name = "ACTION")]
    pub times: Option<Times>,
    /// Cell separator [default: detected]
    #[arg(long, value_name = "C")]
    pub delimiter: Option<char>,
    /// Decimal sign [default: detected]
    #[arg(long, value_name = "C")]
    pub decimal: Option<char>,
    /// Encoding of the file [default: detected]
    #[arg(long, value_enum)]
    pub encoding: Option<Encoding>,
    /// Shuffle the examples with this seed instead of keeping their order
    #[arg(long, value_name = "SEED")]
    pub shuffle: Option<u64>,
    /// Also score on unseen parts: each value of this column in turn, or the last SHARE of the stream
    #[arg(long, value_name = "COLUMN|SHARE")]
    pub holdout: Option<String>,
    /// Read columns X and Z of the held-out parts as Z and -X, as from a sensor mounted another way; may be
    /// repeated
    #[arg(long, value_name = "X,Z", requires = "holdout")]
    pub turn: Vec<String>,
    /// Share of the held-out examples that are labeled [default: 1]
    #[arg(long, value_name = "P", requires = "holdout")]
    pub label_rate: Option<f64>,
    /// Delay of the labels of held-out parts, in examples [default: 0]
    #[arg(long, value_name = "N", requires = "holdout")]
    pub label_delay: Option<usize>,
    /// Predict labels or values [default: decided by the target column]
    #[arg(long, value_enum)]
    pub task: Option<TaskName>,
    /// Rate of false alarms when looking for anomalies [default: 0.01]
    #[arg(long, value_name = "RATE")]
    pub false_alarms: Option<f64>,
    /// Figure to rank by [default: accuracy, or kappa for imbalanced classes; r2, or mae for values
    /// with outliers]
    #[arg(long, value_enum, value_name = "FIGURE")]
    pub rank: Option<Figure>,
    /// Learner to run; may be repeated [default: all]
    #[arg(long, value_name = "NAME")]
    pub learner: Vec<String>,
    /// Only learners that run in BYTES of RAM, state, windows and stack together; falls back to smaller
    /// variants
    #[arg(long, value_name = "BYTES")]
    pub budget: Option<usize>,
    /// Tune each learner's configuration on the first fifth of the stream; score the rest
    #[arg(long)]
    pub tune: bool,
    /// Permute the labels halfway through the stream and score the second half
    #[arg(long, conflicts_with = "tune")]
    pub drift: bool,
    /// Board that the learner is for: recommends a learner that fits its RAM
    #[arg(long, value_name = "ID")]
    pub board: Option<String>,
    /// Also run each learner on --board and count the cost of an update
    #[arg(long, requires = "board")]
    pub measure: bool,
    /// Write every prediction of every learner to FILE, as CSV
    #[arg(long, value_name = "FILE")]
    pub predictions: Option<PathBuf>,
    /// Write the recommended learner as a firmware crate for --board [default: qemu-m4]
    #[arg(long, value_name = "DIR")]
    pub export: Option<PathBuf>,
    /// Language of the export: a firmware crate, or a static library with an example in C
    /// [default: rust]
    #[arg(long, value_enum, requires = "export")]
    pub language: Option<Language>,
    /// Start the exported learner with its state after the whole stream
    #[arg(long, requires = "export")]
    pub trained: bool,
    /// Overwrite an existing export
    #[arg(long, requires = "export")]
    pub force: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

impl Options {
    /// The share of the stream to hold out at its end; `None` if `--holdout` names a column.
    pub fn share(&self) -> Option<f64> {
        let share: f64 = self.holdout.as_ref()?.parse().ok()?;
        (share > 0.0 && share < 1.0).then_some(share)
    }

    /// How a held-out part is labeled.
    ///
    /// # Errors
    /// [`Failure::Input`] for a rate that is not a share.
    pub fn labels(&self) -> Result<Labels, Failure> {
        let rate = self.label_rate.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&rate) {
            return Err(Failure::Input(format!("--label-rate {rate}: not a share from 0 to 1")));
        }
        Ok(Labels { rate, delay: self.label_delay.unwrap_or(0) })
    }

    /// The columns by use.
    pub fn columns(&self) -> Columns {
        let holdout = if self.share().is_some() { None } else { self.holdout.clone() };
        let (target, group) = (self.target.clone(), self.group.clone());
        Columns { target, group, holdout, drop: self.drop.clone(), keep: self.keep.clone() }
    }

    /// The windows to compute features of.
    ///
    /// # Errors
    /// [`Failure::Input`] for an unknown feature.
    fn windows(&self) -> Result<Option<Windows>, Failure> {
        let set = features::set(&self.features)?;
        let window = |length| Window { length, hop: self.hop.unwrap_or(length) };
        Ok(self.window.map(|length| Windows { window: window(length), set }))
    }

    /// How to read the file.
    ///
    /// # Errors
    /// [`Failure::Input`] for a separator that is not one byte, or a decimal sign that is neither a
    /// point nor a comma.
    pub fn format(&self) -> Result<Format, Failure> {
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
        let times = self.times.unwrap_or_default();
        Ok(Format { separator, decimal: self.decimal, encoding: self.encoding, missing, times })
    }

    /// How rows become examples.
    ///
    /// # Errors
    /// [`Failure::Input`] for an unknown feature.
    pub fn plan(&self) -> Result<Plan, Failure> {
        Ok(Plan {
            task: self.task,
            windows: self.windows()?,
            mixed: self.mixed_windows.unwrap_or_default(),
            shuffle: self.shuffle,
            turn: Vec::new(),
        })
    }

    /// How the rows of held-out parts become examples; `None` if they are treated like all others.
    ///
    /// # Errors
    /// [`Failure::Input`] for anything but a pair of columns.
    pub fn turned(&self) -> Result<Option<Plan>, Failure> {
        let pair = |pair: &String| {
            let problem = || Failure::Input(format!("--turn {pair}: not two columns, as in X,Z"));
            let (x, z) = pair.split_once(',').ok_or_else(problem)?;
            Ok([x.trim().to_owned(), z.trim().to_owned()])
        };
        let turn: Vec<_> = self.turn.iter().map(pair).collect::<Result<_, _>>()?;
        if turn.is_empty() { Ok(None) } else { Ok(Some(Plan { turn, ..self.plan()? })) }
    }
}
