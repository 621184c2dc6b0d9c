//! The fourth layer, which writes and branches.

use super::closed_by;
use super::layout::Layout;
use crate::construct::computer::circuit::{Circuit, OPEN, Term, feed_forward};
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Block, Builder, Error};

/// Closes the gate of a code if a flag exceeds the threshold by 1e-6, which STEEPNESS makes 1e-3.
const BRANCH_GATE: f64 = 1e3;

impl Layout {
    /// Layer 4. Column j of every block attends to plus column j; every column attends to plus column
    /// 0, which judged the flag.
    pub fn write<S: Storage>(
        &self,
        builder: &mut Builder<'_, S>,
        attention: Attention<S::Compute>,
    ) -> Result<(), Error> {
        let (d, two) = (self.size, S::Compute::from_f64(2.0));
        builder
            .layer()?
            .head(
                &[Block::copy(0, self.signed_column, d)],
                &[Block::copy(0, self.column, d).times(two)],
                &[Block::copy(self.written, self.result, d)],
                attention,
            )?
            .head(
                &[Block::copy(0, self.signed_column, 1)],
                &[Block::copy(0, self.one, 1).times(two)],
                &[Block::copy(self.stay_all, self.stay_new, 1)],
                attention,
            )?;
        feed_forward(builder, |circuit| {
            let gate = ([closed_by(self.not_target_block)], 0.0);
            circuit.signed(d, [Term::along(self.written)], gate, Term::along(self.memory))?;
            self.branch(circuit)?;
            for r in 0..self.registers {
                let gate = [closed_by(self.not_fetch + r)];
                self.replace(circuit, self.matrix, self.register(r), gate)?;
            }
            // The next instruction starts from zeros.
            circuit.clear(self.pointers[0], self.rows - self.pointers[0])
        })
    }

    /// counter := target if the flag allows it, otherwise the next instruction.
    fn branch<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let p = self.instruction_code;
        let counter = Term::along(self.counter);
        let (target, next) = (Term::along(self.target), Term::along(self.next));
        let stay = mutated!("fleq-branch", [self.stay_old, self.stay_all], [self.stay_all; 2])
            .map(|row| Term::at(row).times(-BRANCH_GATE));
        circuit.signed(p, [counter], OPEN, counter.times(-1.0))?;
        circuit.signed(p, [next], OPEN, counter)?;
        circuit.signed(p, [target], (stay, 0.0), counter)?;
        circuit.signed(p, [next], (stay, 0.0), counter.times(-1.0))
    }
}
