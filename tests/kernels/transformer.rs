//! Transformers of blocks compared with the formula of a layer in dense matrices.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use situ::transformer::{
    Attention, Bias, Block, Buffers, Builder, Head, Layer, Map, Mask, Transformer,
};

const ROWS: u16 = 7;
const UNITS: u16 = 9;

/// A block within `outputs` × `inputs`, of any steps.
fn block(outputs: u16, inputs: u16) -> impl Strategy<Value = Block<f64>> {
    (0..outputs, 0..inputs, 0..4_u8, 0..4_u8, -2.0..2.0).prop_flat_map(
        move |(output, input, output_step, input_step, scale)| {
            let fit = |first: u16, step: u8, rows: u16| {
                (rows - 1 - first).checked_div(u16::from(step)).map_or(4, |last| last + 1)
            };
            let max = fit(output, output_step, outputs).min(fit(input, input_step, inputs));
            (0..=max).prop_map(move |length| Block {
                output,
                input,
                length,
                output_step,
                input_step,
                scale,
            })
        },
    )
}

fn blocks(outputs: u16, inputs: u16) -> impl Strategy<Value = Vec<Block<f64>>> {
    prop::collection::vec(block(outputs, inputs), 1..6)
}

fn dense(blocks: &[Block<f64>], outputs: usize, inputs: usize) -> DMatrix<f64> {
    let mut matrix = DMatrix::zeros(outputs, inputs);
    for block in blocks {
        for i in 0..usize::from(block.length) {
            let row = usize::from(block.output) + i * usize::from(block.output_step);
            let column = usize::from(block.input) + i * usize::from(block.input_step);
            matrix[(row, column)] += block.scale;
        }
    }
    matrix
}

fn softmax(scores: &DMatrix<f64>, inverse_temperature: f64) -> DMatrix<f64> {
    let mut weights = scores.clone();
    for mut column in weights.column_iter_mut() {
        let max = column.max();
        column.apply(|x| *x = ((*x - max) * inverse_temperature).exp());
        column /= column.sum();
    }
    weights
}

proptest! {
    #[test]
    fn layer_of_blocks_is_the_formula(
        keys in blocks(3, ROWS),
        queries in blocks(3, ROWS),
        values in blocks(ROWS, ROWS),
        input in blocks(UNITS, ROWS),
        output in blocks(ROWS, UNITS),
        bias in -1.0..1.0,
        // At 1000 most weights underflow; columns are drawn from a pool of three, so neighbors repeat.
        inverse_temperature in prop::sample::select(vec![0.0, 1.0, 1000.0]),
        choice in prop::collection::vec(0..3_usize, 1..80),
        pool in prop::collection::vec(-1.0..1.0, 3 * usize::from(ROWS)),
    ) {
        let columns = choice.len();
        let rows = usize::from(ROWS);
        let start = DMatrix::from_fn(rows, columns, |row, column| pool[choice[column] * rows + row]);

        let (mut blocks, mut biases) = ([Block::default(); 64], [Bias::default(); 2]);
        let (mut heads, mut layers) = ([Head::default(); 1], [Layer::default(); 1]);
        let mut builder = Builder::new(ROWS, Buffers {
            blocks: &mut blocks,
            biases: &mut biases,
            heads: &mut heads,
            layers: &mut layers,
        });
        let attention = Attention::Softmax { inverse_temperature, mask: Mask::Full };
        builder.layer().unwrap().head(&keys, &queries, &values, attention).unwrap();
        builder.units(UNITS).unwrap();
        for block in &input {
            builder.input(*block).unwrap();
        }
        builder.input_bias(Bias { row: 1, length: 5, value: bias }).unwrap();
        for block in &output {
            builder.output(*block).unwrap();
        }
        builder.output_bias(Bias { row: 0, length: 3, value: -bias }).unwrap();
        let transformer: Transformer<'_, f64> = builder.finish();
        prop_assert!(transformer.heads.iter().all(|head| matches!(head.values, Map::Blocks(_))));

        let units = usize::from(UNITS);
        let scores = (dense(&keys, 3, rows) * &start).transpose() * (dense(&queries, 3, rows) * &start);
        let mut expected =
            &start + dense(&values, rows, rows) * &start * softmax(&scores, inverse_temperature);
        let input_bias = DVector::from_fn(units, |unit, _| if (1..6).contains(&unit) { bias } else { 0.0 });
        let output_bias = DVector::from_fn(rows, |row, _| if row < 3 { -bias } else { 0.0 });
        let mut hidden = dense(&input, units, rows) * &expected;
        hidden.column_iter_mut().for_each(|mut column| column += &input_bias);
        expected += dense(&output, rows, units) * hidden.map(|x| x.max(0.0));
        expected.column_iter_mut().for_each(|mut column| column += &output_bias);

        let mut sequence: Vec<f64> = start.transpose().as_slice().to_vec();
        let mut workspace = vec![f64::NAN; transformer.workspace(columns)];
        transformer.forward(&mut sequence, &mut workspace).unwrap();
        let computed = DMatrix::from_row_slice(rows, columns, &sequence);
        prop_assert!((computed - &expected).amax() <= 1e-9 * (1.0 + expected.amax()));
    }
}
