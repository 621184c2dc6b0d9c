//! The command `situ fit`: reads the data, runs the learners, prints one table.

use super::examples::{Examples, TaskName, examples, permuted_half_way};
use super::export::{self, Destination};
use super::model::Model;
use super::outcome::{Fit, Fitted};
use super::prequential::{Run, prequential};
use super::table::{Columns, read};
use super::tune::{tune, tuning_part};
use super::{catalogue, device};
use crate::bench::Board;
use crate::{Failure, console, progress, report};
use situ::features::Window;
use situ::online::Error;
use std::fs::File;
use std::path::PathBuf;

/// The recordings that `situ` runs on without arguments.
const BUNDLED: (&str, &[u8]) =
    ("basic-motions.csv", include_bytes!("../../data/basic-motions.csv"));

/// Arguments of `situ fit`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A CSV with a header: numbers, and the column to predict
    #[arg(value_name = "DATA.csv")]
    data: PathBuf,
    #[command(flatten)]
    options: Options,
}

#[derive(Clone, Debug, Default, clap::Args)]
struct Options {
    /// The column to predict
    #[arg(long, value_name = "COLUMN")]
    target: String,
    /// The column that tells recordings apart; windows do not cross from one to the next
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// A column to leave out
    #[arg(long, value_name = "COLUMN")]
    drop: Vec<String>,
    /// Learn from features of this many rows instead of single rows
    #[arg(long, value_name = "ROWS", requires = "hop")]
    window: Option<usize>,
    /// Rows from the start of one window to the start of the next
    #[arg(long, value_name = "ROWS", requires = "window")]
    hop: Option<usize>,
    /// Shuffle the examples with this seed instead of taking them in order
    #[arg(long, value_name = "SEED")]
    shuffle: Option<u64>,
    /// What the target is; decided from the column if not given
    #[arg(long, value_enum)]
    task: Option<TaskName>,
    /// A learner to run; all of them if none is named
    #[arg(long, value_name = "NAME")]
    learner: Vec<String>,
    /// Only learners whose state fits, in smaller variants where there are
    #[arg(long, value_name = "BYTES")]
    budget: Option<usize>,
    /// Search each learner's configuration on the first fifth of the stream, and score the rest
    #[arg(long)]
    tune: bool,
    /// Permute the labels half-way and score the second half: which learners recover?
    #[arg(long, conflicts_with = "tune")]
    drift: bool,
    /// Run each learner on this board as well, and count what an update costs
    #[arg(long, value_name = "ID")]
    board: Option<String>,
    /// Write the best learner as a firmware crate for --board (qemu-m4 if none is given)
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    /// Put the learner's state after the whole stream into the firmware
    #[arg(long, requires = "export")]
    trained: bool,
    /// Write over an export that is there already
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
/// missing compiler or emulator, [`Failure::Check`] if it predicts otherwise than the host.
pub fn fit(arguments: &Arguments) -> Result<Fit, Failure> {
    let name = arguments.data.display().to_string();
    let file =
        File::open(&arguments.data).map_err(|error| Failure::Input(format!("{name}: {error}")))?;
    fit_source(&name, file, &arguments.options)
}

/// Runs on the bundled wearable recordings: windows of 2 s, every second.
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
    if let Some(directory) = &options.export {
        export::check(directory, options.force)?;
    }
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
    let (mut run, models) = run(&data, &selected, options)?;
    if let (Some(board), Some(_)) = (&board, &options.board) {
        for (fitted, model) in run.learners.iter_mut().zip(&models) {
            let to = Destination { directory: device::directory(board), window, trained: false };
            fitted.board = device::measure(model, &table, &data, board, &to)?;
        }
    }
    report::save(report::FIT, &run)?;
    if options.json {
        console::json(&run)?;
    } else {
        run.print(&data)?;
    }
    if let (Some(board), Some(directory), Some(model)) = (&board, &options.export, models.first()) {
        let to = Destination { directory: directory.clone(), window, trained: options.trained };
        export::write(model, &table, &data, board, &to)?;
        if !options.json {
            console::line(format_args!(
                "{} is firmware for {} in {}",
                model.name(),
                board.id,
                directory.display()
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

/// Runs the learners; gives them best first, with what each of them is.
fn run(
    data: &Examples,
    selected: &[&'static str],
    options: &Options,
) -> Result<(Fit, Vec<Model>), Failure> {
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
        fitted.push((entry(&model, run, bytes, flops), model));
    }
    progress.finish_and_clear();
    fitted.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score));
    let (learners, models): (Vec<_>, Vec<_>) = fitted.into_iter().unzip();
    let best = models.first().map(Model::name).ok_or_else(|| nothing_fits(data, options))?;
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
    Ok((fit, models))
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

/// Why no learner ran: the shape, the budget, or the task.
fn nothing_fits(data: &Examples, options: &Options) -> Failure {
    let shape = data.shape();
    match options.budget {
        _ if catalogue::fitting("ftrl", shape, Some(usize::MAX)).is_none() => {
            catalogue::too_large(&data.name, shape)
        }
        Some(budget) => Failure::Input(format!(
            "--budget {budget}: no learner keeps {} features and {} outputs in so few bytes",
            shape.features,
            shape.outputs()
        )),
        None => Failure::Input(format!("--learner {}: not for values", options.learner.join(", "))),
    }
}
