//! Finds a compiler for the board and builds the firmware with it.

use super::{Board, Run, Suite, firmware};
use crate::{Failure, files};
use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A compiler that can build for a target.
#[derive(Debug)]
pub struct Toolchain {
    rustc: PathBuf,
    /// Whether `core` is built from source because no compiled one is available.
    build_core: bool,
    /// The linker, if not the compiler's own.
    linker: Option<PathBuf>,
}

/// Linkers for Arm and RISC-V, other than rustup's.
const LINKERS: [&str; 4] = ["ld.lld", "ld.lld-19", "ld.lld-16", "ld.lld-14"];

impl Toolchain {
    /// A compiler with a compiled `core` for this target, else one with the sources of `core`: the user's
    /// own first, then Debian's.
    ///
    /// # Errors
    /// [`Failure::Tool`] with the commands that install one.
    pub fn find(target: &str) -> Result<Self, Failure> {
        let candidates = [PathBuf::from("rustc"), PathBuf::from("/usr/bin/rustc")];
        let compiled = candidates.iter().find(|rustc| has_core(rustc, target));
        let sources = candidates.iter().find(|rustc| has_core_sources(rustc));
        let missing = || {
            Failure::Tool(format!(
                "no core library for {target}: run `rustup target add {target}`, or on Debian \
                 `apt-get install rustc-web rust-web-src lld-19`"
            ))
        };
        let rustc = compiled.or(sources).ok_or_else(missing)?.clone();
        let linker = if has_linker(&rustc) {
            None
        } else {
            Some(LINKERS.iter().find_map(|name| in_path(name)).ok_or_else(|| {
                Failure::Tool(
                    "no linker for Arm and RISC-V: run `apt-get install lld-19`".to_owned(),
                )
            })?)
        };
        Ok(Self { rustc, build_core: compiled.is_none(), linker })
    }

    /// The compiler's version.
    pub fn version(&self) -> String {
        ask(&self.rustc, &["--version"]).unwrap_or_default()
    }

    /// The compiler flags for the firmware.
    pub fn flags(&self, board: &Board) -> String {
        let core = if self.build_core { ", core from source" } else { "" };
        let level = opt_level(board);
        format!(
            "-C target-cpu={} -C opt-level={level} -C lto=fat -C codegen-units=1{core}",
            board.core
        )
    }

    /// Builds the suite for a board; returns the ELF file's path.
    ///
    /// # Errors
    /// [`Failure::Check`] if it does not build; the compiler's messages have been shown.
    pub fn build(&self, board: &Board, filter: &str) -> Result<PathBuf, Failure> {
        let firmware = firmware()?;
        if !firmware.join("suite").is_dir() {
            let line = "no directory firmware/suite here; run this in a checkout of situ";
            return Err(Failure::Input(line.into()));
        }
        let mut features = vec![match board.run {
            Run::Qemu(_) => "qemu",
            Run::Probe(_) => "chip",
        }];
        match board.suite {
            Suite::Full => (),
            Suite::Reduced => features.push("reduced"),
            Suite::Models => features.push("models"),
            // With the reduced suite's operand size, they fit every board.
            Suite::Learners => features.extend(["learners", "reduced"]),
        }
        let mut cargo = self.cargo("build", &board.target, &[&cpu_flag(board)]);
        cargo
            .current_dir(&firmware)
            .args(["--locked", "--features", &features.join(","), "--target-dir"])
            .arg(firmware.join("target"))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level(board))
            .env("SITU_BOARD", &board.id)
            .env("SITU_FILTER", filter);
        let status = cargo.status().map_err(|error| Failure::Tool(format!("cargo: {error}")))?;
        if !status.success() {
            return Err(Failure::Check(format!("the firmware does not build for {}", board.id)));
        }
        // Boards with the same target share a path, so keep a copy for each.
        let built = firmware.join("target").join(&board.target).join("release/situ-firmware");
        let kept = firmware.join("target").join(format!("{}.elf", board.id));
        std::fs::read(&built)
            .and_then(|image| files::try_replace(&kept, &image))
            .map_err(|error| Failure::Input(format!("{}: {error}", built.display())))?;
        Ok(kept)
    }

    /// A cargo command that compiles for `target`, optimized, with these flags.
    pub fn cargo(&self, command: &str, target: &str, flags: &[&str]) -> Command {
        let mut flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        if let Some(linker) = &self.linker {
            flags.push(format!("-Clinker={}", linker.display()));
        }
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args([command, "--release", "--target", target])
            .env("RUSTC", &self.rustc)
            // Cargo's separator between flags.
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            .env_remove("RUSTFLAGS");
        if !std::io::stderr().is_terminal() {
            cargo.arg("--quiet");
        }
        if self.build_core {
            // Stable Rust builds `core` only with this variable; the code uses no unstable features.
            cargo.arg("-Zbuild-std=core").env("RUSTC_BOOTSTRAP", "1");
        }
        cargo
    }
}

/// The flag that selects the board's core.
fn cpu_flag(board: &Board) -> String {
    format!("-Ctarget-cpu={}", board.core)
}

/// Optimization for speed, or for size on a chip that fits only the reduced suite.
fn opt_level(board: &Board) -> &'static str {
    match board.suite {
        Suite::Full | Suite::Models => "3",
        // This suite is small enough for every board.
        Suite::Reduced | Suite::Learners => "s",
    }
}

/// The current commit of the firmware's tree, with `+` if files differ from it.
pub fn commit(firmware: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(firmware).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--", ".", "../core"])?;
    Some(if changed.is_empty() { commit } else { commit + "+" })
}

/// The file with this name in a directory of `PATH`.
pub fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file())
}

fn has_core(rustc: &Path, target: &str) -> bool {
    let directory = ask(rustc, &["--print", "target-libdir", "--target", target]);
    let entries = directory.and_then(|directory| std::fs::read_dir(directory).ok());
    entries
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore"))
}

fn has_core_sources(rustc: &Path) -> bool {
    let root = ask(rustc, &["--print", "sysroot"]);
    root.is_some_and(|root| {
        Path::new(&root).join("lib/rustlib/src/rust/library/core/Cargo.toml").is_file()
    })
}

/// Whether the compiler includes `rust-lld`, the linker that bare-metal targets need.
fn has_linker(rustc: &Path) -> bool {
    let directory = ask(rustc, &["--print", "sysroot"]).map(|root| root + "/lib/rustlib");
    let targets = directory.and_then(|directory| std::fs::read_dir(directory).ok());
    let linker = format!("bin/rust-lld{}", std::env::consts::EXE_SUFFIX);
    targets.into_iter().flatten().flatten().any(|target| target.path().join(&linker).is_file())
}

fn ask(program: &Path, arguments: &[impl AsRef<OsStr>]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
