//! The looped computers of the suite, shared by the build script, which writes their weights, and the
//! benchmarks, which load programs.

use situ::construct::computer::{fleq, subleq};

/// SUBLEQ in nine layers, words of 16 bits, 27 columns.
pub(crate) const fn subleq() -> subleq::Machine {
    subleq::Machine::new::<f32>(16, 27, subleq::Depth::Nine)
}

/// FLEQ with 8 blocks of 2 × 2 and 14 instructions.
pub(crate) const fn fleq() -> fleq::Machine {
    fleq::Machine {
        registers: 0,
        product_scale: 0.02,
        product_order: 2,
        ..fleq::Machine::new::<f32>(2, 8, 14)
    }
}
