//! What the tests of the command line share: the `situ` command itself.

use assert_cmd::Command;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The `situ` binary of this workspace, built in the profile that the tests are built in.
static SITU: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut build = std::process::Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--package", "situ-host", "--bin", "situ"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(status.is_ok_and(|status| status.success()), "the situ binary does not build");
    // This test runs from target/PROFILE/deps.
    let test = std::env::current_exe().expect("the path of this test");
    let profile = test.parent().and_then(std::path::Path::parent).expect("target/PROFILE/deps");
    profile.join(format!("situ{}", std::env::consts::EXE_SUFFIX))
});

/// `situ`, to be run in `directory`, where its results go.
pub fn situ(directory: &std::path::Path) -> Command {
    let mut command = Command::new(&*SITU);
    command.current_dir(directory);
    command
}
