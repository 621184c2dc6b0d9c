//! Reads a CSV as a stream of numbers; errors name file, line and column.
//!
//! Bytes become text (`source`, `encoding`), text becomes records (`dialect`), and the first records
//! determine what each column holds (`header`, `kind`). Every record becomes a row of numbers in f64 (`rows`,
//! `cell`, `time`, `missing`, `texts`, `target`), in a store whose memory does not grow with their count.
//! Properties of all rows, such as the range of a column, determine how a row is narrowed to f32
//! (`channels`).

mod cell;
mod channels;
mod dialect;
mod encoding;
mod header;
mod kind;
mod meta;
mod missing;
mod rows;
mod source;
mod target;
mod texts;
mod time;

pub use cell::shown;
pub use channels::MAX_OFFSET;
pub use encoding::Encoding;
pub use header::Columns;
pub use kind::Times;
pub use meta::Meta;
pub use missing::Missing;
pub use target::{TargetColumn, whole};

use super::counted;
use super::store::{Cursor, Store};
use crate::Failure;
use channels::Channel;
use csv::ByteRecord;
use dialect::Dialect;
use header::Layout;
use kind::{Kind, is_units, kind};
use rows::Body;
use source::Text;
use std::cell::Cell;
use std::collections::VecDeque;
use std::io::Read;

/// Number of records to inspect before the first is consumed.
const LOOKED_AT: usize = 100;

/// How to read a file; anything not given is detected.
#[derive(Clone, Debug, Default)]
pub struct Format {
    /// Between two cells.
    pub separator: Option<u8>,
    /// Between the digits of a number.
    pub decimal: Option<char>,
    /// How characters are written.
    pub encoding: Option<Encoding>,
    /// What to do with cells without a number.
    pub missing: Missing,
    /// What to do with timestamp columns.
    pub times: Times,
}

/// A CSV file in memory or in a store.
#[derive(Debug)]
pub struct Table {
    /// Where it came from, for messages.
    pub name: String,
    /// Names of the channels: the columns as the learners see them.
    pub columns: Vec<String>,
    /// What was read of the target.
    pub target: TargetColumn,
    /// What was done to the data, in words.
    pub notes: Vec<String>,
    channels: Vec<Channel>,
    rows: Store<f64>,
    groups: usize,
}

impl Table {
    /// Rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Reads the rows, which end with their [`Meta`].
    pub fn cursor(&self) -> Cursor<'_, f64> {
        self.rows.cursor()
    }

    /// The channels of a row.
    pub fn narrow(&self, row: &[f64], channels: &mut Vec<f32>) {
        channels.clear();
        channels.extend(self.channels.iter().map(|channel| channel.of(row)));
    }

    /// The indices of the rows of each group, in file order; groups in order of their first rows. The rows
    /// of a group need not be contiguous.
    ///
    /// # Errors
    /// [`Failure::Input`] if a temporary file cannot be read.
    pub fn groups(&self) -> Result<Vec<Rows>, Failure> {
        if self.groups < 2 {
            return Ok(vec![Rows::All(self.len() as u32)]);
        }
        let mut groups = vec![Vec::new(); self.groups];
        let mut cursor = self.cursor();
        for index in 0..self.len() {
            let group = Meta::of(cursor.row(index)?).group as usize;
            groups[group].push(index as u32);
        }
        // A group whose rows were all skipped is empty.
        Ok(groups.into_iter().filter(|rows| !rows.is_empty()).map(Rows::Of).collect())
    }
}

/// The rows of a group.
pub enum Rows {
    /// This many rows from the start.
    All(u32),
    /// The rows at these indices.
    Of(Vec<u32>),
}

impl Rows {
    /// Their indices.
    pub fn indices(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        match self {
            Self::All(count) => Box::new(0..*count as usize),
            Self::Of(indices) => Box::new(indices.iter().map(|index| *index as usize)),
        }
    }
}

/// Reads a CSV with a header.
///
/// # Errors
/// [`Failure::Input`], one line that names the file and the position in it: unreadable or empty file,
/// ragged row, unknown column, cell that is not a finite number.
pub fn read(
    name: &str,
    source: impl Read,
    columns: &Columns,
    format: &Format,
) -> Result<Table, Failure> {
    let fail = |problem: String| Failure::Input(format!("{name}: {problem}"));
    let text = Text::open(source, format.encoding).map_err(|error| fail(error.to_string()))?;
    let mut notes = text.notes;
    let target = columns.target.as_deref();
    let dialect = Dialect::of(&text.head, target, format.separator, format.decimal);
    notes.extend(dialect.note());
    let mut records = Records {
        name,
        reader: dialect.reader().from_reader(text.bytes),
        first: VecDeque::new(),
        utf8: format.encoding == Some(Encoding::Utf8),
        latin: None,
        comments: false,
    };
    let mut record = ByteRecord::new();
    if !records.next(&mut record)? || record.iter().all(|cell| cell.trim_ascii().is_empty()) {
        return Err(fail("the file is empty".to_owned()));
    }
    let header: Vec<String> = record.iter().map(|name| cell::text(name.trim_ascii())).collect();
    let layout = Layout::new(name, &header, columns)?;
    let titles = record.clone();
    let mut first = records.look()?;
    if is_units(&first, &layout.numbers, header.len(), dialect) {
        notes.push(format!("skipped line {}: units", line(&first[0])));
        first.remove(0);
    }
    let kinds: Vec<_> =
        layout.numbers.iter().map(|column| kind(&first, *column, dialect)).collect();
    records.first = first.into();
    records.comments = layout.numbers[0] == 0 && kinds[0] != Kind::Text;
    let policies = (format.missing, format.times);
    let mut body = Body::new(name, &header, &layout, dialect, &kinds, policies);
    if body.columns.is_empty() {
        return Err(fail("only timestamps are left to predict from".to_owned()));
    }
    notes.extend(records.rows(&mut body, &titles, &text.last)?);
    let (columns, channels) = channels::channels(&body, &kinds, &mut notes)?;
    let Body { target, groups, rows, .. } = body;
    let (name, groups) = (name.to_owned(), groups.len());
    Ok(Table { name, columns, target, notes, channels, rows, groups })
}

fn same(record: &ByteRecord, titles: &ByteRecord) -> bool {
    record.iter().zip(titles).all(|(cell, title)| cell.trim_ascii() == title.trim_ascii())
}

fn line(record: &ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// The records of a file, with lookahead.
struct Records<'a, R> {
    name: &'a str,
    reader: csv::Reader<R>,
    first: VecDeque<ByteRecord>,
    /// Whether the file must be UTF-8.
    utf8: bool,
    /// The first line that is not.
    latin: Option<u64>,
    /// Whether a row that starts with # is a comment, because its first cell should be a number.
    comments: bool,
}

impl<R: Read> Records<'_, R> {
    /// Reads the next record; false at the end.
    fn next(&mut self, record: &mut ByteRecord) -> Result<bool, Failure> {
        if let Some(first) = self.first.pop_front() {
            *record = first;
            return Ok(true);
        }
        let fail = |problem: String| Failure::Input(format!("{}: {problem}", self.name));
        let read = self.reader.read_byte_record(record);
        let read = read.map_err(|error| fail(error.to_string().replace('\n', " ")))?;
        if std::str::from_utf8(record.as_slice()).is_err() {
            let line = *self.latin.get_or_insert(line(record));
            if self.utf8 {
                let hint = "--encoding names another encoding";
                return Err(fail(format!("line {line}: not UTF-8; {hint}")));
            }
        }
        Ok(read)
    }

    /// Reads the rows into `body`; returns notes about skipped lines. `titles` is the header, and `last` the
    /// last byte read.
    fn rows(
        &mut self,
        body: &mut Body<'_>,
        titles: &ByteRecord,
        last: &Cell<u8>,
    ) -> Result<Vec<String>, Failure> {
        let (mut record, mut notes) = (ByteRecord::new(), Vec::new());
        let (mut headers, mut comments) = (0, 0);
        let first = body.layout.numbers[0];
        while self.next(&mut record)? {
            let whole = record.len() == titles.len();
            let comment = record.get(0).is_some_and(|cell| cell.starts_with(b"#"));
            if comment && (self.comments || !whole) {
                comments += 1;
            } else if whole {
                if record[first] == titles[first] && same(&record, titles) {
                    headers += 1;
                } else {
                    body.take(&record)?;
                }
            } else if !record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                let (line, cells) = (line(&record), record.len());
                // Truncated: the last line of a file that does not end with a line break.
                if cells < titles.len()
                    && !self.next(&mut record)?
                    && !matches!(last.get(), b'\n' | b'\r')
                {
                    notes.push(format!("skipped line {line}, the last one: it is incomplete"));
                    break;
                }
                let (name, columns) = (self.name, titles.len());
                let cells = counted(cells, "cell");
                return Err(Failure::Input(format!(
                    "{name}: line {line}: {cells} where the header has {columns}"
                )));
            }
        }
        for (count, what) in [(headers, "repeated header"), (comments, "comment")] {
            if count > 0 {
                notes.push(format!("skipped {}", counted(count, what)));
            }
        }
        if let Some(line) = self.latin {
            notes.push(format!("read as Latin-1 where it is not UTF-8, first in line {line}"));
        }
        Ok(notes)
    }

    /// The first records.
    fn look(&mut self) -> Result<Vec<ByteRecord>, Failure> {
        let mut first = Vec::new();
        let mut record = ByteRecord::new();
        while first.len() < LOOKED_AT && self.next(&mut record)? {
            first.push(record.clone());
        }
        Ok(first)
    }
}
