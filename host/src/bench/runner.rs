//! Runs an image, in QEMU or on a chip, and passes the lines of its log on.

use super::defmt::{Stream, Table};
use super::{Board, Run, toolchain::in_path};
use crate::Failure;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Time limits of a board.
#[derive(Clone, Copy)]
struct Limits {
    /// Between two lines, and from the last one to the end.
    silence: Duration,
    /// In total.
    duration: Duration,
}

const LIMITS: Limits =
    Limits { silence: Duration::from_secs(120), duration: Duration::from_secs(1800) };

/// Runs the image at `elf` to its end and calls `hear` with each line of its log.
///
/// # Errors
/// [`Failure::Tool`] if QEMU, probe-rs or the probe is missing; [`Failure::Check`] if the run ends
/// with a failure or exceeds its time limits, or if `hear` fails.
pub fn run(
    board: &Board,
    elf: &Path,
    hear: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<(), Failure> {
    let mut child = Stopped(spawn(command(board, elf)?)?);
    let complaints = complaints(&mut child.0);
    let result = match &board.run {
        Run::Qemu(_) => {
            let image = std::fs::read(elf).map_err(|error| Failure::Input(error.to_string()))?;
            let table = Table::read(&image)
                .map_err(|error| Failure::Check(format!("{}: {error}", elf.display())))?;
            let mut stream = Stream::new(&table);
            output(&mut child.0)
                .and_then(|output| each_chunk(output, LIMITS, &mut |c| stream.receive(c, hear)))
        }
        Run::Probe(_) => output(&mut child.0).and_then(|output| lines(output, LIMITS, hear)),
    };
    let status = result.and_then(|()| child.end(LIMITS));
    let status = status.map_err(|problem| Failure::Check(format!("{}: {problem}", board.id)))?;
    if status.success() {
        return Ok(());
    }
    let complaint = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
    let complaint = complaint.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("");
    Err(failure(board, complaint))
}

/// Runs the image in QEMU in the firmware's traced mode, and calls `hear` with each line of QEMU's log of
/// translated and executed blocks.
///
/// # Errors
/// [`Failure::Tool`] if QEMU is missing; [`Failure::Check`] if the run fails or exceeds its time limits.
pub fn trace(board: &Board, elf: &Path, hear: &mut dyn FnMut(&str)) -> Result<(), Failure> {
    let Run::Qemu(machine) = &board.run else { return Ok(()) };
    let mut command = Command::new(program(board)?);
    command
        .args(QUIET)
        .args(["-machine", machine, "-semihosting-config"])
        .arg("enable=on,target=native,arg=situ,arg=trace")
        // Blocks are not chained, so that each execution is logged, on stderr.
        .args(["-d", "exec,nochain,in_asm", "-kernel"])
        .arg(elf);
    let mut child = Stopped(spawn(command)?);
    let mut stdout = child.0.stdout.take();
    let drain = std::thread::spawn(move || {
        stdout.as_mut().map(|stdout| std::io::copy(stdout, &mut std::io::sink()))
    });
    let log = child.0.stderr.take();
    let mut hear = |line: &str| {
        hear(line);
        Ok(())
    };
    let result = log.map_or(Ok(()), |log| lines(log, LIMITS, &mut hear));
    let status = result.and_then(|()| child.end(LIMITS));
    let status = status.map_err(|problem| Failure::Check(format!("{}: {problem}", board.id)))?;
    let _ = drain.join();
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Check(format!("{}: the traced run failed", board.id)))
    }
}

/// Arguments that keep QEMU from opening windows and using the terminal.
const QUIET: [&str; 6] = ["-display", "none", "-serial", "none", "-monitor", "none"];

/// The program that runs a board: QEMU or probe-rs.
///
/// # Errors
/// [`Failure::Tool`] if it is not installed.
pub fn program(board: &Board) -> Result<PathBuf, Failure> {
    let (name, install) = match board.run {
        Run::Qemu(_) if board.is_riscv() => {
            ("qemu-system-riscv32", "apt-get install qemu-system-misc")
        }
        Run::Qemu(_) => ("qemu-system-arm", "apt-get install qemu-system-arm"),
        Run::Probe(_) => ("probe-rs", "cargo install probe-rs-tools --locked"),
    };
    in_path(name).ok_or_else(|| Failure::Tool(format!("no {name}: run `{install}`")))
}

fn command(board: &Board, elf: &Path) -> Result<Command, Failure> {
    let mut command = Command::new(program(board)?);
    match &board.run {
        Run::Qemu(machine) => command.args(board.qemu(machine).1),
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

/// The failure to report for an unsuccessful run.
fn failure(board: &Board, complaint: &str) -> Failure {
    let lower = complaint.to_lowercase();
    if lower.contains("no connected probes") || lower.contains("probe was not found") {
        return Failure::Tool(
            "no debug probe is connected; `probe-rs list` shows those seen".into(),
        );
    }
    if lower.contains("permission") || lower.contains("access denied") {
        return Failure::Tool(format!(
            "no permission to use the probe ({complaint}): install the udev rules of probe.rs/docs"
        ));
    }
    Failure::Check(format!("{}: the run failed{}{complaint}", board.id, separator(complaint)))
}

fn separator(text: &str) -> &'static str {
    if text.is_empty() { "" } else { ": " }
}

/// The output of the child.
fn output(child: &mut Child) -> Result<ChildStdout, String> {
    child.stdout.take().ok_or_else(|| "no output".to_owned())
}

/// Splits output into lines; probe-rs has already decoded it.
fn lines(
    source: impl Read + Send + 'static,
    limits: Limits,
    hear: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    let mut open = Vec::new();
    each_chunk(source, limits, &mut |chunk| {
        let mut rest = chunk;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            open.extend_from_slice(&rest[..end]);
            hear(String::from_utf8_lossy(&open).trim())?;
            open.clear();
            rest = &rest[end + 1..];
        }
        open.extend_from_slice(rest);
        Ok(())
    })
}

/// Passes the output of a child on until it closes it.
fn each_chunk(
    source: impl Read + Send + 'static,
    limits: Limits,
    take: &mut dyn FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    // A full queue makes the child wait, because a trace can exceed the memory.
    let (sender, receiver) = mpsc::sync_channel(64);
    std::thread::spawn(move || forward(source, &sender));
    let start = Instant::now();
    loop {
        match receiver.recv_timeout(limits.silence) {
            Ok(chunk) => take(&chunk)?,
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(()),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(format!("no output for {} s", limits.silence.as_secs()));
            }
        }
        if start.elapsed() > limits.duration {
            return Err(format!("still running after {} s", limits.duration.as_secs()));
        }
    }
}

fn forward(mut source: impl Read, sender: &mpsc::SyncSender<Vec<u8>>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = source.read(&mut buffer) {
        if sender.send(buffer[..length].to_vec()).is_err() {
            return;
        }
    }
}

/// Reads the child's stderr while it runs: a full pipe would block it.
fn complaints(child: &mut Child) -> Option<JoinHandle<String>> {
    let mut stderr = child.stderr.take()?;
    Some(std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stderr.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }))
}

/// A child process that is killed with its owner.
struct Stopped(Child);

impl Stopped {
    /// Waits for a child that has closed its output.
    fn end(&mut self, limits: Limits) -> Result<ExitStatus, String> {
        let start = Instant::now();
        loop {
            match self.0.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if start.elapsed() <= limits.silence => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(None) => {
                    let waited = limits.silence.as_secs();
                    return Err(format!("still running {waited} s after its last output"));
                }
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        // Does nothing after a finished run.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More than a pipe holds on stderr, before the first line of output.
    #[test]
    fn long_complaints_do_not_block() {
        let mut command = Command::new("sh");
        command.args(["-c", "head -c 300000 /dev/zero >&2; echo one; echo two"]);
        let mut child = Stopped(spawn(command).unwrap());
        let complaints = complaints(&mut child.0).unwrap();
        let mut heard = Vec::new();
        lines(output(&mut child.0).unwrap(), LIMITS, &mut |line| {
            heard.push(line.to_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!(heard, ["one", "two"]);
        assert!(child.0.wait().unwrap().success());
        assert_eq!(complaints.join().unwrap().len(), 300_000);
    }

    /// Why a program of the shell is stopped, under limits in seconds.
    fn stopped_for(program: &str, silence: u64, duration: u64) -> String {
        let [silence, duration] = [silence, duration].map(Duration::from_secs);
        let limits = Limits { silence, duration };
        let mut command = Command::new("sh");
        command.args(["-c", program]);
        let mut child = Stopped(spawn(command).unwrap());
        let heard = lines(output(&mut child.0).unwrap(), limits, &mut |_| Ok(()));
        heard.and_then(|()| child.end(limits)).unwrap_err()
    }

    #[test]
    fn a_board_that_hangs_is_stopped() {
        let silent = stopped_for("echo begun; exec sleep 600", 1, 600);
        assert_eq!(silent, "no output for 1 s");
        let endless = stopped_for("while sleep 0.1; do echo still here; done", 600, 1);
        assert_eq!(endless, "still running after 1 s");
        let mute = stopped_for("exec >&- 2>&-; exec sleep 600", 1, 600);
        assert_eq!(mute, "still running 1 s after its last output");
    }
}
