//! The parts of the layers.

use super::layout::Layout;
use crate::construct::code::power_of_two;
use crate::construct::computer::circuit::{Circuit, GATE, OPEN, Term};
use crate::scalar::Storage;
use crate::transformer::{Attention, Block, Builder, Error};

type Gate = ([Term; 1], f64);

impl Layout {
    /// Open in the scratch column.
    fn in_scratch(&self) -> Gate {
        ([Term::at(self.scratch).times(GATE)], -GATE)
    }

    /// Open outside the scratch column.
    fn off_scratch(&self) -> Gate {
        ([Term::at(self.scratch).times(-GATE)], 0.0)
    }

    /// A head in which the scratch column and the column whose code it holds at `pointer` attend to
    /// each other and themselves in equal parts: the code of the scratch column itself is 0, so both
    /// score l, all others at most l − 2. Every other column attends to itself.
    pub fn pair<S: Storage>(
        &self,
        builder: &mut Builder<'_, S>,
        pointer: u16,
        values: &[Block<S>],
        attention: Attention<S::Compute>,
    ) -> Result<(), Error> {
        let keys = [Block::copy(0, pointer, self.code), Block::copy(0, self.position, self.code)];
        builder.head(&keys, &keys, values, attention).map(drop)
    }

    /// Doubles the half of a value that the heads wrote, in the scratch column: `to += 2 buffer`.
    fn take<S: Storage>(
        &self,
        circuit: &mut Circuit<'_, '_, S>,
        buffer: u16,
        length: u16,
        to: u16,
    ) -> Result<(), Error> {
        let half = Term::along(buffer).times(2.0);
        circuit.signed(length, [half], self.in_scratch(), Term::along(to))
    }

    /// current := the instruction, half of which is in the buffer.
    pub fn take_instruction<S: Storage>(
        &self,
        circuit: &mut Circuit<'_, '_, S>,
    ) -> Result<(), Error> {
        self.take(circuit, self.buffer, 3 * self.code, self.current)?;
        circuit.clear(self.buffer, 3 * self.code)
    }

    /// a := mem[a], b := mem[b], half of which is in the buffer.
    pub fn take_operands<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        self.take(circuit, self.buffer, self.word, self.a)?;
        self.take(circuit, self.second_buffer(), self.word, self.b)?;
        circuit.clear(self.buffer, 2 * self.word)
    }

    /// The sum b + (2^N − 1 − a) + 1 of the lowest i + 1 bits, divided by 2^i, for each bit i. With
    /// ±1 bits it is 2 plus the sum over j ≤ i of `2^(j−i) (b_j − a_j) / 2`: the weights depend only
    /// on i − j, so each such distance is one block.
    fn difference(&self, a: u16, b: u16, scale: f64) -> impl Iterator<Item = Term> + Clone {
        let word = self.word;
        let operands = (0..word).flat_map(move |distance| {
            let weight = 0.5 * scale / power_of_two(distance);
            [(a, -weight), (b, weight)].map(|(operand, weight)| {
                Term::along(operand + distance).only(0, word - distance).times(weight)
            })
        });
        operands.chain([Term::at(self.scratch).times(2.0)])
    }

    /// second buffer := the sums of `difference`.
    pub fn add<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let sums = self.difference(self.a, self.b, 1.0);
        circuit.relu(self.word, sums, 0.0, [Term::along(self.second_buffer())])
    }

    /// b := the bits of the sums; clears a and the buffer.
    pub fn carry<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let sums = [Term::along(self.second_buffer())];
        circuit.bits_of_sum(self.word, sums, (self.scratch, 0.0), self.b)?;
        circuit.clear(self.a, 2 * self.word)?;
        circuit.clear(self.second_buffer(), self.word)
    }

    /// b := mem[b] − mem[a] in one feed-forward, from the halves in the buffer.
    pub fn subtract<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let sums = self.difference(self.buffer, self.second_buffer(), 2.0);
        circuit.bits_of_sum(self.word, sums, (self.scratch, -GATE), self.b)?;
        circuit.clear(self.buffer, 2 * self.word)
    }

    /// memory := b in the column that is paired with the scratch column. Every other column has half
    /// of its own value in the buffer and does not change.
    pub fn write<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let change = [Term::along(self.buffer).times(2.0), Term::along(self.memory).times(-2.0)];
        circuit.signed(self.word, change, self.off_scratch(), Term::along(self.memory))?;
        circuit.clear(self.buffer, self.word)
    }

    /// First row of a := 1 if b ≤ 0, else 0; clears b. A number is not positive if its sign bit is 1
    /// or all its bits are −1.
    pub fn compare<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let flag = Term::at(self.a);
        circuit.relu(1, [Term::at(self.b)], 0.0, [flag])?;
        let bits = Term::rows(self.b, self.word).times(-1.0);
        let zero = mutated!("subleq-zero", 1.0, 0.0);
        circuit.relu(1, [bits], zero - f64::from(self.word), [flag])?;
        circuit.clear(self.b, self.word)
    }

    /// counter := counter + 1.
    pub fn advance<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        circuit.increment(self.counter, self.code, [], self.counter)
    }

    /// counter := target if the flag is 1; clears the flag and the current instruction.
    pub fn branch<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let (counter, target) = (Term::along(self.counter), Term::along(self.target()));
        let flag = Term::at(self.a);
        let taken = [flag, Term::at(self.scratch).times(-1.0)];
        circuit.signed(self.code, [target], (taken, 0.0), counter)?;
        circuit.signed(self.code, [counter], ([flag.times(-1.0)], 0.0), counter)?;
        circuit.clear(self.counter, self.code)?;
        circuit.signed(1, [flag], OPEN, flag.times(-1.0))?;
        circuit.clear(self.current, 3 * self.code)
    }

    /// Rounds the bits of memory and counter to −1, 0 or 1, in all columns.
    pub fn correct<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        circuit.correct(self.memory, self.word)?;
        circuit.correct(self.counter, self.code)
    }
}
