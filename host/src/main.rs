//! The `situ` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    match situ_host::cli::run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.status())
        }
    }
}
