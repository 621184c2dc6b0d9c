//! Measures a row: its output, the cost of a call and the stack that it touches.

use crate::row::{Operand, Place, Row, row};
use core::hint::black_box;
use situ_board::{Counter, Stack};
use situ_suite::{Benchmark, SEED, Visitor};

/// Number of samples per row.
const SAMPLES: usize = 5;

/// Maximum stack of the suite. Painting all free RAM before every row would take most of an emulated
/// run.
const STACK: usize = 63 * 1024;

/// Part of the name of the rows to run, given when the firmware is built.
const FILTER: &str = match option_env!("SITU_FILTER") {
    Some(text) => text,
    None => "",
};

/// Measures every row and logs it.
pub struct Measure {
    counter: Counter,
    sample_length: u32,
    stack: Stack,
    /// Whether the emulator writes a trace of this run, from which the host counts.
    traced: bool,
}

impl Measure {
    /// Paints the stack.
    pub fn new(counter: Counter) -> Self {
        let (sample_length, traced) = (counter.sample_length(), situ_board::is_traced());
        Self { stack: Stack::new(STACK), sample_length, counter, traced }
    }

    /// The counter's name.
    pub fn counter(&self) -> &'static str {
        self.counter.name()
    }

    /// Maximum stack in use so far, in bytes.
    pub fn deepest_stack(&self) -> usize {
        self.stack.deepest()
    }
}

impl Visitor for Measure {
    const REDUCED: bool = cfg!(feature = "reduced");

    fn visit<B: Benchmark>(&mut self) {
        // Known at build time: omitted rows are not even compiled.
        if const { situ_suite::selected(B::NAME, FILTER) } {
            self.measure(&const { row::<B>() });
        }
    }
}

impl Measure {
    #[inline(never)]
    fn measure(&mut self, row: &Row) {
        let mut place = Place::new();
        // The seed is opaque to the compiler, so that no input is known at compile time.
        let mut operand = Operand::new(row, &mut place, black_box(SEED));
        announce(row.name, row.size, row.scalar, operand.entry(), (row.state_bytes)());
        if self.traced {
            // The host uses the last call, when the state is no longer fresh.
            (0..=row.runs).for_each(|_| operand.run());
            return;
        }
        let stack = self.stack_of(&mut operand, row.runs);
        let mut output = Output::new();
        operand.output(&mut |value| output.push(value));
        output.flush();
        let (calls, counts) = self.cost_of(&mut operand);
        report(calls, &counts, stack, output.checksum);
    }

    /// Maximum stack that one of `runs` calls touches, in bytes.
    fn stack_of(&mut self, operand: &mut Operand<'_>, runs: usize) -> usize {
        (0..runs).fold(0, |maximum, _| maximum.max(self.stack.used(&mut || operand.run())))
    }

    /// Calls in a sample, and the count of each sample.
    fn cost_of(&mut self, operand: &mut Operand<'_>) -> (u32, [u32; SAMPLES]) {
        let mut repeat = |calls: u32| {
            self.counter.elapsed(|| {
                for _ in 0..calls {
                    operand.run();
                }
            })
        };
        // Two warm-up calls; the second one determines the number of calls per sample.
        repeat(1);
        let once = repeat(1).max(1);
        let calls = (self.sample_length / once).clamp(1, 4096);
        // 2 n calls minus n calls: the cost of the surrounding code cancels.
        let counts = core::array::from_fn(|_| {
            let fewer = repeat(calls);
            repeat(2 * calls).saturating_sub(fewer)
        });
        (calls, counts)
    }
}

#[inline(never)]
fn announce(name: &str, size: usize, scalar: &str, entry: usize, state: usize) {
    defmt::println!(
        "{{\"row\":{{\"name\":\"{=str}\",\"size\":{=usize},\"scalar\":\"{=str}\",\"entry\":{=usize},\
         \"state\":{=usize}}}}}",
        name,
        size,
        scalar,
        entry,
        state
    );
}

#[inline(never)]
fn report(calls: u32, counts: &[u32], stack: usize, checksum: u32) {
    defmt::println!(
        "{{\"cost\":{{\"calls\":{=u32},\"counts\":{=[?]},\"stack\":{=usize},\"checksum\":{=u32}}}}}",
        calls,
        counts,
        stack,
        checksum
    );
}

/// Logs numbers as their bits, 32 to a line, with their checksum.
struct Output {
    bits: [u32; 32],
    length: usize,
    checksum: u32,
}

impl Output {
    fn new() -> Self {
        Self { bits: [0; 32], length: 0, checksum: situ_suite::CHECKSUM_OF_NOTHING }
    }

    #[inline(never)]
    fn push(&mut self, value: f32) {
        self.checksum = situ_suite::checksum(self.checksum, value);
        self.bits[self.length] = value.to_bits();
        self.length += 1;
        if self.length == self.bits.len() {
            self.flush();
        }
    }

    #[inline(never)]
    fn flush(&mut self) {
        if self.length > 0 {
            defmt::println!("{{\"bits\":{=[?]}}}", self.bits[..self.length]);
        }
        self.length = 0;
    }
}
