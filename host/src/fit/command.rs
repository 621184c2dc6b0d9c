//! The command `situ fit`: reads the data, runs the learners, prints a table.

use super::catalogue;
use super::examples::{examples, permuted_half_way};
use super::export::{self, Destination};
use super::options::Options;
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
    let name = arguments.data.display().to_string();
    let file =
        File::open(&arguments.data).map_err(|error| Failure::Input(format!("{name}: {error}")))?;
    fit_source(&name, file, &arguments.options)
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
    fit_source(name, bytes, &options)
}

/// Stack of the thread that runs the learners: they are built by value, in the host's size.
const STACK: usize = 256 << 20;

fn fit_source(
    name: &str,
    source: impl std::io::Read + Send,
    options: &Options,
) -> Result<Fit, Failure> {
    std::thread::scope(|scope| {
        let work = || fit_here(name, source, options);
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Failure::Check(format!("no thread: {error}")))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn fit_here(name: &str, source: impl std::io::Read, options: &Options) -> Result<Fit, Failure> {
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
    if options.json {
        console::json(&run)?;
    } else {
        run.print(&data)?;
    }
    measured?;
    report::save(report::FIT, &run)?;
    if let (Some(board), Some(to), Some(best)) = (&board, &destination, chosen.get(run.taken())) {
        let state = options.trained.then_some(&*best.state);
        export::write(&best.model, &table, &data, board, state, to)?;
        if !options.json {
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
    id.or(options.export.as_ref().map(|_| "qemu-m4")).map(Board::find).transpose()
}
