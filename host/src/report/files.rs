//! Saved results: JSON files that the report is made from.

use super::provenance::{Provenance, Saved};
use crate::{Failure, files};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// File name of the last `reproduce` run.
pub const REPRODUCE: &str = "reproduce.json";
/// File name of the last `fit`.
pub const FIT: &str = "fit.json";
/// File name of the last `compare`.
pub const COMPARE: &str = "compare.json";
/// File name of the last `play`.
pub const PLAY: &str = "play.json";

/// Directory of results: `target/situ` below the current directory.
pub fn directory() -> PathBuf {
    PathBuf::from("target").join("situ")
}

/// Number of earlier fits to keep.
const KEPT: usize = 20;

/// Saves a result and its provenance as JSON below [`directory`]; see [`files::replace`]. Earlier fits are
/// kept.
///
/// # Errors
/// [`Failure::Input`] naming the path if it cannot be written.
pub fn save(name: &str, result: &impl Serialize) -> Result<(), Failure> {
    let path = directory().join(name);
    let provenance = Provenance::here();
    let date = provenance.date.replace(':', "");
    let text =
        serde_json::to_vec(&Saved { provenance, result }).map_err(|error| named(&path, &error))?;
    files::replace(&path, &text)?;
    if name == FIT {
        files::replace(&fits().join(format!("{date}.json")), &text)?;
        for old in kept()?.into_iter().skip(KEPT + 1) {
            match std::fs::remove_file(&old) {
                // Removed by another run.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                removed => removed.map_err(|error| named(&old, &error))?,
            }
        }
    }
    Ok(())
}

fn fits() -> PathBuf {
    directory().join("fits")
}

/// The files of all kept fits, latest first: their names are their dates.
fn kept() -> Result<Vec<PathBuf>, Failure> {
    let directory = fits();
    let entries = match std::fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(named(&directory, &error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| named(&directory, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort_unstable_by(|a, b| b.cmp(a));
    Ok(paths)
}

/// All kept fits, latest first.
///
/// # Errors
/// As [`load`].
pub fn earlier<R: DeserializeOwned>() -> Result<Vec<R>, Failure> {
    let read = |path: PathBuf| read(&path).transpose();
    kept()?.into_iter().filter_map(read).collect()
}

/// Loads a saved result; `None` if nothing is saved under this name.
///
/// # Errors
/// [`Failure::Input`] naming the path if it cannot be read or does not contain such a result.
pub fn load<R: DeserializeOwned>(name: &str) -> Result<Option<R>, Failure> {
    read(&directory().join(name))
}

fn read<R: DeserializeOwned>(path: &Path) -> Result<Option<R>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(named(path, &error)),
    };
    serde_json::from_str(&text).map(Some).map_err(|error| named(path, &error))
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Input(format!("{}: {error}", path.display()))
}
