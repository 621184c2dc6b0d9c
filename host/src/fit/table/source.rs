//! The bytes of a file as UTF-8: decompressed, and decoded from other encodings as they are read.

use super::encoding::Encoding;
use flate2::bufread::MultiGzDecoder;
use std::cell::Cell;
use std::io::{BufRead, BufReader, Chain, Cursor, Read};
use std::rc::Rc;

/// Bytes from which encoding and dialect are found.
const HEAD: usize = 64 << 10;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file being read.
pub struct Text<'a> {
    /// The first bytes, as UTF-8; invalid sequences are replaced.
    pub head: String,
    /// All bytes, as UTF-8 if `encoding` is right.
    pub bytes: Box<dyn Read + 'a>,
    /// The last byte read, which tells whether the file ends with a line break.
    pub last: Rc<Cell<u8>>,
    /// What was detected, in words.
    pub notes: Vec<String>,
}

impl<'a> Text<'a> {
    /// Opens a source and inspects its first bytes.
    ///
    /// # Errors
    /// The system's error, or one for a damaged compressed file.
    pub fn open(source: impl Read + 'a, encoding: Option<Encoding>) -> std::io::Result<Self> {
        let mut source = BufReader::with_capacity(HEAD, source);
        let mut notes = Vec::new();
        let mut source: Box<dyn Read + 'a> = if source.fill_buf()?.starts_with(&GZIP) {
            notes.push("decompressed (gzip)".to_owned());
            Box::new(MultiGzDecoder::new(source))
        } else {
            Box::new(source)
        };
        let mut head = vec![0; HEAD];
        let length = fill(&mut source, &mut head)?;
        head.truncate(length);
        let found = encoding.unwrap_or_else(|| Encoding::of(&head));
        if encoding.is_none() && found != Encoding::Utf8 {
            notes.push(format!("read as {}", found.name()));
        }
        let marked = head.starts_with(b"\xef\xbb\xbf")
            || head.starts_with(b"\xff\xfe")
            || head.starts_with(b"\xfe\xff");
        let big = head.starts_with(b"\xfe\xff") || head.starts_with(&[0]);
        let mark = match found {
            Encoding::Utf8 if marked => 3,
            Encoding::Utf16 if marked => 2,
            _ => 0,
        };
        let rest = Cursor::new(head[mark..].to_vec()).chain(source);
        let last = Rc::new(Cell::new(b'\n'));
        let mut bytes: Box<dyn Read + 'a> = match found {
            Encoding::Utf8 => Box::new(Noted { source: rest, last: Rc::clone(&last) }),
            encoding => Box::new(Noted {
                source: Decoder {
                    source: BufReader::new(rest),
                    encoding,
                    big,
                    ready: Vec::new(),
                    at: 0,
                },
                last: Rc::clone(&last),
            }),
        };
        let mut head = vec![0; HEAD];
        let length = fill(&mut bytes, &mut head)?;
        head.truncate(length);
        let text = String::from_utf8_lossy(&head).into_owned();
        let bytes: Chain<_, _> = Cursor::new(head).chain(bytes);
        Ok(Self { head: text, bytes: Box::new(bytes), last, notes })
    }
}

/// Reads until the buffer is full or the source ends.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match source.read(&mut buffer[length..])? {
            0 => break,
            count => length += count,
        }
    }
    Ok(length)
}

/// A reader that remembers the last byte.
struct Noted<R> {
    source: R,
    last: Rc<Cell<u8>>,
}

impl<R: Read> Read for Noted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.source.read(buffer)?;
        if let Some(last) = buffer[..count].last() {
            self.last.set(*last);
        }
        Ok(count)
    }
}

/// Turns UTF-16 or Latin-1 into UTF-8.
struct Decoder<R> {
    source: BufReader<R>,
    encoding: Encoding,
    big: bool,
    ready: Vec<u8>,
    at: usize,
}

impl<R: Read> Decoder<R> {
    /// Decodes the next bytes; yields none at the end.
    fn decode(&mut self) -> std::io::Result<()> {
        let mut raw = [0; 8192];
        let length = fill(&mut self.source, &mut raw)?;
        let raw = &raw[..length];
        let text: String = if self.encoding == Encoding::Latin1 {
            raw.iter().map(|byte| char::from(*byte)).collect()
        } else {
            let unit = |pair: &[u8; 2]| {
                if self.big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
            };
            let (pairs, _) = raw.as_chunks::<2>();
            let mut units: Vec<u16> = pairs.iter().map(unit).collect();
            // A pair of surrogates stays together.
            if units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
                let mut rest = [0; 2];
                if fill(&mut self.source, &mut rest)? == 2 {
                    units.push(unit(&rest));
                }
            }
            String::from_utf16_lossy(&units)
        };
        self.ready = text.into_bytes();
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.ready.len() {
            self.decode()?;
        }
        let count = buffer.len().min(self.ready.len() - self.at);
        buffer[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], encoding: Option<Encoding>) -> (String, Vec<String>) {
        let mut text = Text::open(bytes, encoding).unwrap();
        let mut all = String::new();
        text.bytes.read_to_string(&mut all).unwrap();
        (all, text.notes)
    }

    #[test]
    fn encodings_are_found_and_decoded() {
        // Longer than every buffer on the way, with characters of one, two and four bytes.
        for text in ["°C,µ".to_owned(), "°C,µ,🌡\n".repeat(40_000)] {
            let units = || format!("\u{feff}{text}").encode_utf16().collect::<Vec<_>>();
            let little: Vec<u8> = units().iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units().iter().flat_map(|unit| unit.to_be_bytes()).collect();
            let marked = format!("\u{feff}{text}");
            for (bytes, notes) in
                [(text.as_bytes(), 0), (marked.as_bytes(), 0), (&little, 1), (&big, 1)]
            {
                let (read, found) = read(bytes, None);
                assert!(read == text && found.len() == notes, "{found:?}");
            }
        }
        let unmarked = [&b"a\0,\0b\0\n\0"[..], b"\0a\0,\0b\0\n"];
        for bytes in unmarked {
            assert_eq!(read(bytes, None), ("a,b\n".to_owned(), vec!["read as UTF-16".to_owned()]));
        }
        let latin = [0xb0, b'C', b',', 0xb5];
        assert_eq!(read(&latin, None), ("°C,µ".to_owned(), vec!["read as Latin-1".to_owned()]));
    }

    #[test]
    fn compressed_files_are_read_member_after_member() {
        use flate2::{Compression, write::GzEncoder};
        use std::io::Write;
        let mut bytes = Vec::new();
        for part in ["a,b\n", "1,2\n"] {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(part.as_bytes()).unwrap();
            bytes.extend(encoder.finish().unwrap());
        }
        assert_eq!(read(&bytes, None).0, "a,b\n1,2\n");
        bytes.truncate(bytes.len() - 9);
        let mut text = Text::open(&bytes[..], None);
        let broken = match &mut text {
            Ok(text) => text.bytes.read_to_end(&mut Vec::new()).is_err(),
            Err(_) => true,
        };
        assert!(broken);
    }
}
