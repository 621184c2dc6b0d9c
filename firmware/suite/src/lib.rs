#![no_std]
//! The benchmark suite: one [`Benchmark`] per row of the table, shared by the firmware, which counts
//! its work, and the host, which computes the expected output in f64.
//!
//! Both draw a row's input from the same seed with the same generator, so no input is transferred. To
//! add a row, implement [`Benchmark`] in the file of its subject and add the type to that file's `each`.

mod anomaly;
mod attention;
mod bandits;
mod bits;
mod computer;
mod format;
mod games;
mod learn;
mod learners;
mod machines;
mod matrix;
mod models;
mod normtune;
mod scalar;
mod solve;
mod transformer;
pub mod tuning;
pub mod weights;

pub use format::Format;
pub use models::PROMPTS;
use situ::random::Generator;

/// Seed of every row's input.
pub const SEED: u64 = 20_261_123;

/// One row: an input drawn from a seed, the work that is counted, and the expected output.
pub trait Benchmark: Sized {
    /// What is computed. Rows of two runs are joined on name, size and scalar, so never rename one.
    const NAME: &'static str;
    /// Rows of a matrix, length of a vector.
    const SIZE: usize;
    /// Storage format of the operands.
    const SCALAR: &'static str = "f32";
    /// Largest error allowed, relative to the largest element of the reference.
    const TOLERANCE: f64;
    /// Whether the row is in the suite of small chips: 64 KB of flash, 12 KB of RAM.
    const REDUCED: bool = Self::SIZE <= 8;
    /// Runs after which the output is checked against the reference.
    const RUNS: usize = 1;

    /// Draws the input.
    fn new(generator: &mut Generator) -> Self;
    /// Fills in place what [`Self::new`] left zero: `new` may move its result, and a board lacks the RAM for
    /// a second copy of the largest rows.
    fn load(&mut self) {}
    /// The work. May be repeated any number of times.
    fn run(&mut self);
    /// Emits the result.
    fn output(&self, emit: &mut dyn FnMut(f32));
    /// Emits the output expected after [`Self::RUNS`] runs on a new row, in f64 from the same input.
    fn reference(&self, emit: &mut dyn FnMut(f64));
    /// Bytes that the algorithm keeps between calls; 0 for a plain function.
    fn state_bytes() -> usize {
        0
    }
}

/// What to do with every row: the device measures it, the host computes it in f64.
pub trait Visitor {
    /// Whether to visit the reduced suite only.
    const REDUCED: bool;
    /// Visits one row.
    fn visit<B: Benchmark>(&mut self);
}

/// Visits every row, in the order of the table.
pub fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Empty);
    matrix::each(visitor);
    solve::each(visitor);
    normtune::each(visitor);
    scalar::each(visitor);
    bits::each(visitor);
    attention::each(visitor);
    learn::each(visitor);
    anomaly::each(visitor);
    games::each(visitor);
    bandits::each(visitor);
    transformer::each(visitor);
    computer::each(visitor);
}

/// Visits every row of the models, a separate image because of their weights.
pub fn each_model<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Empty);
    models::each(visitor);
}

/// Visits every row of the learners of a stream, also a separate image.
pub fn each_learner<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Empty);
    learners::each(visitor);
}

/// Visits the named rows, or only those of the reduced suite if the visitor is restricted to it.
macro_rules! rows {
    ($visitor:ident: $($benchmark:ty),* $(,)?) => {
        $(
            if <$benchmark as $crate::Benchmark>::REDUCED || !V::REDUCED {
                $visitor.visit::<$benchmark>();
            }
        )*
    };
}
pub(crate) use rows;

/// Whether the filter selects a row with this name: it is part of the name, or empty.
pub const fn selected(name: &str, filter: &str) -> bool {
    let (name, filter) = (name.as_bytes(), filter.as_bytes());
    let mut start = 0;
    while start + filter.len() <= name.len() {
        let mut same = 0;
        while same < filter.len() && name[start + same] == filter[same] {
            same += 1;
        }
        if same == filter.len() {
            return true;
        }
        start += 1;
    }
    false
}

/// [`checksum`] of no numbers.
pub const CHECKSUM_OF_NOTHING: u32 = 0x811c_9dc5;

/// FNV-1a over the bits of one more number, a word at a time.
pub fn checksum(sum: u32, value: f32) -> u32 {
    (sum ^ value.to_bits()).wrapping_mul(0x0100_0193)
}

/// No work: the cost of the call itself.
struct Empty;

impl Benchmark for Empty {
    const NAME: &'static str = "empty";
    const SIZE: usize = 0;
    const TOLERANCE: f64 = 0.0;

    fn new(_: &mut Generator) -> Self {
        Self
    }
    fn run(&mut self) {}
    fn output(&self, _: &mut dyn FnMut(f32)) {}
    fn reference(&self, _: &mut dyn FnMut(f64)) {}
}
