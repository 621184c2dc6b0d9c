//! The tokens of a `.nfg` file, each with its line and column.

use std::iter::Peekable;
use std::str::Chars;

/// The position of a token, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// An error message with this position.
    pub fn error(self, message: impl std::fmt::Display) -> String {
        format!("line {}, column {}: {message}", self.line, self.column)
    }
}

/// A token of a `.nfg` file.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Open,
    Close,
    /// Quoted text, without the quotes.
    Text(String),
    /// Anything else: a keyword or a number.
    Word(String),
    End,
}

impl Token {
    /// The token as an error message shows it.
    pub fn shown(&self) -> String {
        match self {
            Self::Open => "'{'".to_owned(),
            Self::Close => "'}'".to_owned(),
            Self::Text(text) => format!("\"{text}\""),
            Self::Word(word) => format!("'{word}'"),
            Self::End => "the end of the file".to_owned(),
        }
    }
}

/// Splits a file into tokens. Commas separate like spaces; `\"` is a quote within text.
pub fn tokens(source: &str) -> Result<Vec<(Token, Place)>, String> {
    let mut reader =
        Reader { rest: source.chars().peekable(), place: Place { line: 1, column: 1 } };
    let mut tokens = Vec::new();
    loop {
        while reader.rest.peek().is_some_and(|c| c.is_whitespace() || *c == ',' || *c == '\u{feff}')
        {
            reader.next();
        }
        let place = reader.place;
        let token = match reader.next() {
            None => Token::End,
            Some('{') => Token::Open,
            Some('}') => Token::Close,
            Some('"') => reader.text(place)?,
            Some(first) => reader.word(first),
        };
        let end = token == Token::End;
        tokens.push((token, place));
        if end {
            return Ok(tokens);
        }
    }
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    place: Place,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        if next == '\n' {
            self.place = Place { line: self.place.line + 1, column: 1 };
        } else {
            self.place.column += 1;
        }
        Some(next)
    }

    fn text(&mut self, start: Place) -> Result<Token, String> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(Token::Text(text)),
                Some('\\') if matches!(self.rest.peek(), Some('"' | '\\')) => {
                    text.extend(self.next());
                }
                Some(other) => text.push(other),
                None => return Err(start.error("this text has no closing quote")),
            }
        }
    }

    fn word(&mut self, first: char) -> Token {
        let mut word = String::from(first);
        let ends = |c: &char| c.is_whitespace() || matches!(c, ',' | '{' | '}' | '"');
        while self.rest.peek().is_some_and(|c| !ends(c)) {
            word.extend(self.next());
        }
        Token::Word(word)
    }
}
