//! REINFORCE near a strict Nash policy: who stays, how fast they come, who arrives exactly.

use super::reference_game::{Game, Pair, distance_squared, game, policies};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::log_slope;
use crate::reproduce::{Claim, Findings, Settings};
use rayon::prelude::*;
use situ::ftrl::Power;
use situ::games::{PolicyGradient, PolicyState, Reinforce, Scheme};
use situ::random::Generator;

/// The strict Nash policy that all start near, as probabilities of action 0.
const TARGET: [[f64; 2]; 2] = [[1.0, 0.0], [1.0, 1.0]];

/// Starts are at most this far from it in each coordinate.
const NEAR: f64 = 0.25;

const EPISODES: u32 = 20_000;

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
    /// Ends nearer to the target than to any other deterministic policy.
    stays: bool,
    /// Exactly at the target at the end.
    at_end: bool,
    /// Exactly at the target throughout the last half.
    last_half: bool,
}

/// Twenty numbers of episodes a decade, from ten to all.
fn checkpoints() -> Vec<u32> {
    let last = (20.0 * f64::from(EPISODES).log10()) as i32;
    let mut points: Vec<u32> =
        (20..=last).map(|k| 10.0_f64.powf(f64::from(k) / 20.0) as u32).collect();
    points.push(EPISODES);
    points.dedup();
    points
}

fn path(game: &Game, schedule: Schedule, scheme: Scheme, seed: u64) -> Result<Path, String> {
    let Schedule { p, r, scale, epsilon, m } = schedule;
    let power = |scale, exponent| Power::new(scale, m, exponent).map_err(|error| error.to_string());
    let learner = PolicyGradient::new(power(scale, p)?, scheme);
    let reinforce = Reinforce::new(power(epsilon, r)?).map_err(|error| error.to_string())?;
    let mut generator = Generator::new(seed);
    let start =
        TARGET.map(|states| states.map(|p: f64| (p - NEAR * generator.uniform::<f64>()).abs()));
    let target = policies(TARGET);
    let mut state = PolicyState::new(policies(start)).map_err(|error| error.to_string())?;
    let mut estimate: Pair = [[[0.0; 2]; 2]; 2];
    let mut checkpoints = checkpoints().into_iter().peekable();
    let (mut distances, mut last_half) = (Vec::new(), true);
    for n in 1..=EPISODES {
        reinforce
            .episode(game, state.policies(), n, &[0.0; 2], &mut generator, &mut estimate)
            .map_err(|error| error.to_string())?;
        learner.update(&mut state, &estimate).map_err(|error| error.to_string())?;
        last_half &= n <= EPISODES / 2 || *state.policies() == target;
        if checkpoints.next_if_eq(&n).is_some() {
            distances.push(distance_squared(state.policies(), &target));
        }
    }
    let pairs = state.policies().as_flattened().iter().zip(target.as_flattened());
    let stays = pairs.into_iter().all(|(now, target)| (now[0] - target[0]).abs() < 0.5);
    Ok(Path { distances, stays, at_end: *state.policies() == target, last_half })
}

/// Paths of many runs.
fn paths(settings: &Settings, schedule: Schedule, scheme: Scheme) -> Result<Vec<Path>, String> {
    let game = game().map_err(|error| error.to_string())?;
    let seed = |run: u64| settings.seed.wrapping_mul(1 << 32).wrapping_add(run);
    let runs = settings.size(100_u64, 1000);
    (0..runs).into_par_iter().map(|run| path(&game, schedule, scheme, seed(run))).collect()
}

fn share(paths: &[Path], is: impl Fn(&Path) -> bool) -> f64 {
    paths.iter().filter(|path| is(path)).count() as f64 / paths.len() as f64
}

/// Mean squared distance of the runs that stay, by number of episodes.
fn mean_squares(paths: &[Path]) -> Vec<[f64; 2]> {
    let staying: Vec<&Path> = paths.iter().filter(|path| path.stays).collect();
    let mean = |index: usize| {
        staying.iter().map(|path| path.distances[index]).sum::<f64>() / staying.len() as f64
    };
    checkpoints().iter().enumerate().map(|(index, n)| [f64::from(*n), mean(index)]).collect()
}

pub fn measure(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let eager = paths(settings, STEADY, Scheme::Eager)?;
    let lazy = paths(settings, STEADY, Scheme::Lazy)?;
    let near = paths(settings, fastest(500.0), Scheme::Eager)?;
    let far = paths(settings, fastest(8000.0), Scheme::Eager)?;
    let means = mean_squares(&eager);
    let late: Vec<[f64; 2]> =
        means.iter().copied().filter(|[n, _]| *n >= f64::from(EPISODES) / 10.0).collect();
    findings.claims.extend([
        Claim::at_least(
            "policy-gradient.lazy_finite",
            "lazy REINFORCE from near a strict Nash policy: share of runs exactly at it after \
             20,000 episodes",
            share(&lazy, |path| path.at_end),
            0.9,
        ),
        Claim::at_least(
            "policy-gradient.lazy_stays",
            "the same: share of runs exactly at it throughout the last half",
            share(&lazy, |path| path.last_half),
            0.7,
        ),
        Claim::at_most(
            "policy-gradient.rate",
            "eager REINFORCE: slope of log mean squared distance in log episodes, last decade",
            log_slope(&late),
            -0.5,
        ),
        Claim::at_least(
            "policy-gradient.high_probability",
            "eager REINFORCE, p = 1: share of runs that stay at m = 8000 less that at m = 500",
            share(&far, |path| path.stays) - share(&near, |path| path.stays),
            0.3,
        ),
        Claim::at_most(
            "policy-gradient.eager_never",
            "eager REINFORCE: share of runs exactly at the policy after 20,000 episodes",
            share(&eager, |path| path.at_end),
            0.05,
        ),
    ]);
    let visible =
        |paths: &[Path]| mean_squares(paths).into_iter().filter(|[_, d]| *d > 0.0).collect();
    findings.series.push(Series {
        title: "REINFORCE near a strict Nash policy".to_owned(),
        x: Axis::logarithmic("episode"),
        y: Axis::logarithmic("mean squared distance"),
        curves: vec![
            Curve { label: "eager".to_owned(), points: visible(&eager) },
            Curve { label: "lazy".to_owned(), points: visible(&lazy) },
            Curve { label: "eager, p = 1, m = 8000".to_owned(), points: visible(&far) },
        ],
    });
    Ok(())
}
