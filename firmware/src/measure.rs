//! Measures a row: what it computes, what a call costs, how much stack it touches.

use crate::counter::Counter;
use crate::stack::Stack;
use core::hint::black_box;
use core::marker::PhantomData;
use core::mem::transmute;
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
    sample_length: u32,
    stack: Stack,
}

impl Measure {
    /// Starts the counter and paints the stack.
    pub fn new(peripherals: Peripherals) -> Self {
        let counter = Counter::new(peripherals);
        Self { stack: Stack::new(), sample_length: counter.sample_length(), counter }
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
        announce(K::NAME, K::SIZE, K::SCALAR, run::<K> as *const () as usize, K::state_bytes());
        // The seed passes through memory: no input is known when this is compiled.
        let mut kernel = K::new(&mut Generator::new(black_box(SEED)));
        let stack = self.stack_of(Work::new(&mut kernel), K::RUNS);
        let mut output = Output::new();
        kernel.output(&mut |value| output.push(value));
        output.flush();
        let (calls, counts) = self.cost_of(Work::new(&mut kernel));
        report(calls, &counts, stack, output.checksum);
    }
}

/// The function that is counted; its symbol is where the host finds the row's code.
#[inline(never)]
fn run<K: Kernel>(kernel: &mut K) {
    kernel.run();
}

/// A row's function and its operand, without their type: one copy of the measurement serves all.
struct Work<'k> {
    function: fn(*mut ()),
    operand: *mut (),
    _kernel: PhantomData<&'k mut ()>,
}

impl<'k> Work<'k> {
    fn new<K: Kernel>(kernel: &'k mut K) -> Self {
        // SAFETY: a reference and a pointer are passed alike; `call` passes back this very operand.
        let function = unsafe { transmute::<fn(&mut K), fn(*mut ())>(run::<K>) };
        // Through memory, so that no call is merged with another.
        Self {
            function: black_box(function),
            operand: core::ptr::from_mut(kernel).cast(),
            _kernel: PhantomData,
        }
    }

    #[inline(always)]
    fn call(&self) {
        (self.function)(self.operand);
    }
}

impl Measure {
    /// Most stack that one of `runs` calls touches.
    #[inline(never)]
    fn stack_of(&mut self, work: Work<'_>, runs: usize) -> usize {
        (0..runs).fold(0, |most, _| most.max(self.stack.used(&mut || work.call())))
    }

    /// Calls in a sample, and what each sample's calls cost.
    #[inline(never)]
    fn cost_of(&mut self, work: Work<'_>) -> (u32, [u32; SAMPLES]) {
        let mut repeat = |calls: u32| {
            self.counter.elapsed(|| {
                for _ in 0..calls {
                    work.call();
                }
            })
        };
        // Two warm-ups; the second tells how many calls make a sample.
        repeat(1);
        let once = repeat(1).max(1);
        let calls = (self.sample_length / once).clamp(1, 4096);
        // The cost of more calls than before: what surrounds them cancels.
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
