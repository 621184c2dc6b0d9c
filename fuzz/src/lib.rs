//! The host's part of the fuzz targets, and the command in this process.

pub mod host;

use host::{Host, assert_plain};
use std::ffi::OsString;
use std::path::Path;

/// The parsers, with files in the current directory.
pub fn host() -> Host<'static> {
    Host { folder: Path::new("."), situ: &situ }
}

fn situ(command: &str, path: &Path, options: &[&str]) {
    let mut arguments: Vec<OsString> = vec!["situ".into(), command.into(), path.into()];
    arguments.extend(options.iter().map(OsString::from));
    if let Err(failure) = situ_host::cli::run(arguments) {
        assert_plain(&failure);
    }
}
