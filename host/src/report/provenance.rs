//! The provenance of a result.

use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// The command that produced a result, when, and on which machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The command line.
    pub command: String,
    /// RFC 3339, UTC, to the millisecond.
    pub date: String,
    /// Version of this crate.
    pub version: String,
    /// Commit it was built from, if the build named it in `SITU_COMMIT`.
    pub commit: Option<String>,
    /// Processor, architecture, operating system, number of cores.
    pub machine: String,
}

impl Provenance {
    /// The provenance of this process's results.
    pub fn here() -> Self {
        Self {
            command: command(std::env::args_os().map(|word| word.to_string_lossy().into_owned())),
            date: humantime::format_rfc3339_millis(SystemTime::now()).to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("SITU_COMMIT").map(str::to_owned),
            machine: machine(),
        }
    }
}

/// A result as saved.
#[derive(Serialize)]
pub struct Saved<'a, R> {
    /// Not part of the `--json` output, which is the same in every run.
    pub provenance: Provenance,
    #[serde(flatten)]
    pub result: &'a R,
}

/// Arguments as typed, with quotes around words with spaces.
fn command(arguments: impl Iterator<Item = String>) -> String {
    let quoted = arguments.skip(1).map(|argument| {
        let plain = |c: char| c.is_alphanumeric() || "-_./,=:+%@\\".contains(c);
        if !argument.is_empty() && argument.chars().all(plain) {
            argument
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    });
    std::iter::once("situ".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}

fn machine() -> String {
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| {
        let (name, model) = line.split_once(':')?;
        (name.trim() == "model name").then(|| format!("{}, ", model.trim()))
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (architecture, system) = (std::env::consts::ARCH, std::env::consts::OS);
    let plural = if cores == 1 { "" } else { "s" };
    format!("{}{architecture}, {system}, {cores} core{plural}", model.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_again() {
        let words = ["target/debug/situ", "fit", "my data.csv", "--target", "it's", ""];
        let typed = command(words.into_iter().map(str::to_owned));
        assert_eq!(typed, r"situ fit 'my data.csv' --target 'it'\''s' ''");
    }
}
