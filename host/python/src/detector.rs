//! Detectors of anomalies: no labels.

use crate::failure::{command, value};
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use situ::anomaly::{
    Detector, Mahalanobis, MahalanobisConfiguration, Nearest, NearestConfiguration,
};
use situ::archive::{restore, save, saved_bytes};
use situ::online::Error;
use situ_host::fit::on_large_stack;
use std::sync::{Mutex, MutexGuard};

/// Maximum numbers of features, and of stored examples of the detector `nearest`.
const FEATURES: usize = 256;
const TERMS: usize = FEATURES + 1;
const SLOTS: usize = 256;

type Boxed = Box<dyn Detector<f32> + Send>;

/// A detector in the size of this module.
#[pyclass(name = "Detector", module = "situ._situ", frozen)]
pub struct PyDetector {
    features: usize,
    detector: Mutex<Boxed>,
}

impl PyDetector {
    fn detector(&self) -> MutexGuard<'_, Boxed> {
        self.detector.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn expect_columns(&self, columns: usize) -> PyResult<()> {
        let features = self.features;
        if columns == features {
            return Ok(());
        }
        Err(PyValueError::new_err(format!("{columns} features, not {features}")))
    }
}

/// Builds a detector; the configuration's default where an argument is missing.
fn build(
    kind: &str,
    features: usize,
    slots: Option<usize>,
    false_alarms: Option<f32>,
    window: Option<u32>,
) -> PyResult<Boxed> {
    let boxed = |built: Result<Boxed, Error>| built.map_err(value);
    match kind {
        "mahalanobis" => {
            let mut configuration = MahalanobisConfiguration::default();
            configuration.false_alarms = false_alarms.unwrap_or(configuration.false_alarms);
            configuration.window = window.unwrap_or(configuration.window);
            let built = Mahalanobis::<f32, FEATURES, TERMS>::new(features, configuration);
            boxed(built.map(|detector| Box::new(detector) as Boxed))
        }
        "nearest" => {
            let mut configuration = NearestConfiguration::default();
            configuration.false_alarms = false_alarms.unwrap_or(configuration.false_alarms);
            configuration.window = window.unwrap_or(configuration.window);
            configuration.slots = slots.unwrap_or(configuration.slots);
            let built = Nearest::<f32, FEATURES, SLOTS>::new(features, configuration);
            boxed(built.map(|detector| Box::new(detector) as Boxed))
        }
        _ => Err(PyValueError::new_err(format!(
            "no detector '{kind}'; available: mahalanobis, nearest"
        ))),
    }
}

#[pymethods]
impl PyDetector {
    #[new]
    #[pyo3(signature = (kind, features, *, slots=None, false_alarms=None, window=None))]
    fn new(
        py: Python<'_>,
        kind: &str,
        features: usize,
        slots: Option<usize>,
        false_alarms: Option<f32>,
        window: Option<u32>,
    ) -> PyResult<Self> {
        let detector = py.detach(|| {
            let work = || build(kind, features, slots, false_alarms, window);
            on_large_stack(work).map_err(|failure| command(&failure))?
        })?;
        Ok(Self { features, detector: Mutex::new(detector) })
    }

    #[getter]
    fn features(&self) -> usize {
        self.features
    }

    #[getter]
    fn alarms(&self) -> u32 {
        self.detector().alarms()
    }

    #[getter]
    fn state_bytes(&self) -> usize {
        self.detector().state_bytes()
    }

    fn judge(&self, features: PyReadonlyArray1<'_, f32>) -> PyResult<(f32, f32)> {
        let features = features.as_slice().map_err(value)?;
        self.expect_columns(features.len())?;
        let verdict = self.detector().judge(features).map_err(value)?;
        Ok((verdict.score, verdict.threshold))
    }

    fn update(&self, features: PyReadonlyArray1<'_, f32>) -> PyResult<(f32, f32)> {
        let features = features.as_slice().map_err(value)?;
        self.expect_columns(features.len())?;
        let verdict = self.detector().update(features).map_err(value)?;
        Ok((verdict.score, verdict.threshold))
    }

    fn learn(&self, features: PyReadonlyArray1<'_, f32>) -> PyResult<()> {
        let features = features.as_slice().map_err(value)?;
        self.expect_columns(features.len())?;
        self.detector().learn(features).map_err(value)
    }

    #[allow(clippy::type_complexity, reason = "two arrays")]
    fn update_many<'py>(
        &self,
        py: Python<'py>,
        rows: PyReadonlyArray2<'py, f32>,
    ) -> PyResult<(Bound<'py, PyArray1<f32>>, Bound<'py, PyArray1<f32>>)> {
        self.expect_columns(rows.as_array().shape()[1])?;
        let rows = rows.as_slice().map_err(value)?;
        let (scores, thresholds) = py.detach(|| -> PyResult<(Vec<f32>, Vec<f32>)> {
            let mut detector = self.detector();
            let judged = rows.chunks_exact(self.features).enumerate().map(|(index, row)| {
                let verdict = detector.update(row);
                let verdict = verdict.map_err(|error| value(format!("row {index}: {error}")))?;
                Ok((verdict.score, verdict.threshold))
            });
            judged.collect()
        })?;
        Ok((PyArray1::from_vec(py, scores), PyArray1::from_vec(py, thresholds)))
    }

    fn reset(&self) {
        self.detector().reset();
    }

    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut detector = self.detector();
        let mut bytes = vec![0; saved_bytes(&mut **detector)];
        save(&mut **detector, &mut bytes).map_err(value)?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn restore(&self, state: &[u8]) -> PyResult<()> {
        restore(&mut **self.detector(), state).map(drop).map_err(value)
    }
}
