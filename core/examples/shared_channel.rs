//! Two transmitters share two channels. Each knows its own throughput alone: no protocol, no table of the
//! game, no idea of the other.
//!
//! Alone on channel 0 a transmitter gets 1.0, alone on channel 1 it gets 0.8; together they get a third of
//! that. Both equilibria in which they part are strict, and the lazy policy gradient ends exactly at one.
//!
//! Run it with `cargo run --release -p situ --example shared_channel`. Each agent takes 48 bytes of state.

use situ::Error;
use situ::ftrl::Power;
use situ::games::{Agent, AgentState, PolicyGradient, Reinforce, Scheme};
use situ::random::Generator;

const RUNS: u64 = 50;
const EPISODES: u32 = 5000;

/// What a transmitter gets on its channel beside the other's.
fn throughput(own: usize, other: usize) -> f32 {
    let alone = [1.0, 0.8][own];
    if own == other { alone / 3.0 } else { alone }
}

fn main() -> Result<(), Error> {
    let learner = PolicyGradient::new(Power::new(0.3_f32, 10.0, 0.75)?, Scheme::Lazy);
    let reinforce = Reinforce::new(Power::new(0.5, 10.0, 0.3)?)?;
    let agent = Agent::new(learner, reinforce, 1)?.with_baseline();
    let mut ends = [[0_u32; 2]; 2];
    let mut undecided = 0;
    for seed in 0..RUNS {
        let mut generator = Generator::new(seed);
        let mut states = [AgentState::<f32, 1, 2>::EMPTY, AgentState::EMPTY];
        for _ in 0..EPISODES {
            let mut channels = [0; 2];
            for (state, channel) in states.iter_mut().zip(&mut channels) {
                agent.begin(state);
                *channel = agent.act(state, 0, &mut generator)?;
            }
            let [a, b] = channels;
            for (state, earned) in states.iter_mut().zip([throughput(a, b), throughput(b, a)]) {
                agent.reward(state, earned)?;
                agent.end(state)?;
            }
        }
        let settled = states.each_ref().map(|state| {
            let [policy] = state.policy();
            policy.iter().position(|probability| *probability == 1.0)
        });
        match settled {
            [Some(a), Some(b)] => ends[a][b] += 1,
            _ => undecided += 1,
        }
    }
    println!("channels of the first and second transmitter, runs of {RUNS}:");
    for (a, row) in ends.iter().enumerate() {
        for (b, runs) in row.iter().enumerate() {
            println!("  {a} and {b}: {runs}");
        }
    }
    println!("  undecided: {undecided}");
    assert!(ends[0][1] + ends[1][0] >= 40, "they part in nearly all runs");
    Ok(())
}
