//! Learners, detectors of anomalies, adaptive filters, what they save, and window features.

use crate::linked;
use situ::anomaly::{Detector, Mahalanobis, Nearest, Threshold, Verdict};
use situ::archive;
use situ::features::{Feature, Set, Window, WindowFeatures};
use situ::filter::{AdaptiveFilter, Nlms, Rls};
use situ::ftrl::Coordinates;
use situ::online::{
    self, Adaptive, Bayes, Byte, Configuration, Delta, DeltaConfiguration, DriftDetector, Ftrl,
    FtrlConfiguration, Hedge, InPlace, Learner, LeastSquares, LeastSquaresConfiguration, Members,
    Memory, MemoryConfiguration, Mesa, MesaConfiguration, Newton, Normtune, RandomFeatures, Shape,
    Standardization, TargetScale,
};
use situ::scalar::f16;

type First = Ftrl<f32, 5, 3>;
type Drifting = Adaptive<First, f32>;
type SmallMemory = Memory<Byte, 5, 3, 16>;
type Pair = (Drifting, SmallMemory);
type Mixture = Hedge<f32, Pair, 3>;
type Moving = Standardization<f32, 5>;
type Cloud = Mahalanobis<f16, 5, 6>;
type Stored = Nearest<Byte, 5, 16>;
type Quantile = Threshold<f32>;
type Windows = WindowFeatures<f32, 3, 2>;
type RichWindows = WindowFeatures<f32, 3, 2, 37>;

/// What a learner does through its traits.
fn learner<L: Learner<f32> + InPlace>() {
    linked! {
        1: L::shape, L::flops_per_update, L::clipped, L::reset, L::state_bytes, saved_bytes::<L>;
        2: L::check, save::<L>, restore::<L>;
        3: L::begin, L::predict;
        4: L::update;
    }
}

fn saved_bytes<L: Learner<f32>>(learner: &mut L) -> usize {
    online::saved_bytes::<f32>(learner)
}

fn save<L: Learner<f32>>(learner: &mut L, out: &mut [u8]) -> Result<usize, online::Error> {
    online::save::<f32>(learner, out)
}

fn restore<L: Learner<f32>>(learner: &mut L, bytes: &[u8]) -> Result<(), online::Error> {
    online::restore::<f32>(learner, bytes)
}

fn configuration<C: Configuration>() {
    linked! { 1: C::check; 2: C::expect }
}

/// What a detector does through its trait.
fn detector<D: Detector<f32>>() {
    linked! {
        1: D::features, D::reset, D::alarms, D::clipped, D::state_bytes, D::flops_per_update;
        2: D::judge, D::update, D::learn, archive::save::<D>, archive::restore::<D>;
    }
}

/// What an adaptive filter does through its trait.
fn filter<F: AdaptiveFilter<f32, 5>>() {
    linked! {
        1: F::coefficients, F::reset;
        2: F::filter, archive::save::<F>, archive::restore::<F>;
        3: F::update;
    }
}

/// Keeps them.
pub fn keep() {
    learner::<First>();
    learner::<Ftrl<f16, 5, 3>>();
    learner::<Newton<f32, 5, 3, 6>>();
    learner::<LeastSquares<f16, 5, 3, 14>>();
    learner::<Mesa<f16, 5, 3, 14>>();
    learner::<Delta<f16, 5, 3, 14>>();
    learner::<Memory<f32, 5, 3, 16>>();
    learner::<SmallMemory>();
    learner::<Bayes<f16, 5, 3>>();
    learner::<Normtune<f32, 5, 3, 32>>();
    learner::<Mixture>();
    configuration::<FtrlConfiguration<f32>>();
    configuration::<MemoryConfiguration<f32>>();
    detector::<Mahalanobis<f32, 5, 6>>();
    detector::<Cloud>();
    detector::<Nearest<f32, 5, 16>>();
    detector::<Stored>();
    filter::<Nlms<f32, 5>>();
    filter::<Rls<f16, 5>>();
    linked! {
        1: DeltaConfiguration::<f32>::with_random_features,
           LeastSquaresConfiguration::<f32>::with_random_features,
           MesaConfiguration::<f32>::with_random_features;
        1: Drifting::new, Drifting::learner, Drifting::resets;
        2: First::new, SmallMemory::new;
        3: Drifting::begin, First::begin, Mixture::begin;
        0: DriftDetector::<f32>::new;
        2: DriftDetector::<f32>::observe;
        1: First::configuration;
        1: Mixture::new, Mixture::members, Mixture::weights, <Pair as Members<f32>>::count;
        2: <Pair as Members<f32>>::member, <Pair as Members<f32>>::member_mut;
        0: TargetScale::<f32>::new;
        1: TargetScale::<f32>::state_bytes;
        2: RandomFeatures::<f32>::terms;
        3: Shape::check::<f32>, Shape::within;
        2: Shape::decision::<f32>, Shape::check_target::<f32>, Shape::classify, online::Target::<f32>::output;
        1: Shape::regress, Shape::outputs;
        0: Moving::new;
        1: Moving::clear, Moving::count, Moving::state_bytes;
        2: Moving::observe;
        3: Moving::standardize;
        5: Coordinates::<f32, 5>::learn;
        2: Cloud::new;
        3: Stored::begin;
        1: Stored::configuration, Verdict::<f32>::is_anomaly, Quantile::new, Quantile::value;
        2: Quantile::reset;
        4: Quantile::observe;
        1: Nlms::<f32, 5>::new, Rls::<f16, 5>::new;
        2: Nlms::<f32, 5>::begin, Rls::<f16, 5>::begin;
        1: Window::overlap, Windows::features, Windows::restart;
        2: Windows::new;
        3: Windows::push, RichWindows::push, RichWindows::of;
        4: RichWindows::begin;
        1: Feature::name, Feature::outputs, Feature::extra, Set::is_empty, Set::outputs, Set::extra;
        2: Set::with, Set::contains;
    }
}
