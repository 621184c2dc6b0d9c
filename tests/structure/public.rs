//! What other crates can name of `core`.

use super::modules::{Modules, Name, module};
use super::source::{root, sources};
use std::collections::{BTreeMap, BTreeSet};

/// The code of `core` by module, and what it exports.
pub struct Public {
    /// Each module's code.
    pub code: BTreeMap<Name, String>,
    /// Items that a public module exports, wherever they are defined.
    exported: BTreeSet<Name>,
}

impl Public {
    /// Reads the sources.
    pub fn read() -> Self {
        let folder = root().join("core/src");
        let modules = Modules::read(&folder);
        let code = sources(&folder)
            .into_iter()
            .map(|source| (module(source.path.strip_prefix(&folder).unwrap()), source.code))
            .collect();
        let mut public = Self { code, exported: BTreeSet::new() };
        let exporting = public.code.keys().filter(|name| public.has_module(name));
        public.exported = exporting.flat_map(|name| modules.exported(name)).collect();
        public
    }

    /// Whether other crates can name a module: it and all above it are `pub`.
    fn has_module(&self, name: &Name) -> bool {
        let declared = |end: usize| format!("pub mod {};", name[end]);
        (0..name.len()).all(|end| self.code[&name[..end]].contains(&declared(end)))
    }

    /// Whether other crates can name an item of a module.
    pub fn has(&self, module: &Name, item: &str) -> bool {
        self.has_module(module) || self.exported.contains(&[&module[..], &[item.into()]].concat())
    }
}
