//! Tokens of a line.

use super::{Mistake, Place};

/// A kind of token.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenKind {
    /// A name, a directive with its dot, or a keyword.
    Word(String),
    /// An unsigned number.
    Number(f64),
    /// Text in quotes.
    Text(String),
    /// Any other character, or `<=`, `.*`, `+=`.
    Sign(&'static str),
}

/// A token and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Its kind.
    pub kind: TokenKind,
    /// Its beginning.
    pub place: Place,
}

const SIGNS: [&str; 16] =
    ["<=", "+=", ".*", ":", ",", "+", "-", "*", "=", "[", "]", ";", "'", "&", "(", ")"];

/// The tokens of one line. A `;` begins a comment outside brackets and separates rows inside them.
///
/// # Errors
/// The first character that is not part of a token.
pub fn tokens(text: &str, file: usize, line: usize) -> Result<Vec<Token>, Mistake> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut brackets = 0_usize;
    while let Some(first) = rest.chars().next() {
        let column = 1 + text[..text.len() - rest.len()].chars().count();
        let place = Place { file, line, column };
        if first == '#' || (first == ';' && brackets == 0) {
            break;
        }
        if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (kind, length) = if first.is_ascii_digit() {
            number(rest, place)?
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (TokenKind::Sign(sign), sign.len())
        } else if is_word(first) || first == '.' {
            let inside = |c: char| is_word(c) || c.is_ascii_digit() || c == '@';
            let length = 1 + rest[1..].find(|c| !inside(c)).unwrap_or(rest.len() - 1);
            (TokenKind::Word(rest[..length].to_owned()), length)
        } else if first == '"' {
            let Some(end) = rest[1..].find('"') else {
                return Err(Mistake::new(place, "unterminated quote"));
            };
            (TokenKind::Text(rest[1..=end].to_owned()), end + 2)
        } else {
            return Err(Mistake::new(place, format!("unexpected character '{first}'")));
        };
        match kind {
            TokenKind::Sign("[") => brackets += 1,
            TokenKind::Sign("]") => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        tokens.push(Token { kind, place });
        rest = &rest[length..];
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

/// Reads a decimal number with optional fraction and exponent, or a hexadecimal integer; also returns
/// its length.
fn number(text: &str, place: Place) -> Result<(TokenKind, usize), Mistake> {
    if let Some(digits) = text.strip_prefix("0x") {
        let length = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
        let value = u64::from_str_radix(&digits[..length], 16);
        let value = value.map_err(|_| Mistake::new(place, "not a hexadecimal number"))?;
        return Ok((TokenKind::Number(value as f64), 2 + length));
    }
    let mut length = 0;
    let mut previous = ' ';
    for c in text.chars() {
        let sign_of_exponent = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E');
        let fraction = c == '.' && !text[length..].starts_with(".*");
        if !(c.is_ascii_alphanumeric() || c == '_' || fraction || sign_of_exponent) {
            break;
        }
        length += 1;
        previous = c;
    }
    match text[..length].parse() {
        Ok(value) => Ok((TokenKind::Number(value), length)),
        Err(_) => Err(Mistake::new(place, format!("'{}' is not a number", &text[..length]))),
    }
}
