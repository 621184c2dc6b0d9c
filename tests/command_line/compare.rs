//! `situ compare` on saved runs and on the peers' file.

use crate::situ;
use predicates::prelude::*;
use predicates::str::{contains, is_match};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../firmware/peers/cortex-m.csv");

/// Saves a run with these counts of products and returns its path.
fn run(directory: &Path, file: &str, counter: &str, products: &[(u64, f64)]) -> PathBuf {
    let row = |(size, count): &(u64, f64)| {
        json!({
            "name": "product", "size": size, "scalar": "f32", "count_min": count,
            "count_median": count, "count_max": count, "calls": 1, "text_bytes": 0,
            "state_bytes": 0, "stack_bytes": 0, "max_error": 0.0, "checksum": 0,
        })
    };
    let results: Vec<Value> = products.iter().map(row).collect();
    let run = json!({
        "board": "qemu-m4", "core": "cortex-m4", "target": "thumbv7em-none-eabihf",
        "clock_hz": 25_000_000, "counter": counter, "rustc": "", "flags": "", "commit": null,
        "flash_bytes": 0, "ram_bytes": 0, "results": results,
    });
    let path = directory.join(file);
    std::fs::write(&path, run.to_string()).unwrap();
    path
}

#[test]
fn ratios_and_their_geometric_mean() {
    let directory = tempfile::tempdir().unwrap();
    let before = run(directory.path(), "before.json", "instructions", &[(4, 100.0), (8, 100.0)]);
    let after = run(directory.path(), "after.json", "instructions", &[(8, 50.0), (4, 200.0)]);
    let output =
        situ(directory.path()).arg("compare").args([before, after]).arg("--json").output().unwrap();
    let comparison: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(comparison["rows"][0]["ratios"][0].as_f64(), Some(2.0));
    assert_eq!(comparison["rows"][1]["ratios"][0].as_f64(), Some(0.5));
    let mean = comparison["columns"][0]["geometric_mean"].as_f64().unwrap();
    assert!((mean - 1.0).abs() < 1e-12);
}

#[test]
fn a_row_over_the_limit_fails_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let before = run(directory.path(), "before.json", "instructions", &[(4, 100.0), (8, 1000.0)]);
    let after = run(directory.path(), "after.json", "instructions", &[(4, 105.0), (8, 1051.0)]);
    let limited = |percent: &str| {
        let mut command = situ(directory.path());
        command.arg("compare").args([&before, &after]).args(["--fail-over", percent]).assert()
    };
    limited("5.2").success();
    let named = contains("product 8 f32 +5.1 %").and(contains("product 4").not());
    limited("5").code(1).stderr(named);
}

#[test]
fn peers_of_the_same_core_stand_beside_a_run() {
    let directory = tempfile::tempdir().unwrap();
    let mine = run(directory.path(), "mine.json", "instructions", &[(16, 11_896.0)]);
    let output =
        situ(directory.path()).arg("compare").arg(mine).args([PEERS, "--json"]).output().unwrap();
    let comparison: Value = serde_json::from_slice(&output.stdout).unwrap();
    let columns = comparison["columns"].as_array().unwrap();
    let cmsis = columns.iter().position(|c| c["label"] == "CMSIS-DSP").unwrap();
    // 23,792 instructions on cortex-m4, twice the run's.
    assert_eq!(comparison["rows"][0]["counts"][cmsis].as_f64(), Some(23_792.0));
    assert_eq!(comparison["rows"][0]["ratios"][cmsis].as_f64(), Some(2.0));
}

#[test]
fn cycles_are_not_compared_with_instructions() {
    let directory = tempfile::tempdir().unwrap();
    let emulated = run(directory.path(), "emulated.json", "instructions", &[(4, 100.0)]);
    let real = run(directory.path(), "real.json", "cycles", &[(4, 150.0)]);
    situ(directory.path())
        .arg("compare")
        .args([emulated, real])
        .assert()
        .code(2)
        .stderr(contains("real.json counts cycles"));
}

#[test]
fn a_damaged_file_is_named_with_line_and_column() {
    let directory = tempfile::tempdir().unwrap();
    let good = run(directory.path(), "good.json", "instructions", &[(4, 100.0)]);
    let bad = directory.path().join("bad.json");
    std::fs::write(&bad, "{\n  \"board\": 7\n}\n").unwrap();
    situ(directory.path())
        .arg("compare")
        .args([good, bad])
        .assert()
        .code(2)
        .stderr(is_match("^situ: [^\n]*bad.json:2:12: [^\n]*\n$").unwrap());
}

#[test]
fn one_file_is_not_enough() {
    let directory = tempfile::tempdir().unwrap();
    situ(directory.path()).args(["compare", "only.json"]).assert().code(2).stdout("");
}
