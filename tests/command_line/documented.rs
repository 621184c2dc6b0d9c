//! The commands in README and docs are commands that exist.

use crate::command::situ;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a documented command begins with.
const STARTS: [&str; 2] = ["situ ", "cargo run --release -- "];

/// README, CONTRIBUTING and the guide.
pub fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}

/// The commands of a page: in code spans, and in lines of code blocks.
fn commands(text: &str) -> Vec<&str> {
    let mut block = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            block = !block;
            continue;
        }
        let pieces: Vec<&str> =
            if block { vec![line] } else { line.split('`').skip(1).step_by(2).collect() };
        for piece in pieces {
            let piece = piece.trim_start_matches(['$', ' ']);
            found.extend(STARTS.iter().find_map(|start| piece.strip_prefix(start)));
        }
    }
    found
}

/// What `situ` prints for these arguments.
fn printed(arguments: &[&str]) -> String {
    let output = situ(&std::env::temp_dir()).args(arguments).output().expect("situ runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Commands and options of features that the tests are built without.
const FEATURES: [&str; 2] = ["train", "--model"];

/// What a documented command has that `situ` has not.
fn unknown(command: &str, helps: &mut BTreeMap<String, String>) -> Option<String> {
    // A comment ends it.
    let command = command.split(" #").next().unwrap_or(command);
    let mut words = command.split_whitespace();
    let name = words.next().filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))?;
    let overview = helps.entry(String::new()).or_insert_with(|| printed(&["--help"]));
    if FEATURES.contains(&name) {
        return None;
    }
    if !overview.lines().any(|line| line.trim_start().starts_with(name)) {
        return Some(format!("command {name}"));
    }
    let help = helps.entry(name.to_owned()).or_insert_with(|| printed(&[name, "--help"]));
    words
        .filter(|word| word.starts_with("--"))
        .map(|word| word.trim_end_matches([',', ';', '.', ')']))
        .find(|option| !FEATURES.contains(option) && !help.contains(*option))
        .map(|option| format!("option {option} of {name}"))
}

#[test]
fn documented_commands_and_options_exist() {
    let (mut helps, mut problems, mut checked) = (BTreeMap::new(), Vec::new(), 0);
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("a readable page");
        for command in commands(&text) {
            let unknown = unknown(command, &mut helps);
            problems.extend(unknown.map(|what| format!("{}: no {what}", page.display())));
            checked += 1;
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(checked > 20, "{checked} commands found");
}
