//! Instructions.

/// What an instruction computes from blocks A = `mem[a]` and B = `mem[b]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Operation {
    /// A.
    Copy,
    /// A + B.
    Add,
    /// A − B.
    Subtract,
    /// Aᵀ B.
    Multiply,
    /// Aᵀ.
    Transpose,
    /// A ∘ B, elementwise.
    Elementwise,
    /// 1 / (1 + e^−A), elementwise.
    Sigmoid,
    /// Diagonal matrix of the first column of A.
    Diagonal,
    /// A₀₀ I: a number as a multiple of the identity.
    Scalar,
    /// max(A, 0), elementwise.
    Relu,
    /// Diagonal matrix of 1/√ of A's diagonal, piecewise linear: within 2.3 % on [2^−14, 2^14], a
    /// start for Newton's method.
    InverseRoot,
    /// The bits of a register as ±1, entry i at row i mod d of column i div d.
    Store(u16),
}

/// Number of the operation that stores register 0: one more than the last of the others.
pub(super) const FIRST_STORE: u16 = 11;

impl Operation {
    /// Index of the operation among the rows that select one.
    pub(super) fn number(self) -> u16 {
        match self {
            Self::Copy => 0,
            Self::Add => 1,
            Self::Subtract => 2,
            Self::Multiply => 3,
            Self::Transpose => 4,
            Self::Elementwise => 5,
            Self::Sigmoid => 6,
            Self::Diagonal => 7,
            Self::Scalar => 8,
            Self::Relu => 9,
            Self::InverseRoot => 10,
            Self::Store(register) => FIRST_STORE.saturating_add(register),
        }
    }
}

/// A block of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Operand {
    /// This block.
    Block(usize),
    /// The block that this register points to.
    Register(u16),
}

/// One instruction: `mem[c] = f(mem[a], mem[b])`, then a branch to `target` if entry (0, 0) of
/// `mem[flag]` is at most [`super::THRESHOLD`], else to the next instruction.
///
/// Registers change as a side effect; operands use their values from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Instruction {
    /// f.
    pub operation: Operation,
    /// First operand.
    pub a: Operand,
    /// Second operand, if the operation has one.
    pub b: Operand,
    /// The destination of the result.
    pub c: Operand,
    /// The block on which the branch depends.
    pub flag: usize,
    /// The branch target; none if the next instruction always follows.
    pub target: Option<usize>,
    /// A register that counts up by one.
    pub increment: Option<u16>,
    /// A register that is loaded with the address of a block.
    pub load: Option<(u16, usize)>,
    /// A register that is loaded with the address whose bits `mem[a]` holds.
    pub fetch: Option<u16>,
    /// Whether the machine halts.
    pub halt: bool,
}

impl Instruction {
    /// Changes nothing and halts.
    pub const HALT: Self = Self { halt: true, ..Self::new(Operation::Copy, 0, 0) };

    /// `mem[c] = f(mem[a], mem[a])`, without a branch.
    pub const fn new(operation: Operation, a: usize, c: usize) -> Self {
        Self {
            operation,
            a: Operand::Block(a),
            b: Operand::Block(a),
            c: Operand::Block(c),
            flag: 0,
            target: None,
            increment: None,
            load: None,
            fetch: None,
            halt: false,
        }
    }
}
