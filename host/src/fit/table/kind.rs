//! What the columns hold, judging by the first rows.

use super::cell::{is_missing, number};
use super::dialect::Dialect;
use super::time::{epoch, iso};
use csv::ByteRecord;

/// What to do with timestamp columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Times {
    /// Drop them
    #[default]
    Drop,
    /// Use the seconds since the previous row of the same group
    Interval,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Numbers, or yes and no.
    Number,
    /// Names: one feature per name, which is 1 if the row has this name.
    Text,
    /// Timestamps as text.
    Time,
    /// Timestamps as counts of this many seconds.
    Epoch(f64),
}

/// The kind of a column: text if no cell of the first rows is a number.
pub fn kind(records: &[ByteRecord], column: usize, dialect: Dialect) -> Kind {
    let cells = || {
        let cells = records.iter().filter_map(|record| record.get(column));
        cells.map(<[u8]>::trim_ascii).filter(|cell| !is_missing(cell))
    };
    let numbers: Vec<f64> =
        cells().filter_map(|cell| number(cell, dialect.decimal as u8)).collect();
    if numbers.len() == cells().count() {
        return epoch(&numbers).map_or(Kind::Number, Kind::Epoch);
    }
    let numeral = |cell: &&[u8]| {
        let unsigned = cell.strip_prefix(b"-").or_else(|| cell.strip_prefix(b"+")).unwrap_or(cell);
        unsigned.first().is_some_and(u8::is_ascii_digit)
    };
    match numbers.is_empty() {
        // Numbers in an unknown notation.
        true if cells().all(|cell| iso(cell).is_none()) && cells().all(|cell| numeral(&cell)) => {
            Kind::Number
        }
        true if cells().all(|cell| iso(cell).is_some()) => Kind::Time,
        true => Kind::Text,
        false => Kind::Number,
    }
}

/// Whether a record is a row of units: it has no number where the next record has some.
pub fn is_units(records: &[ByteRecord], columns: &[usize], width: usize, dialect: Dialect) -> bool {
    let [first, second, ..] = records else { return false };
    let numbers = |record: &ByteRecord| {
        let cells = columns.iter().filter_map(|column| record.get(*column)).map(<[u8]>::trim_ascii);
        cells.filter(|cell| number(cell, dialect.decimal as u8).is_some()).count()
    };
    first.len() == width && numbers(first) == 0 && numbers(second) > 0
}
