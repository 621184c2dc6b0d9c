//! Calibration that keeps up: the matrix of a force sensor drifts, its inverse follows by Newton steps.
//!
//! A six-axis sensor reads `A load`. Now and then a known load is applied; the matrix is then corrected
//! by normalized LMS, and its inverse, which turns readings into loads, by *one* Newton step from the
//! previous inverse: 4 N³ flops and no division, where a new elimination takes more and cannot start
//! from what is known.
//!
//! Run it with `cargo run --release -p situ --example calibration`.

use situ::matrix::{Matrix, add_outer, dot, matrix_vector};
use situ::random::Generator;
use situ::solve::{Error, NewtonInverse, Order};

const AXES: usize = 6;
const REFERENCE_LOADS: usize = 5000;
/// Standard deviation of the change of an element between two reference loads.
const DRIFT: f32 = 2e-4;

type Vector = [f32; AXES];

/// The matrix that is believed, and its inverse.
struct Calibration {
    matrix: Matrix<f32, AXES, AXES>,
    inverse: NewtonInverse<f32, AXES>,
}

impl Calibration {
    fn new(matrix: Matrix<f32, AXES, AXES>) -> Result<Self, Error> {
        let mut inverse = NewtonInverse::new(Order::Two);
        inverse.invert(&matrix, 1e-5, 50)?;
        Ok(Self { matrix, inverse })
    }

    /// Learns from a reading under a known load.
    fn learn(&mut self, load: &Vector, reading: &Vector) -> Result<(), Error> {
        let mut expected = [0.0; AXES];
        matrix_vector(&self.matrix, load, &mut expected);
        let error: Vector = core::array::from_fn(|axis| reading[axis] - expected[axis]);
        add_outer(0.2 / (1e-3 + dot(load, load)), &error, load, &mut self.matrix);
        if self.inverse.refine(&self.matrix).is_err() {
            // The matrix moved further than one step can follow: begin again.
            self.inverse.invert(&self.matrix, 1e-4, 50)?;
        }
        Ok(())
    }

    /// The load that explains a reading.
    fn load(&self, reading: &Vector) -> Vector {
        let mut load = [0.0; AXES];
        matrix_vector(self.inverse.inverse(), reading, &mut load);
        load
    }
}

/// Largest error of any axis.
fn largest_error(estimate: &Vector, load: &Vector) -> f32 {
    estimate.iter().zip(load).fold(0.0, |largest, (a, b)| largest.max((a - b).abs()))
}

fn main() -> Result<(), Error> {
    let mut generator = Generator::new(3);
    let mut truth = Matrix::<f32, AXES, AXES>::identity();
    truth.as_mut_slice().iter_mut().for_each(|a| *a += 0.1 * generator.normal::<f32>());
    let mut calibration = Calibration::new(truth.clone())?;
    let factory = Calibration::new(truth.clone())?;

    // Mean over the last fifth of the loads of the largest error.
    let (mut kept, mut stale) = (0.0, 0.0);
    for step in 0..REFERENCE_LOADS {
        truth.as_mut_slice().iter_mut().for_each(|a| *a += DRIFT * generator.normal::<f32>());
        let load: Vector = core::array::from_fn(|_| generator.normal());
        let mut reading = [0.0; AXES];
        matrix_vector(&truth, &load, &mut reading);
        if step >= REFERENCE_LOADS * 4 / 5 {
            let share = 5.0 / REFERENCE_LOADS as f32;
            kept += share * largest_error(&calibration.load(&reading), &load);
            stale += share * largest_error(&factory.load(&reading), &load);
        }
        calibration.learn(&load, &reading)?;
    }
    println!("mean largest error of unit loads");
    println!("factory calibration {stale:.5}");
    println!("kept up to date     {kept:.5}");
    println!("{} bytes", size_of::<Calibration>());
    assert!(kept < 0.1 * stale, "the calibration follows the drift");
    Ok(())
}
