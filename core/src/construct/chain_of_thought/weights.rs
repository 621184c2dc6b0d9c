//! The weights: filter, gradient descent, read-out.

use super::{LeakyRelu, Rows};
use crate::construct::Counts;
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Block, Buffers, Builder, Error, Mask, Transformer};

/// Larger than any value of a prompt: opens and closes the gates of the filter. Within f16.
pub(super) const GATE: f64 = 32_768.0;

/// Inverse temperature at which a position that differs in one bit weighs e^-48.
const SHARP: f64 = 24.0;

/// Longest chain: the blocks of a head are gathered in an array.
pub(super) const MAX_STEPS: usize = 16;

/// A feed-forward's part: adds `scale` relu(`sign` source) to the destination where the gate is open.
struct Part<T> {
    source: u16,
    sign: T,
    gate: Gate,
    destination: u16,
    scale: T,
}

/// Open at the tokens where one of these rows is 1, the others being 0.
#[derive(Clone, Copy)]
struct Gate {
    first: u16,
    count: u16,
}

/// Room for [`build`].
pub(super) const fn counts(steps: usize, relaxations: usize, descents: usize) -> Counts {
    // A gated part takes the gate's rows, the one, the source and the destination; each has two signs.
    let single = 2 * 4;
    let any_hidden = if steps > 1 { 2 * (steps + 2) } else { 0 };
    let (filter, read_out) = ((2 * steps + 1) * single + any_hidden, single + any_hidden);
    Counts {
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
    attend_before(&mut builder, rows)?;
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

/// Copies the value of the token before.
fn attend_before<S: Storage>(builder: &mut Builder<'_, S>, rows: &Rows) -> Result<(), Error> {
    builder.layer()?.head(
        &[Block::copy(0, rows.position, rows.bits)],
        &[Block::copy(0, rows.before, rows.bits)],
        &[Block::copy(rows.previous, rows.value, rows.size)],
        Attention::Softmax { inverse_temperature: Scalar::from_f64(SHARP), mask: Mask::Full },
    )?;
    Ok(())
}

/// Keeps of each token the pair of its own step, in that step's block: the pairs of different steps
/// are orthogonal from here on.
fn filter<T: Scalar>(
    rows: &Rows,
    activation: &LeakyRelu<T>,
    visit: &mut dyn FnMut(Part<T>) -> Result<(), Error>,
) -> Result<(), Error> {
    let last = rows.steps - 1;
    for sign in [T::ONE, -T::ONE] {
        for step in 0..rows.steps {
            let (result, question) = (rows.result + step, rows.question + step);
            let block = step * rows.size;
            for (source, flag, field) in
                [(rows.previous, result, rows.key), (rows.value, question, rows.query)]
            {
                let gate = Gate { first: flag, count: 1 };
                visit(Part { source, sign, gate, destination: field + block, scale: sign })?;
            }
        }
        let target = |first, count, scale| Part {
            source: rows.value,
            sign,
            gate: Gate { first, count },
            destination: rows.error,
            scale,
        };
        if last > 0 {
            visit(target(rows.result, last, activation.invert(sign)))?;
        }
        visit(target(rows.result + last, 1, sign))?;
    }
    Ok(())
}

/// Turns the prediction into the step's result, in the rows of the error.
fn read_out<T: Scalar>(
    rows: &Rows,
    activation: &LeakyRelu<T>,
    visit: &mut dyn FnMut(Part<T>) -> Result<(), Error>,
) -> Result<(), Error> {
    let last = rows.steps - 1;
    for sign in [T::ONE, -T::ONE] {
        let result = |first, count, scale| Part {
            source: rows.prediction,
            sign,
            gate: Gate { first, count },
            destination: rows.error,
            scale,
        };
        if last > 0 {
            visit(result(rows.question, last, activation.apply(sign)))?;
        }
        visit(result(rows.question + last, 1, sign))?;
    }
    Ok(())
}

/// A step of gradient descent on ½ Σ ‖target − W operand‖², of all layers of the chain at once:
/// e_i −= ω η Σ_j ⟨x_i, x_j⟩ e_j at the examples, and + ω η Σ_j ⟨x, x_j⟩ e_j at the query.
fn descend<S: Storage>(
    builder: &mut Builder<'_, S>,
    rows: &Rows,
    step_sizes: &[S::Compute],
    relaxation: S::Compute,
) -> Result<(), Error> {
    let mut keys = [Block::default(); MAX_STEPS];
    for ((key, step_size), step) in keys.iter_mut().zip(step_sizes).zip(0..rows.steps) {
        let block = step * rows.size;
        *key = Block::copy(block, rows.key + block, rows.size).times(*step_size * relaxation);
    }
    let keys = keys.get(..usize::from(rows.steps)).ok_or(Error::Full)?;
    let one = S::Compute::ONE;
    builder.layer()?;
    for (queries, output, sign) in
        [(rows.key, rows.error, -one), (rows.query, rows.prediction, one)]
    {
        builder.head(
            keys,
            &[Block::copy(0, queries, rows.steps * rows.size)],
            &[Block::copy(output, rows.error, rows.size).times(sign)],
            Attention::Linear,
        )?;
    }
    Ok(())
}

/// Adds a feed-forward whose gated `parts` are visited twice: for its inputs, for its outputs.
///
/// A gate is +GATE at an open row and −GATE at the one: the sum is zero or −GATE without rounding,
/// the source comes last, so an open gate lets it pass bit for bit.
fn feed_forward<S: Storage>(
    builder: &mut Builder<'_, S>,
    rows: &Rows,
    parts: impl Fn(&mut dyn FnMut(Part<S::Compute>) -> Result<(), Error>) -> Result<(), Error>,
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
