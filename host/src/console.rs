//! Standard output and standard error, which may be closed or full.
//!
//! `println!` panics there (`situ --help | head -1`, `situ boards > /dev/full`), so nothing in this
//! crate calls it: whatever a command prints goes through here, and a write that fails is a [`Failure`].

use crate::Failure;
use crate::failure::is_control;
use serde::Serialize;
use std::fmt::Display;
use std::io::{ErrorKind, Write};

/// Prints a line on standard output, or several. Names from files that it quotes are shown, not obeyed:
/// control characters other than line breaks and tabs are escaped.
///
/// # Errors
/// [`Failure::Closed`] if nobody reads any more, [`Failure::Input`] if the line cannot be written.
pub fn line(text: impl Display) -> Result<(), Failure> {
    let obeyed = |character: char| is_control(character) && !matches!(character, '\n' | '\t');
    write(&escaped(&text.to_string(), obeyed, |character| character.escape_default().to_string()))
}

/// A text with some characters escaped.
fn escaped(text: &str, which: impl Fn(char) -> bool, escape: impl Fn(char) -> String) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if which(character) {
            escaped += &escape(character);
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn write(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    // Flushed here: what is left at the end of the program is lost without a word.
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::Input(format!("standard output: {error}")),
    })
}

/// Prints a value as one line of JSON on standard output.
///
/// # Errors
/// As [`line()`]; [`Failure::Check`] if the value has no form in JSON.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::Check(error.to_string()))?;
    write(&in_json(&text))
}

/// JSON whose strings have no character left that a terminal obeys.
fn in_json(text: &str) -> String {
    escaped(text, is_control, |character| format!("\\u{:04x}", u32::from(character)))
}

/// Prints a line on standard error. If that fails, there is nowhere left to say so.
pub fn complain(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_any_text_is_visible_and_the_same() {
        let text = "\u{1b}[31m\u{9b}2J\u{202e} \u{7f} \n ü \" \\";
        let json = in_json(&serde_json::to_string(text).unwrap());
        assert!(!json.chars().any(is_control), "{json:?}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
