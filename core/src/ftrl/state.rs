//! The state of FTRL.

use crate::archive::{Archive, Persist};
use crate::scalar::Scalar;

/// The state of FTRL: scores and strategies of all players, and the step number.
///
/// 2 ΣA numbers and one u32; V is `[T; ΣA]` on a device, or any vector on a host.
///
/// ```
/// use situ::ftrl::{Constant, Entropic, Ftrl};
///
/// let ftrl = Ftrl::new(Entropic, Constant::ONE);
/// let mut state = ftrl.start(&[2], [0.5_f64; 2])?;
/// ftrl.update(&mut state, &[2], &[3.0_f64.ln(), 0.0])?;
/// // Scores are sums of payoffs, strategies their softmax.
/// let [first, second] = *state.scores();
/// assert!((first - second - 3.0_f64.ln()).abs() < 1e-12);
/// assert!((state.strategies()[0] - 0.75).abs() < 1e-12);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct State<V> {
    pub(super) scores: V,
    pub(super) strategies: V,
    pub(super) steps: u32,
}

impl<V> State<V> {
    /// The strategies to play next, player after player. They do not include exploration.
    #[inline]
    pub const fn strategies(&self) -> &V {
        &self.strategies
    }

    /// The scores Y, up to a constant for each player, which changes no strategy.
    #[inline]
    pub const fn scores(&self) -> &V {
        &self.scores
    }

    /// Steps taken.
    #[inline]
    pub const fn steps(&self) -> u32 {
        self.steps
    }
}

impl<T: Scalar, const A: usize> State<[T; A]> {
    /// A state without strategies, for a static that [`restore`](crate::archive::restore) fills.
    pub const EMPTY: Self = Self { scores: [T::ZERO; A], strategies: [T::ZERO; A], steps: 0 };
}

/// Scores, strategies and the number of steps.
impl<T: Scalar, const A: usize> Persist for State<[T; A]> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"ftrl-state");
        archive.expect_sizes(&[A]);
        archive.numbers(&mut self.scores);
        archive.numbers(&mut self.strategies);
        archive.count(&mut self.steps);
    }
}
