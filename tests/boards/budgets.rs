//! Flash, variables and stack of every image that a test runs, within 10 % of `firmware/budgets.csv`; of an
//! image for a chip, which no test runs, flash and variables. The images that no other test builds are
//! built by name: `.ci/run budgets`.
//!
//! `SITU_ACCEPT=1` adds the line of an image that has none; without, its bytes are printed.

use crate::{fit, required, skipped, suite};
use situ_host::bench::{Board, Image, Run, Toolchain};
use std::io::Write;
use std::path::Path;

/// What an image may exceed its budget by.
const MARGIN: f64 = 1.1;

/// Checks the bytes of flash, variables and stack of an image on a board.
pub fn check(image: &str, board: &str, [flash, ram, stack]: [u64; 3]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware/budgets.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let measured = [flash, ram - stack, stack];
    let line = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let mut budget =
        line.filter(|cells| cells[..2] == [image, board]).map(|cells| cells[2..].to_vec());
    let Some(budget) = budget.next_back() else {
        let [flash, ram, stack] = measured;
        let line = format!("{image},{board},{flash},{ram},{stack}\n");
        if std::env::var_os("SITU_ACCEPT").is_none() {
            println!("no line in firmware/budgets.csv: {line}");
            return;
        }
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
        return;
    };
    for ((what, bytes), budget) in ["flash", ".bss", "stack"].iter().zip(measured).zip(budget) {
        let budget: f64 = budget.parse().unwrap();
        let within = bytes as f64 <= MARGIN * budget;
        assert!(within, "{image} on {board}: {bytes} bytes of {what}, budget {budget} and 10 %");
    }
}

/// Every learner, exported for speed and for size, learns from the motion recordings on the Cortex-M4.
#[test]
fn every_exported_learner_is_within_its_budget() {
    if !required() {
        return;
    }
    for learner in situ_host::fit::NAMES {
        for level in ["3", "s"] {
            // `fitted` checks the budget, and the stack of creation.
            fit::fitted("qemu-m4", &[learner], level);
        }
    }
}

/// The suite for each chip: what is linked, and no stack, which only a run measures.
#[test]
#[ignore = "minutes: .ci/run budgets"]
fn every_image_for_a_chip_is_within_its_budget() {
    let _turn = suite::OTHERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut boards = Board::all().unwrap();
    boards.retain(|board| matches!(board.run, Run::Probe(_)));
    assert!(boards.len() > 5, "{} boards", boards.len());
    for board in boards {
        match Toolchain::find(&board.target) {
            Ok(toolchain) => check_linked(&board.id, &toolchain.build(&board, "").unwrap()),
            Err(failure) => skipped(&failure.to_string()),
        }
    }
}

/// Checks what is linked into the suite's image for a chip.
pub fn check_linked(board: &str, elf: &Path) {
    let image = Image::read(&std::fs::read(elf).unwrap()).unwrap();
    check("suite", board, [image.flash_bytes, image.variable_bytes, 0]);
}
