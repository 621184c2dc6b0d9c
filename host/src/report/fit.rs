//! The part of the report that shows a saved `fit`.

use super::markup::{Cell, Figure, Section, Table, escape, file_name};
use super::{Axis, Curve, Series, confusion};
use crate::Failure;
use serde::Deserialize;

/// The displayed part of a saved `fit`.
#[derive(Deserialize)]
pub struct Fit {
    data: String,
    rows: u64,
    features: u64,
    #[serde(default)]
    classes: Vec<String>,
    learners: Vec<Learner>,
    #[serde(default)]
    baselines: Vec<Baseline>,
    holdout: Option<Holdout>,
    recommended: Option<String>,
}

#[derive(Deserialize)]
struct Learner {
    learner: String,
    score: f64,
    #[serde(default)]
    interval: Option<[f64; 2]>,
    metric: String,
    score_curve: Vec<f64>,
    state_bytes: u64,
    flops_per_update: u64,
    #[serde(default)]
    confusion: Vec<Vec<u64>>,
    board: Option<OnBoard>,
}

#[derive(Deserialize)]
struct OnBoard {
    counter: String,
    per_update: f64,
}

#[derive(Deserialize)]
struct Baseline {
    name: String,
    score: f64,
    state_bytes: u64,
}

#[derive(Deserialize)]
struct Holdout {
    by: String,
    groups: u64,
    learners: Vec<HeldOut>,
    baselines: Vec<HeldOut>,
}

#[derive(Deserialize)]
struct HeldOut {
    learner: String,
    frozen: f64,
    frozen_interval: [f64; 2],
    adapting: f64,
    interval: [f64; 2],
}

/// A fit without its figures.
pub fn brief(fit: &Fit) -> Section {
    let mut body = String::new();
    if let Some(holdout) = &fit.holdout {
        body.push_str(&holdout.table());
    }
    body.push_str(&fit.table());
    Section { title: format!("fit: {}", file_name(&fit.data)), body, figures: Vec::new() }
}

impl Fit {
    /// Tables and figures.
    ///
    /// # Errors
    /// [`Failure::Check`] with the drawing library's message.
    pub fn section(&self) -> Result<Section, Failure> {
        let mut section = brief(self);
        for series in self.figures() {
            section.figures.push(Figure::plot(&series)?);
        }
        if let Some(shown) = self.shown().filter(|learner| !learner.confusion.is_empty()) {
            let title = format!(
                "Confusion matrix of {}: class by row, prediction by column",
                shown.learner
            );
            let drawing = confusion::svg(&self.classes, &shown.confusion);
            section.figures.push(Figure { title, drawing });
        }
        Ok(section)
    }

    /// The scores of learners and baselines, the recommended one in bold.
    fn table(&self) -> String {
        let metric = self.learners.first().map_or("score", |learner| &learner.metric);
        let headings = ["learner", metric, "95 %", "state, bytes", "flops per update"];
        let mut table = Table::new(&headings);
        for learner in &self.learners {
            let best = Some(&learner.learner) == self.recommended.as_ref();
            table.row(
                if best { "best" } else { "" },
                &[
                    Cell::Text(&learner.learner),
                    Cell::Number(format!("{:.3}", learner.score)),
                    Cell::Number(learner.interval.map(range).unwrap_or_default()),
                    Cell::Number(learner.state_bytes.to_string()),
                    Cell::Number(learner.flops_per_update.to_string()),
                ],
            );
        }
        for Baseline { name, score, state_bytes } in &self.baselines {
            table.row(
                "",
                &[
                    Cell::Text(&format!("({name})")),
                    Cell::Number(format!("{score:.3}")),
                    Cell::Number(String::new()),
                    Cell::Number(state_bytes.to_string()),
                ],
            );
        }
        let (rows, features) = (self.rows, self.features);
        let recommended = self.recommended.as_ref().map_or_else(
            || "No learner beats the baselines by more than the interval.".to_owned(),
            |name| {
                format!(
                    "Recommended, in bold: {}, the smallest learner within the interval of the best.",
                    escape(name)
                )
            },
        );
        format!(
            "<p>{rows} rows of {features} features, each predicted before it is learned. \
             {recommended}</p>{}",
            table.html()
        )
    }

    /// The recommended learner, or the best.
    fn shown(&self) -> Option<&Learner> {
        let recommended = |learner: &&Learner| Some(&learner.learner) == self.recommended.as_ref();
        self.learners.iter().find(recommended).or(self.learners.first())
    }

    /// The learning curves, and the score against memory and against the cost of an update.
    fn figures(&self) -> Vec<Series> {
        let metric = self.learners.first().map_or("score", |learner| &learner.metric);
        let curve = |learner: &Learner| {
            let count = learner.score_curve.len().max(1) as f64;
            let share = |i: usize| self.rows as f64 * (i + 1) as f64 / count;
            let points = learner.score_curve.iter().enumerate();
            let points = points.map(|(i, score)| [share(i), *score]).collect();
            Curve { label: learner.learner.clone(), points }
        };
        let mut figures = vec![Series {
            title: "Learning curves".to_owned(),
            x: Axis::linear("rows seen"),
            y: Axis::linear(metric),
            curves: self.learners.iter().map(curve).collect(),
        }];
        figures.extend(self.held_out());
        let mut against = |title: &str, axis: &str, cost: &dyn Fn(&Learner) -> Option<f64>| {
            let dot = |learner: &Learner| {
                let points = vec![[cost(learner)?, learner.score]];
                Some(Curve { label: learner.learner.clone(), points })
            };
            let curves: Vec<_> = self.learners.iter().filter_map(dot).collect();
            if !curves.is_empty() {
                let (x, y) = (Axis::logarithmic(axis), Axis::linear(metric));
                figures.push(Series { title: title.to_owned(), x, y, curves });
            }
        };
        let bytes = |learner: &Learner| Some(learner.state_bytes as f64);
        against("Score against memory", "state, bytes", &bytes);
        let counted = self.learners.iter().find_map(|learner| learner.board.as_ref());
        match counted {
            Some(OnBoard { counter, .. }) => {
                let axis = format!("{counter} per update");
                let count = |learner: &Learner| Some(learner.board.as_ref()?.per_update);
                against("Score against the cost of an update", &axis, &count);
            }
            None => {
                let flops = |learner: &Learner| Some(learner.flops_per_update as f64);
                against("Score against the cost of an update", "flops per update", &flops);
            }
        }
        figures
    }

    /// What continued learning gains on unseen parts, by memory.
    fn held_out(&self) -> Option<Series> {
        let line = |held: &HeldOut| {
            let learner = self.learners.iter().find(|learner| learner.learner == held.learner)?;
            let bytes = learner.state_bytes as f64;
            let points = vec![[bytes, held.frozen], [bytes, held.adapting]];
            Some(Curve { label: held.learner.clone(), points })
        };
        Some(Series {
            title: "On unseen parts: from frozen to adapting (dot)".to_owned(),
            x: Axis::logarithmic("state, bytes"),
            y: Axis::linear(self.learners.first().map_or("score", |learner| &learner.metric)),
            curves: self.holdout.as_ref()?.learners.iter().filter_map(line).collect(),
        })
    }
}

impl Holdout {
    /// How well each learner does on parts that it has never seen.
    fn table(&self) -> String {
        let (by, groups) = (escape(&self.by), self.groups);
        let mut table = Table::new(&["learner", "frozen", "95 %", "adapting", "95 %"]);
        let baselines = self.baselines.iter().map(|held| (format!("({})", held.learner), held));
        let learners = self.learners.iter().map(|held| (held.learner.clone(), held));
        for (name, held) in learners.chain(baselines) {
            let HeldOut { frozen, frozen_interval, adapting, interval, .. } = held;
            table.row(
                "",
                &[
                    Cell::Text(&name),
                    Cell::Number(format!("{frozen:.3}")),
                    Cell::Number(range(*frozen_interval)),
                    Cell::Number(format!("{adapting:.3}")),
                    Cell::Number(range(*interval)),
                ],
            );
        }
        format!(
            "<p>{groups} parts held out by {by}: learners see the others, then meet each, frozen or adapting.</p>{}",
            table.html()
        )
    }
}

fn range([low, high]: [f64; 2]) -> String {
    format!("{low:.3}–{high:.3}")
}
