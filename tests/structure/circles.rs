//! No circle: not of files, and not of folders at any depth.

use super::modules::{Modules, Name};
use super::source::root;
use std::collections::{BTreeMap, BTreeSet};

/// The crates' sources.
const CRATES: [&str; 6] = [
    "core/src",
    "host/src",
    "firmware/src",
    "firmware/suite/src",
    "firmware/board/src",
    "firmware/learner/src",
];

type Graph = BTreeMap<Name, BTreeSet<Name>>;

/// A path along the arrows that comes back to where it began.
fn circle(graph: &Graph) -> Option<Vec<Name>> {
    let mut done = BTreeSet::new();
    graph.keys().find_map(|start| walk(graph, start, &mut Vec::new(), &mut done))
}

fn walk(
    graph: &Graph,
    at: &Name,
    trail: &mut Vec<Name>,
    done: &mut BTreeSet<Name>,
) -> Option<Vec<Name>> {
    if let Some(start) = trail.iter().position(|earlier| earlier == at) {
        return Some(trail[start..].to_vec());
    }
    if done.contains(at) {
        return None;
    }
    trail.push(at.clone());
    let found = graph.get(at).into_iter().flatten().find_map(|to| walk(graph, to, trail, done));
    trail.pop();
    done.insert(at.clone());
    found
}

/// The graph of the folders and files that stand side by side in `parent`.
fn siblings(files: &Graph, parent: &[String]) -> Graph {
    let child = |name: &Name| {
        (name.starts_with(parent) && name.len() > parent.len())
            .then(|| name[..=parent.len()].to_vec())
    };
    let mut graph = Graph::new();
    for (from, targets) in files {
        let Some(from) = child(from) else { continue };
        let others = targets.iter().filter_map(child).filter(|to| *to != from);
        graph.entry(from.clone()).or_default().extend(others);
    }
    graph
}

#[test]
fn files_and_folders_import_without_circles() {
    let mut found = Vec::new();
    for folder in CRATES {
        let files = Modules::read(&root().join(folder)).imports();
        assert!(files.len() > 1, "{folder}: {} modules", files.len());
        found.extend(circle(&files).map(|circle| shown(folder, &circle)));
        let parents: BTreeSet<Name> =
            files.keys().flat_map(|name| (0..name.len()).map(|end| name[..end].to_vec())).collect();
        for parent in parents {
            found.extend(circle(&siblings(&files, &parent)).map(|circle| shown(folder, &circle)));
        }
    }
    assert!(found.is_empty(), "circles: {found:#?}");
}

fn shown(folder: &str, circle: &[Name]) -> String {
    let names = circle.iter().map(|name| name.join("::"));
    format!("{folder}: {}", names.collect::<Vec<_>>().join(" -> "))
}

#[test]
fn a_circle_is_found() {
    let name = |text: &str| text.split('.').map(str::to_owned).collect::<Name>();
    let arrows = [("a.x", "b.y"), ("b.z", "c"), ("c", "a.w")];
    let files: Graph =
        arrows.iter().map(|(from, to)| (name(from), BTreeSet::from([name(to)]))).collect();
    assert_eq!(circle(&files), None);
    assert_eq!(circle(&siblings(&files, &[])).unwrap().len(), 3);
}
