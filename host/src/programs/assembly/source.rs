//! Splits files into lines and inserts included files.

use super::repeat::Repeats;
use super::token::{Token, TokenKind, tokens};
use super::{Cursor, Mistake, Place};
use crate::Failure;
use std::path::{Path, PathBuf};

/// The files that a program was read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<PathBuf>,
}

impl Sources {
    pub(super) fn name(&self, file: usize) -> std::path::Display<'_> {
        self.files[file].display()
    }
}

/// A section of a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// Instructions.
    #[default]
    Code,
    /// Cells.
    Data,
}

/// A line that is not empty.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its section.
    pub section: Section,
    /// Labels before the statement.
    pub labels: Vec<(String, Place)>,
    /// The statement; empty if the line has only labels.
    pub tokens: Vec<Token>,
    /// The beginning of the line.
    pub place: Place,
}

/// Maximum depth of nested includes.
const DEPTH: usize = 16;
/// Maximum number of files of a program: two files that include each other twice double at each depth.
const FILES: usize = 1000;

/// Reads `text`, the program in the file `path`, and the files it includes, relative to that file.
///
/// # Errors
/// [`Failure::Input`] naming file, line and column.
pub fn read(path: &Path, text: &str) -> Result<(Vec<Line>, Sources), Failure> {
    let mut reader = Reader::default();
    match reader.file(path.to_owned(), text, 0).and_then(|()| reader.repeats.end()) {
        Ok(()) => Ok((reader.lines, reader.sources)),
        Err(mistake) => Err(mistake.in_sources(&reader.sources)),
    }
}

#[derive(Default)]
struct Reader {
    lines: Vec<Line>,
    sources: Sources,
    section: Section,
    repeats: Repeats,
}

impl Reader {
    fn file(&mut self, path: PathBuf, text: &str, depth: usize) -> Result<(), Mistake> {
        let file = self.sources.files.len();
        self.sources.files.push(path);
        for (index, line) in text.lines().enumerate() {
            let tokens = tokens(line, file, index + 1)?;
            if let Some(first) = tokens.first() {
                let place = first.place;
                for (tokens, place) in self.repeats.line(tokens, place)? {
                    self.line(tokens, place, depth)?;
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, tokens: Vec<Token>, place: Place, depth: usize) -> Result<(), Mistake> {
        let mut cursor = Cursor::new(&tokens, place);
        let mut labels = Vec::new();
        while let Some(label) = cursor.label() {
            labels.push(label);
        }
        let statement = cursor.rest().to_vec();
        match statement.first().map(|token| &token.kind) {
            Some(TokenKind::Word(word)) if word == ".data" => self.section = Section::Data,
            Some(TokenKind::Word(word)) if word == ".code" => self.section = Section::Code,
            Some(TokenKind::Word(word)) if word == ".include" => {
                cursor.word()?;
                let (name, place) = cursor.text()?;
                cursor.end()?;
                return self.include(&name, place, depth);
            }
            _ => {
                let section = self.section;
                self.lines.push(Line { section, labels, tokens: statement, place });
                return Ok(());
            }
        }
        cursor.word()?;
        cursor.end()
    }

    fn include(&mut self, name: &str, place: Place, depth: usize) -> Result<(), Mistake> {
        let from = &self.sources.files[place.file];
        let path = from.parent().unwrap_or(Path::new("")).join(name);
        if depth == DEPTH {
            return Err(Mistake::new(place, format!("includes are nested more than {DEPTH} deep")));
        }
        if self.sources.files.len() == FILES {
            return Err(Mistake::new(place, format!("more than {FILES} files are included")));
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Mistake::new(place, format!("{}: {error}", path.display())))?;
        self.file(path, &text, depth + 1)
    }
}
