//! Where samples come from.

use crate::model::CHANNELS;
use situ::online::Target;

/// One sample of every channel, with what is known about it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// One number per channel.
    pub channels: [f32; CHANNELS],
    /// The class or value of the example that ends here, if known.
    pub target: Option<Target<f32>>,
    /// Whether a new recording starts here.
    pub restart: bool,
}

/// A source of samples: implement this for your sensors.
pub trait Source {
    /// The next sample; `None` at the end of a recording.
    fn sample(&mut self) -> Option<Sample>;
}
