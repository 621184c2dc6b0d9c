//! Atomic file writes: a reader sees the old contents or the new, never a mix.

use crate::Failure;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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

/// [`replace`] for callers that format the error themselves.
///
/// # Errors
/// The first one.
pub fn try_replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut draft = Draft::begin(path)?;
    draft.write_all(contents)?;
    draft.finish()
}

/// A file written beside the one that it will replace, in an existing directory. The old file stays until
/// [`Self::finish`].
#[derive(Debug)]
pub struct Draft {
    file: File,
    /// The file to replace.
    path: PathBuf,
    /// The file being written; `None` for a device, which is written directly and must not become a file.
    temporary: Option<PathBuf>,
}

impl Draft {
    /// Creates an empty file beside `path`.
    ///
    /// # Errors
    /// If the file cannot be created, or `path` is a directory.
    pub fn begin(path: &Path) -> io::Result<Self> {
        // Follow links.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::metadata(&path) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if !found.is_file() => {
                let file = fs::OpenOptions::new().write(true).open(&path)?;
                return Ok(Self { file, path, temporary: None });
            }
            _ => {}
        }
        let name = path.file_name().ok_or_else(|| io::Error::other("not the name of a file"))?;
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}.part", std::process::id()));
        let temporary = path.with_file_name(temporary);
        Ok(Self { file: File::create(&temporary)?, path, temporary: Some(temporary) })
    }

    /// Where it is written.
    pub fn place(&self) -> &Path {
        self.temporary.as_deref().unwrap_or(&self.path)
    }

    /// Syncs it to disk and puts it in place of the old file.
    ///
    /// # Errors
    /// The first one; the old file is then unchanged.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(temporary) = &self.temporary {
            self.file.sync_all()?;
            fs::rename(temporary, &self.path)?;
            self.temporary = None;
        }
        Ok(())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // The first error is the one to report.
            let _ = fs::remove_file(temporary);
        }
    }
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
