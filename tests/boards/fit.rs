//! Learners exported as firmware: they predict on the board what they predict on the host.

use crate::{situ, skipped};
use serde_json::Value;
use std::path::Path;
use std::sync::Mutex;

/// One at a time: exports for one board are built in one place.
static TURN: Mutex<()> = Mutex::new(());

/// Exit status of a command that misses a tool.
const TOOL_MISSING: i32 = 3;

/// Learns from the motion recordings on the emulated Cortex-M4; nothing if a tool is missing.
///
/// `fit` itself fails if one prediction of the board, each made before its example is learned, is not
/// the host's: the accuracies are equal.
fn motion_on_board(learner: &[&str]) -> Option<Value> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/basic-motions.csv");
    let _turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // Where a second run finds what the first one built.
    let output = situ(Path::new(env!("CARGO_TARGET_TMPDIR")))
        .arg("fit")
        .arg(data)
        .args(["--target", "activity", "--group", "recording", "--drop", "split"])
        .args(["--drop", "seconds", "--window", "20", "--hop", "10", "--shuffle", "0"])
        .args(["--board", "qemu-m4", "--json", "--learner"])
        .args(learner)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(TOOL_MISSING) {
        skipped(complaint.trim());
        return None;
    }
    assert!(output.status.success(), "{complaint}");
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    let board = run["learners"][0]["board"].clone();
    assert_eq!(board["id"], "qemu-m4");
    assert_eq!(board["counter"], "instructions");
    assert_eq!(board["replayed"], 720);
    Some(board)
}

#[test]
fn exported_motion_firmware_predicts_as_the_host() {
    let Some(board) = motion_on_board(&["hedge", "--budget", "16384"]) else { return };
    assert!(board["per_update"].as_f64().unwrap() > 1000.0, "{board}");
    assert!(board["ram_bytes"].as_u64().unwrap() < 32 * 1024, "{board}");
}

/// 720 steps of scales and shifts alone, of 256 units on weights that are nowhere stored.
#[test]
fn normalization_is_tuned_on_the_board_as_on_the_host() {
    let Some(board) = motion_on_board(&["normtune", "--budget", "4096"]) else { return };
    assert!(board["per_update"].as_f64().unwrap() < 200_000.0, "{board}");
    assert!(board["ram_bytes"].as_u64().unwrap() < 12 * 1024, "{board}");
}
