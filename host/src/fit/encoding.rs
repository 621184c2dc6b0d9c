//! From the bytes of a file to text.

use serde::Serialize;

/// How a file writes its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark
    #[value(name = "utf-8")]
    Utf8,
    /// UTF-16 with a byte order mark, little-endian without one
    #[value(name = "utf-16")]
    Utf16,
    /// ISO 8859-1: one byte per character
    #[value(name = "latin-1")]
    Latin1,
}

impl Encoding {
    /// The encoding that the bytes look like.
    fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Self::Utf16,
            bytes if std::str::from_utf8(bytes).is_ok() => Self::Utf8,
            _ => Self::Latin1,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 => "UTF-16",
            Self::Latin1 => "Latin-1",
        }
    }
}

/// The text, and a note where the encoding was found out and is not UTF-8.
///
/// # Errors
/// The line that is not in the encoding asked for.
pub fn decode(
    bytes: &[u8],
    encoding: Option<Encoding>,
) -> Result<(String, Option<String>), String> {
    let found = encoding.unwrap_or_else(|| Encoding::of(bytes));
    let text = match found {
        Encoding::Utf8 => {
            let text = std::str::from_utf8(bytes).map_err(|error| {
                let before = &bytes[..error.valid_up_to()];
                let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
                format!("line {line}: not UTF-8; --encoding names another encoding")
            })?;
            text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()
        }
        Encoding::Utf16 => {
            let (pairs, _) = bytes.as_chunks::<2>();
            let big = bytes.starts_with(&[0xfe, 0xff]);
            let unit = |pair: &[u8; 2]| {
                if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
            };
            let units: Vec<u16> = pairs.iter().map(unit).collect();
            let text = String::from_utf16_lossy(&units);
            text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()
        }
        Encoding::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let note = (encoding.is_none() && found != Encoding::Utf8)
        .then(|| format!("read as {}", found.name()));
    Ok((text, note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_found() {
        let utf16: Vec<u8> =
            "\u{feff}°C,µ".encode_utf16().flat_map(|unit| unit.to_le_bytes()).collect();
        let swapped: Vec<u8> =
            "\u{feff}°C,µ".encode_utf16().flat_map(|unit| unit.to_be_bytes()).collect();
        for (bytes, noted) in [
            ("°C,µ".as_bytes(), false),
            ("\u{feff}°C,µ".as_bytes(), false),
            (&utf16, true),
            (&swapped, true),
            (&[0xb0, b'C', b',', 0xb5], true),
        ] {
            let (text, note) = decode(bytes, None).unwrap();
            assert_eq!(text, "°C,µ");
            assert_eq!(note.is_some(), noted);
        }
        assert!(decode(&[b'a', b'\n', 0xb0], Some(Encoding::Utf8)).unwrap_err().contains("line 2"));
    }
}
