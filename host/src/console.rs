//! Standard output and standard error, which may be closed or full.
//!
//! `println!` panics there (`situ --help | head -1`, `situ boards > /dev/full`), so nothing in this
//! crate calls it: whatever a command prints goes through here, and a write that fails is a [`Failure`].

use crate::Failure;
use crate::failure::is_control;
use serde::Serialize;
use std::fmt::Display;
use std::io::{ErrorKind, Write};

/// Prints one or more lines on standard output. Control characters other than line breaks and tabs are
/// escaped, so that quoted names from files are shown and not interpreted.
///
/// # Errors
/// [`Failure::Closed`] if the reader has gone, [`Failure::Input`] if the line cannot be written.
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
    // Flushed here: unwritten output at the end of the program is lost silently.
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::Input(format!("standard output: {error}")),
    })
}

/// Prints a value as one line of JSON on standard output.
///
/// # Errors
/// As [`line()`]; [`Failure::Check`] if the value cannot be represented in JSON.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::Check(error.to_string()))?;
    write(&in_json(&text))
}

/// JSON whose strings contain no control characters that a terminal would interpret.
fn in_json(text: &str) -> String {
    escaped(text, is_control, |character| format!("\\u{:04x}", u32::from(character)))
}

/// Prints a line on standard error. A failure to do so cannot be reported anywhere.
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
