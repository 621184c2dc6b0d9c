//! Rows and columns of the sequence.

use crate::construct::code::code_bits;

/// Rows of an instruction: in its own column, and in the copy that every column keeps of the current
/// instruction.
///
/// Selections are stored as *not* rows, 0 where selected and 1 elsewhere: a gate `relu(x − C not)`
/// then passes x exactly, however large C is.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    /// Codes of the operands' blocks: a, b, c.
    pub operands: [u16; 3],
    /// Code of the flag's block.
    pub flag: u16,
    /// Code of the branch target.
    pub target: u16,
    /// One row for each operation.
    pub not_operation: u16,
    /// For each operand a row for its own code, and one for each register.
    pub not_through: [u16; 3],
    /// One row for each register: count it up.
    pub not_increment: u16,
    /// One row for each register: load the immediate code.
    pub not_load: u16,
    /// Code of a block.
    pub immediate: u16,
    /// One row for each register: load the bits in `mem[a]`.
    pub not_fetch: u16,
    /// 1 in a halting instruction.
    pub halt: u16,
    /// Number of rows.
    pub length: u16,
}

/// First row of each field of a column. A block's column has d rows, a block's code l, an
/// instruction's code p.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// d.
    pub size: u16,
    /// l.
    pub block_code: u16,
    /// p.
    pub instruction_code: u16,
    /// Index registers.
    pub registers: u16,
    /// Operations: those of every machine, and one store for each register.
    pub operations: u16,
    /// Heads of an extrapolated product.
    pub order: u16,

    /// Memory columns: a block's column.
    pub memory: u16,
    /// Instruction columns: the instruction.
    pub instruction: Fields,

    /// Code of an instruction column; 0 elsewhere.
    pub instruction_position: u16,
    /// Code of a memory column's block; 0 elsewhere.
    pub block_position: u16,
    /// Index of the column within its block, one-hot; 0 in instruction columns.
    pub column: u16,
    /// The same with a sign: + in plus columns, − in minus columns, 0 elsewhere.
    pub signed_column: u16,
    /// 1 − `column`.
    pub not_column: u16,
    /// 0 in plus columns, else 1.
    pub not_plus: u16,
    /// 0 in minus columns, else 1.
    pub not_minus: u16,
    /// 1 in plus columns, −1 in minus columns, else 0.
    pub sign: u16,
    /// 1 in plus and minus columns, else 0.
    pub scratch: u16,
    /// 1 in every column.
    pub one: u16,

    /// Code of the next instruction.
    pub counter: u16,
    /// Code of a block, for each register.
    pub register: u16,
    /// 1 after a halting instruction was executed.
    pub halted: u16,

    /// Copy of the current instruction; all rows from here on are 0 between loops.
    pub current: Fields,
    /// Codes of the blocks a, b, c.
    pub pointers: [u16; 3],
    /// Code of the flag's block.
    pub flag_pointer: u16,
    /// Code of the branch target.
    pub target: u16,
    /// Code of the instruction after this one.
    pub next: u16,
    /// The operation: one *not* row each.
    pub not_operation: u16,
    /// The register that is loaded from memory: one *not* row each.
    pub not_fetch: u16,
    /// Column of `mem[a]`.
    pub a: u16,
    /// Column of `mem[b]`.
    pub b: u16,
    /// ± column of `mem[a]`: keys of products.
    pub key: u16,
    /// Queries of the matrix product.
    pub query: u16,
    /// Queries of the elementwise functions.
    pub weight: u16,
    /// All of `mem[a]`, column after column, in every column.
    pub matrix: u16,
    /// Column of the matrix product.
    pub product: u16,
    /// tanh of elementwise products: `order` times d rows.
    pub tanh: u16,
    /// Column of the result.
    pub result: u16,
    /// Column of the result, in memory columns.
    pub written: u16,
    /// Entry (0, 0) of the flag's block.
    pub flag: u16,
    /// Positive unless the flag's block lets the branch be taken.
    pub stay_old: u16,
    /// The same for the result, in plus column 0.
    pub stay_new: u16,
    /// The same, in every column.
    pub stay_all: u16,
    /// 0 in the columns of block c.
    pub not_target_block: u16,
    /// 0 if the flag's block is c.
    pub not_same: u16,

    /// Number of rows.
    pub rows: u16,
}

/// Allocates rows, top to bottom.
struct Rows(u16);

impl Rows {
    const fn take(&mut self, count: u16) -> u16 {
        let first = self.0;
        self.0 = first.saturating_add(count);
        first
    }

    const fn fields(
        &mut self,
        block: u16,
        instruction: u16,
        operations: u16,
        registers: u16,
    ) -> Fields {
        let start = self.0;
        Fields {
            operands: [self.take(block), self.take(block), self.take(block)],
            flag: self.take(block),
            target: self.take(instruction),
            not_operation: self.take(operations),
            not_through: [
                self.take(registers.saturating_add(1)),
                self.take(registers.saturating_add(1)),
                self.take(registers.saturating_add(1)),
            ],
            not_increment: self.take(registers),
            not_load: self.take(registers),
            immediate: self.take(block),
            not_fetch: self.take(registers),
            halt: self.take(1),
            length: self.0 - start,
        }
    }
}

/// Bits of a code, at least two.
const fn two_bits(count: usize) -> u16 {
    let bits = code_bits(count);
    if bits < 2 { 2 } else { bits }
}

impl Layout {
    /// The layout of a machine with blocks of this size and so many registers, blocks and instructions.
    pub const fn new(d: u16, r: u16, blocks: usize, instructions: usize, order: u16) -> Self {
        let l = two_bits(blocks);
        let p = two_bits(instructions);
        let operations = super::FIRST_STORE.saturating_add(r);
        let mut rows = Rows(0);
        Self {
            size: d,
            block_code: l,
            instruction_code: p,
            registers: r,
            operations,
            order,
            memory: rows.take(d),
            instruction: rows.fields(l, p, operations, r),
            instruction_position: rows.take(p),
            block_position: rows.take(l),
            column: rows.take(d),
            signed_column: rows.take(d),
            not_column: rows.take(d),
            not_plus: rows.take(1),
            not_minus: rows.take(1),
            sign: rows.take(1),
            scratch: rows.take(1),
            one: rows.take(1),
            counter: rows.take(p),
            register: rows.take(r.saturating_mul(l)),
            halted: rows.take(1),
            current: rows.fields(l, p, operations, r),
            pointers: [rows.take(l), rows.take(l), rows.take(l)],
            flag_pointer: rows.take(l),
            target: rows.take(p),
            next: rows.take(p),
            not_operation: rows.take(operations),
            not_fetch: rows.take(r),
            a: rows.take(d),
            b: rows.take(d),
            key: rows.take(d),
            query: rows.take(d),
            weight: rows.take(d),
            matrix: rows.take(d.saturating_mul(d)),
            product: rows.take(d),
            tanh: rows.take(order.saturating_mul(d)),
            result: rows.take(d),
            written: rows.take(d),
            flag: rows.take(1),
            stay_old: rows.take(1),
            stay_new: rows.take(1),
            stay_all: rows.take(1),
            not_target_block: rows.take(1),
            not_same: rows.take(1),
            rows: rows.0,
        }
    }

    /// Fields by their first rows.
    pub fn fields(&self) -> [(u16, &'static str); 29] {
        [
            (self.memory, "memory"),
            (self.instruction.operands[0], "instruction"),
            (self.instruction_position, "position"),
            (self.column, "column"),
            (self.counter, "counter"),
            (self.register, "registers"),
            (self.halted, "halted"),
            (self.current.operands[0], "current"),
            (self.pointers[0], "pointers"),
            (self.target, "target"),
            (self.next, "next"),
            (self.not_operation, "operation"),
            (self.not_fetch, "fetch"),
            (self.a, "a"),
            (self.b, "b"),
            (self.key, "key"),
            (self.query, "query"),
            (self.weight, "weight"),
            (self.matrix, "matrix"),
            (self.product, "product"),
            (self.tanh, "tanh"),
            (self.result, "result"),
            (self.written, "written"),
            (self.flag, "flag"),
            (self.stay_old, "stay_old"),
            (self.stay_new, "stay_new"),
            (self.stay_all, "stay_all"),
            (self.not_target_block, "target_block"),
            (self.not_same, "same"),
        ]
    }

    /// Code of register `r`.
    pub fn register(&self, r: u16) -> u16 {
        self.register + r * self.block_code
    }

    /// First row of the copy of the current instruction.
    pub fn first_temporary(&self) -> u16 {
        self.current.operands[0]
    }
}
