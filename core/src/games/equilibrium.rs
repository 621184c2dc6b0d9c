//! Best responses, exploitability, strictness.

use super::{Error, Game, MAX_PLAYERS};
use crate::scalar::Scalar;

/// The action with the largest payoff (the first of equals), and that payoff; `None` if there are
/// no actions.
///
/// ```
/// assert_eq!(situ::games::best_response(&[0.5, 2.0, 2.0]), Some((1, 2.0)));
/// ```
#[inline]
pub fn best_response<T: Scalar>(payoffs: &[T]) -> Option<(usize, T)> {
    payoffs
        .iter()
        .copied()
        .enumerate()
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// The largest gain of any player from changing only its own strategy:
/// `max_i max_a u_i(a; x_-i) - u_i(x)`. Zero exactly at the Nash equilibria, strict or mixed.
/// `scratch` is as long as `strategies`.
///
/// # Errors
/// [`Error::Shape`] unless both have an element for each action of each player.
///
/// ```
/// use situ::games::{Bimatrix, exploitability};
///
/// let pennies = Bimatrix::new([[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]])?;
/// assert_eq!(exploitability(&pennies, &[0.5; 4], &mut [0.0; 4])?, 0.0);
/// assert_eq!(exploitability(&pennies, &[1.0, 0.0, 0.75, 0.25], &mut [0.0; 4])?, 1.5);
/// # Ok::<(), situ::games::Error>(())
/// ```
pub fn exploitability<T, G>(game: &G, strategies: &[T], scratch: &mut [T]) -> Result<T, Error>
where
    T: Scalar,
    G: Game<T>,
{
    if scratch.len() != strategies.len() {
        return Err(Error::Shape);
    }
    let (mut largest, mut strategy_rest, mut payoff_rest) = (T::ZERO, strategies, scratch);
    for (player, count) in game.actions().iter().enumerate() {
        let (strategy, after) = strategy_rest.split_at_checked(*count).ok_or(Error::Shape)?;
        let (payoffs, scratch) = payoff_rest.split_at_mut_checked(*count).ok_or(Error::Shape)?;
        game.expected_payoffs(player, strategies, payoffs);
        let mut value = T::ZERO;
        for (probability, payoff) in strategy.iter().zip(&*payoffs) {
            value += *probability * *payoff;
        }
        if let Some((_, best)) = best_response(payoffs) {
            largest = largest.maximum(best - value);
        }
        (strategy_rest, payoff_rest) = (after, scratch);
    }
    if strategy_rest.is_empty() { Ok(largest) } else { Err(Error::Shape) }
}

/// The smallest loss of any unilateral change of a pure profile. Positive exactly if the profile is
/// a strict Nash equilibrium; infinite if no player has a choice.
///
/// # Errors
/// [`Error::Shape`] unless `profile` has an action for each player; [`Error::NoSuchAction`].
pub fn strict_margin<T, G>(game: &G, profile: &[usize]) -> Result<T, Error>
where
    T: Scalar,
    G: Game<T>,
{
    let actions = game.actions();
    if profile.len() != actions.len() {
        return Err(Error::Shape);
    }
    if profile.iter().zip(actions).any(|(action, count)| action >= count) {
        return Err(Error::NoSuchAction);
    }
    let mut played = [0; MAX_PLAYERS];
    for (played, action) in played.iter_mut().zip(profile) {
        *played = *action;
    }
    let mut margin = T::ONE / T::ZERO;
    for (player, (own, count)) in profile.iter().zip(actions).enumerate() {
        let payoff = game.payoff(player, &played);
        for action in (0..*count).filter(|action| action != own) {
            let mut deviation = played;
            if let Some(changed) = deviation.get_mut(player) {
                *changed = action;
            }
            margin = margin.minimum(payoff - game.payoff(player, &deviation));
        }
    }
    Ok(mutated!("strict-margin", margin, T::ONE))
}

/// The pure profile nearest to mixed strategies: each player's most probable action. Entries
/// after the last player's are zero.
///
/// # Errors
/// [`Error::Shape`] unless `strategies` has a probability for each action of each player.
pub fn nearest_profile<T: Scalar>(
    actions: &[usize],
    strategies: &[T],
) -> Result<[usize; MAX_PLAYERS], Error> {
    let (mut profile, mut rest) = ([0; MAX_PLAYERS], strategies);
    for (count, action) in actions.iter().zip(&mut profile) {
        let (strategy, after) = rest.split_at_checked(*count).ok_or(Error::Shape)?;
        *action = best_response(strategy).map_or(0, |(action, _)| action);
        rest = after;
    }
    if rest.is_empty() { Ok(profile) } else { Err(Error::Shape) }
}
