//! The command `situ bench`: builds the suite, runs it, checks the results and prints them.

use super::image::Image;
use super::log::Session;
use super::results::{Results, Row};
use super::{Board, Suite, estimate, firmware, reference, runner, toolchain};
use crate::{Failure, console, files, progress, report};
use std::path::{Path, PathBuf};

/// Arguments of `situ bench`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Board to run on; `situ boards` lists them
    #[arg(long, value_name = "ID")]
    pub board: String,
    /// Override the suite named in the board file
    #[arg(long, value_enum, value_name = "SUITE")]
    pub suite: Option<Suite>,
    /// Run only the rows whose name contains TEXT
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// Write the results to FILE, for `situ compare`
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Skip the cycle estimate, which takes a second run, traced and slow
    #[arg(long)]
    pub no_estimate: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

impl Arguments {
    /// Estimates the cycles of the rows; returns their source, or why the estimate is missing.
    fn estimate(&self, board: &Board, elf: &Path, rows: &mut [Row]) -> Result<String, Failure> {
        if self.no_estimate {
            return Ok("left out, as asked".to_owned());
        }
        Ok(estimate::estimate(board, elf, rows)?.map_or_else(|missing| missing, str::to_owned))
    }
}

/// Runs `situ bench` and returns what it measured.
///
/// # Errors
/// [`Failure::Input`] for an unknown board or a filter that selects nothing; [`Failure::Tool`] if the
/// compiler, QEMU, probe-rs or a probe is missing; [`Failure::Check`] if a result is wrong, after the
/// correct rows have been printed.
pub fn bench(arguments: &Arguments) -> Result<Results, Failure> {
    let mut board = Board::find(&arguments.board)?;
    board.suite = arguments.suite.unwrap_or(board.suite);
    let expected = reference::expected(board.suite, &arguments.filter);
    if expected.is_empty() {
        return Err(Failure::Input(format!("--filter '{}' matches no row", arguments.filter)));
    }
    // Checked before the build, which takes a minute.
    runner::program(&board)?;
    let toolchain = toolchain::Toolchain::find(&board.target)?;
    let elf = toolchain.build(&board, &arguments.filter)?;
    let file = std::fs::read(&elf)
        .map_err(|error| Failure::Input(format!("{}: {error}", elf.display())))?;
    let image = Image::read(&file)
        .map_err(|error| Failure::Check(format!("{}: {error}", elf.display())))?;

    let progress = progress::bar(&board.id, expected.len() as u64);
    let mut session = Session::new(&board, &image, &expected);
    let outcome = runner::run(&board, &elf, &mut |line| {
        let row_ended = session.hear(line)?;
        progress.inc(u64::from(row_ended));
        Ok(())
    });
    progress.finish_and_clear();
    outcome.map_err(|failure| explained(failure, session.complaint.as_deref()))?;
    let missing = session.missing();
    let (Some(counter), Some(stack), 0) = (session.counter(), session.stack, missing) else {
        let line = format!("{}: the run stopped with {missing} rows to go", board.id);
        return Err(Failure::Check(line));
    };

    let estimate = arguments.estimate(&board, &elf, &mut session.rows)?;
    let results = Results {
        core: board.core.clone(),
        target: board.target.clone(),
        clock_hz: board.clock_hz,
        counter,
        rustc: toolchain.version(),
        flags: toolchain.flags(&board),
        commit: toolchain::commit(&firmware()?),
        flash_bytes: image.flash_bytes,
        ram_bytes: image.variable_bytes + stack,
        stack_bytes: stack,
        estimate,
        results: session.rows,
        board: board.id.clone(),
    };
    if arguments.json {
        console::json(&results)?;
    } else {
        print_table(&results)?;
    }
    if !session.wrong.is_empty() {
        return Err(Failure::Check(format!("wrong result: {}", session.wrong.join(", "))));
    }
    if let Some(path) = &arguments.save {
        save(&results, path)?;
    }
    Ok(results)
}

/// The last line of a failed run, which says more than its exit status.
fn explained(failure: Failure, complaint: Option<&str>) -> Failure {
    match (failure, complaint) {
        (Failure::Check(line), Some(words)) => Failure::Check(format!("{line}: {words}")),
        (failure, _) => failure,
    }
}

fn save(results: &Results, path: &Path) -> Result<(), Failure> {
    let fail = |error: &dyn std::fmt::Display| {
        Failure::Input(format!("--save {}: {error}", path.display()))
    };
    let json = serde_json::to_string_pretty(results).map_err(|error| fail(&error))?;
    files::try_replace(path, (json + "\n").as_bytes()).map_err(|error| fail(&error))
}

fn print_table(results: &Results) -> Result<(), Failure> {
    let counter = results.counter.to_string();
    let estimated = results.results.iter().any(|row| row.cycles_estimate.is_some());
    let mut header = vec!["row", "size", "scalar", &counter, "max"];
    header.extend(estimated.then_some("cycles (estimate)"));
    header.extend(["code, bytes", "state", "stack", "error"]);
    let mut table = report::table(&header);
    for row in &results.results {
        let cycles = row.cycles_estimate.map_or_else(String::new, |cycles| cycles.to_string());
        let mut cells = vec![
            row.name.clone(),
            row.size.to_string(),
            row.scalar.clone(),
            row.count_median.to_string(),
            row.count_max.to_string(),
        ];
        cells.extend(estimated.then_some(cycles));
        cells.extend([
            row.text_bytes.to_string(),
            row.state_bytes.to_string(),
            row.stack_bytes.to_string(),
            format!("{:.1e}", row.max_error),
        ]);
        table.add_row(cells);
    }
    console::line(table)?;
    if estimated {
        console::line(format_args!(
            "cycles are estimated from executed instructions and: {}",
            results.estimate
        ))?;
    } else {
        console::line(&results.estimate)?;
    }
    console::line(format_args!(
        "{} ({}): {counter} per call, median and maximum of 5 samples; image: {} bytes of flash, {} of RAM",
        results.board, results.core, results.flash_bytes, results.ram_bytes
    ))?;
    console::line(format_args!("{}; {}", results.rustc, results.flags))
}
