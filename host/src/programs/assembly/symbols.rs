//! Names of constants, cells and instructions.

use super::{Cursor, Mistake, Place};
use std::collections::BTreeMap;

/// The meaning of a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Label {
    /// A constant.
    Constant(f64),
    /// One or more cells.
    Cell {
        /// The first cell.
        first: usize,
        /// Number of cells.
        count: usize,
    },
    /// An instruction.
    Instruction(usize),
}

/// The names of a program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Symbols {
    names: BTreeMap<String, Label>,
}

impl Symbols {
    /// Defines a name.
    ///
    /// # Errors
    /// If the name is already defined.
    pub fn define(&mut self, name: &str, label: Label, place: Place) -> Result<(), Mistake> {
        match self.names.insert(name.to_owned(), label) {
            None => Ok(()),
            Some(_) => Err(Mistake::new(place, format!("'{name}' is defined twice"))),
        }
    }

    /// Defines the constant of `.set NAME VALUE`, after the directive.
    ///
    /// # Errors
    /// For any other text.
    pub fn constant(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Mistake> {
        let (name, place) = cursor.word()?;
        let value = self.number(cursor)?;
        cursor.end()?;
        self.define(&name, Label::Constant(value), place)
    }

    /// Reads a number with an optional sign: a literal or a constant.
    ///
    /// # Errors
    /// If the next token is not a number.
    pub fn number(&self, cursor: &mut Cursor<'_>) -> Result<f64, Mistake> {
        let sign = if cursor.take("-") { -1.0 } else { 1.0 };
        if let Some(number) = cursor.number() {
            return Ok(sign * number);
        }
        let place = cursor.place();
        let (name, _) = cursor.word().map_err(|_| Mistake::new(place, "expected a number"))?;
        match self.names.get(&name) {
            Some(Label::Constant(value)) => Ok(sign * value),
            Some(_) => Err(Mistake::new(place, format!("'{name}' is not a constant"))),
            None => Err(Mistake::new(place, format!("'{name}' is not defined"))),
        }
    }

    /// Reads an integer with an optional sign.
    ///
    /// # Errors
    /// If the next number is not an integer.
    pub fn integer(&self, cursor: &mut Cursor<'_>) -> Result<i64, Mistake> {
        let place = cursor.place();
        let number = self.number(cursor)?;
        if number.fract() == 0.0 && number.abs() < 9e15 {
            Ok(number as i64)
        } else {
            Err(Mistake::new(place, format!("{number} is not an integer")))
        }
    }

    /// Reads the offset of a cell within its array: a sum or difference of integers.
    ///
    /// # Errors
    /// If it is not an integer or negative.
    pub fn offset(&self, cursor: &mut Cursor<'_>) -> Result<usize, Mistake> {
        let place = cursor.place();
        let mut sum = self.integer(cursor)?;
        loop {
            let sign = match (cursor.take("+"), cursor.take("-")) {
                (true, _) => 1,
                (_, true) => -1,
                _ => break,
            };
            sum += sign * self.integer(cursor)?;
        }
        usize::try_from(sum).map_err(|_| Mistake::new(place, format!("{sum} is not an offset")))
    }

    /// Whether a name denotes a constant.
    pub fn is_constant(&self, name: &str) -> bool {
        matches!(self.names.get(name), Some(Label::Constant(_)))
    }

    /// Reads an integer from `min` to 65536.
    ///
    /// # Errors
    /// For any other number.
    pub fn count(&self, cursor: &mut Cursor<'_>, min: usize) -> Result<usize, Mistake> {
        let place = cursor.place();
        match usize::try_from(self.integer(cursor)?) {
            Ok(count) if (min..=1 << 16).contains(&count) => Ok(count),
            _ => Err(Mistake::new(place, format!("expected an integer from {min} to 65536"))),
        }
    }

    /// Reads a cell: `name` or `name[n]`.
    ///
    /// # Errors
    /// If the name does not denote a cell, or the offset is beyond the end of its array.
    pub fn cell(&self, cursor: &mut Cursor<'_>) -> Result<usize, Mistake> {
        let place = cursor.place();
        let (name, _) = cursor.word().map_err(|_| Mistake::new(place, "expected a cell"))?;
        let (first, count) = match self.names.get(&name) {
            Some(Label::Cell { first, count }) => (*first, *count),
            Some(_) => return Err(Mistake::new(place, format!("'{name}' is not a cell"))),
            None => return Err(Mistake::new(place, format!("'{name}' is not defined"))),
        };
        let place = cursor.place();
        let mut offset = 0;
        if cursor.take("[") {
            offset = self.offset(cursor)?;
            cursor.expect("]")?;
        }
        if offset < count {
            Ok(first + offset)
        } else {
            let message = format!("'{name}[{offset}]' does not exist: '{name}' has {count} cells");
            Err(Mistake::new(place, message))
        }
    }

    /// Reads the label of an instruction.
    ///
    /// # Errors
    /// If it is not a label.
    pub fn instruction(&self, cursor: &mut Cursor<'_>) -> Result<usize, Mistake> {
        let place = cursor.place();
        let (name, _) = cursor.word().map_err(|_| Mistake::new(place, "expected a label"))?;
        match self.names.get(&name) {
            Some(Label::Instruction(instruction)) => Ok(*instruction),
            Some(_) => {
                Err(Mistake::new(place, format!("'{name}' is not the label of an instruction")))
            }
            None => Err(Mistake::new(place, format!("label '{name}' is not defined"))),
        }
    }

    /// Names all cells and instructions that have no name.
    pub fn name_all(&mut self, cells: usize, instructions: usize) {
        let unnamed: Vec<_> = (0..cells).filter(|cell| !self.is_named(*cell)).collect();
        for cell in unnamed {
            self.name(Self::default_name_of_cell(cell), Label::Cell { first: cell, count: 1 });
        }
        for instruction in 0..instructions {
            if self.name_of_instruction(instruction).is_none() {
                self.name(
                    Self::default_name_of_instruction(instruction),
                    Label::Instruction(instruction),
                );
            }
        }
    }

    /// Adds a name, with as many trailing underscores as make it unique.
    fn name(&mut self, mut name: String, label: Label) {
        while self.names.contains_key(&name) {
            name.push('_');
        }
        self.names.insert(name, label);
    }

    fn default_name_of_cell(cell: usize) -> String {
        format!("cell_{cell}")
    }

    fn default_name_of_instruction(instruction: usize) -> String {
        format!("instruction_{instruction}")
    }

    /// All names and their meanings.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Label)> {
        self.names.iter().map(|(name, label)| (name.as_str(), *label))
    }

    /// The named cells in order: name, first cell, number of cells.
    pub fn cells(&self) -> Vec<(&str, usize, usize)> {
        let mut cells: Vec<_> = self
            .iter()
            .filter_map(|(name, label)| match label {
                Label::Cell { first, count } => Some((name, first, count)),
                _ => None,
            })
            .collect();
        cells.sort_by_key(|(_, first, _)| *first);
        cells
    }

    /// Name, first cell and number of cells of the array that contains a cell.
    fn owner(&self, cell: usize) -> Option<(&str, usize, usize)> {
        let holds =
            |(_, first, count): &(&str, usize, usize)| (*first..first + count).contains(&cell);
        self.cells().into_iter().find(holds)
    }

    /// Whether a cell has a name.
    pub fn is_named(&self, cell: usize) -> bool {
        self.owner(cell).is_some()
    }

    /// The name of a cell: `name`, `name[n]`, or `cell_n` for a cell without a name.
    pub fn name_of_cell(&self, cell: usize) -> String {
        match self.owner(cell) {
            Some((name, first, _)) if first == cell => name.to_owned(),
            Some((name, first, _)) => format!("{name}[{}]", cell - first),
            None => Self::default_name_of_cell(cell),
        }
    }

    /// The label of an instruction, if any.
    pub fn name_of_instruction(&self, instruction: usize) -> Option<&str> {
        self.iter()
            .find(|(_, label)| *label == Label::Instruction(instruction))
            .map(|(name, _)| name)
    }

    /// The label of an instruction, or `instruction_n` for one without a label.
    pub fn target(&self, instruction: usize) -> String {
        let name = self.name_of_instruction(instruction).map(str::to_owned);
        name.unwrap_or_else(|| Self::default_name_of_instruction(instruction))
    }

    /// Sections of data and code that define these names, with the text of cells and instructions
    /// given by `value` and `instruction`.
    pub fn listing(
        &self,
        instructions: usize,
        value: impl Fn(usize) -> String,
        instruction: impl Fn(usize) -> String,
    ) -> String {
        let mut text = ".data\n".to_owned();
        for names in self.cells().chunk_by(|one, other| one.1 == other.1) {
            let Some((_, first, count)) = names.last() else { continue };
            names.iter().for_each(|(name, ..)| text += &format!("{name}: "));
            let values: Vec<_> = (*first..first + count).map(&value).collect();
            text += &format!("{}\n", values.join(", "));
        }
        text += ".code\n";
        for index in 0..instructions {
            let names = self.iter().filter(|(_, label)| *label == Label::Instruction(index));
            names.for_each(|(name, _)| text += &format!("{name}: "));
            text += &format!("{}\n", instruction(index));
        }
        text
    }
}
