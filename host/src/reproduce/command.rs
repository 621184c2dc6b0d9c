//! The command `situ reproduce`: measures the claims of systems and prints a table for each.

use super::part::Part;
use super::{EXTENSIONS, SYSTEMS, Settings, System, runner, sizes, table};
use crate::report::{self, Mode, Precision, Run};
use crate::{Failure, console};
use std::path::PathBuf;

/// Arguments of `situ reproduce`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Arguments {
    #[arg(value_name = "SYSTEM", help = names())]
    systems: Vec<String>,
    /// Run at the papers' sizes (minutes) instead of quick mode (seconds)
    #[arg(long)]
    full: bool,
    /// Seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Precision of claims that do not fix one; f16 and f32 work for systems whose construction is
    /// generic (normtune)
    #[arg(long, value_enum, default_value_t)]
    precision: Precision,
    /// Change a size of the constructions; an unknown NAME lists the available ones. The bounds
    /// of the claims apply to the default sizes
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Language model of the llama architecture, for the claims of superposition [env: SITU_GGUF]
    #[arg(long, value_name = "FILE.gguf")]
    model: Option<PathBuf>,
    /// Run part K of N, for `situ merge`: every N-th system, from the K-th on
    #[arg(long, value_name = "K/N", requires = "json")]
    shard: Option<Part>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

/// The help of the systems: their names.
fn names() -> String {
    let names = |systems: &[System]| systems.iter().map(|s| s.name).collect::<Vec<_>>().join(", ");
    let (papers, beyond) = (names(SYSTEMS), names(EXTENSIONS));
    format!("Systems to reproduce: {papers}; beyond the papers: {beyond} [default: all papers]")
}

impl Arguments {
    /// All systems in quick mode: what `situ` runs without arguments.
    pub fn quick() -> Self {
        Self { seed: 1, ..Self::default() }
    }
}

/// Runs `situ reproduce` and returns the results.
///
/// # Errors
/// [`Failure::Input`] for an unknown system, a precision that a system does not support, or a file
/// that cannot be read or written; [`Failure::Check`] if a claim does not hold or could not be
/// measured, after everything is printed and saved.
pub fn reproduce(arguments: &Arguments) -> Result<Run, Failure> {
    let all = select(&arguments.systems)?;
    let systems = arguments.shard.map_or_else(|| all.clone(), |part| part.select(&all));
    let precision = arguments.precision;
    if let Some(system) = systems.iter().find(|system| !system.precisions.contains(&precision)) {
        return Err(unsupported(system, precision));
    }
    let settings = Settings {
        mode: if arguments.full { Mode::Full } else { Mode::Quick },
        seed: arguments.seed,
        precision,
        model: language_model(arguments)?,
        sizes: sizes::parse(&all, &arguments.set)?,
    };
    let mut run = Run {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: settings.seed,
        precision,
        mode: settings.mode,
        set: settings.sizes.clone(),
        systems: Vec::new(),
        shard: arguments.shard.map(|part| part.shard(&all)),
    };
    for system in systems {
        let outcome = runner::run(system, &settings);
        if !arguments.json {
            console::line(table::claims_table(&outcome))?;
            if let (Some(hint), None) = (system.without_model, &settings.model) {
                console::line(hint)?;
            }
        }
        run.systems.push(outcome);
    }
    if arguments.json {
        console::json(&run)?;
    }
    // The report is drawn from whole runs.
    if run.shard.is_none() {
        report::save(report::REPRODUCE, &run)?;
    }
    verdict(&run)?;
    Ok(run)
}

fn select(names: &[String]) -> Result<Vec<&'static System>, Failure> {
    if names.is_empty() {
        return Ok(SYSTEMS.iter().collect());
    }
    let find = |name: &String| {
        let all = SYSTEMS.iter().chain(EXTENSIONS);
        all.clone().find(|system| system.name == name).ok_or_else(|| {
            let known: Vec<_> = all.map(|system| system.name).collect();
            Failure::Input(format!("no system '{name}'; available: {}", known.join(", ")))
        })
    };
    names.iter().map(find).collect()
}

fn unsupported(system: &System, precision: Precision) -> Failure {
    let supports = |system: &&System| system.precisions.contains(&precision);
    let names: Vec<_> = SYSTEMS.iter().filter(supports).map(|system| system.name).collect();
    let (name, names) = (system.name, names.join(", "));
    Failure::Input(format!("--precision {precision}: not supported by {name}; supported: {names}"))
}

/// The language model given by the arguments or the environment, with its header checked.
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

/// A failure naming the claims that do not hold or could not be measured.
///
/// # Errors
/// [`Failure::Check`] if there are any.
pub fn verdict(run: &Run) -> Result<(), Failure> {
    let failed: Vec<&str> = run
        .systems
        .iter()
        .flat_map(|system| {
            let claims = system.claims.iter().filter(|claim| !claim.holds).map(|claim| &*claim.id);
            claims.chain(system.error.as_deref())
        })
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Check(format!("not held: {}", failed.join(", "))))
    }
}
