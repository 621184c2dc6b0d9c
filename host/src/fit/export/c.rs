//! A learner as a static library for C, with an example program.

use super::destination::Destination;
use super::firmware::{Export, channels, expect_fits, pipeline_bytes};
use super::recording::Recording;
use super::{rust, workspace};
use crate::Failure;
use crate::bench::{Board, Run, firmware};
use crate::fit::examples::Examples;
use crate::fit::model::Model;
use situ::online::{Target, Task};
use std::path::Path;

/// Bytes that a learner may need beyond its state: configurations, shapes, counters.
const CONFIGURATION: usize = 1024;

/// Writes the library and the example.
///
/// # Errors
/// [`Failure::Input`] for a learner that exceeds the board's RAM, and naming what cannot be read or
/// written.
pub fn write(export: &Export<'_>, to: &Destination) -> Result<(), Failure> {
    let Export { model, table, data, board, state } = *export;
    expect_fits(model, data, board)?;
    let recording = Recording::new(table, data, board.flash.length)?;
    let expected = recording.expected(model, data, state)?;
    sources(&firmware()?, to)?;
    to.put("src/model.rs", rust::model(model, table, data, state.is_some()).as_bytes())?;
    to.put("include/situ_model.h", sizes(model, data).as_bytes())?;
    to.put("board.mk", variables(board).as_bytes())?;
    to.put("memory.ld", memory(board).as_bytes())?;
    to.put("recording.bin", &recording.bytes())?;
    let lines: String = expected.predictions.iter().map(line).collect();
    to.put("expected.txt", lines.as_bytes())?;
    to.put("README.md", readme(model, data, board).as_bytes())?;
    state.map_or(Ok(()), |state| to.put("state.bin", state))
}

/// Writes the files that depend neither on the data nor on the board.
fn sources(firmware: &Path, to: &Destination) -> Result<(), Failure> {
    let here = firmware.join("c");
    let text = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))
    };
    // In the export, all sources are in one directory.
    let library: String = text(&here.join("src/lib.rs"))?
        .split_inclusive('\n')
        .filter(|l| !l.starts_with("#[path"))
        .collect();
    to.put("src/lib.rs", library.as_bytes())?;
    let example = ["main.c", "checks.c", "board.c", "board.h", "board.ld", "recording.S"];
    let example = example.map(|name| format!("example/{name}"));
    let rest = ["src/status.rs", "include/situ.h", "Makefile"].map(str::to_owned);
    for name in example.iter().chain(&rest) {
        to.put(name, text(&here.join(name))?.as_bytes())?;
    }
    for name in ["src/features.rs", "src/pipeline.rs"] {
        to.put(name, text(&firmware.join("learner").join(name))?.as_bytes())?;
    }
    let mut workspace = workspace::read(&firmware.join("Cargo.toml"))?;
    let mut manifest = workspace::read(&here.join("Cargo.toml"))?;
    let members = toml::Value::Array(vec!["situ".into()]);
    workspace::set(&mut workspace, &["workspace", "members"], members);
    workspace::set(&mut workspace, &["workspace", "dependencies", "situ", "path"], "situ".into());
    for section in ["workspace", "profile"] {
        manifest.extend(workspace.remove_entry(section));
    }
    let note = "# Written by `situ fit --export --language c`; yours to change.";
    to.put("Cargo.toml", format!("{note}\n{manifest}").as_bytes())?;
    to.put(".gitignore", b"/target\n/build\n")?;
    workspace::library(&firmware.with_file_name("core"), to)
}

/// A prediction as the example prints it.
fn line(prediction: &Target<f32>) -> String {
    match prediction {
        Target::Class(class) => format!("class {class}\n"),
        Target::Value(value) => format!("value {}\n", value.to_bits()),
    }
}

/// The header of the sizes.
fn sizes(model: &Model, data: &Examples) -> String {
    let shape = data.shape();
    let classes = match shape.task {
        Task::Classify { classes } => classes,
        Task::Regress => 0,
    };
    let state_bytes = model.state_bytes(shape).unwrap_or_default();
    let bytes = (pipeline_bytes(state_bytes, data) + CONFIGURATION).next_multiple_of(8);
    format!(
        "/* Sizes of the model. Written by `situ fit --export --language c`. */\n\
         #define SITU_CHANNELS {}\n#define SITU_OUTPUTS {}\n#define SITU_CLASSES {classes}\n\
         #define SITU_BYTES {bytes}\n",
        channels(data),
        shape.outputs(),
    )
}

/// What the Makefile needs to know about the board.
fn variables(board: &Board) -> String {
    let core = &board.core;
    let float = if board.target.ends_with("eabihf") { "hard" } else { "soft" };
    let run = match &board.run {
        Run::Qemu(machine) => {
            let (program, arguments) = board.qemu(machine);
            format!("{program} {}", arguments.join(" "))
        }
        Run::Probe(chip) => format!("probe-rs run --chip {chip}"),
    };
    format!(
        "TARGET = {}\nCORE = {core}\nCPU = -mcpu={core} -mthumb -mfloat-abi={float}\nRUN = {run}\n",
        board.target
    )
}

/// The board's memories.
fn memory(board: &Board) -> String {
    let region = |name: &str, memory: crate::bench::Memory| {
        format!("    {name} : ORIGIN = {:#x}, LENGTH = {:#x}\n", memory.origin, memory.length)
    };
    format!("MEMORY\n{{\n{}{}}}\n", region("FLASH", board.flash), region("RAM", board.ram))
}

/// The export's README.
fn readme(model: &Model, data: &Examples, board: &Board) -> String {
    format!(
        "# A learner for {}, in C\n\n`{}` ({}), written by `situ fit`; the example is for {}.\n\n\
         - `include/situ.h`: the interface. `include/situ_model.h`: the sizes of this model.\n\
         - `src/`: the static library, in Rust. `src/model.rs` is the model.\n\
         - `example/`: a program that replays `recording.bin`, without a C library.\n\
         - `expected.txt`: the host's predictions for it.\n\
         - `situ/`: the numerical library. Everything is in this directory; move it where you like.\n\n\
         ```sh\nmake          # builds the library and the example; prints its size\n\
         make run      # runs it on the board\n\
         make check    # compares its predictions with the host's\n\
         make checks   # checks that bad input returns error codes and changes nothing\n```\n\n\
         Needs `arm-none-eabi-gcc` and a Rust compiler with the sources of `core`: on Debian `apt-get \
         install gcc-arm-none-eabi rustc-web rust-web-src qemu-system-arm`. With rustup, run `rustup \
         target add {}` and `make RUSTC=rustc CARGO_FLAGS=`.\n",
        data.name,
        model.name(),
        model.variant(),
        board.name,
        board.target,
    )
}
