//! The result of a play as tables and sentences.

use super::ending::Ending;
use super::outcome::{Play, PlayerEnd};
use crate::games::Value;
use crate::report::{self, number};
use std::fmt::Write;

/// Probabilities below this are not shown.
const SHOWN: f64 = 5e-4;
/// Maximum number of equilibria to show.
const MAX_EQUILIBRIA: usize = 20;

/// The strategies, the verdict, the endings of several runs and the equilibria.
pub fn shown(play: &Play) -> String {
    let mut text = format!("{} ({} rounds)\n{}\n", play.title, play.steps, strategies(play));
    text.push_str(&verdict(play));
    if !play.strict {
        let _ = write!(text, "\n{}", regret(play));
    }
    if play.ends.len() > 1 || play.ends.iter().any(|end| end.runs > 1) {
        let _ = write!(text, "\n\n{}", ends(play));
    }
    if let Some(value) = &play.value {
        let _ = write!(text, "\n\n{}", worth(value));
    }
    let _ = write!(text, "\n\n{}", rules(play));
    if let Some(equilibria) = listed(play) {
        let _ = write!(text, "\n\n{equilibria}");
    }
    text
}

/// The strategies at the end. Actions that a player hardly plays are omitted.
fn strategies(play: &Play) -> String {
    let mut table = report::table(&["player", "action", "probability", "average"]);
    for player in &play.players {
        let both = player.strategy.iter().zip(&player.average);
        for ((strategy, average), action) in both.zip(&player.actions) {
            if *strategy >= SHOWN || *average >= SHOWN {
                let [strategy, average] = [strategy, average].map(|p| format!("{p:.4}"));
                table.add_row([player.name.clone(), action.clone(), strategy, average]);
            }
        }
    }
    table.to_string()
}

/// How play ended, and what to try if it did not.
fn verdict(play: &Play) -> String {
    let gain = number(play.exploitability);
    let average = number(play.average_exploitability);
    match play.ending {
        Ending::Strict => {
            let place = if play.distance == 0.0 {
                "exactly at".to_owned()
            } else {
                format!("within {} of", number(play.distance))
            };
            let margin = number(play.margin);
            let profile = named(&play.players, &play.profile);
            format!(
                "settled {place} the strict Nash equilibrium ({profile}); every deviation \
                 costs at least {margin}"
            )
        }
        Ending::Equilibrium => format!(
            "settled at an equilibrium that is not strict: no deviation gains more than {gain}"
        ),
        Ending::Average => format!(
            "play does not settle (a deviation from its last strategies gains {gain}), but its \
             average is an equilibrium: no deviation from it gains more than {average}"
        ),
        Ending::Moving => format!(
            "still moving: a deviation gains {gain} from the last strategies and {average} from the \
             average; try --steps {}{}",
            u64::from(play.steps) * 10,
            if play.optimistic || play.extra_gradient {
                ""
            } else {
                ", --regularizer euclidean or --optimistic"
            },
        ),
    }
}

/// How far joint play is from a coarse correlated equilibrium, for each player in its own units.
fn regret(play: &Play) -> String {
    let regrets: Vec<String> =
        play.players.iter().map(|player| number(player.regret.max(0.0))).collect();
    format!(
        "joint play is a coarse correlated equilibrium: a fixed action would have earned at most {} \
         more per round",
        regrets.join(", ")
    )
}

/// The value of a zero-sum game.
fn worth(value: &Value) -> String {
    let [low, high] = [value.low, value.high].map(number);
    let bounds = format!("the averages guarantee the first player {low} and hold it to {high}");
    match value.exact {
        Some(exact) => format!("zero-sum, value {} to the first player: {bounds}", number(exact)),
        None => format!("zero-sum: {bounds}"),
    }
}

/// This play compared with other rules.
fn rules(play: &Play) -> String {
    let mut table =
        report::table(&["rule", "rounds", "gain from last", "from average", "regret", "end"]);
    let regret = |regrets: &mut dyn Iterator<Item = f64>| number(regrets.fold(0.0, f64::max));
    let regularizer = format!("{:?}", play.regularizer).to_lowercase();
    table.add_row([
        format!("FTRL, {regularizer}"),
        play.steps.to_string(),
        number(play.exploitability),
        number(play.average_exploitability),
        regret(&mut play.players.iter().map(|player| player.regret)),
        play.ending.words().to_owned(),
    ]);
    for rival in &play.rivals {
        table.add_row([
            rival.rule.words().to_owned(),
            rival.steps.to_string(),
            number(rival.exploitability),
            number(rival.average_exploitability),
            regret(&mut rival.regrets.iter().copied()),
            rival.ending.words().to_owned(),
        ]);
    }
    table.to_string()
}

/// The names of a profile's actions.
fn named(players: &[PlayerEnd], profile: &[usize]) -> String {
    let names = players.iter().zip(profile);
    let names: Vec<&str> = names.map(|(player, action)| player.actions[*action].as_str()).collect();
    names.join(", ")
}

/// How often each ending occurred.
fn ends(play: &Play) -> String {
    let mut table = report::table(&["end", "runs", "share", "95 % interval"]);
    for end in &play.ends {
        let profile = end.profile.as_ref();
        let profile = profile.map(|profile| format!(" ({})", named(&play.players, profile)));
        let [low, high] = end.interval;
        table.add_row([
            format!("{}{}", end.ending.words(), profile.unwrap_or_default()),
            end.runs.to_string(),
            format!("{:.3}", end.share),
            format!("{low:.3} to {high:.3}"),
        ]);
    }
    table.to_string()
}

/// The equilibria, if they were enumerated.
fn listed(play: &Play) -> Option<String> {
    let equilibria = play.equilibria.as_ref()?;
    let kind = if play.players.len() == 2 { "equilibria" } else { "pure equilibria" };
    if equilibria.is_empty() {
        return Some(format!("no {kind}"));
    }
    let mut table = report::table(&[kind, "payoffs", "strict"]);
    for equilibrium in equilibria.iter().take(MAX_EQUILIBRIA) {
        let strategies: Vec<String> = equilibrium
            .strategies
            .iter()
            .zip(&play.players)
            .map(|(strategy, player)| mixture(strategy, &player.actions))
            .collect();
        let payoffs: Vec<String> = equilibrium.payoffs.iter().map(|u| number(*u)).collect();
        let strict = if equilibrium.strict { "yes" } else { "no" };
        table.add_row([strategies.join(" | "), payoffs.join(", "), strict.to_owned()]);
    }
    let left = equilibria.len().saturating_sub(MAX_EQUILIBRIA);
    let more =
        if left > 0 { format!("\nand {left} more (--json lists all)") } else { String::new() };
    Some(format!("{table}{more}"))
}

/// `action`, or `action .25 + other .75`.
fn mixture(strategy: &[f64], actions: &[String]) -> String {
    let played = strategy.iter().zip(actions).filter(|(probability, _)| **probability > 0.0);
    let parts: Vec<String> = played
        .map(|(probability, action)| {
            if *probability == 1.0 {
                action.clone()
            } else {
                format!("{action} {}", number(*probability))
            }
        })
        .collect();
    parts.join(" + ")
}
