//! Exceptions.

use pyo3::PyErr;
use pyo3::exceptions::{PyFileNotFoundError, PyRuntimeError, PyValueError};
use situ_host::Failure;

/// `ValueError` with the library's message.
pub fn value(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The exception for a failure of a command: `ValueError` for bad input, `RuntimeError` for the rest.
pub fn command(failure: &Failure) -> PyErr {
    let line = failure.to_string();
    let line = line.strip_prefix("situ: ").unwrap_or(&line).to_owned();
    match failure {
        Failure::Input(_) if line.contains("No such file or directory") => {
            PyFileNotFoundError::new_err(line)
        }
        Failure::Input(_) => PyValueError::new_err(line),
        _ => PyRuntimeError::new_err(line),
    }
}
