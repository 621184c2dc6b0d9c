//! The `situ` command.

use situ_host::{Failure, cli, console};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Err(failure) = cli::run(std::env::args_os()) else { return ExitCode::SUCCESS };
    // As `cat` in `cat file | head -1`: the reader has seen enough.
    if failure != Failure::Closed {
        console::complain(&failure);
    }
    ExitCode::from(failure.status())
}
