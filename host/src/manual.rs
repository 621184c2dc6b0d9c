//! Shell completions and manual pages, made from the command line itself.

use crate::{Failure, console};
use clap::Command;
use clap_complete::Shell;

/// Prints the completions of a shell.
///
/// # Errors
/// As [`console::line`].
pub fn completions(shell: Shell, mut command: Command) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, "situ", &mut text);
    print(&text)
}

/// Prints the manual page of `situ`, or of one of its commands.
///
/// # Errors
/// [`Failure::Input`] for a command that does not exist.
pub fn page(name: Option<&str>, mut command: Command) -> Result<(), Failure> {
    command.build();
    let command = match name {
        None => command,
        Some(name) => command.find_subcommand(name).cloned().ok_or_else(|| {
            Failure::Input(format!("man {name}: no such command; `situ --help` lists them"))
        })?,
    };
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut text);
    rendered.map_err(|error| Failure::Check(error.to_string()))?;
    print(&text)
}

fn print(text: &[u8]) -> Result<(), Failure> {
    console::line(String::from_utf8_lossy(text).trim_end())
}
