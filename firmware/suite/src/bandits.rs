//! A thousand rounds of bandits: an action is chosen and its loss or reward learned.
//!
//! The reference learns in f64 from the actions and probabilities that f32 drew: a single rounding that
//! changes an action would change everything after it, and the error of a probability p is amplified by
//! 1/p² in the estimate of a loss.

use crate::games::{DRAWS, Process, Row, Running};
use crate::{Visitor, rows};
use core::marker::PhantomData;
use situ::ftrl::{
    Bandit, Confidence, Constant, Entropic, Exp3, Exp3S, LinearBandit, Power, Regularizer,
    Schedule, State, Stored, Tsallis, TsallisInf,
};
use situ::random::Generator;
use situ::scalar::{Scalar, Storage, f16};
use situ::simplex::Draw;

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Running<Rounds<OfExp3>>, Running<Rounds<OfImplicit>>);
    rows!(visitor: Running<Rounds<OfTsallisInf>>, Running<Rounds<OfDiscounted>>, Running<Half>);
    rows!(visitor: Running<Linear<f32, OfBound>>, Running<Linear<f16, OfBound>>);
    rows!(visitor: Running<Linear<f32, OfSampling>>);
}

const ACTIONS: usize = 4;
/// Mean loss of each action.
const LOSSES: [f32; ACTIONS] = [0.5, 0.3, 0.6, 0.55];

/// A bandit for any scalar.
trait Kind {
    /// Name of the benchmark.
    const NAME: &'static str;
    /// Its regularizer.
    type Regularizer<T: Scalar>: Regularizer<T>;
    /// Its rate.
    type Rate<T: Scalar>: Schedule<T>;
    /// The bandit.
    fn bandit<T: Scalar>() -> Option<BanditOf<Self, T>>;
}

type BanditOf<K, T> = Bandit<T, <K as Kind>::Regularizer<T>, <K as Kind>::Rate<T>>;

macro_rules! kind {
    ($kind:ident, $name:literal, $regularizer:ty, $rate:ty, $bandit:expr) => {
        struct $kind;
        impl Kind for $kind {
            const NAME: &'static str = $name;
            type Regularizer<T: Scalar> = $regularizer;
            type Rate<T: Scalar> = $rate;
            fn bandit<T: Scalar>() -> Option<BanditOf<Self, T>> {
                $bandit
            }
        }
    };
}

kind!(OfExp3, "bandit_exp3", Entropic, Power<T>, Exp3::new(ACTIONS).ok());
kind!(OfImplicit, "bandit_exp3_ix", Entropic, Power<T>, Exp3::implicit(ACTIONS).ok());
kind!(OfTsallisInf, "bandit_tsallis_inf", Tsallis<T>, Power<T>, Some(TsallisInf::new()));
kind!(
    OfDiscounted,
    "bandit_discounted",
    Entropic,
    Constant<T>,
    Exp3S::discounted(ACTIONS, 1000, 1).ok()
);

/// A bandit and its state.
struct Player<T: Scalar, K: Kind> {
    bandit: BanditOf<K, T>,
    state: State<[T; ACTIONS]>,
}

impl<T: Scalar, K: Kind> Player<T, K> {
    fn start() -> Option<Self> {
        let bandit = K::bandit::<T>()?;
        Some(Self { state: bandit.start().ok()?, bandit })
    }

    fn learn(&mut self, chosen: Draw<T>, loss: T) -> Option<()> {
        self.bandit.loss(&mut self.state, chosen, loss).ok()
    }
}

/// Whether an action loses this time.
fn loses(action: usize, generator: &mut Generator) -> bool {
    generator.uniform::<f32>() < LOSSES.get(action).copied().unwrap_or(0.0)
}

/// A bandit in its world.
struct Rounds<K: Kind> {
    player: Player<f32, K>,
    generator: Generator,
}

impl<K: Kind> Rounds<K> {
    /// The action drawn in a round, and its loss.
    fn round(&mut self) -> Option<(Draw<f32>, f32)> {
        let Self { player, generator } = self;
        let chosen = player.bandit.choose(&player.state, generator);
        let loss = f32::from(loses(chosen.action, generator));
        player.learn(chosen, loss)?;
        Some((chosen, loss))
    }
}

impl<K: Kind> Process for Rounds<K> {
    fn start() -> Option<Self> {
        Some(Self { player: Player::start()?, generator: Generator::new(DRAWS) })
    }

    fn advance(&mut self) -> Option<()> {
        self.round().map(drop)
    }

    fn numbers(&self, emit: &mut dyn FnMut(f64)) {
        self.player.state.strategies().iter().for_each(|p| emit(f64::from(*p)));
    }
}

impl<K: Kind> Row for Rounds<K> {
    const NAME: &'static str = K::NAME;
    const SIZE: usize = ACTIONS;
    const STATE_BYTES: usize = size_of::<State<[f32; ACTIONS]>>();
    type Reference = Follower<K>;
}

/// The same in f64, from the draws of f32.
struct Follower<K: Kind> {
    leader: Rounds<K>,
    player: Player<f64, K>,
}

impl<K: Kind> Process for Follower<K> {
    fn start() -> Option<Self> {
        Some(Self { leader: Rounds::start()?, player: Player::start()? })
    }

    fn advance(&mut self) -> Option<()> {
        let (Draw { action, probability }, loss) = self.leader.round()?;
        let probability = f64::from(probability);
        self.player.learn(Draw { action, probability }, f64::from(loss))
    }

    fn numbers(&self, emit: &mut dyn FnMut(f64)) {
        self.player.state.strategies().iter().for_each(|p| emit(*p));
    }
}

/// EXP3 whose scores are kept in f16. Rounded scores choose other actions: the host repeats it.
struct Half {
    bandit: Exp3<f32>,
    stored: Stored<f16, ACTIONS>,
    generator: Generator,
}

impl Process for Half {
    fn start() -> Option<Self> {
        let (bandit, generator) = (OfExp3::bandit()?, Generator::new(DRAWS));
        Some(Self { bandit, stored: Stored::EMPTY, generator })
    }

    fn advance(&mut self) -> Option<()> {
        let Self { bandit, stored, generator } = self;
        let chosen = stored.choose(bandit, generator).ok()?;
        let lost = loses(chosen.action, generator);
        stored.loss(bandit, chosen, f32::from(lost)).ok()
    }

    fn numbers(&self, emit: &mut dyn FnMut(f64)) {
        if let Ok(state) = self.stored.state(&self.bandit) {
            state.strategies().iter().for_each(|p| emit(f64::from(*p)));
        }
    }
}

impl Row for Half {
    const NAME: &'static str = OfExp3::NAME;
    const SIZE: usize = ACTIONS;
    const SCALAR: &'static str = "f16";
    const STATE_BYTES: usize = size_of::<Stored<f16, ACTIONS>>();
    type Reference = Self;
}

const FEATURES: usize = 4;
const MODELS: usize = 3;

/// How a linear bandit explores.
trait Explorer {
    /// Name of the benchmark.
    const NAME: &'static str;
    /// The exploration.
    const CONFIDENCE: Confidence<f32>;
}

struct OfBound;

impl Explorer for OfBound {
    const NAME: &'static str = "bandit_lin_ucb";
    const CONFIDENCE: Confidence<f32> = Confidence::Bound(0.5);
}

struct OfSampling;

impl Explorer for OfSampling {
    const NAME: &'static str = "bandit_lin_thompson";
    const CONFIDENCE: Confidence<f32> = Confidence::Sampling(0.5);
}

/// A linear bandit in its world.
struct Linear<S: Storage<Compute = f32>, E> {
    bandit: LinearBandit<S, FEATURES, MODELS>,
    generator: Generator,
    explorer: PhantomData<E>,
}

impl<S: Storage<Compute = f32>, E: Explorer> Linear<S, E> {
    /// Features, action and reward of a round.
    fn round(&mut self) -> Option<([f32; FEATURES], usize, f32)> {
        let Self { bandit, generator, .. } = self;
        let phi = [(); FEATURES].map(|()| generator.uniform::<f32>() - 0.5);
        let action = bandit.choose(E::CONFIDENCE, &phi, generator).ok()?;
        let [first, second, third, _] = phi;
        let mean = [first, second - third, 0.5 * third].get(action).copied()?;
        let reward = mean + 0.5 * (generator.uniform::<f32>() - 0.5);
        bandit.learn(action, &phi, reward).ok()?;
        Some((phi, action, reward))
    }
}

impl<S: Storage<Compute = f32>, E: Explorer> Process for Linear<S, E> {
    fn start() -> Option<Self> {
        let (bandit, generator) = (LinearBandit::new(), Generator::new(DRAWS));
        Some(Self { bandit, generator, explorer: PhantomData })
    }

    fn advance(&mut self) -> Option<()> {
        self.round().map(drop)
    }

    fn numbers(&self, emit: &mut dyn FnMut(f64)) {
        self.bandit.weights().flatten().for_each(|weight| emit(f64::from(*weight)));
    }
}

impl<S: Storage<Compute = f32>, E: Explorer> Row for Linear<S, E> {
    const NAME: &'static str = E::NAME;
    const SIZE: usize = FEATURES;
    const SCALAR: &'static str = if size_of::<S>() == 2 { "f16" } else { "f32" };
    const NEAR: f64 = if size_of::<S>() == 2 { 0.05 } else { 1e-4 };
    const STATE_BYTES: usize = size_of::<LinearBandit<S, FEATURES, MODELS>>();
    type Reference = LinearFollower<S, E>;
}

/// The same in f64, from the actions of the row.
struct LinearFollower<S: Storage<Compute = f32>, E> {
    leader: Linear<S, E>,
    bandit: LinearBandit<f64, FEATURES, MODELS>,
}

impl<S: Storage<Compute = f32>, E: Explorer> Process for LinearFollower<S, E> {
    fn start() -> Option<Self> {
        Some(Self { leader: Linear::start()?, bandit: LinearBandit::new() })
    }

    fn advance(&mut self) -> Option<()> {
        let (phi, action, reward) = self.leader.round()?;
        self.bandit.learn(action, &phi.map(f64::from), f64::from(reward)).ok()
    }

    fn numbers(&self, emit: &mut dyn FnMut(f64)) {
        self.bandit.weights().flatten().for_each(|weight| emit(*weight));
    }
}
