//! The looped transformer as a computer.

use crate::kept;
use situ::construct::computer::{Error, fleq, subleq};
use situ::transformer::{Buffers, Transformer};

type Built<'a> = Result<Transformer<'a, f32>, Error>;
type Loaded = Result<(), Error>;

/// Keeps them.
pub fn keep() {
    kept! {
        subleq::Machine::new::<f32> => fn(u16, usize, subleq::Depth) -> subleq::Machine;
        subleq::Machine::build => for<'a> fn(&subleq::Machine, Buffers<'a, f32>) -> Built<'a>;
        subleq::Machine::load => fn(&subleq::Machine, &[i64], &[subleq::Command], &mut [f32]) -> Loaded;
        subleq::Machine::cell => fn(&subleq::Machine, &[f32], usize) -> i64;
        subleq::Machine::counter => fn(&subleq::Machine, &[f32]) -> usize;
        subleq::Machine::at_rest => fn(&subleq::Machine, &[f32]) -> bool;
        subleq::Machine::drift => fn(&subleq::Machine, &[f32]) -> f32;
        fleq::Machine::new::<f32> => fn(u16, usize, usize) -> fleq::Machine;
        fleq::Machine::build => for<'a> fn(&fleq::Machine, Buffers<'a, f32>) -> Built<'a>;
        fleq::Machine::load => fn(&fleq::Machine, &[f32], &[fleq::Instruction], &mut [f32]) -> Loaded;
        fleq::Machine::write => fn(&fleq::Machine, &mut [f32], usize, &[f32]);
        fleq::Machine::read => fn(&fleq::Machine, &[f32], usize, &mut [f32]);
        fleq::Machine::check_next => fn(&fleq::Machine, &[f32]) -> Loaded;
        fleq::Machine::is_sound => fn(&fleq::Machine, &[f32]) -> bool;
        fleq::Machine::counter => fn(&fleq::Machine, &[f32]) -> usize;
        fleq::Machine::register => fn(&fleq::Machine, &[f32], u16) -> usize;
        fleq::Machine::halted => fn(&fleq::Machine, &[f32]) -> bool;
    }
}
