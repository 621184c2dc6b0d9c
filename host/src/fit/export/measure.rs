//! Runs an exported learner on a board and compares its predictions with the host's.

use super::destination::Destination;
use super::firmware::{Export, ram_bytes, write};
use super::recording::{Expected, Recording};
use crate::bench::{Board, Image, Source, Toolchain, firmware, run};
use crate::fit::examples::Examples;
use crate::fit::model::Model;
use crate::fit::outcome::OnBoard;
use crate::fit::table::Table;
use crate::{Failure, report};
use serde::Deserialize;
use situ::online::Target;
use std::path::{Path, PathBuf};

/// A line of the firmware's log.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Message {
    Class(usize),
    Value(u32),
    Finish(Finish),
}

/// The end of the log.
#[derive(Debug, Deserialize)]
struct Finish {
    /// Number of calls, and the sums of their counts.
    predictions: usize,
    predicting: u64,
    updates: usize,
    learning: u64,
    /// Examples that the learner refused, samples skipped because a channel was not finite, and
    /// samples lost because the queue was full.
    refused: u32,
    skipped: u32,
    lost: u32,
    counter: Source,
    /// Maximum stack up to the creation of the model, and of the whole run.
    begun: u64,
    stack: u64,
}

/// The log of a whole run.
struct Heard {
    predictions: Vec<Target<f32>>,
    finish: Finish,
}

/// The directory of the export to measure.
fn directory(board: &Board) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    here.join(report::directory()).join("fit").join(&board.id)
}

/// Exports, builds and runs the learner; `None` if it exceeds the board's RAM.
///
/// # Errors
/// [`Failure::Tool`] for a missing compiler or emulator; [`Failure::Check`] if the firmware does not
/// build, fails, or predicts anything different from the host.
pub fn measure(
    model: &Model,
    table: &Table,
    data: &Examples,
    board: &Board,
) -> Result<Option<OnBoard>, Failure> {
    if ram_bytes(model, data).is_none_or(|bytes| bytes as u64 > board.ram.length) {
        return Ok(None);
    }
    let to = Destination::new(directory(board), true)?;
    write(&Export { model, table, data, board, state: None }, &to)?;
    let elf = build(board, to.directory())?;
    let bytes = std::fs::read(&elf)
        .map_err(|error| Failure::Input(format!("{}: {error}", elf.display())))?;
    let image = Image::read(&bytes)
        .map_err(|error| Failure::Check(format!("{}: {error}", elf.display())))?;
    let recording = Recording::new(table, data, board.flash.length)?;
    let expected = recording.expected(model, data, None)?;
    let Heard { predictions, finish } = hear(board, &elf, model)?;
    check(board, model, &predictions, &expected, &finish)?;
    let (counter, per_count) = finish.counter.unit(board).map_err(Failure::Check)?;
    Ok(Some(OnBoard {
        id: board.id.clone(),
        counter,
        per_update: finish.learning as f64 * per_count / finish.updates as f64,
        per_predict: finish.predicting as f64 * per_count / finish.predictions as f64,
        ram_bytes: image.variable_bytes + finish.stack,
        begin_stack_bytes: finish.begun,
        stack_bytes: finish.stack,
        flash_bytes: image.flash_bytes - recording.bytes().len() as u64,
        replayed: finish.predictions,
    }))
}

/// Runs the image and reads its log.
fn hear(board: &Board, elf: &Path, model: &Model) -> Result<Heard, Failure> {
    let mut predictions = Vec::new();
    let mut finish = None;
    run(board, elf, &mut |line| {
        match serde_json::from_str(line) {
            Ok(Message::Class(class)) => predictions.push(Target::Class(class)),
            Ok(Message::Value(bits)) => predictions.push(Target::Value(f32::from_bits(bits))),
            Ok(Message::Finish(end)) => finish = Some(end),
            Err(_) => return Err(line.to_owned()),
        }
        Ok(())
    })?;
    let finish = finish
        .ok_or_else(|| Failure::Check(format!("{}: {} stopped early", board.id, model.name())))?;
    Ok(Heard { predictions, finish })
}

/// Compares the board's predictions with the host's.
fn check(
    board: &Board,
    model: &Model,
    predictions: &[Target<f32>],
    expected: &Expected,
    finish: &Finish,
) -> Result<(), Failure> {
    let fail =
        |problem: String| Err(Failure::Check(format!("{}: {} {problem}", board.id, model.name())));
    let Finish { refused, skipped, lost, .. } = finish;
    if refused + skipped + lost > 0 {
        return fail(format!(
            "refused {refused} examples, skipped {skipped} samples and lost {lost}"
        ));
    }
    let Expected { predictions: expected, updates } = expected;
    let same = predictions.iter().zip(expected).filter(|(a, b)| alike(**a, **b)).count();
    let counts = [predictions.len(), same, finish.predictions];
    if counts.iter().any(|count| *count != expected.len()) || finish.updates != *updates {
        return fail(format!("predicts {same} of {} examples as the host does", expected.len()));
    }
    Ok(())
}

/// Whether two predictions are the same class, or the same value to six digits.
fn alike(a: Target<f32>, b: Target<f32>) -> bool {
    match (a, b) {
        (Target::Value(a), Target::Value(b)) => (a - b).abs() <= 1e-6 * (1.0 + b.abs()),
        _ => a == b,
    }
}

/// Builds an exported crate; returns the ELF file's path.
fn build(board: &Board, directory: &Path) -> Result<PathBuf, Failure> {
    // Shared with the suite, so that dependencies and `core` are built once.
    let target = firmware()?.join("target");
    let cpu = format!("-Ctarget-cpu={}", board.core);
    let mut cargo = Toolchain::find(&board.target)?.cargo("build", &board.target, &[&cpu]);
    cargo.current_dir(directory).arg("--target-dir").arg(&target);
    let status = cargo.status().map_err(|error| Failure::Tool(format!("cargo: {error}")))?;
    if !status.success() {
        return Err(Failure::Check(format!(
            "the firmware in {} does not build for {}",
            directory.display(),
            board.id
        )));
    }
    Ok(target.join(&board.target).join("release").join("learner"))
}
