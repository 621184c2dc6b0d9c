//! How a file writes its characters.

use serde::Serialize;

/// How a file writes its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark
    #[value(name = "utf-8")]
    Utf8,
    /// UTF-16, with or without a byte order mark
    #[value(name = "utf-16")]
    Utf16,
    /// ISO 8859-1: one byte per character
    #[value(name = "latin-1")]
    Latin1,
}

impl Encoding {
    /// The encoding suggested by the first bytes of a file.
    pub fn of(head: &[u8]) -> Self {
        match (head, std::str::from_utf8(head)) {
            ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], _) => Self::Utf16,
            // Without a mark: every other byte of a header in ASCII is zero.
            ([1..=255, 0, 1..=255, 0, ..] | [0, 1..=255, 0, 1..=255, ..], _) => Self::Utf16,
            (_, Ok(_)) => Self::Utf8,
            // The last character may continue beyond the head.
            (_, Err(error)) if error.error_len().is_none() => Self::Utf8,
            _ => Self::Latin1,
        }
    }

    /// Its name in a message.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 => "UTF-16",
            Self::Latin1 => "Latin-1",
        }
    }
}
