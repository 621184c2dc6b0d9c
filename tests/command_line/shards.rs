//! A reproduction in parts, and what they are merged into.

use crate::situ;
use predicates::str::{contains, is_match};
use serde_json::Value;
use std::path::Path;

/// Two systems of the quick mode.
const SYSTEMS: [&str; 2] = ["newton", "policy-gradient"];

/// The JSON of a run, without the times.
fn run(directory: &Path, arguments: &[&str]) -> (Value, Vec<u8>) {
    let mut command = situ(directory);
    command.args(arguments).arg("--json");
    let bytes = command.assert().success().get_output().stdout.clone();
    let mut run: Value = serde_json::from_slice(&bytes).unwrap();
    for system in run["systems"].as_array_mut().unwrap() {
        system.as_object_mut().unwrap().remove("seconds").unwrap();
    }
    (run, bytes)
}

/// To the bit the run of one machine; the files may come in any order, and parts of another seed or
/// missing ones are refused.
#[test]
fn parts_are_the_whole() {
    let directory = tempfile::tempdir().unwrap();
    let part = |number: &str, seed: &str, name: &str| {
        let shard = ["--seed", seed, "--shard", number];
        let (_, bytes) = run(directory.path(), &[&["reproduce"], &SYSTEMS[..], &shard].concat());
        std::fs::write(directory.path().join(name), bytes).unwrap();
    };
    part("1/2", "7", "one.json");
    part("2/2", "7", "two.json");
    let results = directory.path().join("target/situ/reproduce.json");
    assert!(!results.exists(), "the report is drawn from whole runs");
    let (merged, _) = run(directory.path(), &["merge", "two.json", "one.json"]);
    assert!(results.exists());
    let whole = [&["reproduce"], &SYSTEMS[..], &["--seed", "7"]].concat();
    let (whole, _) = run(directory.path(), &whole);
    assert_eq!(merged, whole);

    let refused = |files: &[&str], line: &str| {
        let mut command = situ(directory.path());
        command.arg("merge").args(files).assert().code(2).stdout("").stderr(contains(line));
    };
    refused(&["one.json"], "missing parts: 2/2");
    refused(&["one.json", "one.json"], "one.json: part 1 again, after one.json");
    part("1/2", "8", "other.json");
    refused(&["two.json", "other.json"], "other.json: another seed than two.json");
}

#[test]
fn what_is_no_part_is_refused_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str], line: &str| {
        let mut command = situ(directory.path());
        command.args(arguments).assert().code(2).stdout("").stderr(is_match(line).unwrap());
    };
    refused(&["reproduce", "--shard", "3/2", "--json"], "^situ: [^\n]*3/2[^\n]*K from 1 to N\n$");
    refused(&["reproduce", "--shard", "1/2"], "^situ: [^\n]*--json[^\n]*\n$");
    refused(&["merge"], "^situ: [^\n]*FILE[^\n]*\n$");
    refused(&["merge", "nowhere.json"], "^situ: nowhere.json: [^\n]*\n$");
    std::fs::write(directory.path().join("text.json"), "no JSON").unwrap();
    refused(&["merge", "text.json"], "^situ: text.json: [^\n]*\n$");
}
