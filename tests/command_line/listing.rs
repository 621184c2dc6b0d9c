//! Programs are equal after disassembly and assembly.

use proptest::prelude::*;
use situ_host::programs::{fleq, shipped, subleq};
use std::path::Path;

fn same_subleq(program: &subleq::Program) {
    let listing = program.listing();
    let again = subleq::assemble(Path::new("listing.subleq"), &listing);
    let again = again.unwrap_or_else(|failure| panic!("{failure}\n{listing}"));
    assert_eq!(again.word_bits, program.word_bits);
    assert_eq!(again.memory, program.memory, "{listing}");
    assert_eq!(again.instructions, program.instructions, "{listing}");
    assert_eq!(again.columns, program.columns);
}

fn same_fleq(program: &fleq::Program) {
    let listing = program.listing();
    let again = fleq::assemble(Path::new("listing.fleq"), &listing);
    let again = again.unwrap_or_else(|failure| panic!("{failure}\n{listing}"));
    assert_eq!((again.size, again.registers), (program.size, program.registers));
    assert_eq!(again.memory, program.memory, "{listing}");
    assert_eq!(again.instructions, program.instructions, "{listing}");
    assert_eq!(
        (again.blocks, again.instruction_capacity),
        (program.blocks, program.instruction_capacity)
    );
    let products = |program: &fleq::Program| (program.product_scale, program.product_order);
    assert_eq!(products(&again), products(program));
}

#[test]
fn shipped_programs_come_back() {
    for (name, _) in shipped::PROGRAMS {
        if name.ends_with(".subleq") {
            same_subleq(&shipped::subleq(name).unwrap());
        } else {
            same_fleq(&shipped::fleq(name).unwrap());
        }
    }
}

/// Indices from which the instructions of a program are drawn.
type Draw = (usize, usize, usize, usize);

fn draws() -> impl Strategy<Value = Vec<Draw>> {
    prop::collection::vec((0..1000_usize, 0..1000_usize, 0..1000_usize, 0..1000_usize), 1..12)
}

/// Every third instruction has a label, and the last one a second label.
fn label(index: usize, count: usize) -> String {
    let first = if index.is_multiple_of(3) { format!("l{index}: ") } else { String::new() };
    if index + 1 == count { format!("{first}last: ") } else { first }
}

fn target(draw: usize, count: usize) -> String {
    let labeled: Vec<_> = (0..count).step_by(3).map(|index| format!("l{index}")).collect();
    labeled.get(draw % (labeled.len() + 1)).cloned().unwrap_or_else(|| "last".to_owned())
}

/// A cell of the arrays `a` (three cells), `b` and `c` (the same cell), `cell_0`.
fn cell(draw: usize) -> &'static str {
    ["a", "a[1]", "a[2]", "b", "c", "cell_0"][draw % 6]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn subleq_programs_come_back(
        values in prop::array::uniform5(-128_i64..128),
        draws in draws(),
        columns in prop::option::of(40_usize..60),
    ) {
        let [v, w, x, y, z] = values;
        let columns = columns.map_or_else(String::new, |n| format!(".columns {n}\n"));
        // The second value of the first line is in the array `a`; the unnamed cell stands first.
        let mut text = format!(
            ".word 8\n{columns}.data\n {z}\na: {v}, {w}\n {x}\nb: c: {y}\ncell_0: 0\n.code\n"
        );
        let count = draws.len() + 1;
        for (index, (kind, a, b, to)) in draws.into_iter().enumerate() {
            let (a, b, to) = (cell(a), cell(b), target(to, count));
            let command = match kind % 4 {
                0 => format!("{a}, {b}"),
                1 => format!("{a}, {b}, {to}"),
                2 => format!("goto {to}"),
                _ => "halt".to_owned(),
            };
            text += &format!("{}{command}\n", label(index, count));
        }
        text += &format!("{}halt\n", label(count - 1, count));
        same_subleq(&subleq::assemble(Path::new("drawn.subleq"), &text).unwrap());
    }

    #[test]
    fn fleq_programs_come_back(
        numbers in prop::array::uniform5(-1e3_f64..1e3),
        draws in draws(),
        blocks in prop::option::of(24_usize..30),
    ) {
        let [v, w, x, y, z] = numbers;
        let blocks = blocks.map_or_else(String::new, |n| format!(".blocks {n}\n"));
        let mut text = format!(
            ".size 3\n.registers 2\n.scale 1e-4\n.order 2\n{blocks}.data\n {z}\na: [{v} {w}; 0 {x}]\n &b, 1e-9\n\
             b: c: [0 {y}]\ncell_0: 0\n.code\n"
        );
        let count = draws.len() + 1;
        for (index, (kind, a, b, other)) in draws.into_iter().enumerate() {
            let (first, second, third) = (cell(a), cell(b), cell(a / 7 + b));
            let value = match kind % 14 {
                0 => first.to_owned(),
                1 => format!("{first} + {second}"),
                2 => format!("{first} - [r1]"),
                3 => format!("{first}' * {second}"),
                4 => format!("{first}'"),
                5 => format!("[r0] .* {second}"),
                6 => format!("sigmoid {first}"),
                7 => format!("relu {first}"),
                8 => format!("diagonal {first}"),
                9 => "scalar [r1]".to_owned(),
                10 => format!("inverse_root {first}"),
                11 => format!("{first} .* -2.5"),
                12 => format!("-{second}"),
                _ => "address r1".to_owned(),
            };
            let result = if other.is_multiple_of(5) { "[r1]" } else { third };
            let mut clauses = match other % 4 {
                0 => vec![],
                _ => vec![format!("{result} = {value}")],
            };
            match b % 5 {
                0 => clauses.push("r0 += 1".to_owned()),
                1 => clauses.push(format!("r1 = &{second}")),
                2 if clauses.is_empty() => clauses.push(format!("r0 = *{first}")),
                _ => {}
            }
            let to = target(a, count);
            match a % 3 {
                0 => clauses.push(format!("goto {to}")),
                1 => clauses.push(format!("if {second} <= 0 goto {to}")),
                _ if clauses.is_empty() => clauses.push(format!("{first} = {first}")),
                _ => {}
            }
            text += &format!("{}{}\n", label(index, count), clauses.join(", "));
        }
        text += &format!("{}halt\n", label(count - 1, count));
        same_fleq(&fleq::assemble(Path::new("drawn.fleq"), &text).unwrap());
    }
}
