//! The weights: indicators, their average, the mixture.

use super::{Plan, Rows, Task};
use crate::construct::code::code;
use crate::construct::piecewise_linear::PiecewiseLinear;
use crate::scalar::{Scalar, Storage};
use crate::transformer::{
    Attention, Bias, Block, BufferSizes, Buffers, Builder, Error, Mask, Transformer,
};

/// β: what one bit of a code weighs in a score.
const SHARP: f64 = 24.0;

/// Most blocks of a map, gathered with others in an array.
const MAX_BLOCKS: usize = 64;

pub(super) const fn buffer_sizes(
    examples: usize,
    bits: usize,
    tasks: usize,
    blocks: usize,
) -> BufferSizes {
    let (compare, look_up, mix) = (6 + bits, 4 * (examples + 1) + 1, 8 + bits);
    let (round, average) = (6, 4 + bits);
    BufferSizes {
        blocks: tasks * (compare + look_up + mix) + 2 * blocks + round + average,
        biases: 3,
        heads: 2 * tasks + 1,
        layers: 3,
    }
}

pub(super) fn build<'a, S: Storage>(
    plan: &Plan,
    rows: &Rows,
    tasks: &[Task<'_, S>],
    buffers: Buffers<'a, S>,
) -> Result<Transformer<'a, S>, Error> {
    let mut builder = Builder::new(rows.count, buffers);
    builder.layer()?;
    for (task, follows) in tasks.iter().zip(rows.follows..) {
        compare(&mut builder, plan, rows, task, follows)?;
    }
    round(&mut builder, rows)?;
    builder.layer()?;
    average(&mut builder, plan, rows)?;
    look_up(&mut builder, plan, rows)?;
    builder.layer()?;
    for (task, number) in tasks.iter().zip(0..) {
        mix(&mut builder, rows, task, number)?;
    }
    Ok(builder.finish())
}

fn sharp<T: Scalar>(count: u16) -> T {
    T::from_f64(SHARP) * T::from_usize(count.into())
}

const fn attention<T: Scalar>() -> Attention<T> {
    Attention::Softmax { inverse_temperature: T::ONE, mask: Mask::Causal }
}

/// Blocks of an operand, gathered.
struct Gathered<S: Storage> {
    blocks: [Block<S>; MAX_BLOCKS],
    count: usize,
}

impl<S: Storage> Gathered<S> {
    fn new(blocks: &[Block<S>]) -> Result<Self, Error> {
        let mut gathered = Self { blocks: [Block::default(); MAX_BLOCKS], count: 0 };
        blocks.iter().try_for_each(|block| gathered.push(*block))?;
        Ok(gathered)
    }

    fn push(&mut self, block: Block<S>) -> Result<(), Error> {
        *self.blocks.get_mut(self.count).ok_or(Error::Full)? = block;
        self.count += 1;
        Ok(())
    }

    /// The code of a place, each bit weighed by β, from the row of ones.
    fn push_place(&mut self, rows: &Rows, output: u16, place: u16) -> Result<(), Error> {
        let bits = code::<S::Compute>(place.into(), rows.place_bits);
        for (output, bit) in (output..).zip(bits) {
            self.push(Block::copy(output, rows.one, 1).times(sharp::<S::Compute>(1) * bit))?;
        }
        Ok(())
    }

    /// A task's map, its rows and columns moved to where a head has them.
    fn push_map(&mut self, map: &[Block<S>], output: u16, input: u16) -> Result<(), Error> {
        let move_row = |row: u16, by: u16| row.checked_add(by).ok_or(Error::Row);
        for block in map {
            let (output, input) = (move_row(block.output, output)?, move_row(block.input, input)?);
            self.push(Block { output, input, ..*block })?;
        }
        Ok(())
    }

    fn as_slice(&self) -> &[Block<S>] {
        self.blocks.get(..self.count).unwrap_or(&[])
    }
}

/// One head: at an answer y the share of attention on the example's own input x_j, β (bits + 1) being
/// taken from β ⟨codes⟩ + 2 β ⟨y, P x⟩: β if the task would have said y, else at most −β. The sink has
/// zero and takes the rest.
fn compare<S: Storage>(
    builder: &mut Builder<'_, S>,
    plan: &Plan,
    rows: &Rows,
    task: &Task<'_, S>,
    follows: u16,
) -> Result<(), Error> {
    let bits = rows.example_bits + rows.place_bits;
    let base = bits + plan.letters;
    check_map(plan, task)?;
    let mut keys = Gathered::new(&[Block::copy(0, rows.example, bits)])?;
    keys.push_map(task.map, bits, rows.letter)?;
    keys.push(Block::copy(base, rows.one, 1))?;
    let example = Block::copy(0, rows.example, rows.example_bits).times(sharp(1));
    let mut queries = Gathered::new(&[example])?;
    queries.push_place(rows, rows.example_bits, task.input)?;
    queries.push(Block::copy(bits, rows.letter, plan.letters).times(sharp(2)))?;
    queries.push(Block::copy(base, rows.one, 1).times(-sharp::<S::Compute>(bits + 1)))?;
    let values = [Block::copy(follows, rows.one, 1)];
    builder.head(keys.as_slice(), queries.as_slice(), &values, attention())?;
    Ok(())
}

/// The map stays within the letters.
fn check_map<S: Storage>(plan: &Plan, task: &Task<'_, S>) -> Result<(), Error> {
    let end = |first: u16, step: u8, length: u16| {
        u32::from(first) + u32::from(step) * u32::from(length.saturating_sub(1))
    };
    let within = |block: &Block<S>| {
        end(block.output, block.output_step, block.length) < u32::from(plan.letters)
            && end(block.input, block.input_step, block.length) < u32::from(plan.letters)
    };
    if task.map.iter().all(within) { Ok(()) } else { Err(Error::Row) }
}

/// f becomes relu(2 f − ½) − relu(2 f − 3/2): exactly 0 below ¼, exactly 1 above ¾.
fn round<S: Storage>(builder: &mut Builder<'_, S>, rows: &Rows) -> Result<(), Error> {
    let tasks = rows.weight - rows.follows;
    let number = |value| S::Compute::from_f64(value);
    let [old, above, beyond] =
        [builder.units(tasks)?, builder.units(tasks)?, builder.units(tasks)?];
    builder.input(Block::copy(old, rows.follows, tasks))?;
    for (unit, threshold) in [(above, 0.5), (beyond, 1.5)] {
        builder.input(Block::copy(unit, rows.follows, tasks).times(number(2.0)))?;
        builder.input_bias(Bias {
            row: unit,
            length: tasks,
            value: S::store(number(-threshold)),
        })?;
    }
    for (unit, sign) in [(old, -1.0), (above, 1.0), (beyond, -1.0)] {
        builder.output(Block::copy(rows.follows, unit, tasks).times(number(sign)))?;
    }
    Ok(())
}

/// One head averages over the answers, the query's separator being one of them, with nothing to give.
fn average<S: Storage>(
    builder: &mut Builder<'_, S>,
    plan: &Plan,
    rows: &Rows,
) -> Result<(), Error> {
    let bits = rows.place_bits;
    let keys = [Block::copy(0, rows.place, bits), Block::copy(bits, rows.one, 1)];
    // An answer scores 2 β, the sink 0, other places at most 0.
    let mut queries = Gathered::new(&[])?;
    queries.push_place(rows, 0, plan.inputs)?;
    let base = sharp::<S::Compute>(2) - sharp::<S::Compute>(bits);
    queries.push(Block::copy(bits, rows.one, 1).times(base))?;
    let examples = S::Compute::from_usize(plan.examples.into());
    let scale = (examples + S::Compute::ONE) / examples;
    let values = [Block::copy(rows.weight, rows.follows, rows.weight - rows.follows).times(scale)];
    builder.head(&keys, queries.as_slice(), &values, attention())?;
    Ok(())
}

/// λ becomes ln λ, and ln(1 − λ) stands beside it: interpolated between the m + 1 values that λ can
/// have, so exact there. In place of ln 0 stands a number whose exponential is lost in rounding.
fn look_up<S: Storage>(
    builder: &mut Builder<'_, S>,
    plan: &Plan,
    rows: &Rows,
) -> Result<(), Error> {
    let one = S::Compute::ONE;
    let examples = S::Compute::from_usize(plan.examples.into());
    let nothing = S::Compute::EPSILON * S::Compute::from_f64(0.125);
    let knot = |i: u16| S::Compute::from_usize(i.into()) / examples;
    let present = PiecewiseLinear {
        intervals: plan.examples,
        knot,
        function: |x: S::Compute| x.maximum(nothing).ln(),
    };
    let absent = PiecewiseLinear {
        intervals: plan.examples,
        knot,
        function: |x: S::Compute| (one - x).maximum(nothing).ln(),
    };
    let tasks = rows.weight - rows.follows;
    let units = present.units();
    for weight in rows.weight..rows.weight + tasks {
        present.add_inputs(builder, &[(weight, one)], (rows.one, S::Compute::ZERO))?;
    }
    for task in 0..tasks {
        // The first unit is λ itself.
        let first = task * units;
        builder.output(Block::copy(rows.weight + task, first, 1).times(-one))?;
        present.add_outputs(builder, first, rows.weight + task, one)?;
        absent.add_outputs(builder, first, rows.follows + task, one)?;
    }
    let value = S::store(nothing.ln());
    builder.output_bias(Bias { row: rows.weight, length: tasks, value })
}

/// One head: at the query's separator the input x_j scores ln λ, the sink ln(1 − λ), all else less by
/// 2 β. Adds λ P x_j.
fn mix<S: Storage>(
    builder: &mut Builder<'_, S>,
    rows: &Rows,
    task: &Task<'_, S>,
    number: u16,
) -> Result<(), Error> {
    let bits = rows.example_bits + rows.place_bits;
    let (base, present, absent) = (bits, bits + 1, bits + 2);
    // The base comes before the logarithms: the sum of codes and base is exactly zero at x_j.
    let keys = [
        Block::copy(0, rows.example, bits),
        Block::copy(base, rows.one, 1),
        Block::copy(present, rows.one, 1),
        Block::copy(absent, rows.sink, 1),
    ];
    let example = Block::copy(0, rows.example, rows.example_bits).times(sharp(1));
    let mut queries = Gathered::new(&[example])?;
    queries.push_place(rows, rows.example_bits, task.input)?;
    queries.push(Block::copy(base, rows.one, 1).times(-sharp::<S::Compute>(bits)))?;
    queries.push(Block::copy(present, rows.weight + number, 1))?;
    queries.push(Block::copy(absent, rows.follows + number, 1))?;
    let mut values = Gathered::new(&[])?;
    values.push_map(task.map, rows.answer, rows.letter)?;
    builder.head(&keys, queries.as_slice(), values.as_slice(), attention())?;
    Ok(())
}
