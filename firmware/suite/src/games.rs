//! A thousand steps from one seed: learning in a game with each kind of feedback, REINFORCE, and methods
//! for variational inequalities.
//!
//! If nothing is drawn, the reference is f64. If actions are drawn, a single rounding can change an action
//! and everything after it, so the host repeats the device's f32 computation instead.

use crate::learn::{Family, OfEntropic, OfEuclidean, OfLogBarrier, OfTsallis};
use crate::{Benchmark, Visitor, rows};
use situ::ftrl::{Constant, Ftrl, Power, State};
use situ::games::{
    Bandit, Bimatrix, Feedback, Full, Game, Noisy, Policies, PolicyGradient, PolicyState, Realized,
    Reinforce, Scheme, StochasticGame,
};
use situ::random::Generator;
use situ::scalar::Scalar;
use situ::variational::{Average, Everywhere, Extragradient, Method, Sgda};

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Rounds<OfEntropic, OfFull>, Rounds<OfEntropic, OfNoisy>);
    rows!(visitor: Rounds<OfEntropic, OfRealized>, Rounds<OfEntropic, OfBandit>);
    rows!(visitor: Rounds<OfEuclidean, OfFull>, Rounds<OfEuclidean, OfNoisy>);
    rows!(visitor: Rounds<OfEuclidean, OfRealized>, Rounds<OfEuclidean, OfBandit>);
    rows!(visitor: Rounds<OfTsallis, OfFull>, Rounds<OfTsallis, OfNoisy>);
    rows!(visitor: Rounds<OfTsallis, OfRealized>, Rounds<OfTsallis, OfBandit>);
    rows!(visitor: Rounds<OfLogBarrier, OfFull>, Rounds<OfLogBarrier, OfNoisy>);
    rows!(visitor: Rounds<OfLogBarrier, OfRealized>, Rounds<OfLogBarrier, OfBandit>);
    rows!(visitor: Running<Learning>, Steps<OfSgda>, Steps<OfExtragradient>);
}

/// Steps after which a row is compared with the host.
const STEPS: usize = 1000;
/// Seed of the draws.
pub(crate) const DRAWS: u64 = 7;

/// A round of learning, from the state that the previous round left.
type Rounds<F, C> = Running<Match<f32, F, C>>;

/// A step of a method, recorded in the average.
type Steps<S> = Running<Chain<f32, S>>;

/// A process that does one step per run.
pub(crate) trait Process: Sized {
    /// The process before its first step.
    fn start() -> Option<Self>;
    /// Does one step.
    fn advance(&mut self) -> Option<()>;
    /// The numbers to compare.
    fn numbers(&self, emit: &mut dyn FnMut(f64));
}

/// A process with a benchmark.
pub(crate) trait Row: Process {
    /// Name of the benchmark.
    const NAME: &'static str;
    /// Its size.
    const SIZE: usize;
    /// Storage format of its numbers.
    const SCALAR: &'static str = "f32";
    /// Largest difference.
    const NEAR: f64 = 1e-5;
    /// Bytes kept between steps.
    const STATE_BYTES: usize;
    /// The process that it is compared with.
    type Reference: Process;
}

/// The benchmark of a process; `None`, and no output, once a step has failed.
pub(crate) struct Running<P> {
    process: Option<P>,
}

impl<P: Row> Benchmark for Running<P> {
    const NAME: &'static str = P::NAME;
    const SIZE: usize = P::SIZE;
    const SCALAR: &'static str = P::SCALAR;
    const TOLERANCE: f64 = P::NEAR;
    const REDUCED: bool = false;
    const RUNS: usize = STEPS;

    fn new(_: &mut Generator) -> Self {
        Self { process: P::start() }
    }

    fn run(&mut self) {
        if self.process.as_mut().is_none_or(|process| process.advance().is_none()) {
            self.process = None;
        }
    }

    fn output(&self, emit: &mut dyn FnMut(f32)) {
        if let Some(process) = &self.process {
            process.numbers(&mut |number| emit(number as f32));
        }
    }

    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let Some(mut process) = P::Reference::start() else { return };
        if (0..STEPS).all(|_| process.advance().is_some()) {
            process.numbers(emit);
        }
    }

    fn state_bytes() -> usize {
        P::STATE_BYTES
    }
}

/// A feedback for any scalar.
trait Channel {
    /// Position in the names of the benchmarks.
    const INDEX: usize;
    /// The scalar of the reference: f64, or f32 where actions are drawn.
    type Reference: Scalar;
    /// Its type.
    type Of<T: Scalar>: Feedback<T>;
    /// The feedback.
    fn feedback<T: Scalar>() -> Option<Self::Of<T>>;
}

macro_rules! channel {
    ($channel:ident, $index:literal, $reference:ty, $type:ty, $feedback:expr) => {
        struct $channel;
        impl Channel for $channel {
            const INDEX: usize = $index;
            type Reference = $reference;
            type Of<T: Scalar> = $type;
            fn feedback<T: Scalar>() -> Option<$type> {
                $feedback
            }
        }
    };
}

channel!(OfFull, 0, f64, Full, Some(Full));
channel!(OfNoisy, 1, f64, Noisy<T>, Noisy::new(T::from_f64(0.1)).ok());
channel!(OfRealized, 2, f32, Realized, Some(Realized));
channel!(
    OfBandit,
    3,
    f32,
    Bandit<Constant<T>>,
    Constant::new(T::from_f64(0.1)).ok().and_then(|rate| Bandit::new(rate).ok())
);

/// Both players learning in a game of three actions, one round per run.
struct Match<T: Scalar, F: Family, C: Channel> {
    game: Bimatrix<T, 3, 3>,
    ftrl: Ftrl<F::Of<T>, Constant<T>>,
    feedback: C::Of<T>,
    state: State<[T; 6]>,
    generator: Generator,
}

impl<T: Scalar, F: Family, C: Channel> Process for Match<T, F, C> {
    fn start() -> Option<Self> {
        let matrix = |rows: [[f64; 3]; 3]| rows.map(|row| row.map(T::from_f64));
        let row = matrix([[1.0, 0.2, 0.3], [0.1, 0.8, 0.2], [0.4, 0.3, 0.25]]);
        let column = matrix([[0.9, 0.1, 0.2], [0.2, 0.7, 0.3], [0.3, 0.25, 0.2]]);
        let game = Bimatrix::new(row, column).ok()?;
        let ftrl = Ftrl::new(F::regularizer::<T>(), Constant::new(T::from_f64(0.02)).ok()?);
        let start = [0.5, 0.25, 0.25, 0.5, 0.25, 0.25].map(T::from_f64);
        let state = ftrl.start(game.actions(), start).ok()?;
        Some(Self { game, ftrl, feedback: C::feedback()?, state, generator: Generator::new(DRAWS) })
    }

    fn advance(&mut self) -> Option<()> {
        let mut payoffs = [T::ZERO; 6];
        let n = self.state.steps().wrapping_add(1);
        let Self { game, ftrl, feedback, state, generator } = self;
        feedback.observe(game, state.strategies(), n, generator, &mut payoffs).ok()?;
        ftrl.update(state, game.actions(), &payoffs).ok()
    }

    fn numbers(&self, emit: &mut dyn FnMut(f64)) {
        self.state.strategies().iter().for_each(|probability| emit(probability.to_f64()));
    }
}

impl<F: Family, C: Channel> Row for Match<f32, F, C> {
    const NAME: &'static str = F::ROUNDS[C::INDEX];
    const SIZE: usize = 3;
    const STATE_BYTES: usize = size_of::<State<[f32; 6]>>();
    type Reference = Match<C::Reference, F, C>;
}

/// The stochastic game of two players, states and actions.
type Pair = Policies<f32, 2, 2, 2>;

/// An episode of REINFORCE and the lazy policy gradient's update on it.
struct Learning {
    game: StochasticGame<f32, 2, 2, 2, 4>,
    reinforce: Reinforce<Power<f32>>,
    learner: PolicyGradient<Power<f32>>,
    state: PolicyState<f32, 2, 2, 2>,
    generator: Generator,
}

impl Process for Learning {
    fn start() -> Option<Self> {
        // Each player is paid for choosing the other's action, and in state 0 more for action 0.
        let reward = |_: usize, state: usize, [a, b]: &[usize; 2]| match (a == b, state == *a) {
            (true, true) => 1.0,
            (true, false) => 0.5,
            _ => 0.0,
        };
        let next = |_: usize, [a, b]: &[usize; 2]| if a == b { [0.4, 0.2] } else { [0.2, 0.4] };
        Some(Self {
            game: StochasticGame::new(reward, next, [0.5, 0.5]).ok()?,
            reinforce: Reinforce::new(Power::new(0.5, 500.0, 0.3).ok()?).ok()?,
            learner: PolicyGradient::new(Power::new(0.25, 500.0, 0.75).ok()?, Scheme::Lazy),
            state: PolicyState::new([[[0.75, 0.25], [0.5, 0.5]]; 2]).ok()?,
            generator: Generator::new(DRAWS),
        })
    }

    fn advance(&mut self) -> Option<()> {
        let mut estimate: Pair = [[[0.0; 2]; 2]; 2];
        let Self { game, reinforce, learner, state, generator } = self;
        let n = state.steps().wrapping_add(1);
        reinforce.episode(game, state.policies(), n, &[0.0; 2], generator, &mut estimate).ok()?;
        learner.update(state, &estimate).ok()
    }

    fn numbers(&self, emit: &mut dyn FnMut(f64)) {
        let policies = self.state.policies().as_flattened().as_flattened();
        policies.iter().for_each(|probability| emit(probability.to_f64()));
    }
}

impl Row for Learning {
    const NAME: &'static str = "reinforce_episode";
    const SIZE: usize = 2;
    const STATE_BYTES: usize = size_of::<PolicyState<f32, 2, 2, 2>>();
    type Reference = Self;
}

/// A method for any scalar.
trait Stepper {
    /// Name of the benchmark.
    const NAME: &'static str;
    /// Its type.
    type Of<T: Scalar>: Method<T, 2>;
    /// The method.
    fn method<T: Scalar>() -> Option<Self::Of<T>>;
}

struct OfSgda;

impl Stepper for OfSgda {
    const NAME: &'static str = "sgda_step";
    type Of<T: Scalar> = Sgda<T, Everywhere>;
    fn method<T: Scalar>() -> Option<Self::Of<T>> {
        Sgda::new(T::from_f64(0.1), Everywhere).ok()
    }
}

struct OfExtragradient;

impl Stepper for OfExtragradient {
    const NAME: &'static str = "extragradient_step";
    type Of<T: Scalar> = Extragradient<T, Everywhere>;
    fn method<T: Scalar>() -> Option<Self::Of<T>> {
        Extragradient::new(T::from_f64(0.1), T::ONE, Everywhere).ok()
    }
}

/// A chain of a method with normal noise, and its average.
struct Chain<T: Scalar, S: Stepper> {
    method: S::Of<T>,
    point: [T; 2],
    average: Average<T, 2>,
    generator: Generator,
}

impl<T: Scalar, S: Stepper> Process for Chain<T, S> {
    fn start() -> Option<Self> {
        let (method, generator) = (S::method()?, Generator::new(DRAWS));
        Some(Self { method, point: [T::ZERO; 2], average: Average::new(100), generator })
    }

    /// A step on `x²/2 + softplus(2x) + x y - y²/2 - softplus(2y)/2`.
    fn advance(&mut self) -> Option<()> {
        let (two, deviation) = (T::from_f64(2.0), T::from_f64(0.5));
        let Self { method, point, average, generator } = self;
        method
            .advance(point, |[x, y], value| {
                *value = [
                    *x + two * (two * *x).sigmoid() + *y + deviation * generator.normal(),
                    *y + (two * *y).sigmoid() - *x + deviation * generator.normal(),
                ];
            })
            .ok()?;
        average.record(point).ok()
    }

    fn numbers(&self, emit: &mut dyn FnMut(f64)) {
        let numbers = self.point.into_iter().chain(self.average.mean());
        numbers.for_each(|number| emit(number.to_f64()));
    }
}

impl<S: Stepper> Row for Chain<f32, S> {
    const NAME: &'static str = S::NAME;
    const SIZE: usize = 2;
    const STATE_BYTES: usize = size_of::<[f32; 2]>() + size_of::<Average<f32, 2>>();
    type Reference = Chain<f64, S>;
}
