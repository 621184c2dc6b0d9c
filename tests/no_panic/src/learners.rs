//! Learners, detectors of anomalies, adaptive filters, what they save, and window features.

use crate::kept;
use situ::anomaly::{
    Detector, Mahalanobis, MahalanobisConfiguration, Nearest, NearestConfiguration, Threshold,
    Verdict,
};
use situ::features::{self, WindowFeatures};
use situ::filter::{self, AdaptiveFilter, Nlms, NlmsConfiguration, Output, Rls, RlsConfiguration};
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
type Cloud = Mahalanobis<f16, 5, 6>;
type Stored = Nearest<Byte, 5, 16>;
type Quantile = Threshold<f32>;
type Nlms5 = Nlms<f32, 5>;
type Rls5 = Rls<f16, 5>;
type Windows = WindowFeatures<f32, 3, 2>;
type RichWindows = WindowFeatures<f32, 3, 2, 37>;

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

/// What a detector does through its trait.
fn keep_detector<D: Detector<f32>>() {
    kept! {
        D::features => fn(&D) -> usize;
        D::judge => fn(&D, &[f32]) -> Result<Verdict<f32>, Error>;
        D::update => fn(&mut D, &[f32]) -> Result<Verdict<f32>, Error>;
        D::learn => fn(&mut D, &[f32]) -> Result<(), Error>;
        D::reset => fn(&mut D);
        D::alarms => fn(&D) -> u32;
        D::clipped => fn(&D) -> u32;
        D::state_bytes => fn(&D) -> usize;
        D::flops_per_update => fn(&D) -> usize;
        situ::archive::save::<D> => fn(&mut D, &mut [u8]) -> Result<usize, situ::archive::Error>;
        situ::archive::restore::<D> => fn(&mut D, &[u8]) -> Result<usize, situ::archive::Error>;
    }
}

/// What an adaptive filter does through its trait.
fn keep_filter<F: AdaptiveFilter<f32, 5>>() {
    kept! {
        F::update => fn(&mut F, f32, f32) -> Result<Output<f32>, filter::Error>;
        F::filter => fn(&mut F, f32) -> Result<f32, filter::Error>;
        F::coefficients => fn(&F) -> &[f32; 5];
        F::reset => fn(&mut F);
        situ::archive::save::<F> => fn(&mut F, &mut [u8]) -> Result<usize, situ::archive::Error>;
        situ::archive::restore::<F> => fn(&mut F, &[u8]) -> Result<usize, situ::archive::Error>;
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
    keep_detector::<Mahalanobis<f32, 5, 6>>();
    keep_detector::<Cloud>();
    keep_detector::<Nearest<f32, 5, 16>>();
    keep_detector::<Stored>();
    keep_filter::<Nlms5>();
    keep_filter::<Rls5>();
    kept! {
        Ftrl5::new => fn(Shape, situ::online::FtrlConfiguration<f32>) -> Result<Ftrl5, Error>;
        Mixture::begin => fn(&mut Mixture, Shape, (situ::online::FtrlConfiguration<f32>, situ::online::MemoryConfiguration<f32>)) -> Result<(), Error>;
        SmallMemory::new => fn(Shape, situ::online::MemoryConfiguration<f32>) -> Result<SmallMemory, Error>;
        DriftDetector::observe => fn(&mut DriftDetector<f32>, f32) -> bool;
        Coordinates5::learn => fn(&mut Coordinates5, &Proximal<f32>, Link, &[f32; 5], f32) -> Option<f32>;
        Cloud::new => fn(usize, MahalanobisConfiguration<f32>) -> Result<Cloud, Error>;
        Stored::begin => fn(&mut Stored, usize, NearestConfiguration<f32>) -> Result<(), Error>;
        Stored::configuration => fn(&Stored) -> &NearestConfiguration<f32>;
        Verdict::is_anomaly => fn(&Verdict<f32>) -> bool;
        Quantile::new => fn(f32) -> Quantile;
        Quantile::reset => fn(&mut Quantile, f32);
        Quantile::value => fn(&Quantile) -> f32;
        Quantile::observe => fn(&mut Quantile, f32, f32, u32);
        Nlms5::new => fn(NlmsConfiguration<f32>) -> Result<Nlms5, filter::Error>;
        Rls5::new => fn(RlsConfiguration<f32>) -> Result<Rls5, filter::Error>;
        Nlms5::begin => fn(&mut Nlms5, NlmsConfiguration<f32>) -> Result<(), filter::Error>;
        Rls5::begin => fn(&mut Rls5, RlsConfiguration<f32>) -> Result<(), filter::Error>;
        Windows::push => fn(&mut Windows, &[f32], &mut [f32]) -> Result<bool, features::Error>;
        Windows::restart => fn(&mut Windows);
        RichWindows::push => fn(&mut RichWindows, &[f32], &mut [f32]) -> Result<bool, features::Error>;
    }
}
