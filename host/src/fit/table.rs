//! Reading a CSV: numbers where numbers are due, and an error that names file, line and column.

use super::columns::{Columns, Layout, shown};
use super::dialect::Dialect;
use super::encoding::{Encoding, decode};
use super::missing::{Filler, Missing};
use crate::Failure;
use csv::StringRecord;
use std::collections::BTreeMap;
use std::io::Read;

/// How to read a file; what is not given is found out.
#[derive(Clone, Debug, Default)]
pub struct Format {
    /// Between two cells.
    pub separator: Option<u8>,
    /// Between the digits of a number.
    pub decimal: Option<char>,
    /// How characters are written.
    pub encoding: Option<Encoding>,
    /// What to do about cells without a number.
    pub missing: Missing,
}

/// A CSV as read: the numeric columns, and the texts of target and group.
#[derive(Clone, Debug)]
pub struct Table {
    /// Where it came from, for messages.
    pub name: String,
    /// Names of the numeric columns.
    pub columns: Vec<String>,
    /// In file order.
    pub rows: Vec<Row>,
    /// What was done to the data on the way, in words.
    pub notes: Vec<String>,
}

impl Table {
    /// The rows of each group, in file order; groups in order of their first rows. Rows of a group need
    /// not stand together.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut numbers = BTreeMap::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            let next = groups.len();
            let number = *numbers.entry(row.group.as_str()).or_insert(next);
            if number == next {
                groups.push(Vec::new());
            }
            groups[number].push(index);
        }
        groups
    }
}

/// One line of the file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Counted from 1.
    pub line: u64,
    /// The numeric columns.
    pub numbers: Vec<f32>,
    /// Text of the target column; empty for a row without a label.
    pub target: String,
    /// Text of the group column, empty without one.
    pub group: String,
    /// Text of the column to hold out by, empty without one.
    pub held: String,
}

/// Reads a CSV with a header.
///
/// # Errors
/// [`Failure::Input`], one line that names the file and where in it: unreadable or empty file,
/// ragged row, unknown column, cell that is not a finite number.
pub fn read(
    name: &str,
    mut source: impl Read,
    columns: &Columns,
    format: &Format,
) -> Result<Table, Failure> {
    let fail = |problem: String| Failure::Input(format!("{name}: {problem}"));
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(|error| fail(error.to_string()))?;
    let (text, note) = decode(&bytes, format.encoding).map_err(fail)?;
    let mut notes: Vec<String> = note.into_iter().collect();
    let dialect = Dialect::of(&text, &columns.target, format.separator, format.decimal);
    notes.extend(dialect.note());
    let mut reader = dialect.reader().from_reader(text.as_bytes());
    let csv = |error: csv::Error| fail(error.to_string().replace('\n', " "));
    let header = reader.headers().map_err(csv)?.clone();
    if header.iter().all(str::is_empty) {
        return Err(fail("the file is empty".to_owned()));
    }
    let layout = Layout::new(name, &header, columns)?;
    let mut records: Vec<StringRecord> = reader.records().collect::<Result<_, _>>().map_err(csv)?;
    without_repeated_headers(&mut records, &header, &mut notes);
    let mut body = Body { name, header: &header, layout: &layout, dialect };
    body.without_units(&mut records, &mut notes);
    if records.is_empty() {
        return Err(fail("a header and no rows".to_owned()));
    }
    let rows = body.rows(&records, format.missing, &mut notes)?;
    let names: Vec<String> = layout.numbers.iter().map(|i| header[*i].to_owned()).collect();
    let (columns, rows) = narrowed(names, rows, &mut notes);
    Ok(Table { name: name.to_owned(), columns, rows, notes })
}

/// Drops headers in the middle: files that were appended to one another.
fn without_repeated_headers(
    records: &mut Vec<StringRecord>,
    header: &StringRecord,
    notes: &mut Vec<String>,
) {
    let before = records.len();
    records.retain(|record| record != header);
    if records.len() < before {
        notes.push(format!("skipped {} repeated headers", before - records.len()));
    }
}

/// A row in double precision.
struct Wide {
    line: u64,
    numbers: Vec<f64>,
    target: String,
    group: String,
    held: String,
}

/// The lines below a header.
struct Body<'a> {
    name: &'a str,
    header: &'a StringRecord,
    layout: &'a Layout,
    dialect: Dialect,
}

impl Body<'_> {
    /// Drops the first row where no cell is a number and some in the next one are.
    fn without_units(&mut self, records: &mut Vec<StringRecord>, notes: &mut Vec<String>) {
        let numbers = |record: &StringRecord| {
            let cells = self.layout.numbers.iter().filter_map(|index| record.get(*index));
            cells.filter(|cell| self.number(cell).is_some()).count()
        };
        let [first, second, ..] = &records[..] else { return };
        if first.len() == self.header.len() && numbers(first) == 0 && numbers(second) > 0 {
            notes.push(format!("skipped line {}: units", line(first)));
            records.remove(0);
        }
    }

    /// The number in a cell; yes and no, true and false, on and off are 1 and 0.
    fn number(&self, cell: &str) -> Option<f64> {
        self.dialect.number(cell).or_else(|| match cell.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(1.0),
            "false" | "no" | "off" => Some(0.0),
            _ => None,
        })
    }

    fn rows(
        &self,
        records: &[StringRecord],
        missing: Missing,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Wide>, Failure> {
        let mut filler = Filler::new(missing, self.layout.numbers.len());
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            rows.extend(self.row(record, &mut filler)?);
        }
        notes.extend(filler.note());
        if rows.is_empty() {
            let line = format!("{}: no row is complete; --missing says what to do", self.name);
            return Err(Failure::Input(line));
        }
        Ok(rows)
    }

    /// A row; none where it is skipped for a missing cell.
    fn row(&self, record: &StringRecord, filler: &mut Filler) -> Result<Option<Wide>, Failure> {
        let (name, header, line) = (self.name, self.header, line(record));
        if record.len() != header.len() {
            return Err(Failure::Input(format!(
                "{name}: line {line}: {} cells where the header has {}",
                record.len(),
                header.len()
            )));
        }
        let group = self.layout.group.map_or(String::new(), |group| record[group].to_owned());
        filler.start(&group);
        let mut numbers = Vec::with_capacity(self.layout.numbers.len());
        for (place, index) in self.layout.numbers.iter().copied().enumerate() {
            let cell = &record[index];
            let fail = |what: &str| {
                let (column, cell) = (shown(&header[index]), shown(cell));
                Failure::Input(format!("{name}: line {line}, column {column}: '{cell}' {what}"))
            };
            if is_missing(cell) {
                let hint = "is missing; --missing last, mean or skip says what to do";
                numbers.push(filler.missing(place).ok_or_else(|| fail(hint))?);
                continue;
            }
            let number = self
                .number(cell)
                .ok_or_else(|| fail("is not a number; name the column with --drop to skip it"))?;
            if !(number as f32).is_finite() {
                return Err(fail("is not a finite number"));
            }
            numbers.push(Some(filler.present(place, number)));
        }
        let numbers: Option<Vec<f64>> = numbers.into_iter().collect();
        let Some(numbers) = numbers else {
            filler.skip();
            return Ok(None);
        };
        let mut target = record[self.layout.target].to_owned();
        if self.dialect.decimal == ',' && self.dialect.number(&target).is_some() {
            target = target.replace(',', ".");
        }
        let held = self.layout.holdout.map_or(String::new(), |index| record[index].to_owned());
        Ok(Some(Wide { line, numbers, target, group, held }))
    }
}

fn line(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// Cells that stand for no number.
fn is_missing(cell: &str) -> bool {
    cell.is_empty() || ["nan", "na", "n/a", "null", "?", "-"].contains(&&*cell.to_ascii_lowercase())
}

/// Ratio of largest magnitude to range above which single precision loses the signal of a column.
pub const MAX_OFFSET: f64 = 4096.0;

/// Columns in single precision: those whose range is small beside their magnitude are taken relative to
/// their first value, and an unnamed column that counts the rows is left out.
fn narrowed(
    mut names: Vec<String>,
    mut rows: Vec<Wide>,
    notes: &mut Vec<String>,
) -> (Vec<String>, Vec<Row>) {
    let counts = |column: usize| {
        let rising = rows.windows(2).all(|pair| pair[0].numbers[column] < pair[1].numbers[column]);
        rows.len() > 2 && rising && rows.iter().all(|row| row.numbers[column].fract() == 0.0)
    };
    let unnamed = |name: &String| name.is_empty() || name.starts_with("Unnamed:");
    let index = names.iter().position(unnamed).filter(|column| names.len() > 1 && counts(*column));
    if let Some(column) = index {
        notes.push(format!("ignored column {}: it has no name and counts the rows", column + 1));
        names.remove(column);
        for row in &mut rows {
            row.numbers.remove(column);
        }
    }
    for (column, name) in names.iter_mut().enumerate() {
        let values = || rows.iter().map(|row| row.numbers[column]);
        let (low, high) =
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        if high > low && low.abs().max(high.abs()) > MAX_OFFSET * (high - low) {
            let first = rows[0].numbers[column];
            notes.push(format!("{}: taken relative to its first value, {first}", shown(name)));
            *name = format!("{name} (less {first})");
            rows.iter_mut().for_each(|row| row.numbers[column] -= first);
        }
    }
    // Through f64 and then f32: the same bits as a literal in the exported source.
    let narrow = |row: Wide| Row {
        line: row.line,
        numbers: row.numbers.into_iter().map(|number| number as f32).collect(),
        target: row.target,
        group: row.group,
        held: row.held,
    };
    (names, rows.into_iter().map(narrow).collect())
}
