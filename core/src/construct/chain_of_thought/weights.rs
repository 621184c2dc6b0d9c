//! The weights: filter, gradient descent, read-out.

use super::{LeakyRelu, Rows};
use crate::scalar::{Scalar, Storage};
use crate::transformer::{
    Attention, Block, BufferSizes, Buffers, Builder, Error, Mask, Transformer,
};
use heapless::Vec;

/// Larger than any value of a prompt, and representable in f16: opens and closes the gates of the
/// filter.
pub(super) const GATE: f64 = 32_768.0;

/// Inverse temperature at which a position that differs in one bit has a weight of e^-48.
const INVERSE_TEMPERATURE: f64 = 24.0;

/// Longest chain.
pub(super) const MAX_STEPS: usize = 16;

/// A group of hidden units: adds `scale` relu(`sign` source) to the destination if the gate is open.
struct Part<T> {
    source: u16,
    sign: T,
    gate: Gate,
    destination: u16,
    scale: T,
}

/// Open at the tokens where one of these rows is 1 and the others are 0.
#[derive(Clone, Copy)]
struct Gate {
    first: u16,
    count: u16,
}

/// Receives the parts of a feed-forward one by one.
type Visit<'v, T> = dyn FnMut(Part<T>) -> Result<(), Error> + 'v;

/// Buffers of [`build`].
pub(super) const fn buffer_sizes(steps: usize, relaxations: usize, descents: usize) -> BufferSizes {
    // A gated part has a block for each row of its gate, the one, the source and the destination;
    // every part comes with two signs.
    let single = 2 * 4;
    let any_hidden = if steps > 1 { 2 * (steps + 2) } else { 0 };
    let (filter, read_out) = ((2 * steps + 1) * single + any_hidden, single + any_hidden);
    BufferSizes {
        blocks: 3 + filter + relaxations * (2 * steps + 4) + read_out,
        biases: 0,
        heads: 1 + 2 * relaxations,
        layers: 1 + descents,
    }
}

pub(super) fn build<'a, S: Storage>(
    rows: &Rows,
    activation: &LeakyRelu<S::Compute>,
    step_sizes: &[S::Compute],
    relaxations: &[S::Compute],
    descents: usize,
    buffers: Buffers<'a, S>,
) -> Result<Transformer<'a, S>, Error> {
    let mut builder = Builder::new(rows.count, buffers);
    attend_previous(&mut builder, rows)?;
    feed_forward(&mut builder, rows, |visit| filter(rows, activation, visit))?;
    let distinct = relaxations.get(..descents).unwrap_or(relaxations);
    if distinct.is_empty() {
        return Err(Error::Shape);
    }
    for relaxation in distinct {
        descend(&mut builder, rows, step_sizes, *relaxation)?;
    }
    builder.repeat(distinct.len(), descents - distinct.len())?;
    feed_forward(&mut builder, rows, |visit| read_out(rows, activation, visit))?;
    Ok(builder.finish())
}

/// Copies the value of the previous token.
fn attend_previous<S: Storage>(builder: &mut Builder<'_, S>, rows: &Rows) -> Result<(), Error> {
    builder.layer()?.head(
        &[Block::copy(0, rows.position, rows.bits)],
        &[Block::copy(0, rows.before, rows.bits)],
        &[Block::copy(rows.previous, rows.value, rows.size)],
        Attention::Softmax {
            inverse_temperature: S::Compute::from_f64(INVERSE_TEMPERATURE),
            mask: Mask::Full,
        },
    )?;
    Ok(())
}

/// Copies the pair of each token's own step into the block of that step: from here on the pairs of
/// different steps are orthogonal.
fn filter<T: Scalar>(
    rows: &Rows,
    activation: &LeakyRelu<T>,
    visit: &mut Visit<'_, T>,
) -> Result<(), Error> {
    for sign in [T::ONE, -T::ONE] {
        for step in 0..rows.steps {
            let (result, question) = (rows.result + step, rows.question + step);
            let block = step * rows.size;
            for (source, flag, field) in
                [(rows.previous, result, rows.key), (rows.value, question, rows.query)]
            {
                let gate = Gate { first: flag, count: 1 };
                let scale = sign * mutated!("chain-filter", T::ONE, T::from_f64(1.000_001));
                visit(Part { source, sign, gate, destination: field + block, scale })?;
            }
        }
        add_error(rows, (rows.value, rows.result), sign, activation.invert(sign), visit)?;
    }
    Ok(())
}

/// Turns the prediction into the result of the step, in the rows of the error.
fn read_out<T: Scalar>(
    rows: &Rows,
    activation: &LeakyRelu<T>,
    visit: &mut Visit<'_, T>,
) -> Result<(), Error> {
    for sign in [T::ONE, -T::ONE] {
        let source = (rows.prediction, rows.question);
        add_error(rows, source, sign, activation.apply(sign), visit)?;
    }
    Ok(())
}

/// Adds the part of one sign of `source` to the error: times `hidden` in the hidden steps, unchanged
/// in the last. `flags` are the rows that mark the steps.
fn add_error<T: Scalar>(
    rows: &Rows,
    (source, flags): (u16, u16),
    sign: T,
    hidden: T,
    visit: &mut Visit<'_, T>,
) -> Result<(), Error> {
    let last = rows.steps - 1;
    let mut part = |first, count, scale| {
        let gate = Gate { first, count };
        visit(Part { source, sign, gate, destination: rows.error, scale })
    };
    if last > 0 {
        part(flags, last, hidden)?;
    }
    part(flags + last, 1, sign)
}

/// A step of gradient descent on ½ Σ ‖target − W operand‖², of all layers of the chain at once:
/// −ω η Σ_j ⟨x_i, x_j⟩ e_j is added to the error of each example, +ω η Σ_j ⟨x, x_j⟩ e_j to the
/// prediction of the query.
fn descend<S: Storage>(
    builder: &mut Builder<'_, S>,
    rows: &Rows,
    step_sizes: &[S::Compute],
    relaxation: S::Compute,
) -> Result<(), Error> {
    let mut keys = Vec::<_, MAX_STEPS>::new();
    for (step_size, step) in step_sizes.iter().zip(0..rows.steps) {
        let block = step * rows.size;
        let key = Block::copy(block, rows.key + block, rows.size).times(*step_size * relaxation);
        keys.push(key).map_err(|_| Error::Full)?;
    }
    let one = mutated!("chain-descent", S::Compute::ONE, S::Compute::from_f64(1.000_001));
    builder.layer()?;
    for (queries, output, sign) in
        [(rows.key, rows.error, -one), (rows.query, rows.prediction, one)]
    {
        builder.head(
            &keys,
            &[Block::copy(0, queries, rows.steps * rows.size)],
            &[Block::copy(output, rows.error, rows.size).times(sign)],
            Attention::Linear,
        )?;
    }
    Ok(())
}

/// Adds a feed-forward, visiting its gated `parts` twice: for its inputs and for its outputs.
///
/// A gate is +GATE at an open row and −GATE at the one: their sum is exactly zero or −GATE, and the
/// source is added last, so an open gate passes it bit for bit.
fn feed_forward<S: Storage>(
    builder: &mut Builder<'_, S>,
    rows: &Rows,
    parts: impl Fn(&mut Visit<'_, S::Compute>) -> Result<(), Error>,
) -> Result<(), Error> {
    let gate = S::Compute::from_f64(GATE);
    parts(&mut |part| {
        let first = builder.units(rows.size)?;
        for open in part.gate.first..part.gate.first + part.gate.count {
            builder.input(Block::spread(first, open, rows.size).times(gate))?;
        }
        builder.input(Block::spread(first, rows.one, rows.size).times(-gate))?;
        builder.input(Block::copy(first, part.source, rows.size).times(part.sign))
    })?;
    let mut first = 0;
    parts(&mut |part| {
        builder.output(Block::copy(part.destination, first, rows.size).times(part.scale))?;
        first += rows.size;
        Ok(())
    })
}
