//! A learner of a stream.

use crate::failure::{command, value};
use numpy::ndarray::Array2;
use numpy::{PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use situ::online::{Shape, Target, restore, save, saved_bytes};
use situ_host::Failure;
use situ_host::fit::{Boxed, Model, NAMES, fitting, on_large_stack};
use std::sync::{Mutex, MutexGuard};

/// A learner of `situ fit`, in the host's size.
#[pyclass(name = "Learner", module = "situ._situ", frozen)]
pub struct PyLearner {
    model: Model,
    shape: Shape,
    learner: Mutex<Boxed>,
}

/// Builds on a stack that is large enough: a thread of Python's may have little.
fn build(model: &Model, shape: Shape) -> PyResult<Boxed> {
    on_large_stack(|| model.build(shape)).map_err(|failure| command(&failure))?.map_err(value)
}

impl PyLearner {
    fn learner(&self) -> MutexGuard<'_, Boxed> {
        // A poisoned lock: a learner that refuses is unchanged, and the library does not panic.
        self.learner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn target(&self, target: f64) -> PyResult<Target<f32>> {
        match self.shape.task {
            situ::online::Task::Regress => Ok(Target::Value(target as f32)),
            situ::online::Task::Classify { classes } => {
                let class = target as usize;
                if target < 0.0 || class as f64 != target || class >= classes {
                    return Err(PyValueError::new_err(format!(
                        "class {target}: not a whole number from 0 to {}",
                        classes - 1
                    )));
                }
                Ok(Target::Class(class))
            }
        }
    }

    fn expect_columns(&self, columns: usize) -> PyResult<()> {
        let features = self.shape.features;
        if columns == features {
            return Ok(());
        }
        Err(PyValueError::new_err(format!("{columns} features, not {features}")))
    }

    /// Rows of predictions as an array.
    fn rows<'py>(&self, py: Python<'py>, rows: Vec<f32>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let outputs = self.shape.outputs();
        let array = Array2::from_shape_vec((rows.len() / outputs, outputs), rows).map_err(value)?;
        Ok(PyArray2::from_owned_array(py, array))
    }
}

fn in_row(index: usize, error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(format!("row {index}: {error}"))
}

#[pymethods]
impl PyLearner {
    #[new]
    #[pyo3(signature = (name, features, classes=None, budget=None, parameters=None))]
    fn new(
        py: Python<'_>,
        name: &str,
        features: usize,
        classes: Option<usize>,
        budget: Option<usize>,
        parameters: Option<Vec<(String, f64)>>,
    ) -> PyResult<Self> {
        if !NAMES.contains(&name) {
            let known = NAMES.join(", ");
            return Err(PyValueError::new_err(format!("no learner '{name}'; available: {known}")));
        }
        let shape = match classes {
            Some(classes) => Shape::classify(features, classes),
            None => Shape::regress(features),
        };
        py.detach(|| {
            let find = || fitting(name, shape, budget, |model| model.state_bytes(shape));
            let model = on_large_stack(find).map_err(|failure| command(&failure))?;
            let mut model = model.ok_or_else(|| unavailable(name, shape, budget))?;
            for (name, value) in parameters.unwrap_or_default() {
                model = model.with(&name, value).map_err(|failure: Failure| command(&failure))?;
            }
            let learner = Mutex::new(build(&model, shape)?);
            Ok(Self { model, shape, learner })
        })
    }

    #[getter]
    fn name(&self) -> &'static str {
        self.model.name()
    }

    #[getter]
    fn variant(&self) -> String {
        self.model.variant()
    }

    #[getter]
    fn features(&self) -> usize {
        self.shape.features
    }

    #[getter]
    fn outputs(&self) -> usize {
        self.shape.outputs()
    }

    #[getter]
    fn state_bytes(&self) -> usize {
        self.learner().state_bytes()
    }

    #[getter]
    fn flops_per_update(&self) -> usize {
        self.learner().flops_per_update()
    }

    #[getter]
    fn clipped(&self) -> u32 {
        self.learner().clipped()
    }

    fn predict<'py>(
        &self,
        py: Python<'py>,
        features: PyReadonlyArray1<'py, f32>,
    ) -> PyResult<Bound<'py, PyArray1<f32>>> {
        let features = features.as_slice().map_err(value)?;
        self.expect_columns(features.len())?;
        let mut prediction = vec![0.0; self.shape.outputs()];
        self.learner().predict(features, &mut prediction).map_err(value)?;
        Ok(PyArray1::from_vec(py, prediction))
    }

    fn update<'py>(
        &self,
        py: Python<'py>,
        features: PyReadonlyArray1<'py, f32>,
        target: f64,
    ) -> PyResult<Bound<'py, PyArray1<f32>>> {
        let features = features.as_slice().map_err(value)?;
        self.expect_columns(features.len())?;
        let target = self.target(target)?;
        let mut prediction = vec![0.0; self.shape.outputs()];
        self.learner().update(features, target, &mut prediction).map_err(value)?;
        Ok(PyArray1::from_vec(py, prediction))
    }

    fn predict_many<'py>(
        &self,
        py: Python<'py>,
        rows: PyReadonlyArray2<'py, f32>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let columns = rows.as_array().shape()[1];
        self.expect_columns(columns)?;
        let rows = rows.as_slice().map_err(value)?;
        let outputs = self.shape.outputs();
        let predictions = py.detach(|| -> PyResult<_> {
            let learner = self.learner();
            let mut predictions = vec![0.0; rows.len() / columns * outputs];
            let pairs = rows.chunks_exact(columns).zip(predictions.chunks_exact_mut(outputs));
            for (index, (row, prediction)) in pairs.enumerate() {
                learner.predict(row, prediction).map_err(|error| in_row(index, error))?;
            }
            Ok(predictions)
        })?;
        self.rows(py, predictions)
    }

    fn update_many<'py>(
        &self,
        py: Python<'py>,
        rows: PyReadonlyArray2<'py, f32>,
        targets: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let [count, columns] = [0, 1].map(|axis| rows.as_array().shape()[axis]);
        self.expect_columns(columns)?;
        let targets = targets.as_slice().map_err(value)?;
        if targets.len() != count {
            return Err(PyValueError::new_err(format!(
                "{count} rows, but {} targets",
                targets.len()
            )));
        }
        let rows = rows.as_slice().map_err(value)?;
        let outputs = self.shape.outputs();
        let predictions = py.detach(|| -> PyResult<_> {
            let mut learner = self.learner();
            let mut predictions = vec![0.0; count * outputs];
            let examples = rows.chunks_exact(columns).zip(targets);
            for (index, ((row, target), prediction)) in
                examples.zip(predictions.chunks_exact_mut(outputs)).enumerate()
            {
                let target = self.target(*target).map_err(|error| in_row(index, error))?;
                learner.update(row, target, prediction).map_err(|error| in_row(index, error))?;
            }
            Ok(predictions)
        })?;
        self.rows(py, predictions)
    }

    fn reset(&self) {
        self.learner().reset();
    }

    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut learner = self.learner();
        let mut bytes = vec![0; saved_bytes::<f32>(&mut **learner)];
        save::<f32>(&mut **learner, &mut bytes).map_err(value)?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn restore(&self, state: &[u8]) -> PyResult<()> {
        restore::<f32>(&mut **self.learner(), state).map_err(value)
    }
}

/// Why no variant of a learner takes a shape.
fn unavailable(name: &str, shape: Shape, budget: Option<usize>) -> PyErr {
    let (features, outputs) = (shape.features, shape.outputs());
    let within = budget.map_or(String::new(), |budget| format!(" in {budget} bytes"));
    PyValueError::new_err(format!(
        "{name}: no form for {features} features and {outputs} outputs{within}; at most {} features and \
         {} classes, at least two classes",
        situ_host::fit::FEATURES,
        situ_host::fit::CLASSES
    ))
}
