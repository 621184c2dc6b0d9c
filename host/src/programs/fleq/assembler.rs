//! The assembly language of FLEQ: directives and data.
//!
//! ```text
//! .size 4                ; blocks are 4 × 4 (default 4)
//! .registers 2           ; index registers r0, r1 (default 1)
//! .blocks 20             ; blocks of the machine (default: as many as needed)
//! .instructions 20       ; instructions of the machine (default: as many as needed)
//! .scale 8e-5            ; c, inversely proportional to the largest product (default 8e-5)
//! .order 3               ; heads of an extrapolated product, 1 to 4 (default 3)
//! .data
//! A:      [2 0; 1 3]     ; a matrix, the rest zero
//! x:      [1; 2; 3]      ; a column
//! n:      20             ; a number: a multiple of the identity
//! list:   1, 2, 0 * 5    ; an array of blocks
//! p:      &list[1]       ; an address
//! ```
//! See [`super::statement`] for instructions.

use super::literals::Literals;
use super::statement::statement;
use super::{Program, address_bits};
use crate::Failure;
use crate::programs::assembly::{
    Cursor, Data, Label, Line, Mistake, Place, Symbols, outline, read,
};
use situ::construct::computer::fleq::Instruction;
use std::path::Path;

/// Blocks of a program being read.
struct Blocks<'a> {
    /// The directives so far.
    program: Program,
    values: Vec<Vec<f64>>,
    /// Addresses to resolve once all names are known: the block, and the place of the address.
    addresses: Vec<(usize, Place)>,
    lines: &'a [Line],
}

impl Data for Blocks<'_> {
    fn directive(&mut self, cursor: &mut Cursor<'_>, symbols: &Symbols) -> Result<bool, Mistake> {
        let (name, _) = cursor.word()?;
        let place = cursor.place();
        let mut number = |min, max| match symbols.count(cursor, min)? {
            count if count <= max => Ok(count),
            _ => Err(Mistake::new(place, format!("expected an integer from {min} to {max}"))),
        };
        match name.as_str() {
            ".size" if !self.values.is_empty() => {
                return Err(Mistake::new(place, ".size must come before the data"));
            }
            ".size" => self.program.size = number(1, 16)? as u16,
            ".registers" => self.program.registers = number(0, 8)? as u16,
            ".blocks" => self.program.blocks = Some(number(1, 4096)?),
            ".instructions" => self.program.instruction_capacity = Some(number(1, 4096)?),
            ".order" => self.program.product_order = Some(number(1, 4)? as u16),
            ".scale" => {
                let scale = symbols.number(cursor)?;
                if !(1e-12..=1.0).contains(&scale) {
                    return Err(Mistake::new(place, "expected a number from 1e-12 to 1"));
                }
                self.program.product_scale = Some(scale);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn value(&mut self, cursor: &mut Cursor<'_>, symbols: &Symbols) -> Result<(), Mistake> {
        let place = cursor.place();
        let block = if cursor.take("&") {
            self.addresses.push((self.values.len(), place));
            cursor.word()?;
            if cursor.take("[") {
                symbols.offset(cursor)?;
                cursor.expect("]")?;
            }
            vec![0.0; self.size() * self.size()]
        } else {
            matrix(cursor, symbols, self.size())?
        };
        let count = if cursor.take("*") { symbols.count(cursor, 0)? } else { 1 };
        self.values.extend(std::iter::repeat_n(block, count));
        Ok(())
    }

    fn cells(&self) -> usize {
        self.values.len()
    }
}

impl Blocks<'_> {
    fn size(&self) -> usize {
        self.program.size.into()
    }

    /// Resolves the addresses.
    fn resolve(&mut self, symbols: &Symbols) -> Result<(), Mistake> {
        let size = self.size();
        let bits =
            self.program.blocks.unwrap_or(self.values.len()).next_power_of_two().max(4).ilog2();
        for (block, place) in std::mem::take(&mut self.addresses) {
            let tokens = self.lines.iter().flat_map(|line| &line.tokens);
            let after: Vec<_> =
                tokens.skip_while(|token| token.place != place).skip(1).take(16).cloned().collect();
            let address = symbols.cell(&mut Cursor::new(&after, place))?;
            let bits = address_bits(address, bits as usize);
            if bits.len() > size * size {
                return Err(Mistake::new(place, "blocks are too small to hold an address"));
            }
            for (at, bit) in bits.into_iter().enumerate() {
                self.values[block][at % size * size + at / size] = bit;
            }
        }
        Ok(())
    }
}

/// Reads a number or rows of numbers in brackets, as d × d numbers row by row.
///
/// # Errors
/// For any other text.
pub fn matrix(
    cursor: &mut Cursor<'_>,
    symbols: &Symbols,
    size: usize,
) -> Result<Vec<f64>, Mistake> {
    let mut block = vec![0.0; size * size];
    if !cursor.take("[") {
        let number = symbols.number(cursor)?;
        block.iter_mut().step_by(size + 1).for_each(|entry| *entry = number);
        return Ok(block);
    }
    let (mut row, mut column) = (0, 0);
    while !cursor.take("]") {
        if cursor.take(";") {
            (row, column) = (row + 1, 0);
            continue;
        }
        let place = cursor.place();
        let number = symbols.number(cursor)?;
        if row >= size || column >= size {
            return Err(Mistake::new(place, format!("a block is {size} × {size}")));
        }
        block[row * size + column] = number;
        column += 1;
    }
    Ok(block)
}

/// Assembles `text`, the program in the file `path`.
///
/// # Errors
/// [`Failure::Input`] with file, line and column of the first mistake.
pub fn assemble(path: &Path, text: &str) -> Result<Program, Failure> {
    let (lines, sources) = read(path, text)?;
    let mut blocks = Blocks {
        program: Program::default(),
        values: Vec::new(),
        addresses: Vec::new(),
        lines: &lines,
    };
    let mut symbols = Symbols::default();
    let instructions = outline(&lines, &mut blocks, &mut symbols).and_then(|lines| {
        let mut literals = Literals::new(blocks.values.len());
        let (size, registers) = (blocks.size(), blocks.program.registers);
        // The block of zeros comes after the literals, which the first pass finds.
        statements(&lines, (&symbols, &mut literals), registers, 0)?;
        let zero = literals.end();
        let instructions = statements(&lines, (&symbols, &mut literals), registers, zero)?;
        blocks.values.extend(literals.blocks(size));
        // `goto` tests the block of zeros, and instructions without a result copy it to itself.
        blocks.values.push(vec![0.0; size * size]);
        blocks.resolve(&symbols)?;
        Ok(instructions)
    });
    let mut instructions = instructions.map_err(|mistake| mistake.in_sources(&sources))?;
    let end = Label::Instruction(instructions.len());
    let ends_in_label = symbols.iter().any(|(_, label)| label == end);
    if ends_in_label || instructions.last().is_none_or(|last| !last.halt) {
        let zero = blocks.values.len() - 1;
        instructions.push(super::statement::halt(zero));
    }
    let memory = blocks.values.concat();
    let program = Program { memory, instructions, symbols, ..blocks.program };
    program.fits().map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    Ok(program)
}

/// Reads all instructions and collects their literals.
fn statements(
    lines: &[&Line],
    (symbols, literals): (&Symbols, &mut Literals),
    registers: u16,
    zero: usize,
) -> Result<Vec<Instruction>, Mistake> {
    let read = |line: &&Line| {
        let mut cursor = Cursor::new(&line.tokens, line.place);
        statement(&mut cursor, (symbols, literals), registers, zero)
    };
    lines.iter().map(read).collect()
}
