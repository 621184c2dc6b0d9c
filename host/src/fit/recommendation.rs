//! Which learner to use, and the printed form of a result.

use super::examples::Examples;
use super::outcome::{Baseline, Figures, Fit, Fitted, Holdout};
use super::score::Figure;
use super::table::shown;
use super::targets::TaskName;
use super::{counted, listed};
use crate::{Failure, console, report};

/// Maximum number of classes for which the confusion matrix is printed.
const MAX_PRINTED: usize = 12;

impl Fit {
    /// Recommends the smallest learner whose rank is within the interval of the best that fits the RAM
    /// (measured, else estimated). Recommends none if a baseline ranks as high as the best.
    pub fn recommend(&mut self) {
        self.recommended = self.smallest_of_the_best();
    }

    fn smallest_of_the_best(&self) -> Option<&'static str> {
        let budget = self.budget.map_or(u64::MAX, |budget| budget as u64);
        let max_ram = self.intended.as_ref().map_or(u64::MAX, |(_, ram)| *ram).min(budget);
        let fits = |fitted: &&Fitted| fitted.needed_ram() <= max_ram;
        let best = self.learners.iter().find(fits)?;
        let baseline = self.baselines.first();
        let floor = baseline.map_or(f64::NEG_INFINITY, |baseline| baseline.figures.rank);
        if best.figures.rank <= floor {
            return None;
        }
        let good = |fitted: &&Fitted| {
            let close = fitted.figures.rank >= best.figures.rank_low;
            close && fitted.figures.rank > floor && fits(fitted)
        };
        let smallest = self.learners.iter().filter(good).min_by_key(|fitted| fitted.state_bytes);
        smallest.map(|fitted| fitted.learner)
    }

    /// Prints header, table and recommendation.
    ///
    /// # Errors
    /// As [`console::line`].
    pub fn print(&self, data: &Examples) -> Result<(), Failure> {
        let task = match self.task {
            TaskName::Classify => format!("{} classes", self.classes.len()),
            TaskName::Regress => "a value".to_owned(),
            TaskName::Anomaly => "anomalies".to_owned(),
        };
        console::line(format_args!(
            "fit, {}: {} of {}, {task}",
            self.data,
            counted(self.rows, "example"),
            counted(self.features, "feature")
        ))?;
        for note in &data.notes {
            console::line(note)?;
        }
        let constant = data.constant_features();
        if !constant.is_empty() {
            console::line(format_args!("ignored (constant): {}", listed(constant)))?;
        }
        if self.tuned_on > 0 {
            let count = self.tuned_on;
            console::line(format_args!(
                "tuned on the first {count} examples; they are not scored"
            ))?;
            if self.tuned.is_empty() {
                console::line("every learner kept its default")?;
            }
            for changed in &self.tuned {
                console::line(format_args!("not the default: {changed}"))?;
            }
        } else {
            let count = self.not_scored;
            let first = if count == 1 { "example" } else { &counted(count, "example") };
            console::line(format_args!("not scored: the first {first}"))?;
        }
        if self.drift {
            console::line(
                "from there on, each label becomes the next one, and the last the first",
            )?;
        }
        if !self.left_out.is_empty() {
            let names = self.left_out.join(", ");
            console::line(format_args!("left out (task, size or budget): {names}"))?;
        }
        if let Some((board, ram)) = &self.intended {
            let large = self.learners.iter().filter(|fitted| fitted.needed_ram() > *ram);
            for fitted in large {
                let (name, more) = (fitted.learner, fitted.needed_ram() - ram);
                console::line(format_args!("{name} needs {more} more bytes than {board} has"))?;
            }
        }
        console::line(format_args!("{}", self.table()))?;
        if let Some(confusion) = self.confusion() {
            console::line(confusion)?;
        }
        if let Some(holdout) = &self.holdout {
            console::line(holdout.title())?;
            console::line(holdout.table())?;
        }
        console::line(self.recommendation())
    }

    fn table(&self) -> comfy_table::Table {
        let classify = self.task == TaskName::Classify;
        let on_board = self.learners.iter().find_map(|fitted| fitted.board.as_ref());
        let board = on_board.map(|board| {
            let (id, counter) = (&board.id, board.counter);
            [
                format!("{counter}/update, {id}"),
                format!("{counter}/prediction"),
                "RAM, bytes".to_owned(),
            ]
        });
        let mut header = vec!["learner"];
        header.extend(if classify {
            &["accuracy", "95 %", "balanced", "kappa"][..]
        } else {
            &["R²", "95 %", "MAE", "median", "RMSE"]
        });
        header.extend(["state, bytes", "flops/update", "/prediction", "ns/update"]);
        if self.intended.is_some() {
            header.push("RAM, estimated");
        }
        header.extend(board.iter().flatten().map(String::as_str));
        let mut table = report::table(&header);
        for fitted in &self.learners {
            let mut row = vec![fitted.learner.to_owned()];
            row.extend(cells(&fitted.figures));
            row.push(fitted.state_bytes.to_string());
            row.push(fitted.flops_per_update.to_string());
            row.push(fitted.predict_flops.to_string());
            row.push(format!("{:.0}", fitted.update_ns));
            if self.intended.is_some() {
                row.push(fitted.ram_bytes.to_string());
            }
            if let Some(board) = &fitted.board {
                row.push(format!("{:.0}", board.per_update));
                row.push(format!("{:.0}", board.per_predict));
                row.push(board.ram_bytes.to_string());
            }
            table.add_row(row);
        }
        for baseline in &self.baselines {
            let mut row = vec![format!("({})", baseline.name)];
            row.extend(cells(&baseline.figures));
            let Baseline { state_bytes, flops_per_update, predict_flops, .. } = baseline;
            row.extend([state_bytes, flops_per_update, predict_flops].map(usize::to_string));
            table.add_row(row);
        }
        table
    }

    /// The confusion matrix of the recommended learner, or of the best.
    fn confusion(&self) -> Option<comfy_table::Table> {
        let fitted = self.recommended().or(self.learners.first())?;
        if !(2..=MAX_PRINTED).contains(&fitted.confusion.len()) {
            return None;
        }
        let corner = format!("{}: class, predicted as", fitted.learner);
        let labels: Vec<_> = self.classes.iter().map(|label| shown(label)).collect();
        let labels = labels.iter().map(String::as_str);
        let header: Vec<_> = [corner.as_str()]
            .into_iter()
            .chain(labels)
            .chain(["precision", "recall", "F1"])
            .collect();
        let mut table = report::table(&header);
        for (row, class) in fitted.confusion.iter().zip(&fitted.per_class) {
            let counts = row.iter().map(u64::to_string);
            let figures = [class.precision, class.recall, class.f1]
                .map(|share| share.map_or(String::new(), |share| format!("{share:.3}")));
            table.add_row([shown(&class.label)].into_iter().chain(counts).chain(figures));
        }
        Some(table)
    }

    /// The board and its RAM, if no learner fits it.
    fn too_large(&self) -> Option<(&str, u64)> {
        let (board, ram) = self.intended.as_ref()?;
        let none = self.learners.iter().all(|fitted| fitted.needed_ram() > *ram);
        none.then_some((board, *ram))
    }

    fn recommended(&self) -> Option<&Fitted> {
        self.learners.iter().find(|fitted| Some(fitted.learner) == self.recommended)
    }

    /// One or two sentences: the learner to use, and how it compares with the best and the baselines.
    fn recommendation(&self) -> String {
        let Some(best) = self.learners.first() else { return String::new() };
        let rank = self.rank.name();
        let value = |figures: &Figures| {
            let value = self.rank.shown(figures.rank);
            let error = matches!(self.rank, Figure::Mae | Figure::Rmse);
            format!("{rank} {}", if error { size(value) } else { share(value) })
        };
        let baseline = self.baselines.first();
        let Some(taken) = self.recommended() else {
            if let Some((board, ram)) = self.too_large() {
                return format!(
                    "No learner fits the {ram} bytes of RAM of {board}; --budget falls back to \
                     smaller variants."
                );
            }
            let name = baseline.map_or("the baseline", |baseline| baseline.name);
            let beside = baseline.map_or(String::new(), |baseline| value(&baseline.figures));
            return format!(
                "No learner beats {name} ({beside}): the best of {}, {}, has {}. Use {name}, or \
                 record more informative features.",
                self.learners.len(),
                best.learner,
                value(&best.figures)
            );
        };
        let mut text =
            format!("Take {} ({}): {}", taken.learner, taken.variant, value(&taken.figures));
        if let Some(((count, share), total)) =
            taken.changes.zip(taken.at_changes).zip(Some(self.rows - self.not_scored))
            && 20 * count < total
        {
            text += &format!(" ({share:.3} of the {count} examples where the label changes)");
        }
        text += &if taken.learner == best.learner {
            format!(", the best of {}, in {} bytes.", self.learners.len(), taken.state_bytes)
        } else {
            format!(
                " in {} bytes, within the interval of the best: {} ({}) has {} in {} bytes.",
                taken.state_bytes,
                best.learner,
                best.variant,
                value(&best.figures),
                best.state_bytes
            )
        };
        if let Some(baseline) = baseline
            && best.figures.rank_low <= baseline.figures.rank
        {
            text += &format!(
                " Warning: {} has {}, which is within the interval.",
                baseline.name,
                value(&baseline.figures)
            );
        }
        text
    }
}

impl Holdout {
    fn title(&self) -> String {
        let Self { by, groups, .. } = self;
        let parts = match groups {
            1 => format!("held out: the last {by} of the stream"),
            groups => format!("held out: {groups} parts by {by}, each in turn"),
        };
        let turned: String = self.turned.iter().map(|pair| format!("; {pair} turned")).collect();
        parts + &turned
    }

    fn table(&self) -> comfy_table::Table {
        let all = || self.learners.iter().chain(&self.baselines);
        let counts = all().map(|held| held.after_labels.len()).max().unwrap_or(0);
        let after = ["0-9 labels", "10-49", "50-199", "200-"];
        let mut header = vec!["learner", "frozen", "95 %", "adapting", "95 %"];
        header.extend(after.iter().take(counts));
        let mut table = report::table(&header);
        let baselines = self.baselines.iter().map(|held| (format!("({})", held.learner), held));
        let learners = self.learners.iter().map(|held| (held.learner.to_owned(), held));
        for (name, held) in learners.chain(baselines) {
            let around = |[low, high]: [f64; 2]| format!("{} – {}", share(low), share(high));
            let mut row = vec![name, share(held.frozen), around(held.frozen_interval)];
            row.extend([share(held.adapting), around(held.interval)]);
            row.extend(held.after_labels.iter().map(|(_, score)| share(*score)));
            table.add_row(row);
        }
        table
    }
}

fn cells(figures: &Figures) -> Vec<String> {
    let [low, high] = figures.interval;
    let mut cells = vec![share(figures.score), format!("{} – {}", share(low), share(high))];
    cells.extend(figures.balanced_accuracy.map(|share| format!("{share:.3}")));
    cells.extend(figures.kappa.map(|kappa| format!("{kappa:.3}")));
    cells.extend([figures.mae, figures.median_error, figures.rmse].into_iter().flatten().map(size));
    cells
}

/// Formats an accuracy or an R², which may be far below zero.
fn share(value: f64) -> String {
    if value > -100.0 { format!("{value:.3}") } else { format!("{value:.0e}") }
}

/// Formats a number of any size to four digits.
fn size(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        0.01..1e5 => {
            let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 5) as usize;
            format!("{value:.digits$}")
        }
        _ => format!("{value:.3e}"),
    }
}
