//! Writes the weights of the looped computers as constants, so that they lie in flash and no board
//! carries the code that makes them.

use situ::construct::{Counts, computer};
use situ::transformer::{Bias, Block, Buffers, Head, Layer, Transformer};
use std::path::Path;

#[path = "src/machines.rs"]
mod machines;

fn main() {
    println!("cargo::rerun-if-changed=src/machines.rs");
    let (subleq, fleq) = (machines::subleq(), machines::fleq());
    let constants = [
        constants("SUBLEQ", subleq.counts(), subleq.columns, |room| subleq.build(room)),
        constants("FLEQ", fleq.counts(), fleq.columns(), |room| fleq.build(room)),
    ];
    let directory = std::env::var_os("OUT_DIR").expect("set by cargo");
    std::fs::write(Path::new(&directory).join("weights.rs"), constants.concat())
        .expect("the output directory can be written");
}

/// A machine's transformer, length of its sequence and of its workspace. What `Debug` prints of
/// weights is Rust.
fn constants<F>(name: &str, counts: Counts, columns: usize, build: F) -> String
where
    F: for<'a> FnOnce(Buffers<'a, f32>) -> Result<Transformer<'a, f32>, computer::Error>,
{
    let buffers = Buffers {
        blocks: &mut vec![Block::default(); counts.blocks],
        biases: &mut vec![Bias::default(); counts.biases],
        heads: &mut vec![Head::default(); counts.heads],
        layers: &mut vec![Layer::default(); counts.layers],
    };
    let transformer = build(buffers).expect("a machine that can be");
    let Transformer { rows, blocks, biases, heads, layers, .. } = transformer;
    let length = usize::from(rows) * columns;
    let workspace = transformer.workspace(columns);
    format!(
        "pub static {name}: Transformer<'static, f32> = Transformer {{ rows: {rows}, dense: &[], \
         blocks: &{blocks:?}, biases: &{biases:?}, heads: &{heads:?}, layers: &{layers:?} }};\n\
         pub const {name}_LENGTH: usize = {length};\n\
         pub const {name}_WORKSPACE: usize = {workspace};\n"
    )
}
