//! First pass over a program: names get their numbers, data and commands are told apart.

use super::{Cursor, Label, Line, Mistake, Place, Section, Symbols, TokenKind};

/// What differs between the languages in the first pass.
pub trait Data {
    /// Takes a directive; false if there is none of that name.
    ///
    /// # Errors
    /// If its arguments are wrong.
    fn directive(
        &mut self,
        name: &str,
        cursor: &mut Cursor<'_>,
        symbols: &Symbols,
    ) -> Result<bool, Mistake>;

    /// Takes one value, adding as many cells as it is long.
    ///
    /// # Errors
    /// If it is none.
    fn value(&mut self, cursor: &mut Cursor<'_>, symbols: &Symbols) -> Result<(), Mistake>;

    /// Cells so far.
    fn cells(&self) -> usize;
}

/// Reads data and directives, defines all names, and returns the lines that are commands.
///
/// # Errors
/// The first mistake.
pub fn outline<'a>(
    lines: &'a [Line],
    data: &mut impl Data,
    symbols: &mut Symbols,
) -> Result<Vec<&'a Line>, Mistake> {
    let mut commands = Vec::new();
    let mut arrays: Vec<(&str, Place, usize)> = Vec::new();
    for line in lines {
        let mut cursor = Cursor::new(&line.tokens, line.place);
        if let Some(TokenKind::Word(word)) = line.tokens.first().map(|token| &token.kind)
            && word.starts_with('.')
        {
            let place = cursor.place();
            cursor.word()?;
            if word == ".set" {
                symbols.constant(&mut cursor)?;
            } else if !data.directive(word, &mut cursor, symbols)? {
                return Err(Mistake::new(place, format!("there is no directive '{word}'")));
            }
            cursor.end()?;
            continue;
        }
        match line.section {
            Section::Data => {
                let labels = line.labels.iter();
                arrays.extend(labels.map(|(name, place)| (name.as_str(), *place, data.cells())));
                while !cursor.at_end() {
                    data.value(&mut cursor, symbols)?;
                    if !cursor.at_end() {
                        cursor.expect(",")?;
                    }
                }
            }
            Section::Code => {
                for (name, place) in &line.labels {
                    symbols.define(name, Label::Command(commands.len()), *place)?;
                }
                if !line.tokens.is_empty() {
                    commands.push(line);
                }
            }
        }
    }
    for (index, (name, place, first)) in arrays.iter().enumerate() {
        // An array goes on until the next label of another cell.
        let later = arrays[index..].iter().map(|(_, _, next)| *next);
        let end = later.chain([data.cells()]).find(|next| next > first).unwrap_or(*first);
        symbols.define(name, Label::Cell { first: *first, count: end - first }, *place)?;
    }
    Ok(commands)
}
