//! Measures a row: what it computes, what a call costs, how much stack it touches.

use crate::counter::Counter;
use crate::stack::Stack;
use core::hint::black_box;
use cortex_m::Peripherals;
use situ::random::Generator;
use situ_suite::{Kernel, SEED, Visitor};

/// Differences taken of each row.
const SAMPLES: usize = 5;

/// The rows to run, by a part of their name. Given when the firmware is built.
const FILTER: &str = match option_env!("SITU_FILTER") {
    Some(text) => text,
    None => "",
};

/// Measures every row and logs it.
pub struct Measure {
    counter: Counter,
    stack: Stack,
}

impl Measure {
    /// Starts the counter and paints the stack.
    pub fn new(peripherals: Peripherals) -> Self {
        Self { stack: Stack::new(), counter: Counter::new(peripherals) }
    }

    /// Name of the counter.
    pub fn counter(&self) -> &'static str {
        self.counter.name()
    }

    /// Most stack in use at once.
    pub fn deepest_stack(&mut self) -> usize {
        self.stack.deepest()
    }
}

impl Visitor for Measure {
    const REDUCED: bool = cfg!(feature = "reduced");

    #[inline(never)]
    fn visit<K: Kernel>(&mut self) {
        if !situ_suite::selected(K::NAME, FILTER) {
            return;
        }
        let entry = run::<K> as *const () as usize;
        announce(K::NAME, K::SIZE, K::SCALAR, entry, K::state_bytes());
        // The seed passes through memory: no input is known when this is compiled.
        let mut kernel = K::new(&mut Generator::new(black_box(SEED)));
        // As is the function, so that no call is merged with another.
        let run = black_box(run::<K> as fn(&mut K));
        let mut stack = self.stack.used(&mut || run(&mut kernel));
        for _ in 1..K::RUNS {
            stack = stack.max(self.stack.used(&mut || run(&mut kernel)));
        }
        let mut output = Output::new();
        kernel.output(&mut |value| output.push(value));
        output.flush();

        let mut repeat = |calls: u32| {
            self.counter.elapsed(|| {
                for _ in 0..calls {
                    run(&mut kernel);
                }
            })
        };
        // Two warm-ups; the second tells how many calls make a sample.
        repeat(1);
        let once = repeat(1);
        let calls = (self.counter.sample_length() / once.max(1)).clamp(1, 4096);
        let mut repeat = |calls: u32| {
            self.counter.elapsed(|| {
                for _ in 0..calls {
                    run(&mut kernel);
                }
            })
        };
        // The cost of more calls than before: what surrounds them cancels.
        let counts: [u32; SAMPLES] = core::array::from_fn(|_| {
            let fewer = repeat(calls);
            repeat(2 * calls).saturating_sub(fewer)
        });
        report(calls, &counts, stack, output.checksum);
    }
}

/// The function that is counted; its symbol is where the host finds the row's code.
#[inline(never)]
fn run<K: Kernel>(kernel: &mut K) {
    kernel.run();
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

/// Logs numbers as their bits, a handful a line, and sums them up.
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
