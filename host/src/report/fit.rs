//! The part of the report that shows a saved `fit`.

use super::markup::{escape, figure, push};
use super::{Axis, Curve, Series, confusion, number};
use crate::Failure;
use serde::Deserialize;

/// A saved `fit`, as far as it is shown.
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

impl Fit {
    /// Tables and figures.
    ///
    /// # Errors
    /// [`Failure::Check`] with the drawing library's message.
    pub fn section(&self) -> Result<String, Failure> {
        let (data, rows, features) = (escape(&self.data), self.rows, self.features);
        let mut html = format!("<h2>fit: {data}</h2>");
        if let Some(holdout) = &self.holdout {
            html.push_str(&holdout.table());
        }
        push(
            &mut html,
            format_args!(
                "<p>{rows} rows, {features} features, test-then-train.</p><table><tr><th>learner\
                 <th>score<th>95 %<th>state, bytes<th>flops per update</tr>"
            ),
        );
        for learner in &self.learners {
            let (name, metric) = (escape(&learner.learner), escape(&learner.metric));
            let Learner { score, state_bytes, flops_per_update, .. } = learner;
            let around = learner.interval.map(|[low, high]| format!("{low:.3} – {high:.3}"));
            let around = around.unwrap_or_default();
            push(
                &mut html,
                format_args!(
                    "<tr><td>{name}<td class=\"number\">{score:.3} ({metric})\
                     <td class=\"number\">{around}<td class=\"number\">{state_bytes}\
                     <td class=\"number\">{flops_per_update}</tr>"
                ),
            );
        }
        for Baseline { name, score, state_bytes } in &self.baselines {
            let name = escape(name);
            push(
                &mut html,
                format_args!(
                    "<tr><td>({name})<td class=\"number\">{score:.3}<td><td class=\"number\">\
                     {state_bytes}<td></tr>"
                ),
            );
        }
        html.push_str("</table>");
        for series in self.figures() {
            html.push_str(&figure(&series)?);
        }
        if let Some(shown) = self.shown().filter(|learner| !learner.confusion.is_empty()) {
            let drawing = confusion::svg(&self.classes, &shown.confusion);
            let name = escape(&shown.learner);
            let title = format!("Confusion of {name}: class by row, predicted class by column");
            push(
                &mut html,
                format_args!("<figure>{drawing}<figcaption>{title}</figcaption></figure>"),
            );
        }
        Ok(html)
    }

    /// The recommended learner, or the best.
    fn shown(&self) -> Option<&Learner> {
        let recommended = |learner: &&Learner| Some(&learner.learner) == self.recommended.as_ref();
        self.learners.iter().find(recommended).or(self.learners.first())
    }

    /// The learning curves, and the score against bytes and against the cost of an update.
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
}

impl Holdout {
    /// What each learner is worth on parts that it has never met.
    fn table(&self) -> String {
        let (by, groups) = (escape(&self.by), self.groups);
        let mut html = format!(
            "<p>Held out by {by}, {groups} parts: learned from the others, then frozen or adapting.</p>\
             <table><tr><th>learner<th>frozen<th>95 %<th>adapting<th>95 %</tr>"
        );
        let baselines = self.baselines.iter().map(|held| (format!("({})", held.learner), held));
        let learners = self.learners.iter().map(|held| (held.learner.clone(), held));
        for (name, held) in learners.chain(baselines) {
            let [frozen, adapting] = [held.frozen, held.adapting].map(number);
            let [frozen_low, frozen_high] = held.frozen_interval.map(number);
            let [low, high] = held.interval.map(number);
            let name = escape(&name);
            push(
                &mut html,
                format_args!(
                    "<tr><td>{name}<td class=\"number\">{frozen}\
                     <td class=\"number\">{frozen_low} – {frozen_high}\
                     <td class=\"number\">{adapting}<td class=\"number\">{low} – {high}</tr>"
                ),
            );
        }
        html.push_str("</table>");
        html
    }
}
