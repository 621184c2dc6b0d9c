//! Regularized leaders, games and variational inequalities: constructors, accessors and traits.

use crate::linked;
use situ::ftrl::{
    Bandit, Constant, Coordinates, Entropic, Euclidean, Exp3, Exp3S, Ftrl, LinearBandit,
    LogBarrier, Power, Proximal, Regret, Regularizer, Schedule, State, Tsallis, TsallisInf,
};
use situ::games::{
    self, Agent, AgentState, Bimatrix, Feedback, Full, Function, Game, Noisy, PolicyGradient,
    PolicyState, Realized, Reinforce, Round, StochasticGame, Table,
};
use situ::random::Generator;
use situ::scalar::f16;
use situ::variational::{
    Average, Ball, BatchMeans, Bounds, ConstantStep, Everywhere, Extragradient, PairedChains,
    Refinement, Sgda, Simplex, richardson_romberg,
};

type Leader = Ftrl<Entropic, Constant<f32>, Constant<f32>>;
type Explored = Bandit<f32, Entropic, Power<f32>>;
type Play = State<[f32; 5]>;
type Features = LinearBandit<f32, 5, 3>;
type Player = Agent<Power<f32>, Power<f32>>;
type Linear = Coordinates<f16, 5>;
type Matrices = Bimatrix<f32, 2, 3>;
type Payoff = fn(usize, &[usize; 2]) -> f32;
type Callback = Function<Payoff, 2>;
type Stochastic = StochasticGame<f32, 2, 3, 2, 4>;
type Policy = PolicyState<f32, 2, 3, 2>;
type Chains = PairedChains<f32, 3>;
type Descent = Sgda<f32, Everywhere>;
type Seg = Extragradient<f32, Bounds<f32, 3>>;

fn estimate<F: Feedback<f32>>(
    feedback: &F,
    round: Round<'_, f32, Matrices, Generator>,
) -> Result<(), games::Error> {
    feedback.estimate(round)
}

fn weights(bandit: &Features, sums: &mut [f32]) {
    for (sum, row) in sums.iter_mut().zip(LinearBandit::weights(bandit)) {
        *sum = row.iter().sum();
    }
}

fn stochastic(
    reward: fn(usize, usize, &[usize; 2]) -> f32,
    transition: fn(usize, &[usize; 2]) -> [f32; 3],
    initial: [f32; 3],
) -> Option<Stochastic> {
    Stochastic::new(reward, transition, initial).ok()
}

fn regularizer<R: Regularizer<f32>>() {
    linked! { 2: R::respond, R::score; 3: R::choose }
}

fn game<G: Game<f32>>() {
    linked! {
        1: G::actions;
        3: G::payoff;
        4: G::payoffs_against, G::expected_payoffs;
    }
}

fn step<M: ConstantStep<f32>>() {
    linked! { 1: M::step_size; 2: M::with_step_size }
}

/// Keeps them.
pub fn keep() {
    leaders();
    games();
    inequalities();
}

fn leaders() {
    regularizer::<Entropic>();
    regularizer::<Euclidean>();
    regularizer::<LogBarrier>();
    regularizer::<Tsallis<f32>>();
    linked! {
        1: Constant::<f32>::new, Tsallis::<f32>::new;
        2: <Constant<f32> as Schedule<f32>>::at, <Power<f32> as Schedule<f32>>::at;
        0: Tsallis::<f32>::half;
        2: Leader::new, Leader::with_rate::<Power<f32>>;
        1: Leader::optimistic;
        1: Ftrl::<_, _, Power<f32>>::hedge;
        2: Ftrl::<_, _, Constant<f32>>::hedge_for;
        1: Play::scores, Play::steps, Play::strategies;
        0: TsallisInf::<f32>::new;
        1: Exp3::<f32>::new, Exp3::<f32>::implicit, Explored::with, Explored::start::<5>;
        2: Explored::with_exploration, Explored::with_discount;
        3: Exp3S::<f32>::new, Explored::with_range, Explored::choose::<Generator, 5>;
        4: Explored::reward::<5>, Explored::loss::<5>, Leader::share::<f32, [f32; 5]>;
        0: Features::new;
        1: Features::restart;
        2: weights;
        4: Linear::score_with;
        1: Proximal::<f32>::checked;
        0: Linear::new;
        1: Linear::as_mut_slices;
        2: Linear::weights;
        3: Linear::score;
        4: Linear::predict;
        5: Linear::step;
        3: Proximal::<f32>::weight;
        4: Proximal::<f32>::weights::<f16>;
        6: Proximal::<f32>::step::<f16>;
        0: Regret::<f32, 5>::new;
        3: Regret::<f32, 5>::record_strategy;
    }
}

fn games() {
    game::<Matrices>();
    game::<Table<'static, f32>>();
    game::<Callback>();
    linked! {
        2: estimate::<Full>, estimate::<Noisy<f32>>, estimate::<Realized>,
           estimate::<games::Bandit<Constant<f32>>>;
        1: games::best_response::<f32>, games::Bandit::<Constant<f32>>::new::<f32>, Noisy::<f32>::new;
        2: Bimatrix::<f32, 2, 3>::new, Callback::new;
        1: Matrices::row, Matrices::column;
        1: AgentState::<f32, 3, 2>::new, AgentState::<f32, 3, 2>::policy,
           AgentState::<f32, 3, 2>::episodes, AgentState::<f32, 3, 2>::rounds, Player::with_baseline;
        2: Player::begin::<f32, 3, 2>;
        3: Player::new;
        2: PolicyGradient::<Power<f32>>::new;
        1: Policy::policies, Policy::steps;
        1: Reinforce::<Power<f32>>::new::<f32>, Reinforce::<Power<f32>>::with_reward_to_go;
        3: stochastic, Stochastic::reward;
        2: Stochastic::first_state::<Generator>;
        4: Stochastic::next_state::<Generator>;
    }
}

fn inequalities() {
    step::<Descent>();
    step::<Seg>();
    linked! {
        1: Average::<f32, 3>::new, Average::<f32, 3>::count, Average::<f32, 3>::mean;
        2: BatchMeans::<f32, 3>::new;
        1: BatchMeans::<f32, 3>::batches, BatchMeans::<f32, 3>::mean, BatchMeans::<f32, 3>::standard_error;
        1: Ball::<f32>::new;
        2: Bounds::<f32, 3>::new;
        2: Sgda::<f32, Simplex>::new, richardson_romberg::<f32, 3>, Chains::new;
        3: Seg::new;
        1: Chains::mean, Chains::double_mean, Chains::refined, Chains::refined_point,
           Chains::points;
        1: Refinement::<Descent>::new::<f32>;
    }
}
