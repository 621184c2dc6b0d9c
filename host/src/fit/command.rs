//! The command `situ fit`: reads the data, runs the learners, prints one table.

use super::examples::{Examples, TaskName, examples};
use super::learners;
use super::prequential::prequential;
use super::table::{Columns, read};
use crate::{Failure, progress, report};
use serde::Serialize;
use situ::features::Window;
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
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub struct Fit {
    /// Name of the file.
    pub data: String,
    /// Examples.
    pub rows: usize,
    /// Features of an example.
    pub features: usize,
    /// Labels; none in regression.
    pub classes: Vec<String>,
    /// What was learned.
    pub task: TaskName,
    /// Best first.
    pub learners: Vec<Fitted>,
    /// Name of the first.
    pub best: &'static str,
}

/// One learner on the stream.
#[derive(Debug, Serialize)]
pub struct Fitted {
    /// Name.
    pub learner: &'static str,
    /// Accuracy or R², test-then-train.
    pub score: f64,
    /// Which of them.
    pub metric: &'static str,
    /// The score so far, at evenly spaced points of the stream.
    pub score_curve: Vec<f64>,
    /// Bytes of state at the data's own sizes.
    pub state_bytes: usize,
    /// To leading order.
    pub flops_per_update: usize,
    /// On this machine.
    pub update_ns: f64,
    /// Cost on a board, where one was asked for.
    pub board: Option<()>,
}

/// Runs `situ fit`.
///
/// # Errors
/// [`Failure::Input`] with one line for bad data or arguments.
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
    let selected = learners::select(&options.learner)?;
    let columns = Columns {
        target: options.target.clone(),
        group: options.group.clone(),
        drop: options.drop.clone(),
    };
    let table = read(name, source, &columns)?;
    let window = options.window.zip(options.hop).map(|(length, hop)| Window { length, hop });
    let data = examples(&table, &options.target, options.task, window, options.shuffle)?;
    let run = run(&data, &selected)?;
    report::save(report::FIT, &run)?;
    if options.json {
        println!("{}", serde_json::to_string(&run).map_err(|e| Failure::Check(e.to_string()))?);
    } else {
        print(&run, &data);
    }
    Ok(run)
}

fn run(data: &Examples, selected: &[&'static learners::Entry]) -> Result<Fit, Failure> {
    let classify = !data.labels.is_empty();
    let progress = progress::bar("fit", (data.examples.len() * selected.len()) as u64);
    let mut fitted = Vec::new();
    for entry in selected {
        progress.set_message(entry.name);
        let mut learner = (entry.build)(data.shape())
            .map_err(|_| learners::too_large(&data.name, data.shape()))?;
        let score = prequential(&mut *learner, data, &progress)
            .map_err(|error| Failure::Input(format!("{}: {}: {error}", data.name, entry.name)))?;
        fitted.push(Fitted {
            learner: entry.name,
            score: score.score,
            metric: if classify { "accuracy" } else { "r2" },
            score_curve: score.curve,
            state_bytes: learner.state_bytes(),
            flops_per_update: learner.flops_per_update(),
            update_ns: score.update_ns,
            board: None,
        });
    }
    progress.finish_and_clear();
    fitted.sort_by(|a, b| b.score.total_cmp(&a.score));
    let best = fitted.first().map_or("", |fitted| fitted.learner);
    Ok(Fit {
        data: data.name.clone(),
        rows: data.examples.len(),
        features: data.features.len(),
        classes: data.labels.clone(),
        task: if classify { TaskName::Classify } else { TaskName::Regress },
        learners: fitted,
        best,
    })
}

fn print(run: &Fit, data: &Examples) {
    let task = match run.task {
        TaskName::Classify => format!("{} classes", run.classes.len()),
        TaskName::Regress => "a value".to_owned(),
    };
    println!("fit, {}: {} examples of {} features, {task}", run.data, run.rows, run.features);
    let constant = data.constant_features();
    if !constant.is_empty() {
        println!("constant, of no use: {}", constant.join(", "));
    }
    let metric = if run.task == TaskName::Classify { "accuracy" } else { "R²" };
    let mut table =
        report::table(&["learner", metric, "state, bytes", "flops/update", "ns/update"]);
    for fitted in &run.learners {
        table.add_row([
            fitted.learner.to_owned(),
            format!("{:.3}", fitted.score),
            fitted.state_bytes.to_string(),
            fitted.flops_per_update.to_string(),
            format!("{:.0}", fitted.update_ns),
        ]);
    }
    println!("{table}");
}
