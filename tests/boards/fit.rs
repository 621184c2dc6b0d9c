//! Learners exported as firmware: they predict on the board what they predict on the host.

use crate::skipped;
use serde_json::Value;
use situ_tests::situ;
use std::path::Path;

/// Exit status of a command that misses a tool.
const TOOL_MISSING: i32 = 3;

#[test]
fn exported_motion_firmware_predicts_as_the_host() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/data/basic-motions.csv");
    let directory = tempfile::tempdir().unwrap();
    // `fit` itself fails if one of the replayed predictions differs.
    let output = situ(directory.path())
        .arg("fit")
        .arg(data)
        .args(["--target", "activity", "--group", "recording", "--drop", "split"])
        .args(["--drop", "seconds", "--window", "20", "--hop", "10", "--shuffle", "0"])
        .args(["--learner", "hedge", "--budget", "16384", "--board", "qemu-m4", "--json"])
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(TOOL_MISSING) {
        skipped(complaint.trim());
        return;
    }
    assert!(output.status.success(), "{complaint}");
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    let board = &run["learners"][0]["board"];
    assert_eq!(board["id"], "qemu-m4");
    assert_eq!(board["counter"], "instructions");
    assert_eq!(board["replayed"], 720);
    assert!(board["per_update"].as_f64().unwrap() > 1000.0, "{board}");
    assert!(board["ram_bytes"].as_u64().unwrap() < 32 * 1024, "{board}");
}
