//! FTRL-proximal checked against its definition: after every step the weight minimizes the
//! regularized sum of losses.

use proptest::prelude::*;
use situ::ftrl::{Coordinates, Link, Proximal};

/// `z w + (β + norm)/(2α) w² + λ₂/2 w² + λ₁ |w|`.
fn objective(w: f64, z: f64, norm: f64, p: &Proximal<f64>) -> f64 {
    z * w + ((p.beta + norm) / p.alpha + p.l2) / 2.0 * w * w + p.l1 * w.abs()
}

proptest! {
    #[test]
    fn weight_minimizes_the_regularized_loss(
        z in -20.0..20.0_f64, norm in 0.0..30.0_f64, alpha in 0.01..2.0_f64,
        beta in 0.01..3.0_f64, l1 in 0.0..5.0_f64, l2 in 0.0..5.0_f64,
    ) {
        let proximal = Proximal { alpha, beta, l1, l2 };
        let w = proximal.weight(z, norm);
        let best = objective(w, z, norm, &proximal);
        for offset in [-1.0, -1e-3, 1e-3, 1.0] {
            prop_assert!(objective(w + offset, z, norm, &proximal) >= best - 1e-12);
        }
        prop_assert!(objective(0.0, z, norm, &proximal) >= best - 1e-12);
        prop_assert_eq!(w == 0.0, z.abs() <= l1);
    }

    /// McMahan et al., algorithm 1, written out in f64 with its own variables.
    #[test]
    fn learning_in_f32_follows_algorithm_1(
        rows in prop::collection::vec((prop::array::uniform4(-2.0..2.0_f32), any::<bool>()), 1..60),
    ) {
        let proximal = Proximal { alpha: 0.3_f32, beta: 0.7, l1: 0.05, l2: 0.2 };
        let mut model = Coordinates::<f32, 4>::new();
        let (mut z, mut n) = ([0.0_f64; 4], [0.0_f64; 4]);
        for (x, label) in &rows {
            let w: [f64; 4] = std::array::from_fn(|i| {
                if z[i].abs() <= 0.05 { 0.0 } else {
                    -(z[i] - z[i].signum() * 0.05) / ((0.7 + n[i].sqrt()) / 0.3 + 0.2)
                }
            });
            let score: f64 = x.iter().zip(&w).map(|(x, w)| f64::from(*x) * w).sum();
            let expected = 1.0 / (1.0 + (-score).exp());
            let target = f64::from(u8::from(*label));
            for i in 0..4 {
                let g = (expected - target) * f64::from(x[i]);
                let sigma = ((n[i] + g * g).sqrt() - n[i].sqrt()) / 0.3;
                z[i] += g - sigma * w[i];
                n[i] += g * g;
            }
            let got = model.learn(&proximal, Link::Logistic, x, target as f32).unwrap();
            prop_assert!((f64::from(got) - expected).abs() < 1e-4, "{} against {}", got, expected);
        }
    }

    #[test]
    fn bad_rows_leave_the_model_bit_for_bit(
        index in 0_usize..3, bad in prop::sample::select(vec![f32::NAN, f32::INFINITY, 1e20]),
    ) {
        let proximal = Proximal::default();
        let mut model = Coordinates::<f32, 3>::new();
        model.learn(&proximal, Link::Logistic, &[1.0, -1.0, 0.5], 1.0).unwrap();
        let before = model;
        let mut row = [1.0, 1.0, 1.0];
        row[index] = bad;
        prop_assert_eq!(model.learn(&proximal, Link::Logistic, &row, 0.0), None);
        prop_assert_eq!(model.learn(&proximal, Link::Identity, &[1.0; 3], f32::NAN), None);
        prop_assert_eq!(model, before);
    }
}
