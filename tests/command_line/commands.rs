//! The commands in README and the guide do what they say: each is run here, or by the test that is named here.

use crate::documented::pages;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How commands begin that another test runs, and where it is.
const ELSEWHERE: [(&str, &str); 20] = [
    ("cargo test", ".ci/run"),
    ("cargo bench", "benches/Cargo.toml"),
    (".ci/run", ".ci/run"),
    ("SITU_ACCEPT=1 cargo test", ".ci/run"),
    ("SITU_SEEDS=1-10 cargo test", "tests/claims/main.rs"),
    ("cargo run --release -p situ --example", ".ci/run"),
    ("cargo install --path host", ".ci/run"),
    ("mkdir ", ".ci/run"),
    ("cd firmware/learner && cargo run --release", "tests/boards/fit.rs"),
    ("cd my-learner && cargo run --release", "tests/boards/fit.rs"),
    ("cd learner", "tests/boards/c.rs"),
    ("make check", "tests/boards/c.rs"),
    ("cargo run --release -- bench --board qemu", "tests/boards/suite.rs"),
    ("situ fit host/data/basic-motions.csv", "tests/command_line/learners.rs"),
    ("cargo run --release -- compare before.json", "tests/command_line/compare.rs"),
    (
        "cargo run --release -- compare firmware/reference/qemu-m4.json rv32imac.json",
        "tests/boards/suite.rs",
    ),
    ("situ reproduce --full --shard", "tests/command_line/shards.rs"),
    ("situ merge", "tests/command_line/shards.rs"),
    ("sudo apt-get", ".ci/run"),
    ("pip install", ".ci/run"),
];

/// How commands begin that want a probe and a board.
const UNTRIED: [&str; 4] = [
    "cargo install probe-rs-tools",
    "probe-rs ",
    "cargo run --release -- bench --board nrf52840-dk",
    "cargo run --release -- bench --board esp32-c6",
];

/// The lines of the blocks of commands on a page, without prompts and comments.
fn lines(text: &str) -> Vec<&str> {
    let (mut commands, mut block) = (Vec::new(), "");
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(language) if block.is_empty() => {
                block = if language.is_empty() { "text" } else { language }
            }
            Some(_) => block = "",
            None if matches!(block, "sh" | "console") => {
                let line = line.split("  #").next().unwrap_or(line);
                commands.push(line.trim_start_matches("$ ").trim());
            }
            None => (),
        }
    }
    commands.retain(|line| !line.is_empty());
    commands
}

/// A clone as the commands see it: what the repository has, and a recording of eight people.
fn clone(directory: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    for folder in ["core", "host", "firmware"] {
        std::os::unix::fs::symlink(root.join(folder), directory.join(folder)).unwrap();
    }
    let text = std::fs::read_to_string(root.join("host/data/basic-motions.csv")).unwrap();
    // Without the columns that the commands would have to leave out, and every tenth recording.
    let heading = text.lines().next().unwrap().split(',');
    let dropped: Vec<_> = heading.map(|name| ["split", "seconds"].contains(&name)).collect();
    let kept = |line: &str| {
        let cells = line.split(',').zip(&dropped).filter(|(_, dropped)| !**dropped);
        cells.map(|(cell, _)| cell).collect::<Vec<_>>().join(",") + "\n"
    };
    let rows = text.lines().enumerate().filter(|(row, _)| *row == 0 || (row - 1) / 100 % 10 == 0);
    let readings: String = rows.map(|(_, line)| kept(line)).collect();
    std::fs::write(directory.join("readings.csv"), readings).unwrap();
}

/// Runs a line in a shell that finds `situ` and has a home of its own. What follows a pipe is left out.
fn run(line: &str, directory: &Path) -> Option<String> {
    // Each page exports to a directory that is not there yet.
    for export in ["my-learner", "learner"] {
        let _ = std::fs::remove_dir_all(directory.join(export));
    }
    let line = line.replace("cargo run --release --", "situ");
    let line = line.split(" | ").next().unwrap_or_default();
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_situ"));
    let path = format!("{}:/usr/bin:/bin", folder.parent().unwrap().display());
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(directory)
        .envs([("PATH", path.as_str()), ("HOME", &directory.display().to_string())])
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| format!("{line}: {complaint}"))
}

#[test]
fn every_documented_command_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let directory = tempfile::tempdir().unwrap();
    clone(directory.path());
    std::fs::create_dir_all(directory.path().join(".local/share/bash-completion/completions"))
        .unwrap();
    let mut known = std::collections::BTreeSet::new();
    let (mut problems, mut ran) = (Vec::new(), 0);
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for line in lines(&text) {
            if !known.insert(line.to_owned()) || UNTRIED.iter().any(|start| line.starts_with(start))
            {
                continue;
            }
            if let Some((_, place)) = ELSEWHERE.iter().find(|(start, _)| line.starts_with(start)) {
                assert!(root.join(place).exists(), "{place}");
            } else if line == "cargo run --release" {
                // `.ci/run readme`: minutes.
            } else if line.starts_with("situ ") || line.starts_with("cargo run --release -- ") {
                problems.extend(run(line, directory.path()));
                ran += 1;
            } else {
                problems.push(format!("{}: no test is known to run: {line}", page.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(ran >= 12, "{ran} commands were run");
}
