//! Regret accounting.

use super::Error;
use crate::matrix::dot;
use crate::scalar::Scalar;

/// External regret: the payoff of the best fixed action minus what was earned.
///
/// A + 1 numbers.
///
/// ```
/// use situ::ftrl::Regret;
/// let mut regret = Regret::<f64, 2>::new();
/// regret.record(&[1.0, 0.0], 0.5)?;
/// regret.record(&[1.0, 0.5], 0.75)?;
/// assert_eq!(regret.external(), 0.75);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Regret<T, const A: usize> {
    totals: [T; A],
    earned: T,
}

impl<T: Scalar, const A: usize> Default for Regret<T, A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const A: usize> Regret<T, A> {
    /// Nothing earned yet.
    pub const fn new() -> Self {
        Self { totals: [T::ZERO; A], earned: T::ZERO }
    }

    /// Adds a round: the payoff of every action, and what was earned (`<x, v>` for a strategy, the
    /// action's payoff for a draw).
    ///
    /// # Errors
    /// [`Error::NotFinite`] for such a number or total; nothing is then recorded.
    pub fn record(&mut self, payoffs: &[T; A], earned: T) -> Result<(), Error> {
        let finite = self.totals.iter().zip(payoffs).all(|(t, payoff)| (*t + *payoff).is_finite());
        if !finite || !(self.earned + earned).is_finite() {
            return Err(Error::NotFinite);
        }
        for (total, payoff) in self.totals.iter_mut().zip(payoffs) {
            *total += *payoff;
        }
        self.earned += earned;
        Ok(())
    }

    /// Adds a round in which a strategy was played: it earned its expected payoff `<x, v>`.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn record_strategy(&mut self, payoffs: &[T; A], strategy: &[T; A]) -> Result<(), Error> {
        self.record(payoffs, dot(strategy, payoffs))
    }

    /// The external regret so far; 0 without actions.
    pub fn external(&self) -> T {
        let best = self.totals.iter().copied().reduce(T::maximum);
        best.map_or(T::ZERO, |best| best - self.earned)
    }
}
