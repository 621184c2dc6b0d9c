//! Regret accounting.

use super::Error;
use crate::matrix::dot;
use crate::scalar::Scalar;

/// External regret: the payoff of the best fixed action minus what was earned.
///
/// 2 A numbers: how much more each action would have earned, and the part of it lost to rounding
/// (Kahan 1965), so that f32 counts hundreds of millions of rounds.
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
    sums: [T; A],
    rests: [T; A],
}

impl<T: Scalar, const A: usize> Default for Regret<T, A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const A: usize> Regret<T, A> {
    /// No rounds yet.
    pub const fn new() -> Self {
        Self { sums: [T::ZERO; A], rests: [T::ZERO; A] }
    }

    /// Adds a round: the payoff of every action, and what was earned (`<x, v>` for a strategy, the
    /// action's payoff for a draw).
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a number or a total is not finite; nothing is then recorded.
    pub fn record(&mut self, payoffs: &[T; A], earned: T) -> Result<(), Error> {
        let limit = T::MAX * T::from_f64(0.25);
        let bounded = |sum: &T, payoff: &T| sum.abs() <= limit && (*payoff - earned).abs() <= limit;
        if !self.sums.iter().zip(payoffs).all(|(sum, payoff)| bounded(sum, payoff)) {
            return Err(Error::NotFinite);
        }
        for ((sum, rest), payoff) in self.sums.iter_mut().zip(&mut self.rests).zip(payoffs) {
            let term = (*payoff - earned) - *rest;
            let next = *sum + term;
            *rest = (next - *sum) - term;
            *sum = next;
        }
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
        self.sums.iter().copied().reduce(T::maximum).unwrap_or(T::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// f32 alone stops adding ones at 2^24.
    #[test]
    fn a_hundred_million_rounds_add_up_in_f32() {
        let mut regret = Regret::<f32, 2>::new();
        for _ in 0..100_000_000 {
            regret.record(&[0.1, 1.0], 0.7).unwrap();
        }
        assert!((regret.external() / 30e6 - 1.0).abs() < 1e-5, "{}", regret.external());
        let before = regret.clone();
        assert_eq!(regret.record(&[f32::NAN, 1.0], 0.7), Err(Error::NotFinite));
        assert_eq!(regret.record(&[0.0, 1.0], f32::INFINITY), Err(Error::NotFinite));
        assert_eq!(regret, before);
    }
}
