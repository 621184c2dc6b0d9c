//! Repeated lines: `.repeat NAME COUNT` … `.end`.

use super::{Cursor, Mistake, Place, Token, TokenKind};

/// Largest number of lines of a program, repetitions included.
const MAX_LINES: usize = 1 << 16;

/// Lines as read, each with its beginning.
type Lines = Vec<(Vec<Token>, Place)>;

/// Blocks being collected, outermost first.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    open: Vec<Block>,
    lines: usize,
}

#[derive(Debug)]
struct Block {
    name: String,
    count: usize,
    place: Place,
    lines: Lines,
}

impl Repeats {
    /// Takes a line; returns the lines to read now: none within a block, the repetitions at its end, the
    /// line itself elsewhere.
    pub fn line(&mut self, tokens: Vec<Token>, place: Place) -> Result<Lines, Mistake> {
        let ready = match tokens.first().map(|token| &token.kind) {
            Some(TokenKind::Word(word)) if word == ".repeat" => {
                self.open.push(Block::read(&tokens, place)?);
                return Ok(Vec::new());
            }
            Some(TokenKind::Word(word)) if word == ".end" => {
                let mut cursor = Cursor::new(&tokens, place);
                cursor.word()?;
                cursor.end()?;
                let block = self.open.pop();
                block.ok_or_else(|| Mistake::new(place, "'.end' without '.repeat'"))?.repeated()
            }
            _ => vec![(tokens, place)],
        };
        let Some(outer) = self.open.last_mut() else {
            self.lines += ready.len();
            let fits = self.lines <= MAX_LINES;
            let message = format!("the program has more than {MAX_LINES} lines");
            return if fits { Ok(ready) } else { Err(Mistake::new(place, message)) };
        };
        outer.lines.extend(ready);
        if outer.lines.len() > MAX_LINES {
            let message = format!("a repeated block has more than {MAX_LINES} lines");
            return Err(Mistake::new(outer.place, message));
        }
        Ok(Vec::new())
    }

    /// Checks that all blocks have ended.
    pub fn end(&self) -> Result<(), Mistake> {
        match self.open.last() {
            None => Ok(()),
            Some(block) => Err(Mistake::new(block.place, "'.repeat' without '.end'")),
        }
    }
}

impl Block {
    /// Reads `.repeat NAME COUNT`.
    fn read(tokens: &[Token], place: Place) -> Result<Self, Mistake> {
        let mut cursor = Cursor::new(tokens, place);
        cursor.word()?;
        let (name, _) = cursor.word()?;
        let expected = cursor.mistake("expected an integer from 0 to 4096");
        let count = match cursor.number() {
            Some(count) if count.fract() == 0.0 && count <= 4096.0 => count as usize,
            _ => return Err(expected),
        };
        cursor.end()?;
        Ok(Self { name, count, place, lines: Vec::new() })
    }

    /// The lines, once for each index.
    fn repeated(&self) -> Lines {
        let copy = |index: usize| {
            let lines = self.lines.iter();
            lines.map(move |(tokens, place)| {
                let tokens = tokens.iter().map(|token| self.substituted(token, index)).collect();
                (tokens, *place)
            })
        };
        // A block that is too long is cut off at the limit, then rejected.
        (0..self.count).flat_map(copy).take(MAX_LINES + 1).collect()
    }

    /// The token with the index for the block's name, and for `@NAME` at the end of a word.
    fn substituted(&self, token: &Token, index: usize) -> Token {
        let kind = match &token.kind {
            TokenKind::Word(word) if *word == self.name => TokenKind::Number(index as f64),
            TokenKind::Word(word) => {
                let prefix = word.strip_suffix(&self.name).and_then(|rest| rest.strip_suffix('@'));
                TokenKind::Word(prefix.map_or(word.clone(), |prefix| format!("{prefix}{index}")))
            }
            kind => kind.clone(),
        };
        Token { kind, place: token.place }
    }
}
