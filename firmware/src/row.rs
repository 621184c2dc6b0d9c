//! A benchmark with its type erased: one copy of the measuring code serves all rows, so that a row
//! adds only its own work to the image.

use core::mem::{MaybeUninit, needs_drop, transmute};
use situ::random::Generator;
use situ_suite::Benchmark;

/// Maximum size of an operand, in bytes.
const CAPACITY: usize = if cfg!(feature = "reduced") { 2048 } else { 20_992 };

/// A row of the table, as the measurement sees it.
pub struct Row {
    /// [`Benchmark::NAME`].
    pub name: &'static str,
    /// [`Benchmark::SIZE`].
    pub size: usize,
    /// [`Benchmark::SCALAR`].
    pub scalar: &'static str,
    /// [`Benchmark::RUNS`].
    pub runs: usize,
    /// [`Benchmark::state_bytes`].
    pub state_bytes: fn() -> usize,
    make: fn(*mut (), &mut Generator),
    run: fn(*mut ()),
    output: fn(*const (), &mut dyn FnMut(f32)),
}

/// The row of a benchmark.
pub const fn row<B: Benchmark>() -> Row {
    let runs = B::REDUCED || !cfg!(feature = "reduced");
    assert!(size_of::<B>() <= CAPACITY || !runs, "the largest operand needs more capacity");
    assert!(align_of::<B>() <= align_of::<Place>() && !needs_drop::<B>());
    Row {
        name: B::NAME,
        size: B::SIZE,
        scalar: B::SCALAR,
        runs: B::RUNS,
        state_bytes: B::state_bytes,
        make: make::<B>,
        // SAFETY: a reference and a pointer have the same ABI, and `Operand` passes a pointer to a `B` that
        // no one else holds.
        run: unsafe { transmute::<fn(&mut B), fn(*mut ())>(run::<B>) },
        // SAFETY: as above.
        output: unsafe {
            transmute::<fn(&B, &mut dyn FnMut(f32)), fn(*const (), &mut dyn FnMut(f32))>(B::output)
        },
    }
}

/// The function whose calls are counted. The host finds the row's code by its address.
#[inline(never)]
fn run<B: Benchmark>(benchmark: &mut B) {
    benchmark.run();
}

fn make<B: Benchmark>(place: *mut (), generator: &mut Generator) {
    // SAFETY: `Operand::new` passes a place that is large and aligned enough, as `row` asserts.
    let benchmark = unsafe { &mut *place.cast::<MaybeUninit<B>>() };
    benchmark.write(B::new(generator)).load();
}

/// The place of an operand.
#[repr(align(8))]
pub struct Place([MaybeUninit<u8>; CAPACITY]);

impl Place {
    /// An unused place.
    pub const fn new() -> Self {
        Self([MaybeUninit::uninit(); CAPACITY])
    }
}

/// A row's operand, drawn from a seed.
pub struct Operand<'r> {
    run: fn(*mut ()),
    output: fn(*const (), &mut dyn FnMut(f32)),
    place: &'r mut Place,
}

impl<'r> Operand<'r> {
    /// Draws the operand.
    pub fn new(row: &Row, place: &'r mut Place, seed: u64) -> Self {
        (row.make)(place.0.as_mut_ptr().cast(), &mut Generator::new(seed));
        Self { run: row.run, output: row.output, place }
    }

    /// Runs the work.
    #[inline(always)]
    pub fn run(&mut self) {
        (self.run)(self.place.0.as_mut_ptr().cast());
    }

    /// Emits what was computed.
    pub fn output(&self, emit: &mut dyn FnMut(f32)) {
        (self.output)(self.place.0.as_ptr().cast(), emit);
    }

    /// Address of the counted function.
    pub fn entry(&self) -> usize {
        self.run as *const () as usize
    }
}
