//! The read of a mesa memory by a transformer with written weights: the bridge to Newton in context.

use super::exact::normals;
use crate::buffers::HeapBuffers;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::largest;
use crate::reproduce::{Context, Measured, Result};
use nalgebra::DMatrix;
use situ::attention::{FastWeights, Gate, Mesa, MesaConfiguration};
use situ::construct::newton::Regression;
use situ::random::Generator;

const KEYS: usize = 8;
const PAIRS: usize = 24;
const RIDGE: f64 = 4.0;
/// Newton steps of the claim.
const STEPS: u16 = 16;

/// Errors of the transformer's reads against the memory's, a query each, relative to one plus the read.
fn errors(steps: u16, queries: usize, generator: &mut Generator) -> Result<Vec<f64>> {
    let mut errors = Vec::new();
    for _ in 0..queries {
        let configuration = MesaConfiguration { ridge: RIDGE, max_variance: 1.0 };
        let mut mesa = Mesa::<f64, KEYS, 1>::new(configuration);
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for _ in 0..PAIRS {
            let (key, value) = (normals::<KEYS>(generator), normals::<1>(generator));
            mesa.write(Gate::Keep, &key, &value)?;
            keys.extend(key);
            values.extend(value);
        }
        let (query, mut read) = (normals::<KEYS>(generator), [0.0]);
        mesa.read(&query, &mut read)?;

        let examples = DMatrix::from_row_slice(PAIRS, KEYS, &keys);
        let eigenvalues = examples.tr_mul(&examples).symmetric_eigenvalues();
        let scale = (eigenvalues.max() + RIDGE).powi(-2);
        let regression = Regression { features: KEYS as u16, steps, ridge: RIDGE, scale };
        let mut buffers = HeapBuffers::new(regression.buffer_sizes());
        let transformer = regression.build::<f64>(buffers.buffers())?;
        let mut sequence = vec![0.0; regression.rows() * (PAIRS + 1)];
        regression.write_prompt(&keys, &values, &query, &mut sequence)?;
        transformer.forward(&mut sequence, &mut vec![0.0; transformer.workspace(PAIRS + 1)])?;
        let written = sequence.last().copied().unwrap_or(f64::NAN);
        errors.push((written - read[0]).abs() / (1.0 + read[0].abs()));
    }
    Ok(errors)
}

pub(super) fn layer(context: &mut Context<'_>) -> Result<Measured> {
    let queries = context.settings.size(20, 200);
    let mut points = Vec::new();
    let mut measured = f64::NAN;
    for steps in 1..=STEPS {
        // The same queries for every number of steps.
        let mut generator = Generator::new(context.settings.seed);
        measured = largest(errors(steps, queries, &mut generator)?);
        points.push([f64::from(steps), measured.max(1e-17)]);
    }
    context.plot(Series {
        title: "Read by a written transformer: error by Newton steps".into(),
        x: Axis::linear("Newton steps"),
        y: Axis::logarithmic("largest relative error"),
        curves: vec![Curve { label: "linear attention and Newton steps".into(), points }],
    });
    Ok(measured.into())
}
