//! The result of `situ fit`, as JSON.

use super::holdout::HeldOut;
use super::prequential::Scores;
use super::score::Figure;
use super::targets::TaskName;
use crate::bench::Counter;
use serde::Serialize;

/// The result, as `--json` prints it. Fields that do not apply to the task are absent.
#[derive(Debug, Serialize)]
pub struct Fit {
    /// Name of the file.
    pub data: String,
    /// Number of examples learned.
    pub rows: usize,
    /// Features of an example.
    pub features: usize,
    /// Labels; empty in regression.
    pub classes: Vec<String>,
    /// What is predicted.
    pub task: TaskName,
    /// The figure that the learners are ranked by.
    pub rank: Figure,
    /// Examples at the start of the stream that were used for tuning and are not scored.
    pub tuned_on: usize,
    /// Learners whose configuration tuning changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tuned: Vec<String>,
    /// Examples at the start of the stream that are not scored: the first, those used for tuning, or
    /// those before a drift.
    pub not_scored: usize,
    /// Whether labels were permuted halfway.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drift: bool,
    /// Bytes of RAM that `--budget` allows.
    #[serde(skip)]
    pub budget: Option<usize>,
    /// The board that `--board` names, and its RAM.
    #[serde(skip)]
    pub intended: Option<(String, u64)>,
    /// Best first.
    pub learners: Vec<Fitted>,
    /// Learners without a variant for this task, size or budget.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<&'static str>,
    /// Predictions that need no features, best first.
    pub baselines: Vec<Baseline>,
    /// Scores on parts of the stream that were held out, with `--holdout`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Holdout>,
    /// Name of the first learner.
    pub best: &'static str,
    /// The smallest learner within the interval of the best; absent if a baseline is as good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recommended: Option<&'static str>,
}

impl Fit {
    /// The index of the recommended learner, or of the best.
    pub fn taken(&self) -> usize {
        let taken = |fitted: &Fitted| Some(fitted.learner) == self.recommended;
        self.learners.iter().position(taken).unwrap_or(0)
    }
}

/// A baseline on the stream.
#[derive(Debug, Serialize)]
pub struct Baseline {
    /// Name.
    pub name: &'static str,
    /// Accuracy or R², and the other figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// Bytes of state.
    pub state_bytes: usize,
    /// Cost of an update, including its prediction.
    pub flops_per_update: usize,
    /// Cost of a prediction alone.
    pub predict_flops: usize,
}

/// Scores on parts of the stream that were held out.
#[derive(Debug, Serialize)]
pub struct Holdout {
    /// The column, or the share.
    pub by: String,
    /// Parts that were held out in turn.
    pub groups: usize,
    /// Pairs of columns (x, z) that were read as (z, −x) in the held-out parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turned: Vec<String>,
    /// The learners, in the order of the table.
    pub learners: Vec<HeldOut>,
    /// The baselines, likewise.
    pub baselines: Vec<HeldOut>,
}

/// Figures of a stream of predictions.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Accuracy or R².
    pub score: f64,
    /// 95 % interval of the score, by a bootstrap over groups or blocks of the stream.
    pub interval: [f64; 2],
    /// Figure that it is ranked by; larger is better.
    #[serde(skip)]
    pub rank: f64,
    /// Lower end of its interval.
    #[serde(skip)]
    pub rank_low: f64,
    /// Mean of the recalls of all classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balanced_accuracy: Option<f64>,
    /// Cohen's kappa.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kappa: Option<f64>,
    /// Mean absolute error, in the target's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mae: Option<f64>,
    /// Root mean squared error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rmse: Option<f64>,
    /// Median absolute error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_error: Option<f64>,
}

impl Figures {
    /// The figures of these scores.
    pub fn new(scores: &Scores, task: TaskName) -> Self {
        let classify = task == TaskName::Classify;
        let of = |figure: Figure| {
            (figure.of_classes() == classify).then(|| figure.shown(scores.measure.figure(figure)))
        };
        Self {
            score: scores.value,
            interval: scores.interval,
            rank: scores.rank,
            rank_low: scores.rank_low,
            balanced_accuracy: of(Figure::Balanced),
            kappa: of(Figure::Kappa),
            mae: of(Figure::Mae),
            rmse: of(Figure::Rmse),
            median_error: (!classify).then_some(scores.median_error),
        }
    }
}

/// The figures of one class.
#[derive(Clone, Debug, Serialize)]
pub struct ClassFigures {
    /// Its label.
    pub label: String,
    /// Share of its predictions that are correct.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<f64>,
    /// Share of its examples that are predicted as it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall: Option<f64>,
    /// Their harmonic mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub f1: Option<f64>,
}

/// One learner on the stream.
#[derive(Debug, Serialize)]
pub struct Fitted {
    /// Name.
    pub learner: &'static str,
    /// Storage and sizes.
    pub variant: String,
    /// Accuracy or R², test-then-train, and the other figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// What `score` is: `accuracy` or `r2`.
    pub metric: &'static str,
    /// Examples by class (rows) and predicted class (columns).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confusion: Vec<Vec<u64>>,
    /// Figures of each class.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub per_class: Vec<ClassFigures>,
    /// Accuracy on examples whose label differs from that of the previous example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_changes: Option<f64>,
    /// Number of such examples.
    #[serde(skip)]
    pub changes: Option<usize>,
    /// The score so far, at evenly spaced points of the stream.
    pub score_curve: Vec<f64>,
    /// Bytes of state at the data's own sizes.
    pub state_bytes: usize,
    /// RAM of the exported firmware, estimated: state, pipeline and stack.
    pub ram_bytes: usize,
    /// Cost of an update, its prediction included, to leading order.
    pub flops_per_update: usize,
    /// Cost of a prediction alone.
    pub predict_flops: usize,
    /// Time of an update on this machine.
    pub update_ns: f64,
    /// Cost on a board, with `--measure`.
    pub board: Option<OnBoard>,
}

impl Fitted {
    /// RAM of the exported firmware: measured on the board if possible, else estimated.
    pub fn needed_ram(&self) -> u64 {
        self.board.as_ref().map_or(self.ram_bytes as u64, |board| board.ram_bytes)
    }
}

/// The cost of a learner on a board.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OnBoard {
    /// The board.
    pub id: String,
    /// Unit of the counts.
    pub counter: Counter,
    /// Mean count of an update, its prediction included.
    pub per_update: f64,
    /// Mean count of a prediction alone.
    pub per_predict: f64,
    /// Variables and the maximum stack in use.
    pub ram_bytes: u64,
    /// Maximum stack in use by the time the learner was created in place, all frames together.
    pub begin_stack_bytes: u64,
    /// Maximum stack in use.
    pub stack_bytes: u64,
    /// Program and constants, without the recording.
    pub flash_bytes: u64,
    /// Number of examples replayed; every prediction equals the host's.
    pub replayed: usize,
}
