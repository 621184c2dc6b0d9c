//! Runs an image, in QEMU or on a chip, and hands on the lines of its log.

use super::defmt::{Stream, Table};
use super::{Board, Run, toolchain::in_path};
use crate::Failure;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Longest silence of a board that still runs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs the image at `elf` to its end and calls `hear` with each line of its log.
///
/// # Errors
/// [`Failure::Tool`] if QEMU, probe-rs or the probe is missing; [`Failure::Check`] if the run ends
/// with a failure or falls silent, or if `hear` says so.
pub fn run(
    board: &Board,
    elf: &Path,
    hear: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<(), Failure> {
    let mut child = Stopped(spawn(command(board, elf)?)?);
    let result = match &board.run {
        Run::Qemu(_) => {
            let image = std::fs::read(elf).map_err(|error| Failure::Input(error.to_string()))?;
            let table = Table::read(&image)
                .map_err(|error| Failure::Check(format!("{}: {error}", elf.display())))?;
            let mut stream = Stream::new(&table);
            each_chunk(&mut child.0, &mut |chunk| stream.receive(chunk, hear))
        }
        Run::Probe(_) => lines(&mut child.0, hear),
    };
    result.map_err(|problem| Failure::Check(format!("{}: {problem}", board.id)))?;
    let mut complaint = String::new();
    if let Some(stderr) = &mut child.0.stderr {
        let _ = stderr.read_to_string(&mut complaint);
    }
    let status = child.0.wait().map_err(|error| Failure::Check(error.to_string()))?;
    if status.success() {
        return Ok(());
    }
    let complaint = complaint.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("");
    Err(failure(board, complaint))
}

/// The program that runs a board: QEMU or probe-rs.
///
/// # Errors
/// [`Failure::Tool`] if it is not installed.
pub fn program(board: &Board) -> Result<PathBuf, Failure> {
    let (name, install) = match board.run {
        Run::Qemu(_) => ("qemu-system-arm", "apt-get install qemu-system-arm"),
        Run::Probe(_) => ("probe-rs", "cargo install probe-rs-tools --locked"),
    };
    in_path(name).ok_or_else(|| Failure::Tool(format!("no {name}: run `{install}`")))
}

fn command(board: &Board, elf: &Path) -> Result<Command, Failure> {
    let mut command = Command::new(program(board)?);
    match &board.run {
        Run::Qemu(machine) => command
            .args(["-machine", machine, "-display", "none", "-serial", "none", "-monitor", "none"])
            .args(["-semihosting-config", "enable=on,target=native"])
            // One instruction lasts one nanosecond, whatever it does.
            .args(["-icount", "shift=0", "-kernel"]),
        Run::Probe(chip) => command.args(["run", "--chip", chip, "--log-format", "{s}"]),
    };
    command.arg(elf);
    Ok(command)
}

fn spawn(mut command: Command) -> Result<Child, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::Tool(format!("{program}: {error}")))
}

/// What the end of a run without success means.
fn failure(board: &Board, complaint: &str) -> Failure {
    let lower = complaint.to_lowercase();
    if lower.contains("no connected probes") || lower.contains("probe was not found") {
        return Failure::Tool(
            "no debug probe is connected; `probe-rs list` shows those seen".into(),
        );
    }
    if lower.contains("permission") || lower.contains("access denied") {
        return Failure::Tool(format!(
            "the probe may not be used ({complaint}): install the udev rules of probe.rs/docs"
        ));
    }
    Failure::Check(format!("{}: the run failed{}{complaint}", board.id, separator(complaint)))
}

fn separator(text: &str) -> &'static str {
    if text.is_empty() { "" } else { ": " }
}

/// Splits the child's output into lines: probe-rs has decoded it.
fn lines(
    child: &mut Child,
    hear: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    let mut open = Vec::new();
    each_chunk(child, &mut |chunk| {
        for byte in chunk {
            if *byte == b'\n' {
                hear(String::from_utf8_lossy(&open).trim())?;
                open.clear();
            } else {
                open.push(*byte);
            }
        }
        Ok(())
    })
}

/// Hands on what the child writes, until it closes its output.
fn each_chunk(
    child: &mut Child,
    take: &mut dyn FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let mut stdout = child.stdout.take().ok_or("no output")?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = stdout.read(&mut buffer) {
            if sender.send(buffer[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok(chunk) => take(&chunk)?,
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(()),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(format!("silent for {} s", PATIENCE.as_secs()));
            }
        }
    }
}

/// A child that does not outlive its owner.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        // Gone already after a run that ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
