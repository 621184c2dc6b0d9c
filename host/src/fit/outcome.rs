//! The result of `situ fit`: as JSON, as a table, as a recommendation.

use super::examples::{Examples, TaskName};
use crate::bench::Counter;
use crate::{Failure, console, report};
use serde::Serialize;

/// Difference in score that is given up for a smaller learner.
const AS_GOOD: f64 = 0.01;

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub struct Fit {
    /// Name of the file.
    pub data: String,
    /// Examples that were learned.
    pub rows: usize,
    /// Features of an example.
    pub features: usize,
    /// Labels; none in regression.
    pub classes: Vec<String>,
    /// What is predicted.
    pub task: TaskName,
    /// Examples at the start of the stream that were used for tuning and are not scored.
    pub tuned_on: usize,
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
    /// Storage and sizes.
    pub variant: String,
    /// Accuracy or R², test-then-train.
    pub score: f64,
    /// Which of the two.
    pub metric: &'static str,
    /// 95 % interval of an accuracy.
    pub interval: Option<[f64; 2]>,
    /// Cohen's kappa of a classification.
    pub kappa: Option<f64>,
    /// The score so far, at evenly spaced points of the stream.
    pub score_curve: Vec<f64>,
    /// Bytes of state at the data's own sizes.
    pub state_bytes: usize,
    /// Cost of an update, to leading order.
    pub flops_per_update: usize,
    /// Time of an update on this machine.
    pub update_ns: f64,
    /// Cost on a board, where `--board` names one.
    pub board: Option<OnBoard>,
}

/// The cost of a learner on a board.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OnBoard {
    /// The board.
    pub id: String,
    /// Unit of the counts.
    pub counter: Counter,
    /// Mean count of the updates replayed.
    pub per_update: f64,
    /// Variables and the maximum stack in use.
    pub ram_bytes: u64,
    /// Program and constants, including the recording.
    pub flash_bytes: u64,
    /// Examples replayed; every prediction is the host's.
    pub replayed: usize,
}

impl Fit {
    /// Prints header, table and recommendation.
    ///
    /// # Errors
    /// As [`console::line`].
    pub fn print(&self, data: &Examples) -> Result<(), Failure> {
        let task = match self.task {
            TaskName::Classify => format!("{} classes", self.classes.len()),
            TaskName::Regress => "a value".to_owned(),
        };
        console::line(format_args!(
            "fit, {}: {} examples of {} features, {task}",
            self.data, self.rows, self.features
        ))?;
        let constant = data.constant_features();
        if !constant.is_empty() {
            console::line(format_args!("ignored (constant): {}", constant.join(", ")))?;
        }
        if self.tuned_on > 0 {
            let tuned_on = self.tuned_on;
            console::line(format_args!(
                "tuned on the first {tuned_on} examples; they are not scored"
            ))?;
        }
        console::line(format_args!("{}\n{}", self.table(), self.recommendation()))
    }

    fn table(&self) -> comfy_table::Table {
        let classify = self.task == TaskName::Classify;
        let on_board = self.learners.iter().find_map(|fitted| fitted.board.as_ref());
        let per_update = on_board.map(|board| format!("{}/update, {}", board.counter, board.id));
        let mut header = vec!["learner"];
        header.extend(if classify { &["accuracy", "95 %", "kappa"][..] } else { &["R²"] });
        header.extend(["state, bytes", "flops/update", "ns/update"]);
        header.extend(per_update.as_deref());
        let mut table = report::table(&header);
        for fitted in &self.learners {
            let mut row = vec![fitted.learner.to_owned(), format!("{:.3}", fitted.score)];
            row.extend(fitted.interval.map(|[low, high]| format!("{low:.3} – {high:.3}")));
            row.extend(fitted.kappa.map(|kappa| format!("{kappa:.3}")));
            row.push(fitted.state_bytes.to_string());
            row.push(fitted.flops_per_update.to_string());
            row.push(format!("{:.0}", fitted.update_ns));
            row.extend(fitted.board.as_ref().map(|board| format!("{:.0}", board.per_update)));
            table.add_row(row);
        }
        table
    }

    /// One sentence: the best learner, and a nearly equal one that needs less memory.
    fn recommendation(&self) -> String {
        let Some(best) = self.learners.first() else { return String::new() };
        let metric = if self.task == TaskName::Classify { "accuracy" } else { "R²" };
        let mut sentence = format!(
            "Take {} ({}): {metric} {:.3}, the best of {}, in {} bytes",
            best.learner,
            best.variant,
            best.score,
            self.learners.len(),
            best.state_bytes
        );
        let close = self.learners.iter().filter(|other| other.score >= best.score - AS_GOOD);
        let smallest = close.min_by_key(|other| other.state_bytes);
        if let Some(small) = smallest.filter(|small| 2 * small.state_bytes <= best.state_bytes) {
            sentence += &format!(
                "; where memory is short, {} ({}) comes within {:.3} of it in {} bytes",
                small.learner,
                small.variant,
                best.score - small.score,
                small.state_bytes
            );
        }
        sentence + "."
    }
}
