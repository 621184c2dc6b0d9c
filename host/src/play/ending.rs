//! How play ended.

use super::course::{Course, NEAR, largest};
use crate::games::StrategicForm;
use serde::Serialize;
use situ::games::{Game, Table, nearest_profile, strict_margin};

/// Largest gain from deviating at which strategies count as an equilibrium, in units of the player's span.
const EQUILIBRIUM_GAIN: f64 = 1e-3;
/// The same for average strategies.
const AVERAGE_GAIN: f64 = 0.01;

/// How play ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It settled at a strict Nash equilibrium.
    Strict,
    /// It settled at an equilibrium that is not strict.
    Equilibrium,
    /// It keeps moving, but its average is an equilibrium.
    Average,
    /// It keeps moving.
    Moving,
}

/// The pure profile nearest to where play ended.
#[derive(Clone, Debug)]
pub struct Nearest {
    /// Most probable action of each player.
    pub profile: Vec<usize>,
    /// Largest probability that a player gives to its other actions.
    pub distance: f64,
    /// The minimum loss of any change of one player's action there, in units of its span.
    pub margin: f64,
}

impl Nearest {
    /// The pure profile nearest to where play ended.
    ///
    /// # Errors
    /// One line, if the lengths do not agree.
    pub fn of(game: &Table<'_, f64>, course: &Course) -> Result<Self, String> {
        let counts = game.actions();
        let profile = nearest_profile(counts, &course.last).map_err(|error| error.to_string())?;
        let profile = profile[..counts.len()].to_vec();
        let margin = strict_margin(game, &profile).map_err(|error| error.to_string())?;
        let mut rest = &course.last[..];
        let mut distance = 0.0_f64;
        for (count, action) in counts.iter().zip(&profile) {
            let (own, after) = rest.split_at(*count);
            let others = own.iter().enumerate().filter(|(other, _)| other != action);
            distance = distance.max(others.map(|(_, probability)| probability).sum());
            rest = after;
        }
        Ok(Self { profile, distance, margin })
    }

    /// The margin in the players' own units; 0 if no player has a choice.
    ///
    /// # Errors
    /// One line, if the form is not a game.
    pub fn own_margin(&self, form: &StrategicForm) -> Result<f64, String> {
        let counts: Vec<usize> = form.players.iter().map(|player| player.actions.len()).collect();
        let game = Table::new(&counts, &form.payoffs).map_err(|error| error.to_string())?;
        let margin: f64 = strict_margin(&game, &self.profile).map_err(|error| error.to_string())?;
        Ok(if margin.is_finite() { margin } else { 0.0 })
    }
}

impl Ending {
    /// How play ended. A snapshot does not suffice: play must have stayed in place over the second
    /// half of its rounds.
    pub fn of(course: &Course, nearest: &Nearest) -> Self {
        let settled = course.drift <= NEAR && largest(&course.gains) <= EQUILIBRIUM_GAIN;
        if settled && nearest.distance <= NEAR && nearest.margin > 0.0 {
            Self::Strict
        } else if settled {
            Self::Equilibrium
        } else if largest(&course.average_gains) <= AVERAGE_GAIN {
            Self::Average
        } else {
            Self::Moving
        }
    }

    /// A few words, as a table shows them.
    pub fn words(self) -> &'static str {
        match self {
            Self::Strict => "strict Nash equilibrium",
            Self::Equilibrium => "equilibrium, not strict",
            Self::Average => "does not settle; the average is an equilibrium",
            Self::Moving => "still moving",
        }
    }
}
