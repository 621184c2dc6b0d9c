//! Reading a CSV: numbers where numbers are due, and an error that names file, line and column.

use crate::Failure;
use csv::{ReaderBuilder, StringRecord};
use std::io::Read;

/// Which columns are what.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// What is to be predicted.
    pub target: String,
    /// What tells recordings apart.
    pub group: Option<String>,
    /// What to leave out.
    pub drop: Vec<String>,
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
}

/// One line of the file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Counted from 1.
    pub line: u64,
    /// The numeric columns.
    pub numbers: Vec<f32>,
    /// Text of the target column.
    pub target: String,
    /// Text of the group column, empty without one.
    pub group: String,
}

/// Reads a CSV with a header.
///
/// # Errors
/// [`Failure::Input`], one line that names the file and where in it: unreadable or empty file,
/// ragged row, unknown column, cell that is no finite number.
pub fn read(name: &str, source: impl Read, columns: &Columns) -> Result<Table, Failure> {
    let mut reader = ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(source);
    let fail = |error: csv::Error| Failure::Input(format!("{name}: {}", plain(&error)));
    let header = reader.headers().map_err(fail)?.clone();
    if header.iter().all(str::is_empty) {
        return Err(Failure::Input(format!("{name}: the file is empty")));
    }
    let layout = Layout::new(name, &header, columns)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(layout.row(name, &header, &record.map_err(fail)?)?);
    }
    if rows.is_empty() {
        return Err(Failure::Input(format!("{name}: a header and no rows")));
    }
    let columns = layout.numbers.iter().map(|index| header[*index].to_owned()).collect();
    Ok(Table { name: name.to_owned(), columns, rows })
}

/// Where the columns stand.
struct Layout {
    target: usize,
    group: Option<usize>,
    numbers: Vec<usize>,
}

impl Layout {
    fn new(name: &str, header: &StringRecord, columns: &Columns) -> Result<Self, Failure> {
        let find = |flag: &str, column: &str| {
            header.iter().position(|known| known == column).ok_or_else(|| {
                let known: Vec<_> = header.iter().collect();
                Failure::Input(format!(
                    "{name}: {flag} names no column '{column}'; there are: {}",
                    known.join(", ")
                ))
            })
        };
        let target = find("--target", &columns.target)?;
        let group = columns.group.as_ref().map(|group| find("--group", group)).transpose()?;
        let mut other = vec![target];
        other.extend(group);
        for column in &columns.drop {
            other.push(find("--drop", column)?);
        }
        let numbers: Vec<_> = (0..header.len()).filter(|index| !other.contains(index)).collect();
        if numbers.is_empty() {
            return Err(Failure::Input(format!("{name}: no column is left to predict from")));
        }
        Ok(Self { target, group, numbers })
    }

    fn row(
        &self,
        name: &str,
        header: &StringRecord,
        record: &StringRecord,
    ) -> Result<Row, Failure> {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            return Err(Failure::Input(format!(
                "{name}: line {line}: {} cells where the header has {}",
                record.len(),
                header.len()
            )));
        }
        let number = |index: usize| {
            let cell = &record[index];
            // Through f64 and then f32: the same bits as a literal in the exported source.
            match cell.parse::<f64>().map(|value| value as f32) {
                Ok(value) if value.is_finite() => Ok(value),
                Ok(_) => Err((index, "is not a finite number")),
                Err(_) => Err((index, "is not a number; name the column with --drop to skip it")),
            }
        };
        let numbers = self.numbers.iter().copied().map(number).collect::<Result<_, _>>();
        let numbers = numbers.map_err(|(index, what)| {
            Failure::Input(format!(
                "{name}: line {line}, column {}: '{}' {what}",
                &header[index], &record[index]
            ))
        })?;
        let target = record[self.target].to_owned();
        if target.is_empty() {
            return Err(Failure::Input(format!(
                "{name}: line {line}, column {}: the target is missing",
                &header[self.target]
            )));
        }
        let group = self.group.map_or(String::new(), |group| record[group].to_owned());
        Ok(Row { line, numbers, target, group })
    }
}

/// csv's message in one line.
fn plain(error: &csv::Error) -> String {
    error.to_string().replace('\n', " ")
}
