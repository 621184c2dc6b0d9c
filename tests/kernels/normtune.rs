//! Frozen random networks against their definition, finite differences and nalgebra.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use situ::matrix::Matrix;
use situ::normtune::{
    Adagrad, Adam, Affine, BatchNorm, Domain, Error, Gaussian, Law, Network, Optimizer, Parameters,
    Rule, Sgd, Sign, Sparse, Stack, StackParameters, StackWorkspace, Stream, Target, Uniform, Unit,
    Units, Workspace, cross_entropy, khatri_rao, rebuild_memory, squared_error,
};
use situ::scalar::f16;
use situ::solve::LeastNorm;

/// Weights of the first rows and columns of a law, row after row.
fn sample(law: impl Law, seed: u64, rows: u32, columns: u32) -> Vec<f64> {
    let layer = Stream::new(seed).child(0);
    let row = |row| (0..columns).map(move |column| f64::from(law.weight(layer.child(row), column)));
    (0..rows).flat_map(row).collect()
}

fn mean(numbers: impl Iterator<Item = f64>, count: usize) -> f64 {
    numbers.sum::<f64>() / count as f64
}

/// Moments of each law against the stated ones, within five standard errors.
#[test]
fn moments_of_the_laws() {
    fn check(name: &str, law: impl Law, fourth: f64, eighth: f64) {
        let weights = sample(law, 3, 1000, 1000);
        let n = weights.len();
        let moment = |power| mean(weights.iter().map(|w: &f64| w.powi(power)), n);
        let variance = law.variance();
        let bound = |square: f64| 5.0 * (square / n as f64).sqrt();
        assert!(moment(1).abs() < bound(variance), "{name}: mean {}", moment(1));
        let spread = fourth - variance * variance;
        assert!((moment(2) - variance).abs() <= bound(spread) + 1e-6, "{name}: {}", moment(2));
        let spread = eighth - fourth * fourth;
        assert!((moment(4) - fourth).abs() <= bound(spread) + 1e-5, "{name}: {}", moment(4));
    }
    check("sign", Sign, 1.0, 1.0);
    check("uniform", Uniform, 1.0 / 5.0, 1.0 / 9.0);
    check("gaussian", Gaussian, 3.0, 105.0);
    check("sparse", Sparse::new(Uniform, 0.25), 0.05, 1.0 / 36.0);
}

/// The distribution function of the Gaussian law: .0021 from the normal one, and no more.
#[test]
fn the_gaussian_law_is_as_far_from_normal_as_stated() {
    let mut weights = sample(Gaussian, 5, 1000, 1000);
    weights.sort_by(f64::total_cmp);
    assert!(weights.last().unwrap().abs() < 4.07 && weights[0].abs() < 4.07);
    let normal = statrs::distribution::Normal::standard();
    let n = weights.len() as f64;
    let distance = weights.iter().enumerate().map(|(rank, weight)| {
        use statrs::distribution::ContinuousCDF;
        ((rank as f64 + 0.5) / n - normal.cdf(*weight)).abs()
    });
    let distance = distance.fold(0.0, f64::max);
    // Kolmogorov's distance of 10⁶ normal numbers themselves is below .002 but once in 10³.
    assert!(distance < 0.0021 + 0.002, "{distance}");
}

/// Neighbouring columns, rows, layers and seeds are uncorrelated, and no two rows are shifts of each
/// other.
#[test]
fn weights_are_independent_of_their_neighbours() {
    const N: u32 = 400;
    fn check(law: impl Law) {
        let at = |seed: u64, layer: u32, row: u32, column: u32| {
            f64::from(law.weight(Stream::new(seed).child(layer).child(row), column))
        };
        let neighbours: [(&str, [u32; 4]); 8] = [
            ("next column", [0, 0, 0, 1]),
            ("second next column", [0, 0, 0, 2]),
            ("next row", [0, 0, 1, 0]),
            ("next row and column", [0, 0, 1, 1]),
            ("256th row", [0, 0, 256, 0]),
            ("next layer", [0, 1, 0, 0]),
            ("next seed", [1, 0, 0, 0]),
            ("65536th column", [0, 0, 0, 65_536]),
        ];
        for (name, [seed, layer, row, column]) in neighbours {
            let mut sum = 0.0;
            for r in 0..N {
                for c in 0..N {
                    sum += at(9, 0, r, c) * at(9 + u64::from(seed), layer, r + row, c + column);
                }
            }
            let correlation = sum / f64::from(N * N) / law.variance();
            assert!(correlation.abs() < 5.0 / f64::from(N), "{name}: {correlation}");
        }
    }
    check(Sign);
    check(Uniform);
    check(Gaussian);
}

/// Each of the 32 bits is a fair coin, alone and against each bit of the next word.
#[test]
fn bits_are_fair() {
    const N: usize = 40_000;
    let row = Stream::new(1).child(0).child(0);
    let words: Vec<u32> = (0..=N as u32).map(|index| row.bits(index)).collect();
    let bound = 5.5 * (N as f64).sqrt();
    let balance = |words: &mut dyn Iterator<Item = u32>, bit: u32| {
        words.map(|word| if word >> bit & 1 == 1 { 1.0 } else { -1.0 }).sum::<f64>()
    };
    for bit in 0..32 {
        let alone = balance(&mut words[..N].iter().copied(), bit);
        assert!(alone.abs() < bound, "bit {bit}: {alone}");
        for turn in 0..32 {
            let pairs = &mut words.windows(2).map(|pair| pair[0] ^ pair[1].rotate_left(turn));
            let joint = balance(pairs, bit);
            assert!(joint.abs() < bound, "bit {bit} against turn {turn}: {joint}");
        }
    }
}

#[test]
fn a_sparse_law_keeps_its_share() {
    let weights = sample(Sparse::new(Sign, 0.3), 2, 500, 500);
    let kept = weights.iter().filter(|weight| **weight != 0.0).count() as f64 / 250_000.0;
    assert!((kept - 0.3).abs() < 5.0 * (0.21_f64 / 250_000.0).sqrt(), "{kept}");
    assert!(sample(Sparse::new(Sign, f64::NAN), 2, 9, 9).iter().all(|weight| *weight == 0.0));
    assert!(sample(Sparse::new(Sign, 7.0), 2, 9, 9).iter().all(|weight| *weight != 0.0));
}

const WIDTH: usize = 12;
const DEPTH: usize = 3;
const OUTPUTS: usize = 4;
type Small<S> = Parameters<S, WIDTH, DEPTH, OUTPUTS>;

/// Parameters from numbers in [-1, 1]: scales around 1.
fn parameters(numbers: &[f64]) -> Small<f64> {
    let mut parameters = Small::default();
    for (unit, pair) in parameters.iter_mut().zip(numbers.chunks(2)) {
        *unit = Unit { scale: 1.0 + 0.5 * pair[0], shift: 0.5 * pair[1] };
    }
    parameters
}

/// The forward pass by definition, with nalgebra.
fn by_definition(network: &Network<impl Law>, parameters: &Small<f64>, x: &[f64]) -> DVector<f64> {
    let mut state = DVector::from_row_slice(x);
    let hidden = parameters.hidden.iter().map(|layer| &layer[..]);
    let layers: Vec<_> = hidden.chain([&parameters.output[..]]).collect();
    for (layer, units) in layers.iter().enumerate() {
        let weights =
            DMatrix::from_fn(units.len(), state.len(), |r, c| network.weight::<f64>(layer, r, c));
        let sums = weights * &state * network.gain::<f64>(state.len());
        state = DVector::from_fn(units.len(), |r, _| units[r].scale * sums[r] + units[r].shift);
        if layer < DEPTH {
            state.apply(|h| *h = h.max(0.0));
        }
    }
    state
}

/// Loss of a network at `x`, and the gradient when asked for.
fn loss(network: &Network<impl Law>, parameters: &Small<f64>, x: &[f64]) -> (f64, Vec<f64>) {
    let mut work = Workspace::default();
    let (mut y, mut slope) = ([0.0; OUTPUTS], [0.0; OUTPUTS]);
    network.forward(parameters, x, &mut work, &mut y);
    let loss = cross_entropy(&y, 1, &mut slope);
    network.backward(parameters, &slope, &mut work);
    (loss, work.gradient().flat_map(|unit| [unit.scale, unit.shift]).collect())
}

const UNITS: usize = WIDTH * DEPTH + OUTPUTS;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn forward_agrees_with_nalgebra(
        seed in any::<u64>(),
        numbers in proptest::collection::vec(-1.0..1.0_f64, 2 * UNITS),
        x in proptest::array::uniform5(-3.0..3.0_f64),
    ) {
        let network = Network::new(seed, Gaussian);
        let parameters = parameters(&numbers);
        let mut y = [0.0; OUTPUTS];
        network.forward(&parameters, &x, &mut Workspace::default(), &mut y);
        let exact = by_definition(&network, &parameters, &x);
        for (y, exact) in y.iter().zip(&exact) {
            prop_assert!((y - exact).abs() < 1e-12 * (1.0 + exact.abs()), "{y} {exact}");
        }
    }

    /// In f64 by central differences; a unit that turns on or off within the step would bend the
    /// line, which shows as a difference between the two one-sided slopes.
    #[test]
    fn gradient_agrees_with_differences(
        seed in any::<u64>(),
        numbers in proptest::collection::vec(-1.0..1.0_f64, 2 * UNITS),
        x in proptest::array::uniform5(-3.0..3.0_f64),
    ) {
        let network = Network::new(seed, Uniform);
        let start = parameters(&numbers);
        let (middle, gradient) = loss(&network, &start, &x);
        const STEP: f64 = 1e-5;
        for (index, slope) in gradient.iter().enumerate() {
            let moved = |step: f64| {
                let mut moved = start.clone();
                let unit = moved.iter_mut().nth(index / 2).unwrap();
                *(if index % 2 == 0 { &mut unit.scale } else { &mut unit.shift }) += step;
                loss(&network, &moved, &x).0
            };
            let (above, below) = (moved(STEP), moved(-STEP));
            let smooth = (above + below - 2.0 * middle).abs() < 1e-8;
            let difference = (above - below) / (2.0 * STEP);
            prop_assert!(!smooth || (difference - slope).abs() < 1e-6, "{difference} {slope}");
        }
    }

    #[test]
    fn single_and_half_precision_follow_double(
        seed in any::<u64>(),
        numbers in proptest::collection::vec(-1.0..1.0_f64, 2 * UNITS),
        x in proptest::array::uniform5(-3.0..3.0_f32),
    ) {
        let network = Network::new(seed, Sign);
        let double = parameters(&numbers);
        let exact = by_definition(&network, &double, &x.map(f64::from));
        let scale = 1.0 + exact.amax();
        let (mut single, mut half) = (Small::<f32>::default(), Small::<f16>::default());
        for ((single, half), unit) in single.iter_mut().zip(half.iter_mut()).zip(double.iter()) {
            *single = Unit { scale: unit.scale as f32, shift: unit.shift as f32 };
            *half = Unit { scale: f16::from_f64(unit.scale), shift: f16::from_f64(unit.shift) };
        }
        let mut y = [0.0; OUTPUTS];
        network.forward(&single, &x, &mut Workspace::default(), &mut y);
        for (y, exact) in y.iter().zip(&exact) {
            prop_assert!((f64::from(*y) - exact).abs() < 1e-5 * scale);
        }
        network.forward(&half, &x, &mut Workspace::default(), &mut y);
        for (y, exact) in y.iter().zip(&exact) {
            prop_assert!((f64::from(*y) - exact).abs() < 2e-2 * scale);
        }
    }

    /// Tuning in the coordinates of batch normalization is tuning (γ, β) at fixed statistics.
    #[test]
    fn batch_norm_steps_move_gamma_and_beta(
        pair in proptest::array::uniform2(-2.0..2.0_f64),
        slope in proptest::array::uniform2(-2.0..2.0_f64),
        sums in proptest::array::uniform4(-3.0..3.0_f64),
    ) {
        let mut statistics = BatchNorm::<f64, 1, 0, 1>::default();
        let mut parameters = Parameters::<f64, 1, 0, 1>::default();
        for (n, sum) in sums.iter().enumerate() {
            let share = 1.0 / (n + 1) as f64;
            statistics.observe(&mut parameters, [*sum].into_iter(), share).unwrap();
        }
        let mean = sums.iter().sum::<f64>() / 4.0;
        let variance = sums.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / 4.0;
        let deviation = (variance + 1e-5).sqrt();
        // Observing keeps γ = 1 and β = 0 up to the ε of the start.
        let unit = parameters.output[0];
        prop_assert!((unit.scale * deviation - (1.0_f64 + 1e-5).sqrt()).abs() < 1e-9);
        prop_assert!((unit.shift + unit.scale * mean).abs() < 1e-9);

        let [gamma, beta] = pair;
        let unit = Unit { scale: gamma / deviation, shift: beta - gamma * mean / deviation };
        parameters.output = [unit];
        let gradient = Unit { scale: slope[0], shift: slope[1] };
        let rule = Sgd { rate: 0.1 };
        let mut optimizer = Optimizer::new(&rule);
        optimizer
            .step(&rule, &statistics, &mut parameters, [gradient].into_iter())
            .unwrap();
        // By the chain rule on scale = γ / σ, shift = β - μ γ / σ.
        let gamma = gamma - 0.1 * (slope[0] - mean * slope[1]) / deviation;
        let beta = beta - 0.1 * slope[1];
        let unit = parameters.output[0];
        prop_assert!((unit.scale - gamma / deviation).abs() < 1e-6 * (1.0 + gamma.abs()));
        let shift = beta - gamma * mean / deviation;
        prop_assert!((unit.shift - shift).abs() < 1e-6 * (1.0 + shift.abs()));
    }
}

/// Each rule finds the least of a paraboloid, and a gradient that is not finite changes nothing.
#[test]
fn rules_descend_and_refuse() {
    fn check<M: Copy + PartialEq + core::fmt::Debug>(rule: impl Rule<f64, Memory = M>) {
        let affine = Units::filled(Affine);
        let mut parameters = Parameters::<f64, 2, 1, 1>::default();
        let mut optimizer = Optimizer::new(&rule);
        for _ in 0..3000 {
            let now = parameters.clone();
            let slope = now.iter().map(|u| Unit { scale: u.scale - 3.0, shift: u.shift + 2.0 });
            optimizer.step(&rule, &affine, &mut parameters, slope).unwrap();
        }
        for unit in parameters.iter() {
            assert!((unit.scale - 3.0).abs() < 1e-3 && (unit.shift + 2.0).abs() < 1e-3, "{unit:?}");
        }
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for place in 0..3 {
                let before = (parameters.clone(), optimizer.clone());
                let slope =
                    |unit| Unit { scale: 1.0, shift: if unit == place { bad } else { 0.5 } };
                let result = optimizer.step(&rule, &affine, &mut parameters, (0..3).map(slope));
                assert_eq!(result, Err(Error::NotFinite));
                assert_eq!((parameters.clone(), optimizer.clone()), before);
            }
        }
    }
    check(Sgd { rate: 0.01 });
    check(Adagrad { rate: 0.5, floor: 1e-8 });
    check(Adam::new(0.01));
}

/// A step that f16 cannot hold is refused.
#[test]
fn a_step_beyond_half_precision_is_refused() {
    let mut parameters = Parameters::<f16, 1, 1, 1>::default();
    let before = parameters.clone();
    let rule = Sgd { rate: 1.0 };
    let slope = [Unit { scale: 0.0, shift: 0.0 }, Unit { scale: 1e5, shift: 0.0 }];
    let result = Optimizer::new(&rule).step(
        &rule,
        &Units::filled(Affine),
        &mut parameters,
        slope.into_iter(),
    );
    assert_eq!(result, Err(Error::NotFinite));
    assert_eq!(parameters, before);
}

#[test]
fn statistics_refuse_what_is_not_finite() {
    let mut statistics = BatchNorm::<f32, 1, 1, 1>::default();
    let mut parameters = Parameters::<f32, 1, 1, 1>::default();
    let before = (statistics.clone(), parameters.clone());
    let sums = [0.5, f32::NAN].into_iter();
    assert_eq!(statistics.observe(&mut parameters, sums, 0.1), Err(Error::NotFinite));
    assert_eq!((statistics, parameters), before);
}

/// The memory that tuning takes, by the types themselves: 18 inputs, two frozen layers of 256 units,
/// 4 classes.
#[test]
fn state_fits_a_small_chip() {
    fn bytes<S: situ::scalar::Storage>() -> usize {
        size_of::<Parameters<S, 256, 2, 4>>()
            + size_of::<Workspace<S, 256, 2, 4>>()
            + size_of::<Optimizer<(), 256, 2, 4>>()
            + size_of::<Network<Uniform>>()
            + 18 * size_of::<S::Compute>()
            + 2 * 4 * size_of::<S::Compute>()
    }
    assert!(bytes::<f32>() < 12 * 1024, "f32: {} bytes", bytes::<f32>());
    assert!(bytes::<f16>() < 7 * 1024, "f16: {} bytes", bytes::<f16>());
    assert_eq!(size_of::<Parameters<f32, 256, 2, 4>>(), 2 * (2 * 256 + 4) * 4);
    assert_eq!(size_of::<Units<Affine, 256, 2, 4>>(), 0);
    // What the weights would take if they were stored: 286 KB.
    assert_eq!((18 * 256 + 256 * 256 + 256 * 4) * 4, 284_672);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Smallest solution and condition number against nalgebra's singular values.
    #[test]
    fn least_norm_agrees_with_nalgebra(
        equations in 1_usize..12,
        extra in 0_usize..8,
        pool in proptest::collection::vec(-1.0..1.0_f64, 12 * 20 + 12),
    ) {
        let unknowns = equations + extra;
        let mut rows = pool[..equations * unknowns].to_vec();
        let right = &pool[240..240 + equations];
        let matrix = DMatrix::from_row_slice(equations, unknowns, &rows);
        let svd = matrix.clone().svd(true, true);
        let condition = svd.singular_values.max() / svd.singular_values.min();
        prop_assume!(condition < 1e6);
        let exact = svd.solve(&DVector::from_row_slice(right), 0.0).unwrap();

        let mut pivots = vec![0.0; equations];
        let factor = LeastNorm::factor(&mut rows, &mut pivots).unwrap();
        let (mut work, mut x) = (right.to_vec(), vec![0.0; unknowns]);
        factor.solve(&mut work, &mut x);
        let error = (DVector::from_vec(x) - &exact).norm();
        prop_assert!(error <= 1e-13 * condition * (1.0 + exact.norm()), "{error:e} {condition:e}");
        let estimate = factor.condition(&mut work);
        prop_assert!(estimate <= 1.0001 * condition && estimate >= 0.5 * condition);
    }

    /// A rebuilt stack is its target on the box, in f64; its report's expected error says what f32
    /// makes of it.
    #[test]
    fn a_stack_is_its_target(seed in any::<u64>(), x in proptest::array::uniform3(-1.0..1.0_f64)) {
        let target = small_target(seed);
        let stack = Stack::<_, 3, 14, 1, 2>::new(seed, Uniform);
        let mut memory = [0.0; rebuild_memory(3, 3, 14, 1)];
        let mut parameters = StackParameters::<f64, 3, 14, 1, 2>::default();
        let report =
            stack.rebuild(&target, &Domain::cube(1.0), &mut memory, &mut parameters).unwrap();
        let (mut work, mut y) = (StackWorkspace::default(), [0.0; 3]);
        stack.forward(&parameters, &x, &mut work, &mut y);
        prop_assert_eq!(work.outside, 0);
        let bound = 1e-13 * report.condition * (1.0 + report.largest_shift);
        for (y, exact) in y.iter().zip(target.forward(&x)) {
            prop_assert!((y - exact).abs() < bound, "{y} {exact} {report:?}");
        }
        prop_assert!(report.condition >= 1.0);

        stack.forward(&parameters, &[1.5, 0.0, 0.0], &mut work, &mut y);
        stack.forward(&parameters, &[0.0, f64::NAN, 0.0], &mut work, &mut y);
        prop_assert_eq!(work.outside, 2);
    }
}

fn small_target(seed: u64) -> Target<f64, 3, 2> {
    let mut weights = sample(Gaussian, seed, 2, 12).into_iter();
    let mut next = || weights.next().unwrap();
    let matrix = |next: &mut dyn FnMut() -> f64| {
        Matrix::from_rows(std::array::from_fn(|_| std::array::from_fn(|_| next())))
    };
    Target {
        weights: std::array::from_fn(|_| matrix(&mut next)),
        biases: [[0.1, -0.2, 0.3], [0.0, 0.1, -0.1]],
    }
}

/// Over many draws, the f32 error that a report expects is the one that is measured, within a
/// factor of three in the mean.
#[test]
fn expected_error_is_what_f32_makes() {
    let (mut expected, mut measured) = (0.0, 0.0);
    for seed in 0..100 {
        let target = small_target(seed);
        let stack = Stack::<_, 3, 14, 1, 2>::new(seed, Gaussian);
        let mut memory = [0.0; rebuild_memory(3, 3, 14, 1)];
        let mut parameters = StackParameters::<f32, 3, 14, 1, 2>::default();
        let domain = Domain::cube(1.0);
        // Solved in f64, run in f32.
        let report = stack.rebuild(&target, &domain, &mut memory, &mut parameters).unwrap();
        let (mut work, mut y) = (StackWorkspace::default(), [0.0; 3]);
        let mut square = 0.0;
        for point in sample(Uniform, seed, 20, 3).chunks(3) {
            let x: [f32; 3] = std::array::from_fn(|j| point[j] as f32);
            stack.forward(&parameters, &x, &mut work, &mut y);
            let exact = target.forward(&x.map(f64::from));
            let errors = y.iter().zip(exact).map(|(y, exact)| (f64::from(*y) - exact).powi(2));
            square += errors.sum::<f64>() / 60.0;
        }
        expected += report.expected_error.ln() / 100.0;
        measured += square.sqrt().ln() / 100.0;
    }
    assert!((expected - measured).abs() < 3.0_f64.ln(), "{expected} {measured}");
}

/// What cannot be rebuilt is refused with its reason, and leaves a stack that promises nothing.
#[test]
fn bad_reconstructions_are_refused() {
    fn refused<W: Law, const N: usize>(
        law: W,
        target: &Target<f64, 3, 2>,
        domain: Domain<f64, 3>,
        memory: usize,
    ) -> Error {
        let stack = Stack::<_, 3, N, 1, 2>::new(1, law);
        let mut parameters = StackParameters::<f64, 3, N, 1, 2>::default();
        let untouched = parameters.clone();
        let result = stack.rebuild(target, &domain, &mut vec![0.0; memory], &mut parameters);
        assert_eq!(parameters, untouched);
        result.unwrap_err()
    }
    let target = small_target(1);
    let cube = Domain::cube(1.0);
    let enough = rebuild_memory(3, 3, 9, 1);
    assert_eq!(refused::<_, 8>(Gaussian, &target, cube, enough), Error::Shape);
    assert_eq!(refused::<_, 9>(Gaussian, &target, cube, enough - 1), Error::Shape);
    let nothing = Sparse::new(Gaussian, 0.0);
    let singular = Error::IllConditioned { condition: f32::INFINITY };
    let empty = refused::<_, 9>(nothing, &target, cube, enough);
    assert!(empty == singular || empty == Error::NotFinite, "{empty}");
    assert_eq!(refused::<_, 9>(Sparse::new(Sign, 0.3), &target, cube, enough), singular);
    let mut bad = target.clone();
    bad.weights[1].rows[0][2] = f64::NAN;
    assert_eq!(refused::<_, 9>(Gaussian, &bad, cube, enough), Error::NotFinite);
    let mut bad = target.clone();
    bad.biases[0][1] = f64::INFINITY;
    assert_eq!(refused::<_, 9>(Gaussian, &bad, cube, enough), Error::NotFinite);
    let inverted = Domain::cube(-1.0);
    assert_eq!(refused::<_, 9>(Gaussian, &target, inverted, enough), Error::NotFinite);
}

/// In f32 a draw whose system is far too ill-conditioned is refused with the condition number.
#[test]
fn an_ill_conditioned_draw_names_its_condition() {
    let refused = (0..2000).find_map(|seed| {
        let target = Target { weights: [Matrix::<f32, 3, 3>::identity()], biases: [[0.0; 3]] };
        let stack = Stack::<_, 3, 9, 1, 1>::new(seed, Sparse::new(Sign, 0.8));
        let mut parameters = StackParameters::<f32, 3, 9, 1, 1>::default();
        let mut memory = [0.0; rebuild_memory(3, 3, 9, 1)];
        match stack.rebuild(&target, &Domain::cube(1.0), &mut memory, &mut parameters) {
            Err(Error::IllConditioned { condition }) => Some(condition),
            _ => None,
        }
    });
    assert!(refused.is_some_and(|condition| condition > 1e4));
}

/// The system by its definition, B diag(γ) A = W.
#[test]
fn khatri_rao_is_the_product_of_the_layers() {
    let network = Network::new(11, Gaussian);
    let (d, width) = (3, 10);
    let mut system = vec![0.0; d * d * width];
    khatri_rao(&[network], [d, width, d], &mut system);
    let a =
        DMatrix::from_fn(width, d, |r, c| network.gain::<f64>(d) * network.weight::<f64>(0, r, c));
    let b = DMatrix::from_fn(d, width, |r, c| {
        network.gain::<f64>(width) * network.weight::<f64>(1, r, c)
    });
    let gamma = DVector::from_fn(width, |k, _| (k as f64 * 0.7).sin());
    let product = b * DMatrix::from_diagonal(&gamma) * a;
    let stacked = DMatrix::from_row_slice(d * d, width, &system) * gamma;
    for i in 0..d {
        for j in 0..d {
            assert!((product[(i, j)] - stacked[i * d + j]).abs() < 1e-13);
        }
    }
}

#[test]
fn losses_against_their_definitions() {
    let (y, t) = ([0.3_f64, -1.2, 2.0], [1.0, 0.0, -0.5]);
    let mut slope = [0.0; 3];
    let loss = cross_entropy(&y, 2, &mut slope);
    let total: f64 = y.iter().map(|y| y.exp()).sum();
    assert!((loss + (y[2].exp() / total).ln()).abs() < 1e-14);
    assert!((slope[2] - (y[2].exp() / total - 1.0)).abs() < 1e-14);
    assert!((squared_error(&y, &t, &mut slope) - (0.49 + 1.44 + 6.25) / 2.0).abs() < 1e-14);
    assert!((slope[2] - 2.5).abs() < 1e-14);
}

/// A row drawn at once is the row weight by weight, at any length.
#[test]
fn a_row_is_drawn_as_its_weights() {
    fn check(law: impl Law) {
        let row = Stream::new(4).child(1).child(2);
        for length in 0..11 {
            let mut weights = vec![0.0; length];
            law.draw(row, &mut weights);
            for (column, weight) in (0..).zip(weights) {
                assert_eq!(weight, law.weight(row, column));
            }
        }
    }
    check(Sign);
    check(Uniform);
    check(Gaussian);
    check(Sparse::new(Gaussian, 0.5));
}
