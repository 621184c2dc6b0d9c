//! A game in units that suit its players.

use super::StrategicForm;
use crate::is_faulty;
use situ::games::Table;

/// A strategic form with the payoffs of each player in units of its own.
///
/// Against every profile of the others, a player's worst action pays 0; the largest difference that
/// its own action ever makes is 1. Equilibria do not depend on these units, so learning must not
/// either: it is the same for u_i and for a_i u_i + b_i.
#[derive(Clone, Debug)]
pub struct Scaled {
    actions: Vec<usize>,
    payoffs: Vec<f64>,
    spans: Vec<f64>,
}

impl Scaled {
    /// The game of this form.
    ///
    /// # Errors
    /// One line that names a player whose payoffs differ by more than the largest number.
    pub fn new(form: &StrategicForm) -> Result<Self, String> {
        let actions: Vec<usize> = form.players.iter().map(|player| player.actions.len()).collect();
        let mut payoffs = form.payoffs.clone();
        let mut spans = Vec::with_capacity(actions.len());
        let mut stride = actions.len();
        for (player, (described, count)) in form.players.iter().zip(&actions).enumerate() {
            // Payoffs of the player's actions against one profile of the others are `stride` apart.
            let starts = (player..payoffs.len())
                .step_by(actions.len())
                .filter(|index| (index / stride).is_multiple_of(*count));
            let own = |start: usize| (0..*count).map(move |action| start + action * stride);
            let mut span = 0.0_f64;
            for start in starts.clone() {
                let worst = own(start).map(|i| payoffs[i]).fold(f64::INFINITY, f64::min);
                for i in own(start) {
                    payoffs[i] -= worst;
                    span = span.max(payoffs[i]);
                }
            }
            if !span.is_finite() {
                return Err(format!(
                    "the payoffs of {} differ by more than the largest number",
                    described.name
                ));
            }
            if span > 0.0 && !is_faulty("units") {
                starts.flat_map(own).for_each(|i| payoffs[i] /= span);
            }
            spans.push(span);
            stride *= count;
        }
        Ok(Self { actions, payoffs, spans })
    }

    /// The game to learn in.
    ///
    /// # Errors
    /// One line, if the form is not a game.
    pub fn game(&self) -> Result<Table<'_, f64>, String> {
        Table::new(&self.actions, &self.payoffs).map_err(|error| error.to_string())
    }

    /// Number of actions of each player.
    pub fn actions(&self) -> &[usize] {
        &self.actions
    }

    /// The size of one unit in each player's own payoffs; 0 for a player whose own action never
    /// matters to it.
    pub fn spans(&self) -> &[f64] {
        &self.spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(payoffs: &str) -> StrategicForm {
        StrategicForm::read(&format!("NFG 1 R \"\" {{ \"A\" \"B\" }} {{ 3 2 }}\n{payoffs}"))
            .unwrap()
    }

    #[test]
    fn every_player_has_units_of_its_own() {
        let game = form("1 100 5 100 3 100  -1 300 -1 150 0 50");
        let scaled = Scaled::new(&game).unwrap();
        assert_eq!(scaled.spans(), [4.0, 200.0]);
        let expected = [0.0, 0.0, 1.0, 0.0, 0.5, 0.25, 0.0, 1.0, 0.0, 0.25, 0.25, 0.0];
        assert_eq!(scaled.payoffs, expected);
    }

    #[test]
    fn a_player_whose_action_never_matters_to_itself_has_no_unit() {
        let scaled = Scaled::new(&form("7 1 7 1 7 1  2 1 2 1 2 1")).unwrap();
        assert_eq!(scaled.spans(), [0.0, 0.0]);
        assert!(scaled.payoffs.iter().all(|payoff| *payoff == 0.0));
    }

    #[test]
    fn differences_beyond_the_largest_number_are_refused() {
        let error = Scaled::new(&form("1e308 0 -1e308 0 0 0  0 0 0 0 0 0")).unwrap_err();
        assert!(error.contains("payoffs of A"), "{error}");
    }
}
