//! Bandits on a table of rewards from standard input: what each would have earned.
//!
//! Every line has 3 features and the rewards in [0, 1] of 4 actions, separated by spaces. Prints the total
//! of each bandit, and of LinUCB in f64 also its choices and weights; `benches/peers/bandits.py` compares
//! them with numpy and river.
//!
//! Run it with `cargo run --release -p situ --example bandit_table < table.txt`.

use situ::ftrl::{
    Bandit, Confidence, Exp3, Exp3S, LinearBandit, Regularizer, Schedule, TsallisInf,
};
use situ::random::Generator;
use std::error::Error;

const FEATURES: usize = 3;
const ACTIONS: usize = 4;

struct Row {
    features: [f64; FEATURES],
    rewards: [f64; ACTIONS],
}

fn read(line: &str) -> Result<Row, Box<dyn Error>> {
    let numbers: Vec<f64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let (features, rewards) = numbers.split_at_checked(FEATURES).ok_or("too few numbers")?;
    Ok(Row { features: features.try_into()?, rewards: rewards.try_into()? })
}

/// The total of a bandit that sees the reward of its own action alone, over ten seeds.
fn total<R: Regularizer<f64>, L: Schedule<f64>>(
    bandit: &Bandit<f64, R, L>,
    rows: &[Row],
) -> Result<f64, Box<dyn Error>> {
    const SEEDS: u64 = 10;
    let mut total = 0.0;
    for seed in 0..SEEDS {
        let (mut state, mut generator) = (bandit.start::<ACTIONS>()?, Generator::new(seed));
        for row in rows {
            let chosen = bandit.choose(&state, &mut generator);
            bandit.reward(&mut state, chosen, row.rewards[chosen.action])?;
            total += row.rewards[chosen.action] / SEEDS as f64;
        }
    }
    Ok(total)
}

fn main() -> Result<(), Box<dyn Error>> {
    let lines = std::io::read_to_string(std::io::stdin())?;
    let rows: Vec<Row> = lines.lines().map(read).collect::<Result<_, _>>()?;
    if rows.is_empty() {
        return Err("no table on standard input".into());
    }
    let rounds = u32::try_from(rows.len())?;
    println!("EXP3 {}", total(&Exp3::new(ACTIONS)?, &rows)?);
    println!("EXP3-IX {}", total(&Exp3::implicit(ACTIONS)?, &rows)?);
    println!("Tsallis-INF {}", total(&TsallisInf::new(), &rows)?);
    println!("EXP3.S {}", total(&Exp3S::new(ACTIONS, rounds, 1)?, &rows)?);
    println!("discounted {}", total(&Exp3S::discounted(ACTIONS, rounds, 1)?, &rows)?);

    let mut linear = LinearBandit::<f64, FEATURES, ACTIONS>::new();
    let (mut generator, mut earned, mut choices) = (Generator::new(0), 0.0, String::new());
    for row in &rows {
        let action = linear.choose(Confidence::Bound(1.0), &row.features, &mut generator)?;
        linear.learn(action, &row.features, row.rewards[action])?;
        earned += row.rewards[action];
        choices += &action.to_string();
    }
    println!("LinUCB {earned}");
    println!("choices {choices}");
    for weights in linear.weights() {
        println!("weights {} {} {}", weights[0], weights[1], weights[2]);
    }
    Ok(())
}
