//! The assembly language of SUBLEQ.
//!
//! ```text
//! .word 16              ; bits of a word (default 16)
//! .columns 27           ; columns of the machine (default: as many as needed)
//! .data
//! total:  0
//! list:   3, 1, 4, 0 * 5    ; an array; 0 * 5 is five zeros
//! .code
//! loop:   list[1], total    ; total -= list[1]; goto the next instruction
//!         list, total, loop ; total -= list[0]; if total <= 0 goto loop
//!         goto loop
//!         halt              ; branches to itself forever
//! ```

use super::Program;
use crate::Failure;
use crate::programs::assembly::{Cursor, Data, Mistake, Symbols, outline, read};
use situ::construct::computer::subleq::{Instruction, Machine};
use std::path::Path;

/// Cells of a program being read.
struct Cells {
    word_bits: u16,
    columns: Option<usize>,
    values: Vec<i64>,
}

impl Data for Cells {
    fn directive(&mut self, cursor: &mut Cursor<'_>, symbols: &Symbols) -> Result<bool, Mistake> {
        let (name, _) = cursor.word()?;
        let place = cursor.place();
        match name.as_str() {
            ".word" => {
                let max = Machine::max_word_bits::<f64>();
                self.word_bits = match u16::try_from(symbols.integer(cursor)?) {
                    Ok(bits) if (2..=max).contains(&bits) => bits,
                    _ => {
                        return Err(Mistake::new(place, format!("a word has 2 to {max} bits")));
                    }
                };
            }
            ".columns" => self.columns = Some(symbols.count(cursor, 2)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn value(&mut self, cursor: &mut Cursor<'_>, symbols: &Symbols) -> Result<(), Mistake> {
        let value = word(cursor, symbols, self.word_bits)?;
        let count = if cursor.take("*") { symbols.count(cursor, 0)? } else { 1 };
        self.values.extend(std::iter::repeat_n(value, count));
        Ok(())
    }

    fn cells(&self) -> usize {
        self.values.len()
    }
}

/// Reads an integer that fits a word.
///
/// # Errors
/// For any other text.
pub fn word(cursor: &mut Cursor<'_>, symbols: &Symbols, word_bits: u16) -> Result<i64, Mistake> {
    let place = cursor.place();
    let value = symbols.integer(cursor)?;
    let limit = 1_i64 << (word_bits - 1);
    if (-limit..limit).contains(&value) {
        return Ok(value);
    }
    let (min, max) = (-limit, limit - 1);
    let message = format!("{value} does not fit a word of {word_bits} bits: {min} to {max}");
    Err(Mistake::new(place, message))
}

/// Assembles `text`, the program in the file `path`.
///
/// # Errors
/// [`Failure::Input`] with file, line and column of the first mistake.
pub fn assemble(path: &Path, text: &str) -> Result<Program, Failure> {
    let (lines, sources) = read(path, text)?;
    let mut cells = Cells { word_bits: 16, columns: None, values: Vec::new() };
    let mut symbols = Symbols::default();
    let instructions = outline(&lines, &mut cells, &mut symbols).and_then(|lines| {
        let mut instructions = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let mut cursor = Cursor::new(&line.tokens, line.place);
            let zero = cells.values.len();
            instructions.push(instruction(&mut cursor, &symbols, index, (lines.len(), zero))?);
        }
        Ok(instructions)
    });
    let instructions = instructions.map_err(|mistake| mistake.in_sources(&sources))?;
    if instructions.is_empty() {
        return Err(Failure::Input(format!("{}: no instructions", path.display())));
    }
    // The cell of `goto` and `halt`: zero minus zero is not positive.
    let zero = cells.values.len();
    if instructions.iter().any(|instruction| instruction.a == zero) {
        cells.values.push(0);
    }
    let program = Program {
        word_bits: cells.word_bits,
        memory: cells.values,
        instructions,
        columns: cells.columns,
        symbols,
    };
    program.fits().map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    Ok(program)
}

/// Reads one instruction, number `index` of `count`; `zero` is a cell that holds 0.
fn instruction(
    cursor: &mut Cursor<'_>,
    symbols: &Symbols,
    index: usize,
    (count, zero): (usize, usize),
) -> Result<Instruction, Mistake> {
    if cursor.take_word("halt") {
        cursor.end()?;
        return Ok(Instruction { a: zero, b: zero, c: index });
    }
    let start = cursor.place();
    let (a, b, target) = if cursor.take_word("goto") {
        (zero, zero, Some(symbols.instruction(cursor)?))
    } else {
        let a = symbols.cell(cursor)?;
        cursor.expect(",")?;
        let b = symbols.cell(cursor)?;
        let target = if cursor.take(",") { Some(symbols.instruction(cursor)?) } else { None };
        (a, b, target)
    };
    cursor.end()?;
    match target {
        Some(c) if c < count => Ok(Instruction { a, b, c }),
        None if index + 1 < count => Ok(Instruction { a, b, c: index + 1 }),
        _ => {
            Err(Mistake::new(start, "continues beyond the last instruction; end with halt or goto"))
        }
    }
}
