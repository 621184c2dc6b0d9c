//! Adaptive filters against plain recurrences in f64, and against the solution that they approach.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use situ::archive::{restore, save, saved_bytes};
use situ::filter::{
    AdaptiveFilter, Error, Forgetting, Nlms, NlmsConfiguration, Rls, RlsConfiguration,
};
use situ::scalar::f16;

const TAPS: usize = 6;

/// An input of the given color (an autoregression's pole), and the echo of an unknown path with noise.
fn signals(count: usize, pole: f64, noise: f64, seed: u64) -> (Vec<f64>, Vec<(f64, f64)>) {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut normal = || random.sample::<f64, _>(StandardNormal);
    let path: Vec<f64> = (0..TAPS).map(|_| normal()).collect();
    let mut register = vec![0.0; TAPS];
    let mut signal = |_| {
        register.rotate_right(1);
        register[0] = pole * register[1 % TAPS] + normal();
        let echo: f64 = path.iter().zip(&register).map(|(tap, x)| tap * x).sum();
        (register[0], echo + noise * normal())
    };
    let signals = (0..count).map(&mut signal).collect();
    (path, signals)
}

/// The shift register after each sample.
fn registers(signals: &[(f64, f64)]) -> Vec<DVector<f64>> {
    let sample = |n: usize, k: usize| if k <= n { signals[n - k].0 } else { 0.0 };
    (0..signals.len()).map(|n| DVector::from_fn(TAPS, |k, _| sample(n, k))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// `w += μ e x/(ε + ‖x‖²)`, written out.
    #[test]
    fn nlms_is_its_recurrence(seed in 0_u64..1000, step_size in 0.01_f64..1.9, pole in 0.0_f64..0.95) {
        let (_, signals) = signals(300, pole, 0.1, seed);
        let configuration = NlmsConfiguration { step_size, regularization: 1e-3 };
        let mut filter = Nlms::<f64, TAPS>::new(configuration).unwrap();
        let mut w = DVector::zeros(TAPS);
        for (x, (input, desired)) in registers(&signals).iter().zip(&signals) {
            let output = filter.update(*input, *desired).unwrap();
            let estimate = w.dot(x);
            prop_assert!((output.estimate - estimate).abs() < 1e-9 * (1.0 + estimate.abs()));
            prop_assert!((output.error - (desired - estimate)).abs() < 1e-9 * (1.0 + estimate.abs()));
            w += x * (step_size * (desired - estimate) / (1e-3 + x.dot(x)));
        }
        for (own, expected) in filter.coefficients().iter().zip(&w) {
            prop_assert!((own - expected).abs() < 1e-9);
        }
    }

    /// The minimum of `Σ λ^(n−i) (d − wᵀx)² + λⁿ δ ‖w‖²`, solved as a whole.
    #[test]
    fn rls_solves_the_weighted_normal_equations(
        seed in 0_u64..1000, decay in 0.9_f64..=1.0, pole in 0.0_f64..0.95,
    ) {
        let (_, signals) = signals(200, pole, 0.1, seed);
        let configuration = RlsConfiguration {
            forgetting: Forgetting::Fixed(decay), regularization: 0.1, max_variance: 1e9,
        };
        let mut filter = Rls::<f64, TAPS>::new(configuration).unwrap();
        let mut single = Rls::<f32, TAPS>::new(RlsConfiguration {
            forgetting: Forgetting::Fixed(decay as f32), regularization: 0.1, max_variance: 1e9,
        }).unwrap();
        let mut information = DMatrix::<f64>::identity(TAPS, TAPS) * 0.1;
        let mut moments = DVector::<f64>::zeros(TAPS);
        for (x, (input, desired)) in registers(&signals).iter().zip(&signals) {
            filter.update(*input, *desired).unwrap();
            single.update(*input as f32, *desired as f32).unwrap();
            information = information * decay + x * x.transpose();
            moments = moments * decay + x * *desired;
        }
        let expected = information.lu().solve(&moments).unwrap();
        for ((own, single), expected) in
            filter.coefficients().iter().zip(single.coefficients()).zip(&expected)
        {
            prop_assert!((own - expected).abs() < 1e-8, "{own}, {expected}");
            prop_assert!((f64::from(*single) - expected).abs() < 2e-3, "{single}, {expected}");
        }
    }

    /// Bad samples are refused and change nothing; nothing that is returned is not finite.
    #[test]
    fn refused_samples_leave_no_trace_in_a_filter(
        seed in 0_u64..1000, exponent in 15.0_f32..38.0, kind in 0..4_usize,
    ) {
        let (_, signals) = signals(60, 0.5, 0.1, seed);
        let bad = [f32::NAN, f32::INFINITY, f32::MAX, 10.0_f32.powf(exponent)][kind];
        let mut nlms = Nlms::<f32, TAPS>::new(Default::default()).unwrap();
        let mut rls = Rls::<f16, TAPS>::new(Default::default()).unwrap();
        for (step, (input, desired)) in signals.iter().enumerate() {
            let (input, desired) = (*input as f32, *desired as f32);
            if step % 7 == 3 {
                let (nlms_before, rls_before) = (nlms.clone(), rls.clone());
                for (x, d) in [(bad, desired), (input, bad)] {
                    match nlms.update(x, d) {
                        Ok(output) => prop_assert!(output.error.is_finite()),
                        Err(_) => prop_assert_eq!(&nlms, &nlms_before),
                    }
                    match rls.update(x, d) {
                        Ok(output) => prop_assert!(output.error.is_finite()),
                        Err(_) => prop_assert_eq!(&rls, &rls_before),
                    }
                    (nlms, rls) = (nlms_before.clone(), rls_before.clone());
                }
            }
            nlms.update(input, desired).unwrap();
            rls.update(input, desired).unwrap();
        }
    }
}

/// Both find an unknown path; on a colored input recursive least squares within a few dozen samples.
#[test]
fn filters_identify_an_unknown_path() {
    for (pole, samples) in [(0.0, 2_000), (0.9, 20_000)] {
        let (path, signals) = signals(samples, pole, 1e-3, 1);
        let mut nlms = Nlms::<f32, TAPS>::new(Default::default()).unwrap();
        let mut rls = Rls::<f32, TAPS>::new(Default::default()).unwrap();
        let mut half = Rls::<f16, TAPS>::new(Default::default()).unwrap();
        let off = |coefficients: &[f32; TAPS]| {
            let off = coefficients.iter().zip(&path).map(|(w, tap)| (f64::from(*w) - tap).abs());
            off.fold(0.0, f64::max)
        };
        for (step, (input, desired)) in signals.iter().enumerate() {
            let (input, desired) = (*input as f32, *desired as f32);
            nlms.update(input, desired).unwrap();
            rls.update(input, desired).unwrap();
            half.update(input, desired).unwrap();
            if step == 50 {
                let (first, second) = (off(nlms.coefficients()), off(rls.coefficients()));
                assert!(second < 0.02, "{pole}: {second}");
                assert!(first > second, "{pole}: {first}, {second}");
            }
        }
        for (coefficients, bound) in
            [(nlms.coefficients(), 1e-2), (rls.coefficients(), 2e-3), (half.coefficients(), 4e-3)]
        {
            assert!(off(coefficients) < bound, "{pole}: {}", off(coefficients));
        }
    }
}

/// Silence after excitation: the variance that forgetting would let grow as λ⁻ⁿ stays bounded.
#[test]
fn silence_does_not_wind_a_filter_up() {
    let (path, signals) = signals(400, 0.0, 1e-3, 2);
    let mut filter = Rls::<f32, TAPS>::new(RlsConfiguration {
        forgetting: Forgetting::Fixed(0.99),
        ..Default::default()
    })
    .unwrap();
    let run = |filter: &mut Rls<f32, TAPS>| {
        for (input, desired) in &signals {
            filter.update(*input as f32, *desired as f32).unwrap();
        }
        let off = filter.coefficients().iter().zip(&path);
        off.fold(0.0_f64, |most, (w, tap)| most.max((f64::from(*w) - tap).abs()))
    };
    assert!(run(&mut filter) < 2e-3);
    for _ in 0..100_000 {
        filter.update(0.0, 1e-3).unwrap();
    }
    assert!(run(&mut filter) < 2e-3);
}

#[test]
fn filtering_shifts_and_does_not_adapt() {
    let mut filter =
        Nlms::<f32, 2>::new(NlmsConfiguration { step_size: 1.0, regularization: 0.0 }).unwrap();
    filter.update(1.0, 3.0).unwrap();
    assert_eq!(filter.coefficients(), &[3.0, 0.0]);
    assert_eq!(filter.filter(2.0), Ok(6.0));
    assert_eq!(filter.coefficients(), &[3.0, 0.0]);
    // The register holds [2, 1]: the error of 1 moves both coefficients, by x/‖x‖².
    let output = filter.update(0.0, 1.0).unwrap();
    assert_eq!((output.estimate, output.error), (0.0, 1.0));
    assert_eq!(filter.coefficients(), &[3.0, 0.5]);
    filter.reset();
    assert_eq!(filter.filter(1.0), Ok(0.0));
    // Silence moves nothing, even without a regularization.
    filter.reset();
    assert_eq!(filter.update(0.0, 1.0).map(|output| output.error), Ok(1.0));
}

#[test]
fn a_filter_is_checked_when_it_begins_and_saved_whole() {
    for step_size in [0.0, 2.0, -1.0, f32::NAN] {
        let configuration = NlmsConfiguration { step_size, ..Default::default() };
        assert_eq!(Nlms::<f32, 3>::new(configuration).err(), Some(Error::Parameter));
    }
    for decay in [0.0, 1.1, f32::NAN] {
        for forgetting in [Forgetting::Fixed(decay), Forgetting::Variable(decay)] {
            let configuration = RlsConfiguration { forgetting, ..Default::default() };
            assert_eq!(Rls::<f32, 3>::new(configuration).err(), Some(Error::Parameter));
        }
    }
    let configuration = RlsConfiguration { regularization: 0.0, ..Default::default() };
    assert_eq!(Rls::<f32, 3>::new(configuration).err(), Some(Error::Parameter));
    assert_eq!(Nlms::<f32, 3>::EMPTY.clone().update(1.0, 1.0), Err(Error::NotBegun));
    assert_eq!(Rls::<f32, 3>::EMPTY.clone().update(1.0, 1.0), Err(Error::NotBegun));

    let mut filter = Rls::<f16, 3>::new(Default::default()).unwrap();
    let mut other = filter.clone();
    for (input, desired) in [(1.0, 2.0), (-0.5, 0.25), (0.75, 1.0)] {
        filter.update(input, desired).unwrap();
    }
    let mut bytes = vec![0; saved_bytes(&mut filter)];
    save(&mut filter, &mut bytes).unwrap();
    restore(&mut other, &bytes).unwrap();
    assert_eq!(other, filter);
}
