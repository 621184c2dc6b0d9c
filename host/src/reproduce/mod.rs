//! `situ reproduce`: every claim of a paper, computed in the run that reports it.
//!
//! A system is one file here: a function from [`Settings`] to [`Findings`], entered in [`SYSTEMS`].

mod chain_of_thought;
mod claim;
mod command;
mod ftrl;
mod looped;
mod newton;
mod normtune;
mod policy_gradient;
mod statistics;
mod superposition;
mod table;
mod variational;

pub use claim::{Claim, Relation};
pub use command::{Arguments, Run, SystemRun, reproduce};

use crate::report::Series;
use indicatif::ProgressBar;
use serde::Serialize;
use std::path::PathBuf;

/// How large a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Seconds on two cores.
    Quick,
    /// The papers' sizes.
    Full,
}

/// The numbers that a system computes with where a claim does not fix them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Stored in half, computed in single precision.
    F16,
    /// Single precision.
    F32,
    /// Double precision.
    #[default]
    F64,
}

/// What a run of a system is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How large.
    pub mode: Mode,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Where a claim does not fix it.
    pub precision: Precision,
    /// Advanced by the system, one step a claim.
    pub progress: ProgressBar,
    /// A GGUF file of a language model, for the systems that measure one (feature `llm`).
    pub model: Option<PathBuf>,
}

impl Settings {
    /// `quick` in quick mode, `full` in full mode.
    pub fn size<T>(&self, quick: T, full: T) -> T {
        match self.mode {
            Mode::Quick => quick,
            Mode::Full => full,
        }
    }
}

/// What a system found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// The claims, each measured.
    pub claims: Vec<Claim>,
    /// Data for plots.
    pub series: Vec<Series>,
}

/// One of the systems: a name, the paper, and the function that measures its claims.
pub struct System {
    /// As on the command line.
    pub name: &'static str,
    /// Title and identifier of the paper.
    pub paper: &'static str,
    /// Number of claims it measures: the length of its progress bar.
    pub claims: u64,
    /// Whether [`Settings::precision`] acts on a claim; the other systems compute in f64, or in
    /// what a claim's statement names.
    pub any_precision: bool,
    /// Measures them; the error says why a claim could not be.
    pub run: fn(&Settings) -> Result<Findings, String>,
}

/// All systems there are, in the order in which they run.
pub const SYSTEMS: &[System] = &[
    System {
        name: "newton",
        paper: "How Well Can Transformers Emulate In-context Newton's Method?, arXiv 2403.03183",
        claims: 10,
        any_precision: false,
        run: newton::run,
    },
    System {
        name: "variational",
        paper: "Stochastic Methods in Variational Inequalities, AISTATS 2024, arXiv 2306.16502",
        claims: 11,
        any_precision: false,
        run: variational::run,
    },
    System {
        name: "policy-gradient",
        paper: "Policy gradient in general stochastic games, NeurIPS 2022, arXiv 2210.08857",
        claims: 8,
        any_precision: false,
        run: policy_gradient::run,
    },
    System {
        name: "ftrl",
        paper: "Survival of the strictest (COLT 2021, arXiv 2101.04667) and the rates of NeurIPS 2021",
        claims: 12,
        any_precision: false,
        run: ftrl::run,
    },
    System {
        name: "chain-of-thought",
        paper: "Dissecting Chain-of-Thought: Compositionality through In-Context Filtering and \
                Learning, arXiv 2305.18869",
        claims: 9,
        any_precision: false,
        run: chain_of_thought::run,
    },
    System {
        name: "looped",
        paper: "Looped Transformers as Programmable Computers, arXiv 2301.13196",
        claims: 12,
        any_precision: false,
        run: looped::run,
    },
    System {
        name: "normtune",
        paper: "The Expressive Power of Tuning Only the Normalization Layers, arXiv 2302.07937",
        claims: 9,
        any_precision: true,
        run: normtune::run,
    },
    System {
        name: "superposition",
        paper: "Everything Everywhere All at Once: LLMs can In-Context Learn Multiple Tasks in \
                Superposition, arXiv 2410.05603",
        claims: 9,
        any_precision: false,
        run: superposition::run,
    },
];
