//! Boards: one file each in `firmware/boards`.

use super::firmware;
use crate::{Failure, console, report};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A board, as its file describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Name of the file, without `.toml`.
    #[serde(skip)]
    pub id: String,
    /// Display name.
    pub name: String,
    /// The core, as named by `rustc -C target-cpu`.
    pub core: String,
    /// Target triple.
    pub target: String,
    /// Clock of the core when the suite starts, in hertz.
    pub clock_hz: u64,
    /// How much of the suite fits.
    pub suite: Suite,
    /// Memory for the program.
    pub flash: Memory,
    /// Memory for constants, on a chip that reads them through a different bus than the program.
    pub constants: Option<Memory>,
    /// Memory for variables and stack.
    pub ram: Memory,
    /// RAM of an emulated board that stands in for flash, to keep a state in.
    pub storage: Option<Memory>,
    /// How to run it.
    pub run: Run,
}

/// A region of memory.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// First address.
    pub origin: u64,
    /// Bytes.
    pub length: u64,
}

/// Which rows a board runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Suite {
    /// All benchmarks but the models
    Full,
    /// Those that fit 64 KB of flash and 12 KB of RAM
    Reduced,
    /// The trained model and the written transformer of task superposition
    Models,
    /// Every learner of a stream, small enough for every board
    Learners,
}

/// How a board is run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Run {
    /// Emulated: the machine's name in QEMU.
    Qemu(String),
    /// Flashed: the chip's name in probe-rs.
    Probe(String),
}

impl Board {
    /// Whether the core is a RISC-V; otherwise it is a Cortex-M.
    pub fn is_riscv(&self) -> bool {
        self.target.starts_with("riscv32")
    }

    /// The emulator and its arguments for this board's `machine`; the image's path is appended.
    pub fn qemu(&self, machine: &str) -> (&'static str, Vec<String>) {
        let mut arguments = vec!["-machine".to_owned(), machine.to_owned()];
        let program = if self.is_riscv() {
            // Only the target's features: an instruction that a chip lacks must fail here too.
            let float = if self.target.contains("imafc") { "on" } else { "off" };
            let cpu = format!("rv32,f={float},d=off");
            arguments.extend(["-cpu", &cpu, "-bios", "none"].map(str::to_owned));
            "qemu-system-riscv32"
        } else {
            "qemu-system-arm"
        };
        let quiet = ["-display", "none", "-serial", "none", "-monitor", "none"];
        let semihosting = ["-semihosting-config", "enable=on,target=native"];
        // Every instruction takes one nanosecond.
        let counting = ["-icount", "shift=0", "-kernel"];
        let all = quiet.into_iter().chain(semihosting).chain(counting);
        arguments.extend(all.map(str::to_owned));
        (program, arguments)
    }

    /// The board of this name.
    ///
    /// # Errors
    /// [`Failure::Input`] if the board is missing or its file is wrong.
    pub fn find(id: &str) -> Result<Self, Failure> {
        let directory = directory()?;
        let known = ids(&directory)?;
        if !known.iter().any(|known| known == id) {
            return Err(Failure::Input(format!(
                "no board '{id}'; available: {}",
                known.join(", ")
            )));
        }
        Self::read(&directory.join(format!("{id}.toml")))
    }

    /// All boards, by name.
    ///
    /// # Errors
    /// [`Failure::Input`] if a file is wrong.
    pub fn all() -> Result<Vec<Self>, Failure> {
        let directory = directory()?;
        ids(&directory)?
            .iter()
            .map(|id| Self::read(&directory.join(format!("{id}.toml"))))
            .collect()
    }

    /// Reads a board's file.
    ///
    /// # Errors
    /// [`Failure::Input`] naming file, line and column.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::Input(format!("{shown}: {error}")))?;
        let mut board: Self = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let message = error.message().replace('\n', " ");
            Failure::Input(format!("{shown}:{line}:{column}: {message}"))
        })?;
        board.id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(board)
    }
}

fn directory() -> Result<PathBuf, Failure> {
    Ok(firmware()?.join("boards"))
}

fn ids(directory: &Path) -> Result<Vec<String>, Failure> {
    let fail = |error| Failure::Input(format!("{}: {error}", directory.display()));
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            ids.extend(path.file_stem().map(|id| id.to_string_lossy().into_owned()));
        }
    }
    ids.sort();
    Ok(ids)
}

/// Runs `situ boards`: lists them.
///
/// # Errors
/// [`Failure::Input`] if a file is wrong.
pub fn boards() -> Result<(), Failure> {
    let mut table = report::table(&["board", "core", "flash", "RAM", "clock", "suite", "runs by"]);
    for board in Board::all()? {
        let run = match &board.run {
            Run::Qemu(machine) => format!("QEMU {machine}"),
            Run::Probe(chip) => format!("probe-rs {chip}"),
        };
        table.add_row([
            format!("{} ({})", board.id, board.name),
            board.core,
            format!("{} KB", board.flash.length / 1024),
            format!("{} KB", board.ram.length / 1024),
            format!("{} MHz", board.clock_hz as f64 / 1e6),
            format!("{:?}", board.suite).to_lowercase(),
            run,
        ]);
    }
    console::line(table)?;
    console::line("measure one with: situ bench --board BOARD")
}
