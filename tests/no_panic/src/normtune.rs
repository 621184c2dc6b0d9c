//! Frozen random networks: drawing, running, tuning, rebuilding.

use crate::{kept, linked};
use situ::matrix::Matrix;
use situ::normtune::{
    Adagrad, Adam, Affine, BatchNorm, Coordinates, Domain, Error, Gaussian, Law, Moments, Network,
    Optimizer, Parameters, Report, Rule, Sgd, Sign, Sparse, Stack, StackParameters, StackWorkspace,
    Stream, Table, Target, Uniform, Unit, Units, Weights, Workspace, cross_entropy, khatri_rao,
    rebuild, rebuild_memory, squared_error,
};
use situ::scalar::f16;
use situ::solve::LeastNorm;

type P<S> = Parameters<S, 33, 2, 5>;
type W<S> = Workspace<S, 33, 2, 5>;
type Rebuilt = StackParameters<f32, 3, 5, 2, 2>;

/// One step of a rule along the gradient of the last backward pass.
fn sgd(
    optimizer: &mut Optimizer<(), 33, 2, 5>,
    parameters: &mut P<f32>,
    work: &W<f32>,
) -> Result<(), Error> {
    let affine = Units::filled(Affine);
    Optimizer::step(optimizer, &Sgd { rate: 0.1 }, &affine, parameters, work.gradient())
}

fn half(
    optimizer: &mut Optimizer<f16, 33, 2, 5>,
    parameters: &mut P<f16>,
    work: &W<f16>,
) -> Result<(), Error> {
    let rule = Adagrad { rate: 0.1, floor: 1e-6 };
    Optimizer::step(optimizer, &rule, &Units::filled(Affine), parameters, work.gradient())
}

fn normalized(
    optimizer: &mut Optimizer<[f32; 2], 33, 2, 5>,
    statistics: &mut BatchNorm<f32, 33, 2, 5>,
    parameters: &mut P<f32>,
    work: &W<f32>,
) -> Result<(), Error> {
    BatchNorm::observe(statistics, parameters, work.sums(), 0.1)?;
    Optimizer::step(optimizer, &Adam::new(0.1), statistics, parameters, work.gradient())
}

/// Statistics of a batch.
fn calibrated(
    network: &Network<Sign>,
    batch: &[[f32; 3]],
    parameters: &mut P<f32>,
    work: &mut W<f32>,
) -> Result<BatchNorm<f32, 33, 2, 5>, Error> {
    BatchNorm::calibrated(network, batch, parameters, work)
}

fn gather(network: &W<f32>, change: &mut P<f32>, unit: &mut Units<Unit<f32>, 33, 2, 5>) -> f32 {
    P::<f32>::add(change, W::<f32>::gradient(network));
    Units::iter_mut(unit).for_each(|unit| *unit = Unit { scale: unit.scale, ..*unit });
    let sums: f32 = W::<f32>::sums(network).sum();
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

/// Keeps them.
pub fn keep() {
    kept! {
        Stream::bits => fn(Stream, u32) -> u32;
        Law::weight => fn(&Sign, Stream, u32) -> f32;
        Law::weight => fn(&Uniform, Stream, u32) -> f32;
        Law::weight => fn(&Gaussian, Stream, u32) -> f32;
        Law::weight => fn(&Sparse<Gaussian>, Stream, u32) -> f32;
        Sparse::new => fn(Uniform, f64) -> Sparse<Uniform>;
        Network::forward => fn(&Network<Sign>, &P<f32>, &[f32], &mut W<f32>, &mut [f32]);
        Network::forward => fn(&Network<Uniform>, &P<f16>, &[f32], &mut W<f16>, &mut [f32]);
        Table::new => fn(&'static [f16], [usize; 4]) -> Result<Table<'static, f16>, Error>;
        Network::forward => fn(&Network<Table<'static, f16>>, &P<f32>, &[f32], &mut W<f32>, &mut [f32]);
        Network::backward => fn(&Network<Table<'static, f16>>, &P<f32>, &[f32], &mut W<f32>);
        calibrated => fn(&Network<Sign>, &[[f32; 3]], &mut P<f32>, &mut W<f32>) -> Result<BatchNorm<f32, 33, 2, 5>, Error>;
        Network::backward => fn(&Network<Sign>, &P<f32>, &[f32], &mut W<f32>);
        Network::backward => fn(&Network<Uniform>, &P<f16>, &[f32], &mut W<f16>);
        sgd => fn(&mut Optimizer<(), 33, 2, 5>, &mut P<f32>, &W<f32>) -> Result<(), Error>;
        half => fn(&mut Optimizer<f16, 33, 2, 5>, &mut P<f16>, &W<f16>) -> Result<(), Error>;
        normalized => fn(&mut Optimizer<[f32; 2], 33, 2, 5>, &mut BatchNorm<f32, 33, 2, 5>, &mut P<f32>, &W<f32>) -> Result<(), Error>;
        Moments::normalized => fn(&Moments<f32>, Unit<f32>) -> Unit<f32>;
        Parameters::scattered => fn(u64, f32) -> P<f32>;
        cross_entropy => fn(&[f32], usize, &mut [f32]) -> f32;
        squared_error => fn(&[f32; 5], &[f32; 5], &mut [f32; 5]) -> f32;
        khatri_rao => fn(&[Network<Sign>], [usize; 3], &mut [f32]);
        rebuild => fn(&[Network<Sign>; 2], &Matrix<f32, 3, 4>, &[f32; 3], &Domain<f32, 4>, &mut [f32], &mut [Parameters<f16, 7, 1, 3>; 2]) -> Result<Report<f32>, Error>;
        Stack::rebuild => fn(&Stack<Gaussian, 3, 5, 2, 2>, &Target<f32, 3, 2>, &Domain<f32, 3>, &mut [f32], &mut Rebuilt) -> Result<Report<f32>, Error>;
        Stack::forward => fn(&Stack<Gaussian, 3, 5, 2, 2>, &Rebuilt, &[f32; 3], &mut StackWorkspace<f32, 3, 5>, &mut [f32; 3]);
        LeastNorm::factor => fn(&'static mut [f32], &'static mut [f32]) -> Result<LeastNorm<'static, f32>, situ::solve::Error>;
        LeastNorm::solve => fn(&LeastNorm<'static, f32>, &mut [f32], &mut [f32]);
        LeastNorm::condition => fn(&LeastNorm<'static, f32>, &mut [f32]) -> f32;
    }
    rule::<Sgd<f32>>();
    rule::<Adagrad<f32>>();
    rule::<Adam<f32>>();
    linked! {
        1: Network::<Table<'static, f32>>::from_table;
        3: <Sign as Weights>::element, <Sign as Weights>::signs, <Sign as Law>::signs;
        2: optimizer::<Sgd<f32>>, optimizer::<Adagrad<f32>>, optimizer::<Adam<f32>>;
        3: gather;
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
        3: P::<f32>::scatter;
        0: P::<f32>::zero;
        2: Unit::<f32>::apply;
    }
}
