//! The modules of a crate and what each imports, followed through re-exports to where it is defined.

use super::paths::{Export, Written, paths};
use super::source::sources;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module's path: `["online", "memory"]`; empty for the crate's root.
pub type Name = Vec<String>;

/// A crate's modules.
pub struct Modules {
    /// Absolute paths that each module names, with how far it passes them on.
    named: BTreeMap<Name, Vec<(Name, Export)>>,
    /// What a module's names stand for, where they come from elsewhere.
    bound: BTreeMap<Name, BTreeMap<String, Name>>,
}

impl Modules {
    /// Reads the crate whose root is in `folder`.
    pub fn read(folder: &Path) -> Self {
        let files: BTreeMap<Name, Vec<Written>> = sources(folder)
            .iter()
            .map(|source| (module(source.path.strip_prefix(folder).unwrap()), paths(&source.code)))
            .collect();
        let exists: BTreeSet<Name> = files.keys().cloned().collect();
        let mut modules = Self { named: BTreeMap::new(), bound: BTreeMap::new() };
        for (module, written) in files {
            let mut bound = BTreeMap::new();
            let mut named = Vec::new();
            for path in written {
                let Some(absolute) = absolute(&module, &path.names, &exists) else { continue };
                if !path.bound.is_empty() {
                    bound.insert(path.bound, absolute.clone());
                }
                named.push((absolute, path.export));
            }
            modules.named.insert(module.clone(), named);
            modules.bound.insert(module, bound);
        }
        modules
    }

    /// Every module, with the modules whose definitions it uses. A re-export of a module's own child
    /// is not a use, and the crate's root only lists its modules.
    pub fn imports(&self) -> BTreeMap<Name, BTreeSet<Name>> {
        let uses = |(module, named): (&Name, &Vec<(Name, Export)>)| {
            let targets = named
                .iter()
                .filter(|(path, export)| !(*export != Export::No && path.starts_with(module)))
                .map(|(path, _)| self.defined_in(path, 0))
                .filter(|target| target != module)
                .collect();
            (module.clone(), targets)
        };
        self.named.iter().filter(|(module, _)| !module.is_empty()).map(uses).collect()
    }

    /// The paths, followed to where they are defined, that a module re-exports.
    pub fn exported(&self, module: &Name) -> Vec<Name> {
        let paths = self.named[module].iter().filter(|(_, export)| *export == Export::All);
        paths
            .map(|(path, _)| {
                let item = path.last().cloned().unwrap_or_default();
                [&self.defined_in(path, 0)[..], &[item]].concat()
            })
            .collect()
    }

    /// The module that defines what this path stands for.
    fn defined_in(&self, path: &[String], depth: usize) -> Name {
        let end = (0..=path.len()).rev().find(|end| self.named.contains_key(&path[..*end]));
        let module = &path[..end.unwrap_or(0)];
        let rest = &path[module.len()..];
        let stands_for = rest.first().and_then(|name| self.bound[module].get(name));
        match stands_for {
            Some(stands_for) if depth < 8 && stands_for != path => {
                let mut longer = stands_for.clone();
                longer.extend_from_slice(&rest[1..]);
                self.defined_in(&longer, depth + 1)
            }
            _ => module.to_vec(),
        }
    }
}

/// The module that a file holds.
pub fn module(file: &Path) -> Name {
    let mut name: Name =
        file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(name.last().map(String::as_str), Some("mod" | "lib")) {
        name.pop();
    }
    name
}

/// The absolute path of one that stands in `module`; `None` for a path of another crate.
fn absolute(module: &[String], names: &[String], exists: &BTreeSet<Name>) -> Option<Name> {
    let (first, rest) = names.split_first()?;
    let (mut path, rest) = match first.as_str() {
        "crate" => (Vec::new(), rest),
        "self" => (module.to_vec(), rest),
        "super" => (module[..module.len().checked_sub(1)?].to_vec(), rest),
        child if exists.contains(&[module, &[child.to_owned()]].concat()) => {
            (module.to_vec(), names)
        }
        _ => return None,
    };
    for name in rest {
        if name == "super" {
            path.pop();
        } else {
            path.push(name.clone());
        }
    }
    Some(path)
}
