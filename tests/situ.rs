//! The command `situ`, as cargo built it for these tests.

use assert_cmd::Command;

/// `situ`, to be run in `directory`, where its results go.
pub fn situ(directory: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_situ"));
    command.current_dir(directory);
    command
}
