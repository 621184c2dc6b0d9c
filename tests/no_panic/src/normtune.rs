//! Frozen random networks: drawing, running, tuning, rebuilding.

use crate::kept;
use situ::matrix::Matrix;
use situ::normtune::{
    Adagrad, Adam, Affine, BatchNorm, Domain, Error, Gaussian, Law, Moments, Network, Optimizer,
    Parameters, Report, Sgd, Sign, Sparse, Stack, StackParameters, StackWorkspace, Stream, Table,
    Target, Uniform, Unit, Units, Workspace, cross_entropy, khatri_rao, rebuild, squared_error,
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
    statistics.observe(parameters, work.sums(), 0.1)?;
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
}
