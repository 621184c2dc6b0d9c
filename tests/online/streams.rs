//! Synthetic streams.

use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use situ::online::Target;

pub type Example = (Vec<f32>, Target<f32>);

/// Three Gaussian clouds on different scales, one per class.
pub fn clouds(features: usize, classes: usize, count: usize, seed: u64) -> Vec<Example> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut normal = || random.sample::<f32, _>(StandardNormal);
    let centres: Vec<Vec<f32>> =
        (0..classes).map(|_| (0..features).map(|_| 2.0 * normal()).collect()).collect();
    let mut example = |index: usize| {
        let class = index * 7 % classes;
        let feature =
            |(j, centre): (usize, &f32)| 10.0_f32.powi(j as i32 % 4) * (centre + normal());
        (centres[class].iter().enumerate().map(feature).collect(), Target::Class(class))
    };
    (0..count).map(&mut example).collect()
}

/// A plane with a little noise.
pub fn plane(features: usize, count: usize, seed: u64) -> Vec<Example> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut normal = || random.sample::<f32, _>(StandardNormal);
    let slopes: Vec<f32> = (0..features).map(|_| normal()).collect();
    let mut example = |_| {
        let x: Vec<f32> = (0..features).map(|_| 3.0 + normal()).collect();
        let value: f32 = x.iter().zip(&slopes).map(|(x, slope)| x * slope).sum();
        (x, Target::Value(40.0 + 5.0 * value + 0.1 * normal()))
    };
    (0..count).map(&mut example).collect()
}
