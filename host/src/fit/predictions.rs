//! Every prediction, as a CSV.

use super::examples::Examples;
use super::run::Chosen;
use crate::Failure;
use crate::files::Draft;
use situ::online::Target;
use std::path::{Path, PathBuf};

/// A file of predictions, which replaces an older one once it is complete.
pub struct Writer {
    path: PathBuf,
    writer: csv::Writer<Draft>,
}

impl Writer {
    /// Opened before anything is computed, so that a file that cannot be written is reported at once.
    ///
    /// # Errors
    /// [`Failure::Input`] naming the file.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let draft = Draft::begin(path).map_err(|error| failed(path, error))?;
        Ok(Self { path: path.to_owned(), writer: csv::Writer::from_writer(draft) })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// [`Failure::Input`] naming the file.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) -> Result<(), Failure> {
        let written = self.writer.write_record(cells);
        written.map_err(|error| failed(&self.path, error.into()))
    }

    /// Flushes and finishes the file.
    ///
    /// # Errors
    /// [`Failure::Input`] naming the file.
    pub fn finish(self) -> Result<(), Failure> {
        let draft = self.writer.into_inner().map_err(csv::IntoInnerError::into_error);
        draft.and_then(Draft::finish).map_err(|error| failed(&self.path, error))
    }
}

/// Writes a row for each example, in the order of learning: the line of the file where it ends, its target
/// (blank if it has none), and what each learner predicted before learning it.
///
/// # Errors
/// [`Failure::Input`] naming the file.
pub fn write(mut writer: Writer, data: &Examples, chosen: &[Chosen]) -> Result<(), Failure> {
    let text = |target: Option<Target<f32>>| match target {
        Some(Target::Class(class)) => data.labels.get(class).cloned().unwrap_or_default(),
        Some(Target::Value(value)) => (f64::from(value) + data.offset).to_string(),
        None => String::new(),
    };
    let column = data.target.clone().unwrap_or_default();
    let names = chosen.iter().map(|chosen| chosen.model.name().to_owned());
    writer.row(["line".to_owned(), column].into_iter().chain(names))?;
    for index in 0..data.len() {
        let predictions = chosen.iter().map(|chosen| text(chosen.predictions.get(index)));
        let known = [data.lines[index].to_string(), text(data.targets.get(index))];
        writer.row(known.into_iter().chain(predictions))?;
    }
    writer.finish()
}

fn failed(path: &Path, error: std::io::Error) -> Failure {
    Failure::Input(format!("--predictions {}: {error}", path.display()))
}
