//! Fixed features of a picture of a digit; nothing here is learned.
//!
//! Two steps that are usual before a classifier of characters (C.-L. Liu, K. Nakashima,
//! H. Sako and H. Fujisawa, "Handwritten digit recognition: benchmarking of state-of-the-art
//! techniques", Pattern Recognition 36, 2003): the picture is normalized by its own moments, then
//! described by the directions of its gradient.

use std::f64::consts::TAU;

/// Rows and columns of a picture.
const SIDE: usize = 8;
/// Pixels of a picture.
pub const PIXELS: usize = SIDE * SIDE;
/// Cells along each side, and directions told apart in each.
const CELLS: usize = SIDE / 2;
const DIRECTIONS: usize = 8;
/// Numbers that describe a picture.
const FEATURES: usize = CELLS * CELLS * DIRECTIONS;
/// The middle of a picture.
const MIDDLE: f64 = (SIDE - 1) as f64 / 2.0;
/// Half the usual width of a digit, in pixels: the root of its second moment.
const USUAL_WIDTH: f64 = 1.6;
/// Smallest square of such a width, for a stroke one pixel wide.
const LEAST_SQUARE: f64 = 0.05;
/// Of a pixel in a cell of 2 x 2 and of one next to it: two means of neighbors in turn.
const TENT: [f64; 4] = [0.125, 0.375, 0.375, 0.125];

/// A picture, row by row, zero outside.
type Picture = [[f64; SIDE]; SIDE];

/// Describes a picture: for each cell, the root of the gradient along each direction.
pub fn describe(pixels: &[f64; PIXELS]) -> [f64; FEATURES] {
    directions(&upright(&std::array::from_fn(|y| std::array::from_fn(|x| pixels[SIDE * y + x]))))
}

/// Brings the center of mass to the middle, removes the slant (by a shear after which the mixed second
/// moment is zero) and moves the width halfway, in its logarithm, to the usual one.
fn upright(picture: &Picture) -> Picture {
    let mean = |of: &dyn Fn(f64, f64) -> f64| {
        let places = (0..PIXELS).map(|index| (index / SIDE, index % SIDE));
        let (mut sum, mut mass) = (0.0, f64::MIN_POSITIVE);
        for (y, x) in places {
            sum += picture[y][x] * of(y as f64 - MIDDLE, x as f64 - MIDDLE);
            mass += picture[y][x];
        }
        sum / mass
    };
    let (center_y, center_x) = (mean(&|y, _| y), mean(&|_, x| x));
    let height = mean(&|y, _| (y - center_y).powi(2)).max(LEAST_SQUARE);
    let slant = mean(&|y, x| (y - center_y) * (x - center_x)) / height;
    let width = mean(&|y, x| (x - center_x - slant * (y - center_y)).powi(2)).max(LEAST_SQUARE);
    let stretch = (width.sqrt() / USUAL_WIDTH).sqrt();
    std::array::from_fn(|y| {
        let y = y as f64 - MIDDLE;
        std::array::from_fn(|x| {
            let x = x as f64 - MIDDLE;
            sample(picture, y + center_y + MIDDLE, stretch * x + slant * y + center_x + MIDDLE)
        })
    })
}

/// The picture between its pixels, by bilinear interpolation.
fn sample(picture: &Picture, y: f64, x: f64) -> f64 {
    let (top, left) = (y.floor(), x.floor());
    let (down, right) = (y - top, x - left);
    let pixel = |y, x| pixel(picture, top as isize + y, left as isize + x);
    let upper = (1.0 - right) * pixel(0, 0) + right * pixel(0, 1);
    let lower = (1.0 - right) * pixel(1, 0) + right * pixel(1, 1);
    (1.0 - down) * upper + down * lower
}

fn pixel(picture: &Picture, y: isize, x: isize) -> f64 {
    let [y, x] = [y, x].map(|place| usize::try_from(place).unwrap_or(SIDE));
    picture.get(y).and_then(|row| row.get(x)).copied().unwrap_or(0.0)
}

/// The gradient's square part along each direction over its length, smoothed and summed over cells.
fn directions(picture: &Picture) -> [f64; FEATURES] {
    let gradient = |y: isize, x: isize| {
        let across = pixel(picture, y, x + 1) - pixel(picture, y, x - 1);
        let down = pixel(picture, y + 1, x) - pixel(picture, y - 1, x);
        let inside = (0..SIDE as isize).contains(&y) && (0..SIDE as isize).contains(&x);
        if inside { (across, down) } else { (0.0, 0.0) }
    };
    std::array::from_fn(|feature| {
        let (sin, cos) = (TAU * (feature % DIRECTIONS) as f64 / DIRECTIONS as f64).sin_cos();
        let cell = feature / DIRECTIONS;
        let [top, left] = [cell / CELLS, cell % CELLS].map(|cell| 2 * cell as isize - 1);
        let mut sum = 0.0;
        for (y, vertical) in (top..).zip(TENT) {
            for (x, horizontal) in (left..).zip(TENT) {
                let (across, down) = gradient(y, x);
                let along = (cos * across + sin * down).max(0.0);
                let length = across.hypot(down).max(f64::MIN_POSITIVE);
                sum += vertical * horizontal * along * along / length;
            }
        }
        sum.sqrt()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A straight stroke one pixel wide that leans by `slant` pixels a row and starts at `left`.
    fn stroke(left: f64, slant: f64) -> Picture {
        let ink = |y: usize, x: usize| 1.0 - (x as f64 - left - slant * y as f64).abs();
        std::array::from_fn(|y| std::array::from_fn(|x| ink(y, x).max(0.0)))
    }

    #[test]
    fn a_leaning_stroke_stands_upright_in_the_middle() {
        for (left, slant) in [(1.0, 0.5), (6.0, -0.5), (2.0, 0.0)] {
            let picture = upright(&stroke(left, slant));
            for row in &picture {
                let mass: f64 = row.iter().sum();
                let mean = (0..).zip(row).map(|(x, ink)| f64::from(x) * ink).sum::<f64>() / mass;
                assert!((mean - MIDDLE).abs() < 0.3, "{left} {slant}: {row:?}");
            }
        }
    }

    /// The edges of a vertical stroke face left and right only.
    #[test]
    fn a_vertical_stroke_has_horizontal_gradients() {
        let features = directions(&stroke(3.0, 0.0));
        let total: [f64; DIRECTIONS] = std::array::from_fn(|direction| {
            features.iter().skip(direction).step_by(DIRECTIONS).map(|root| root * root).sum()
        });
        assert!((total[0] - total[4]).abs() < 1e-9, "{total:?}");
        assert!(total[2] < 0.2 * total[0] && total[6] < 0.2 * total[4], "{total:?}");
    }

    #[test]
    fn an_empty_picture_has_no_gradient() {
        assert_eq!(describe(&[0.0; PIXELS]), [0.0; FEATURES]);
    }
}
