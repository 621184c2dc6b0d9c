//! Why a command ends without success, and its exit status.

use std::fmt;

/// A command's failure: one line for the user and an exit status for scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A claim, check or comparison failed. Exit status 1.
    Check(String),
    /// Bad usage, bad input, or a file that cannot be written; the line names the flag, or the file,
    /// line and column. Exit status 2.
    Input(String),
    /// A required tool is missing; the line says which and how to install it. Exit status 3.
    Tool(String),
    /// The reader of standard output closed it, as `head` does. Exit status 141, which is what a shell
    /// reports of any program that a closed pipe ends (128 + SIGPIPE).
    Closed,
}

impl Failure {
    /// Clap's message, which names the flag, on one line and without the usage text below it.
    pub fn usage(error: &clap::Error) -> Self {
        let text = error.to_string();
        let message: Vec<_> =
            text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        let line = message.join(" ");
        Self::Input(line.strip_prefix("error: ").unwrap_or(&line).to_owned())
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::Check(_) => 1,
            Self::Input(_) => 2,
            Self::Tool(_) => 3,
            Self::Closed => 141,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(line) | Self::Input(line) | Self::Tool(line) => {
                write!(formatter, "situ: {}", plain(line))
            }
            Self::Closed => write!(formatter, "situ: standard output is closed"),
        }
    }
}

impl std::error::Error for Failure {}

/// Longest line, in characters. What quotes a file may quote all of it.
const MAX_LENGTH: usize = 2000;

/// Whether a terminal would obey a character instead of showing it: controls, and what turns the direction
/// of writing.
pub fn is_control(character: char) -> bool {
    let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns
}

/// A text on one line that a terminal can show: files and names that it quotes may hold line breaks and
/// escape sequences, or turn the direction of writing.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for (length, character) in text.chars().enumerate() {
        if length == MAX_LENGTH {
            plain.push('…');
            break;
        }
        if is_control(character) {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_of_visible_characters() {
        let failure = Failure::Input("a.csv: '\u{1b}[31mred\r\n\u{202e}drow' – ü".to_owned());
        let shown = "situ: a.csv: '\\u{1b}[31mred\\r\\n\\u{202e}drow' – ü";
        assert_eq!(failure.to_string(), shown);
        let long = Failure::Input("x".repeat(1_000_000)).to_string();
        assert_eq!(long.chars().count(), "situ: ".len() + MAX_LENGTH + 1);
    }
}
