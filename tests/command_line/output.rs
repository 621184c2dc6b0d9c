//! Standard output that is closed, as by `| head -1`, or full: one line or none, never a panic.

use crate::{Folder, situ};
use predicates::str::is_match;
use std::fs::OpenOptions;
use std::path::Path;
use std::process::{Output, Stdio};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/programs/factorial.subleq");
const GAME: &str = "NFG 1 R \"Pennies\" { \"A\" \"B\" } { 2 2 }\n1 -1 -1 1 -1 1 1 -1\n";
const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../firmware/reference/qemu-m4.json");

/// One command line for each way in which a command prints.
const COMMANDS: [&[&str]; 8] = [
    &["--help"],
    &["--version"],
    &["fit", "--help"],
    &["boards"],
    &["compute", PROGRAM, "--trace"],
    &["play", "game.nfg", "--steps", "10"],
    &["play", "game.nfg", "--steps", "10", "--json"],
    &["compare", PEERS, PEERS],
];

fn run(arguments: &[&str], stdout: Stdio) -> Output {
    let directory = Folder::with("game.nfg", GAME);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_situ"));
    command.args(arguments).current_dir(&*directory).stdout(stdout);
    command.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap()
}

#[test]
fn a_closed_pipe_ends_a_command_without_a_word() {
    for arguments in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = run(arguments, writer.into());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(141), "{arguments:?}");
    }
}

#[test]
fn a_full_device_is_named_in_one_line() {
    // Linux has a device that is always full.
    if !Path::new("/dev/full").exists() {
        return;
    }
    for arguments in COMMANDS {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = run(arguments, full.into());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.starts_with("situ: standard output: "), "{arguments:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{arguments:?}: {stderr}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_complaint_that_nobody_can_read_keeps_its_status() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_situ"));
    let status = command.arg("--unknown").stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

/// Checks the width of the help of `command` and of all commands below it; returns how many there are.
fn check_help(command: &[&str]) -> usize {
    let mut situ = situ(Path::new("."));
    let output = situ.args(command).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for line in help.lines() {
        assert!(line.chars().count() <= 80, "situ {command:?} --help: {line}");
    }
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    // A description's second line is indented further.
    let names = list.map_while(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !["", "help"].contains(name));
    1 + names.map(|name| check_help(&[command, &[name]].concat())).sum::<usize>()
}

#[test]
fn help_fits_eighty_columns() {
    assert!(check_help(&[]) >= 14);
}

#[test]
fn help_says_what_a_bare_situ_does() {
    let directory = Folder::new();
    let help = directory.situ(&["--help"]).success();
    help.stdout(is_match("Without a command, situ measures every claim").unwrap());
}
