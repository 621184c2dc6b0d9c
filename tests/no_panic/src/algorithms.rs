//! Attention, regularized leaders, games, variational inequalities.

use crate::kept;
use situ::attention::{self, FastWeights, Gate, Memory, Mesa, Rule};
use situ::ftrl::{self, Constant, Entropic, Euclidean, LogBarrier};
use situ::ftrl::{Ftrl, Regularizer, State, Tsallis};
use situ::games::{self, Bimatrix, Feedback, Full, Noisy, Realized};
use situ::random::Generator;
use situ::scalar::f16;
use situ::simplex::{self, Draw};
use situ::variational::{self, Average, Ball, BatchMeans, Extragradient, Method, Sgda, Simplex};

/// Play of two players with three actions each.
type Play = State<[f32; 6]>;
/// FTRL with a constant step.
type Leader<R> = Ftrl<R, Constant<f32>>;
type AttentionResult = Result<(), attention::Error>;
type FtrlResult = Result<(), ftrl::Error>;
type GamesResult = Result<(), games::Error>;
type VariationalResult = Result<(), variational::Error>;

/// A step of a method on an operator.
type Advance<M> = fn(&M, &mut [f32; 5], fn(&[f32; 5], &mut [f32; 5])) -> VariationalResult;

/// Feedback by which a player learns in a bimatrix game.
type Observe<F> =
    fn(&F, &Bimatrix<f32, 3, 3>, &[f32], u32, &mut Generator, &mut [f32]) -> GamesResult;

/// Keeps them.
pub fn keep() {
    kept! {
        attention::softmax_in_place => fn(&mut [f32], f32);
        FastWeights::write => fn(&mut Memory<f32, 5, 7>, Rule<f32, 5>, &[f32; 5], &[f32; 7]) -> AttentionResult;
        FastWeights::write => fn(&mut Memory<f16, 5, 7>, Rule<f32, 5>, &[f32; 5], &[f32; 7]) -> AttentionResult;
        FastWeights::write => fn(&mut Mesa<f32, 5, 7>, Gate<f32>, &[f32; 5], &[f32; 7]) -> AttentionResult;
        FastWeights::write => fn(&mut Mesa<f16, 5, 7>, Gate<f32>, &[f32; 5], &[f32; 7]) -> AttentionResult;
        FastWeights::read => fn(&Memory<f32, 5, 7>, &[f32; 5], &mut [f32; 7]) -> AttentionResult;
        <Entropic as Regularizer<f32>>::choose => fn(&Entropic, &[f32], &mut [f32]) -> FtrlResult;
        <Euclidean as Regularizer<f32>>::choose => fn(&Euclidean, &[f32], &mut [f32]) -> FtrlResult;
        <Tsallis<f32> as Regularizer<f32>>::choose => fn(&Tsallis<f32>, &[f32], &mut [f32]) -> FtrlResult;
        <LogBarrier as Regularizer<f32>>::choose => fn(&LogBarrier, &[f32], &mut [f32]) -> FtrlResult;
        Ftrl::update => fn(&Leader<Entropic>, &mut Play, &[usize], &[f32]) -> FtrlResult;
        Ftrl::update => fn(&Leader<Tsallis<f32>>, &mut Play, &[usize], &[f32]) -> FtrlResult;
        simplex::project => fn(&mut [f32]);
        simplex::draw => fn(&[f32], f32, &mut Generator) -> Draw<f32>;
        Feedback::observe => Observe<Full>;
        Feedback::observe => Observe<Noisy<f32>>;
        Feedback::observe => Observe<Realized>;
        Feedback::observe => Observe<games::Bandit<Constant<f32>>>;
        (|game, tolerance, found| games::support_enumeration(game, tolerance, found))
            => fn(&Bimatrix<f32, 3, 3>, f32, fn(&[f32; 3], &[f32; 3])) -> GamesResult;
        games::exploitability => fn(&Bimatrix<f32, 3, 3>, &[f32], &mut [f32]) -> Result<f32, games::Error>;
        (|method, x, oracle| method.advance(x, oracle)) => Advance<Sgda<f32, Simplex>>;
        (|method, x, oracle| method.advance(x, oracle)) => Advance<Extragradient<f32, Ball<f32>>>;
        Average::record => fn(&mut Average<f32, 5>, &[f32; 5]) -> VariationalResult;
        BatchMeans::record => fn(&mut BatchMeans<f32, 5>, &[f32; 5]) -> VariationalResult;
    }
}
