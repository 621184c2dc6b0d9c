//! Files written as a whole: a reader sees the old contents or the new, never half of them.

use crate::Failure;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Replaces the contents of `path`, and creates its directory if it is missing.
///
/// Writes a temporary file beside `path`, syncs it to disk and renames it over `path`: an interrupted
/// run or a full disk leaves the old file unchanged.
///
/// # Errors
/// [`Failure::Input`] naming the path if it cannot be written.
pub fn replace(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    try_replace(path, contents)
        .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))
}

/// [`replace`], for callers that word the error themselves.
///
/// # Errors
/// The first one.
pub fn try_replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    // Through links; and what is no file, such as /dev/stdout, must not become one.
    let followed = fs::canonicalize(path).ok();
    let path = followed.as_deref().unwrap_or(path);
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(contents);
    }
    let name = path.file_name().ok_or_else(|| io::Error::other("not the name of a file"))?;
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}.part", std::process::id()));
    let temporary = path.with_file_name(temporary);
    let written = write_synced(&temporary, contents).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_synced(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(contents)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_replaced_and_nothing_is_left_beside_them() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new").join("result.json");
        for contents in ["first", "second, which is longer"] {
            replace(&path, contents.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), contents);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_names_the_path_and_leaves_no_temporary_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("taken");
        fs::create_dir_all(path.join("by a directory")).unwrap();
        let failure = replace(&path, b"contents").unwrap_err();
        assert!(failure.to_string().contains("taken"), "{failure}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
