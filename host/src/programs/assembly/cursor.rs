//! A cursor over the tokens of a line.

use super::{Mistake, Place, Token, TokenKind};

/// A position among tokens.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    tokens: &'a [Token],
    last: Place,
}

impl<'a> Cursor<'a> {
    /// At the first of `tokens`, on the line that begins at `start`.
    pub fn new(tokens: &'a [Token], start: Place) -> Self {
        Self { tokens, last: start }
    }

    /// The remaining tokens.
    pub fn rest(&self) -> &'a [Token] {
        self.tokens
    }

    /// The place of the next token; at the end, that of the last one.
    pub fn place(&self) -> Place {
        self.tokens.first().map_or(self.last, |token| token.place)
    }

    /// A mistake at the next token.
    pub fn mistake(&self, message: impl Into<String>) -> Mistake {
        Mistake::new(self.place(), message)
    }

    fn advance(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.last = first.place;
        self.tokens = rest;
        Some(first)
    }

    /// Takes `name :` if it is next.
    pub fn label(&mut self) -> Option<(String, Place)> {
        match self.tokens {
            [Token { kind: TokenKind::Word(word), place }, colon, ..]
                if colon.kind == TokenKind::Sign(":") && !word.starts_with('.') =>
            {
                self.advance();
                self.advance();
                Some((word.clone(), *place))
            }
            _ => None,
        }
    }

    /// Takes the symbol if it is next; returns whether it was.
    pub fn take(&mut self, sign: &str) -> bool {
        let found = matches!(
            self.tokens.first().map(|token| &token.kind), Some(TokenKind::Sign(next)) if *next == sign
        );
        if found {
            self.advance();
        }
        found
    }

    /// Takes the keyword if it is next; returns whether it was.
    pub fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(
            self.tokens.first().map(|token| &token.kind), Some(TokenKind::Word(next)) if next == word
        );
        if found {
            self.advance();
        }
        found
    }

    /// Takes the symbol, which must be next.
    pub fn expect(&mut self, sign: &str) -> Result<(), Mistake> {
        if self.take(sign) { Ok(()) } else { Err(self.mistake(format!("expected '{sign}'"))) }
    }

    /// Takes a word, which must be next.
    pub fn word(&mut self) -> Result<(String, Place), Mistake> {
        let place = self.place();
        match self.tokens.first().map(|token| &token.kind) {
            Some(TokenKind::Word(word)) => {
                self.advance();
                Ok((word.clone(), place))
            }
            _ => Err(self.mistake("expected a name")),
        }
    }

    /// Takes a quoted text, which must be next.
    pub fn text(&mut self) -> Result<(String, Place), Mistake> {
        let place = self.place();
        match self.tokens.first().map(|token| &token.kind) {
            Some(TokenKind::Text(text)) => {
                self.advance();
                Ok((text.clone(), place))
            }
            _ => Err(self.mistake("expected a name in quotes")),
        }
    }

    /// Takes an unsigned number if it is next.
    pub fn number(&mut self) -> Option<f64> {
        match self.tokens.first().map(|token| &token.kind) {
            Some(TokenKind::Number(number)) => {
                let number = *number;
                self.advance();
                Some(number)
            }
            _ => None,
        }
    }

    /// Checks that no token is left.
    pub fn end(&self) -> Result<(), Mistake> {
        if self.tokens.is_empty() {
            Ok(())
        } else {
            Err(self.mistake("unexpected text after the statement"))
        }
    }

    /// Whether no token is left.
    pub fn at_end(&self) -> bool {
        self.tokens.is_empty()
    }
}
