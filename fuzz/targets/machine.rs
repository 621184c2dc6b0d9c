//! Differential: the SUBLEQ transformer against an interpreter of five lines, on any program.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ::array_buffers;
use situ::construct::computer::Computer;
use situ::construct::computer::subleq::{Depth, Instruction, Machine};
use situ::transformer::Transformer;

const CELLS: usize = 6;
const INSTRUCTIONS: usize = 6;
const NINE: Machine = Machine::new::<f32>(8, 1 + CELLS + INSTRUCTIONS, Depth::Nine);
const FIVE: Machine = Machine::new::<f32>(8, 1 + CELLS + INSTRUCTIONS, Depth::Five);

fn run(
    machine: Machine,
    transformer: &Transformer<'_, f32>,
    memory: [i8; CELLS],
    program: &[Instruction],
) {
    let mut sequence = vec![0.0; machine.sequence()];
    let mut workspace = vec![0.0; transformer.workspace(machine.columns)];
    let numbers = memory.map(f32::from);
    machine.load(&numbers, program, &mut sequence).expect("a program that fits");
    let (mut cells, mut counter) = (memory, 0);
    for _ in 0..12 {
        let Instruction { a, b, c } = program[counter];
        cells[b] = cells[b].wrapping_sub(cells[a]);
        counter = if cells[b] <= 0 { c } else { counter + 1 };
        machine.step(transformer, &mut sequence, &mut workspace).expect("a sound state");
        let read = |cell: usize| {
            let mut number = [0.0];
            machine.read(&sequence, cell, &mut number);
            number[0]
        };
        let found: [f32; CELLS] = std::array::from_fn(read);
        assert_eq!(found, cells.map(f32::from));
        if counter == INSTRUCTIONS {
            return;
        }
        assert_eq!(machine.counter(&sequence), counter);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((memory, rest)) = bytes.split_first_chunk::<CELLS>() else { return };
    let Some((program, _)) = rest.split_first_chunk::<{ 3 * INSTRUCTIONS }>() else { return };
    let (words, _) = program.as_chunks::<3>();
    let number = |byte: u8, below: usize| usize::from(byte) % below;
    let program: Vec<Instruction> = words
        .iter()
        .map(|[a, b, c]| Instruction {
            a: number(*a, CELLS),
            b: number(*b, CELLS),
            c: number(*c, INSTRUCTIONS),
        })
        .collect();
    let memory = memory.map(|byte| byte as i8);
    let mut storage: array_buffers!(f32; NINE.buffer_sizes()) = Default::default();
    run(NINE, &NINE.build(storage.buffers()).expect("a machine"), memory, &program);
    let mut storage: array_buffers!(f32; FIVE.buffer_sizes()) = Default::default();
    run(FIVE, &FIVE.build(storage.buffers()).expect("a machine"), memory, &program);
});
