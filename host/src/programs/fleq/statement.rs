//! The assembly language of FLEQ: instructions.
//!
//! ```text
//!         C = A                      ; copy
//!         C = A + B
//!         C = A - B
//!         C = A' * B                 ; the product of A transposed with B
//!         C = A'                     ; transpose
//!         C = A .* B                 ; elementwise product
//!         C = 2 - A                  ; a number is a multiple of the identity
//!         C = -A                     ; zero minus A
//!         C = sigmoid A              ; also relu, diagonal, scalar, inverse_root
//!         C = address r0             ; the bits of a register
//!         [r0] = A, r0 += 1          ; through a register, which then counts up
//!         n = n - 1, if n <= 0 goto end
//!         goto loop
//!         r0 = &list                 ; the address of a block
//!         r0 = *p                    ; the address stored in a block
//! end:    halt
//! ```
//! The assignment may be followed by clauses, separated by commas: one jump, and at most one each of
//! `r += 1`, `r = &cell` and `r = *cell`. The last reads the first operand of the assignment.

use super::literals::Literals;
use crate::programs::assembly::{Cursor, Mistake, Place, Symbols, Token, TokenKind};
use situ::construct::computer::fleq::{Instruction, Operand, Operation};

/// Functions of one block, written in front of it.
const FUNCTIONS: [(&str, Operation); 5] = [
    ("sigmoid", Operation::Sigmoid),
    ("relu", Operation::Relu),
    ("diagonal", Operation::Diagonal),
    ("scalar", Operation::Scalar),
    ("inverse_root", Operation::InverseRoot),
];

/// An instruction that does nothing: it copies block `zero` to itself.
fn nothing(zero: usize) -> Instruction {
    Instruction { flag: zero, ..Instruction::new(Operation::Copy, zero, zero) }
}

/// An instruction that halts.
pub(super) fn halt(zero: usize) -> Instruction {
    Instruction { halt: true, ..nothing(zero) }
}

/// Reads one instruction and collects its literals. `zero` is a block of zeros.
pub(super) fn statement(
    cursor: &mut Cursor<'_>,
    (symbols, literals): (&Symbols, &mut Literals),
    registers: u16,
    zero: usize,
) -> Result<Instruction, Mistake> {
    if cursor.take_word("halt") {
        cursor.end()?;
        return Ok(halt(zero));
    }
    let instruction = nothing(zero);
    let mut parser = Parser { symbols, literals, registers, zero, instruction, assigned: false };
    loop {
        parser.clause(cursor)?;
        if cursor.at_end() {
            return Ok(parser.instruction);
        }
        cursor.expect(",")?;
    }
}

struct Parser<'a> {
    symbols: &'a Symbols,
    literals: &'a mut Literals,
    registers: u16,
    zero: usize,
    instruction: Instruction,
    assigned: bool,
}

impl Parser<'_> {
    fn clause(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Mistake> {
        if cursor.take_word("goto") {
            return self.jump(cursor);
        }
        if cursor.take_word("if") {
            self.instruction.flag = self.symbols.cell(cursor)?;
            cursor.expect("<=")?;
            let mistake = cursor.mistake("expected '0'");
            if cursor.number() != Some(0.0) {
                return Err(mistake);
            }
            if !cursor.take_word("goto") {
                return Err(cursor.mistake("expected 'goto'"));
            }
            return self.jump(cursor);
        }
        let place = cursor.place();
        if let Some(register) = self.register(cursor)? {
            return self.register_clause(cursor, register, place);
        }
        if self.assigned {
            return Err(cursor.mistake("an instruction has one assignment"));
        }
        self.assigned = true;
        self.instruction.c = self.block(cursor)?;
        cursor.expect("=")?;
        self.expression(cursor)
    }

    fn jump(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Mistake> {
        let place = cursor.place();
        let target = self.symbols.instruction(cursor)?;
        match self.instruction.target.replace(target) {
            None => Ok(()),
            Some(_) => Err(Mistake::new(place, "an instruction has one jump")),
        }
    }

    /// Takes `r0` if it is next.
    fn register(&self, cursor: &mut Cursor<'_>) -> Result<Option<u16>, Mistake> {
        let Some(TokenKind::Word(word)) = cursor.rest().first().map(|token| &token.kind) else {
            return Ok(None);
        };
        let Some(Ok(register)) = word.strip_prefix('r').map(str::parse::<u16>) else {
            return Ok(None);
        };
        if register >= self.registers {
            let count = self.registers;
            return Err(
                cursor.mistake(format!("register {word} does not exist: .registers is {count}"))
            );
        }
        cursor.word()?;
        Ok(Some(register))
    }

    fn register_clause(
        &mut self,
        cursor: &mut Cursor<'_>,
        register: u16,
        place: Place,
    ) -> Result<(), Mistake> {
        let instruction = &mut self.instruction;
        let twice = if cursor.take("+=") {
            if cursor.number() != Some(1.0) {
                return Err(cursor.mistake("a register counts up by 1"));
            }
            instruction.increment.replace(register).is_some()
        } else {
            cursor.expect("=")?;
            if cursor.take("&") {
                let cell = self.symbols.cell(cursor)?;
                instruction.load.replace((register, cell)).is_some()
            } else if cursor.take("*") {
                let cell = Operand::Block(self.symbols.cell(cursor)?);
                if self.assigned && instruction.a != cell {
                    let message = "the address must be in the assignment's first operand";
                    return Err(cursor.mistake(message));
                }
                if !self.assigned {
                    // Copied to itself: read but not changed.
                    (instruction.a, instruction.b, instruction.c) = (cell, cell, cell);
                    self.assigned = true;
                }
                instruction.fetch.replace(register).is_some()
            } else {
                return Err(cursor.mistake("expected '&' or '*'"));
            }
        };
        let changed =
            [instruction.increment, instruction.load.map(|load| load.0), instruction.fetch];
        let changes = changed.iter().flatten().filter(|changed| **changed == register).count();
        if twice || changes > 1 {
            return Err(Mistake::new(place, "an instruction changes one register in one way"));
        }
        Ok(())
    }

    /// A block, a block through a register, or a number.
    fn operand(&mut self, cursor: &mut Cursor<'_>) -> Result<Operand, Mistake> {
        if Self::is_number(cursor.rest(), self.symbols) {
            let number = self.symbols.number(cursor)?;
            return Ok(Operand::Block(self.literals.block(number)));
        }
        self.block(cursor)
    }

    /// Whether the next tokens are a literal or a constant, with an optional sign.
    fn is_number(tokens: &[Token], symbols: &Symbols) -> bool {
        match tokens.first().map(|token| &token.kind) {
            Some(TokenKind::Number(_)) => true,
            Some(TokenKind::Word(name)) => symbols.is_constant(name),
            Some(TokenKind::Sign("-")) => tokens
                .get(1)
                .is_some_and(|next| Self::is_number(std::slice::from_ref(next), symbols)),
            _ => false,
        }
    }

    /// A block, directly or through a register.
    fn block(&self, cursor: &mut Cursor<'_>) -> Result<Operand, Mistake> {
        if !cursor.take("[") {
            return self.symbols.cell(cursor).map(Operand::Block);
        }
        let place = cursor.place();
        let register = self.register(cursor)?;
        cursor.expect("]")?;
        register.map(Operand::Register).ok_or(Mistake::new(place, "expected a register"))
    }

    fn expression(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Mistake> {
        for (name, operation) in FUNCTIONS {
            if cursor.take_word(name) {
                self.instruction.operation = operation;
                self.instruction.a = self.operand(cursor)?;
                self.instruction.b = self.instruction.a;
                return Ok(());
            }
        }
        if cursor.take_word("address") {
            let register = self.register(cursor)?;
            let register = register.ok_or_else(|| cursor.mistake("expected a register"))?;
            self.instruction.operation = Operation::Store(register);
            return Ok(());
        }
        if !Self::is_number(cursor.rest(), self.symbols) && cursor.take("-") {
            self.instruction.operation = Operation::Subtract;
            self.instruction.a = Operand::Block(self.zero);
            self.instruction.b = self.operand(cursor)?;
            return Ok(());
        }
        self.instruction.a = self.operand(cursor)?;
        self.instruction.b = self.instruction.a;
        let product = cursor.mistake("a product transposes its first factor: A' * B, after A = A'");
        if cursor.take("*") {
            return Err(product);
        }
        self.instruction.operation = if cursor.take("'") {
            if cursor.take("*") { Operation::Multiply } else { Operation::Transpose }
        } else if cursor.take("+") {
            Operation::Add
        } else if cursor.take("-") {
            Operation::Subtract
        } else if cursor.take(".*") {
            Operation::Elementwise
        } else {
            Operation::Copy
        };
        if !matches!(self.instruction.operation, Operation::Transpose | Operation::Copy) {
            self.instruction.b = self.operand(cursor)?;
        }
        Ok(())
    }
}
