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

    /// The name of a cell: `name` or `name[n]`; its number if it has none.
    pub fn name_of_cell(&self, cell: usize) -> String {
        let owner = self
            .cells()
            .into_iter()
            .find(|(_, first, count)| (*first..first + count).contains(&cell));
        match owner {
            Some((name, first, _)) if first == cell => name.to_owned(),
            Some((name, first, _)) => format!("{name}[{}]", cell - first),
            None => format!("_{cell}"),
        }
    }

    /// The label of a command, if it has one.
    pub fn name_of_command(&self, command: usize) -> Option<&str> {
        self.iter().find(|(_, label)| *label == Label::Command(command)).map(|(name, _)| name)
    }
}
