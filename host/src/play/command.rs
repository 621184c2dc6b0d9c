//! The command `situ play`.

use super::course::{Course, largest};
use super::ending::{Ending, Nearest};
use super::learning::{Rules, Start, Variant, learn};
use super::outcome::{End, Play, PlayerEnd, Rival};
use super::portrait::portraits;
use super::rivals::Rule;
use super::shown::shown;
use super::trajectory::Trajectory;
use crate::games::{FeedbackChoice, RegularizerChoice, Scaled, StrategicForm, Value, equilibria};
use crate::report::{self, Series};
use crate::statistics::wilson;
use crate::{Failure, console};
use clap::builder::RangedU64ValueParser;
use situ::games::Table;
use std::collections::BTreeMap;
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
    /// Maximum number of rounds; play stops earlier if it settles [default: 100000, fewer in
    /// games of more than 20000 payoffs]
    #[arg(long, value_name = "N",
        value_parser = RangedU64ValueParser::<u32>::new().range(1..=1_000_000_000))]
    steps: Option<u32>,
    /// Scale G of the step sizes G / n^P, in units of a player's largest gain [default: chosen
    /// for the regularizer and the feedback]
    #[arg(long, value_name = "G", value_parser = positive)]
    step_size: Option<f64>,
    /// Exponent P of the step sizes, 0 to 1 [default: chosen for the feedback]
    #[arg(long, value_name = "P", value_parser = share)]
    step_exponent: Option<f64>,
    /// First exploration rate of bandit feedback; it falls as n^-0.1
    #[arg(long, value_name = "E", default_value_t = 0.5, value_parser = share)]
    exploration: f64,
    /// Expect the last payoffs to repeat (optimistic FTRL); converges in zero-sum games
    #[arg(long)]
    optimistic: bool,
    /// Query payoffs a second time, against the strategies that a step would lead to: converges in
    /// zero-sum games, even from a bad guess
    #[arg(long, conflicts_with = "optimistic")]
    extra_gradient: bool,
    /// Where the players start
    #[arg(long, value_enum, default_value = "near-uniform")]
    start: Start,
    /// Seed of the starting strategies and of all draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Number of runs, each with the next seed; shows how often each outcome is reached
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = RangedU64ValueParser::<u32>::new().range(1..=100_000))]
    runs: u32,
    /// Write the strategies of the first run, in about 1000 of its rounds, to this CSV file
    #[arg(long, value_name = "FILE")]
    trajectory: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

fn positive(argument: &str) -> Result<f64, String> {
    let number = argument.parse::<f64>().ok().filter(|x| *x > 0.0 && x.is_finite());
    number.ok_or_else(|| "must be a positive number".to_owned())
}

fn share(argument: &str) -> Result<f64, String> {
    let number = argument.parse::<f64>().ok().filter(|x| (0.0..=1.0).contains(x));
    number.ok_or_else(|| "must be a number from 0 to 1".to_owned())
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
    let mut trajectory = arguments.trajectory.as_ref().map(|path| Trajectory::new(path, &form));
    let (play, series) =
        played(arguments, name.clone(), form, trajectory.as_mut()).map_err(|error| fail(&error))?;
    let text = shown(&play);
    if arguments.json {
        console::json(&play)?;
    } else {
        console::line(&text)?;
    }
    // After the result is shown, so that a full disk does not lose it.
    if let Some(trajectory) = trajectory {
        trajectory.write()?;
    }
    report::save(report::PLAY, &Saved { play: &play, series: &series, text })?;
    Ok(play)
}

/// The data that the report draws.
#[derive(serde::Serialize)]
struct Saved<'a> {
    play: &'a Play,
    series: &'a [Series],
    text: String,
}

/// The rules that the arguments specify.
fn rules(arguments: &Arguments, payoffs: usize) -> Rules {
    let [scale, exponent] = arguments.regularizer.step_sizes(arguments.feedback);
    // About ten seconds of play.
    let fitting = u32::try_from(2_000_000_000 / payoffs.max(1)).unwrap_or(u32::MAX);
    Rules {
        regularizer: arguments.regularizer,
        feedback: arguments.feedback,
        step_sizes: [
            arguments.step_size.unwrap_or(scale),
            arguments.step_exponent.unwrap_or(exponent),
        ],
        exploration: arguments.exploration,
        variant: match (arguments.optimistic, arguments.extra_gradient) {
            (true, _) => Variant::Optimistic,
            (_, true) => Variant::ExtraGradient,
            _ => Variant::Plain,
        },
        start: arguments.start,
        rounds: arguments.steps.unwrap_or_else(|| fitting.clamp(1000, 100_000)),
    }
}

/// All runs: how often each ending occurred, and the first run.
fn all_runs(
    arguments: &Arguments,
    game: &Table<'_, f64>,
    rules: &Rules,
    mut trajectory: Option<&mut Trajectory>,
) -> Result<(Vec<End>, Course, Nearest, Ending), String> {
    let mut counts = BTreeMap::<_, u32>::new();
    let mut first = None;
    for run in 0..arguments.runs {
        let mut trajectory = trajectory.take();
        let seed = arguments.seed.wrapping_add(u64::from(run));
        let course = learn(game, rules, seed, |n, strategies| {
            if let Some(trajectory) = &mut trajectory {
                trajectory.record(n, rules.rounds, strategies);
            }
        })?;
        let nearest = Nearest::of(game, &course)?;
        let ending = Ending::of(&course, &nearest);
        let profile = (ending == Ending::Strict).then(|| nearest.profile.clone());
        *counts.entry((ending, profile)).or_default() += 1;
        first.get_or_insert((course, nearest, ending));
    }
    let (course, nearest, ending) = first.ok_or("there must be a run")?;
    let runs = f64::from(arguments.runs);
    let end = |((ending, profile), count): ((Ending, Option<Vec<usize>>), u32)| {
        let share = f64::from(count) / runs;
        End { ending, profile, runs: count, share, interval: wilson(share, runs) }
    };
    Ok((counts.into_iter().map(end).collect(), course, nearest, ending))
}

/// All runs, and the results beside them.
fn played(
    arguments: &Arguments,
    name: String,
    form: StrategicForm,
    trajectory: Option<&mut Trajectory>,
) -> Result<(Play, Vec<Series>), String> {
    let scaled = Scaled::new(&form)?;
    let game = scaled.game()?;
    let rules = rules(arguments, form.payoffs.len());
    let (ends, course, nearest, ending) = all_runs(arguments, &game, &rules, trajectory)?;
    let equilibria = equilibria(&form, &scaled)?;
    let series = portraits(&form, &game, &rules, equilibria.as_deref(), arguments.seed)?;
    let rivals = Rule::ALL.map(|rule| rival(rule, &scaled, &rules, arguments.seed));
    let play = Play {
        game: name,
        regularizer: arguments.regularizer,
        feedback: arguments.feedback,
        steps: course.rounds,
        seed: arguments.seed,
        step_sizes: rules.step_sizes,
        exploration: arguments.exploration,
        optimistic: arguments.optimistic,
        extra_gradient: arguments.extra_gradient,
        start: arguments.start,
        runs: arguments.runs,
        max_steps: rules.rounds,
        ending,
        distance: nearest.distance,
        strict: ending == Ending::Strict,
        margin: nearest.own_margin(&form)?,
        exploitability: largest(&own_units(&course.gains, &scaled)),
        average_exploitability: largest(&own_units(&course.average_gains, &scaled)),
        ends,
        value: Value::of(&form, equilibria.as_deref(), &course.average),
        rivals: rivals.into_iter().collect::<Result<_, _>>()?,
        equilibria,
        profile: nearest.profile,
        title: form.title.clone(),
        players: player_ends(form, &course, &scaled),
    };
    Ok((play, series))
}

/// The players' numbers in their own units.
fn own_units(numbers: &[f64], scaled: &Scaled) -> Vec<f64> {
    numbers.iter().zip(scaled.spans()).map(|(number, span)| number * span).collect()
}

/// Another rule in the same game, for at most a tenth of the rounds.
fn rival(rule: Rule, scaled: &Scaled, rules: &Rules, seed: u64) -> Result<Rival, String> {
    let game = scaled.game()?;
    let (course, ending) = rule.play(&game, rules, seed, (rules.rounds / 10).max(100))?;
    let mut rest = &course.average[..];
    let averages = scaled.actions().iter().map(|count| {
        let (own, after) = rest.split_at(*count);
        rest = after;
        own.to_vec()
    });
    Ok(Rival {
        rule,
        steps: course.rounds,
        ending,
        exploitability: largest(&own_units(&course.gains, scaled)),
        average_exploitability: largest(&own_units(&course.average_gains, scaled)),
        regrets: own_units(&course.regrets, scaled),
        averages: averages.collect(),
    })
}

/// Where each player ended.
fn player_ends(form: StrategicForm, course: &Course, scaled: &Scaled) -> Vec<PlayerEnd> {
    let [regrets, gains, average_gains] =
        [&course.regrets, &course.gains, &course.average_gains].map(|all| own_units(all, scaled));
    let mut offset = 0;
    let end = |(index, player): (usize, crate::games::Player)| {
        let own = offset..offset + player.actions.len();
        offset = own.end;
        PlayerEnd {
            name: player.name,
            actions: player.actions,
            strategy: course.last[own.clone()].to_vec(),
            average: course.average[own].to_vec(),
            regret: regrets[index],
            gain: gains[index],
            average_gain: average_gains[index],
        }
    };
    form.players.into_iter().enumerate().map(end).collect()
}
