//! Which module may import which: those on lower floors only.

use super::modules::Modules;
use super::source::{root, sources};

/// The modules of `core/src`, lowest floor first.
const CORE: &[&[&str]] = &[
    &["scalar"],
    &["matrix", "random", "archive", "features"],
    &["solve", "simplex"],
    &["attention", "ftrl", "variational", "normtune"],
    &["transformer", "decoder", "filter"],
    &["games", "online", "construct"],
    &["anomaly"],
    &["error"],
    &["mutations"],
];

/// The modules of `host/src`, lowest floor first. A command is the file `command.rs` of its module.
const HOST: &[&[&str]] = &[
    &["failure", "buffers", "progress", "statistics", "adam"],
    &["console", "files", "prompts", "linear_attention"],
    &["report", "manual"],
    &["programs", "games", "bench"],
    &["reproduce", "fit", "compute", "play", "compare", "train"],
    &["cli"],
    &["main"],
];

/// The floor of a module.
fn floor(floors: &[&[&str]], crate_name: &str, module: &str) -> usize {
    let floor = floors.iter().position(|floor| floor.contains(&module));
    floor.unwrap_or_else(|| panic!("{crate_name}: module '{module}' has no floor in {}", file!()))
}

fn check(folder: &str, floors: &[&[&str]]) {
    let imports = Modules::read(&root().join(folder)).imports();
    let mut faults = Vec::new();
    for (from, targets) in &imports {
        let Some(module) = from.first() else { continue };
        let own = floor(floors, folder, module);
        for target in targets.iter().filter_map(|target| target.first()).filter(|to| *to != module)
        {
            if floor(floors, folder, target) >= own {
                faults.push(format!("{} imports {target}", from.join("::")));
            }
        }
    }
    assert!(faults.is_empty(), "{folder}: not allowed by its floors: {faults:#?}");
}

#[test]
fn nothing_in_core_imports_upward() {
    check("core/src", CORE);
}

#[test]
fn nothing_in_the_host_imports_upward() {
    check("host/src", HOST);
}

/// A paper stands on libraries: no file but the command line imports a command.
#[test]
fn commands_are_imported_by_the_command_line_alone() {
    let imports = Modules::read(&root().join("host/src")).imports();
    for (from, targets) in imports.iter().filter(|(from, _)| **from != ["cli"]) {
        let command = targets.iter().find(|target| {
            target.last().is_some_and(|name| name == "command") && target.first() != from.first()
        });
        assert!(command.is_none(), "{} imports the command {command:?}", from.join("::"));
    }
}

/// Crates that each folder must not name.
const STRANGERS: [(&str, &[&str]); 3] = [
    ("core/src", &["situ_host", "situ_suite", "situ_board", "situ_learner", "situ_firmware"]),
    ("firmware", &["situ_host"]),
    ("host/src", &["situ_tests", "situ_benches"]),
];

#[test]
fn no_crate_names_a_higher_one() {
    for (folder, strangers) in STRANGERS {
        for source in sources(&root().join(folder)) {
            let stranger = strangers.iter().find(|stranger| source.code.contains(*stranger));
            assert!(stranger.is_none(), "{} names {stranger:?}", source.path.display());
        }
    }
}
