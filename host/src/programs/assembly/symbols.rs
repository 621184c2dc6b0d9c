//! Names: constants, cells and commands.

use super::{Cursor, Mistake, Place};
use std::collections::BTreeMap;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Label {
    /// A constant.
    Constant(f64),
    /// The first of so many cells.
    Cell {
        /// The first.
        first: usize,
        /// How many.
        count: usize,
    },
    /// A command.
    Command(usize),
}

/// The names of a program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Symbols {
    names: BTreeMap<String, Label>,
}

impl Symbols {
    /// Adds a name.
    ///
    /// # Errors
    /// If it is there already.
    pub fn define(&mut self, name: &str, label: Label, place: Place) -> Result<(), Mistake> {
        match self.names.insert(name.to_owned(), label) {
            None => Ok(()),
            Some(_) => Err(Mistake::new(place, format!("'{name}' is defined twice"))),
        }
    }

    /// `.set NAME VALUE`, after the directive.
    ///
    /// # Errors
    /// If it is something else.
    pub fn constant(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Mistake> {
        let (name, place) = cursor.word()?;
        let value = self.number(cursor)?;
        cursor.end()?;
        self.define(&name, Label::Constant(value), place)
    }

    /// A number with sign: a literal or a constant.
    ///
    /// # Errors
    /// If there is none.
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

    /// A whole number with sign.
    ///
    /// # Errors
    /// If there is none.
    pub fn integer(&self, cursor: &mut Cursor<'_>) -> Result<i64, Mistake> {
        let place = cursor.place();
        let number = self.number(cursor)?;
        if number.fract() == 0.0 && number.abs() < 9e15 {
            Ok(number as i64)
        } else {
            Err(Mistake::new(place, format!("{number} is not a whole number")))
        }
    }

    /// A number of things, at least `least`.
    ///
    /// # Errors
    /// If there is none.
    pub fn count(&self, cursor: &mut Cursor<'_>, least: usize) -> Result<usize, Mistake> {
        let place = cursor.place();
        match usize::try_from(self.integer(cursor)?) {
            Ok(count) if (least..=1 << 16).contains(&count) => Ok(count),
            _ => Err(Mistake::new(place, format!("expected a number from {least} to 65536"))),
        }
    }

    /// A cell: `name`, `name[n]`.
    ///
    /// # Errors
    /// If the name is not a cell's, or the offset leads beyond its array.
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
            offset = self.count(cursor, 0)?;
            cursor.expect("]")?;
        }
        if offset < count {
            Ok(first + offset)
        } else {
            let message = format!("'{name}' has {count} cells, there is no {name}[{offset}]");
            Err(Mistake::new(place, message))
        }
    }

    /// A command's label.
    ///
    /// # Errors
    /// If it is not one.
    pub fn command(&self, cursor: &mut Cursor<'_>) -> Result<usize, Mistake> {
        let place = cursor.place();
        let (name, _) = cursor.word().map_err(|_| Mistake::new(place, "expected a label"))?;
        match self.names.get(&name) {
            Some(Label::Command(command)) => Ok(*command),
            Some(_) => Err(Mistake::new(place, format!("'{name}' is not a label of a command"))),
            None => Err(Mistake::new(place, format!("label '{name}' is not defined"))),
        }
    }

    /// Gives every one of so many cells and commands a name that has none.
    pub fn name_all(&mut self, cells: usize, commands: usize) {
        let unnamed: Vec<_> = (0..cells).filter(|cell| !self.is_named(*cell)).collect();
        for cell in unnamed {
            self.name(Self::default_name_of_cell(cell), Label::Cell { first: cell, count: 1 });
        }
        for command in 0..commands {
            if self.name_of_command(command).is_none() {
                self.name(Self::default_name_of_command(command), Label::Command(command));
            }
        }
    }

    /// Adds a name, with underscores at its end until there is no other like it.
    fn name(&mut self, mut name: String, label: Label) {
        while self.names.contains_key(&name) {
            name.push('_');
        }
        self.names.insert(name, label);
    }

    fn default_name_of_cell(cell: usize) -> String {
        format!("cell_{cell}")
    }

    fn default_name_of_command(command: usize) -> String {
        format!("command_{command}")
    }

    /// All names and what they stand for.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Label)> {
        self.names.iter().map(|(name, label)| (name.as_str(), *label))
    }

    /// The names of cells, in the order of the cells: name, first, count.
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

    /// Name, first and count of the array that a cell belongs to.
    fn owner(&self, cell: usize) -> Option<(&str, usize, usize)> {
        let holds =
            |(_, first, count): &(&str, usize, usize)| (*first..first + count).contains(&cell);
        self.cells().into_iter().find(holds)
    }

    /// Whether a cell belongs to an array.
    pub fn is_named(&self, cell: usize) -> bool {
        self.owner(cell).is_some()
    }

    /// The name of a cell: `name`, `name[n]`, or `cell_n` if it has none.
    pub fn name_of_cell(&self, cell: usize) -> String {
        match self.owner(cell) {
            Some((name, first, _)) if first == cell => name.to_owned(),
            Some((name, first, _)) => format!("{name}[{}]", cell - first),
            None => Self::default_name_of_cell(cell),
        }
    }

    /// The label of a command, if it has one.
    pub fn name_of_command(&self, command: usize) -> Option<&str> {
        self.iter().find(|(_, label)| *label == Label::Command(command)).map(|(name, _)| name)
    }

    /// The label of a command, or `command_n` if it has none.
    pub fn target(&self, command: usize) -> String {
        let name = self.name_of_command(command).map(str::to_owned);
        name.unwrap_or_else(|| Self::default_name_of_command(command))
    }

    /// Sections of data and code that define these names: `value` and `command` give the text of
    /// the cells and of the commands.
    pub fn listing(
        &self,
        commands: usize,
        value: impl Fn(usize) -> String,
        command: impl Fn(usize) -> String,
    ) -> String {
        let mut text = ".data\n".to_owned();
        for names in self.cells().chunk_by(|one, other| one.1 == other.1) {
            let Some((_, first, count)) = names.last() else { continue };
            names.iter().for_each(|(name, ..)| text += &format!("{name}: "));
            let values: Vec<_> = (*first..first + count).map(&value).collect();
            text += &format!("{}\n", values.join(", "));
        }
        text += ".code\n";
        for index in 0..commands {
            let names = self.iter().filter(|(_, label)| *label == Label::Command(index));
            names.for_each(|(name, _)| text += &format!("{name}: "));
            text += &format!("{}\n", command(index));
        }
        text
    }
}
