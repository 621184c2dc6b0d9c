//! No panic can be linked: a program with every public function of the core is linked against a panic
//! handler that does not exist, for speed and for size.

use crate::{required, skipped};
use situ_host::bench::Toolchain;
use std::path::Path;
use std::process::Command;

/// Builds `tests/no_panic`; a function that can panic leaves `a_panic_is_possible` undefined.
fn link(command: &mut Command) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/no_panic");
    for level in ["3", "s"] {
        let command = command.current_dir(&project).env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level);
        let output = command.output().expect("cargo runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "at level {level}: {complaint}");
    }
}

const TARGET: &str = "thumbv7em-none-eabihf";

#[test]
fn on_cortex_m() {
    match Toolchain::find(TARGET) {
        Ok(toolchain) => link(&mut toolchain.cargo("build", TARGET, &["-Ctarget-cpu=cortex-m4"])),
        Err(failure) => skipped(&failure.to_string()),
    }
}

/// Where Cortex-M cannot be linked, or all boards are required.
#[test]
fn on_the_host() {
    if Toolchain::find(TARGET).is_ok() && !required() {
        return;
    }
    let mut cargo = Command::new(env!("CARGO"));
    link(cargo.args(["build", "--release", "--quiet"]));
}
