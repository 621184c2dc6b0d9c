//! Bandits for changing environments: discounted, and over a sliding window.

use super::{Bandit, Constant, Entropic, Error, Exp3S, Ftrl, Regularizer, Schedule, State};
use crate::archive::{Archive, Persist};
use crate::scalar::Scalar;
use crate::simplex::Draw;
use rand_core::Rng;

impl<T: Scalar> Exp3S<T> {
    /// Discounted EXP3, for an environment in which the best of `actions` actions changes
    /// `changes` times in `rounds` rounds: it remembers about H = n / (5 (S + 1)) rounds, at
    /// the rate `2 √(ln A / (H A))` with implicit exploration γ = η / 10.
    ///
    /// With five actions and one change in 20,000 rounds its regret is .3 times EXP3's.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn discounted(actions: usize, rounds: u32, changes: u32) -> Result<Self, Error> {
        let [count, rounds, changes] = Self::sizes(actions, rounds, changes)?;
        let memory = (rounds / (T::from_f64(5.0) * (changes + T::ONE))).maximum(T::ONE);
        let rate = T::from_f64(2.0) * (count.ln() / (memory * count)).sqrt();
        let ftrl = Ftrl::new(Entropic, Constant::ONE).with_rate(Constant::new(rate)?);
        // A discount of zero is not valid.
        let discount = (T::ONE - T::ONE / memory).maximum(T::from_f64(0.5));
        Self::with(ftrl).with_implicit(T::from_f64(0.1)).with_discount(discount)
    }
}

/// A bandit's choices and estimated losses of the last W rounds; older ones are dropped at once.
///
/// W (T + u16) and the state of a bandit with A actions: in f32 8 W + 8 A + 8 bytes. A round costs as
/// much as without a window; every W-th sums the window up again, so that rounding errors do not
/// accumulate. Where the window need not end sharply, a discount ([`Exp3S::discounted`]) forgets without
/// the memory, and with less regret.
///
/// ```
/// use situ::ftrl::{Exp3S, Sliding};
/// use situ::random::Generator;
///
/// // The better of two channels changes every 2000 packets.
/// let bandit = Exp3S::discounted(2, 20_000, 9)?.with_discount(1.0)?;
/// let (mut window, mut generator) = (Sliding::<f32, 2, 500>::EMPTY, Generator::new(1));
/// window.begin(&bandit)?;
/// let mut lost = 0;
/// for n in 0..20_000 {
///     let chosen = window.choose(&bandit, &mut generator);
///     let better = (n / 2000) % 2;
///     let loss = u8::from(generator.uniform::<f32>() < if chosen.action == better { 0.1 } else { 0.7 });
///     window.loss(&bandit, chosen, f32::from(loss))?;
///     lost += u32::from(loss);
/// }
/// // Always the same one: 8000.
/// assert!(lost < 4500, "{lost}");
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sliding<T, const A: usize, const W: usize> {
    state: State<[T; A]>,
    /// Action and estimated loss of a round, the next to be replaced at `next`.
    rounds: [(u16, T); W],
    next: usize,
}

impl<T: Scalar, const A: usize, const W: usize> Persist for Sliding<T, A, W> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"sliding");
        archive.expect_sizes(&[A, W]);
        self.state.transfer(archive);
        let index = |archive: &mut Archive<'_>, index: usize, count: usize| {
            let mut saved = index as u32;
            archive.count_up_to(&mut saved, count.saturating_sub(1) as u32);
            saved
        };
        for (action, estimate) in &mut self.rounds {
            *action = index(archive, usize::from(*action), A) as u16;
            archive.number(estimate);
        }
        self.next = index(archive, self.next, W) as usize;
    }
}

impl<T: Scalar, const A: usize, const W: usize> Sliding<T, A, W> {
    /// Memory for a window, all zero bytes, so that a static takes no flash. [`begin`](Self::begin)
    /// or [`restore`](crate::archive::restore) fills it.
    pub const EMPTY: Self = Self { state: State::EMPTY, rounds: [(0, T::ZERO); W], next: 0 };

    /// An empty window.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn new(bandit: &Bandit<T, impl Regularizer<T>, impl Schedule<T>>) -> Result<Self, Error> {
        let mut window = Self::EMPTY;
        window.begin(bandit)?;
        Ok(window)
    }

    /// Initializes an empty window, in place.
    ///
    /// # Errors
    /// [`Error::NoActions`] if A is 0; [`Error::Shape`] if W is 0 or A above 65,536.
    pub fn begin(
        &mut self,
        bandit: &Bandit<T, impl Regularizer<T>, impl Schedule<T>>,
    ) -> Result<(), Error> {
        if W == 0 || A > 1 << 16 {
            return Err(Error::Shape);
        }
        self.state = bandit.start()?;
        self.rounds.fill((0, T::ZERO));
        self.next = 0;
        Ok(())
    }

    /// Chooses the next action.
    pub fn choose<G: Rng + ?Sized>(
        &self,
        bandit: &Bandit<T, impl Regularizer<T>, impl Schedule<T>>,
        generator: &mut G,
    ) -> Draw<T> {
        bandit.choose(&self.state, generator)
    }

    /// The state over the window.
    pub const fn state(&self) -> &State<[T; A]> {
        &self.state
    }

    /// Learns from the reward of the chosen action, and drops the round that leaves the window.
    ///
    /// # Errors
    /// As [`loss`](Self::loss).
    pub fn reward(
        &mut self,
        bandit: &Bandit<T, impl Regularizer<T>, impl Schedule<T>>,
        chosen: Draw<T>,
        reward: T,
    ) -> Result<(), Error> {
        self.learn(bandit, chosen, bandit.normalized_reward(reward))
    }

    /// Learns from the loss of the chosen action, and drops the round that leaves the window.
    ///
    /// # Errors
    /// As [`Bandit::loss`]; the window is then unchanged.
    pub fn loss(
        &mut self,
        bandit: &Bandit<T, impl Regularizer<T>, impl Schedule<T>>,
        chosen: Draw<T>,
        loss: T,
    ) -> Result<(), Error> {
        self.learn(bandit, chosen, bandit.normalized(loss))
    }

    /// Learns from a loss in [0, 1].
    fn learn(
        &mut self,
        bandit: &Bandit<T, impl Regularizer<T>, impl Schedule<T>>,
        chosen: Draw<T>,
        loss: T,
    ) -> Result<(), Error> {
        let estimate = bandit.estimate(&self.state, chosen, loss)?;
        let mut payoffs = [T::ZERO; A];
        *payoffs.get_mut(chosen.action).ok_or(Error::NoSuchAction)? = -estimate;
        let oldest = self.rounds.get_mut(self.next).ok_or(Error::Shape)?;
        if let Some(payoff) = payoffs.get_mut(usize::from(oldest.0)) {
            *payoff += oldest.1;
        }
        bandit.leader().update(&mut self.state, &[A], &payoffs)?;
        *oldest = (chosen.action as u16, estimate);
        self.next += 1;
        if self.next >= W {
            self.next = 0;
            self.sum_up();
        }
        Ok(())
    }

    /// The scores from the window alone, the largest zero.
    fn sum_up(&mut self) {
        let mut scores = [T::ZERO; A];
        for (action, estimate) in &self.rounds {
            if let Some(score) = scores.get_mut(usize::from(*action)) {
                *score -= *estimate;
            }
        }
        let largest = scores.iter().fold(-T::MAX, |largest, score| score.maximum(largest));
        self.state.scores = scores.map(|score| score - largest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive;
    use crate::random::Generator;

    /// As a bandit that has seen the window and nothing else.
    #[test]
    fn a_window_remembers_its_rounds_alone() {
        const WINDOW: usize = 40;
        let bandit = Exp3S::<f64>::discounted(3, 400, 1).unwrap().with_discount(1.0).unwrap();
        let mut window = Sliding::<f64, 3, WINDOW>::new(&bandit).unwrap();
        let mut generator = Generator::new(2);
        let mut rounds = Vec::new();
        for _ in 0..333 {
            let chosen = window.choose(&bandit, &mut generator);
            let loss = generator.uniform();
            rounds.push((chosen, loss));
            window.loss(&bandit, chosen, loss).unwrap();
        }
        let mut fresh = bandit.start::<3>().unwrap();
        for (chosen, loss) in &rounds[rounds.len() - WINDOW..] {
            bandit.loss(&mut fresh, *chosen, *loss).unwrap();
        }
        for (kept, fresh) in window.state().strategies().iter().zip(fresh.strategies()) {
            assert!((kept - fresh).abs() < 1e-12);
        }
        let mut before = window.clone();
        let mut bytes = [0; 1024];
        let length = archive::save(&mut window, &mut bytes).unwrap();
        let mut restored = Sliding::<f64, 3, WINDOW>::new(&bandit).unwrap();
        archive::restore(&mut restored, &bytes[..length]).unwrap();
        assert_eq!(restored, before);
        let chosen = Draw { action: 1, probability: 0.5 };
        window.loss(&bandit, chosen, 0.75).unwrap();
        restored.reward(&bandit, chosen, 0.25).unwrap();
        assert_eq!(restored, window);
        before = window.clone();
        let bad = Draw { action: 3, probability: 0.5 };
        assert_eq!(window.loss(&bandit, bad, 0.5), Err(Error::NoSuchAction));
        assert_eq!(window.loss(&bandit, Draw { action: 0, ..bad }, 2.0), Err(Error::OutOfRange));
        assert_eq!(window, before);
        assert_eq!(Sliding::<f64, 3, 0>::new(&bandit).unwrap_err(), Error::Shape);
    }

    /// Mean dynamic regret over 20 seeds of a change halfway.
    #[test]
    fn forgetting_helps_where_the_world_changes() {
        const ROUNDS: usize = 20_000;
        let means = |n: usize| {
            if n < ROUNDS / 2 { [0.5, 0.3, 0.6, 0.7, 0.5] } else { [0.5, 0.7, 0.6, 0.2, 0.5] }
        };
        let best = |n: usize| if n < ROUNDS / 2 { 0.3 } else { 0.2 };
        let discounted = Exp3S::<f64>::discounted(5, 20_000, 1).unwrap();
        let sharp = discounted.with_discount(1.0).unwrap();
        let always = super::super::Exp3::<f64>::new(5).unwrap();
        let mut regrets = [0.0; 3];
        for seed in 0..20 {
            let mut generator = Generator::new(seed);
            let mut states = [always.start::<5>().unwrap(), discounted.start::<5>().unwrap()];
            let mut window = Sliding::<f64, 5, 2000>::new(&sharp).unwrap();
            for n in 0..ROUNDS {
                let losses = means(n).map(|mean| f64::from(generator.uniform::<f64>() < mean));
                let chosen = [
                    always.choose(&states[0], &mut generator),
                    discounted.choose(&states[1], &mut generator),
                    window.choose(&sharp, &mut generator),
                ];
                always.loss(&mut states[0], chosen[0], losses[chosen[0].action]).unwrap();
                discounted.loss(&mut states[1], chosen[1], losses[chosen[1].action]).unwrap();
                window.loss(&sharp, chosen[2], losses[chosen[2].action]).unwrap();
                for (regret, chosen) in regrets.iter_mut().zip(chosen) {
                    *regret += (means(n)[chosen.action] - best(n)) / 20.0;
                }
            }
        }
        let [always, discounted, window] = regrets;
        assert!(discounted <= 0.4 * always, "{discounted} {always}");
        assert!(window <= 0.8 * always, "{window} {always}");
    }
}
