//! The command line: what `situ …` accepts, and which module runs it.

use crate::{
    Failure, bench, compare, compute, console, fit, manual, play, report, reproduce, train,
};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;

/// Models that learn where they run: reproduce, fit and measure them
///
/// Without a command, situ measures every claim of the papers in quick mode, runs the learners over
/// the bundled wearable-sensor recordings and writes target/situ/report.html.
#[derive(Debug, Parser)]
#[command(name = "situ", version, max_term_width = 80, after_help = STATUS)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// Shown below every list of options.
const STATUS: &str = "Exit status: 0 success, 1 a claim, check or comparison failed, \
                      2 bad usage or input, 3 a required tool is missing";

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Measure every claim of the papers and check it against its bound
    Reproduce(reproduce::Arguments),
    /// Merge the outputs of `situ reproduce --shard K/N --json` into one run
    Merge(reproduce::MergeArguments),
    /// Run the learners over a CSV file, test-then-train, and rank them
    Fit(Box<fit::Arguments>),
    /// Learn in a game from a Gambit .nfg file and report where play ends
    Play(play::Arguments),
    /// Run a SUBLEQ or FLEQ program on the looped transformer
    Compute(compute::Arguments),
    /// Write target/situ/report.html from the saved results of fit, play and reproduce
    Report(report::Arguments),
    /// List the boards that the firmware runs on
    Boards,
    /// Run the benchmark suite on a board, check its results and measure their cost
    Bench(bench::Arguments),
    /// Compare results of boards and of other libraries
    Compare(compare::Arguments),
    /// Print completions for a shell; save them where that shell looks for them
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page of situ or of one of its commands, in roff
    Man {
        /// The command
        command: Option<String>,
    },
    /// Train the small models whose weights are shipped
    #[command(subcommand)]
    Train(train::System),
}

/// Parses and runs one command line.
///
/// # Errors
/// A [`Failure`], whose line belongs on stderr and whose status is the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Failure> {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // Help and version already end with a line break.
        Err(error) if !error.use_stderr() => return console::line(error.to_string().trim_end()),
        Err(error) => return Err(Failure::usage(&error)),
    };
    match cli.command {
        Some(Command::Reproduce(arguments)) => reproduce::reproduce(&arguments).map(drop),
        Some(Command::Merge(arguments)) => reproduce::merge(&arguments).map(drop),
        Some(Command::Fit(arguments)) => fit::fit(&arguments).map(drop),
        Some(Command::Play(arguments)) => play::play(&arguments).map(drop),
        Some(Command::Compute(arguments)) => compute::compute(&arguments),
        Some(Command::Report(arguments)) => report::report(&arguments),
        Some(Command::Boards) => bench::boards(),
        Some(Command::Bench(arguments)) => bench::bench(&arguments).map(drop),
        Some(Command::Compare(arguments)) => compare::compare(&arguments),
        Some(Command::Completions { shell }) => manual::completions(shell, Cli::command()),
        Some(Command::Man { command }) => manual::page(command.as_deref(), Cli::command()),
        Some(Command::Train(system)) => train::train(&system),
        None => main_job(),
    }
}

/// What `situ` does without arguments: all systems in quick mode, the bundled recordings, the report.
fn main_job() -> Result<(), Failure> {
    let claims = reproduce::reproduce(&reproduce::Arguments::quick());
    fit::fit_bundled()?;
    report::report(&report::Arguments::default())?;
    claims.map(drop)
}
