//! Instructions and values of FLEQ as assembly text.

use super::Program;
use situ::construct::computer::fleq::{Instruction, Operand, Operation};

impl Program {
    /// An instruction as text.
    pub fn disassemble(&self, index: usize) -> String {
        let Some(instruction) = self.instructions.get(index) else { return String::new() };
        if instruction.halt {
            return "halt".to_owned();
        }
        let cell = |block| self.operand(block);
        let mut clauses = Vec::new();
        clauses.extend(self.assignment(instruction));
        if let Some(register) = instruction.increment {
            clauses.push(format!("r{register} += 1"));
        }
        if let Some((register, block)) = instruction.load {
            clauses.push(format!("r{register} = &{}", cell(block)));
        }
        if let (Some(register), Operand::Block(block)) = (instruction.fetch, instruction.a) {
            clauses.push(format!("r{register} = *{}", cell(block)));
        }
        if let Some(target) = instruction.target {
            let label = self.symbols.target(target);
            let condition = (instruction.flag != self.zero())
                .then(|| format!("if {} <= 0 ", cell(instruction.flag)));
            clauses.push(format!("{}goto {label}", condition.unwrap_or_default()));
        }
        clauses.join(", ")
    }

    /// The program as text that assembles to an equal program.
    pub fn listing(&self) -> String {
        let size = usize::from(self.size);
        let mut program = self.clone();
        program.symbols.name_all(self.zero(), self.instructions.len());
        let mut text = format!(".size {size}\n.registers {}\n", self.registers);
        for (directive, number) in
            [(".blocks", self.blocks), (".instructions", self.instruction_capacity)]
        {
            text += &number.map_or_else(String::new, |n| format!("{directive} {n}\n"));
        }
        text += &self.product_scale.map_or_else(String::new, |c| format!(".scale {c:e}\n"));
        text += &self.product_order.map_or_else(String::new, |r| format!(".order {r}\n"));
        text + &program.symbols.listing(
            self.instructions.len(),
            |block| {
                let numbers = &self.memory[block * size * size..(block + 1) * size * size];
                written(numbers, size, |x| x.to_string())
            },
            |index| program.disassemble(index),
        )
    }

    /// The name of a block, or the value of a literal.
    fn operand(&self, block: usize) -> String {
        let size = usize::from(self.size).pow(2);
        match self.memory.get(block * size) {
            Some(number) if !self.symbols.is_named(block) => number.to_string(),
            _ => self.symbols.name_of_cell(block),
        }
    }

    /// The block of zeros that the assembler added.
    fn zero(&self) -> usize {
        self.needed_blocks() - 1
    }

    /// `C = f(A, B)`; `None` if a block is copied to itself only to be read, or nothing is done.
    fn assignment(&self, instruction: &Instruction) -> Option<String> {
        let Instruction { operation, a, b, c, .. } = *instruction;
        let idle = instruction.fetch.is_some() || a == Operand::Block(self.zero());
        if operation == Operation::Copy && a == c && idle {
            return None;
        }
        let [a, b, c] = [a, b, c].map(|operand| match operand {
            Operand::Block(block) => self.operand(block),
            Operand::Register(register) => format!("[r{register}]"),
        });
        let value = match operation {
            Operation::Copy => a,
            Operation::Add => format!("{a} + {b}"),
            Operation::Subtract if instruction.a == Operand::Block(self.zero()) => format!("-{b}"),
            Operation::Subtract => format!("{a} - {b}"),
            Operation::Multiply => format!("{a}' * {b}"),
            Operation::Transpose => format!("{a}'"),
            Operation::Elementwise => format!("{a} .* {b}"),
            Operation::Sigmoid => format!("sigmoid {a}"),
            Operation::Diagonal => format!("diagonal {a}"),
            Operation::Scalar => format!("scalar {a}"),
            Operation::Relu => format!("relu {a}"),
            Operation::InverseRoot => format!("inverse_root {a}"),
            Operation::Store(register) => format!("address r{register}"),
        };
        Some(format!("{c} = {value}"))
    }
}

/// A block as text with rounded numbers: a single number for a multiple of the identity, else its rows
/// in brackets, without zeros on the right and below.
pub fn text(block: &[f64], size: usize) -> String {
    written(block, size, rounded)
}

/// A number with six significant digits.
fn rounded(number: f64) -> String {
    let rounded = format!("{number:.5e}").parse().unwrap_or(number);
    let magnitude = rounded.abs();
    if rounded == 0.0 || (1e-4..1e9).contains(&magnitude) {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}

/// A block as text, with `number` for each entry.
fn written(block: &[f64], size: usize, number: impl Fn(f64) -> String) -> String {
    let entry = |i: usize, j: usize| block.get(i * size + j).copied().unwrap_or(0.0);
    let of_identity = |i: usize, j: usize| if i == j { entry(0, 0) } else { 0.0 };
    let places = || (0..size).flat_map(|i| (0..size).map(move |j| (i, j)));
    if places().all(|(i, j)| entry(i, j) == of_identity(i, j)) {
        return number(entry(0, 0));
    }
    let used = places().filter(|(i, j)| entry(*i, *j) != 0.0);
    let (rows, columns) = used.fold((1, 1), |(r, c), (i, j)| (r.max(i + 1), c.max(j + 1)));
    let row = |i| (0..columns).map(|j| number(entry(i, j))).collect::<Vec<_>>().join(" ");
    format!("[{}]", (0..rows).map(row).collect::<Vec<_>>().join("; "))
}
