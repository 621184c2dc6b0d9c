//! `situ fit` without its printing.

use crate::failure;
use pyo3::prelude::*;

/// Runs `situ fit` with these words of a command line and gives its JSON.
#[pyfunction]
pub fn fit(py: Python<'_>, arguments: Vec<String>) -> PyResult<String> {
    let outcome = py.detach(|| situ_host::fit::fit_quietly(arguments));
    let run = outcome.map_err(|error| failure::command(&error))?;
    serde_json::to_string(&run).map_err(failure::value)
}
