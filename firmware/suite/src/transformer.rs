//! Transformers that are algorithms.

use crate::format::{emit_all, exact_matrix, matrix, scale};
use crate::{Benchmark, Visitor, rows};
use situ::array_buffers;
use situ::construct::newton::{self, InverseRows};
use situ::matrix::{Matrix, product};
use situ::random::Generator;
use situ::transformer::{Buffers, Builder, Transformer};

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: NewtonStep<4, 64, 96>, NewtonStep<8, 256, 384>, NewtonStep<16, 1024, 1536>);
}

/// Runs a transformer; sets the sequence to zero if that fails.
// Never inlined: one copy in flash serves all transformers.
#[inline(never)]
pub(crate) fn forward(
    transformer: &Transformer<'_, f32>,
    sequence: &mut [f32],
    workspace: &mut [f32],
) {
    if transformer.forward(sequence, workspace).is_err() {
        sequence.fill(0.0);
    }
}

/// One step X (2I − A X) of Newton's iteration in the two layers of Lemma 4.1, for matrices of order D:
/// a sequence of 4 D rows and D columns, and workspace.
struct NewtonStep<const D: usize, const SEQUENCE: usize, const WORKSPACE: usize> {
    weights: array_buffers!(f32; newton::STEP_SIZES),
    sequence: [f32; SEQUENCE],
    workspace: [f32; WORKSPACE],
}

impl<const D: usize, const SEQUENCE: usize, const WORKSPACE: usize>
    NewtonStep<D, SEQUENCE, WORKSPACE>
{
    /// Block `index` of the sequence: X, A, I, 0.
    fn block(&self, index: usize) -> Matrix<f32, D, D> {
        let mut block = Matrix::zeros();
        let source = self.sequence.iter().skip(index * D * D);
        block.as_mut_slice().iter_mut().zip(source).for_each(|(out, element)| *out = *element);
        block
    }
}

impl<const D: usize, const SEQUENCE: usize, const WORKSPACE: usize> Benchmark
    for NewtonStep<D, SEQUENCE, WORKSPACE>
{
    const NAME: &'static str = "newton_transformer";
    const SIZE: usize = D;
    const TOLERANCE: f64 = 2e-6;
    const REDUCED: bool = false;

    fn new(random: &mut Generator) -> Self {
        let mut kernel = Self {
            weights: Default::default(),
            sequence: [0.0; SEQUENCE],
            workspace: [0.0; WORKSPACE],
        };
        let mut builder = Builder::new(4 * D as u16, kernel.weights.buffers());
        // If the weights do not fit, the sequence never changes.
        let _ = newton::add_step(&mut builder, &InverseRows::adjacent(D as u16));
        builder.finish();
        // A near the identity and X = I: the iteration converges, however often the benchmark runs.
        let mut a = matrix::<f32, D, D>(random);
        scale(a.as_mut_slice(), 0.5 / D as f32);
        a.add_to_diagonal(1.0);
        let identity = Matrix::identity();
        let parts = [&identity, &a, &identity].into_iter().flat_map(Matrix::as_slice);
        kernel.sequence.iter_mut().zip(parts).for_each(|(out, element)| *out = *element);
        kernel
    }
    fn run(&mut self) {
        let Self { weights, sequence, workspace } = self;
        let rows = 4 * D as u16;
        let Buffers { blocks, biases, heads, layers } = weights.buffers();
        let transformer = Transformer { rows, blocks, biases, dense: &[], heads, layers };
        forward(&transformer, sequence, workspace);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(self.block(0).as_slice(), emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let [x, a] = [0, 1].map(|index| exact_matrix(&self.block(index)));
        let mut residual = Matrix::<f64, D, D>::zeros();
        let mut next = residual.clone();
        product(&a, &x, &mut residual);
        residual.as_mut_slice().iter_mut().for_each(|element| *element = -*element);
        residual.add_to_diagonal(2.0);
        product(&x, &residual, &mut next);
        next.as_slice().iter().for_each(|element| emit(*element));
    }
}
