//! The command `situ fit`: reads the data, runs the learners, prints a table.

use super::anomaly;
use super::catalogue;
use super::examples::{Examples, examples};
use super::export::{self, Destination, Export};
use super::options::{Language, Options};
use super::outcome::Fit;
use super::predictions::{self, Writer};
use super::run::{Chosen, hold_out, run};
use super::stack::on_large_stack;
use super::table::{Table, read};
use super::targets::TaskName;
use crate::bench::Board;
use crate::{Failure, console, report};
use std::fs::File;
use std::path::PathBuf;

/// The recordings that `situ` learns when run without arguments.
const BUNDLED: (&str, &[u8]) =
    ("basic-motions.csv", include_bytes!("../../data/basic-motions.csv"));

/// Arguments of `situ fit`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// CSV file with a header: numeric columns and the column to predict
    #[arg(value_name = "DATA.csv")]
    data: PathBuf,
    #[command(flatten)]
    options: Options,
}

/// Runs `situ fit`.
///
/// # Errors
/// [`Failure::Input`] with one line for bad data or arguments; with a board, [`Failure::Tool`] for a
/// missing compiler or emulator and [`Failure::Check`] if its predictions differ from the host's.
pub fn fit(arguments: &Arguments) -> Result<(), Failure> {
    arguments.run(true).map(drop)
}

/// Runs `situ fit` with arguments as on the command line, but prints and saves nothing.
///
/// # Errors
/// As [`fit`], and [`Failure::Input`] for arguments that the command line rejects.
pub fn fit_quietly(arguments: impl IntoIterator<Item = String>) -> Result<Fit, Failure> {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }
    let words = std::iter::once("fit".to_owned()).chain(arguments);
    let line = <Line as clap::Parser>::try_parse_from(words);
    let fit = line.map_err(|error| Failure::usage(&error))?.arguments.run(false)?;
    fit.ok_or_else(|| Failure::Input("no target to fit: situ::anomaly watches a stream".to_owned()))
}

impl Arguments {
    fn run(&self, shown: bool) -> Result<Option<Fit>, Failure> {
        let name = self.data.display().to_string();
        let file =
            File::open(&self.data).map_err(|error| Failure::Input(format!("{name}: {error}")))?;
        fit_source(&name, file, &self.options, shown)
    }
}

/// Runs on the bundled wearable recordings: windows of 2 s, one per second.
///
/// # Errors
/// As [`fit`].
pub fn fit_bundled() -> Result<(), Failure> {
    let (name, bytes) = BUNDLED;
    let options = Options {
        target: Some("activity".to_owned()),
        group: Some("recording".to_owned()),
        drop: vec!["split".to_owned(), "seconds".to_owned()],
        window: Some(20),
        hop: Some(10),
        shuffle: Some(0),
        ..Options::default()
    };
    fit_source(name, bytes, &options, true).map(drop)
}

/// The board to export for without `--board`.
const DEFAULT_BOARD: &str = "qemu-m4";

fn fit_source(
    name: &str,
    source: impl std::io::Read + Send,
    options: &Options,
    shown: bool,
) -> Result<Option<Fit>, Failure> {
    on_large_stack(|| fit_here(name, source, options, shown))?
}

fn fit_here(
    name: &str,
    source: impl std::io::Read,
    options: &Options,
    shown: bool,
) -> Result<Option<Fit>, Failure> {
    let selected = catalogue::select(&options.learner)?;
    let board = board(options)?;
    options.labels()?;
    let destination = options.export.clone();
    let destination =
        destination.map(|directory| Destination::new(directory, options.force)).transpose()?;
    let predictions = options.predictions.as_deref().map(Writer::create).transpose()?;
    let plan = options.plan()?;
    let table = read(name, source, &options.columns(), &options.format()?)?;
    let mut data = examples(&table, options.target.as_deref(), &plan)?;
    if data.task == TaskName::Anomaly {
        if shown {
            anomaly::watch(&data, options, predictions)?;
        }
        return Ok(None);
    }
    if options.drift {
        data.permute_second_half()?;
    }
    let (mut run, chosen) = run(&data, &selected, board.as_ref(), options)?;
    let turned = options.turned()?;
    let turned =
        turned.map(|plan| examples(&table, options.target.as_deref(), &plan)).transpose()?;
    run.holdout = hold_out(&data, turned.as_ref().unwrap_or(&data), &chosen, options)?;
    let measured = match &board {
        Some(board) if options.measure => measure(&mut run, &chosen, &table, &data, board),
        _ => Ok(()),
    };
    // What was computed is shown before anything else can fail.
    match (shown, options.json) {
        (true, true) => console::json(&run)?,
        (true, false) => run.print(&data)?,
        (false, _) => {}
    }
    if let Some(writer) = predictions {
        predictions::write(writer, &data, &chosen)?;
    }
    measured?;
    if shown {
        report::save(report::FIT, &run)?;
    }
    if let (Some(to), Some(best)) = (&destination, chosen.get(run.taken())) {
        let board = &board.map_or_else(|| Board::find(DEFAULT_BOARD), Ok)?;
        let state = options.trained.then_some(&*best.state);
        let export = Export { model: &best.model, table: &table, data: &data, board, state };
        write(&export, options, to)?;
        if shown && !options.json {
            let (name, to) = (best.model.name(), to.directory().display());
            console::line(format_args!("wrote {name} for {} to {to}", board.id))?;
        }
    }
    Ok(Some(run))
}

/// Writes the exported learner in the language of the options.
fn write(export: &Export<'_>, options: &Options, to: &Destination) -> Result<(), Failure> {
    match options.language.unwrap_or_default() {
        Language::Rust => export::write(export, to),
        Language::C => export::write_c(export, to),
    }
}

/// Runs each learner on the board, then recommends one by measured RAM.
fn measure(
    run: &mut Fit,
    chosen: &[Chosen],
    table: &Table,
    data: &Examples,
    board: &Board,
) -> Result<(), Failure> {
    for (fitted, chosen) in run.learners.iter_mut().zip(chosen) {
        fitted.board = export::measure(&chosen.model, table, data, board)?;
    }
    run.recommend();
    Ok(())
}

/// The board that `--board` names.
fn board(options: &Options) -> Result<Option<Board>, Failure> {
    let board = options.board.as_deref().map(Board::find).transpose()?;
    match &board {
        Some(board) if board.is_riscv() && options.language == Some(Language::C) => {
            let line =
                format!("--language c: {} has no Cortex-M; the example is for one", board.id);
            Err(Failure::Input(line))
        }
        _ => Ok(board),
    }
}
