//! Learners, features and frozen networks: constructors, accessors and traits.

use crate::linked;
use situ::features::{Feature, Set, Window, WindowFeatures};
use situ::normtune::{
    Adagrad, Adam, Affine, BatchNorm, Coordinates, Domain, Gaussian, Law, Moments, Network,
    Optimizer, Parameters, Rule, Sgd, Sign, Sparse, Stack, StackParameters, Stream, Table, Target,
    Uniform, Unit, Units, Weights, Workspace, rebuild_memory,
};
use situ::online::{
    self, Adaptive, Bayes, Byte, Configuration, Delta, DeltaConfiguration, DriftDetector, Ftrl,
    FtrlConfiguration, Hedge, InPlace, Learner, LeastSquares, LeastSquaresConfiguration, Members,
    Memory, MemoryConfiguration, MesaConfiguration, Newton, Normtune, RandomFeatures, Shape,
    Standardization, TargetScale,
};
use situ::scalar::f16;

type First = Ftrl<f32, 5, 3>;
type Drifting = Adaptive<First, f32>;
type Pair = (Drifting, Memory<Byte, 5, 3, 16>);
type Mixture = Hedge<f32, Pair, 3>;
type Moving = Standardization<f32, 5>;
type P = Parameters<f32, 33, 2, 5>;
type W = Workspace<f32, 33, 2, 5>;

fn learner<L: Learner<f32> + InPlace>() {
    linked! {
        1: L::shape, L::flops_per_update, L::clipped;
        2: L::check;
        3: L::begin;
    }
}

fn configuration<C: Configuration>() {
    linked! { 1: C::check; 2: C::expect }
}

fn saved_bytes<L: Learner<f32>>(learner: &mut L) -> usize {
    online::saved_bytes::<f32>(learner)
}

fn gather(network: &W, change: &mut P, unit: &mut Units<Unit<f32>, 33, 2, 5>) -> f32 {
    P::add(change, W::gradient(network));
    Units::iter_mut(unit).for_each(|unit| *unit = Unit { scale: unit.scale, ..*unit });
    let sums: f32 = W::sums(network).sum();
    sums + Units::iter(unit).map(|unit| unit.scale).sum::<f32>()
}

fn range(domain: &Domain<f32, 5>, coefficients: &[f32]) -> (f32, f32) {
    Domain::range(domain, coefficients.iter().copied())
}

fn rule<R: Rule<f32>>() {
    linked! { 2: R::rate, R::max_change; 5: R::change }
}

fn optimizer<R: Rule<f32>>(rule: &R, optimizer: &mut Optimizer<R::Memory, 33, 2, 5>) -> u32
where
    R::Memory: Copy,
{
    Optimizer::reset(optimizer, rule);
    *optimizer = Optimizer::new(rule);
    Optimizer::steps(optimizer)
}

fn calibrated(
    network: &Network<Sign>,
    batch: &[[f32; 5]],
    parameters: &mut P,
    work: &mut W,
) -> bool {
    BatchNorm::calibrated(network, batch, parameters, work).is_ok()
}

fn observe(statistics: &mut BatchNorm<f32, 33, 2, 5>, parameters: &mut P, work: &W) -> bool {
    BatchNorm::observe(statistics, parameters, work.sums(), 0.1).is_ok()
}

/// Keeps them.
pub fn keep() {
    learners();
    networks();
}

fn learners() {
    learner::<First>();
    learner::<Newton<f32, 5, 3, 6>>();
    learner::<LeastSquares<f16, 5, 3, 14>>();
    learner::<Delta<f16, 5, 3, 14>>();
    learner::<Memory<f32, 5, 3, 16>>();
    learner::<Bayes<f16, 5, 3>>();
    learner::<Normtune<f32, 5, 3, 32>>();
    configuration::<FtrlConfiguration<f32>>();
    configuration::<MemoryConfiguration<f32>>();
    linked! {
        1: saved_bytes::<First>, DeltaConfiguration::<f32>::with_random_features,
           LeastSquaresConfiguration::<f32>::with_random_features,
           MesaConfiguration::<f32>::with_random_features;
        1: Drifting::new, Drifting::learner, Drifting::resets;
        3: Drifting::begin, First::begin;
        0: DriftDetector::<f32>::new;
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
        1: Window::overlap, WindowFeatures::<f32, 3, 2>::features;
        2: WindowFeatures::<f32, 3, 2>::new;
        3: WindowFeatures::<f32, 3, 2, 37>::of;
        4: WindowFeatures::<f32, 3, 2, 37>::begin;
        1: Feature::name, Feature::outputs, Feature::extra, Set::is_empty, Set::outputs, Set::extra;
        2: Set::with, Set::contains;
    }
}

fn networks() {
    rule::<Sgd<f32>>();
    rule::<Adagrad<f32>>();
    rule::<Adam<f32>>();
    linked! {
        4: calibrated;
        1: Network::<Table<'static, f32>>::from_table;
        3: <Sign as Weights>::element, <Sign as Weights>::signs, <Sign as Law>::signs;
        2: optimizer::<Sgd<f32>>, optimizer::<Adagrad<f32>>, optimizer::<Adam<f32>>;
        3: gather, observe;
        3: <Affine as Coordinates<f32>>::moved, <Moments<f32> as Coordinates<f32>>::moved;
        2: Moments::<f32>::affine;
        1: Moments::<f32>::deviation;
        3: Moments::<f32>::observe;
        1: Domain::<f32, 5>::cube, Domain::<f32, 5>::is_sound;
        2: Domain::<f32, 5>::contains, range;
        3: Domain::<f32, 5>::through_relu::<3>;
        1: <Sign as Law>::variance, <Uniform as Law>::variance, <Gaussian as Law>::variance,
           Sparse::<Uniform>::probability;
        2: Network::<Sign>::new, Network::<Sign>::from_stream, Network::<Sign>::gain::<f32>;
        4: Network::<Sign>::weight::<f32>;
        4: rebuild_memory;
        2: Stack::<Gaussian, 3, 5, 2, 2>::new, Target::<f32, 3, 2>::forward;
        3: Stack::<Gaussian, 3, 5, 2, 2>::network;
        1: StackParameters::<f32, 3, 5, 2, 2>::blocks;
        1: Stream::new;
        2: Stream::child;
        3: P::scatter;
        0: P::zero;
        2: Unit::<f32>::apply;
    }
}
