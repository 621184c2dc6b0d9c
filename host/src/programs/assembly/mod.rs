//! What the two assembly languages share: lines, tokens, labels, constants, includes, errors.
//!
//! A line is `label: statement ; comment`, each part optional; `#` begins a comment as well.
//! `.data` and `.code` begin the two sections, `.include "FILE"` reads another file in place,
//! `.set NAME VALUE` names a constant.

mod cursor;
mod outline;
mod source;
mod symbols;
mod token;

pub use cursor::Cursor;
pub use outline::{Data, outline};
pub use source::{Line, Section, Sources, read};
pub use symbols::{Label, Symbols};
pub use token::{Token, TokenKind, tokens};

use crate::Failure;

/// Where something stands: an index into the [`Sources`], a line and a column, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which file.
    pub file: usize,
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// What is wrong with a program, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

impl Mistake {
    /// A mistake at `place`.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into() }
    }

    /// The line for the user: `file:line:column: message`.
    pub fn in_sources(self, sources: &Sources) -> Failure {
        let Place { file, line, column } = self.place;
        Failure::Input(format!("{}:{line}:{column}: {}", sources.name(file), self.message))
    }
}
