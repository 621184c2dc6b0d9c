//! No panic can be linked: a program with every public function of the core is linked against a panic
//! handler that does not exist, for speed and for size, with wrapping arithmetic and with overflow checks.

use crate::{required, skipped};
use situ_host::bench::Toolchain;
use std::path::Path;
use std::process::Command;

/// Overflow checks in the core: off as in a release build, and on as in a development build. The counters
/// of the standard library's iterators and `libm` stay unchecked: docs/trust.md.
const CHECKS: [&str; 2] = ["false", "true"];

/// Builds `tests/no_panic`; a function that can panic leaves `a_panic_is_possible` undefined.
fn link(new: impl Fn() -> Command) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/no_panic");
    for (level, checks) in ["3", "s"].into_iter().flat_map(|level| CHECKS.map(|on| (level, on))) {
        let mut command = new();
        command
            .current_dir(&project)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
            .args(["--config", &format!("profile.release.package.situ.overflow-checks={checks}")]);
        let output = command.output().expect("cargo runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "level {level}, checks {checks}: {complaint}");
    }
}

const TARGET: &str = "thumbv7em-none-eabihf";

#[test]
fn on_cortex_m() {
    match Toolchain::find(TARGET) {
        Ok(toolchain) => link(|| toolchain.cargo("build", TARGET, &["-Ctarget-cpu=cortex-m4"])),
        Err(failure) => skipped(&failure.to_string()),
    }
}

/// Where Cortex-M cannot be linked, or all boards are required.
#[test]
fn on_the_host() {
    if Toolchain::find(TARGET).is_ok() && !required() {
        return;
    }
    link(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--release", "--quiet"]);
        cargo
    });
}
