//! Instructions.

/// What an instruction computes from blocks A = `mem[a]` and B = `mem[b]`.
///
/// ```
/// use situ::array_buffers;
/// use situ::construct::computer::fleq::{Instruction, Machine, Operation};
/// use situ::construct::computer::{Computer, Error};
///
/// let run = |operation| {
///     const MACHINE: Machine = Machine::new::<f64>(2, 2, 2);
///     let mut storage: array_buffers!(f64; MACHINE.buffer_sizes()) = Default::default();
///     let (transformer, mut sequence) =
///         (MACHINE.build(storage.buffers())?, vec![0.0; MACHINE.sequence()]);
///     let program = [Instruction::new(operation, 0, 1), Instruction::HALT];
///     MACHINE.load(&[1.0, -2.0, 3.0, 4.0], &program, &mut sequence)?;
///     let mut workspace = vec![0.0; transformer.workspace(MACHINE.columns())];
///     MACHINE.step(&transformer, &mut sequence, &mut workspace)?;
///     let mut block = [0.0_f64; 4];
///     MACHINE.read(&sequence, 1, &mut block);
///     Ok::<_, Error>(block.map(f64::round))
/// };
/// assert_eq!(run(Operation::Transpose)?, [1.0, 3.0, -2.0, 4.0]);
/// assert_eq!(run(Operation::Relu)?, [1.0, 0.0, 3.0, 4.0]);
/// # Ok::<(), Error>(())
/// ```
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
///
/// ```
/// use situ::construct::computer::fleq::{Instruction, Machine, Operand, Operation};
/// use situ::construct::computer::{Computer, Error};
///
/// const MACHINE: Machine = Machine::new::<f64>(1, 2, 1);
/// // Copies the block that register 1 points to, on a machine with register 0 alone.
/// let program = [Instruction { a: Operand::Register(1), ..Instruction::new(Operation::Copy, 0, 1) }];
/// let refused = MACHINE.load(&[0.0_f64; 2], &program, &mut vec![0.0; MACHINE.sequence()]);
/// assert_eq!(refused, Err(Error::Address { instruction: 0, address: 1 }));
/// ```
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
/// `mem[flag]` is at most [`super::THRESHOLD`], otherwise to the next instruction.
///
/// Registers change as a side effect; operands use their values from before.
///
/// ```
/// use situ::construct::computer::fleq::{Instruction, Machine};
/// use situ::construct::computer::Computer;
///
/// const MACHINE: Machine = Machine::new::<f64>(1, 1, 1);
/// let mut sequence = vec![0.0_f64; MACHINE.sequence()];
/// MACHINE.load(&[0.0], &[Instruction::HALT], &mut sequence)?;
/// assert_eq!(MACHINE.counter(&sequence), 0);
/// // A branch goes to an instruction of the program.
/// let lost = Instruction { target: Some(1), ..Instruction::HALT };
/// assert!(MACHINE.load(&[0.0], &[lost], &mut sequence).is_err());
/// # Ok::<(), situ::construct::computer::Error>(())
/// ```
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
    /// The branch target; `None` if the next instruction always follows.
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
