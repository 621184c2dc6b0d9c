#![no_std]
//! The benchmark suite: one [`Kernel`] a row, shared by the firmware, which counts its work, and the
//! host, which computes in f64 what must come out.
//!
//! Both make a row's input from the same seed with the same generator, so it never travels. To add a
//! row, implement [`Kernel`] in the file of its subject and name the type in that file's `each`.

mod attention;
mod computer;
mod format;
mod games;
mod learn;
mod machines;
mod matrix;
mod models;
mod normtune;
mod scalar;
mod solve;
mod transformer;

pub use format::Format;
pub use models::PROMPTS;
use situ::random::Generator;

/// Seed of every row's input.
pub const SEED: u64 = 20_261_123;

/// One row: an input from a seed, the work that is counted, and what must come out.
pub trait Kernel: Sized {
    /// What is computed. Rows of two runs are joined on name, size and scalar: never rename one.
    const NAME: &'static str;
    /// Rows of a matrix, length of a vector.
    const SIZE: usize;
    /// Storage format of the operands.
    const SCALAR: &'static str;
    /// Largest error allowed, relative to the largest element of the reference.
    const TOLERANCE: f64;
    /// Whether the row is in the suite of small chips: 64 KB of flash, 12 KB of RAM.
    const REDUCED: bool = Self::SIZE <= 8;
    /// Runs after which the output is held against the reference.
    const RUNS: usize = 1;

    /// Draws the input.
    fn new(random: &mut Generator) -> Self;
    /// Fills, where the row lies, what [`Self::new`] left zero: it may move what it returns, and a
    /// board has no RAM for a second copy of the largest rows.
    fn load(&mut self) {}
    /// The work. May be repeated any number of times.
    fn run(&mut self);
    /// Emits what was computed.
    fn output(&self, emit: &mut dyn FnMut(f32));
    /// Emits, on a fresh row, what [`Self::RUNS`] runs must compute, in f64 from the same input.
    fn reference(&self, emit: &mut dyn FnMut(f64));
    /// Bytes that the algorithm keeps between calls; nothing for a plain function.
    fn state_bytes() -> usize {
        0
    }
}

/// What is done with every row: measured on the device, predicted on the host.
pub trait Visitor {
    /// Whether only the reduced suite is wanted.
    const REDUCED: bool;
    /// Takes one row.
    fn visit<K: Kernel>(&mut self);
}

/// Takes every row, in the order of the table.
pub fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Empty);
    matrix::each(visitor);
    solve::each(visitor);
    normtune::each(visitor);
    scalar::each(visitor);
    attention::each(visitor);
    learn::each(visitor);
    games::each(visitor);
    transformer::each(visitor);
    computer::each(visitor);
}

/// Takes every row of the models: an image of its own, for the weights they bring.
pub fn each_model<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Empty);
    models::each(visitor);
}

/// Visits the named rows, those of the reduced suite only where that is asked for.
macro_rules! rows {
    ($visitor:ident: $($kernel:ty),* $(,)?) => {
        $(
            if <$kernel as $crate::Kernel>::REDUCED || !V::REDUCED {
                $visitor.visit::<$kernel>();
            }
        )*
    };
}
pub(crate) use rows;

/// Whether a row of this name is asked for: the filter is a part of it, or empty.
pub fn selected(name: &str, filter: &str) -> bool {
    // By bytes: `str::contains` is two kilobytes of code.
    let (name, filter) = (name.as_bytes(), filter.as_bytes());
    filter.is_empty() || name.windows(filter.len()).any(|part| part == filter)
}

/// [`checksum`] of no numbers.
pub const CHECKSUM_OF_NOTHING: u32 = 0x811c_9dc5;

/// FNV-1a over the bits of one more number, a word at a time.
pub fn checksum(sum: u32, value: f32) -> u32 {
    (sum ^ value.to_bits()).wrapping_mul(0x0100_0193)
}

/// Nothing: what a call costs.
struct Empty;

impl Kernel for Empty {
    const NAME: &'static str = "empty";
    const SIZE: usize = 0;
    const SCALAR: &'static str = "f32";
    const TOLERANCE: f64 = 0.0;

    fn new(_: &mut Generator) -> Self {
        Self
    }
    fn run(&mut self) {}
    fn output(&self, _: &mut dyn FnMut(f32)) {}
    fn reference(&self, _: &mut dyn FnMut(f64)) {}
}
