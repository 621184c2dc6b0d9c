//! The command `situ fit`: reads the data, runs the learners, prints a table.

use super::catalogue;
use super::examples::{Examples, TaskName, examples, permuted_half_way};
use super::export::{self, Destination};
use super::model::Model;
use super::outcome::{Fit, Fitted};
use super::prequential::{Run, prequential};
use super::table::{Columns, read};
use super::tune::{tune, tuning_part};
use crate::bench::Board;
use crate::{Failure, console, progress, report};
use situ::features::Window;
use situ::online::{Error, Learner, save, saved_bytes};
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
struct Options {
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
    #[arg(long, value_name = "ROWS", requires = "hop")]
    window: Option<usize>,
    /// Rows from the start of one window to the start of the next
    #[arg(long, value_name = "ROWS", requires = "window")]
    hop: Option<usize>,
    /// Shuffle the examples with this seed instead of keeping their order
    #[arg(long, value_name = "SEED")]
    shuffle: Option<u64>,
    /// Predict labels or values [default: decided by the target column]
    #[arg(long, value_enum)]
    task: Option<TaskName>,
    /// Learner to run; may be repeated [default: all]
    #[arg(long, value_name = "NAME")]
    learner: Vec<String>,
    /// Only learners whose state fits; falls back to smaller variants
    #[arg(long, value_name = "BYTES")]
    budget: Option<usize>,
    /// Tune each learner's configuration on the first fifth of the stream; score the rest
    #[arg(long)]
    tune: bool,
    /// Permute the labels half-way through the stream and score the second half
    #[arg(long, conflicts_with = "tune")]
    drift: bool,
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
        self.window.zip(self.hop).map(|(length, hop)| Window { length, hop })
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

fn fit_source(name: &str, source: impl std::io::Read, options: &Options) -> Result<Fit, Failure> {
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
    let table = read(name, source, &columns)?;
    let window = options.window();
    let mut data = examples(&table, &options.target, options.task, window, options.shuffle)?;
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
    if let (Some(board), Some(to), Some(best)) = (&board, &destination, chosen.first()) {
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

/// A learner that has learned the stream.
struct Chosen {
    model: Model,
    /// As [`save`] writes it.
    state: Vec<u8>,
}

/// The board to run on or to export for.
fn board(options: &Options) -> Result<Option<Board>, Failure> {
    let id = options.board.as_deref();
    id.or(options.export.as_ref().map(|_| "qemu-m4")).map(Board::find).transpose()
}

/// Runs the learners; gives their results and the learners themselves, best first.
fn run(
    data: &Examples,
    selected: &[&'static str],
    options: &Options,
) -> Result<(Fit, Vec<Chosen>), Failure> {
    let shape = data.shape();
    let refused = |name: &str, error: Error| match error {
        Error::Capacity => catalogue::too_large(&data.name, shape),
        error => Failure::Input(format!("{}: {name}: {error}", data.name)),
    };
    let tuned_on = if options.tune { tuning_part(data.examples.len()) } else { 0 };
    let unscored = if options.drift { data.examples.len() / 2 } else { tuned_on };
    let progress = progress::bar("fit", selected.len() as u64);
    let mut fitted = Vec::new();
    for name in selected {
        progress.set_message(*name);
        let Some(mut model) = catalogue::fitting(name, shape, options.budget) else { continue };
        if tuned_on > 0 {
            let first_part = data.first(tuned_on);
            model = tune(&model, &first_part).map_err(|error| refused(name, error))?;
        }
        let mut learner = model.build(shape).map_err(|error| refused(name, error))?;
        let run = prequential(&mut *learner, data, unscored, &progress)
            .map_err(|error| refused(name, error))?;
        let (bytes, flops) = (learner.state_bytes(), learner.flops_per_update());
        let state = saved(&mut *learner).map_err(|error| refused(name, error))?;
        fitted.push((entry(&model, run, bytes, flops), Chosen { model, state }));
    }
    progress.finish_and_clear();
    fitted.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score));
    let (learners, chosen): (Vec<_>, Vec<_>) = fitted.into_iter().unzip();
    let best = chosen.first().map(|chosen| chosen.model.name());
    let best = best.ok_or_else(|| nothing_fits(data, options))?;
    let fit = Fit {
        data: data.name.clone(),
        rows: data.examples.len(),
        features: data.features.len(),
        classes: data.labels.clone(),
        task: data.task(),
        tuned_on,
        learners,
        best,
    };
    Ok((fit, chosen))
}

/// The learner's state.
fn saved(learner: &mut dyn Learner<f32>) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; saved_bytes(learner)];
    save(learner, &mut bytes)?;
    Ok(bytes)
}

fn entry(model: &Model, run: Run, state_bytes: usize, flops_per_update: usize) -> Fitted {
    Fitted {
        learner: model.name(),
        variant: model.variant(),
        score: run.score.value,
        metric: if run.score.interval.is_some() { "accuracy" } else { "r2" },
        interval: run.score.interval,
        kappa: run.score.kappa,
        score_curve: run.curve,
        state_bytes,
        flops_per_update,
        update_ns: run.update_ns,
        board: None,
    }
}

/// Why no learner ran: the shape, the budget or the task.
fn nothing_fits(data: &Examples, options: &Options) -> Failure {
    let shape = data.shape();
    match options.budget {
        _ if catalogue::fitting("ftrl", shape, Some(usize::MAX)).is_none() => {
            catalogue::too_large(&data.name, shape)
        }
        Some(budget) => Failure::Input(format!(
            "--budget {budget}: no learner of {} features and {} outputs is that small",
            shape.features,
            shape.outputs()
        )),
        None => Failure::Input(format!(
            "--learner {}: does not predict values",
            options.learner.join(", ")
        )),
    }
}
