//! Results of a reproduction: printed as JSON, saved, and drawn by the report.

use super::Series;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How a measured number must relate to the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relation {
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
    /// Equal to.
    #[serde(rename = "==")]
    Equal,
}

impl Relation {
    /// Whether `measured` satisfies the bound. NaN never does.
    pub fn holds(self, measured: f64, bound: f64) -> bool {
        match self {
            Self::AtMost => measured <= bound,
            Self::AtLeast => measured >= bound,
            Self::Equal => measured == bound,
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Equal => "==",
        })
    }
}

/// The size of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Takes seconds on two cores.
    Quick,
    /// The papers' sizes.
    Full,
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Quick => "quick",
            Self::Full => "full",
        })
    }
}

/// The number format that a system computes with unless a claim fixes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Stored in half precision, computed in single precision.
    F16,
    /// Single precision.
    F32,
    /// Double precision.
    #[default]
    F64,
}

impl fmt::Display for Precision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::F16 => "f16",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// A claim as measured in one run. All numbers are finite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredClaim {
    /// Stable name, `system.claim`.
    pub id: String,
    /// The claim in words.
    pub statement: String,
    /// The measured number.
    pub measured: f64,
    /// Its standard error; 0 where the number is exact or the largest of all cases tried.
    pub standard_error: f64,
    /// How the measured number must relate to the bound.
    pub relation: Relation,
    /// The bound.
    pub bound: f64,
    /// Unit of measured number, standard error and bound; empty for a pure number.
    pub unit: String,
    /// Whether the measured number satisfies the bound.
    pub holds: bool,
}

/// The outcome of one system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SystemRun {
    /// Its name on the command line.
    pub system: String,
    /// Title and identifier of the paper.
    pub paper: String,
    /// The number format that it computed with unless a claim fixes one.
    pub precision: Precision,
    /// Wall-clock time.
    pub seconds: f64,
    /// The claims that could be measured.
    pub claims: Vec<MeasuredClaim>,
    /// Data for plots.
    pub series: Vec<Series>,
    /// Which claims could not be measured, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Which part of a run a result is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// From 1 to `count`.
    pub index: usize,
    /// Number of parts.
    pub count: usize,
    /// The systems of all parts, in the order of the whole run.
    pub systems: Vec<String>,
}

/// The outcome of a run of several systems.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Version of situ.
    pub version: String,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Requested precision.
    pub precision: Precision,
    /// How large the run was.
    pub mode: Mode,
    /// Sizes that were changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, f64>,
    /// In the order in which they ran.
    pub systems: Vec<SystemRun>,
    /// The part of a run that this is; `None` for a whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}
