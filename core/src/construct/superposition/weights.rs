//! The weights: indicators, their average, the mixture.

use super::plan::{Plan, Rows, Task};
use crate::construct::code::code;
use crate::construct::piecewise_linear::PiecewiseLinear;
use crate::scalar::{Scalar, Storage};
use crate::transformer::{
    Attention, Bias, Block, BufferSizes, Buffers, Builder, Error, Mask, Transformer,
};
use heapless::Vec;

/// β, the weight of one bit of a code in a score.
const BIT_SCORE: f64 = 24.0;

/// Largest number of blocks of an operand, of which up to 16 are not the task's map.
const MAX_BLOCKS: usize = 80;

/// The blocks of an operand.
type Operand<S> = Vec<Block<S>, MAX_BLOCKS>;

pub(super) const fn buffer_sizes(
    examples: usize,
    bits: usize,
    tasks: usize,
    blocks: usize,
) -> BufferSizes {
    let (compare, mix) = (bits.saturating_add(6), bits.saturating_add(10));
    // 6 to round, 4 + bits for the averages, 3 (m + 1) + 1 to look up.
    let look_up = examples.saturating_mul(3).saturating_add(bits).saturating_add(14);
    BufferSizes {
        blocks: tasks
            .saturating_mul(compare.saturating_add(mix))
            .saturating_add(blocks.saturating_mul(2))
            .saturating_add(look_up),
        biases: 3,
        heads: tasks.saturating_mul(2).saturating_add(1),
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

/// `count` β.
fn bit_score<T: Scalar>(count: u16) -> T {
    T::from_f64(BIT_SCORE) * T::from_usize(count.into())
}

const fn attention<T: Scalar>() -> Attention<T> {
    Attention::Softmax { inverse_temperature: T::ONE, mask: Mask::Causal }
}

/// An operand of these blocks.
fn operand<S: Storage>(blocks: &[Block<S>]) -> Result<Operand<S>, Error> {
    Vec::from_slice(blocks).map_err(|_| Error::Full)
}

fn push<S: Storage>(operand: &mut Operand<S>, block: Block<S>) -> Result<(), Error> {
    operand.push(block).map_err(|_| Error::Full)
}

/// Appends the code of a place, each bit times β, from the row of ones.
fn push_place<S: Storage>(
    operand: &mut Operand<S>,
    rows: &Rows,
    output: u16,
    place: u16,
) -> Result<(), Error> {
    let bits = code::<S::Compute>(place.into(), rows.place_bits);
    for (output, bit) in (output..).zip(bits) {
        push(operand, Block::copy(output, rows.one, 1).times(bit_score::<S::Compute>(1) * bit))?;
    }
    Ok(())
}

/// Appends a task's map, with its rows and columns moved to those of a head.
fn push_map<S: Storage>(
    operand: &mut Operand<S>,
    map: &[Block<S>],
    output: u16,
    input: u16,
) -> Result<(), Error> {
    let move_row = |row: u16, by: u16| row.checked_add(by).ok_or(Error::Row);
    for block in map {
        let (output, input) = (move_row(block.output, output)?, move_row(block.input, input)?);
        push(operand, Block { output, input, ..*block })?;
    }
    Ok(())
}

/// One head: at an answer y, attention to the example's own input x_j, whose score is
/// β ⟨codes⟩ + 2 β ⟨y, P x⟩ − β (bits + 1): β if the task would have given y, else at most −β. The
/// sinks score zero and take the rest.
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
    let mut keys = operand(&[Block::copy(0, rows.example, bits)])?;
    push_map(&mut keys, task.map, bits, rows.letter)?;
    push(&mut keys, Block::copy(base, rows.one, 1))?;
    let example = Block::copy(0, rows.example, rows.example_bits).times(bit_score(1));
    let mut queries = operand(&[example])?;
    push_place(&mut queries, rows, rows.example_bits, task.input)?;
    push(&mut queries, Block::copy(bits, rows.letter, plan.letters).times(bit_score(2)))?;
    let offset = -bit_score::<S::Compute>(mutated!("superposition-compare", bits + 1, bits));
    push(&mut queries, Block::copy(base, rows.one, 1).times(offset))?;
    let values = [Block::copy(follows, rows.one, 1)];
    builder.head(&keys, &queries, &values, attention())?;
    Ok(())
}

/// Checks that the map stays within the letters.
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

/// Replaces f by relu(2 f − ½) − relu(2 f − 3/2): exactly 0 below ¼ and exactly 1 above ¾.
fn round<S: Storage>(builder: &mut Builder<'_, S>, rows: &Rows) -> Result<(), Error> {
    let tasks = rows.tasks();
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

/// One head averages over the answers. The query's separator is one of them and contributes nothing.
fn average<S: Storage>(
    builder: &mut Builder<'_, S>,
    plan: &Plan,
    rows: &Rows,
) -> Result<(), Error> {
    let bits = rows.place_bits;
    let keys = [Block::copy(0, rows.place, bits), Block::copy(bits, rows.one, 1)];
    // An answer scores 2 β, a sink 0, other places at most 0.
    let mut queries = operand(&[])?;
    push_place(&mut queries, rows, 0, plan.inputs)?;
    let base = bit_score::<S::Compute>(2) - bit_score::<S::Compute>(bits);
    push(&mut queries, Block::copy(bits, rows.one, 1).times(base))?;
    let examples = S::Compute::from_usize(plan.examples.into());
    let scale = (examples + S::Compute::ONE) / examples
        * mutated!("superposition-average", S::Compute::ONE, S::Compute::from_f64(1.000_001));
    let values = [Block::copy(rows.weight, rows.follows, rows.tasks()).times(scale)];
    builder.head(&keys, &queries, &values, attention())?;
    Ok(())
}

/// Replaces the share λ of each task by ln λ: interpolated between the m + 1 values that λ can have,
/// so exact at these. ln 0 is replaced by a number whose exponential is lost to rounding.
fn look_up<S: Storage>(
    builder: &mut Builder<'_, S>,
    plan: &Plan,
    rows: &Rows,
) -> Result<(), Error> {
    let one = S::Compute::ONE;
    let tasks = rows.tasks();
    let examples = S::Compute::from_usize(plan.examples.into());
    let nothing = S::Compute::EPSILON * S::Compute::from_f64(0.125);
    let logarithm = PiecewiseLinear {
        intervals: plan.examples,
        lanes: tasks,
        knot: |i: u16| S::Compute::from_usize(i.into()) / examples,
        function: |x: S::Compute| x.maximum(nothing).ln(),
    };
    let first =
        logarithm.add_inputs(builder, &[(rows.weight, one)], (rows.one, S::Compute::ZERO))?;
    // The units of the first knot, at zero, are the shares themselves.
    builder.output(Block::copy(rows.weight, first, tasks).times(-one))?;
    logarithm.add_outputs(builder, first, rows.weight, one)?;
    let value = S::store(nothing.ln());
    builder.output_bias(Bias { row: rows.weight, length: tasks, value })
}

/// One head: at the query's separator the input x_j scores ln λ_k, the sink of each other task its
/// own ln λ, and all else less by at least 2 β. Adds λ_k P x_j / Σ λ.
fn mix<S: Storage>(
    builder: &mut Builder<'_, S>,
    rows: &Rows,
    task: &Task<'_, S>,
    number: u16,
) -> Result<(), Error> {
    let bits = rows.example_bits + rows.place_bits;
    let (base, present, rivals) = (bits, bits + 1, bits + 2);
    // The base comes before the logarithm: the sum of codes and base is exactly zero at x_j.
    let keys = [
        Block::copy(0, rows.example, bits),
        Block::copy(base, rows.one, 1),
        Block::copy(present, rows.one, 1),
        Block::copy(rivals, rows.sink, rows.tasks()),
    ];
    let example = Block::copy(0, rows.example, rows.example_bits).times(bit_score(1));
    let mut queries = operand(&[example])?;
    push_place(&mut queries, rows, rows.example_bits, task.input)?;
    let offset = -bit_score::<S::Compute>(bits);
    push(&mut queries, Block::copy(base, rows.one, 1).times(offset))?;
    push(&mut queries, Block::copy(present, rows.weight + number, 1))?;
    // The task's own sink must stay below the logarithm that stands for ln 0.
    let after = number + 1;
    for (first, end) in [(0, number), (after, rows.tasks())] {
        push(&mut queries, Block::copy(rivals + first, rows.weight + first, end - first))?;
    }
    let own = -bit_score::<S::Compute>(4);
    push(&mut queries, Block::copy(rivals + number, rows.one, 1).times(own))?;
    let mut values = operand(&[])?;
    push_map(&mut values, task.map, rows.answer, rows.letter)?;
    builder.head(&keys, &queries, &values, attention())?;
    Ok(())
}
