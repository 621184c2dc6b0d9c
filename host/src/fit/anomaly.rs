//! The task without labels: which examples differ from those before, at a given rate of false alarms.

use super::counted;
use super::examples::Examples;
use super::export::ram_bytes_of;
use super::options::Options;
use super::predictions::Writer;
use super::prequential::{shortest, timed_part};
use super::targets::TaskName;
use crate::{Failure, console, report};
use serde::Serialize;
use situ::anomaly::{
    Detector, Mahalanobis, MahalanobisConfiguration, Nearest, NearestConfiguration, Verdict,
};
use situ::online::{Error, Target};
use std::time::Instant;

/// Maximum number of features, in general and for the detector whose state grows with their square.
const FEATURES: usize = 1040;
const SQUARED: usize = 256;
/// Examples that `nearest` stores; fewer where `--budget` asks for less.
const SLOTS: [usize; 5] = [256, 128, 64, 32, 16];
/// Default rate of false alarms.
const FALSE_ALARMS: f64 = 0.01;
/// Maximum number of alarms whose lines are printed.
const MAX_LINES: usize = 10;

/// The result, as `--json` prints it.
#[derive(Debug, Serialize)]
pub struct Anomalies {
    data: String,
    rows: usize,
    features: usize,
    task: TaskName,
    /// The requested rate of false alarms.
    false_alarms: f64,
    /// Number of known anomalies: examples whose label differs from that of the first example.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<usize>,
    learners: Vec<Watched>,
}

/// What a detector found.
#[derive(Debug, Serialize)]
struct Watched {
    learner: &'static str,
    variant: String,
    /// Number of examples beyond the threshold, and their share.
    alarms: usize,
    alarm_share: f64,
    /// Share of the known anomalies, and of the other examples, that raised an alarm.
    #[serde(skip_serializing_if = "Option::is_none")]
    detected: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    false_alarm_share: Option<f64>,
    /// Lines of the file at which the first alarms were raised.
    lines: Vec<u32>,
    state_bytes: usize,
    /// What firmware with this detector needs: variables and stack.
    ram_bytes: usize,
    flops_per_update: usize,
    update_ns: f64,
}

/// A detector and its result so far.
struct Watch {
    detector: Box<dyn Detector<f32>>,
    variant: String,
    ram_bytes: usize,
    alarms: [usize; 2],
    lines: Vec<u32>,
    /// Seconds spent in the current part of the stream; seconds per example of each earlier part.
    seconds: f64,
    times: Vec<f64>,
}

/// The rate of false alarms that the options ask for.
///
/// # Errors
/// [`Failure::Input`] for a rate that no threshold can achieve.
pub fn false_alarms(options: &Options) -> Result<f64, Failure> {
    let rate = options.false_alarms.unwrap_or(FALSE_ALARMS);
    if (1e-6..=0.25).contains(&rate) {
        return Ok(rate);
    }
    Err(Failure::Input(format!("--false-alarms {rate}: not a rate from 0.000001 to 0.25")))
}

/// Rejects the options of other tasks.
fn check(options: &Options) -> Result<(), Failure> {
    let others = [
        ("--holdout", options.holdout.is_some()),
        ("--export", options.export.is_some()),
        ("--board", options.board.is_some()),
        ("--tune", options.tune),
        ("--drift", options.drift),
        ("--rank", options.rank.is_some()),
        ("--learner", !options.learner.is_empty()),
    ];
    if let Some((flag, _)) = others.into_iter().find(|(_, given)| *given) {
        let line = format!("{flag}: not for anomalies, which have no target to learn");
        return Err(Failure::Input(line));
    }
    Ok(())
}

/// Runs the detectors over the stream, each example judged before it is learned; prints the result.
///
/// # Errors
/// [`Failure::Input`] for options of other tasks, for too many features, and if the file of predictions
/// cannot be written.
pub fn watch(
    data: &Examples,
    options: &Options,
    mut predictions: Option<Writer>,
) -> Result<(), Failure> {
    check(options)?;
    let rate = false_alarms(options)?;
    let mut watches = detectors(data, rate, options.budget)?;
    // A full disk must not keep the result from being printed.
    let mut saved = Ok(());
    if let Some(writer) = &mut predictions {
        let names =
            watches.iter().flat_map(|watch| [watch.variant.clone(), "threshold".to_owned()]);
        saved = writer.row(["line".to_owned()].into_iter().chain(names));
    }
    let mut counts = [0; 2];
    let part = timed_part(data.len());
    let mut cursor = data.cursor();
    for index in 0..data.len() {
        let line = data.lines[index];
        let class = usize::from(data.targets.get(index) == Some(Target::Class(1)));
        counts[class] += 1;
        let features = cursor.row(index)?;
        let mut cells = vec![line.to_string()];
        for watch in &mut watches {
            let verdict = watch.update(features, class, line);
            let verdict = verdict
                .map_err(|error| Failure::Input(format!("{}: line {line}: {error}", data.name)))?;
            cells.extend([verdict.score.to_string(), verdict.threshold.to_string()]);
        }
        if let Some(writer) = &mut predictions
            && saved.is_ok()
        {
            saved = writer.row(cells);
        }
        if (index + 1) % part == 0 || index + 1 == data.len() {
            watches.iter_mut().for_each(|watch| watch.part(index % part + 1));
        }
    }
    let result = Anomalies {
        data: data.name.clone(),
        rows: data.len(),
        features: data.features.len(),
        task: data.task,
        false_alarms: rate,
        known: (counts[1] > 0).then_some(counts[1]),
        learners: watches.into_iter().map(|watch| watch.result(counts)).collect(),
    };
    if options.json {
        console::json(&result)?;
    } else {
        result.print(data)?;
    }
    saved?;
    predictions.map_or(Ok(()), Writer::finish)
}

/// The detectors that support this many features and fit the budget.
fn detectors(data: &Examples, rate: f64, budget: Option<usize>) -> Result<Vec<Watch>, Failure> {
    let (features, rate) = (data.features.len(), rate as f32);
    let fits = |watch: &Watch| budget.is_none_or(|budget| watch.ram_bytes <= budget);
    let watch = |detector: Box<dyn Detector<f32>>, variant: String, numbers: usize| {
        let buffer_bytes = numbers * size_of::<f32>();
        let ram_bytes = ram_bytes_of(detector.state_bytes(), 1, buffer_bytes, data);
        Some(Watch::new(detector, variant, ram_bytes)).filter(fits)
    };
    let nearest = |slots: usize| {
        let configuration =
            NearestConfiguration { false_alarms: rate, slots, ..Default::default() };
        let detector = Nearest::<f32, FEATURES, 256>::new(features, configuration).ok()?;
        // An example and the metric, and the distances of all stored ones.
        watch(Box::new(detector), format!("nearest of {slots}"), 2 * features + slots)
    };
    let mahalanobis = || {
        let configuration = MahalanobisConfiguration { false_alarms: rate, ..Default::default() };
        let detector = Mahalanobis::<f32, SQUARED, { SQUARED + 1 }>::new(features, configuration);
        // The terms, and their products with the covariance.
        watch(Box::new(detector.ok()?), "mahalanobis".to_owned(), 2 * (features + 1))
    };
    let watches: Vec<_> =
        SLOTS.into_iter().find_map(nearest).into_iter().chain(mahalanobis()).collect();
    match (watches.is_empty(), budget) {
        (false, _) => Ok(watches),
        (true, Some(budget)) if features <= FEATURES => Err(Failure::Input(format!(
            "--budget {budget}: no detector of {} runs in so little RAM",
            counted(features, "feature")
        ))),
        (true, _) => Err(Failure::Input(format!(
            "{}: {features} features; a detector takes at most {FEATURES}",
            data.name
        ))),
    }
}

impl Watch {
    fn new(detector: Box<dyn Detector<f32>>, variant: String, ram_bytes: usize) -> Self {
        Self {
            detector,
            variant,
            ram_bytes,
            alarms: [0; 2],
            lines: Vec::new(),
            seconds: 0.0,
            times: Vec::new(),
        }
    }

    /// Judges an example, counts an alarm by its class, and learns it.
    fn update(&mut self, features: &[f32], class: usize, line: u32) -> Result<Verdict<f32>, Error> {
        let start = Instant::now();
        let verdict = self.detector.update(features)?;
        self.seconds += start.elapsed().as_secs_f64();
        if verdict.is_anomaly() {
            self.alarms[class] += 1;
            if self.lines.len() < MAX_LINES {
                self.lines.push(line);
            }
        }
        Ok(verdict)
    }

    /// Ends a separately timed part of this many examples.
    fn part(&mut self, examples: usize) {
        self.times.push(std::mem::take(&mut self.seconds) / examples as f64);
    }

    fn result(self, counts: [usize; 2]) -> Watched {
        let (total, alarms) = (counts[0] + counts[1], self.alarms[0] + self.alarms[1]);
        let share = |class: usize| self.alarms[class] as f64 / counts[class] as f64;
        let known = counts[1] > 0 && counts[0] > 0;
        Watched {
            learner: "anomaly",
            alarms,
            alarm_share: alarms as f64 / total as f64,
            detected: known.then(|| share(1)),
            false_alarm_share: known.then(|| share(0)),
            state_bytes: self.detector.state_bytes(),
            ram_bytes: self.ram_bytes,
            flops_per_update: self.detector.flops_per_update(),
            update_ns: 1e9 * shortest(&self.times),
            variant: self.variant,
            lines: self.lines,
        }
    }
}

impl Anomalies {
    fn print(&self, data: &Examples) -> Result<(), Failure> {
        console::line(format_args!(
            "fit, {}: {} of {}, anomalies at {} false alarms per example",
            self.data,
            counted(self.rows, "example"),
            counted(self.features, "feature"),
            self.false_alarms
        ))?;
        data.notes.iter().try_for_each(console::line)?;
        let mut header = vec!["anomaly", "alarms", "share"];
        if let Some(known) = self.known {
            console::line(format_args!("{known} examples have a label other than the first"))?;
            header.extend(["detected", "false alarms"]);
        }
        header.extend(["state, bytes", "RAM, bytes", "flops/update", "ns/update"]);
        let mut table = report::table(&header);
        for watched in &self.learners {
            let mut row = vec![watched.variant.clone(), watched.alarms.to_string()];
            row.push(format!("{:.4}", watched.alarm_share));
            let shares = [watched.detected, watched.false_alarm_share];
            row.extend(shares.into_iter().flatten().map(|share| format!("{share:.4}")));
            row.extend([watched.state_bytes, watched.ram_bytes].map(|bytes| bytes.to_string()));
            row.push(watched.flops_per_update.to_string());
            row.push(format!("{:.0}", watched.update_ns));
            table.add_row(row);
        }
        console::line(table)?;
        for Watched { variant, alarms, lines, .. } in &self.learners {
            let shown: Vec<_> = lines.iter().map(u32::to_string).collect();
            let more = if *alarms > lines.len() { " …" } else { "" };
            if !shown.is_empty() {
                console::line(format_args!("{variant}: lines {}{more}", shown.join(", ")))?;
            }
        }
        Ok(())
    }
}
