//! Forward pass, gradient and steps, compared with their definitions, finite differences and nalgebra.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use situ::normtune::{
    Adagrad, Adam, Affine, BatchNorm, Error, Gaussian, Law, Network, Optimizer, Parameters, Rule,
    Sgd, Sign, Stream, Table, Uniform, Unit, Units, Workspace, cross_entropy, squared_error,
};
use situ::scalar::f16;

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

/// Loss of a network at `x`, and its gradient.
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

    /// Central differences in f64; steps in which a unit turns on or off, which shows as a difference of
    /// the two one-sided slopes, are left out.
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

    /// Sums that are looked up by words of signs are those of signs drawn one by one, at any number of inputs.
    #[test]
    fn words_of_signs_are_their_weights(
        seed in any::<u64>(),
        x in proptest::collection::vec(-3.0..3.0_f64, 1..100),
        outputs in 0..4_usize,
    ) {
        #[derive(Clone, Copy)]
        struct Single;
        impl Law for Single {
            fn weight(&self, row: Stream, column: u32) -> f32 {
                Sign.weight(row, column)
            }
            fn variance(&self) -> f64 {
                Sign.variance()
            }
        }
        fn run(law: impl Law, seed: u64, x: &[f64], outputs: usize) -> (Vec<f64>, Vec<f64>) {
            let parameters = Parameters::<f64, 70, 2, 3>::scattered(seed, 0.5);
            let (mut work, mut y) = (Workspace::default(), [0.0; 4]);
            let network = Network::new(seed, law);
            network.forward(&parameters, x, &mut work, &mut y[..outputs]);
            network.backward(&parameters, &[1.0, -0.5, 0.25][..outputs], &mut work);
            (y.to_vec(), work.gradient().flat_map(|unit| [unit.scale, unit.shift]).collect())
        }
        let (y, gradient) = run(Sign, seed, &x, outputs);
        let (exact, slopes) = run(Single, seed, &x, outputs);
        for (value, exact) in y.iter().chain(&gradient).zip(exact.iter().chain(&slopes)) {
            prop_assert!((value - exact).abs() < 1e-12 * (1.0 + exact.abs()), "{value} {exact}");
        }
    }

    /// Tuning in the coordinates of batch normalization moves (γ, β) at fixed statistics.
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
        let mut optimizer = Optimizer::new::<f64, _>(&rule);
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

/// Each rule finds the minimum of a paraboloid, and a gradient that is not finite changes nothing.
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

/// A step beyond the range of f16 is refused.
#[test]
fn a_step_beyond_half_precision_is_refused() {
    let mut parameters = Parameters::<f16, 1, 1, 1>::default();
    let before = parameters.clone();
    let rule = Sgd { rate: 1.0 };
    let slope = [Unit { scale: 0.0, shift: 0.0 }, Unit { scale: 1e5, shift: 0.0 }];
    let result = Optimizer::new::<f16, _>(&rule).step(
        &rule,
        &Units::filled(Affine),
        &mut parameters,
        slope.into_iter(),
    );
    assert_eq!(result, Err(Error::NotFinite));
    assert_eq!(parameters, before);
}

/// After calibration every unit has the mean β and the deviation γ over the batch, layer by layer.
#[test]
fn calibration_normalizes_every_layer() {
    let batch: Vec<[f64; 5]> =
        (0..40).map(|i| std::array::from_fn(|j| (7 * i + 3 * j) as f64 % 11.0 + 5.0)).collect();
    let network = Network::new(3, Gaussian);
    let numbers: Vec<f64> = (0..2 * UNITS).map(|i| (i as f64).sin()).collect();
    let normalized = parameters(&numbers);
    let mut tuned = normalized.clone();
    let mut work = Workspace::default();
    let statistics = BatchNorm::calibrated(&network, &batch, &mut tuned, &mut work).unwrap();

    let mut outputs = vec![Vec::new(); UNITS];
    for x in &batch {
        network.forward(&tuned, x, &mut work, &mut [0.0; OUTPUTS]);
        let units = tuned.iter().zip(work.sums()).zip(&mut outputs);
        units.for_each(|((unit, sum), outputs)| outputs.push(unit.apply(sum)));
    }
    for ((outputs, unit), moments) in outputs.iter().zip(normalized.iter()).zip(statistics.iter()) {
        let outputs = DVector::from_column_slice(outputs);
        assert!((outputs.mean() - unit.shift).abs() < 1e-9, "{} {}", outputs.mean(), unit.shift);
        let share = (moments.variance / (moments.variance + 1e-5)).sqrt();
        assert!((outputs.variance().sqrt() - unit.scale.abs() * share).abs() < 1e-9);
    }

    let before = tuned.clone();
    let empty: &[[f64; 5]] = &[];
    let result = BatchNorm::calibrated(&network, empty, &mut tuned, &mut work);
    assert_eq!(result.err(), Some(Error::Shape));
    let result = BatchNorm::calibrated(&network, &[[f64::NAN; 5]], &mut tuned, &mut work);
    assert_eq!(result.err(), Some(Error::NotFinite));
    assert_eq!(tuned, before);
}

/// A network whose weights are in a table equals the drawn network with the same weights.
#[test]
fn a_table_of_drawn_weights_is_the_drawn_network() {
    let drawn = Network::new(5, Uniform);
    let sizes = [(WIDTH, 5), (WIDTH, WIDTH), (WIDTH, WIDTH), (OUTPUTS, WIDTH)];
    let mut weights = Vec::new();
    for (layer, (rows, columns)) in sizes.into_iter().enumerate() {
        for row in 0..rows {
            let weight =
                |column| drawn.weight::<f32>(layer, row, column) * drawn.gain::<f32>(columns);
            weights.extend((0..columns).map(weight));
        }
    }
    let network = Network::from_table(Table::new(&weights, [5, WIDTH, DEPTH, OUTPUTS]).unwrap());
    let numbers: Vec<f64> = (0..2 * UNITS).map(|i| (i as f64).cos()).collect();
    let parameters = parameters(&numbers);
    let x = [0.3, -1.0, 2.0, 0.5, -0.2];
    let run = |network: &dyn Fn(&mut [f64; OUTPUTS])| {
        let mut outputs = [0.0; OUTPUTS];
        network(&mut outputs);
        outputs
    };
    let expected =
        run(&|y| drawn.forward(&parameters, &x, &mut Workspace::default(), y.as_mut_slice()));
    let found =
        run(&|y| network.forward(&parameters, &x, &mut Workspace::default(), y.as_mut_slice()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-5 * (1.0 + expected.abs()), "{found} {expected}");
    }

    assert_eq!(Table::new(&weights[1..], [5, WIDTH, DEPTH, OUTPUTS]).err(), Some(Error::Shape));
    assert_eq!(Table::new(&weights, [usize::MAX, 2, 1, 1]).err(), Some(Error::Shape));
    weights[7] = f32::NAN;
    let result = Table::new(&weights, [5, WIDTH, DEPTH, OUTPUTS]);
    assert_eq!(result.err(), Some(Error::NotFinite));
}

#[test]
fn statistics_refuse_numbers_that_are_not_finite() {
    let mut statistics = BatchNorm::<f32, 1, 1, 1>::default();
    let mut parameters = Parameters::<f32, 1, 1, 1>::default();
    let before = (statistics.clone(), parameters.clone());
    let sums = [0.5, f32::NAN].into_iter();
    assert_eq!(statistics.observe(&mut parameters, sums, 0.1), Err(Error::NotFinite));
    assert_eq!((statistics, parameters), before);
}

/// The memory that tuning takes with 18 inputs, two frozen layers of 256 units and 4 classes.
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
    // Stored weights would take 285 KB.
    assert_eq!((18 * 256 + 256 * 256 + 256 * 4) * 4, 284_672);
}

#[test]
fn losses_agree_with_their_definitions() {
    let (y, t) = ([0.3_f64, -1.2, 2.0], [1.0, 0.0, -0.5]);
    let mut slope = [0.0; 3];
    let loss = cross_entropy(&y, 2, &mut slope);
    let total: f64 = y.iter().map(|y| y.exp()).sum();
    assert!((loss + (y[2].exp() / total).ln()).abs() < 1e-14);
    assert!((slope[2] - (y[2].exp() / total - 1.0)).abs() < 1e-14);
    assert!((squared_error(&y, &t, &mut slope) - (0.49 + 1.44 + 6.25) / 2.0).abs() < 1e-14);
    assert!((slope[2] - 2.5).abs() < 1e-14);
}
