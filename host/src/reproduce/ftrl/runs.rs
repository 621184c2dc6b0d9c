//! The games, and one run of learning in them.

use crate::games::{FeedbackChoice, Observed, RegularizerChoice};
use crate::reproduce::Result;
use crate::reproduce::parallel::Parallel;
use situ::ftrl::{Ftrl, Power, Schedule, State};
use situ::games::{self, Bandit, Bimatrix, Feedback, Game, Noisy, nearest_profile, strict_margin};
use situ::random::Generator;

/// Coordination on one of two actions: strict at (0,0) and (1,1), mixed at (.625, .375).
pub fn coordination() -> Result<Bimatrix<f64, 2, 2>, games::Error> {
    Bimatrix::new([[1.0, 0.0], [0.0, 0.6]], [[0.6, 0.0], [0.0, 1.0]])
}

/// The mixed equilibrium of [`coordination`].
pub const COORDINATION_MIXED: [f64; 4] = [0.625, 0.375, 0.375, 0.625];

/// Three actions: strict at (0,0) and (1,1).
pub fn three_by_three() -> Result<Bimatrix<f64, 3, 3>, games::Error> {
    Bimatrix::new(
        [[1.0, 0.2, 0.3], [0.1, 0.8, 0.2], [0.4, 0.3, 0.25]],
        [[0.9, 0.1, 0.2], [0.2, 0.7, 0.3], [0.3, 0.25, 0.2]],
    )
}

/// The prisoner's dilemma: strict at (1,1), where a change loses 0.2.
pub fn dilemma() -> Result<Bimatrix<f64, 2, 2>, games::Error> {
    Bimatrix::new([[0.6, 0.0], [1.0, 0.2]], [[0.6, 1.0], [0.0, 0.2]])
}

/// Matching pennies: its only equilibrium is uniform.
pub fn pennies() -> Result<Bimatrix<f64, 2, 2>, games::Error> {
    Bimatrix::new([[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]])
}

/// The steps g_n = 0.5 n^-0.6.
pub fn steps() -> Result<Power<f64>> {
    Ok(Power::new(0.5, 0.0, 0.6)?)
}

/// Feedback with noise of deviation one and exploration ε_n = 0.5 n^-0.1.
pub fn observed(choice: FeedbackChoice) -> Result<Observed> {
    let noise = Noisy::new(1.0)?;
    let exploration = Power::new(0.5, 0.0, 0.1)?;
    let bandit = Bandit::new(exploration)?;
    Ok(Observed { choice, noise, bandit })
}

/// Strategies drawn from Dirichlet(5) for each player.
pub fn dirichlet<const P: usize>(actions: &[usize], generator: &mut Generator) -> [f64; P] {
    let mut strategies = [0.0; P];
    let mut rest = strategies.as_mut_slice();
    for count in actions {
        let (own, after) = rest.split_at_mut(*count);
        // A gamma variable of shape five is a sum of five exponential ones.
        own.fill_with(|| (0..5).map(|_| -(1.0 - generator.uniform::<f64>()).ln()).sum());
        let sum: f64 = own.iter().sum();
        own.iter_mut().for_each(|weight| *weight /= sum);
        rest = after;
    }
    strategies
}

/// A learning rule, its game and its feedback.
#[derive(Clone, Copy)]
pub struct Learning<'a, G, S> {
    pub game: &'a G,
    pub regularizer: RegularizerChoice,
    pub steps: S,
    pub optimistic: bool,
    pub feedback: Observed,
}

impl<'a, G: Game<f64> + Sync, S: Schedule<f64> + Copy + Sync> Learning<'a, G, S> {
    pub fn plain(
        game: &'a G,
        regularizer: RegularizerChoice,
        steps: S,
        feedback: FeedbackChoice,
    ) -> Result<Self> {
        Ok(Self { game, regularizer, steps, optimistic: false, feedback: observed(feedback)? })
    }

    /// Learns for `rounds` rounds and calls `visit` with the state after each.
    pub fn run<const P: usize>(
        &self,
        start: [f64; P],
        rounds: u32,
        generator: &mut Generator,
        mut visit: impl FnMut(&State<[f64; P]>),
    ) -> Result<State<[f64; P]>> {
        let mut ftrl = Ftrl::new(self.regularizer, self.steps);
        if self.optimistic {
            ftrl = ftrl.optimistic();
        }
        let actions = self.game.actions();
        let mut state = ftrl.start(actions, start)?;
        let mut payoffs = [0.0; P];
        for n in 1..=rounds {
            self.feedback.observe(self.game, state.strategies(), n, generator, &mut payoffs)?;
            ftrl.update(&mut state, actions, &payoffs)?;
            visit(&state);
        }
        Ok(state)
    }

    /// The final strategies of `runs` runs of `rounds` rounds, from starts drawn by `start`.
    pub fn ends<const P: usize>(
        &self,
        runs: u64,
        rounds: u32,
        seed: u64,
        start: impl Fn(&mut Generator) -> [f64; P] + Sync,
    ) -> Result<Vec<[f64; P]>> {
        let one = |run: u64| {
            let mut generator = Generator::new(seed.wrapping_mul(1_000_003).wrapping_add(run));
            let start = start(&mut generator);
            self.run(start, rounds, &mut generator, |_| ()).map(|state| *state.strategies())
        };
        (0..runs).parallel_map(one).collect()
    }
}

/// Largest Euclidean distance of a player's strategy from the target's.
pub fn distance(actions: &[usize], strategies: &[f64], target: &[f64]) -> f64 {
    let mut offset = 0;
    let of_player = actions.iter().map(|count| {
        let own = offset..offset + count;
        offset = own.end;
        let pairs = strategies[own.clone()].iter().zip(&target[own]);
        pairs.map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
    });
    of_player.fold(0.0, f64::max)
}

/// The vertex of a pure profile.
pub fn vertex<const P: usize>(actions: &[usize], profile: &[usize]) -> [f64; P] {
    let mut vertex = [0.0; P];
    let mut offset = 0;
    for (count, action) in actions.iter().zip(profile) {
        vertex[offset + action] = 1.0;
        offset += count;
    }
    vertex
}

/// Checks that the strict equilibria of a game are these, found by hand.
pub fn check_strict<G: Game<f64>>(game: &G, known: &[&[usize]]) -> Result<()> {
    let actions = game.actions();
    for index in 0..actions.iter().product() {
        let mut rest = index;
        let mut digit = |count: &usize| {
            let digit = rest % count;
            rest /= count;
            digit
        };
        let profile: Vec<usize> = actions.iter().map(&mut digit).collect();
        let margin: f64 = strict_margin(game, &profile)?;
        if (margin > 0.0) != known.contains(&&profile[..]) {
            return Err(format!("the margin of {profile:?} is {margin}").into());
        }
    }
    Ok(())
}

/// Distance from the nearest pure profile if it is a strict equilibrium, otherwise infinite.
pub fn distance_from_strict<G: Game<f64>>(game: &G, strategies: &[f64]) -> f64 {
    let actions = game.actions();
    let Ok(profile) = nearest_profile(actions, strategies) else { return f64::INFINITY };
    let profile = &profile[..actions.len()];
    if !strict_margin(game, profile).is_ok_and(|margin: f64| margin > 0.0) {
        return f64::INFINITY;
    }
    let mut vertex = vec![0.0; strategies.len()];
    let mut offset = 0;
    for (count, action) in actions.iter().zip(profile) {
        vertex[offset + action] = 1.0;
        offset += count;
    }
    distance(actions, strategies, &vertex)
}
