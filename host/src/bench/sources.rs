//! The sources of boards, firmware and library: in a checkout, or the copies embedded in the program.

use crate::{Failure, files, report};
use std::fs;
use std::path::{Path, PathBuf};

/// Names and contents, with `firmware` beside `core`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The directory of the firmware: in the tree around the current directory, else in the tree that this
/// program was built from. Without either, the embedded copies are written below the directory of results;
/// they contain the boards and the sources of exports, but not the suite.
///
/// # Errors
/// [`Failure::Input`] if the copies cannot be written.
pub fn firmware() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir().unwrap_or_default();
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let mut places = here.ancestors().chain(built).map(|place| place.join("firmware"));
    places
        .find(|firmware| firmware.join("boards").is_dir())
        .map_or_else(|| unpack(&here.join(report::directory()).join("sources")), Ok)
}

/// Writes the files that are missing or differ; returns the directory of the firmware.
fn unpack(to: &Path) -> Result<PathBuf, Failure> {
    for (name, content) in FILES {
        let path = to.join(name);
        if fs::read(&path).is_ok_and(|present| present == *content) {
            continue;
        }
        files::replace(&path, content)?;
    }
    Ok(to.join("firmware"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Board;

    #[test]
    fn copies_are_complete_and_mended() {
        let directory = tempfile::tempdir().unwrap();
        let to = directory.path().join("sources");
        let firmware = unpack(&to).unwrap();
        let manifest = to.join("core/Cargo.toml");
        fs::write(&manifest, "damaged").unwrap();
        assert_eq!(unpack(&to).unwrap(), firmware);
        let checkout = super::firmware().unwrap();
        for name in
            ["../core/Cargo.toml", "../core/src/lib.rs", "learner/src/main.rs", "c/Makefile"]
        {
            let [ours, theirs] = [&firmware, &checkout].map(|f| fs::read(f.join(name)).unwrap());
            assert_eq!(ours, theirs, "{name}");
        }
        for board in Board::all().unwrap() {
            Board::read(&firmware.join(format!("boards/{}.toml", board.id))).unwrap();
        }
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let to = directory.path().join("sources");
        fs::write(&to, "a file").unwrap();
        let failure = unpack(&to).unwrap_err();
        assert!(failure.to_string().contains("sources"), "{failure}");
    }
}
