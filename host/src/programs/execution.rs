//! Running programs: by an interpreter, or by the looped transformer.

use situ::construct::computer::{Computer, Error};
use situ::scalar::Scalar;
use situ::transformer::{Layer, Transformer};

/// A program being executed, one instruction at a time.
pub trait Execution {
    /// Executes the next instruction.
    ///
    /// # Errors
    /// If the instruction is invalid or its result is unreliable.
    fn step(&mut self) -> Result<(), Error>;

    /// Index of the next instruction.
    fn counter(&self) -> usize;

    /// Whether the program has ended.
    fn halted(&self) -> bool;

    /// All cells: one number each in SUBLEQ, a block's numbers row by row in FLEQ.
    fn memory(&self) -> Vec<Vec<f64>>;

    /// The effect of each layer of the transformer on the next instruction; empty for an interpreter.
    ///
    /// # Errors
    /// As [`Self::step`].
    fn layers(&self) -> Result<Vec<LayerTrace>, Error> {
        Ok(Vec::new())
    }
}

/// What an [`Engine`] loads: the memory and instructions of a program.
pub trait Source {
    /// The machine that runs it.
    type Computer: Computer;

    /// The numbers of the first cells, one cell after the other.
    fn numbers(&self) -> Vec<f64>;

    /// The instructions.
    fn instructions(&self) -> &[<Self::Computer as Computer>::Instruction];
}

/// A program on the looped transformer.
#[derive(Debug)]
pub struct Engine<'a, C, T: Scalar> {
    computer: C,
    transformer: Transformer<'a, T>,
    sequence: Vec<T>,
    workspace: Vec<T>,
}

impl<'a, C: Computer, T: Scalar> Engine<'a, C, T> {
    /// Loads `program` into the computer, whose weights are `transformer`.
    ///
    /// # Errors
    /// If the program does not fit.
    pub fn new(
        computer: C,
        transformer: Transformer<'a, T>,
        program: &impl Source<Computer = C>,
    ) -> Result<Self, Error> {
        let mut sequence = vec![T::ZERO; usize::from(computer.rows()) * computer.columns()];
        let memory: Vec<T> = program.numbers().into_iter().map(T::from_f64).collect();
        computer.load(&memory, program.instructions(), &mut sequence)?;
        let workspace = vec![T::ZERO; transformer.workspace(computer.columns())];
        Ok(Self { computer, transformer, sequence, workspace })
    }

    /// The computer.
    pub fn computer(&self) -> &C {
        &self.computer
    }

    /// The sequence of the transformer, row by row.
    pub fn sequence(&self) -> &[T] {
        &self.sequence
    }

    /// A cell.
    pub fn cell(&self, cell: usize) -> Vec<f64> {
        let mut numbers = vec![T::ZERO; self.computer.cell_size()];
        self.computer.read(&self.sequence, cell, &mut numbers);
        numbers.into_iter().map(T::to_f64).collect()
    }
}

/// The field of a row, and the row before and after a layer.
type ChangedRow<'s, T> = (&'static str, (&'s [T], &'s [T]));

/// A layer's effect on the sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerTrace {
    /// Heads of the layer.
    pub heads: usize,
    /// Hidden units of its feed-forward.
    pub units: usize,
    /// Fields that it changed, in the order of their rows.
    pub changes: Vec<Change>,
}

/// A field of the sequence that a layer changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Name of the field.
    pub field: &'static str,
    /// Rows with a change.
    pub rows: usize,
    /// Columns with a change.
    pub columns: usize,
    /// Whether all rows with a change are now zero.
    pub cleared: bool,
}

impl<C: Computer, T: Scalar> Engine<'_, C, T> {
    /// The effect of each layer on the next instruction, which is not executed.
    fn trace_layers(&self) -> Result<Vec<LayerTrace>, Error> {
        let mut sequence = self.sequence.clone();
        let mut workspace = self.workspace.clone();
        let trace = |layer: &Layer| {
            let before = sequence.clone();
            let transformer =
                Transformer { layers: std::slice::from_ref(layer), ..self.transformer };
            transformer.forward(&mut sequence, &mut workspace)?;
            Ok(LayerTrace {
                heads: layer.heads.count as usize,
                units: layer.feed_forward.units.into(),
                changes: self.changes(&before, &sequence),
            })
        };
        self.transformer.layers.iter().map(trace).collect()
    }

    /// The fields in which two sequences differ.
    fn changes(&self, before: &[T], after: &[T]) -> Vec<Change> {
        let columns = self.computer.columns();
        let pairs = before.chunks(columns).zip(after.chunks(columns));
        let rows = pairs.zip(0..).filter(|((before, after), _)| before != after);
        let rows: Vec<_> = rows.map(|(rows, row)| (self.computer.field(row), rows)).collect();
        let change = |rows: &[ChangedRow<'_, T>]| {
            let differs = |column: &usize| rows.iter().any(|(_, (x, y))| x[*column] != y[*column]);
            let zero = |after: &[T]| after.iter().all(|x| *x == T::ZERO);
            Change {
                field: rows.first().map_or("", |(field, _)| field),
                rows: rows.len(),
                columns: (0..columns).filter(differs).count(),
                cleared: rows.iter().all(|(_, (_, after))| zero(after)),
            }
        };
        rows.chunk_by(|(one, _), (other, _)| one == other).map(change).collect()
    }
}

impl<C: Computer, T: Scalar> Execution for Engine<'_, C, T> {
    /// One pass of the transformer, checked before and after.
    fn step(&mut self) -> Result<(), Error> {
        self.computer.step(&self.transformer, &mut self.sequence, &mut self.workspace)
    }

    fn counter(&self) -> usize {
        self.computer.counter(&self.sequence)
    }

    fn halted(&self) -> bool {
        self.computer.halted(&self.sequence)
    }

    fn memory(&self) -> Vec<Vec<f64>> {
        (0..self.computer.cells(&self.sequence)).map(|cell| self.cell(cell)).collect()
    }

    fn layers(&self) -> Result<Vec<LayerTrace>, Error> {
        self.trace_layers()
    }
}
