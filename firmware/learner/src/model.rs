//! The model, its sizes and its configuration. Written by `situ fit --export`; yours to change.

use situ::features::{Set, Window};
use situ::ftrl::Proximal;
use situ::online::{
    Adaptive, Error, Ftrl, FtrlConfiguration, Hedge, Memory, MemoryConfiguration, Shape,
};
use situ::scalar::f16;

/// Channels of a sample: acc_x, acc_y, acc_z, gyro_x, gyro_y, gyro_z.
pub const CHANNELS: usize = 6;
/// Features of an example.
pub const FEATURES: usize = 18;
/// Number of classes, or 1 for a value.
pub const OUTPUTS: usize = 4;
/// Labels in order of their class numbers; empty for a value.
pub const LABELS: &[&str] = &["badminton", "running", "standing", "walking"];
/// The windows of samples whose features are learned; `None`: each sample is an example.
pub const WINDOW: Option<Window> = Some(Window { length: 20, hop: 10 });
/// The features of each channel in a window.
pub const SET: Set = Set::MOMENTS;
/// Number of windows open at once.
pub const OVERLAP: usize = 2;

/// The model.
pub type Model =
    Hedge<f32, (Adaptive<Ftrl<f16, 18, 4>, f32>, Adaptive<Memory<f16, 18, 4, 256>, f32>), 4>;

/// Initializes the model in place.
///
/// # Errors
/// If type, shape, configuration or saved state contradict one another.
pub fn begin(model: &mut Model) -> Result<(), Error> {
    model.begin(
        Shape::classify(FEATURES, 4),
        (
            FtrlConfiguration { rule: Proximal { alpha: 0.2, beta: 0.5, l1: 0.0, l2: 0.0 } },
            MemoryConfiguration { slots: 256, certainty: 0.7, temperature: 0.4 },
        ),
    )?;
    Ok(())
}
