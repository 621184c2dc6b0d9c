//! REINFORCE for a single agent that has no model of its game.

use super::{Error, PolicyGradient, PolicyState, Reinforce};
use crate::archive::{Archive, Persist};
use crate::ftrl::Schedule;
use crate::matrix::add_scaled;
use crate::scalar::Scalar;
use crate::simplex::draw;
use rand_core::Rng;

/// Configuration of one agent that learns from episodes: in every round it sees a state, acts and
/// earns a reward; at the end of an episode it updates its policy.
///
/// This is [`Reinforce`] and [`PolicyGradient`] for one player, without a table of the game: in a
/// [`StochasticGame`](super::StochasticGame), agents act draw for draw as [`Reinforce::episode`]
/// does.
///
/// ```
/// use situ::ftrl::Power;
/// use situ::games::{Agent, AgentState, PolicyGradient, Reinforce, Scheme};
/// use situ::random::Generator;
///
/// // A retry policy: state 0 is a quiet channel, state 1 a busy one; action 1 sends, action 0 waits.
/// let learner = PolicyGradient::new(Power::new(0.1_f32, 10.0, 0.75)?, Scheme::Lazy);
/// let reinforce = Reinforce::new(Power::new(0.5, 10.0, 0.3)?)?.with_reward_to_go();
/// let agent = Agent::new(learner, reinforce, 100)?;
/// let (mut state, mut generator) = (AgentState::<f32, 2, 2>::EMPTY, Generator::new(3));
/// for _ in 0..2000 {
///     agent.begin(&mut state);
///     for _ in 0..4 {
///         let busy = generator.bits() % 2;
///         let action = agent.act(&mut state, busy as usize, &mut generator)?;
///         let reward = if action == 0 { 0.0 } else { 1.0 - 2.0 * busy as f32 };
///         agent.reward(&mut state, reward)?;
///     }
///     agent.end(&mut state)?;
/// }
/// assert_eq!(*state.policy(), [[0.0, 1.0], [1.0, 0.0]]);
/// # Ok::<(), situ::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Agent<G, E> {
    learner: PolicyGradient<G>,
    reinforce: Reinforce<E>,
    max_rounds: u32,
    baseline: bool,
}

/// The policy of an agent over S states with A actions, and its episode so far: 4 S A + 2 numbers
/// and three counters.
///
/// ```
/// use situ::games::{AgentState, Error};
///
/// let state = AgentState::<f32, 1, 2>::new([[0.25, 0.75]])?;
/// assert_eq!((state.policy(), state.episodes()), (&[[0.25, 0.75]], 0));
/// assert_eq!(AgentState::<f32, 1, 2>::new([[0.5, 0.6]]), Err(Error::NotDistribution));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AgentState<T, const S: usize, const A: usize> {
    learned: PolicyState<T, 1, S, A>,
    /// Σ_t ∇ log π̂(a_t | s_t) so far.
    visits: [[[T; A]; S]; 1],
    estimate: [[[T; A]; S]; 1],
    /// Return so far.
    earned: T,
    /// Mean return of all previous episodes.
    mean: T,
    rounds: u32,
}

impl<T: Scalar, const S: usize, const A: usize> AgentState<T, S, A> {
    /// No policy yet: [`Agent::begin`] starts from the uniform one.
    pub const EMPTY: Self = Self {
        learned: PolicyState::EMPTY,
        visits: [[[T::ZERO; A]; S]; 1],
        estimate: [[[T::ZERO; A]; S]; 1],
        earned: T::ZERO,
        mean: T::ZERO,
        rounds: 0,
    };

    /// Starts at this policy.
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless it is a distribution in every state.
    pub fn new(policy: [[T; A]; S]) -> Result<Self, Error> {
        Ok(Self { learned: PolicyState::new([policy])?, ..Self::EMPTY })
    }

    /// The policy, without exploration.
    #[inline]
    pub const fn policy(&self) -> &[[T; A]; S] {
        &self.learned.policies()[0]
    }

    /// Episodes learned from.
    #[inline]
    pub const fn episodes(&self) -> u32 {
        self.learned.steps()
    }

    /// Rounds of the episode so far.
    #[inline]
    pub const fn rounds(&self) -> u32 {
        self.rounds
    }
}

/// The policy, the mean return and the number of episodes; an episode under way is not saved.
impl<T: Scalar, const S: usize, const A: usize> Persist for AgentState<T, S, A> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"agent");
        self.learned.pass(archive);
        archive.number(&mut self.mean);
    }
}

impl<G, E> Agent<G, E> {
    /// An agent whose episodes have at most `max_rounds` rounds: one that never ends must not keep
    /// a device from learning.
    ///
    /// # Errors
    /// [`Error::TooLong`] if `max_rounds` is 0.
    pub const fn new(
        learner: PolicyGradient<G>,
        reinforce: Reinforce<E>,
        max_rounds: u32,
    ) -> Result<Self, Error>
    where
        G: Copy,
        E: Copy,
    {
        if max_rounds == 0 {
            return Err(Error::TooLong);
        }
        Ok(Self { learner, reinforce, max_rounds, baseline: false })
    }

    /// Subtracts the mean return of earlier episodes from an episode's: less variance, the same mean.
    pub fn with_baseline(self) -> Self {
        Self { baseline: true, ..self }
    }

    /// Begins an episode; an unfinished one is discarded. Clears S A numbers.
    pub fn begin<T: Scalar, const S: usize, const A: usize>(
        &self,
        state: &mut AgentState<T, S, A>,
    ) {
        state.learned.start_uniform();
        state.visits = [[[T::ZERO; A]; S]];
        state.estimate = [[[T::ZERO; A]; S]];
        (state.earned, state.rounds) = (T::ZERO, 0);
    }

    /// Acts in the state `place`. One draw.
    ///
    /// # Errors
    /// [`Error::NoSuchState`]; [`Error::TooLong`] if the episode has had its rounds: end it.
    pub fn act<T, R, const S: usize, const A: usize>(
        &self,
        state: &mut AgentState<T, S, A>,
        place: usize,
        generator: &mut R,
    ) -> Result<usize, Error>
    where
        T: Scalar,
        E: Schedule<T>,
        R: Rng + ?Sized,
    {
        if state.rounds >= self.max_rounds {
            return Err(Error::TooLong);
        }
        let [policy] = state.learned.policies();
        let [visits] = &mut state.visits;
        let (Some(strategy), Some(visits)) = (policy.get(place), visits.get_mut(place)) else {
            return Err(Error::NoSuchState);
        };
        let n = state.learned.steps().saturating_add(1);
        let drawn = draw(strategy, self.reinforce.exploration_at(n), generator);
        if let Some(visit) = visits.get_mut(drawn.action) {
            *visit += mutated!("agent-weight", T::ONE / drawn.probability, -T::ONE);
        }
        state.rounds = state.rounds.saturating_add(1);
        Ok(drawn.action)
    }

    /// Credits the last action with a reward. S A multiply-adds with reward-to-go.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the reward or the sum of rewards is not finite; it is then not credited.
    pub fn reward<T: Scalar, const S: usize, const A: usize>(
        &self,
        state: &mut AgentState<T, S, A>,
        reward: T,
    ) -> Result<(), Error> {
        let earned = state.earned + reward;
        if !earned.is_finite() {
            return Err(Error::NotFinite);
        }
        state.earned = earned;
        if self.reinforce.is_reward_to_go() {
            credit(reward, &state.visits, &mut state.estimate);
        }
        Ok(())
    }

    /// Ends the episode and updates the policy. 2 S A multiply-adds and S projections.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the update would make a number infinite or NaN; the policy is then unchanged.
    pub fn end<T, const S: usize, const A: usize>(
        &self,
        state: &mut AgentState<T, S, A>,
    ) -> Result<(), Error>
    where
        T: Scalar,
        G: Schedule<T>,
    {
        let baseline = if self.baseline { -state.mean } else { T::ZERO };
        let whole = if self.reinforce.is_reward_to_go() { T::ZERO } else { state.earned };
        credit(baseline + whole, &state.visits, &mut state.estimate);
        self.learner.update(&mut state.learned, &state.estimate)?;
        let rate = T::ONE / T::from_usize(state.learned.steps() as usize);
        state.mean += rate * (state.earned - state.mean);
        self.begin(state);
        Ok(())
    }
}

/// Adds `credit` times the visits.
fn credit<T: Scalar, const S: usize, const A: usize>(
    credit: T,
    visits: &[[[T; A]; S]; 1],
    estimate: &mut [[[T; A]; S]; 1],
) {
    let (visits, estimate) = (visits.as_flattened(), estimate.as_flattened_mut());
    add_scaled(credit, visits.as_flattened(), estimate.as_flattened_mut());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftrl::Power;
    use crate::games::{Policies, Scheme, StochasticGame};
    use crate::random::Generator;

    type Duo = StochasticGame<f64, 2, 2, 2, 4>;
    type Learner = PolicyGradient<Power<f64>>;

    fn game() -> Duo {
        let reward = |_: usize, state: usize, [a, b]: &[usize; 2]| match (a == b, state == *a) {
            (true, true) => 1.0,
            (true, false) => 0.5,
            _ => 0.0,
        };
        let next = |_: usize, [a, b]: &[usize; 2]| if a == b { [0.4, 0.2] } else { [0.2, 0.4] };
        StochasticGame::new(reward, next, [0.5, 0.5]).unwrap()
    }

    fn rules() -> (Learner, Reinforce<Power<f64>>) {
        let learner = PolicyGradient::new(Power::new(0.25, 500.0, 0.75).unwrap(), Scheme::Lazy);
        (learner, Reinforce::new(Power::new(0.5, 500.0, 0.3).unwrap()).unwrap())
    }

    const START: [[f64; 2]; 2] = [[0.75, 0.25], [0.5, 0.5]];

    /// With the table: episodes of [`Reinforce::episode`].
    fn tabled(reinforce: &Reinforce<Power<f64>>, episodes: u32) -> Policies<f64, 2, 2, 2> {
        let (game, (learner, _)) = (game(), rules());
        let mut generator = Generator::new(7);
        let mut state = PolicyState::new([START; 2]).unwrap();
        let mut estimate = [[[0.0; 2]; 2]; 2];
        for n in 1..=episodes {
            let policies = state.policies();
            reinforce
                .episode(&game, policies, n, &[0.0; 2], &mut generator, &mut estimate)
                .unwrap();
            learner.update(&mut state, &estimate).unwrap();
        }
        *state.policies()
    }

    /// Two agents in a world that they know nothing of.
    fn in_the_world(reinforce: &Reinforce<Power<f64>>, episodes: u32) -> Policies<f64, 2, 2, 2> {
        let (world, (learner, _)) = (game(), rules());
        let agent = Agent::new(learner, *reinforce, 10_000).unwrap();
        let mut generator = Generator::new(7);
        let mut states = [(); 2].map(|()| AgentState::new(START).unwrap());
        for _ in 0..episodes {
            states.iter_mut().for_each(|state| agent.begin(state));
            let mut place = Some(world.first_state(&mut generator));
            while let Some(now) = place {
                let mut actions = [0; 2];
                for (state, action) in states.iter_mut().zip(&mut actions) {
                    *action = agent.act(state, now, &mut generator).unwrap();
                }
                for (state, reward) in states.iter_mut().zip(world.reward(now, &actions)) {
                    agent.reward(state, reward).unwrap();
                }
                place = world.next_state(now, &actions, &mut generator);
            }
            states.iter_mut().for_each(|state| agent.end(state).unwrap());
        }
        states.map(|state| *state.policy())
    }

    #[test]
    fn agents_do_without_a_table_what_others_do_with_it() {
        let (_, plain) = rules();
        for reinforce in [plain, plain.with_reward_to_go()] {
            let policies = tabled(&reinforce, 3000);
            let learned = in_the_world(&reinforce, 3000);
            let pairs = policies.as_flattened().as_flattened().iter();
            for (with, without) in pairs.zip(learned.as_flattened().as_flattened()) {
                assert!((with - without).abs() < 1e-12, "{policies:?} {learned:?}");
            }
            assert!(policies != [START; 2]);
        }
    }

    #[test]
    fn bad_input_is_refused_and_long_episodes_are_cut() {
        let (learner, reinforce) = rules();
        assert_eq!(Agent::new(learner, reinforce, 0).unwrap_err(), Error::TooLong);
        let agent = Agent::new(learner, reinforce, 2).unwrap();
        let (mut state, mut generator) = (AgentState::<f64, 2, 2>::EMPTY, Generator::new(1));
        agent.begin(&mut state);
        assert_eq!(*state.policy(), [[0.5; 2]; 2]);
        assert_eq!(agent.act(&mut state, 2, &mut generator), Err(Error::NoSuchState));
        agent.act(&mut state, 0, &mut generator).unwrap();
        agent.act(&mut state, 1, &mut generator).unwrap();
        let before = state.clone();
        assert_eq!(agent.act(&mut state, 1, &mut generator), Err(Error::TooLong));
        assert_eq!(agent.reward(&mut state, f64::NAN), Err(Error::NotFinite));
        assert_eq!(state, before);
        agent.end(&mut state).unwrap();
        assert_eq!((state.episodes(), state.rounds()), (1, 0));
    }

    #[test]
    fn a_baseline_keeps_what_is_learned() {
        let (learner, reinforce) = rules();
        let agent = Agent::new(learner, reinforce, 10).unwrap().with_baseline();
        let (mut state, mut generator) = (AgentState::<f64, 1, 2>::EMPTY, Generator::new(2));
        for _ in 0..20_000 {
            agent.begin(&mut state);
            let action = agent.act(&mut state, 0, &mut generator).unwrap();
            // Action 1 is better by 1 of 20.
            agent.reward(&mut state, 20.0 + action as f64).unwrap();
            agent.end(&mut state).unwrap();
        }
        assert_eq!(*state.policy(), [[0.0, 1.0]]);
    }
}
