//! The command `situ play`.

use crate::games::{FeedbackChoice, Observed, RegularizerChoice, StrategicForm};
use crate::{Failure, console, report};
use clap::builder::RangedU64ValueParser;
use serde::Serialize;
use situ::ftrl::{Ftrl, Power};
use situ::games::{Bandit, Feedback, Noisy, Table, exploitability, nearest_profile, strict_margin};
use situ::random::Generator;
use std::path::PathBuf;

/// Arguments of `situ play`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A game in Gambit's strategic form, payoff or outcome version
    #[arg(value_name = "GAME.nfg")]
    game: PathBuf,
    /// Regularizer of all players
    #[arg(long, value_enum, default_value = "entropic")]
    regularizer: RegularizerChoice,
    /// What the players see of their payoffs
    #[arg(long, value_enum, default_value = "full")]
    feedback: FeedbackChoice,
    /// Rounds of play
    #[arg(long, value_name = "N", default_value_t = 5000,
        value_parser = RangedU64ValueParser::<u32>::new().range(1..=1_000_000_000))]
    steps: u32,
    /// Seed of the starting strategies and of all draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// What `--json` prints. Payoffs are in the game's own units.
#[derive(Debug, Serialize)]
pub struct Play {
    /// The file.
    pub game: String,
    /// Its title.
    pub title: String,
    /// As asked for.
    pub regularizer: RegularizerChoice,
    /// As asked for.
    pub feedback: FeedbackChoice,
    /// As asked for.
    pub steps: u32,
    /// As asked for.
    pub seed: u64,
    /// Each player's last strategy.
    pub players: Vec<PlayerEnd>,
    /// Most probable action of each player, from zero.
    pub profile: Vec<usize>,
    /// Largest probability that a player gives to other actions than its most probable one; 0 if
    /// play ended exactly at the profile.
    pub distance: f64,
    /// Whether the profile is a strict Nash equilibrium.
    pub strict: bool,
    /// What every change of one player's action loses at least there.
    pub margin: f64,
    /// What the player that gains most could gain by leaving its last strategy.
    pub exploitability: f64,
    /// The same for the strategies averaged over all rounds.
    pub average_exploitability: f64,
}

/// Where a player ended.
#[derive(Debug, Serialize)]
pub struct PlayerEnd {
    /// As in the file.
    pub name: String,
    /// Names of the actions.
    pub actions: Vec<String>,
    /// Their probabilities.
    pub strategy: Vec<f64>,
    /// Their probabilities, averaged over all rounds.
    pub average: Vec<f64>,
}

/// Runs `situ play`.
///
/// # Errors
/// [`Failure::Input`] naming the file, and line and column where it is malformed.
pub fn play(arguments: &Arguments) -> Result<Play, Failure> {
    let name = arguments.game.display().to_string();
    let fail = |error: &dyn std::fmt::Display| Failure::Input(format!("{name}: {error}"));
    let source = std::fs::read_to_string(&arguments.game).map_err(|error| fail(&error))?;
    let form = StrategicForm::read(&source).map_err(|error| fail(&error))?;
    let play = learn(arguments, &name, form).map_err(|error| fail(&error))?;
    if arguments.json {
        console::json(&play)?;
    } else {
        console::line(shown(&play))?;
    }
    Ok(play)
}

/// Learns on payoffs scaled to [0, 1], so that steps and noise fit any game.
fn learn(arguments: &Arguments, name: &str, form: StrategicForm) -> Result<Play, String> {
    fn text(error: impl std::fmt::Display) -> String {
        error.to_string()
    }
    let actions: Vec<usize> = form.players.iter().map(|player| player.actions.len()).collect();
    let (low, high) = form
        .payoffs
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), u| (low.min(*u), high.max(*u)));
    let scale = if high > low { high - low } else { 1.0 };
    let payoffs: Vec<f64> = form.payoffs.iter().map(|u| u / scale - low / scale).collect();
    let game = Table::new(&actions, &payoffs).map_err(text)?;
    let ftrl = Ftrl::new(arguments.regularizer, Power::new(0.5, 0.0, 0.6).map_err(text)?);
    let feedback = Observed {
        choice: arguments.feedback,
        noise: Noisy::new(1.0).map_err(text)?,
        bandit: Bandit::new(Power::new(0.5, 0.0, 0.1).map_err(text)?).map_err(text)?,
    };
    let mut generator = Generator::new(arguments.seed);
    let start = near_uniform(&actions, &mut generator);
    let mut estimate = vec![0.0; start.len()];
    let mut average = vec![0.0; start.len()];
    let mut state = ftrl.start(&actions, start).map_err(text)?;
    for n in 1..=arguments.steps {
        feedback
            .observe(&game, state.strategies(), n, &mut generator, &mut estimate)
            .map_err(text)?;
        ftrl.update(&mut state, &actions, &estimate).map_err(text)?;
        for (mean, probability) in average.iter_mut().zip(state.strategies()) {
            *mean += (probability - *mean) / f64::from(n);
        }
    }
    let last = state.strategies();
    let profile = nearest_profile(&actions, last).map_err(text)?[..actions.len()].to_vec();
    let margin: f64 = strict_margin(&game, &profile).map_err(text)?;
    let mut scratch = estimate;
    let mut gain =
        |strategies: &[f64]| exploitability(&game, strategies, &mut scratch).map_err(text);
    let (exploitability, average_exploitability) = (scale * gain(last)?, scale * gain(&average)?);
    let mut players = Vec::with_capacity(actions.len());
    let mut offset = 0;
    for player in form.players {
        let own = offset..offset + player.actions.len();
        offset = own.end;
        players.push(PlayerEnd {
            name: player.name,
            actions: player.actions,
            strategy: last[own.clone()].to_vec(),
            average: average[own].to_vec(),
        });
    }
    let others = players.iter().zip(&profile).map(|(player, most)| {
        let others = player.strategy.iter().enumerate().filter(|(action, _)| action != most);
        others.map(|(_, probability)| probability).sum::<f64>()
    });
    Ok(Play {
        game: name.to_owned(),
        title: form.title,
        regularizer: arguments.regularizer,
        feedback: arguments.feedback,
        steps: arguments.steps,
        seed: arguments.seed,
        distance: others.fold(0.0, f64::max),
        players,
        profile,
        strict: margin > 0.0,
        // Infinite where no player has a choice: nothing can be lost.
        margin: if margin.is_finite() { scale * margin } else { 0.0 },
        exploitability,
        average_exploitability,
    })
}

/// Strategies near the uniform one, off any symmetric equilibrium.
fn near_uniform(actions: &[usize], generator: &mut Generator) -> Vec<f64> {
    let mut strategies = Vec::new();
    for count in actions {
        let weights: Vec<f64> =
            (0..*count).map(|_| 1.0 + 0.1 * generator.uniform::<f64>()).collect();
        let sum: f64 = weights.iter().sum();
        strategies.extend(weights.iter().map(|weight| weight / sum));
    }
    strategies
}

/// The table and the verdict.
fn shown(play: &Play) -> String {
    // A player of many actions is shown by those that it plays.
    const SHOWN: f64 = 5e-4;
    let mut table = report::table(&["player", "action", "probability", "average"]);
    for player in &play.players {
        let both = player.strategy.iter().zip(&player.average);
        for ((strategy, average), action) in both.zip(&player.actions) {
            if *strategy >= SHOWN || *average >= SHOWN {
                let row = [strategy, average].map(|p| format!("{p:.4}"));
                let [strategy, average] = row;
                table.add_row([player.name.clone(), action.clone(), strategy, average]);
            }
        }
    }
    let names = play.players.iter().zip(&play.profile);
    let profile: Vec<&str> =
        names.map(|(player, action)| player.actions[*action].as_str()).collect();
    let nature =
        if play.strict { "a strict Nash equilibrium" } else { "no strict Nash equilibrium" };
    let place = if play.distance == 0.0 {
        "exactly at".to_owned()
    } else {
        format!("{} from", report::number(play.distance))
    };
    format!(
        "{} ({} steps)\n{table}\nended {place} the profile ({}), {nature}\n\
         exploitability {}, of the average play {}",
        play.title,
        play.steps,
        profile.join(", "),
        report::number(play.exploitability),
        report::number(play.average_exploitability),
    )
}
