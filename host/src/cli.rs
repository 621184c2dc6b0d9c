//! The command line: what `situ …` accepts, and which room answers.

use crate::{Failure, bench, compare, compute, fit, play, report, reproduce};
use clap::Parser;
use std::ffi::OsString;

/// Models that learn where they run: reproduce, fit, measure
#[derive(Debug, Parser)]
#[command(name = "situ", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Compute every claim of the papers and hold it against its bound
    Reproduce(reproduce::Arguments),
    /// Run the learners over a CSV, test-then-train, and rank them
    Fit(fit::Arguments),
    /// Learn in a game of Gambit's strategic form: where play ends, and whether it is strict
    Play(play::Arguments),
    /// Run a SUBLEQ or FLEQ program on the looped transformer
    Compute(compute::Arguments),
    /// Draw target/situ/report.html from the results saved by reproduce and fit
    Report,
    /// List the boards that the firmware runs on
    Boards,
    /// Count what the kernels cost on a board, and check what they compute
    Bench(bench::Arguments),
    /// Set results of boards side by side
    Compare(compare::Arguments),
    /// Train the small models whose weights are shipped
    #[cfg(feature = "train")]
    Train(crate::train::Arguments),
}

/// Parses and runs one command line.
///
/// # Errors
/// A [`Failure`] whose line belongs on stderr and whose status is the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Failure> {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            print!("{error}");
            return Ok(());
        }
        Err(error) => return Err(Failure::Input(one_line(&error))),
    };
    match cli.command {
        Some(Command::Reproduce(arguments)) => reproduce::reproduce(&arguments).map(drop),
        Some(Command::Fit(arguments)) => fit::fit(&arguments).map(drop),
        Some(Command::Play(arguments)) => play::play(&arguments).map(drop),
        Some(Command::Compute(arguments)) => compute::compute(&arguments),
        Some(Command::Report) => draw_report(),
        Some(Command::Boards) => bench::boards(),
        Some(Command::Bench(arguments)) => bench::bench(&arguments).map(drop),
        Some(Command::Compare(arguments)) => compare::compare(&arguments),
        #[cfg(feature = "train")]
        Some(Command::Train(arguments)) => crate::train::train(&arguments),
        None => main_job(),
    }
}

/// What `situ` does with no arguments: all systems, quick, then the bundled recordings, then
/// the report.
fn main_job() -> Result<(), Failure> {
    let claims = reproduce::reproduce(&reproduce::Arguments::default());
    fit::fit_bundled()?;
    draw_report()?;
    claims.map(drop)
}

fn draw_report() -> Result<(), Failure> {
    let path = report::write()?;
    println!("The report is in {}.", path.display());
    Ok(())
}

/// Clap's message, which names the flag, in one line and without the usage text below it.
fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let message: Vec<_> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let line = message.join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}
