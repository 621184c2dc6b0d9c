//! No panic can be linked: a program that calls every kernel is linked with a panic handler that
//! does not exist.

use crate::{required, skipped};
use situ_host::bench::Toolchain;
use std::path::Path;
use std::process::Command;

/// Builds `tests/no_panic`; a kernel that can panic leaves `a_panic_is_possible` undefined.
fn link(command: &mut Command) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/no_panic");
    let output = command.current_dir(&project).output().expect("cargo runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
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
