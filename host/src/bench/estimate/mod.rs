//! An estimate of cycles, for emulated boards with a core whose timing Arm publishes.
//!
//! A second run of the same image executes each row twice while QEMU logs every block that it translates
//! and executes. The executed mix of instructions, with the manual's cycles, stalls and taken branches,
//! gives the cycles per instruction of the row's last call; multiplied by the count, this is the estimate.
//! None of it was measured on a chip: caches, flash wait states and bus contention are missing.

mod thumb;
mod timing;
mod trace;

use super::{Board, Row, Run, runner};
use crate::Failure;
use std::collections::HashMap;
use std::path::Path;
use timing::Timing;
use trace::Trace;

/// Estimates the cycles of every row. Returns the source of the timing; `Err` says why there is no
/// estimate.
///
/// # Errors
/// The outer error: QEMU fails.
pub fn estimate(
    board: &Board,
    elf: &Path,
    rows: &mut [Row],
) -> Result<Result<&'static str, String>, Failure> {
    let Run::Qemu(_) = &board.run else {
        return Ok(Err("no estimate: the chip itself was measured".to_owned()));
    };
    let Some(timing) = Timing::of(&board.core) else {
        let core = &board.core;
        return Ok(Err(format!(
            "no estimate of cycles: no table of timings is published for {core}"
        )));
    };
    let mut trace = Trace::new(timing, rows.iter().map(|row| row.entry));
    runner::trace(board, elf, &mut |line| trace.line(line))?;
    let mut seen: HashMap<u64, usize> = HashMap::new();
    for row in rows {
        let entry = row.entry & !1;
        // The compiler may use one function for several rows, each of which calls it twice.
        let call = seen.entry(entry).or_default();
        *call += 2;
        let cost = trace.calls.get(&entry).and_then(|calls| calls.get(*call - 1));
        row.cycles_estimate = cost.filter(|cost| cost.instructions > 0).map(|cost| {
            let per_instruction = cost.cycles as f64 / cost.instructions as f64;
            (row.count_median * per_instruction * 10.0).round() / 10.0
        });
    }
    Ok(Ok(timing.source))
}
