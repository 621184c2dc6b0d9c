//! The equilibria of a game read from a file.

use super::StrategicForm;
use super::scaled::Scaled;
use situ::games::{Bimatrix, Game, MAX_PLAYERS, Table, strict_margin, support_enumeration};

/// A Nash equilibrium.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Equilibrium {
    /// The strategy of each player.
    pub strategies: Vec<Vec<f64>>,
    /// What each player earns, in its own units.
    pub payoffs: Vec<f64>,
    /// Whether every unilateral change of action has a cost.
    pub strict: bool,
}

/// Largest number of actions of either player for which mixed equilibria are enumerated.
pub const MAX_MIXED: usize = 8;
/// Maximum number of profiles to try for a pure equilibrium.
const MAX_PROFILES: usize = 1 << 16;
/// Largest gain from deviating, in units of the player's span, at an equilibrium: rounding only.
const TOLERANCE: f64 = 1e-9;

/// The equilibria that can be enumerated: the pure ones of a game of up to 65,536 profiles, and
/// those with supports of equal size of two players with up to 8 actions each, which
/// are all equilibria of a nondegenerate game. `None` if the game is larger.
///
/// # Errors
/// One line, if the form is not a game.
pub fn equilibria(
    form: &StrategicForm,
    scaled: &Scaled,
) -> Result<Option<Vec<Equilibrium>>, String> {
    let counts = scaled.actions();
    if counts.iter().product::<usize>() > MAX_PROFILES {
        return Ok(None);
    }
    let own_units = Table::new(counts, &form.payoffs).map_err(|error| error.to_string())?;
    let game = scaled.game()?;
    let mut found = pure(&game, &own_units)?;
    if let [rows, columns] = *counts
        && rows <= MAX_MIXED
        && columns <= MAX_MIXED
    {
        mixed(&game, &own_units, [rows, columns], &mut found)?;
    }
    Ok(Some(found))
}

/// All pure equilibria, the first player's action changing fastest.
fn pure(game: &Table<'_, f64>, own_units: &Table<'_, f64>) -> Result<Vec<Equilibrium>, String> {
    let counts = game.actions();
    let mut found = Vec::new();
    for index in 0..counts.iter().product() {
        let mut rest = index;
        let mut profile = [0; MAX_PLAYERS];
        for (action, count) in profile.iter_mut().zip(counts) {
            (*action, rest) = (rest % count, rest / count);
        }
        let played = &profile[..counts.len()];
        let margin: f64 = strict_margin(game, played).map_err(|error| error.to_string())?;
        if margin >= -TOLERANCE {
            let strategy = |(count, action): (&usize, &usize)| {
                (0..*count).map(|own| f64::from(u8::from(own == *action))).collect()
            };
            found.push(Equilibrium {
                strategies: counts.iter().zip(played).map(strategy).collect(),
                payoffs: (0..counts.len()).map(|i| own_units.payoff(i, &profile)).collect(),
                strict: margin > TOLERANCE,
            });
        }
    }
    Ok(found)
}

/// Adds the equilibria of two players in which at least one mixes.
fn mixed(
    game: &Table<'_, f64>,
    own_units: &Table<'_, f64>,
    [rows, columns]: [usize; 2],
    found: &mut Vec<Equilibrium>,
) -> Result<(), String> {
    // The enumeration has a fixed size: padding actions are worse than any other.
    let payoffs = |player: usize| {
        std::array::from_fn(|r| {
            std::array::from_fn(|c| {
                let mut profile = [0; MAX_PLAYERS];
                (profile[0], profile[1]) = (r, c);
                match (player, r < rows, c < columns) {
                    (_, true, true) => game.payoff(player, &profile),
                    (0, false, _) | (1, _, false) => -1.0,
                    _ => 0.0,
                }
            })
        })
    };
    let padded = Bimatrix::<f64, MAX_MIXED, MAX_MIXED>::new(payoffs(0), payoffs(1))
        .map_err(|error| error.to_string())?;
    let enumerated = support_enumeration(&padded, TOLERANCE, |x, y| {
        if x.contains(&1.0) && y.contains(&1.0) {
            return;
        }
        let expected = |player: usize| {
            let mut sum = 0.0;
            for (r, x) in x.iter().enumerate() {
                for (c, y) in y.iter().enumerate() {
                    let mut profile = [0; MAX_PLAYERS];
                    (profile[0], profile[1]) = (r, c);
                    if *x > 0.0 && *y > 0.0 {
                        sum += x * y * own_units.payoff(player, &profile);
                    }
                }
            }
            sum
        };
        found.push(Equilibrium {
            strategies: vec![x[..rows].to_vec(), y[..columns].to_vec()],
            payoffs: vec![expected(0), expected(1)],
            strict: false,
        });
    });
    enumerated.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: &str) -> Vec<Equilibrium> {
        let form = StrategicForm::read(source).unwrap();
        equilibria(&form, &Scaled::new(&form).unwrap()).unwrap().unwrap()
    }

    #[test]
    fn the_battle_of_the_sexes_has_three() {
        let found = of("NFG 1 R \"\" { \"A\" \"B\" } { 2 2 }\n2 1 0 0 0 0 1 2");
        assert_eq!(found.len(), 3);
        assert!(found[0].strict && found[1].strict && !found[2].strict);
        assert_eq!(found[1].payoffs, [1.0, 2.0]);
        let mixed: Vec<f64> = found[2].strategies.concat();
        for (probability, expected) in mixed.iter().zip([2.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]) {
            assert!((probability - expected).abs() < 1e-12, "{mixed:?}");
        }
        assert!((found[2].payoffs[0] - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn pure_equilibria_of_three_players_are_found() {
        // Each earns 1 if all do the same.
        let found = of("NFG 1 R \"\" { \"A\" \"B\" \"C\" } { 2 2 2 }\n\
            1 1 1  0 0 0  0 0 0  0 0 0  0 0 0  0 0 0  0 0 0  1 1 1");
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|equilibrium| equilibrium.strict));
    }

    #[test]
    fn an_equilibrium_that_is_not_strict_is_told_apart() {
        let found = of("NFG 1 R \"\" { \"A\" \"B\" } { 2 2 }\n1 1 1 0 0 0 0 0");
        let strict: Vec<bool> = found.iter().map(|equilibrium| equilibrium.strict).collect();
        assert!(!strict.contains(&true), "{found:?}");
    }
}
