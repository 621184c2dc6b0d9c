//! The looped computers of the suite, for the build script, which writes their weights, and for the
//! rows, which load programs.

use situ::construct::computer::{fleq, subleq};

/// SUBLEQ in nine layers, words of 16 bits, 27 columns.
pub(crate) fn subleq() -> subleq::Machine {
    subleq::Machine::new::<f32>(16, 27, subleq::Depth::Nine)
}

/// FLEQ on 8 blocks of 2 × 2, 14 commands.
pub(crate) fn fleq() -> fleq::Machine {
    fleq::Machine {
        registers: 0,
        product_scale: 0.02,
        product_order: 2,
        ..fleq::Machine::new::<f32>(2, 8, 14)
    }
}
