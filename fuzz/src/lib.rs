//! What the fuzz targets share: bytes as a file, and the command in this process.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Writes the bytes to a file of this process with this extension.
pub fn file(extension: &str, bytes: &[u8]) -> PathBuf {
    let name = format!("situ-fuzz-{}.{extension}", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, bytes).expect("a writable folder");
    path
}

/// Runs `situ` on a file. However it ends, a failure must be one line that a terminal can show.
pub fn situ(command: &str, path: &Path, options: &[&str]) {
    let mut arguments: Vec<OsString> = vec!["situ".into(), command.into(), path.into()];
    arguments.extend(options.iter().map(OsString::from));
    if let Err(failure) = situ_host::cli::run(arguments) {
        let text = failure.to_string();
        assert!(!text.chars().any(char::is_control), "not one plain line: {text:?}");
    }
}
