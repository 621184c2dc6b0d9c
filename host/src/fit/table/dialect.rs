//! How a file separates its cells and writes its numbers.

use super::cell;
use csv::{ByteRecord, ReaderBuilder};

/// Separators to try, in this order.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Number of records to inspect.
const LOOKED_AT: usize = 20;

/// Separator, decimal sign and comments of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between two cells.
    pub separator: u8,
    /// Between the digits of a number: a point or a comma.
    pub decimal: char,
    /// Whether lines that start with # are comments.
    pub comments: bool,
}

impl Dialect {
    /// The dialect of a text; given parts are not detected. The separator is the one that splits the
    /// header into the most cells, one of them the target.
    pub fn of(
        text: &str,
        target: Option<&str>,
        separator: Option<u8>,
        decimal: Option<char>,
    ) -> Self {
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        let comments = first.starts_with('#');
        let with = |separator| Self { separator, decimal: '.', comments };
        let cells = |separator: &u8| {
            let header = records(text, with(*separator)).into_iter().next().unwrap_or_default();
            let named = |name: &[u8]| Some(name.trim_ascii()) == target.map(str::as_bytes);
            (header.iter().any(named), header.len())
        };
        // Ties go to the first.
        let best = || SEPARATORS.into_iter().rev().max_by_key(cells).unwrap_or(b',');
        let mut dialect = with(separator.unwrap_or_else(best));
        dialect.decimal = decimal.unwrap_or_else(|| decimal_sign(text, dialect));
        dialect
    }

    /// A reader's settings for this dialect.
    pub fn reader(self) -> ReaderBuilder {
        let mut builder = ReaderBuilder::new();
        builder
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(1 << 16)
            .delimiter(self.separator)
            .comment(self.comments.then_some(b'#'));
        builder
    }

    /// A note if the dialect is unusual.
    pub fn note(self) -> Option<String> {
        let separator = match self.separator {
            b'\t' => "tab".to_owned(),
            separator => format!("'{}'", char::from(separator)),
        };
        let usual = self.separator == b',' && self.decimal == '.';
        (!usual).then(|| format!("separator {separator}, decimal sign '{}'", self.decimal))
    }
}

/// A comma if some cells are numbers with a comma and none has a point.
fn decimal_sign(text: &str, dialect: Dialect) -> char {
    if dialect.separator == b',' {
        return '.';
    }
    let records = records(text, dialect);
    let any = |sign: u8| {
        let mut cells = records.iter().skip(1).flat_map(ByteRecord::iter).map(<[u8]>::trim_ascii);
        cells.any(|cell| cell.contains(&sign) && cell::parse(cell, sign).is_some())
    };
    if any(b',') && !any(b'.') { ',' } else { '.' }
}

/// The first records, including the header.
fn records(text: &str, dialect: Dialect) -> Vec<ByteRecord> {
    let reader = dialect.reader().from_reader(text.as_bytes());
    reader.into_byte_records().take(LOOKED_AT).map_while(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_are_found() {
        for (text, separator, decimal) in [
            ("a,b,y\n1,2,x\n", b',', '.'),
            ("a;b;y\n1,5;2;x\n", b';', ','),
            ("a;b;y\n1.5;2,5;x\n", b';', '.'),
            ("a\tb\ty\n1.5\t2\tx, or y\n", b'\t', '.'),
            ("a|y\n1|x\n", b'|', '.'),
            // A semicolon within a name does not count against the target.
            ("a;b,y\n1,x\n", b',', '.'),
        ] {
            let dialect = Dialect::of(text, Some("y"), None, None);
            assert_eq!((dialect.separator, dialect.decimal), (separator, decimal), "{text}");
        }
        assert!(Dialect::of("# logger 3\na,y\n", Some("y"), None, None).comments);
    }
}
