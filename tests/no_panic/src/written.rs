//! Attention, transformers and constructions: constructors, accessors and builders.

use crate::linked;
use situ::attention::{
    self, FastWeights, Memory, Mesa, MesaGradient, MesaLayer, MesaNewton, VariableForgetting,
};
use situ::construct::chain_of_thought::{self, ChainOfThought, LeakyRelu, Plan, Rows};
use situ::construct::computer::{Computer, fleq, subleq};
use situ::construct::logistic::Logistic;
use situ::construct::newton::{self, InverseRows, Regression};
use situ::construct::superposition::{self, Superposition};
use situ::decoder::{Cache, Decoder, Shape};
use situ::scalar::f16;
use situ::transformer::{ArrayBuffers, Attention, Bias, Block, Builder, Span, Transformer};

type Fast = Memory<f32, 5, 7>;
type Solving = Mesa<f32, 4, 3>;
type Trained<'a> = Decoder<'a, f16>;

fn computer<C: Computer + 'static>() {
    linked! {
        1: C::rows, C::columns, C::cell_size, C::buffer_sizes, C::min_inverse_temperature::<f32>;
        2: C::field, C::check_next::<f32>, C::is_sound::<f32>;
    }
}

fn fast_weights<F: FastWeights<f32, K, V>, const K: usize, const V: usize>() {
    linked! { 1: F::clear; 3: F::read; 4: F::write }
}

fn head<'a>(
    builder: &mut Builder<'a, f32>,
    blocks: [&[Block<f32>]; 3],
    attention: Attention<f32>,
) -> bool {
    let [keys, queries, values] = blocks;
    Builder::head(builder, keys, queries, values, attention).is_ok()
}

fn layers(builder: &mut Builder<'_, f32>, period: usize, times: usize) -> bool {
    Builder::layer(builder).is_ok() && Builder::repeat(builder, period, times).is_ok()
}

fn unit(builder: &mut Builder<'_, f32>, count: u16, block: Block<f32>, bias: Bias<f32>) -> bool {
    Builder::units(builder, count).is_ok()
        && Builder::input(builder, block).is_ok()
        && Builder::input_bias(builder, bias).is_ok()
        && Builder::output(builder, block).is_ok()
        && Builder::output_bias(builder, bias).is_ok()
}

fn finish(rows: u16, buffers: &mut ArrayBuffers<f32, 8, 8, 4, 4>) -> usize {
    let weights = Builder::finish(Builder::new(rows, ArrayBuffers::buffers(buffers)));
    Transformer::max_heads(&weights) + Transformer::nonzero_weights(&weights)
}

/// Keeps them.
pub fn keep() {
    memories();
    transformers();
}

fn memories() {
    fast_weights::<Fast, 5, 7>();
    fast_weights::<Memory<f16, 5, 7>, 5, 7>();
    fast_weights::<Solving, 4, 3>();
    fast_weights::<Mesa<f16, 4, 3>, 4, 3>();
    fast_weights::<MesaLayer<f32, 4, 3>, 4, 3>();
    fast_weights::<MesaGradient<f32, 4, 3>, 4, 3>();
    fast_weights::<MesaNewton<f32, 4, 3>, 4, 3>();
    linked! {
        1: Fast::from_matrix, Fast::matrix;
        2: Memory::<f32, 5, 5>::add_to_diagonal;
        1: Solving::new, Solving::weights, Solving::restart;
        2: Solving::begin, Solving::set_weights, Solving::variance;
        2: MesaLayer::<f32, 4, 3>::new, MesaGradient::<f32, 4, 3>::new, MesaNewton::<f32, 4, 3>::new;
        1: MesaNewton::<f32, 4, 3>::refine;
        0: VariableForgetting::<f32>::new;
        5: VariableForgetting::<f32>::observe;
        2: attention::softmax_in_place::<f32>, attention::linear_workspace;
        1: attention::softmax_workspace;
        6: attention::linear::<f32>;
        8: attention::softmax::<f32>;
    }
}

fn transformers() {
    computer::<subleq::Machine>();
    computer::<fleq::Machine>();
    linked! {
        1: fleq::Machine::columns, fleq::Machine::rows, fleq::Machine::max_heads,
           fleq::Machine::sequence, fleq::inverse_root, subleq::Machine::rows,
           subleq::Machine::sequence;
        0: subleq::Machine::max_word_bits::<f32>, fleq::Machine::max_product_error::<f32>;
        3: fleq::Instruction::new;
        2: LeakyRelu::<f32>::apply, LeakyRelu::<f32>::invert;
        3: Rows::new;
        1: Rows::tokens, Plan::<'static, f32>::buffer_sizes;
        2: ChainOfThought::<'static, f32>::workspace;
        4: ChainOfThought::<'static, f32>::run, ChainOfThought::<'static, f32>::write_prompt;
        1: Logistic::<f32>::buffer_sizes, Logistic::<f32>::rows, Logistic::<f32>::solution_row;
        5: Logistic::<f32>::write_prompt;
        2: newton::add_step::<f32>, newton::add_symmetric_step::<f32>;
        4: newton::add_higher_step::<f32>, Regression::<f32>::for_size;
        1: newton::higher_step_layers, newton::higher_step_sizes;
        4: chain_of_thought::fixed_step_sizes::<f32>;
        1: InverseRows::adjacent, Regression::<f32>::buffer_sizes, Regression::<f32>::rows;
        3: superposition::Plan::buffer_sizes;
        1: superposition::Plan::prompt, Superposition::<'static, f32>::workspace,
           Superposition::<'static, f32>::columns, Superposition::<'static, f32>::max_heads;
        2: superposition::Plan::columns;
        3: Superposition::<'static, f32>::write_prompt;
        4: Superposition::<'static, f32>::run;
        1: Cache::<'static, f32>::new, Cache::<'static, f32>::advance, Cache::<'static, f32>::next;
        2: Cache::<'static, f32>::at, Cache::<'static, f32>::truncate;
        1: Trained::shape, Shape::cache, Shape::gains, Shape::token_cache, Shape::weights, Shape::workspace;
        2: Shape::multiply_adds, Shape::tuning_workspace;
        4: Trained::embed, Trained::feed_forward, Trained::read_out;
        5: Trained::attend, Trained::step;
        3: head, layers;
        4: unit;
        2: finish;
        3: Block::<f32>::copy, Block::<f32>::gather, Block::<f32>::spread;
        2: Block::<f32>::times, Span::of::<f32>;
        2: Transformer::<'static, f32>::workspace;
    }
}
