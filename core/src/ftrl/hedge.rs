//! Hedge: exponential weights for one agent that sees the payoff of every action.

use super::{Constant, Entropic, Error, Ftrl, Power};
use crate::scalar::Scalar;

impl<T: Scalar> Ftrl<Entropic, Constant<T>, Power<T>> {
    /// Hedge for `actions` actions and any number of rounds: entropic FTRL at the rate
    /// `η_n = √(8 ln A / n)`.
    ///
    /// With payoffs in an interval of length one, the regret after n rounds is at most
    /// `√(2 n ln A) + √(ln A / 8)` for any payoffs (Cesa-Bianchi and Lugosi 2006, theorem 2.3).
    ///
    /// # Errors
    /// [`Error::NotPositive`] for fewer than two actions.
    ///
    /// ```
    /// use situ::ftrl::{Ftrl, Regret};
    ///
    /// let hedge = Ftrl::hedge(3)?;
    /// let mut state = hedge.start(&[3], [1.0_f64 / 3.0; 3])?;
    /// let mut regret = Regret::<f64, 3>::new();
    /// for n in 0..1000 {
    ///     let payoffs = [f64::from(n % 2), f64::from(n % 3 % 2), 0.25];
    ///     regret.record_strategy(&payoffs, state.strategies())?;
    ///     hedge.update(&mut state, &[3], &payoffs)?;
    /// }
    /// assert!(regret.external() <= (2000.0 * 3.0_f64.ln()).sqrt() + 1.0);
    /// # Ok::<(), situ::ftrl::Error>(())
    /// ```
    pub fn hedge(actions: usize) -> Result<Self, Error> {
        let rate = (T::from_f64(8.0) * T::from_usize(actions.max(1)).ln()).sqrt();
        Ok(Ftrl::new(Entropic, Constant::ONE).with_rate(Power::new(
            rate,
            T::ZERO,
            T::from_f64(0.5),
        )?))
    }
}

impl<T: Scalar> Ftrl<Entropic, Constant<T>, Constant<T>> {
    /// Hedge for a number of rounds known in advance: entropic FTRL at the rate `√(8 ln A / n)`.
    ///
    /// With payoffs in an interval of length one, the regret after those rounds is at most
    /// `√(n ln A / 2)` (Cesa-Bianchi and Lugosi 2006, theorem 2.2).
    ///
    /// # Errors
    /// [`Error::NotPositive`] for fewer than two actions or no rounds.
    pub fn hedge_for(actions: usize, rounds: u32) -> Result<Self, Error> {
        let squared = T::from_f64(8.0) * T::from_usize(actions.max(1)).ln();
        let rate = Constant::new((squared / T::from_usize(rounds as usize)).sqrt())?;
        Ok(Self::new(Entropic, Constant::ONE).with_rate(rate))
    }
}
