//! The computations of the FLEQ programs, in plain f64.

use nalgebra::DMatrix;

/// Weights after passes of SGD over samples (x, y), whose blocks alternate in `data`.
pub(super) fn sgd(data: &[&[f64]], rate: f64, passes: usize) -> [f64; 4] {
    let mut weights = [0.0; 4];
    for _ in 0..passes {
        for sample in data.chunks_exact(2) {
            let x: [f64; 4] = std::array::from_fn(|row| sample[0][4 * row]);
            let error: f64 = weights.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() - sample[1][0];
            for (w, x) in weights.iter_mut().zip(x) {
                *w -= rate * error * x;
            }
        }
    }
    weights
}

/// Transposed weights of both layers after passes of gradient descent over batches (X, Y), which
/// alternate in `data`.
pub(super) fn backpropagation(
    [mut first, mut second]: [DMatrix<f64>; 2],
    data: &[DMatrix<f64>],
    rate: f64,
    passes: usize,
) -> [DMatrix<f64>; 2] {
    for _ in 0..passes {
        for batch in data.chunks_exact(2) {
            let (x, y) = (&batch[0], &batch[1]);
            let z = (first.transpose() * x).map(|x| 1.0 / (1.0 + (-x).exp()));
            let error = second.transpose() * &z - y;
            let blame = (&second * &error).component_mul(&z.map(|z| z * (1.0 - z)));
            second -= rate * &z * error.transpose();
            first -= rate * x * blame.transpose();
        }
    }
    [first, second]
}
