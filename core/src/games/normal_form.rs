//! Games in strategic form: by table, by two matrices, by closure.

use super::Error;
use crate::matrix::{Matrix, matrix_vector, transpose_vector};
use crate::scalar::Scalar;

/// Maximum number of players. A table of sixteen players already has 2^16 profiles or more.
pub const MAX_PLAYERS: usize = 16;

/// A finite game in strategic form.
///
/// A profile holds an action for each player; entries after the last player's are ignored.
/// Mixed strategies are one slice, player after player.
///
/// ```
/// use situ::games::{Bimatrix, Game, MAX_PLAYERS};
///
/// /// What all players earn together when all play `action`.
/// fn welfare<G: Game<f64>>(game: &G, action: usize) -> f64 {
///     let profile = [action; MAX_PLAYERS];
///     (0..game.actions().len()).map(|player| game.payoff(player, &profile)).sum()
/// }
///
/// // The prisoner's dilemma: the equilibrium (1, 1) is worse for both than (0, 0).
/// let game = Bimatrix::new([[0.6, 0.0], [1.0, 0.2]], [[0.6, 1.0], [0.0, 0.2]])?;
/// assert!(welfare(&game, 0) > welfare(&game, 1));
/// # Ok::<(), situ::games::Error>(())
/// ```
pub trait Game<T: Scalar> {
    /// Number of actions of each player: 1 to [`MAX_PLAYERS`] positive counts.
    fn actions(&self) -> &[usize];

    /// Payoff of `player` when all play `profile`. Zero for a player or profile outside the game.
    fn payoff(&self, player: usize, profile: &[usize; MAX_PLAYERS]) -> T;

    /// Payoff of each of `player`'s actions when the others play `profile`.
    fn payoffs_against(&self, player: usize, profile: &[usize; MAX_PLAYERS], out: &mut [T]) {
        let mut deviation = *profile;
        for (action, out) in out.iter_mut().enumerate() {
            if let Some(played) = deviation.get_mut(player) {
                *played = action;
            }
            *out = self.payoff(player, &deviation);
        }
    }

    /// Expected payoff of each of `player`'s actions when the others play `strategies`.
    ///
    /// By default a sum over all profiles of positive probability.
    fn expected_payoffs(&self, player: usize, strategies: &[T], out: &mut [T]) {
        out.fill(T::ZERO);
        let mut profile = [0; MAX_PLAYERS];
        expect(self, player, self.actions(), strategies, T::ONE, &mut profile, out);
    }
}

/// Adds `weight` times the expected payoffs over the strategies of the first `actions.len()`
/// players, while those after them play `profile`.
fn expect<T: Scalar, G: Game<T> + ?Sized>(
    game: &G,
    player: usize,
    actions: &[usize],
    strategies: &[T],
    weight: T,
    profile: &mut [usize; MAX_PLAYERS],
    out: &mut [T],
) {
    let Some((count, before)) = actions.split_last() else {
        let own = profile.get(player).copied().unwrap_or(0);
        if let Some(out) = out.get_mut(own) {
            *out += weight * game.payoff(player, profile);
        }
        return;
    };
    let chooser = before.len();
    let start = strategies.len().saturating_sub(*count);
    let (earlier, strategy) = strategies.split_at_checked(start).unwrap_or((&[], &[]));
    for (action, probability) in strategy.iter().enumerate() {
        let factor = if chooser == player { T::ONE } else { *probability };
        if factor != T::ZERO {
            if let Some(played) = profile.get_mut(chooser) {
                *played = action;
            }
            expect(game, player, before, earlier, weight * factor, profile, out);
        }
    }
}

/// Checks for at least one player, and at least one action for each.
fn check_actions(actions: &[usize]) -> Result<(), Error> {
    if actions.is_empty() || actions.contains(&0) {
        Err(Error::NoActions)
    } else if actions.len() > MAX_PLAYERS {
        Err(Error::TooManyPlayers)
    } else {
        Ok(())
    }
}

/// A game by table, in caller-provided flash or memory.
///
/// Profiles in order, the first player's action changing fastest; for each profile the payoffs of
/// all players. This is the order of Gambit's strategic form files.
///
/// ```
/// use situ::games::{Game, Table};
///
/// // Two drivers: a payoff for keeping to the same side.
/// let payoffs = [1.0_f32, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0];
/// let game = Table::new(&[2, 2], &payoffs)?;
/// let mut out = [0.0; 2];
/// game.expected_payoffs(0, &[0.5, 0.5, 0.75, 0.25], &mut out);
/// assert_eq!(out, [0.75, 0.25]);
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table<'a, T> {
    actions: &'a [usize],
    payoffs: &'a [T],
}

impl<'a, T: Scalar> Table<'a, T> {
    /// The game of these action counts and payoffs.
    ///
    /// # Errors
    /// [`Error::NoActions`], [`Error::TooManyPlayers`]; [`Error::Shape`] unless there is one payoff
    /// for each profile and player; [`Error::NotFinite`].
    pub fn new(actions: &'a [usize], payoffs: &'a [T]) -> Result<Self, Error> {
        check_actions(actions)?;
        let mut size = Some(actions.len());
        for count in actions {
            size = size.and_then(|size| size.checked_mul(*count));
        }
        if size != Some(payoffs.len()) {
            return Err(Error::Shape);
        }
        if !payoffs.iter().all(|payoff| payoff.is_finite()) {
            return Err(Error::NotFinite);
        }
        Ok(Self { actions, payoffs })
    }
}

impl<T: Scalar> Game<T> for Table<'_, T> {
    #[inline]
    fn actions(&self) -> &[usize] {
        self.actions
    }

    #[inline]
    fn payoff(&self, player: usize, profile: &[usize; MAX_PLAYERS]) -> T {
        let (mut index, mut stride) = (0_usize, 1_usize);
        for (action, count) in profile.iter().zip(self.actions) {
            index = index.wrapping_add(action.wrapping_mul(stride));
            stride = stride.wrapping_mul(*count);
        }
        let index = index.wrapping_mul(self.actions.len()).wrapping_add(player);
        self.payoffs.get(index).copied().unwrap_or(T::ZERO)
    }
}

/// A game of two players by their payoff matrices, row player's action first in both.
///
/// Expected payoffs are matrix-vector products: R C multiply-adds.
///
/// ```
/// use situ::games::{Bimatrix, Game};
///
/// let pennies = Bimatrix::new([[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]])?;
/// let mut payoffs = [0.0_f64; 2];
/// pennies.expected_payoffs(0, &[0.5, 0.5, 0.75, 0.25], &mut payoffs);
/// assert_eq!(payoffs, [0.5, -0.5]);
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Bimatrix<T, const R: usize, const C: usize> {
    row: Matrix<T, R, C>,
    column: Matrix<T, R, C>,
}

impl<T: Scalar, const R: usize, const C: usize> Bimatrix<T, R, C> {
    /// The game with the row player's and the column player's payoffs.
    ///
    /// # Errors
    /// [`Error::NoActions`] if R or C is 0; [`Error::NotFinite`].
    pub fn new(row: [[T; C]; R], column: [[T; C]; R]) -> Result<Self, Error> {
        check_actions(&[R, C])?;
        let (row, column) = (Matrix::from_rows(row), Matrix::from_rows(column));
        if row.is_finite() && column.is_finite() {
            Ok(Self { row, column })
        } else {
            Err(Error::NotFinite)
        }
    }

    /// The row player's payoffs.
    pub const fn row(&self) -> &Matrix<T, R, C> {
        &self.row
    }

    /// The column player's payoffs.
    pub const fn column(&self) -> &Matrix<T, R, C> {
        &self.column
    }
}

impl<T: Scalar, const R: usize, const C: usize> Game<T> for Bimatrix<T, R, C> {
    #[inline(always)]
    fn actions(&self) -> &[usize] {
        const { &[R, C] }
    }

    #[inline(always)]
    fn payoff(&self, player: usize, profile: &[usize; MAX_PLAYERS]) -> T {
        let [r, c, ..] = *profile;
        let payoffs = if player == 0 { &self.row } else { &self.column };
        payoffs.rows.get(r).and_then(|row| row.get(c)).copied().unwrap_or(T::ZERO)
    }

    #[inline(always)]
    fn expected_payoffs(&self, player: usize, strategies: &[T], out: &mut [T]) {
        let Some((x, y)) = strategies.split_first_chunk::<R>() else { return };
        if player == 0 {
            if let (Ok(y), Ok(out)) = (y.try_into(), out.try_into()) {
                matrix_vector::<T, T, T, R, C>(&self.row, y, out);
            }
        } else if let Ok(out) = out.try_into() {
            transpose_vector::<T, T, T, R, C>(&self.column, x, out);
        }
    }
}

/// A game by closure: `payoff(player, profile)`, for games too large or too regular for a table.
///
/// ```
/// use situ::games::{Function, Game};
///
/// // Three drivers, two links: a driver's cost is the number that share its link.
/// let game = Function::new([2; 3], |player: usize, links: &[usize; 3]| {
///     -(links.iter().filter(|link| **link == links[player]).count() as f64)
/// })?;
/// let mut out = [0.0; 2];
/// game.expected_payoffs(0, &[0.5, 0.5, 1.0, 0.0, 0.5, 0.5], &mut out);
/// assert_eq!(out, [-2.5, -1.5]);
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Function<F, const N: usize> {
    actions: [usize; N],
    payoff: F,
}

impl<F, const N: usize> Function<F, N> {
    /// The game of N players with these action counts. The payoffs must be finite; learners refuse
    /// the first that is not.
    ///
    /// # Errors
    /// [`Error::NoActions`], [`Error::TooManyPlayers`].
    pub fn new(actions: [usize; N], payoff: F) -> Result<Self, Error> {
        check_actions(&actions)?;
        Ok(Self { actions, payoff })
    }
}

impl<T, F, const N: usize> Game<T> for Function<F, N>
where
    T: Scalar,
    F: Fn(usize, &[usize; N]) -> T,
{
    #[inline]
    fn actions(&self) -> &[usize] {
        &self.actions
    }

    #[inline]
    fn payoff(&self, player: usize, profile: &[usize; MAX_PLAYERS]) -> T {
        profile.first_chunk().map_or(T::ZERO, |profile| (self.payoff)(player, profile))
    }
}
