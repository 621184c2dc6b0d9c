//! Takes samples and labels, returns predictions.

use crate::features::Features;
use crate::model::{self, CHANNELS, FEATURES, Model, OUTPUTS};
use heapless::HistoryBuf;
use situ::archive::{Archive, Persist};
use situ::online::{Error, Learner, Target};

/// Number of examples waiting for a label: a label may arrive up to one less than this many examples late.
pub const WAITING: usize = 4;

/// Features, model, and the last examples.
pub struct Pipeline {
    features: Features,
    model: Model,
    examples: HistoryBuf<[f32; FEATURES], WAITING>,
    skipped: u32,
}

impl Pipeline {
    /// Memory for a pipeline: a static of it is zero at reset and takes no flash.
    pub const EMPTY: Self = Self {
        features: Features::EMPTY,
        model: Model::EMPTY,
        examples: HistoryBuf::new(),
        skipped: 0,
    };

    /// Initializes the model in place: nothing large passes through the stack.
    ///
    /// # Errors
    /// If `model` contradicts itself.
    pub fn begin(&mut self) -> Result<(), situ::Error> {
        self.features.begin()?;
        self.examples.clear();
        self.skipped = 0;
        Ok(model::begin(&mut self.model)?)
    }

    /// Starts a new recording: no window spans two recordings.
    pub fn restart(&mut self) {
        self.features.restart();
    }

    /// Takes a sample; returns true if it completes an example. A sample with a channel that is NaN,
    /// infinite or too large to square is skipped and counted.
    pub fn push(&mut self, sample: &[f32; CHANNELS]) -> bool {
        let mut features = [0.0; FEATURES];
        match self.features.push(sample, &mut features) {
            Ok(true) => {
                self.examples.write(features);
                true
            }
            Ok(false) => false,
            Err(_) => {
                self.skipped = self.skipped.saturating_add(1);
                false
            }
        }
    }

    /// Predicts the last complete example: a probability for each class, or the value.
    ///
    /// # Errors
    /// [`Error::FeatureCount`] before the first example; [`Error::NotFinite`] for features that the
    /// model refuses.
    pub fn predict(&self, prediction: &mut [f32; OUTPUTS]) -> Result<(), Error> {
        let features = self.examples.recent().ok_or(Error::FeatureCount)?;
        self.model.predict(features, prediction)
    }

    /// Learns the target of the example that was completed `age` examples ago; 0 is the last one.
    ///
    /// # Errors
    /// [`Error::FeatureCount`] for an example that is no longer, or not yet, in memory;
    /// [`Error::UnknownClass`] and similar for a target that the model does not know. The model is then
    /// unchanged.
    pub fn label(&mut self, age: usize, target: Target<f32>) -> Result<(), Error> {
        let mut prediction = [0.0; OUTPUTS];
        let index = self.examples.len().checked_sub(age + 1).ok_or(Error::FeatureCount)?;
        let features = self.examples.oldest_ordered().nth(index).ok_or(Error::FeatureCount)?;
        self.model.update(features, target, &mut prediction)
    }

    /// The model, for saving and restoring what it has learned.
    pub fn model(&mut self) -> &mut Model {
        &mut self.model
    }

    /// Number of samples skipped so far.
    pub fn skipped(&self) -> u32 {
        self.skipped
    }
}

/// Only the model is saved; a reset discards open windows and waiting examples.
impl Persist for Pipeline {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        self.model.transfer(archive);
    }
}
