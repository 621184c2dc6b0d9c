//! The looped computers.

use crate::kept;
use situ::construct::computer::{Computer, Error, fleq, subleq};
use situ::transformer::{BufferSizes, Buffers, Transformer};

type Built<'a> = Result<Transformer<'a, f32>, Error>;
type Loaded = Result<(), Error>;

/// Keeps them.
pub fn keep() {
    kept! {
        subleq::Machine::new::<f32> => fn(u16, usize, subleq::Depth) -> subleq::Machine;
        subleq::Machine::buffer_sizes => fn(&subleq::Machine) -> BufferSizes;
        subleq::Machine::drift => fn(&subleq::Machine, &[f32]) -> f32;
        fleq::Machine::new::<f32> => fn(u16, usize, usize) -> fleq::Machine;
        fleq::Machine::buffer_sizes => fn(&fleq::Machine) -> BufferSizes;
        fleq::Machine::register => fn(&fleq::Machine, &[f32], u16) -> usize;
    }
    keep_computer::<subleq::Machine>();
    keep_computer::<fleq::Machine>();
}

/// Keeps what both machines have in common.
fn keep_computer<C: Computer + 'static>() {
    kept! {
        C::build => for<'a> fn(&C, Buffers<'a, f32>) -> Built<'a>;
        C::load => fn(&C, &[f32], &[C::Instruction], &mut [f32]) -> Loaded;
        C::write => fn(&C, &mut [f32], usize, &[f32]);
        C::read => fn(&C, &[f32], usize, &mut [f32]);
        C::step => fn(&C, &Transformer<'_, f32>, &mut [f32], &mut [f32]) -> Loaded;
        C::cells => fn(&C, &[f32]) -> usize;
        C::counter => fn(&C, &[f32]) -> usize;
        C::halted => fn(&C, &[f32]) -> bool;
    }
}
