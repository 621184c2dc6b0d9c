//! A row of the suite without its type: one copy of the measurement serves all rows, so that a row
//! takes the flash of its own work only.

use core::mem::{MaybeUninit, needs_drop, transmute};
use situ::random::Generator;
use situ_suite::Kernel;

/// Bytes that the largest operand may take.
const ROOM: usize = if cfg!(feature = "reduced") { 2048 } else { 20_992 };

/// A row, as the measurement sees it.
pub struct Row {
    /// [`Kernel::NAME`].
    pub name: &'static str,
    /// [`Kernel::SIZE`].
    pub size: usize,
    /// [`Kernel::SCALAR`].
    pub scalar: &'static str,
    /// [`Kernel::RUNS`].
    pub runs: usize,
    /// [`Kernel::state_bytes`].
    pub state_bytes: fn() -> usize,
    make: fn(*mut (), &mut Generator),
    run: fn(*mut ()),
    output: fn(*const (), &mut dyn FnMut(f32)),
}

/// The row of a kernel.
pub struct Of<K>(K);

impl<K: Kernel> Of<K> {
    /// It.
    pub const ROW: Row = {
        let runs = K::REDUCED || !cfg!(feature = "reduced");
        assert!(size_of::<K>() <= ROOM || !runs, "the largest operand needs more room");
        assert!(align_of::<K>() <= align_of::<Room>() && !needs_drop::<K>());
        Row {
            name: K::NAME,
            size: K::SIZE,
            scalar: K::SCALAR,
            runs: K::RUNS,
            state_bytes: K::state_bytes,
            make: make::<K>,
            // SAFETY: a reference and a pointer are passed alike, and `Operand` passes a pointer to
            // a `K` that no one else holds.
            run: unsafe { transmute::<fn(&mut K), fn(*mut ())>(run::<K>) },
            // SAFETY: as above.
            output: unsafe {
                transmute::<fn(&K, &mut dyn FnMut(f32)), fn(*const (), &mut dyn FnMut(f32))>(
                    K::output,
                )
            },
        }
    };
}

/// The function that is counted; its symbol is where the host finds the row's code.
#[inline(never)]
fn run<K: Kernel>(kernel: &mut K) {
    kernel.run();
}

fn make<K: Kernel>(room: *mut (), random: &mut Generator) {
    // SAFETY: `Operand::new` passes room that is large and aligned enough, as `Of::ROW` asserts.
    let kernel = unsafe { &mut *room.cast::<MaybeUninit<K>>() };
    kernel.write(K::new(random)).load();
}

/// Where an operand lies.
#[repr(align(8))]
pub struct Room([MaybeUninit<u8>; ROOM]);

impl Room {
    /// Empty room.
    pub const fn new() -> Self {
        Self([MaybeUninit::uninit(); ROOM])
    }
}

/// A row's operand, drawn from a seed.
pub struct Operand<'r> {
    run: fn(*mut ()),
    output: fn(*const (), &mut dyn FnMut(f32)),
    place: &'r mut Room,
}

impl<'r> Operand<'r> {
    /// Draws the operand.
    pub fn new(row: &Row, place: &'r mut Room, seed: u64) -> Self {
        (row.make)(place.0.as_mut_ptr().cast(), &mut Generator::new(seed));
        Self { run: row.run, output: row.output, place }
    }

    /// The work.
    #[inline(always)]
    pub fn run(&mut self) {
        (self.run)(self.place.0.as_mut_ptr().cast());
    }

    /// Emits what was computed.
    pub fn output(&self, emit: &mut dyn FnMut(f32)) {
        (self.output)(self.place.0.as_ptr().cast(), emit);
    }

    /// Address of the function that is counted.
    pub fn entry(&self) -> usize {
        self.run as *const () as usize
    }
}
