//! The part of the Python package that is compiled: learners, window features, bandits, `situ fit`.
//!
//! `situ/__init__.py` has the rest. A failure of the library becomes an exception with its message.

mod bandit;
mod detector;
mod failure;
mod fit;
mod learner;
mod windows;

use pyo3::prelude::*;

#[pymodule]
fn _situ(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("LEARNERS", situ_host::fit::NAMES.to_vec())?;
    module.add("MAX_FEATURES", situ_host::fit::FEATURES)?;
    module.add("MAX_CLASSES", situ_host::fit::CLASSES)?;
    module.add_class::<learner::PyLearner>()?;
    module.add_class::<windows::PyWindowFeatures>()?;
    module.add_class::<bandit::PyBandit>()?;
    module.add_class::<detector::PyDetector>()?;
    module.add_function(wrap_pyfunction!(fit::fit, module)?)
}
