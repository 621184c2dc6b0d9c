//! `situ compare` on saved runs and on the peers' file.

use crate::{Folder, situ};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../firmware/peers/cortex-m.csv");

/// Saves a run with these counts of products.
fn run(directory: &Folder, file: &str, counter: &str, products: &[(u64, f64)]) {
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
    directory.write(file, run.to_string());
}

#[test]
fn ratios_and_their_geometric_mean() {
    let directory = Folder::new();
    run(&directory, "before.json", "instructions", &[(4, 100.0), (8, 100.0)]);
    run(&directory, "after.json", "instructions", &[(8, 50.0), (4, 200.0)]);
    let comparison = directory.json(&["compare", "before.json", "after.json", "--json"]);
    assert_eq!(comparison["rows"][0]["ratios"][0].as_f64(), Some(2.0));
    assert_eq!(comparison["rows"][1]["ratios"][0].as_f64(), Some(0.5));
    let mean = comparison["columns"][0]["geometric_mean"].as_f64().unwrap();
    assert!((mean - 1.0).abs() < 1e-12);
}

/// The gate on estimated cycles, and a file without any.
#[test]
fn estimated_cycles_are_compared_on_request() {
    let directory = Folder::new();
    let estimated = |file, cycles: f64| {
        run(&directory, file, "instructions", &[(4, 100.0)]);
        let mut run: Value = serde_json::from_str(&directory.read(file)).unwrap();
        run["results"][0]["cycles_estimate"] = json!(cycles);
        directory.write(file, run.to_string());
    };
    estimated("before.json", 200.0);
    estimated("after.json", 220.0);
    let compare = |before: &str, arguments: &[&str]| {
        let files = ["compare", before, "after.json", "--fail-over", "5"];
        directory.situ(&[&files[..], arguments].concat())
    };
    compare("before.json", &[]).success();
    let named = contains("product 4 f32 +10.0 %");
    compare("before.json", &["--estimate"])
        .code(1)
        .stdout(contains("estimated cycles"))
        .stderr(named);
    run(&directory, "without.json", "instructions", &[(4, 100.0)]);
    let named = contains("no cycles are estimated for the row product 4 f32");
    compare("without.json", &["--estimate"]).code(2).stderr(named);
}

#[test]
fn a_row_over_the_limit_fails_by_name() {
    let directory = Folder::new();
    run(&directory, "before.json", "instructions", &[(4, 100.0), (8, 1000.0)]);
    run(&directory, "after.json", "instructions", &[(4, 105.0), (8, 1051.0)]);
    let limited = |percent: &str| {
        directory.situ(&["compare", "before.json", "after.json", "--fail-over", percent])
    };
    limited("5.2").success();
    let named = contains("product 8 f32 +5.1 %").and(contains("product 4").not());
    limited("5").code(1).stderr(named);
}

#[test]
fn peers_of_the_same_core_stand_beside_a_run() {
    let directory = Folder::new();
    run(&directory, "mine.json", "instructions", &[(16, 11_896.0)]);
    let comparison = directory.json(&["compare", "mine.json", PEERS, "--json"]);
    let columns = comparison["columns"].as_array().unwrap();
    let cmsis = columns.iter().position(|c| c["label"] == "CMSIS-DSP").unwrap();
    // 23,792 instructions on cortex-m4, twice the run's.
    assert_eq!(comparison["rows"][0]["counts"][cmsis].as_f64(), Some(23_792.0));
    assert_eq!(comparison["rows"][0]["ratios"][cmsis].as_f64(), Some(2.0));
}

#[test]
fn cycles_are_not_compared_with_instructions() {
    let directory = Folder::new();
    run(&directory, "emulated.json", "instructions", &[(4, 100.0)]);
    run(&directory, "real.json", "cycles", &[(4, 150.0)]);
    directory.refuses(&["compare", "emulated.json", "real.json"], &["real.json counts cycles"]);
}

#[test]
fn a_damaged_file_is_named_with_line_and_column() {
    let directory = Folder::new();
    run(&directory, "good.json", "instructions", &[(4, 100.0)]);
    directory.write("bad.json", "{\n  \"board\": 7\n}\n");
    directory.refuses(&["compare", "good.json", "bad.json"], &["bad.json:2:12: "]);
}

#[test]
fn one_file_is_not_enough() {
    Folder::new().situ(&["compare", "only.json"]).code(2).stdout("");
}

/// A file of `tests/command_line/compare`: small runs of three rows, each wrong in its own way.
fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/command_line/compare").join(name)
}

/// `situ compare a.json NAME`, with more arguments.
fn against(name: &str, more: &[&str]) -> assert_cmd::assert::Assert {
    let directory = Folder::new();
    situ(&directory).arg("compare").args([stored("a.json"), stored(name)]).args(more).assert()
}

#[test]
fn rows_that_vanish_fail() {
    let named = contains("missing in").and(contains("inverse 4 f32"));
    against("missing.json", &["--fail-over", "5"]).code(1).stderr(named);
    // Without a limit they are named.
    against("missing.json", &[])
        .success()
        .stdout(contains("only in").and(contains("inverse 4 f32")));
    against("disjoint.json", &[]).code(2).stderr(contains("no row of"));
    against("empty.json", &["--fail-over", "5"]).code(2).stderr(contains("no row of"));
}

#[test]
fn rows_that_double_are_refused() {
    against("dup.json", &[]).code(2).stderr(contains("dot 4 f32 appears twice"));
}

#[test]
fn faster_rows_do_not_hide_slower_ones() {
    against("worse.json", &["--fail-over", "5"]).code(1).stderr(contains("inverse 4 f32 +6.0 %"));
    against("swap.json", &["--fail-over", "5"]).code(1).stderr(contains("inverse 4 f32 +6.0 %"));
}

/// The row `zero` costs nothing in either file: it was not measured, and no ratio tells.
#[test]
fn counts_that_are_not_positive_fail() {
    let named = contains("no positive count in").and(contains("zero 4 f32"));
    against("worse.json", &["--fail-over", "5"]).code(1).stderr(named);
}

#[test]
fn unlike_cores_are_warned_of() {
    let warned = contains("warning: ").and(contains("cortex-m7")).and(contains("not cores"));
    against("m7.json", &[]).success().stdout(warned);
}

#[test]
fn other_bits_and_larger_errors_fail() {
    let directory = Folder::new();
    run(&directory, "before.json", "instructions", &[(4, 100.0), (8, 100.0)]);
    let text = directory.read("before.json");
    for (from, to, complaint) in [
        ("\"checksum\":0", "\"checksum\":1", "product 4 f32 (different bits)"),
        ("\"max_error\":0.0", "\"max_error\":1e-3", "product 4 f32 (error 1.0e-3, was 0.0e0)"),
    ] {
        directory.write("after.json", text.replacen(from, to, 1));
        let compare = ["compare", "before.json", "after.json", "--fail-over", "5"];
        directory.situ(&compare[..3]).success();
        directory.situ(&compare).code(1).stderr(contains(complaint));
    }
}
