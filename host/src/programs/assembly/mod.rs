//! The common part of the two assembly languages: lines, tokens, labels, constants, includes, errors.
//!
//! A line is `label: statement ; comment`, each part optional; `#` also begins a comment. `.data` and
//! `.code` begin the two sections, `.include "FILE"` inserts another file, `.set NAME VALUE` defines a
//! constant. `.repeat NAME COUNT` … `.end` repeats lines, with the index 0, 1, … in place of NAME, and of
//! `@NAME` at the end of a label.

mod cursor;
mod outline;
mod repeat;
mod source;
mod symbols;
mod token;

pub use cursor::Cursor;
pub use outline::{Data, outline};
pub use source::{Line, Section, Sources, read};
pub use symbols::{Label, Symbols};
pub use token::{Token, TokenKind, tokens};

use crate::Failure;

/// A place in a program: an index into the [`Sources`], and line and column, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: usize,
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// A mistake in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Its place.
    pub place: Place,
    /// Its description.
    pub message: String,
}

impl Mistake {
    /// A mistake at `place`.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into() }
    }

    /// The message for the user: `file:line:column: message`.
    pub fn in_sources(self, sources: &Sources) -> Failure {
        let Place { file, line, column } = self.place;
        Failure::Input(format!("{}:{line}:{column}: {}", sources.name(file), self.message))
    }
}
