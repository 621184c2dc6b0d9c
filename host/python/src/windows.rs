//! Features of windows of samples.

use crate::failure::value;
use numpy::{PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use situ::features::{Feature, Set, Window};
use situ_host::fit::{Features, Windows};
use std::sync::Mutex;

/// Streams samples into the features of windows.
#[pyclass(name = "WindowFeatures", module = "situ._situ", frozen)]
pub struct PyWindowFeatures {
    window: Window,
    set: Set,
    channels: usize,
    features: Mutex<Features>,
}

impl PyWindowFeatures {
    fn features(&self) -> std::sync::MutexGuard<'_, Features> {
        // A poisoned lock: the features are plain numbers, and whole.
        self.features.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[pymethods]
impl PyWindowFeatures {
    #[new]
    #[pyo3(signature = (length, channels, hop=None, features=None))]
    fn new(
        length: usize,
        channels: usize,
        hop: Option<usize>,
        features: Option<Vec<String>>,
    ) -> PyResult<Self> {
        let window = Window { length, hop: hop.unwrap_or(length) };
        let set = features.map_or(Ok(Set::MOMENTS), |names| named(&names))?;
        let features = Features::new(Some(Windows { window, set }), channels).map_err(value)?;
        Ok(Self { window, set, channels, features: Mutex::new(features) })
    }

    #[getter]
    fn length(&self) -> usize {
        self.window.length
    }

    #[getter]
    fn hop(&self) -> usize {
        self.window.hop
    }

    #[getter]
    fn channels(&self) -> usize {
        self.channels
    }

    fn restart(&self) {
        self.features().restart();
    }

    fn push<'py>(
        &self,
        py: Python<'py>,
        sample: PyReadonlyArray1<'py, f32>,
    ) -> PyResult<Option<Bound<'py, PyArray1<f32>>>> {
        let sample = sample.as_slice().map_err(value)?;
        let mut features = self.features();
        let example = features.push(sample).map_err(value)?;
        Ok(example.map(|example| PyArray1::from_slice(py, example)))
    }

    fn push_many<'py>(
        &self,
        py: Python<'py>,
        samples: PyReadonlyArray2<'py, f32>,
    ) -> PyResult<(Bound<'py, PyArray2<f32>>, Vec<usize>)> {
        let [_, columns] = [0, 1].map(|axis| samples.as_array().shape()[axis]);
        if columns != self.channels {
            let channels = self.channels;
            return Err(value(format!("samples have {columns} channels, not {channels}")));
        }
        let samples = samples.as_slice().map_err(value)?;
        let (rows, ends) = py.detach(|| -> PyResult<_> {
            let mut features = self.features();
            let (mut rows, mut ends) = (Vec::new(), Vec::new());
            for (index, sample) in samples.chunks_exact(columns.max(1)).enumerate() {
                let outcome = features.push(sample);
                let outcome = outcome.map_err(|error| value(format!("sample {index}: {error}")));
                if let Some(example) = outcome? {
                    rows.extend_from_slice(example);
                    ends.push(index);
                }
            }
            Ok((rows, ends))
        })?;
        let width = self.set.outputs() * self.channels;
        let flat = numpy::ndarray::Array2::from_shape_vec((ends.len(), width), rows);
        Ok((PyArray2::from_owned_array(py, flat.map_err(value)?), ends))
    }
}

/// The features of these names.
fn named(names: &[String]) -> PyResult<Set> {
    let mut set = Set::EMPTY;
    for name in names {
        let feature = Feature::ALL.into_iter().find(|feature| feature.name() == name);
        let feature = feature.ok_or_else(|| {
            let known: Vec<_> = Feature::ALL.iter().map(|feature| feature.name()).collect();
            value(format!("no feature '{name}'; available: {}", known.join(", ")))
        })?;
        set = set.with(feature);
    }
    Ok(set)
}
