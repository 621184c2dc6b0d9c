//! Writes the weights of the looped computers as constants, so that they are in flash and no board
//! carries the code that constructs them.

use situ::construct::computer::Computer;
use situ::transformer::{Bias, Block, Buffers, Head, Layer, Transformer};
use std::path::Path;

#[path = "src/machines.rs"]
mod machines;

fn main() {
    println!("cargo::rerun-if-changed=src/machines.rs");
    let (subleq, fleq) = (machines::subleq(), machines::fleq());
    let constants = [constants("SUBLEQ", &subleq), constants("FLEQ", &fleq)];
    let directory = std::env::var_os("OUT_DIR").expect("set by cargo");
    std::fs::write(Path::new(&directory).join("weights.rs"), constants.concat())
        .expect("the output directory can be written");
}

/// The transformer of a computer and the lengths of its sequence and workspace, as Rust source: the
/// `Debug` output of weights is Rust.
fn constants(name: &str, computer: &impl Computer) -> String {
    let (sizes, columns) = (computer.buffer_sizes(), computer.columns());
    let buffers = Buffers {
        blocks: &mut vec![Block::default(); sizes.blocks],
        biases: &mut vec![Bias::default(); sizes.biases],
        heads: &mut vec![Head::default(); sizes.heads],
        layers: &mut vec![Layer::default(); sizes.layers],
    };
    let transformer: Transformer<'_, f32> = computer.build(buffers).expect("a supported machine");
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
