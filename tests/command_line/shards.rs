//! A reproduction in parts, and what they are merged into.

use crate::{Folder, situ};
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
    let directory = Folder::new();
    let part = |number: &str, seed: &str, name: &str| {
        let shard = ["--seed", seed, "--shard", number];
        let (_, bytes) = run(&directory, &[&["reproduce"], &SYSTEMS[..], &shard].concat());
        directory.write(name, bytes);
    };
    part("1/2", "7", "one.json");
    part("2/2", "7", "two.json");
    let results = directory.join("target/situ/reproduce.json");
    assert!(!results.exists(), "the report is drawn from whole runs");
    let (merged, _) = run(&directory, &["merge", "two.json", "one.json"]);
    assert!(results.exists());
    let whole = [&["reproduce"], &SYSTEMS[..], &["--seed", "7"]].concat();
    let (whole, _) = run(&directory, &whole);
    assert_eq!(merged, whole);

    directory.refuses(&["merge", "one.json"], &["missing parts: 2/2"]);
    directory
        .refuses(&["merge", "one.json", "one.json"], &["one.json: part 1 again, after one.json"]);
    part("1/2", "8", "other.json");
    directory
        .refuses(&["merge", "two.json", "other.json"], &["other.json: another seed than two.json"]);
}

#[test]
fn what_is_no_part_is_refused_in_one_line() {
    let directory = Folder::with("text.json", "no JSON");
    directory.refuses(&["reproduce", "--shard", "3/2", "--json"], &["3/2", "K from 1 to N\n"]);
    directory.refuses(&["reproduce", "--shard", "1/2"], &["--json"]);
    directory.refuses(&["merge"], &["FILE"]);
    directory.refuses(&["merge", "nowhere.json"], &["situ: nowhere.json: "]);
    directory.refuses(&["merge", "text.json"], &["situ: text.json: "]);
}
