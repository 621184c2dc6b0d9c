//! The accuracy of products.
//!
//! With x = c aᵢᵀbⱼ, a head at m c gives a product times g(m x), where g lies between tanh(x) / x,
//! 1 / cosh x and sinh(x) / x, depending on the other entries of the column. The weights of the R
//! heads cancel the terms x², …, x^(2R−2); they leave (R!)² times the next coefficient, which is
//! largest for 1 / cosh.

use super::Machine;
use crate::scalar::Scalar;

/// Weights of the heads at c, 2c, … that cancel the errors in c², c⁴, ….
const EXTRAPOLATION: [&[f64]; 4] =
    [&[1.0], &[4.0 / 3.0, -1.0 / 3.0], &[1.5, -0.6, 0.1], &[1.6, -0.8, 8.0 / 35.0, -1.0 / 35.0]];

/// (R!)² times the coefficient of x^(2R) in 1 / cosh x, by order R.
const REMAINDER: [f64; 4] = [0.5, 4.0 * 5.0 / 24.0, 36.0 * 61.0 / 720.0, 576.0 * 1385.0 / 40_320.0];

impl Machine {
    /// Largest relative truncation error of a product that is accepted: 1e-6 in f64, 1e-4 in f32.
    /// Rounding adds an absolute error of about 2 ε / c.
    pub const fn max_product_error<T: Scalar>() -> f64 {
        if T::MANTISSA_DIGITS > f32::MANTISSA_DIGITS { 1e-6 } else { 1e-4 }
    }

    /// Largest magnitude of an entry of a product that is accepted, at which the relative error is
    /// [`Self::max_product_error`]: (error / K)^(1 / 2R) / c, K = 0.5, 0.83, 3.05, 19.8 for R = 1 to 4.
    ///
    /// ```
    /// use situ::construct::computer::fleq::Machine;
    ///
    /// let machine = Machine::new::<f64>(4, 8, 8);
    /// assert!((1000.0..1100.0).contains(&machine.max_product::<f64>()));
    /// ```
    pub fn max_product<T: Scalar>(&self) -> f64 {
        let order = usize::from(self.product_order);
        let remainder = REMAINDER.get(order.wrapping_sub(1)).copied().unwrap_or(f64::INFINITY);
        let exponent = 0.5 / f64::from(self.product_order.max(1));
        Scalar::powf(Self::max_product_error::<T>() / remainder, exponent) / self.product_scale
    }

    /// Weight and multiple m of each head of an extrapolated product: Σ w_m x_m / m c.
    pub(super) fn extrapolated(&self) -> impl Iterator<Item = (f64, u16)> + Clone {
        let order = usize::from(self.product_order);
        let weights = EXTRAPOLATION.get(order.wrapping_sub(1)).copied().unwrap_or(&[]);
        let scale = self.product_scale * mutated!("fleq-product", 1.0, 1.0001);
        weights.iter().copied().zip(1..).map(move |(w, m)| (w / (f64::from(m) * scale), m))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array_buffers;
    use crate::construct::computer::fleq::{Instruction, Operand, Operation};
    use crate::construct::computer::{Computer, Error};

    /// At the largest product that is accepted, the error is the stated one, and not much smaller;
    /// a larger product is refused.
    #[test]
    fn the_largest_product_has_the_stated_error() {
        const SIZES: Machine = Machine { product_order: 4, ..Machine::new::<f64>(1, 3, 2) };
        for (order, operation) in (1..=4).flat_map(|order| {
            [Operation::Multiply, Operation::Elementwise].map(|operation| (order, operation))
        }) {
            let machine = Machine { product_order: order, product_scale: 1e-3, ..SIZES };
            let mut storage: array_buffers!(f64; SIZES.buffer_sizes()) = Default::default();
            let transformer = machine.build(storage.buffers()).unwrap();
            let mut sequence = vec![0.0; machine.sequence()];
            let mut workspace = vec![0.0; transformer.workspace(machine.columns())];
            let b = Operand::Block(1);
            let program = [Instruction { b, ..Instruction::new(operation, 0, 2) }];
            let mut multiply = |product: f64| {
                machine.load(&[2.0, product / 2.0], &program, &mut sequence).unwrap();
                machine.step(&transformer, &mut sequence, &mut workspace)?;
                let mut result = [0.0];
                machine.read(&sequence, 2, &mut result);
                Ok(result[0])
            };
            let max = machine.max_product::<f64>();
            let error = (multiply(0.9999 * max).unwrap() / (0.9999 * max) - 1.0).abs();
            assert!(error <= 1e-6, "order {order}: {error}");
            // The bound is that of the worst column; elementwise products come close to it.
            let close = operation == Operation::Multiply || error >= 3e-7;
            assert!(close, "order {order}: {error}");
            assert!(matches!(multiply(1.0001 * max), Err(Error::Scale { instruction: 0, .. })));
        }
    }
}
