//! The rules of docs/architecture.md, read from the sources: layers, circles, sizes, dependencies.

mod api;
mod circles;
mod dependencies;
mod examples;
mod floors;
mod manifests;
mod modules;
mod pages;
mod panics;
mod paths;
mod public;
mod safety;
mod source;

use source::{Source, root, sources};

/// Folders of Rust sources.
const FOLDERS: [&str; 6] = ["core", "host", "firmware", "tests", "benches", "fuzz"];

/// Longest file, in lines.
const MAX_LINES: usize = 400;

#[test]
fn no_file_is_too_long() {
    let mut checked = 0;
    for Source { path, text, .. } in FOLDERS.iter().flat_map(|folder| sources(&root().join(folder)))
    {
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{}: {lines} lines, at most {MAX_LINES}", path.display());
        checked += 1;
    }
    assert!(checked > 300, "{checked} files found");
}

/// What a crate includes by path belongs to it or to a crate below: the paths that may follow `../`.
const INCLUDED: [(&str, &[&str]); 3] = [
    ("core/src", &["core"]),
    ("firmware", &["firmware", "core"]),
    ("host/src", &["host", "firmware", "core"]),
];

#[test]
fn no_crate_includes_a_file_of_a_higher_one() {
    let mut checked = 0;
    for (folder, allowed) in INCLUDED {
        for source in sources(&root().join(folder)) {
            for included in source.included() {
                let below = included.strip_prefix(root()).expect("inside the repository");
                let own = allowed.iter().any(|allowed| below.starts_with(allowed));
                assert!(own, "{} includes {}", source.path.display(), below.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 5, "{checked} included files found");
}
