//! REINFORCE near a strict Nash policy: which runs stay, how fast they converge, which arrive exactly.

use super::reference_game::{Game, Pair, distance_squared, game, policies};
use super::sizes::{EPISODES, NEAR};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{jackknife, log_slope, share};
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use situ::ftrl::Power;
use situ::games::{Agent, AgentState, PolicyGradient, PolicyState, Reinforce, Scheme};
use situ::random::Generator;

/// The strict Nash policy that all start near, as probabilities of action 0.
const TARGET: [[f64; 2]; 2] = [[1.0, 0.0], [1.0, 1.0]];

/// Steps `scale / (n + m)^p` and exploration `epsilon / (n + m)^r`.
#[derive(Clone, Copy)]
struct Schedule {
    p: f64,
    r: f64,
    scale: f64,
    epsilon: f64,
    m: f64,
}

/// The schedule that stays near the target in nearly every run.
const STEADY: Schedule = Schedule { p: 0.75, r: 0.3, scale: 0.25, epsilon: 0.5, m: 500.0 };

/// The schedule of the best rate, p = 1; `m` decides how many runs stay.
const fn fastest(m: f64) -> Schedule {
    Schedule { p: 1.0, r: 0.5, scale: 4.0, epsilon: 1.0, m }
}

/// One run.
struct Path {
    /// Squared distance from the target after the episodes of [`checkpoints`].
    distances: Vec<f64>,
    end: Pair,
    /// Exactly at the target throughout the last half.
    last_half: bool,
}

impl Path {
    /// Ends nearer to the target than to any other deterministic policy.
    fn stays(&self) -> bool {
        is_near_target(&self.end)
    }

    /// Exactly at the target at the end.
    fn at_end(&self) -> bool {
        self.end == policies(TARGET)
    }
}

/// Twenty numbers of episodes a decade, from ten to all.
fn checkpoints(episodes: u32) -> Vec<u32> {
    let last = (20.0 * f64::from(episodes).log10()) as i32;
    let mut points: Vec<u32> =
        (20..=last).map(|k| 10.0_f64.powf(f64::from(k) / 20.0) as u32).collect();
    points.push(episodes);
    points.dedup();
    points
}

/// Policies at most `depth` from the target in each coordinate.
fn near_target(depth: f64, generator: &mut Generator) -> Pair {
    let moved = |p: f64, generator: &mut Generator| (p - depth * generator.uniform::<f64>()).abs();
    policies(TARGET.map(|states| states.map(|p| moved(p, generator))))
}

fn path(
    settings: &Settings,
    game: &Game,
    schedule: Schedule,
    scheme: Scheme,
    seed: u64,
) -> Result<Path> {
    let episodes = settings.count(&EPISODES) as u32;
    let Schedule { p, r, scale, epsilon, m } = schedule;
    let power = |scale, exponent| Power::new(scale, m, exponent);
    let learner = PolicyGradient::new(power(scale, p)?, scheme);
    let reinforce = Reinforce::new(power(epsilon, r)?)?;
    let mut generator = Generator::new(seed);
    let (start, target) = (near_target(settings.value(&NEAR), &mut generator), policies(TARGET));
    let mut state = PolicyState::new(start)?;
    let mut estimate: Pair = [[[0.0; 2]; 2]; 2];
    let mut checkpoints = checkpoints(episodes).into_iter().peekable();
    let (mut distances, mut last_half) = (Vec::new(), true);
    for n in 1..=episodes {
        reinforce.episode(game, state.policies(), n, &[0.0; 2], &mut generator, &mut estimate)?;
        learner.update(&mut state, &estimate)?;
        last_half &= n <= episodes / 2 || *state.policies() == target;
        if checkpoints.next_if_eq(&n).is_some() {
            distances.push(distance_squared(state.policies(), &target));
        }
    }
    Ok(Path { distances, end: *state.policies(), last_half })
}

/// Nearer to the target than to any other deterministic policy.
fn is_near_target(now: &Pair) -> bool {
    let target = policies(TARGET);
    let mut pairs = now.as_flattened().iter().zip(target.as_flattened());
    pairs.all(|(now, target)| (now[0] - target[0]).abs() < 0.5)
}

/// Paths of many runs.
fn paths(settings: &Settings, schedule: Schedule, scheme: Scheme) -> Result<Vec<Path>> {
    let game = game()?;
    let seed = |run: u64| settings.seed.wrapping_mul(1 << 32).wrapping_add(run);
    let runs = settings.size(200_u64, 1000);
    (0..runs).parallel_map(|run| path(settings, &game, schedule, scheme, seed(run))).collect()
}

/// Mean squared distance of the runs that stay, by number of episodes.
fn mean_squares(settings: &Settings, paths: &[&Path]) -> Vec<[f64; 2]> {
    let staying: Vec<&&Path> = paths.iter().filter(|path| path.stays()).collect();
    let mean = |index: usize| {
        staying.iter().map(|path| path.distances[index]).sum::<f64>() / staying.len() as f64
    };
    let checkpoints = checkpoints(settings.count(&EPISODES) as u32);
    checkpoints.iter().enumerate().map(|(index, n)| [f64::from(*n), mean(index)]).collect()
}

/// The same in the last decade of episodes.
fn late(settings: &Settings, paths: &[&Path]) -> Vec<[f64; 2]> {
    let means = mean_squares(settings, paths).into_iter();
    means.filter(|[n, _]| *n >= settings.value(&EPISODES) / 10.0).collect()
}

/// Runs of every scheme and schedule.
struct Runs {
    eager: Vec<Path>,
    lazy: Vec<Path>,
    /// p = 1, m = 500.
    near: Vec<Path>,
    /// p = 1, m = 8000.
    far: Vec<Path>,
}

impl Study for Runs {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let settings = context.settings;
        let runs = Self {
            eager: paths(settings, STEADY, Scheme::Eager)?,
            lazy: paths(settings, STEADY, Scheme::Lazy)?,
            near: paths(settings, fastest(500.0), Scheme::Eager)?,
            far: paths(settings, fastest(8000.0), Scheme::Eager)?,
        };
        let curve = |label: &str, paths: &[Path]| {
            let means = mean_squares(settings, &paths.iter().collect::<Vec<_>>()).into_iter();
            Curve { label: label.to_owned(), points: means.filter(|[_, d]| *d > 0.0).collect() }
        };
        context.plot(Series {
            title: "REINFORCE near a strict Nash policy".to_owned(),
            x: Axis::logarithmic("episode"),
            y: Axis::logarithmic("mean squared distance"),
            curves: vec![
                curve("eager", &runs.eager),
                curve("lazy", &runs.lazy),
                curve("eager, p = 1, m = 8000", &runs.far),
            ],
        });
        Ok(runs)
    }
}

/// Share of lazy runs at the target at the end.
pub fn lazy_finite(context: &mut Context<'_>) -> Result<Measured> {
    Ok(share(&context.study::<Runs>()?.lazy, Path::at_end))
}

/// Share of lazy runs at the target throughout the last half.
pub fn lazy_stays(context: &mut Context<'_>) -> Result<Measured> {
    Ok(share(&context.study::<Runs>()?.lazy, |path| path.last_half))
}

/// Slope of the eager runs' mean squared distance.
pub fn rate(context: &mut Context<'_>) -> Result<Measured> {
    let (runs, settings) = (context.study::<Runs>()?, context.settings);
    Ok(jackknife(&runs.eager, |paths| log_slope(&late(settings, paths))))
}

/// What a larger m adds to the share of runs that stay.
pub fn high_probability(context: &mut Context<'_>) -> Result<Measured> {
    let runs = context.study::<Runs>()?;
    let [far, near] = [&runs.far, &runs.near].map(|paths| share(paths, |path| path.stays()));
    Ok(far.minus(&near))
}

/// Share of eager runs at the target at the end.
pub fn eager_never(context: &mut Context<'_>) -> Result<Measured> {
    Ok(share(&context.study::<Runs>()?.eager, Path::at_end))
}

/// What a start nearer to the policy adds to the share of runs that end near it, p = 1 and m = 2000: depth
/// 0.05 beside 0.9. Plots the share against m for three depths.
pub fn depth(context: &mut Context<'_>) -> Result<Measured> {
    const EPISODES: u32 = 3000;
    let (game, settings) = (game()?, context.settings);
    let stays = |depth: f64, m: f64, runs: u64| -> Result<Measured> {
        let Schedule { p, r, scale, epsilon, m } = fastest(m);
        let learner = PolicyGradient::new(Power::new(scale, m, p)?, Scheme::Eager);
        let reinforce = Reinforce::new(Power::new(epsilon, m, r)?)?;
        let run = |run: u64| -> Result<bool> {
            let seed = settings.seed.wrapping_mul(1 << 32).wrapping_add(run);
            let mut generator = Generator::new(seed);
            let mut state = PolicyState::new(near_target(depth, &mut generator))?;
            let mut estimate: Pair = [[[0.0; 2]; 2]; 2];
            for n in 1..=EPISODES {
                let now = state.policies();
                reinforce.episode(&game, now, n, &[0.0; 2], &mut generator, &mut estimate)?;
                learner.update(&mut state, &estimate)?;
            }
            Ok(is_near_target(state.policies()))
        };
        let stayed: Vec<bool> = (0..runs).parallel_map(run).collect::<Result<_>>()?;
        Ok(share(&stayed, |stayed| *stayed))
    };
    let few = settings.size(60, 500);
    let mut curves = Vec::new();
    for depth in [0.05, 0.45, 0.9] {
        let point = |m: f64| Ok([m, stays(depth, m, few)?.value]);
        let points = [125.0, 500.0, 2000.0, 8000.0].map(point);
        let points = points.into_iter().collect::<Result<_>>()?;
        curves.push(Curve { label: format!("depth {depth}"), points });
    }
    context.plot(Series {
        title: "Share of runs that stay, by step size 4 / (n + m) and depth of the start"
            .to_owned(),
        x: Axis::logarithmic("m"),
        y: Axis::linear("share that stays"),
        curves,
    });
    let runs = settings.size(400, 2000);
    Ok(stays(0.05, 2000.0, runs)?.minus(&stays(0.9, 2000.0, runs)?))
}

/// Lazy runs of agents that see states and rewards only whose final policies are not, bit for bit, those of
/// the run with the table and the same random numbers.
pub fn without_a_table(context: &mut Context<'_>) -> Result<Measured> {
    let runs = context.study::<Runs>()?;
    let (game, settings) = (game()?, context.settings);
    let seed = |run: u64| settings.seed.wrapping_mul(1 << 32).wrapping_add(run);
    let run = |run: u64| in_the_world(settings, &game, seed(run));
    let count = runs.lazy.len() as u64;
    let ends: Vec<Pair> = (0..count).parallel_map(run).collect::<Result<_>>()?;
    Ok((ends.iter().zip(&runs.lazy).filter(|(end, path)| **end != path.end).count() as f64).into())
}

/// The final policies of two agents without a table.
fn in_the_world(settings: &Settings, world: &Game, seed: u64) -> Result<Pair> {
    let Schedule { p, r, scale, epsilon, m } = STEADY;
    let learner = PolicyGradient::new(Power::new(scale, m, p)?, Scheme::Lazy);
    let agent = Agent::new(learner, Reinforce::new(Power::new(epsilon, m, r)?)?, 10_000)?;
    let mut generator = Generator::new(seed);
    let start = near_target(settings.value(&NEAR), &mut generator);
    let mut agents = [AgentState::new(start[0])?, AgentState::new(start[1])?];
    for _ in 0..settings.count(&EPISODES) {
        agents.iter_mut().for_each(|state| agent.begin(state));
        let mut place = Some(world.first_state(&mut generator));
        while let Some(now) = place {
            let mut actions = [0; 2];
            for (state, action) in agents.iter_mut().zip(&mut actions) {
                *action = agent.act(state, now, &mut generator)?;
            }
            for (state, reward) in agents.iter_mut().zip(world.reward(now, &actions)) {
                agent.reward(state, reward)?;
            }
            place = world.next_state(now, &actions, &mut generator);
        }
        agents.iter_mut().try_for_each(|state| agent.end(state))?;
    }
    Ok(agents.map(|state| *state.policy()))
}
