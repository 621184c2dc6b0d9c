//! Saved results: JSON files that the report is drawn from.

use crate::{Failure, files};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// File name of the last `reproduce` run.
pub const REPRODUCE: &str = "reproduce.json";
/// File name of the last `fit`.
pub const FIT: &str = "fit.json";
/// File name of the last `play`.
pub const PLAY: &str = "play.json";

/// Directory of results: `target/situ` below the current directory.
pub fn directory() -> PathBuf {
    PathBuf::from("target").join("situ")
}

/// Saves a result as JSON below [`directory`]; see [`files::replace`].
///
/// # Errors
/// [`Failure::Input`] naming the path if it cannot be written.
pub fn save(name: &str, result: &impl Serialize) -> Result<(), Failure> {
    let path = directory().join(name);
    let text = serde_json::to_vec(result)
        .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    files::replace(&path, &text)
}

/// Loads a saved result; `None` if nothing is saved under this name.
///
/// # Errors
/// [`Failure::Input`] naming the path if it cannot be read or does not hold such a result.
pub fn load<R: DeserializeOwned>(name: &str) -> Result<Option<R>, Failure> {
    let path = directory().join(name);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::Input(format!("{}: {error}", path.display()))),
    };
    let result = serde_json::from_str(&text);
    result.map(Some).map_err(|error| Failure::Input(format!("{}: {error}", path.display())))
}
