//! Runs an exported learner on a board and holds its predictions against the host's.

use super::examples::Examples;
use super::export::{self, Destination};
use super::model::Model;
use super::outcome::OnBoard;
use super::replay::Replay;
use super::table::Table;
use crate::bench::{Board, Counter, Image, Run, Toolchain, run};
use crate::{Failure, report};
use serde::Deserialize;
use situ::online::Target;
use std::path::{Path, PathBuf};

/// Stack and log beside the learner's state.
const REST_OF_RAM: u64 = 2048;

/// A line of the firmware's log.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Message {
    Class { predicted: usize },
    Value { predicted: u32 },
    Finish { updates: usize, counts: u64, counter: String, stack: u64 },
}

/// Where the firmware is written to be measured.
pub fn directory(board: &Board) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    here.join(report::directory()).join("fit").join(&board.id)
}

/// Exports, builds and runs the learner; none if its state is more than the board's RAM.
///
/// # Errors
/// [`Failure::Tool`] for a missing compiler or emulator; [`Failure::Check`] if the firmware does not
/// build, fails, or predicts anything else than the host.
pub fn measure(
    model: &Model,
    table: &Table,
    data: &Examples,
    board: &Board,
    to: &Destination,
) -> Result<Option<OnBoard>, Failure> {
    let state = model.state_bytes(data.shape()).unwrap_or(usize::MAX) as u64;
    if state.saturating_add(REST_OF_RAM) > board.ram.length {
        return Ok(None);
    }
    export::write(model, table, data, board, to)?;
    let elf = build(board, &to.directory)?;
    let bytes = std::fs::read(&elf)
        .map_err(|error| Failure::Input(format!("{}: {error}", elf.display())))?;
    let image = Image::read(&bytes)
        .map_err(|error| Failure::Check(format!("{}: {error}", elf.display())))?;
    let replay = Replay::new(table, data, board.flash.length)?;
    let expected = replay.predictions(model, data, to)?;

    let mut heard = Vec::new();
    let mut finish = None;
    run(board, &elf, &mut |line| {
        match serde_json::from_str(line) {
            Ok(Message::Class { predicted }) => heard.push(Target::Class(predicted)),
            Ok(Message::Value { predicted }) => {
                heard.push(Target::Value(f32::from_bits(predicted)));
            }
            Ok(Message::Finish { updates, counts, counter, stack }) => {
                finish = Some((updates, counts, counter, stack));
            }
            Err(_) => return Err(line.to_owned()),
        }
        Ok(())
    })?;
    let Some((updates, counts, counter, stack)) = finish else {
        return Err(Failure::Check(format!("{}: {} stopped early", board.id, model.name())));
    };
    let same = heard.iter().zip(&expected).filter(|(a, b)| alike(**a, **b)).count();
    if heard.len() != expected.len() || same != expected.len() || updates != expected.len() {
        return Err(Failure::Check(format!(
            "{}: {} predicts {same} of {} examples as the host does",
            board.id,
            model.name(),
            expected.len()
        )));
    }
    // Under `-icount shift=0` an instruction lasts a nanosecond, a tick 10⁹ / clock of them.
    let (counter, per_count) = match (&board.run, counter.as_str()) {
        (Run::Qemu(_), _) => (Counter::Instructions, 1e9 / board.clock_hz as f64),
        (Run::Probe(_), "cycles") => (Counter::Cycles, 1.0),
        (Run::Probe(_), _) => (Counter::Ticks, 1.0),
    };
    Ok(Some(OnBoard {
        id: board.id.clone(),
        counter: counter.to_string(),
        per_update: counts as f64 * per_count / updates as f64,
        ram_bytes: image.variable_bytes + stack,
        flash_bytes: image.flash_bytes,
        replayed: updates,
    }))
}

/// The same class; the same value to six digits.
fn alike(a: Target<f32>, b: Target<f32>) -> bool {
    match (a, b) {
        (Target::Value(a), Target::Value(b)) => (a - b).abs() <= 1e-6 * (1.0 + b.abs()),
        _ => a == b,
    }
}

/// Builds an exported crate; returns the ELF file's path.
fn build(board: &Board, directory: &Path) -> Result<PathBuf, Failure> {
    // Exports for one board share what they are built from.
    let target = directory.with_file_name("target");
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
