//! From records to rows of numbers.

use super::cell::{self, is_missing, number, parse, shown};
use super::dialect::Dialect;
use super::header::Layout;
use super::kind::{Kind, Times};
use super::meta::Meta;
use super::missing::{Filler, Missing};
use super::target::TargetColumn;
use super::texts::{BEYOND, Texts};
use super::time::iso;
use crate::Failure;
use crate::fit::store::Store;
use csv::ByteRecord;
use std::collections::HashMap;

/// Maximum number of names in a column of text that become features.
pub const MAX_NAMES: usize = 32;
/// Maximum number of groups and of held-out values.
const MAX_GROUPS: usize = 1 << 20;

/// A column of features.
pub struct Column {
    /// Its index in the file.
    pub index: usize,
    /// What it holds.
    pub kind: Kind,
    /// The names in a column of text.
    pub names: Texts,
    /// The first, smallest and largest number.
    pub first: f64,
    pub low: f64,
    pub high: f64,
    /// Whether it numbers the rows so far: it rises from row to row by whole numbers, and by one if it has
    /// a name.
    pub counts: bool,
    /// The last timestamp of each group.
    times: HashMap<u32, f64>,
}

impl Column {
    /// Before the first row.
    pub fn new(index: usize, kind: Kind) -> Self {
        Self {
            index,
            kind,
            names: Texts::at_most(MAX_NAMES),
            first: f64::NAN,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            counts: kind == Kind::Number,
            times: HashMap::new(),
        }
    }

    /// The number that a cell stands for; NaN if it is missing.
    fn read(&mut self, cell: &[u8], decimal: u8, group: u32) -> Result<f64, &'static str> {
        if is_missing(cell) {
            // An empty name is a name like any other.
            return Ok(if self.kind == Kind::Text { f64::from(BEYOND) } else { f64::NAN });
        }
        let time = match self.kind {
            Kind::Text => return Ok(f64::from(self.names.number(cell))),
            Kind::Time => iso(cell).ok_or("is not a timestamp as in the first rows")?,
            Kind::Number | Kind::Epoch(_) => {
                let hint = "is not a number; name the column with --drop to skip it";
                let number = number(cell, decimal).ok_or(hint)?;
                if !(number as f32).is_finite() {
                    return Err("is not a finite number");
                }
                match self.kind {
                    Kind::Epoch(unit) => number * unit,
                    _ => return Ok(number),
                }
            }
        };
        Ok(time - self.times.insert(group, time).unwrap_or(time))
    }

    /// Takes note of a number.
    fn see(&mut self, number: f64, named: bool) {
        if self.first.is_nan() {
            self.first = number;
        } else if self.counts {
            let step = number - self.high;
            self.counts = step > 0.0 && number.fract() == 0.0 && (step == 1.0 || !named);
        }
        self.low = self.low.min(number);
        self.high = self.high.max(number);
    }
}

/// The rows below a header.
pub struct Body<'a> {
    pub name: &'a str,
    pub header: &'a [String],
    pub layout: &'a Layout,
    pub dialect: Dialect,
    pub columns: Vec<Column>,
    pub target: TargetColumn,
    pub rows: Store<f64>,
    pub filler: Filler,
    pub groups: Texts,
    held: Texts,
    row: Vec<f64>,
}

impl<'a> Body<'a> {
    /// Before the first row.
    pub fn new(
        name: &'a str,
        header: &'a [String],
        layout: &'a Layout,
        dialect: Dialect,
        kinds: &[Kind],
        (missing, times): (Missing, Times),
    ) -> Self {
        let kept =
            |kind: &Kind| times == Times::Interval || matches!(kind, Kind::Number | Kind::Text);
        let columns = layout.numbers.iter().zip(kinds).filter(|(_, kind)| kept(kind));
        let columns: Vec<_> = columns.map(|(index, kind)| Column::new(*index, *kind)).collect();
        let width = columns.len() + Meta::WIDTH;
        Self {
            name,
            header,
            layout,
            dialect,
            target: TargetColumn::default(),
            rows: Store::new(width),
            filler: Filler::new(missing, columns.len()),
            groups: Texts::at_most(MAX_GROUPS),
            held: Texts::at_most(MAX_GROUPS),
            row: Vec::with_capacity(width),
            columns,
        }
    }

    /// Takes a record with as many cells as the header.
    ///
    /// # Errors
    /// [`Failure::Input`] naming line and column of a cell that is not a number.
    pub fn take(&mut self, record: &ByteRecord) -> Result<(), Failure> {
        let at = |index: Option<usize>| index.map(|index| record[index].trim_ascii());
        let group = at(self.layout.group).map_or(0, |cell| self.groups.number(cell));
        let held = at(self.layout.holdout).map_or(0, |cell| self.held.number(cell));
        let decimal = self.dialect.decimal as u8;
        let line = record.position().map_or(0, csv::Position::line);
        let fail = |index: usize, what: &str| {
            let (name, column) = (self.name, shown(&self.header[index]));
            let cell = shown(&cell::text(record[index].trim_ascii()));
            Failure::Input(format!("{name}: line {line}, column {column}: '{cell}' {what}"))
        };
        self.row.clear();
        for column in &mut self.columns {
            let cell = record[column.index].trim_ascii();
            let number = column.read(cell, decimal, group);
            self.row.push(number.map_err(|what| fail(column.index, what))?);
        }
        match self.filler.fill(group, &mut self.row) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(column) => {
                let hint = "is missing; --missing last, mean or skip says what to do";
                return Err(fail(self.columns[column].index, hint));
            }
        }
        for (column, number) in self.columns.iter_mut().zip(&self.row) {
            column.see(*number, !self.header[column.index].is_empty());
        }
        let (value, label) = match at(self.layout.target) {
            Some(cell) if !cell.is_empty() && !cell.eq_ignore_ascii_case(b"nan") => {
                self.target.read(cell, parse(cell, decimal), line)
            }
            _ => (f64::NAN, f64::from(BEYOND)),
        };
        let meta = Meta { value, label, group, held, line };
        self.row.extend(meta.numbers());
        self.rows.push(&self.row)
    }
}
