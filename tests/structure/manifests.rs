//! The manifests: paths that lead to the crate itself or below, and no dependency without a use.

use super::source::{files, normalized, root, sources};
use std::path::Path;
use toml::{Table, Value};

/// Sections of dependencies.
const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Dependencies that the code need not name: the linker does.
const LINKED: [&str; 1] = ["panic-probe"];

fn manifests() -> Vec<(std::path::PathBuf, Table)> {
    let manifests = files(&root(), "toml").into_iter().filter(|path| path.ends_with("Cargo.toml"));
    manifests
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            let table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path, table)
        })
        .collect()
}

/// The names of a manifest's dependencies, with what it says of each.
fn dependencies(manifest: &Table) -> impl Iterator<Item = (&String, &Value)> {
    SECTIONS.iter().filter_map(|section| manifest.get(*section)?.as_table()).flatten()
}

#[test]
fn every_dependency_is_used() {
    let (mut checked, mut unused) = (0, Vec::new());
    for (path, manifest) in manifests() {
        let folder = path.parent().expect("a file is in a folder");
        let mut code: String = sources(folder).into_iter().map(|source| source.text).collect();
        // Targets elsewhere: the tests that run the command.
        for target in ["test", "bench", "bin"] {
            let targets = manifest.get(target).and_then(Value::as_array);
            for file in targets.into_iter().flatten().filter_map(|t| t.get("path")?.as_str()) {
                let beside = normalized(&folder.join(file));
                for source in sources(beside.parent().expect("a file is in a folder")) {
                    let shared = source.included().into_iter().map(std::fs::read_to_string);
                    code.extend(shared.flatten().chain([source.text]));
                }
            }
        }
        for (name, _) in dependencies(&manifest) {
            let used = code.contains(&name.replace('-', "_")) || LINKED.contains(&name.as_str());
            if !used {
                unused.push(format!("{}: {name}", path.display()));
            }
            checked += 1;
        }
    }
    assert!(unused.is_empty(), "not used: {unused:#?}");
    assert!(checked > 40, "{checked} dependencies found");
}

/// Folders below each, lowest first: a manifest's paths lead to its own or to an earlier one.
const ORDER: [&str; 6] = ["core", "firmware", "host", "tests", "benches", "fuzz"];

#[test]
fn paths_of_manifests_lead_downward() {
    let place = |path: &Path| {
        let below = path.strip_prefix(root()).expect("inside the repository");
        ORDER.iter().position(|folder| below.starts_with(folder))
    };
    for (path, manifest) in manifests() {
        let folder = path.parent().expect("a file is in a folder");
        let Some(own) = place(folder) else { continue };
        let workspace = manifest.get("workspace").and_then(Value::as_table);
        let shared = workspace.into_iter().flat_map(dependencies);
        for (name, dependency) in dependencies(&manifest).chain(shared) {
            let Some(to) = dependency.get("path").and_then(Value::as_str) else { continue };
            let to = place(&normalized(&folder.join(to)));
            assert!(to <= Some(own), "{}: {name} is no lower", path.display());
        }
    }
}
