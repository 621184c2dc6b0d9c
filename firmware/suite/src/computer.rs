//! The looped transformer. A benchmark is one loop of a program that has halted by the time it is checked.
//!
//! The state is the sequence: the program, its memory and the scratch space. The weights are
//! constants, the workspace is on the stack.

use crate::format::{emit_all, exact_matrix, matrix};
use crate::transformer::forward;
use crate::{Benchmark, Visitor, machines, rows};
use situ::construct::computer::{Computer, fleq, subleq};
use situ::matrix::Matrix;
use situ::random::Generator;
use situ::solve;
use weights::{FLEQ, FLEQ_LENGTH, FLEQ_WORKSPACE, SUBLEQ, SUBLEQ_LENGTH, SUBLEQ_WORKSPACE};

/// Written by the build script.
mod weights {
    use situ::transformer::{
        Attention::Softmax, Bias, Block, FeedForward, Head, Layer, Map::Blocks, Mask::Full, Span,
        Transformer,
    };
    include!(concat!(env!("OUT_DIR"), "/weights.rs"));
}

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Factorial, Inverse);
}

/// SUBLEQ in nine layers, words of 16 bits: 7!, as in the shipped program `factorial.subleq`.
struct Factorial {
    sequence: [f32; SUBLEQ_LENGTH],
}

/// n, the product, minus the product so far, the count, minus n, one, zero; a zero for jumps.
const FACTORIAL_CELLS: [f32; 8] = [7.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `cell b -= cell a; if cell b <= 0 goto c`.
const FACTORIAL: [subleq::Instruction; 13] = program([
    [1, 1, 1],
    [4, 4, 2],
    [3, 3, 3],
    [0, 4, 4],
    [4, 3, 5],
    [2, 1, 6],
    [5, 3, 8],
    [7, 7, 5],
    [2, 2, 9],
    [1, 2, 10],
    [5, 0, 12],
    [7, 7, 0],
    [7, 7, 12],
]);

/// A program of instructions `[a, b, c]`.
const fn program<const N: usize>(rows: [[usize; 3]; N]) -> [subleq::Instruction; N] {
    let mut program = [subleq::Instruction { a: 0, b: 0, c: 0 }; N];
    let mut index = 0;
    while index < N {
        let [a, b, c] = rows[index];
        program[index] = subleq::Instruction { a, b, c };
        index += 1;
    }
    program
}

impl Benchmark for Factorial {
    const NAME: &'static str = "subleq_factorial_loop";
    const SIZE: usize = SUBLEQ_LENGTH / SUBLEQ.rows as usize;
    const TOLERANCE: f64 = 0.0;
    const REDUCED: bool = false;
    const RUNS: usize = 139;

    fn new(_: &mut Generator) -> Self {
        Self { sequence: [0.0; SUBLEQ_LENGTH] }
    }
    fn load(&mut self) {
        // If loading fails, the sequence computes nothing.
        let _ = machines::subleq().load(&FACTORIAL_CELLS, &FACTORIAL, &mut self.sequence);
    }
    fn run(&mut self) {
        forward(&SUBLEQ, &mut self.sequence, &mut [0.0; SUBLEQ_WORKSPACE]);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        let machine = machines::subleq();
        let mut product = [0.0];
        machine.read(&self.sequence, 1, &mut product);
        emit_all(&product, emit);
        emit(f32::from(u8::from(machine.halted(&self.sequence))));
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        emit(5040.0);
        emit(1.0);
    }
    fn state_bytes() -> usize {
        4 * SUBLEQ_LENGTH
    }
}

/// FLEQ on blocks of 2 × 2: Newton's inverse, as in the shipped program `newton-inverse.fleq`.
struct Inverse {
    a: Matrix<f32, 2, 2>,
    sequence: [f32; FLEQ_LENGTH],
}

/// Blocks: A, its inverse X, Aᵀ, two of scratch, two constants, and a count from −11 to 1.
enum Block {
    A,
    X,
    Transposed,
    T,
    S,
    Ones,
    Two,
    Count,
}

/// X = Aᵀ / |A|², then X := X (2 − A X) twelve times.
const INVERSE: [fleq::Instruction; 14] = {
    use Block::*;
    use fleq::{Instruction, Operation::*};
    [
        compute(Elementwise, A, A, T),
        compute(Multiply, T, Ones, S),
        compute(Multiply, Ones, S, T),
        compute(Scalar, T, T, S),
        compute(InverseRoot, S, S, S),
        compute(Transpose, A, A, Transposed),
        compute(Multiply, S, Transposed, X),
        compute(Multiply, S, X, X),
        compute(Multiply, Transposed, X, T),
        compute(Subtract, Two, T, T),
        compute(Transpose, X, X, S),
        compute(Multiply, S, T, X),
        Instruction { flag: Count as usize, target: Some(8), ..compute(Add, Count, Ones, Count) },
        Instruction::HALT,
    ]
};

const fn compute(operation: fleq::Operation, a: Block, b: Block, c: Block) -> fleq::Instruction {
    let b = fleq::Operand::Block(b as usize);
    fleq::Instruction { b, ..fleq::Instruction::new(operation, a as usize, c as usize) }
}

impl Benchmark for Inverse {
    const NAME: &'static str = "fleq_inverse_loop";
    const SIZE: usize = FLEQ_LENGTH / FLEQ.rows as usize;
    const TOLERANCE: f64 = 1e-5;
    const REDUCED: bool = false;
    const RUNS: usize = 69;

    fn new(random: &mut Generator) -> Self {
        let mut kernel = Self { a: matrix(random), sequence: [0.0; FLEQ_LENGTH] };
        kernel.a.add_to_diagonal(2.0);
        kernel
    }
    fn load(&mut self) {
        let machine = machines::fleq();
        // If loading fails, the sequence computes nothing.
        let _ = machine.load(&[], &INVERSE, &mut self.sequence);
        for (block, numbers) in [
            (Block::A, self.a.as_slice()),
            (Block::Ones, &[1.0; 4]),
            (Block::Two, &[2.0, 0.0, 0.0, 2.0]),
            (Block::Count, &[-11.0]),
        ] {
            machine.write(&mut self.sequence, block as usize, numbers);
        }
    }
    fn run(&mut self) {
        forward(&FLEQ, &mut self.sequence, &mut [0.0; FLEQ_WORKSPACE]);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        let machine = machines::fleq();
        let mut inverse = [0.0; 4];
        machine.read(&self.sequence, Block::X as usize, &mut inverse);
        emit_all(&inverse, emit);
        emit(f32::from(u8::from(machine.halted(&self.sequence))));
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let mut inverse = Matrix::zeros();
        if solve::invert(&exact_matrix(&self.a), &mut inverse).is_ok() {
            inverse.as_slice().iter().for_each(|element| emit(*element));
            emit(1.0);
        }
    }
    fn state_bytes() -> usize {
        4 * FLEQ_LENGTH
    }
}
