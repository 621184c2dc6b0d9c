//! The first pass over a program: defines names and separates data from instructions.

use super::{Cursor, Label, Line, Mistake, Place, Section, Symbols, TokenKind};

/// What differs between the two languages in the first pass.
pub trait Data {
    /// Reads a directive, its name first; returns whether it exists.
    ///
    /// # Errors
    /// For invalid arguments.
    fn directive(&mut self, cursor: &mut Cursor<'_>, symbols: &Symbols) -> Result<bool, Mistake>;

    /// Reads one value and adds its cells.
    ///
    /// # Errors
    /// If it is not a value.
    fn value(&mut self, cursor: &mut Cursor<'_>, symbols: &Symbols) -> Result<(), Mistake>;

    /// Number of cells so far.
    fn cells(&self) -> usize;
}

/// Reads data and directives, defines all names and returns the lines with instructions.
///
/// # Errors
/// The first mistake.
pub fn outline<'a>(
    lines: &'a [Line],
    data: &mut impl Data,
    symbols: &mut Symbols,
) -> Result<Vec<&'a Line>, Mistake> {
    let mut instructions = Vec::new();
    let mut arrays: Vec<(&str, Place, usize)> = Vec::new();
    for line in lines {
        let mut cursor = Cursor::new(&line.tokens, line.place);
        if let Some(TokenKind::Word(word)) = line.tokens.first().map(|token| &token.kind)
            && word.starts_with('.')
        {
            let place = cursor.place();
            if cursor.take_word(".set") {
                symbols.constant(&mut cursor)?;
            } else if !data.directive(&mut cursor, symbols)? {
                return Err(Mistake::new(place, format!("unknown directive '{word}'")));
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
                    symbols.define(name, Label::Instruction(instructions.len()), *place)?;
                }
                if !line.tokens.is_empty() {
                    instructions.push(line);
                }
            }
        }
    }
    for (index, (name, place, first)) in arrays.iter().enumerate() {
        // An array extends to the next label of another cell.
        let later = arrays[index..].iter().map(|(_, _, next)| *next);
        let end = later.chain([data.cells()]).find(|next| next > first).unwrap_or(*first);
        symbols.define(name, Label::Cell { first: *first, count: end - first }, *place)?;
    }
    Ok(instructions)
}
