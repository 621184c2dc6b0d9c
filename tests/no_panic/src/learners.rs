//! Learners, what they save, and window features.

use crate::kept;
use situ::features::{self, WindowFeatures};
use situ::ftrl::{Coordinates, Link, Proximal};
use situ::online::{
    Adaptive, Bayes, Byte, Delta, DriftDetector, Error, Ftrl, Hedge, Learner, LeastSquares, Memory,
    Mesa, Newton, Shape, Target, restore, save,
};
use situ::scalar::f16;

type SmallMemory = Memory<Byte, 5, 3, 16>;
type Mixture = Hedge<f32, (Adaptive<Ftrl<f16, 5, 3>, f32>, SmallMemory), 3>;
type Ftrl5 = Ftrl<f32, 5, 3>;
type Coordinates5 = Coordinates<f32, 5>;
type Windows = WindowFeatures<f32, 3, 2>;

/// What a learner does through its trait.
fn keep_learner<L: Learner<f32>>() {
    kept! {
        L::predict => fn(&L, &[f32], &mut [f32]) -> Result<(), Error>;
        L::update => fn(&mut L, &[f32], Target<f32>, &mut [f32]) -> Result<(), Error>;
        L::reset => fn(&mut L);
        L::state_bytes => fn(&L) -> usize;
        save_to::<L> => fn(&mut L, &mut [u8]) -> Result<usize, Error>;
        restore_from::<L> => fn(&mut L, &[u8]) -> Result<(), Error>;
    }
}

fn save_to<L: Learner<f32>>(learner: &mut L, out: &mut [u8]) -> Result<usize, Error> {
    save::<f32>(learner, out)
}

fn restore_from<L: Learner<f32>>(learner: &mut L, bytes: &[u8]) -> Result<(), Error> {
    restore::<f32>(learner, bytes)
}

/// Keeps them.
pub fn keep() {
    keep_learner::<Ftrl<f32, 5, 3>>();
    keep_learner::<Ftrl<f16, 5, 3>>();
    keep_learner::<Newton<f32, 5, 3, 6>>();
    keep_learner::<LeastSquares<f16, 5, 3, 14>>();
    keep_learner::<Mesa<f16, 5, 3, 14>>();
    keep_learner::<Delta<f16, 5, 3, 14>>();
    keep_learner::<Memory<f32, 5, 3, 16>>();
    keep_learner::<SmallMemory>();
    keep_learner::<Bayes<f16, 5, 3>>();
    keep_learner::<Mixture>();
    kept! {
        Ftrl5::new => fn(Shape, situ::online::FtrlConfiguration<f32>) -> Result<Ftrl5, Error>;
        Mixture::begin => fn(&mut Mixture, Shape, (situ::online::FtrlConfiguration<f32>, situ::online::MemoryConfiguration<f32>)) -> Result<(), Error>;
        SmallMemory::new => fn(Shape, situ::online::MemoryConfiguration<f32>) -> Result<SmallMemory, Error>;
        DriftDetector::observe => fn(&mut DriftDetector<f32>, f32) -> bool;
        Coordinates5::learn => fn(&mut Coordinates5, &Proximal<f32>, Link, &[f32; 5], f32) -> Option<f32>;
        Windows::push => fn(&mut Windows, &[f32], &mut [f32]) -> Result<bool, features::Error>;
        Windows::restart => fn(&mut Windows);
    }
}
