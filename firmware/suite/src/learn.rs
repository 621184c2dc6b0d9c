//! Follow the regularized leader: linear models of a stream, and learning in games.

use crate::format::{Format, emit_all, exact, vector};
use crate::{Benchmark, Visitor, rows};
use situ::ftrl::{
    Constant, Coordinates, Entropic, Euclidean, Ftrl, Link, LogBarrier, Proximal, Regularizer,
    State, Tsallis,
};
use situ::games::{Bimatrix, Feedback, Full, Game};
use situ::random::Generator;
use situ::scalar::{Scalar, f16};

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Row<f32, 8>, Row<f32, 32>, Row<f16, 8>, Row<f16, 32>);
    rows!(visitor: Play<OfEntropic, 3, 6>, Play<OfEntropic, 8, 16>);
    rows!(visitor: Play<OfEuclidean, 3, 6>, Play<OfEuclidean, 8, 16>);
    rows!(visitor: Play<OfTsallis, 3, 6>, Play<OfLogBarrier, 3, 6>);
}

/// FTRL-proximal, logistic: predict and learn one example of a stream of eight.
struct Row<S, const N: usize> {
    model: Coordinates<S, N>,
    examples: [[f32; N]; 8],
    next: usize,
}

/// α = 0.5, β = 1, λ₁ = 0.01, λ₂ = 0.1: every term of the update contributes.
fn proximal<T: Scalar>() -> Proximal<T> {
    // Written out: an array of f64 would be converted at run time when built for size.
    let c = T::from_f64;
    Proximal { alpha: c(0.5), beta: c(1.0), l1: c(0.01), l2: c(0.1) }
}

/// The class of an example: on which side of the first axis it lies.
fn target<T: Scalar>(x: &[T]) -> T {
    if x.first().is_some_and(|first| *first > T::ZERO) { T::ONE } else { T::ZERO }
}

impl<S: Format, const N: usize> Benchmark for Row<S, N> {
    const NAME: &'static str = "ftrl_proximal";
    const SIZE: usize = N;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = 16.0 * S::ROUNDING + 1e-5;
    const RUNS: usize = 8;

    fn new(random: &mut Generator) -> Self {
        let examples = core::array::from_fn(|_| vector(random));
        Self { model: Coordinates::new(), examples, next: 0 }
    }
    fn run(&mut self) {
        let Some(x) = self.examples.get(self.next) else { return };
        self.next = (self.next + 1) % self.examples.len();
        self.model.learn(&proximal(), Link::Logistic, x, target(x));
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.model.weights(&proximal()), emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let mut model = Coordinates::<f64, N>::new();
        for x in &self.examples {
            let x = x.map(exact);
            model.learn(&proximal(), Link::Logistic, &x, target(&x));
        }
        model.weights(&proximal()).into_iter().for_each(emit);
    }
    fn state_bytes() -> usize {
        size_of::<Coordinates<S, N>>()
    }
}

/// A regularizer for any scalar.
pub(crate) trait Family {
    /// Name of the row of one step.
    const NAME: &'static str;
    /// Names of the rows of a thousand rounds, by feedback.
    const ROUNDS: [&'static str; 4];
    /// Type of the regularizer.
    type Of<T: Scalar>: Regularizer<T>;
    /// The regularizer, in scalar `T`.
    fn regularizer<T: Scalar>() -> Self::Of<T>;
}

macro_rules! family {
    ($family:ident, $name:literal, $type:ty, $regularizer:expr) => {
        pub(crate) struct $family;
        impl Family for $family {
            const NAME: &'static str = $name;
            const ROUNDS: [&'static str; 4] = [
                concat!($name, "_full"),
                concat!($name, "_noisy"),
                concat!($name, "_realised"),
                concat!($name, "_bandit"),
            ];
            type Of<T: Scalar> = $type;
            fn regularizer<T: Scalar>() -> $type {
                $regularizer
            }
        }
    };
}

family!(OfEntropic, "game_entropic", Entropic, Entropic);
family!(OfEuclidean, "game_euclidean", Euclidean, Euclidean);
family!(OfTsallis, "game_tsallis", Tsallis<T>, Tsallis::half());
family!(OfLogBarrier, "game_log_barrier", LogBarrier, LogBarrier);

/// Divides weights by their sum.
// Never inlined, like `negate`: one copy in flash serves every size.
#[inline(never)]
fn normalize<T: Scalar>(weights: &mut [T]) {
    let sum = weights.iter().fold(T::ZERO, |sum, weight| sum + *weight);
    weights.iter_mut().for_each(|weight| *weight /= sum);
}

#[inline(never)]
fn negate<T: Scalar>(numbers: &mut [T]) {
    numbers.iter_mut().for_each(|number| *number = -*number);
}

/// A zero-sum game of two players with A actions each (BOTH = 2 A), and where play starts.
struct Match<T: Scalar, F: Family, const A: usize, const BOTH: usize> {
    game: Bimatrix<T, A, A>,
    ftrl: Ftrl<F::Of<T>, Constant<T>>,
    start: State<[T; BOTH]>,
}

impl<T: Scalar, F: Family, const A: usize, const BOTH: usize> Match<T, F, A, BOTH> {
    /// Creates it from payoffs and from positive weights that the strategies are proportional to.
    fn new(payoffs: [[T; A]; A], mut weights: [T; BOTH]) -> Option<Self> {
        weights.chunks_exact_mut(A).for_each(normalize);
        let mut negated = payoffs;
        negate(negated.as_flattened_mut());
        let game = Bimatrix::new(payoffs, negated).ok()?;
        let ftrl = Ftrl::new(F::regularizer::<T>(), Constant::new(T::from_f64(0.25)).ok()?);
        let start = ftrl.start(game.actions(), weights).ok()?;
        Some(Self { game, ftrl, start })
    }

    /// The strategies after one step: exact payoffs, then the update of both players.
    fn step(&self) -> Option<[T; BOTH]> {
        let mut state = self.start.clone();
        let mut payoffs = [T::ZERO; BOTH];
        let mut unused = Generator::new(0);
        Full.observe(&self.game, state.strategies(), 1, &mut unused, &mut payoffs).ok()?;
        self.ftrl.update(&mut state, self.game.actions(), &payoffs).ok()?;
        Some(*state.strategies())
    }
}

/// One step of learning in a game, from the same state each time.
struct Play<F: Family, const A: usize, const BOTH: usize> {
    payoffs: [[f32; A]; A],
    weights: [f32; BOTH],
    play: Option<Match<f32, F, A, BOTH>>,
    out: [f32; BOTH],
}

impl<F: Family, const A: usize, const BOTH: usize> Benchmark for Play<F, A, BOTH> {
    const NAME: &'static str = F::NAME;
    const SIZE: usize = A;
    const TOLERANCE: f64 = 2e-6;

    fn new(random: &mut Generator) -> Self {
        let payoffs = core::array::from_fn(|_| vector(random));
        let weights = vector(random).map(|weight: f32| 1.5 + weight);
        Self { payoffs, weights, play: Match::new(payoffs, weights), out: [0.0; BOTH] }
    }
    fn run(&mut self) {
        // If the step fails, the output is zeros, which are not strategies.
        self.out = self.play.as_ref().and_then(Match::step).unwrap_or([0.0; BOTH]);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.out, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let payoffs = self.payoffs.map(|row| row.map(exact));
        let play = Match::<f64, F, A, BOTH>::new(payoffs, self.weights.map(exact));
        play.and_then(|play| play.step()).into_iter().flatten().for_each(emit);
    }
    fn state_bytes() -> usize {
        size_of::<State<[f32; BOTH]>>()
    }
}
