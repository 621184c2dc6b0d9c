//! A learner as firmware: a crate that builds at once for a board and learns there.

use super::examples::Examples;
use super::model::Model;
use super::replay::{Replay, learn_all};
use super::table::Table;
use crate::Failure;
use crate::bench::{Board, Run, firmware};
use situ::features::Window;
use situ::online::{Task, save, saved_bytes};
use std::path::{Path, PathBuf};

/// Files that are the same in every export.
const FIXED: [(&str, &str); 4] = [
    ("build.rs", include_str!("firmware/build.rs")),
    ("src/main.rs", include_str!("firmware/main.rs")),
    ("src/source.rs", include_str!("firmware/source.rs")),
    (".gitignore", "/target\n"),
];

/// Files that the export shares with the firmware of `situ bench`.
const SHARED: [&str; 2] = ["counter.rs", "fault.rs"];

/// Where an export goes and what it holds.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The crate's directory.
    pub directory: PathBuf,
    /// Windows whose features are learned.
    pub window: Option<Window>,
    /// Whether the learner starts with the state it has after the stream.
    pub trained: bool,
}

/// Makes the directory; one that holds anything is written over only by force.
///
/// # Errors
/// [`Failure::Input`] naming the directory.
pub fn check(directory: &Path, force: bool) -> Result<(), Failure> {
    let fail = |error| Failure::Input(format!("--export {}: {error}", directory.display()));
    std::fs::create_dir_all(directory).map_err(fail)?;
    let mut entries = std::fs::read_dir(directory).map_err(fail)?;
    if !force && entries.next().is_some() {
        return Err(Failure::Input(format!(
            "--export {}: the directory is not empty; --force writes over it",
            directory.display()
        )));
    }
    Ok(())
}

/// Writes the crate.
///
/// # Errors
/// [`Failure::Input`] naming what cannot be written.
pub fn write(
    model: &Model,
    table: &Table,
    data: &Examples,
    board: &Board,
    to: &Destination,
) -> Result<(), Failure> {
    let replay = Replay::new(table, data, board.flash.length)?;
    let firmware = firmware()?;
    let put = |name: &str, content: &[u8]| {
        let path = to.directory.join(name);
        let fail = |error| Failure::Input(format!("--export {}: {error}", path.display()));
        std::fs::create_dir_all(path.parent().unwrap_or(&to.directory)).map_err(fail)?;
        std::fs::write(&path, content).map_err(fail)
    };
    for (name, content) in FIXED {
        put(name, content.as_bytes())?;
    }
    for name in SHARED {
        let path = firmware.join("src").join(name);
        let content = std::fs::read(&path)
            .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
        put(&format!("src/{name}"), &content)?;
    }
    put("Cargo.toml", cargo_toml(board, &firmware).as_bytes())?;
    put(".cargo/config.toml", cargo_config(board).as_bytes())?;
    put("memory.x", memory(board).as_bytes())?;
    put("README.md", readme(model, data, board).as_bytes())?;
    put("src/model.rs", model_rs(model, table, data, to).as_bytes())?;
    put("replay.bin", &replay.bytes())?;
    if to.trained {
        put("state.bin", &state(model, data)?)?;
    }
    Ok(())
}

/// The learner's state after the whole stream.
fn state(model: &Model, data: &Examples) -> Result<Vec<u8>, Failure> {
    let fail = |error: situ::online::Error| Failure::Input(format!("{}: {error}", data.name));
    let mut learner = model.build(data.shape()).map_err(fail)?;
    learn_all(&mut *learner, data)?;
    let mut bytes = vec![0; saved_bytes(&mut *learner)];
    save(&mut *learner, &mut bytes).map_err(fail)?;
    Ok(bytes)
}

fn cargo_toml(board: &Board, firmware: &Path) -> String {
    let core = firmware.with_file_name("core");
    let (log, version, rt) = match board.run {
        Run::Qemu(_) => ("defmt-semihosting", "0.4", "\"paint-stack\""),
        Run::Probe(_) => ("defmt-rtt", "1.3", "\"paint-stack\", \"set-sp\", \"set-vtor\""),
    };
    format!(
        r#"# Written by `situ fit --export`; yours to change.
[workspace]

[package]
name = "learner"
version = "0.1.0"
edition = "2024"
publish = false

[[bin]]
name = "learner"
test = false
bench = false

[dependencies]
situ = {{ path = '{core}' }}
cortex-m = {{ version = "0.7.10", features = ["critical-section-single-core"] }}
cortex-m-rt = {{ version = "0.7.7", features = [{rt}] }}
cortex-m-semihosting = "0.6"
defmt = "1.2"
log = {{ package = "{log}", version = "{version}" }}
panic-probe = {{ version = "1.0", features = ["print-defmt"] }}

[profile.release]
opt-level = 3
lto = "fat"
codegen-units = 1
panic = "abort"
# Debug information stays in the ELF file; defmt needs it to say where a line came from.
debug = "line-tables-only"

[profile.release.build-override]
opt-level = 0
"#,
        core = core.display()
    )
}

fn cargo_config(board: &Board) -> String {
    let runner = match &board.run {
        Run::Qemu(machine) => format!(
            "qemu-system-arm -machine {machine} -nographic -semihosting-config \
             enable=on,target=native -icount shift=0 -kernel"
        ),
        Run::Probe(chip) => format!("probe-rs run --chip {chip}"),
    };
    format!(
        "[build]\ntarget = \"{0}\"\n\n[target.{0}]\nrustflags = [\"-C\", \"target-cpu={1}\"]\n\
         runner = \"{runner}\"\n",
        board.target, board.core
    )
}

fn memory(board: &Board) -> String {
    let region = |name: &str, memory: &crate::bench::Memory| {
        format!("  {name} : ORIGIN = {:#x}, LENGTH = {:#x}\n", memory.origin, memory.length)
    };
    format!("MEMORY\n{{\n{}{}}}\n", region("FLASH", &board.flash), region("RAM", &board.ram))
}

fn readme(model: &Model, data: &Examples, board: &Board) -> String {
    let (name, variant) = (model.name(), model.variant());
    format!(
        "# A learner for {data_name}\n\n`{name}` ({variant}) on {board}, written by `situ fit`.\n\n\
         - `src/source.rs`: where samples come from. Implement `Source` for your sensors; `Replay` \
         plays the part of the recording that is in `replay.bin`.\n\
         - `src/model.rs`: the learner, its sizes and its configuration.\n\
         - `src/main.rs`: sample, features, prediction, learning, log.\n\n\
         Build and run: `rustup target add {target}`, then `cargo run --release`. The log is defmt: \
         probe-rs decodes it; QEMU's output goes through `defmt-print -e \
         target/{target}/release/learner`.\n",
        data_name = data.name,
        board = board.name,
        target = board.target
    )
}

/// The generated file: sizes, labels, learner, features.
fn model_rs(model: &Model, table: &Table, data: &Examples, to: &Destination) -> String {
    let shape = data.shape();
    let (task, labels) = match shape.task {
        Task::Classify { classes } => {
            (format!("Task::Classify {{ classes: {classes} }}"), data.labels.clone())
        }
        Task::Regress => ("Task::Regress".to_owned(), Vec::new()),
    };
    let features = match to.window {
        Some(window) => format!(
            include_str!("firmware/windows.rs.in"),
            length = window.length,
            hop = window.hop,
            overlap = window.overlap()
        ),
        None => include_str!("firmware/rows.rs.in").to_owned(),
    };
    let state = if to.trained { "Some(include_bytes!(\"../state.bin\"))" } else { "None" };
    format!(
        include_str!("firmware/model.rs.in"),
        channels = table.columns.len(),
        columns = table.columns,
        features = shape.features,
        outputs = shape.outputs(),
        task = task,
        labels = labels,
        learner = model.rust_type(shape),
        new = model.rust_new(shape),
        state = state,
        stream = features,
    )
}
