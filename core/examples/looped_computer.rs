//! A program on a looped transformer: 3 × 4 by repeated subtraction.
//!
//! The weights of the transformer depend on the size of the machine alone. The program is its *input*:
//! each loop through the five layers executes one instruction, `mem[b] -= mem[a]; if mem[b] <= 0 goto c`.
//! All buffers have sizes that are computed at compile time; nothing is allocated.
//!
//! Run it with `cargo run --release -p situ --example looped_computer`.

use situ::array_buffers;
use situ::construct::computer::Computer;
use situ::construct::computer::subleq::{Depth, Instruction, Machine};

/// Words of 8 bits; one column of scratch, six of memory, five of instructions.
const MACHINE: Machine = Machine::new::<f32>(8, 12, Depth::Five);

// Cells of the memory.
const ZERO: usize = 0;
const MINUS_ONE: usize = 1;
const FACTOR: usize = 2;
const COUNT: usize = 3;
const NEGATIVE: usize = 4;
const PRODUCT: usize = 5;

const MEMORY: [f32; 6] = [0.0, 1.0, 4.0, 3.0, 0.0, 0.0];
const PROGRAM: [Instruction; 5] = [
    // NEGATIVE -= FACTOR: never positive, so the jump goes to the next line.
    Instruction { a: FACTOR, b: NEGATIVE, c: 1 },
    // COUNT -= 1; done when it reaches zero.
    Instruction { a: MINUS_ONE, b: COUNT, c: 3 },
    // Always zero: back to the first line.
    Instruction { a: ZERO, b: ZERO, c: 0 },
    // PRODUCT = -NEGATIVE.
    Instruction { a: NEGATIVE, b: PRODUCT, c: 4 },
    // An instruction that jumps to itself halts.
    Instruction { a: ZERO, b: ZERO, c: 4 },
];

/// At least `transformer.workspace(MACHINE.columns)`, 984 for this machine; less is refused.
const WORKSPACE: usize = 1024;

fn main() -> Result<(), situ::construct::computer::Error> {
    let mut weights: array_buffers!(f32; MACHINE.buffer_sizes()) = Default::default();
    let mut sequence = [0.0_f32; MACHINE.sequence()];
    let mut workspace = [0.0_f32; WORKSPACE];
    let transformer = MACHINE.build(weights.buffers())?;
    MACHINE.load(&MEMORY, &PROGRAM, &mut sequence)?;

    let mut loops = 0;
    println!("{:>5} {:>6} {:>9} {:>8}", "loop", "count", "negative", "product");
    while !MACHINE.halted(&sequence) {
        MACHINE.step(&transformer, &mut sequence, &mut workspace)?;
        loops += 1;
        let [count, negative, product] = [COUNT, NEGATIVE, PRODUCT].map(|cell| {
            let mut value = [0.0];
            MACHINE.read(&sequence, cell, &mut value);
            value[0]
        });
        println!("{loops:>5} {count:>6} {negative:>9} {product:>8}");
    }
    let mut product = [0.0];
    MACHINE.read(&sequence, PRODUCT, &mut product);
    println!(
        "{} rows x {} columns, {} workspace, {loops} loops",
        MACHINE.rows(),
        MACHINE.columns(),
        transformer.workspace(MACHINE.columns())
    );
    assert_eq!(product, [12.0]);
    Ok(())
}
