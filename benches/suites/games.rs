//! FTRL in a 3x3 game beside plain loops written for that one game: steps of both players per second.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use situ::ftrl::{Constant, Entropic, Euclidean, Ftrl, Regularizer};
use situ::games::{Bandit, Bimatrix, Feedback, Full, Game};
use situ::random::Generator;
use situ::simplex::draw;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

const STEPS: u32 = 1000;
const STEP: f64 = 0.01;
const EXPLORATION: f64 = 0.1;
const ROW: [[f64; 3]; 3] = [[1.0, 0.2, 0.3], [0.1, 0.8, 0.2], [0.4, 0.3, 0.25]];
const COLUMN: [[f64; 3]; 3] = [[0.9, 0.1, 0.2], [0.2, 0.7, 0.3], [0.3, 0.25, 0.2]];
const START: [f64; 6] = [0.3, 0.5, 0.2, 0.4, 0.35, 0.25];

/// STEPS steps of situ; the strategies at the end.
fn situ<R: Regularizer<f64>, F: Feedback<f64>>(
    game: &Bimatrix<f64, 3, 3>,
    regularizer: R,
    feedback: &F,
) -> [f64; 6] {
    let ftrl = Ftrl::new(regularizer, Constant::new(STEP).expect("a positive step"));
    let mut state = ftrl.start(game.actions(), START).expect("strategies");
    let (mut payoffs, mut generator) = ([0.0; 6], Generator::new(1));
    for n in 1..=STEPS {
        feedback
            .observe(game, state.strategies(), n, &mut generator, &mut payoffs)
            .expect("payoffs of this game");
        ftrl.update(&mut state, game.actions(), &payoffs).expect("finite payoffs");
    }
    *state.strategies()
}

/// Expected payoffs of both players.
fn payoffs(row: &[[f64; 3]; 3], column: &[[f64; 3]; 3], x: &[[f64; 3]; 2]) -> [[f64; 3]; 2] {
    let mut v = [[0.0; 3]; 2];
    for i in 0..3 {
        for j in 0..3 {
            v[0][i] += row[i][j] * x[1][j];
            v[1][j] += column[i][j] * x[0][i];
        }
    }
    v
}

fn softmax(y: &[f64; 3]) -> [f64; 3] {
    let top = y[0].max(y[1]).max(y[2]);
    let e = [(y[0] - top).exp(), (y[1] - top).exp(), (y[2] - top).exp()];
    let sum = e[0] + e[1] + e[2];
    [e[0] / sum, e[1] / sum, e[2] / sum]
}

/// Projection onto the simplex by sorting.
fn project(y: &[f64; 3]) -> [f64; 3] {
    let mut u = *y;
    if u[0] < u[1] {
        u.swap(0, 1);
    }
    if u[1] < u[2] {
        u.swap(1, 2);
    }
    if u[0] < u[1] {
        u.swap(0, 1);
    }
    let two = (u[0] + u[1] - 1.0) / 2.0;
    let three = (u[0] + u[1] + u[2] - 1.0) / 3.0;
    let level = if u[2] > three {
        three
    } else if u[1] > two {
        two
    } else {
        u[0] - 1.0
    };
    [(y[0] - level).max(0.0), (y[1] - level).max(0.0), (y[2] - level).max(0.0)]
}

/// STEPS steps with full information, by hand.
fn plain(
    row: &[[f64; 3]; 3],
    column: &[[f64; 3]; 3],
    score: impl Fn(f64) -> f64,
    choose: impl Fn(&[f64; 3]) -> [f64; 3],
) -> [[f64; 3]; 2] {
    let mut x = [[START[0], START[1], START[2]], [START[3], START[4], START[5]]];
    let mut y = x.map(|x| x.map(&score));
    for _ in 0..STEPS {
        let v = payoffs(row, column, &x);
        for player in 0..2 {
            for action in 0..3 {
                y[player][action] += STEP * v[player][action];
            }
            x[player] = choose(&y[player]);
        }
    }
    x
}

/// STEPS steps of exponential weights with bandit feedback, by hand but for the draw.
fn plain_bandit(row: &[[f64; 3]; 3], column: &[[f64; 3]; 3]) -> [[f64; 3]; 2] {
    let mut generator = Generator::new(1);
    let mut x = [[START[0], START[1], START[2]], [START[3], START[4], START[5]]];
    let mut y = x.map(|x| x.map(f64::ln));
    for _ in 0..STEPS {
        let mut actions = [0; 2];
        let mut probabilities = [0.0; 2];
        for player in 0..2 {
            let played = x[player].map(|x| (1.0 - EXPLORATION) * x + EXPLORATION / 3.0);
            actions[player] = draw(&played, 0.0, &mut generator).action;
            probabilities[player] = played[actions[player]];
        }
        let [i, j] = actions;
        y[0][i] += STEP * row[i][j] / probabilities[0];
        y[1][j] += STEP * column[i][j] / probabilities[1];
        x = [softmax(&y[0]), softmax(&y[1])];
    }
    x
}

/// Both ways must end at the same strategies.
fn agree(situ: [f64; 6], plain: [[f64; 3]; 2]) {
    for (situ, plain) in situ.iter().zip(plain.as_flattened()) {
        assert!((situ - plain).abs() < 1e-9, "{situ} {plain}");
    }
}

fn games(criterion: &mut Criterion) {
    let game = Bimatrix::new(ROW, COLUMN).expect("finite payoffs");
    let bandit = Bandit::new(Constant::new(EXPLORATION).expect("a rate")).expect("a probability");
    agree(situ(&game, Entropic, &Full), plain(&ROW, &COLUMN, f64::ln, softmax));
    agree(situ(&game, Euclidean, &Full), plain(&ROW, &COLUMN, |x| x, project));
    agree(situ(&game, Entropic, &bandit), plain_bandit(&ROW, &COLUMN));
    let mut group = criterion.benchmark_group("games 3x3");
    group.throughput(Throughput::Elements(u64::from(STEPS)));
    group.bench_function("entropic/situ", |bencher| {
        bencher.iter(|| situ(black_box(&game), Entropic, &Full));
    });
    group.bench_function("entropic/plain", |bencher| {
        bencher.iter(|| plain(black_box(&ROW), black_box(&COLUMN), f64::ln, softmax));
    });
    group.bench_function("euclidean/situ", |bencher| {
        bencher.iter(|| situ(black_box(&game), Euclidean, &Full));
    });
    group.bench_function("euclidean/plain", |bencher| {
        bencher.iter(|| plain(black_box(&ROW), black_box(&COLUMN), |x| x, project));
    });
    group.bench_function("bandit/situ", |bencher| {
        bencher.iter(|| situ(black_box(&game), Entropic, &bandit));
    });
    group.bench_function("bandit/plain", |bencher| {
        bencher.iter(|| plain_bandit(black_box(&ROW), black_box(&COLUMN)));
    });
    group.finish();
}

/// How many times OpenSpiel's rate situ's is and how near their strategies are, or why that was not
/// measured.
fn openspiel(_: &mut Criterion) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/openspiel.py");
    let theirs = match Command::new("python3").arg(script).output() {
        Ok(output) if output.status.success() => {
            let numbers = String::from_utf8_lossy(&output.stdout).into_owned();
            let numbers = numbers.split_whitespace().map(str::parse::<f64>);
            numbers.collect::<Result<Vec<_>, _>>().expect("steps per second and strategies")
        }
        Ok(output) => {
            eprint!("SKIPPED: OpenSpiel: {}", String::from_utf8_lossy(&output.stderr));
            return;
        }
        Err(error) => {
            eprintln!("SKIPPED: OpenSpiel: python3: {error}");
            return;
        }
    };
    let (theirs, strategies) = theirs.split_first().expect("steps per second");
    let game = Bimatrix::new(ROW, COLUMN).expect("finite payoffs");
    // An Euler step of the replicator equation is exponential weights to first order in the step.
    let ends = situ(&game, Entropic, &Full);
    let differences = ends.iter().zip(strategies).map(|(ours, theirs)| (ours - theirs).abs());
    let difference = differences.fold(0.0, f64::max);
    assert!(strategies.len() == 6 && difference < STEP, "{ends:?} {strategies:?}");
    let seconds = |_| {
        let begin = Instant::now();
        black_box(situ(black_box(&game), Entropic, &Full));
        begin.elapsed().as_secs_f64()
    };
    let ours = f64::from(STEPS) / (0..1000).map(seconds).fold(f64::INFINITY, f64::min);
    println!(
        "OpenSpiel's Python replicator dynamics: {theirs:.0} steps/s; situ, entropic: {ours:.0} \
         steps/s, {:.0} times as many; strategies differ by {difference:.1e}",
        ours / theirs
    );
}

criterion_group!(benches, games, openspiel);
criterion_main!(benches);
