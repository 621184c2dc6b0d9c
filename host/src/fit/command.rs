//! The command `situ fit`: reads the data, runs the learners, prints a table.

use super::catalogue;
use super::columns::Columns;
use super::encoding::Encoding;
use super::examples::{Mixed, Plan, examples, permuted_half_way};
use super::export::{self, Destination};
use super::missing::Missing;
use super::outcome::Fit;
use super::run::run;
use super::score::Figure;
use super::table::{Format, read};
use super::targets::TaskName;
use crate::bench::Board;
use crate::{Failure, console, report};
use situ::features::Window;
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

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Column to predict
    #[arg(long, value_name = "COLUMN")]
    target: String,
    /// Column that identifies recordings; no window spans two of them
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// Column to leave out; may be repeated
    #[arg(long, value_name = "COLUMN")]
    drop: Vec<String>,
    /// Learn features of windows of ROWS rows instead of single rows
    #[arg(long, value_name = "ROWS")]
    window: Option<usize>,
    /// Rows from the start of one window to the start of the next [default: ROWS of --window]
    #[arg(long, value_name = "ROWS", requires = "window")]
    hop: Option<usize>,
    /// Target of a window whose rows have several [default: last]
    #[arg(long, value_enum, requires = "window")]
    mixed_windows: Option<Mixed>,
    /// What to do about cells without a number [default: error]
    #[arg(long, value_enum)]
    missing: Option<Missing>,
    /// Separator of the cells [default: found in the file]
    #[arg(long, value_name = "C")]
    delimiter: Option<char>,
    /// Decimal sign of the numbers [default: found in the file]
    #[arg(long, value_name = "C")]
    decimal: Option<char>,
    /// Encoding of the file [default: found in the file]
    #[arg(long, value_enum)]
    encoding: Option<Encoding>,
    /// Shuffle the examples with this seed instead of keeping their order
    #[arg(long, value_name = "SEED")]
    pub shuffle: Option<u64>,
    /// Predict labels or values [default: decided by the target column]
    #[arg(long, value_enum)]
    task: Option<TaskName>,
    /// Figure to rank by [default: accuracy, or kappa for imbalanced classes; r2, or mae for values
    /// with extremes]
    #[arg(long, value_enum, value_name = "FIGURE")]
    pub rank: Option<Figure>,
    /// Learner to run; may be repeated [default: all]
    #[arg(long, value_name = "NAME")]
    pub learner: Vec<String>,
    /// Only learners whose state fits BYTES; falls back to smaller variants
    #[arg(long, value_name = "BYTES")]
    pub budget: Option<usize>,
    /// Tune each learner's configuration on the first fifth of the stream; score the rest
    #[arg(long)]
    pub tune: bool,
    /// Permute the labels half-way through the stream and score the second half
    #[arg(long, conflicts_with = "tune")]
    pub drift: bool,
    /// Also run each learner on this board and count the cost of an update
    #[arg(long, value_name = "ID")]
    board: Option<String>,
    /// Write the best learner as a firmware crate for --board [default: qemu-m4]
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    /// Start the exported learner with its state after the whole stream
    #[arg(long, requires = "export")]
    trained: bool,
    /// Overwrite an existing export
    #[arg(long, requires = "export")]
    force: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl Options {
    fn window(&self) -> Option<Window> {
        self.window.map(|length| Window { length, hop: self.hop.unwrap_or(length) })
    }

    /// # Errors
    /// [`Failure::Input`] for a separator that is not one byte, or a decimal sign that is neither a
    /// point nor a comma.
    fn format(&self) -> Result<Format, Failure> {
        let separator = match self.delimiter {
            Some(sign) if !sign.is_ascii() => {
                return Err(Failure::Input(format!("--delimiter {sign}: not an ASCII character")));
            }
            separator => separator.map(|sign| sign as u8),
        };
        match self.decimal {
            None | Some('.' | ',') => {}
            Some(sign) => {
                return Err(Failure::Input(format!("--decimal {sign}: neither '.' nor ','")));
            }
        }
        let missing = self.missing.unwrap_or_default();
        Ok(Format { separator, decimal: self.decimal, encoding: self.encoding, missing })
    }

    fn plan(&self) -> Plan {
        Plan {
            task: self.task,
            window: self.window(),
            mixed: self.mixed_windows.unwrap_or_default(),
            shuffle: self.shuffle,
        }
    }
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
    let destination = options.export.clone();
    let destination =
        destination.map(|directory| Destination::new(directory, options.force)).transpose()?;
    let columns = Columns {
        target: options.target.clone(),
        group: options.group.clone(),
        drop: options.drop.clone(),
    };
    let table = read(name, source, &columns, &options.format()?)?;
    let mut data = examples(&table, &options.target, &options.plan())?;
    if options.drift {
        permuted_half_way(&mut data)?;
    }
    let (mut run, chosen) = run(&data, &selected, options)?;
    if let (Some(board), Some(_)) = (&board, &options.board) {
        for (fitted, chosen) in run.learners.iter_mut().zip(&chosen) {
            fitted.board = export::measure(&chosen.model, &table, &data, board)?;
        }
    }
    report::save(report::FIT, &run)?;
    if options.json {
        console::json(&run)?;
    } else {
        run.print(&data)?;
    }
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
