//! The export as its own workspace: the learner at its root, the board library and situ below.

use super::destination::Destination;
use crate::Failure;
use crate::bench::{Board, Run};
use crate::fit::examples::Examples;
use crate::fit::model::Model;
use std::path::Path;
use toml::{Table, Value};

/// Sections of situ's manifest that its users need; tests and benches are left out.
const LIBRARY: [&str; 4] = ["package", "features", "dependencies", "lints"];

/// Writes everything but the files that depend on the data.
///
/// # Errors
/// [`Failure::Input`] naming what cannot be read or written.
pub fn write(firmware: &Path, board: &Board, to: &Destination) -> Result<(), Failure> {
    let core = firmware.with_file_name("core");
    to.put("Cargo.toml", manifest(firmware, board)?.as_bytes())?;
    to.put(".cargo/config.toml", configuration(board).as_bytes())?;
    to.put(".gitignore", b"/target\n")?;
    let copy = |from: &Path, name: &str| {
        let content = std::fs::read(from)
            .map_err(|error| Failure::Input(format!("{}: {error}", from.display())))?;
        to.put(name, &content)
    };
    let id = format!("boards/{}.toml", board.id);
    copy(&firmware.join(&id), &id)?;
    copy(&firmware.join("learner/build.rs"), "build.rs")?;
    for file in ["Cargo.toml", "build.rs"] {
        copy(&firmware.join("board").join(file), &format!("board/{file}"))?;
    }
    to.copy_sources(&firmware.join("board/src"), "board/src")?;
    for entry in
        ["lib", "main", "features", "keeper", "pipeline", "recording", "sampling", "source"]
    {
        let name = format!("src/{entry}.rs");
        copy(&firmware.join("learner").join(&name), &name)?;
    }
    library(&core, to)
}

/// Writes the library.
///
/// # Errors
/// [`Failure::Input`] naming what cannot be read or written.
pub fn library(core: &Path, to: &Destination) -> Result<(), Failure> {
    let mut library = read(&core.join("Cargo.toml"))?;
    library.retain(|section, _| LIBRARY.contains(&section));
    to.put("situ/Cargo.toml", library.to_string().as_bytes())?;
    // It tells the code which core it is compiled for.
    let build = core.join("build.rs");
    let script = std::fs::read(&build)
        .map_err(|error| Failure::Input(format!("{}: {error}", build.display())))?;
    to.put("situ/build.rs", &script)?;
    to.copy_sources(&core.join("src"), "situ/src")
}

/// The learner's manifest merged with that of its workspace.
fn manifest(firmware: &Path, board: &Board) -> Result<String, Failure> {
    let mut workspace = read(&firmware.join("Cargo.toml"))?;
    let mut manifest = read(&firmware.join("learner/Cargo.toml"))?;
    let run = match board.run {
        Run::Qemu(_) => "qemu",
        Run::Probe(_) => "chip",
    };
    set(&mut manifest, &["features", "default"], Value::Array(vec![run.into()]));
    set(
        &mut workspace,
        &["workspace", "members"],
        Value::Array(vec!["board".into(), "situ".into()]),
    );
    set(&mut workspace, &["workspace", "dependencies", "situ", "path"], "situ".into());
    for section in ["workspace", "profile"] {
        manifest.extend(workspace.remove_entry(section));
    }
    Ok(format!("# Written by `situ fit --export`; yours to change.\n{manifest}"))
}

/// Sets a nested value in a table of a manifest.
pub fn set(table: &mut Table, path: &[&str], value: Value) {
    let [section, rest @ ..] = path else { return };
    if rest.is_empty() {
        table.insert((*section).to_owned(), value);
        return;
    }
    let section = table.entry(*section).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(section) = section {
        set(section, rest, value);
    }
}

/// Reads a manifest.
///
/// # Errors
/// [`Failure::Input`] naming the file.
pub fn read(path: &Path) -> Result<Table, Failure> {
    let fail = |error: &dyn std::fmt::Display| {
        let line = error.to_string().replace('\n', " ");
        Failure::Input(format!("{}: {line}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| fail(&error))?;
    text.parse().map_err(|error| fail(&error))
}

/// Cargo's configuration: what to build for, and how to run it.
fn configuration(board: &Board) -> String {
    let runner = match &board.run {
        Run::Qemu(machine) => {
            let (program, arguments) = board.qemu(machine);
            format!("{program} {}", arguments.join(" "))
        }
        Run::Probe(chip) => format!("probe-rs run --chip {chip}"),
    };
    format!(
        "[build]\ntarget = \"{0}\"\n\n[target.{0}]\nrustflags = [\"-C\", \"target-cpu={1}\"]\n\
         runner = \"{runner}\"\n\n[env]\nSITU_BOARD = \"{2}\"\n",
        board.target, board.core, board.id
    )
}

/// The export's README.
pub fn readme(model: &Model, data: &Examples, board: &Board) -> String {
    let target = &board.target;
    let variable = format!("CARGO_TARGET_{}", target.to_uppercase().replace(['-', '.'], "_"));
    format!(
        "# A learner for {data_name}\n\n`{name}` ({variant}) on {board}, written by `situ fit`.\n\n\
         - `src/model.rs`: the model, its sizes and its configuration.\n\
         - `src/pipeline.rs`: takes samples and labels, returns predictions.\n\
         - `src/keeper.rs`: saves the model periodically and restores it at startup. Emulated boards \
         have memory for it; on a chip, pass it the driver of your flash in `src/main.rs`.\n\
         - `src/sampling.rs`: the sampling interrupt and its queue. Implement `Source` for your \
         sensors; `Recording` replays the part of the recording that `recording.bin` holds.\n\
         - `src/main.rs`: the loop that ties them together and logs every prediction.\n\
         - `board/`, `boards/{id}.toml`: the board's memory, counter, stack, faults and log.\n\
         - `situ/`: the library. Everything is in this directory; move it where you like.\n\n\
         ## Build and run\n\n\
         With rustup:\n\n```sh\nrustup target add {target}\ncargo run --release\n```\n\n\
         With Debian's compiler, which includes the sources of `core` (`apt-get install rustc-web \
         rust-web-src lld-19`):\n\n\
         ```sh\nexport RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 {variable}_LINKER=ld.lld-19\n\
         cargo run --release -Zbuild-std=core\n```\n\n\
         The log is defmt. probe-rs decodes it; the output of QEMU goes through `defmt-print -e \
         target/{target}/release/learner`.\n",
        data_name = data.name,
        name = model.name(),
        variant = model.variant(),
        id = board.id,
        board = board.name,
    )
}
