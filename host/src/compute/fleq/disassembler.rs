//! Commands and values of FLEQ as the assembler would read them.

use super::Program;
use situ::construct::computer::fleq::{Instruction, Operand, Operation};

impl Program {
    /// A command as text.
    pub fn disassemble(&self, index: usize) -> String {
        let Some(instruction) = self.commands.get(index) else { return String::new() };
        if instruction.halt {
            return "halt".to_owned();
        }
        let cell = |block| self.symbols.name_of_cell(block);
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
            let label =
                self.symbols.name_of_command(target).map_or(format!("_{target}"), str::to_owned);
            let zero = self.needed_blocks() - 1;
            let condition =
                (instruction.flag != zero).then(|| format!("if {} <= 0 ", cell(instruction.flag)));
            clauses.push(format!("{}goto {label}", condition.unwrap_or_default()));
        }
        clauses.join(", ")
    }

    /// `C = f(A, B)`; none where a block is copied to itself.
    fn assignment(&self, instruction: &Instruction) -> Option<String> {
        let Instruction { operation, a, b, c, .. } = *instruction;
        if operation == Operation::Copy && a == c {
            return None;
        }
        let [a, b, c] = [a, b, c].map(|operand| match operand {
            Operand::Block(block) => self.symbols.name_of_cell(block),
            Operand::Register(register) => format!("[r{register}]"),
        });
        let value = match operation {
            Operation::Copy => a,
            Operation::Add => format!("{a} + {b}"),
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

/// A block as text: a number if it is a multiple of the identity, else its rows in brackets,
/// without zeros on the right and below.
pub fn text(block: &[f64], size: usize) -> String {
    let number = |x: f64| crate::report::number(x);
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
