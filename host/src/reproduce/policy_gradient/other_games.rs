//! The exact gradient in games of other sizes, and what a policy that is not strict lacks.

use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::share;
use crate::reproduce::{Context, Measured, Result};
use situ::ftrl::Constant;
use situ::games::{Error, Policies, PolicyGradient, PolicyState, Scheme, StochasticGame};
use situ::random::Generator;

/// Probability that play goes on.
const GO_ON: f64 = 0.6;

/// A random distribution over the next state, less the probability of stopping.
fn next<const S: usize>(generator: &mut Generator) -> [f64; S] {
    let weights = [(); S].map(|()| 0.1 + generator.uniform::<f64>());
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| GO_ON * weight / sum)
}

/// Players with one payoff; in a single-controller game the next state depends on the first player's
/// action alone.
fn team<const N: usize, const S: usize, const A: usize, const P: usize>(
    single_controller: bool,
    generator: &mut Generator,
) -> Result<StochasticGame<f64, N, S, A, P>, Error> {
    let payoffs: Vec<f64> = (0..S * P).map(|_| generator.uniform()).collect();
    let transitions: Vec<[f64; S]> = (0..S * P).map(|_| next(generator)).collect();
    let joint = |actions: &[usize; N]| actions.iter().fold(0, |index, action| index * A + action);
    StochasticGame::new(
        |_, state, actions| payoffs[state * P + joint(actions)],
        |state, actions| {
            let index = if single_controller { actions[0] } else { joint(actions) };
            transitions[state * P + index]
        },
        [1.0 / S as f64; S],
    )
}

/// Three players share two links, one of which is slower in the second state; states follow each other
/// whatever is done.
fn congestion(generator: &mut Generator) -> Result<StochasticGame<f64, 3, 2, 2, 8>, Error> {
    let speeds = [(); 4].map(|()| 0.6 + 0.8 * generator.uniform::<f64>());
    let transitions = [next(generator), next(generator)];
    StochasticGame::new(
        |player, state, links| {
            let link = links[player];
            let load = links.iter().filter(|other| **other == link).count() as f64;
            speeds[2 * state + link] - 0.3 * load
        },
        |state, _| transitions[state],
        [0.5; 2],
    )
}

/// Whether the exact gradient from a random start is at a strict Nash policy in time.
fn arrives<const N: usize, const S: usize, const A: usize, const P: usize>(
    game: &StochasticGame<f64, N, S, A, P>,
    generator: &mut Generator,
) -> Result<bool> {
    const LIMIT: u32 = 4000;
    const EVERY: u32 = 50;
    let learner = PolicyGradient::new(Constant::new(0.5)?, Scheme::Eager);
    let mut start: Policies<f64, N, S, A> = [[[0.0; A]; S]; N];
    for policy in start.as_flattened_mut() {
        let weights = [(); A].map(|()| 0.05 + generator.uniform::<f64>());
        let sum: f64 = weights.iter().sum();
        *policy = weights.map(|weight| weight / sum);
    }
    let mut state = PolicyState::new(start)?;
    let mut gradient = start;
    for n in 0..LIMIT {
        game.gradient(state.policies(), &mut gradient)?;
        learner.update(&mut state, &gradient)?;
        let at_vertex =
            state.policies().as_flattened().as_flattened().iter().all(|p| p.fract() == 0.0);
        if n % EVERY == 0 && at_vertex && game.strict_margin(state.policies())? > 0.0 {
            return Ok(game.exploitability(state.policies())? < 1e-9);
        }
    }
    Ok(false)
}

/// The smallest share of random games, with a random start each, in which the exact gradient arrives.
pub fn arrive(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let games = settings.size(100_u64, 1000);
    let kinds: [fn(&mut Generator) -> Result<bool>; 4] = [
        |generator| arrives(&team::<2, 4, 3, 9>(false, generator)?, generator),
        |generator| arrives(&team::<3, 3, 2, 8>(false, generator)?, generator),
        |generator| arrives(&team::<2, 3, 3, 9>(true, generator)?, generator),
        |generator| arrives(&congestion(generator)?, generator),
    ];
    let (mut smallest, mut shares) = (Measured::from(1.0), Vec::new());
    for (kind, arrives) in kinds.into_iter().enumerate() {
        let seed = settings.seed.wrapping_mul(1 << 32).wrapping_add(kind as u64 * 1_000_000);
        let arrived: Vec<bool> = (0..games)
            .parallel_map(|game| arrives(&mut Generator::new(seed.wrapping_add(game))))
            .collect::<Result<_>>()?;
        let arrived = share(&arrived, |arrived| *arrived);
        shares.push(format!("{:.2}", arrived.value));
        smallest = smallest.min(arrived);
    }
    Ok(smallest.with_detail(shares.join(", ")))
}

/// Largest exploitability of the uniform policies of random zero-sum games in which they are the
/// equilibrium, and largest `|<v(π), π - π*>|` with only one player's policy moved off it: the second-order
/// condition cannot hold at an equilibrium that is not strict.
pub fn not_strict(context: &mut Context<'_>) -> Result<Measured> {
    let mut generator = Generator::new(context.settings.seed);
    let mut largest = 0.0_f64;
    for _ in 0..context.settings.size(200, 2000) {
        let stakes = [(); 2].map(|()| 0.5 + generator.uniform::<f64>());
        let transitions = [next(&mut generator), next(&mut generator)];
        // Matching pennies in every state, for stakes of its own.
        let game = StochasticGame::<f64, 2, 2, 2, 4>::new(
            |player, state, [a, b]| {
                if (a == b) == (player == 0) { stakes[state] } else { -stakes[state] }
            },
            |state, _| transitions[state],
            [0.5; 2],
        )?;
        let uniform = [[[0.5; 2]; 2]; 2];
        largest = largest.max(game.exploitability(&uniform)?);
        let mut moved = uniform;
        let by = generator.uniform::<f64>() - 0.5;
        moved[0] = [[0.5 + by, 0.5 - by]; 2];
        let mut gradient = uniform;
        game.gradient(&moved, &mut gradient)?;
        let steps = moved[0].as_flattened().iter().zip(uniform[0].as_flattened());
        let inner: f64 =
            steps.zip(gradient[0].as_flattened()).map(|((now, then), v)| (now - then) * v).sum();
        largest = largest.max(inner.abs());
        // Leaving it helps the opponent: the exploitability sees it.
        let gain = game.exploitability(&moved)?;
        if by.abs() > 1e-3 && gain < 1e-4 {
            return Err(format!("exploitability {gain} at a distance of {by}").into());
        }
    }
    Ok(largest.into())
}
