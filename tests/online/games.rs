//! Learning in games checked against optimality conditions and theorems; bad input is refused and
//! changes nothing.

use proptest::prelude::*;
use situ::ftrl::{
    self, Bandit, Constant, Entropic, Euclidean, Exp3, Ftrl, LogBarrier, Power, Regret,
    Regularizer, Schedule, State, Tsallis, TsallisInf,
};
use situ::games::{self, Bimatrix, Feedback, Full, Game, Reinforce, exploitability};
use situ::random::Generator;
use situ::scalar::Scalar;
use situ::variational::{Ball, Bounds, Projection, Simplex};

/// The strategy that a choice map must give: `x_a = φ(l - y_a)` with φ decreasing, and l by
/// bisection such that the sum is one.
fn bisected(scores: &[f64], inverse: impl Fn(f64) -> f64) -> Vec<f64> {
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (mut low, mut high) = (-2.0, 2.0 * scores.len() as f64 + 40.0);
    for _ in 0..200 {
        let level = 0.5 * (low + high);
        let sum: f64 = scores.iter().map(|y| inverse(level + best - y)).sum();
        if sum > 1.0 { low = level } else { high = level }
    }
    scores.iter().map(|y| inverse(high + best - y)).collect()
}

/// φ of a steep map, infinite left of its pole.
fn steep(gap: f64, value: f64) -> f64 {
    if gap > 0.0 { value } else { f64::INFINITY }
}

fn nearest(
    map: &impl Regularizer<f64>,
    scores: &[f64],
    expected: &[f64],
) -> Result<(), TestCaseError> {
    let mut strategy = vec![0.0; scores.len()];
    map.choose(scores, &mut strategy).unwrap();
    for (given, expected) in strategy.iter().zip(expected) {
        prop_assert!((given - expected).abs() < 1e-12, "{strategy:?} {expected}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn choice_maps_meet_the_optimality_conditions(
        scores in prop::collection::vec(-8.0..8.0_f64, 1..12), order in 0.1..0.9_f64,
    ) {
        nearest(&Entropic, &scores, &bisected(&scores, |gap| (-gap).exp()))?;
        nearest(&Euclidean, &scores, &bisected(&scores, |gap| (-gap).max(0.0)))?;
        nearest(&LogBarrier, &scores, &bisected(&scores, |gap| steep(gap, 1.0 / gap)))?;
        let tsallis = |gap: f64| steep(gap, ((1.0 - order) * gap).powf(-1.0 / (1.0 - order)));
        nearest(&Tsallis::new(order).unwrap(), &scores, &bisected(&scores, tsallis))?;
        nearest(&Tsallis::half(), &scores, &bisected(&scores, |gap| steep(gap, 4.0 / (gap * gap))))?;
    }

    /// Wilson 1971: almost every game has an odd number of equilibria.
    #[test]
    fn all_equilibria_are_found_and_none_is_exploitable(seed in 0..u64::MAX) {
        let mut generator = Generator::new(seed);
        let mut payoffs = || [(); 3].map(|()| [(); 3].map(|()| generator.uniform::<f64>()));
        let game = Bimatrix::new(payoffs(), payoffs()).unwrap();
        let mut count = 0;
        games::support_enumeration(&game, 1e-9, |x, y| {
            let strategies = [x[0], x[1], x[2], y[0], y[1], y[2]];
            let gain: f64 = exploitability(&game, &strategies, &mut [0.0; 6]).unwrap();
            assert!(gain < 1e-9, "{gain} {strategies:?}");
            count += 1;
        }).unwrap();
        prop_assert!(count % 2 == 1, "{count}");
    }

    /// p is the projection of x exactly if it is in the set and `<x - p, z - p> <= 0` for z in it.
    #[test]
    fn projections_meet_their_variational_inequality(
        x in prop::array::uniform4(-3.0..3.0_f64), z in prop::array::uniform4(-1.0..1.0_f64),
        radius in 0.1..2.0_f64,
    ) {
        let obtuse = |p: [f64; 4], z: [f64; 4]| {
            (0..4).map(|i| (x[i] - p[i]) * (z[i] - p[i])).sum::<f64>() <= 1e-12
        };
        let mut p = x;
        Bounds::new([-1.0; 4], [1.0; 4]).unwrap().project(&mut p);
        prop_assert!(p.iter().all(|p| p.abs() <= 1.0) && obtuse(p, z));
        let mut p = x;
        Ball::new(radius).unwrap().project(&mut p);
        let length = |v: [f64; 4]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
        prop_assert!(length(p) <= radius + 1e-12);
        let scale = radius / length(z).max(1e-9);
        prop_assert!(obtuse(p, z.map(|z| z * scale)));
        let mut p = x;
        Simplex.project(&mut p);
        prop_assert!(p.iter().all(|p| *p >= 0.0) && (p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        // A linear function is largest at a vertex.
        for vertex in 0..4 {
            prop_assert!(obtuse(p, std::array::from_fn(|i| f64::from(i == vertex))));
        }
    }

    /// Payoffs of any size around any common level, the same in both: strategies in f32 are those in f64.
    /// A level that piled up in the scores would cost all their digits.
    #[test]
    fn single_precision_learns_as_double_precision(
        seed: u64, level in -1e6_f64..1e6, exponent in -2.0_f64..6.0, rounds in 1_usize..20_000,
    ) {
        let mut generator = Generator::new(seed);
        let size = 10.0_f64.powf(exponent);
        let mut payoff = || (level + size * (generator.uniform::<f64>() - 0.5)) as f32;
        let payoffs: Vec<[f32; 3]> = (0..rounds).map(|_| [(); 3].map(|()| payoff())).collect();
        // A grid of payoffs around the level is part of the game.
        let single = strategies::<f32>(&payoffs, 0.1 / size);
        let double = strategies::<f64>(&payoffs, 0.1 / size);
        for (single, double) in single.iter().zip(double) {
            prop_assert!((single - double).abs() < 1e-3, "{single}, {double} in f64");
        }
    }

    #[test]
    fn hedge_never_regrets_more_than_its_theorems(seed in 0..u64::MAX, rounds in 1..600_u32) {
        let always = Ftrl::hedge(4).unwrap();
        let horizon = Ftrl::hedge_for(4, rounds).unwrap();
        let (n, entropy) = (f64::from(rounds), 4.0_f64.ln());
        let bound = (2.0 * n * entropy).sqrt() + (entropy / 8.0).sqrt();
        prop_assert!(regret(&always, seed, rounds) <= bound);
        prop_assert!(regret(&horizon, seed, rounds) <= (n * entropy / 2.0).sqrt());
    }

    /// Scores from the smallest to the largest numbers: a strategy, or a refusal.
    #[test]
    fn choice_maps_take_scores_of_any_size(
        scores in prop::collection::vec((-3.0_f64..3.0, -45..39_i32), 1..8),
    ) {
        fn check(map: &impl Regularizer<f32>, scores: &[f32]) -> Result<(), TestCaseError> {
            let mut strategy = vec![0.0; scores.len()];
            match map.choose(scores, &mut strategy) {
                Ok(()) => {
                    let sum: f32 = strategy.iter().sum();
                    prop_assert!((sum - 1.0).abs() < 1e-5, "{scores:?} {strategy:?}");
                }
                Err(error) => prop_assert_eq!(error, ftrl::Error::NotFinite, "{:?}", scores),
            }
            Ok(())
        }
        let scores = scores.iter().map(|(x, exponent)| (x * 10.0_f64.powi(*exponent)) as f32);
        let scores: Vec<f32> = scores.filter(|score| score.is_finite()).collect();
        prop_assume!(!scores.is_empty());
        check(&Entropic, &scores)?;
        check(&Euclidean, &scores)?;
        check(&Tsallis::half(), &scores)?;
        check(&LogBarrier, &scores)?;
    }

    /// A loss of any size at any probability is a step to finite strategies, or refused and no step.
    #[test]
    fn rare_actions_leave_finite_strategies(
        losses in prop::collection::vec((0..2_usize, -45.0_f64..0.0, 0.0_f32..1.0), 1..20),
        size in -30..38_i32,
    ) {
        let size = 10.0_f32.powi(size);
        let bandit = Exp3::<f32>::new(2).unwrap().with_range(0.0, size).unwrap();
        let mut state = bandit.start::<2>().unwrap();
        for (action, exponent, share) in losses {
            let rare = situ::simplex::Draw { action, probability: 10.0_f64.powf(exponent) as f32 };
            let before = state.clone();
            if bandit.loss(&mut state, rare, share * size).is_err() {
                prop_assert_eq!(&state, &before);
            }
            prop_assert!(state.strategies().iter().all(|probability| probability.is_finite()));
        }
    }

    /// Losses in any range teach what they teach in [0, 1], and so do rewards upside down; a loss outside is
    /// refused.
    #[test]
    fn the_range_of_losses_does_not_matter(
        seed: u64, low in -1.0..1.0_f64, exponent in -6..6_i32, beyond in 0.01..9.0_f64,
    ) {
        let width = 10.0_f64.powi(exponent);
        let low = low * width;
        let plain = Exp3::<f64>::new(3).unwrap();
        let ranged = plain.with_range(low, low + width).unwrap();
        let mut states = [plain, ranged, ranged].map(|bandit| bandit.start::<3>().unwrap());
        let mut generator = Generator::new(seed);
        for _ in 0..100 {
            let chosen = plain.choose(&states[0], &mut generator);
            let loss: f64 = generator.uniform();
            plain.loss(&mut states[0], chosen, loss).unwrap();
            ranged.loss(&mut states[1], chosen, low + width * loss).unwrap();
            ranged.reward(&mut states[2], chosen, low + width * (1.0 - loss)).unwrap();
            let before = states[1].clone();
            for outside in [low - beyond * width, low + (1.0 + beyond) * width] {
                let refused = Err(ftrl::Error::OutOfRange);
                prop_assert_eq!(ranged.loss(&mut states[1], chosen, outside), refused);
                prop_assert_eq!(ranged.reward(&mut states[1], chosen, outside), refused);
            }
            prop_assert_eq!(&states[1], &before);
        }
        let [plain, others @ ..] = &states;
        for other in others {
            for (plain, other) in plain.strategies().iter().zip(other.strategies()) {
                prop_assert!((plain - other).abs() < 1e-9, "{plain} {other}");
            }
        }
    }
}

/// The strategy after these payoffs.
fn strategies<T: Scalar>(payoffs: &[[f32; 3]], step_size: f64) -> [f64; 3] {
    let ftrl = Ftrl::new(Entropic, Constant::new(T::from_f64(step_size)).unwrap());
    let third = T::from_f64(1.0 / 3.0);
    let mut state = ftrl.start(&[3], [third; 3]).unwrap();
    for payoffs in payoffs {
        ftrl.update(&mut state, &[3], &payoffs.map(|x| T::from_f64(f64::from(x)))).unwrap();
    }
    state.strategies().map(Scalar::to_f64)
}

/// Regret on adversarial payoffs in [0, 1]: in two rounds of three the most probable actions earn
/// nothing.
fn regret<L: Schedule<f64>>(
    hedge: &Ftrl<Entropic, Constant<f64>, L>,
    seed: u64,
    rounds: u32,
) -> f64 {
    let mut generator = Generator::new(seed);
    let mut state = hedge.start(&[4], [0.25; 4]).unwrap();
    let mut regret = Regret::<f64, 4>::new();
    for n in 0..rounds {
        let strategy = *state.strategies();
        let payoffs = strategy.map(|p| {
            if n % 3 > 0 { f64::from(p <= 0.25) } else { generator.uniform::<f64>().round() }
        });
        regret.record_strategy(&payoffs, &strategy).unwrap();
        hedge.update(&mut state, &[4], &payoffs).unwrap();
    }
    regret.external()
}

/// Four times the rounds at most double the regret; without learning it would be four times as large.
#[test]
fn bandits_regret_grows_no_faster_than_the_root_of_the_rounds() {
    fn mean_regret<R: Regularizer<f64>>(bandit: &Bandit<f64, R, Power<f64>>, rounds: u32) -> f64 {
        let gap = 0.2;
        let mut total = 0.0;
        for seed in 0..60 {
            let mut generator = Generator::new(seed);
            let mut state = bandit.start::<4>().unwrap();
            for _ in 0..rounds {
                let drawn = bandit.choose(&state, &mut generator);
                let loss = if drawn.action == 2 { 0.5 - gap } else { 0.5 };
                total += (loss - (0.5 - gap)) / 60.0;
                let lost = generator.uniform::<f64>() < loss;
                bandit.loss(&mut state, drawn, f64::from(lost)).unwrap();
            }
        }
        total
    }
    let growth = |short: f64, long: f64| {
        assert!(long > short && long < 2.2 * short, "{short} {long}");
    };
    let exp3 = Exp3::new(4).unwrap();
    growth(mean_regret(&exp3, 1000), mean_regret(&exp3, 4000));
    let tsallis = TsallisInf::new();
    growth(mean_regret(&tsallis, 1000), mean_regret(&tsallis, 4000));
}

/// Equilibria known by hand: pennies, rock-paper-scissors and battle of the sexes.
#[test]
fn known_games_have_their_equilibria() {
    fn count<const A: usize>(row: [[f64; A]; A], column: [[f64; A]; A]) -> usize {
        let game = Bimatrix::new(row, column).unwrap();
        let mut found = 0;
        games::support_enumeration(&game, 1e-9, |_, _| found += 1).unwrap();
        found
    }
    let pennies = [[1.0, -1.0], [-1.0, 1.0]];
    assert_eq!(count(pennies, pennies.map(|row| row.map(|u: f64| -u))), 1);
    let rock = [[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]];
    assert_eq!(count(rock, rock.map(|row| row.map(|u: f64| -u))), 1);
    assert_eq!(count([[2.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 2.0]]), 3);
}

#[test]
fn every_bad_number_has_its_error() {
    for bad in [f64::NAN, f64::INFINITY] {
        assert_eq!(Bimatrix::new([[bad]], [[0.0]]).unwrap_err(), games::Error::NotFinite);
        assert_eq!(games::Table::new(&[1], &[bad]).unwrap_err(), games::Error::NotFinite);
        assert_eq!(Constant::new(bad).unwrap_err(), ftrl::Error::NotPositive);
    }
    assert_eq!(Constant::new(0.0).unwrap_err(), ftrl::Error::NotPositive);
    assert_eq!(Power::new(-0.5, 0.0, 0.5).unwrap_err(), ftrl::Error::NotPositive);
    assert_eq!(Power::new(0.5, 0.0, f64::NAN).unwrap_err(), ftrl::Error::NotFinite);
    assert_eq!(Bimatrix::<f64, 0, 0>::new([], []).unwrap_err(), games::Error::NoActions);
    assert_eq!(games::Table::<f64>::new(&[2, 0], &[]).unwrap_err(), games::Error::NoActions);
    assert_eq!(games::Table::new(&[2], &[0.0]).unwrap_err(), games::Error::Shape);
    assert_eq!(Ftrl::<_, _, Power<f64>>::hedge(1).unwrap_err(), ftrl::Error::NotPositive);
    assert_eq!(Ftrl::<_, _, Constant<f64>>::hedge_for(3, 0).unwrap_err(), ftrl::Error::NotPositive);
    let much = Constant::new(1.25_f64).unwrap();
    assert_eq!(games::Bandit::new(much).unwrap_err(), games::Error::Exploration);
    assert_eq!(Reinforce::new(much).unwrap_err(), games::Error::Exploration);
    let ftrl = Ftrl::new(Entropic, Constant::<f64>::ONE);
    for (strategy, error) in [
        ([0.5, 0.6], ftrl::Error::NotStrategy),
        ([f64::NAN, 0.5], ftrl::Error::NotStrategy),
        ([1.5, -0.5], ftrl::Error::NotStrategy),
    ] {
        assert_eq!(ftrl.start(&[2], strategy).unwrap_err(), error);
    }
}

/// State and one vector of payoffs: 3 A numbers and a counter, below 3 A + 4.
#[test]
fn a_player_needs_three_numbers_an_action() {
    fn numbers<const A: usize>() -> usize {
        (size_of::<State<[f64; A]>>() + size_of::<[f64; A]>()).div_ceil(size_of::<f64>())
    }
    for (count, actions) in [(numbers::<1>(), 1), (numbers::<3>(), 3), (numbers::<64>(), 64)] {
        assert!(count <= 3 * actions + 4, "{count} for {actions}");
    }
    // Nothing else is needed: a round allocates nothing and borrows only these.
    let game = Bimatrix::new([[1.0, 0.0]], [[0.0, 1.0]]).unwrap();
    let ftrl = Ftrl::new(Euclidean, Constant::ONE);
    let mut state = ftrl.start(game.actions(), [1.0, 0.5, 0.5]).unwrap();
    let mut payoffs = [0.0_f64; 3];
    Full.observe(&game, state.strategies(), 1, &mut Generator::new(0), &mut payoffs).unwrap();
    ftrl.update(&mut state, game.actions(), &payoffs).unwrap();
    assert_eq!(*state.strategies(), [1.0, 0.0, 1.0]);
}
