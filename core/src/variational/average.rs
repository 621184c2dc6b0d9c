//! Running averages after a burn-in, and batch means, in memory that does not grow.

use super::Error;
use crate::scalar::Scalar;

/// The mean of all points after the first `burn_in`. 2 N numbers and two counters: the mean, and
/// the part of it lost to rounding, so that f32 averages hundreds of millions of points.
///
/// ```
/// use situ::variational::Average;
/// let mut average = Average::new(1);
/// for x in [100.0_f64, 1.0, 2.0, 3.0] {
///     average.record(&[x])?;
/// }
/// assert_eq!(average.mean(), [2.0]);
/// # Ok::<(), situ::variational::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Average<T, const N: usize> {
    mean: [T; N],
    rest: [T; N],
    burn_in: u32,
    count: u32,
}

impl<T: Scalar, const N: usize> Average<T, N> {
    /// No points yet; the first `burn_in` will not count.
    pub const fn new(burn_in: u32) -> Self {
        Self { mean: [T::ZERO; N], rest: [T::ZERO; N], burn_in, count: 0 }
    }

    /// Records a point. 7 N flops.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the point is not; nothing is then recorded.
    #[inline]
    pub fn record(&mut self, x: &[T; N]) -> Result<(), Error> {
        if !x.iter().all(|x| x.is_finite()) {
            return Err(Error::NotFinite);
        }
        if self.burn_in > 0 {
            self.burn_in -= 1;
            return Ok(());
        }
        // At the largest count the mean keeps forgetting instead of freezing.
        self.count = self.count.saturating_add(1);
        let weight = T::ONE / T::from_usize(self.count as usize);
        for ((mean, rest), x) in self.mean.iter_mut().zip(&mut self.rest).zip(x) {
            // The mean is `mean + rest`; the rest is small.
            let gap = mutated!("average", *x - *mean, (*x - *mean).maximum(T::ZERO));
            let change = *rest + weight * (gap - *rest);
            let next = *mean + change;
            *rest = change - (next - *mean);
            *mean = next;
        }
        Ok(())
    }

    /// The mean; zeros until a point counts.
    #[inline]
    pub const fn mean(&self) -> [T; N] {
        self.mean
    }

    /// Points in the mean.
    #[inline]
    pub const fn count(&self) -> u32 {
        self.count
    }
}

/// The mean of a stationary sequence with a confidence interval, by batch means.
///
/// Points of one chain depend on each other, so their variance says little about that of the mean.
/// Means over batches much longer than the memory of the chain (tens of 1/g) are nearly
/// independent: the variance of the mean is theirs divided by their number. 4 N numbers and four
/// counters.
///
/// ```
/// use situ::{random::Generator, variational::BatchMeans};
///
/// let (mut means, mut generator) = (BatchMeans::<f64, 1>::new(0, 100)?, Generator::new(1));
/// for _ in 0..10_000 {
///     means.record(&[generator.normal()])?;
/// }
/// // Of independent points the standard error is σ/√n = 0.01; 100 batches determine it within 7 %.
/// assert!((means.standard_error()[0] - 0.01).abs() < 0.003);
/// # Ok::<(), situ::variational::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BatchMeans<T, const N: usize> {
    batch: Average<T, N>,
    length: u32,
    batches: u32,
    mean: [T; N],
    /// Sum of squared deviations of the batch means.
    scatter: [T; N],
}

impl<T: Scalar, const N: usize> BatchMeans<T, N> {
    /// Batches of `length` points after the first `burn_in`.
    ///
    /// # Errors
    /// [`Error::EmptyBatch`] for length 0.
    pub const fn new(burn_in: u32, length: u32) -> Result<Self, Error> {
        if length == 0 {
            return Err(Error::EmptyBatch);
        }
        let (batch, zeros) = (Average::new(burn_in), [T::ZERO; N]);
        Ok(Self { batch, length, batches: 0, mean: zeros, scatter: zeros })
    }

    /// Records a point. N multiply-adds, and 3 N more at the end of a batch.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the point is not; nothing is then recorded.
    #[inline]
    pub fn record(&mut self, x: &[T; N]) -> Result<(), Error> {
        self.batch.record(x)?;
        if self.batch.count() >= self.length {
            self.batches = self.batches.saturating_add(1);
            let weight = T::ONE / T::from_usize(self.batches as usize);
            let of_all = self.mean.iter_mut().zip(&mut self.scatter);
            for ((mean, scatter), batch) in of_all.zip(self.batch.mean()) {
                let deviation = batch - *mean;
                *mean += weight * deviation;
                *scatter += deviation * (batch - *mean);
            }
            self.batch = Average::new(0);
        }
        Ok(())
    }

    /// The mean of the full batches; zeros before the first.
    #[inline]
    pub const fn mean(&self) -> [T; N] {
        self.mean
    }

    /// Full batches.
    #[inline]
    pub const fn batches(&self) -> u32 {
        self.batches
    }

    /// Standard error of the mean, by coordinate; infinite before the second batch.
    pub fn standard_error(&self) -> [T; N] {
        if self.batches < 2 {
            return [T::ONE / T::ZERO; N];
        }
        let batches = T::from_usize(self.batches as usize);
        self.scatter.map(|scatter| (scatter / (batches * (batches - T::ONE))).sqrt())
    }

    /// Half the width of the confidence interval at the normal `quantile` (1.96 for 95 %).
    ///
    /// The quantile is widened to Student's t with as many degrees of freedom as there are batches,
    /// minus one, by its expansion to second order (within 1 % from six batches on).
    pub fn half_width(&self, quantile: T) -> [T; N] {
        let freedom = T::from_usize(self.batches.saturating_sub(1) as usize);
        let square = quantile * quantile;
        let constant = T::from_f64;
        let first = (square + T::ONE) / constant(4.0);
        let second = (constant(5.0) * square * square + constant(16.0) * square + constant(3.0))
            / constant(96.0);
        let student = quantile * (T::ONE + (first + second / freedom) / freedom);
        self.standard_error().map(|error| student * error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;

    /// 95 % intervals of an autoregressive chain hold its mean in about 95 % of runs.
    #[test]
    fn intervals_cover_the_mean_of_a_dependent_chain() {
        let mut covered = 0;
        for seed in 0..400 {
            let mut generator = Generator::new(seed);
            let mut means = BatchMeans::<f64, 1>::new(100, 200).unwrap();
            let mut x = 0.0;
            for _ in 0..100 + 20 * 200 {
                x = 0.8 * x + generator.normal::<f64>();
                means.record(&[x + 3.0]).unwrap();
            }
            assert_eq!(means.batches(), 20);
            covered += u32::from((means.mean()[0] - 3.0).abs() < means.half_width(1.96)[0]);
        }
        // 380 expected; three standard deviations are 13, batches are not quite independent.
        assert!((362..=396).contains(&covered), "{covered}");
    }

    #[test]
    fn the_widened_quantile_is_students() {
        // t at 97.5 %: 2.5706 with 5, 2.0930 with 19 degrees of freedom.
        for (batches, student) in [(6, 2.5706), (20, 2.0930)] {
            let mut means = BatchMeans::<f64, 1>::new(0, 1).unwrap();
            (0..batches).for_each(|n| means.record(&[f64::from(n)]).unwrap());
            let quantile = means.half_width(1.959_964)[0] / means.standard_error()[0];
            assert!((quantile / student - 1.0).abs() < 0.01, "{quantile} {student}");
        }
    }

    /// A plain f32 mean near 10 stands still once a step is below 5e-7.
    #[test]
    fn a_hundred_million_points_average_in_f32() {
        let (mut generator, mut exact) = (Generator::new(4), 0.0);
        let mut average = Average::<f32, 1>::new(0);
        const POINTS: u32 = 100_000_000;
        for n in 0..POINTS {
            // The mean moves for as long as it is measured.
            let x = 10.0 + generator.uniform::<f32>() + if n < POINTS / 2 { 0.0 } else { 0.5 };
            exact += f64::from(x) / f64::from(POINTS);
            average.record(&[x]).unwrap();
        }
        assert!((f64::from(average.mean()[0]) - exact).abs() < 2e-6, "{average:?} {exact}");
    }

    #[test]
    fn bad_points_are_not_recorded() {
        let mut means = BatchMeans::<f32, 2>::new(0, 2).unwrap();
        means.record(&[1.0, 2.0]).unwrap();
        let before = means.clone();
        assert_eq!(means.record(&[1.0, f32::NAN]), Err(Error::NotFinite));
        assert_eq!(means, before);
        assert_eq!(BatchMeans::<f32, 2>::new(0, 0).unwrap_err(), Error::EmptyBatch);
    }
}
