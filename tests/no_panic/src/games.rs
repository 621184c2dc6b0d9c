//! Learning in games, policy gradient, variational inequalities.

use crate::kept;
use situ::ftrl::{self, Confidence, Constant, Entropic, Euclidean, LogBarrier, Power, Regret};
use situ::ftrl::{State, Tsallis};
use situ::games::{self, Bimatrix, Episode, Feedback, Full, Game, MAX_PLAYERS, Noisy, Policies};
use situ::games::{
    Agent, AgentState, PolicyGradient, PolicyState, Realized, Reinforce, StochasticGame, Table,
};
use situ::random::Generator;
use situ::scalar::f16;
use situ::simplex::Draw;
use situ::variational::{
    self, BatchMeans, Bounds, Extragradient, Method, PairedChains, Refinement,
};
use situ::variational::{Average, Ball, Projection, Sgda, Simplex};

type Learner<R> = ftrl::Ftrl<R, Power<f32>, Constant<f32>>;
type Exp3 = ftrl::Exp3<f32>;
type Exp3S = ftrl::Exp3S<f32>;
type Lin = ftrl::LinearBandit<f32, 5, 3>;
type Lone = Agent<Power<f32>, Power<f32>>;
type Players = State<[f32; 5]>;
type Matrices = Bimatrix<f32, 2, 3>;
type Observe<F, G> =
    fn(&F, &G, &[f32], u32, &mut Generator, &mut [f32]) -> Result<(), games::Error>;
type Update<R> = fn(&Learner<R>, &mut Players, &[usize], &[f32]) -> Result<(), ftrl::Error>;
type Stochastic = StochasticGame<f32, 2, 3, 2, 4>;
type Pair = Policies<f32, 2, 3, 2>;
type Seg = Extragradient<f32, Bounds<f32, 3>>;
type Field = fn(&[f32; 3], &mut [f32; 3]);
type Draws = fn(&mut [f32; 3]);
type Oracle = fn(&[f32; 3], &[f32; 2], &mut [f32; 3]);
type Window = ftrl::Sliding<f32, 5, 20>;
type Small = ftrl::Stored<f16, 5>;

/// Keeps them.
pub fn keep() {
    kept! {
        Learner::update => Update<Entropic>;
        Learner::update => Update<Euclidean>;
        Learner::update => Update<Tsallis<f32>>;
        Learner::update => Update<LogBarrier>;
        Learner::start => fn(&Learner<Entropic>, &[usize], [f32; 5]) -> Result<Players, ftrl::Error>;
        Power::new => fn(f32, f32, f32) -> Result<Power<f32>, ftrl::Error>;
        Exp3::new => fn(usize) -> Result<Exp3, ftrl::Error>;
        Exp3S::new => fn(usize, u32, u32) -> Result<Exp3S, ftrl::Error>;
        Exp3::choose => fn(&Exp3, &State<[f32; 5]>, &mut Generator) -> Draw<f32>;
        Exp3::reward => fn(&Exp3, &mut State<[f32; 5]>, Draw<f32>, f32) -> Result<(), ftrl::Error>;
        Exp3S::loss => fn(&Exp3S, &mut State<[f32; 5]>, Draw<f32>, f32) -> Result<(), ftrl::Error>;
        Exp3S::discounted => fn(usize, u32, u32) -> Result<Exp3S, ftrl::Error>;
        Window::new => fn(&Exp3S) -> Result<Window, ftrl::Error>;
        Window::begin => fn(&mut Window, &Exp3S) -> Result<(), ftrl::Error>;
        Window::choose => fn(&Window, &Exp3S, &mut Generator) -> Draw<f32>;
        Window::loss => fn(&mut Window, &Exp3S, Draw<f32>, f32) -> Result<(), ftrl::Error>;
        Window::reward => fn(&mut Window, &Exp3S, Draw<f32>, f32) -> Result<(), ftrl::Error>;
        situ::archive::save::<Window> => fn(&mut Window, &mut [u8]) -> Result<usize, situ::archive::Error>;
        situ::archive::restore::<Window> => fn(&mut Window, &[u8]) -> Result<usize, situ::archive::Error>;
        Window::state => fn(&Window) -> &State<[f32; 5]>;
        Small::state => fn(&Small, &Exp3) -> Result<State<[f32; 5]>, ftrl::Error>;
        Small::choose => fn(&Small, &Exp3, &mut Generator) -> Result<Draw<f32>, ftrl::Error>;
        Small::loss => fn(&mut Small, &Exp3, Draw<f32>, f32) -> Result<(), ftrl::Error>;
        Small::reward => fn(&mut Small, &Exp3, Draw<f32>, f32) -> Result<(), ftrl::Error>;
        Learner::look_ahead => fn(&Learner<Tsallis<f32>>, &Players, &[usize], &[f32], &mut [f32]) -> Result<(), ftrl::Error>;
        Regret::record => fn(&mut Regret<f32, 5>, &[f32; 5], f32) -> Result<(), ftrl::Error>;
        Regret::external => fn(&Regret<f32, 5>) -> f32;
        Bimatrix::new => fn([[f32; 3]; 2], [[f32; 3]; 2]) -> Result<Matrices, games::Error>;
        Table::new => fn(&'static [usize], &'static [f32]) -> Result<Table<'static, f32>, games::Error>;
        Full::observe => Observe<Full, Matrices>;
        Full::observe => Observe<Full, Table<'static, f32>>;
        Noisy::observe => Observe<Noisy<f32>, Matrices>;
        Realized::observe => Observe<Realized, Table<'static, f32>>;
        games::Bandit::observe => Observe<games::Bandit<Power<f32>>, Table<'static, f32>>;
        Game::payoffs_against => fn(&Table<'static, f32>, usize, &[usize; MAX_PLAYERS], &mut [f32]);
        games::exploitability => fn(&Matrices, &[f32], &mut [f32]) -> Result<f32, games::Error>;
        games::strict_margin => fn(&Matrices, &[usize]) -> Result<f32, games::Error>;
        games::nearest_profile => fn(&[usize], &[f32]) -> Result<[usize; MAX_PLAYERS], games::Error>;
        games::support_enumeration => fn(&Matrices, f32, fn(&[f32; 2], &[f32; 3])) -> Result<(), games::Error>;
        Stochastic::best_response => fn(&Stochastic, usize, &Pair) -> Result<([usize; 3], [f32; 3]), games::Error>;
        Stochastic::exploitability => fn(&Stochastic, &Pair) -> Result<f32, games::Error>;
        Stochastic::strict_margin => fn(&Stochastic, &Pair) -> Result<f32, games::Error>;
        Stochastic::stationarity => fn(&Stochastic, &Pair, &Pair) -> Result<f32, games::Error>;
        Stochastic::values => fn(&Stochastic, &Pair) -> Result<[[f32; 3]; 2], games::Error>;
        Stochastic::visitation => fn(&Stochastic, &Pair) -> Result<[f32; 3], games::Error>;
        Stochastic::gradient => fn(&Stochastic, &Pair, &mut Pair) -> Result<(), games::Error>;
        Lin::choose => fn(&Lin, Confidence<f32>, &[f32; 5], &mut Generator) -> Result<usize, ftrl::Error>;
        Lin::learn => fn(&mut Lin, usize, &[f32; 5], f32) -> Result<(), ftrl::Error>;
        Lone::act => fn(&Lone, &mut AgentState<f32, 3, 2>, usize, &mut Generator) -> Result<usize, games::Error>;
        Lone::reward => fn(&Lone, &mut AgentState<f32, 3, 2>, f32) -> Result<(), games::Error>;
        Lone::end => fn(&Lone, &mut AgentState<f32, 3, 2>) -> Result<(), games::Error>;
        PolicyState::new => fn(Pair) -> Result<PolicyState<f32, 2, 3, 2>, games::Error>;
        PolicyGradient::update => fn(&PolicyGradient<Power<f32>>, &mut PolicyState<f32, 2, 3, 2>, &Pair) -> Result<(), games::Error>;
        Reinforce::episode => fn(&Reinforce<Power<f32>>, &Stochastic, &Pair, u32, &[f32; 2], &mut Generator, &mut Pair) -> Result<Episode<f32, 2>, games::Error>;
    }
    inequalities();
}

fn inequalities() {
    kept! {
        Method::advance => fn(&Sgda<f32, Simplex>, &mut [f32; 3], Field) -> Result<(), variational::Error>;
        Method::advance => fn(&Seg, &mut [f32; 3], Field) -> Result<(), variational::Error>;
        Projection::project => fn(&Ball<f32>, &mut [f32; 3]);
        Refinement::advance => fn(&Refinement<Seg>, &mut PairedChains<f32, 3>, Field, Draws) -> Result<(), variational::Error>;
        Refinement::advance_with => fn(&Refinement<Seg>, &mut PairedChains<f32, 3>, Oracle, fn(&mut [f32; 2])) -> Result<(), variational::Error>;
        Average::record => fn(&mut Average<f32, 3>, &[f32; 3]) -> Result<(), variational::Error>;
        BatchMeans::record => fn(&mut BatchMeans<f32, 3>, &[f32; 3]) -> Result<(), variational::Error>;
        BatchMeans::half_width => fn(&BatchMeans<f32, 3>, f32) -> [f32; 3];
    }
}
