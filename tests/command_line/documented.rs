//! The commands in README and docs are commands that exist.

use crate::command::situ;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a documented command begins with.
const STARTS: [&str; 2] = ["situ ", "cargo run --release -- "];

/// README, CONTRIBUTING and the guide.
fn pages() -> Vec<PathBuf> {
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

#[test]
fn documented_commands_and_options_exist() {
    let overview = printed(&["--help"]);
    let mut helps: BTreeMap<String, String> = BTreeMap::new();
    let mut checked = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("a readable page");
        for command in commands(&text) {
            // A comment ends it.
            let command = command.split(" #").next().unwrap_or(command);
            let mut words = command.split_whitespace();
            let Some(name) = words.next().filter(|name| name.starts_with(char::is_alphabetic))
            else {
                continue;
            };
            let known = overview.lines().any(|line| line.trim_start().starts_with(name));
            assert!(known, "{}: `situ {command}`: no command {name}", page.display());
            let help = helps
                .entry(name.to_owned())
                .or_insert_with(|| printed(&[name, "--help"]));
            for option in words.filter(|word| word.starts_with("--")) {
                let option = option.trim_end_matches([',', ';', '.', ')']);
                assert!(
                    help.contains(option),
                    "{}: `situ {command}`: no option {option}",
                    page.display()
                );
            }
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked} commands found");
}
