//! The command `situ fit`: reads the data, runs the learners, prints a table.

use super::catalogue;
use super::examples::{examples, permuted_half_way};
use super::export::{self, Destination};
use super::options::{Language, Options};
use super::outcome::Fit;
use super::run::{hold_out, run};
use super::table::read;
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
/// [`Failure::Input`] with one line for bad data or arguments; with a board [`Failure::Tool`] for a
/// missing compiler or emulator, [`Failure::Check`] if its predictions differ from the host's.
pub fn fit(arguments: &Arguments) -> Result<Fit, Failure> {
    arguments.run(true)
}

/// Runs `situ fit` with arguments as on the command line; prints and saves nothing.
///
/// # Errors
/// As [`fit`], and [`Failure::Input`] for arguments that the command line refuses.
pub fn fit_quietly(arguments: impl IntoIterator<Item = String>) -> Result<Fit, Failure> {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }
    let words = std::iter::once("fit".to_owned()).chain(arguments);
    let line = <Line as clap::Parser>::try_parse_from(words);
    line.map_err(|error| Failure::usage(&error))?.arguments.run(false)
}

impl Arguments {
    fn run(&self, shown: bool) -> Result<Fit, Failure> {
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
pub fn fit_bundled() -> Result<Fit, Failure> {
    let (name, bytes) = BUNDLED;
    let options = Options {
        target: "activity".to_owned(),
        group: Some("recording".to_owned()),
        drop: vec!["split".to_owned(), "seconds".to_owned()],
        window: Some(20),
        hop: Some(10),
        shuffle: Some(0),
        ..Options::default()
    };
    fit_source(name, bytes, &options, true)
}

/// Stack of the thread that runs the learners: they are built by value, in the host's size.
const STACK: usize = 256 << 20;

fn fit_source(
    name: &str,
    source: impl std::io::Read + Send,
    options: &Options,
    shown: bool,
) -> Result<Fit, Failure> {
    std::thread::scope(|scope| {
        let work = || fit_here(name, source, options, shown);
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Failure::Check(format!("no thread: {error}")))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn fit_here(
    name: &str,
    source: impl std::io::Read,
    options: &Options,
    shown: bool,
) -> Result<Fit, Failure> {
    let selected = catalogue::select(&options.learner)?;
    let board = board(options)?;
    options.labels()?;
    let destination = options.export.clone();
    let destination =
        destination.map(|directory| Destination::new(directory, options.force)).transpose()?;
    let table = read(name, source, &options.columns(), &options.format()?)?;
    let mut data = examples(&table, &options.target, &options.plan())?;
    if options.drift {
        permuted_half_way(&mut data)?;
    }
    let (mut run, chosen) = run(&data, &selected, options)?;
    run.holdout = hold_out(&data, &chosen, options)?;
    let measured = match (&board, &options.board) {
        (Some(board), Some(_)) => {
            run.learners.iter_mut().zip(&chosen).try_for_each(|(fitted, chosen)| {
                fitted.board = export::measure(&chosen.model, &table, &data, board)?;
                Ok(())
            })
        }
        _ => Ok(()),
    };
    // What was computed is shown before anything else can fail.
    match (shown, options.json) {
        (true, true) => console::json(&run)?,
        (true, false) => run.print(&data)?,
        (false, _) => {}
    }
    measured?;
    if shown {
        report::save(report::FIT, &run)?;
    }
    if let (Some(board), Some(to), Some(best)) = (&board, &destination, chosen.get(run.taken())) {
        let state = options.trained.then_some(&*best.state);
        let write = match options.language.unwrap_or_default() {
            Language::Rust => export::write,
            Language::C => export::write_c,
        };
        write(&best.model, &table, &data, board, state, to)?;
        if shown && !options.json {
            console::line(format_args!(
                "wrote {} for {} to {}",
                best.model.name(),
                board.id,
                to.directory().display()
            ))?;
        }
    }
    Ok(run)
}

/// The board to run on or to export for.
fn board(options: &Options) -> Result<Option<Board>, Failure> {
    let id = options.board.as_deref();
    let board = id.or(options.export.as_ref().map(|_| "qemu-m4")).map(Board::find).transpose()?;
    match &board {
        Some(board) if board.is_riscv() && options.language == Some(Language::C) => {
            let line =
                format!("--language c: {} has no Cortex-M; the example is for one", board.id);
            Err(Failure::Input(line))
        }
        _ => Ok(board),
    }
}
