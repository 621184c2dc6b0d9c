//! The directory that an export is written to.

use crate::{Failure, files};
use std::path::{Path, PathBuf};

/// A writable directory.
#[derive(Clone, Debug)]
pub struct Destination {
    directory: PathBuf,
}

impl Destination {
    /// Creates the directory. A non-empty one is rejected unless `force` is set.
    ///
    /// # Errors
    /// [`Failure::Input`] naming the directory.
    pub fn new(directory: PathBuf, force: bool) -> Result<Self, Failure> {
        let shown = directory.display();
        let fail = |error| Failure::Input(format!("--export {shown}: {error}"));
        std::fs::create_dir_all(&directory).map_err(fail)?;
        let mut entries = std::fs::read_dir(&directory).map_err(fail)?;
        if !force && entries.next().is_some() {
            return Err(Failure::Input(format!(
                "--export {shown}: the directory is not empty; --force overwrites it"
            )));
        }
        Ok(Self { directory })
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes a file. If it already has this content, its modification time is kept, so that cargo does
    /// not rebuild it.
    ///
    /// # Errors
    /// [`Failure::Input`] naming the file.
    pub fn put(&self, name: &str, content: &[u8]) -> Result<(), Failure> {
        let path = self.directory.join(name);
        if std::fs::read(&path).is_ok_and(|present| present == content) {
            return Ok(());
        }
        files::try_replace(&path, content)
            .map_err(|error| Failure::Input(format!("--export {}: {error}", path.display())))
    }

    /// Copies the Rust sources below `from` to the directory `name`.
    ///
    /// # Errors
    /// [`Failure::Input`] naming what cannot be read or written.
    pub fn copy_sources(&self, from: &Path, name: &str) -> Result<(), Failure> {
        let fail = |error| Failure::Input(format!("{}: {error}", from.display()));
        for entry in std::fs::read_dir(from).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{name}/{file}");
            if path.is_dir() {
                self.copy_sources(&path, &name)?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.put(&name, &std::fs::read(&path).map_err(fail)?)?;
            }
        }
        Ok(())
    }
}
