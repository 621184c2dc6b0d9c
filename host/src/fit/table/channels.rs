//! From columns in double precision to the channels that are learned from.

use super::cell::shown;
use super::kind::Kind;
use super::rows::{Body, Column, MAX_NAMES};
use crate::Failure;
use crate::fit::counted;

/// Ratio of largest magnitude to range above which single precision loses the signal of a column.
pub const MAX_OFFSET: f64 = 4096.0;
/// Minimum number of rows that a named column must number to be an index.
const MIN_COUNTED: usize = 50;

/// How a channel is computed from a row.
#[derive(Clone, Copy, Debug)]
pub enum Channel {
    /// A number minus the origin.
    Number { place: usize, origin: f64 },
    /// 1 where the row has this name, else 0.
    Name { place: usize, name: f64 },
}

impl Channel {
    /// Its number, converted to f64 and then f32: the same bits as a literal in the exported source.
    pub fn of(self, row: &[f64]) -> f32 {
        match self {
            Self::Number { place, origin } => (row[place] - origin) as f32,
            Self::Name { place, name } => f32::from(u8::from(row[place] == name)),
        }
    }
}

/// The channels made of the columns once all rows are read, and their names.
///
/// # Errors
/// [`Failure::Input`] for a file without a complete row, naming what was skipped.
pub fn channels(
    body: &Body<'_>,
    kinds: &[Kind],
    notes: &mut Vec<String>,
) -> Result<(Vec<String>, Vec<Channel>), Failure> {
    let header = body.header;
    notes.extend(body.filler.note());
    if body.rows.len() == 0 {
        return Err(no_rows(body));
    }
    let dropped = body.layout.numbers.iter().zip(kinds).filter(|(index, kind)| {
        matches!(kind, Kind::Time | Kind::Epoch(_))
            && !body.columns.iter().any(|column| column.index == **index)
    });
    for (index, _) in dropped {
        let column = shown(&header[*index]);
        notes.push(format!("ignored {column}: timestamps (--times interval uses them)"));
    }
    let (mut columns, mut channels) = (Vec::new(), Vec::new());
    let rows = body.rows.len();
    let is_index = |column: &Column| {
        is_index(column, header, rows) && !body.layout.kept.contains(&column.index)
    };
    let indices = body.columns.iter().filter(|column| is_index(column)).count();
    for (place, column) in body.columns.iter().enumerate() {
        let title = &header[column.index];
        if is_index(column) && indices < body.columns.len() {
            let number = column.index + 1;
            let title = if title.is_empty() { "it has no name" } else { &shown(title) };
            notes.push(format!("ignored column {number}, {title}: it numbers the rows (--keep)"));
            continue;
        }
        match column.kind {
            Kind::Text => {
                notes.push(named(column, title));
                for (number, text) in column.names.texts().iter().enumerate() {
                    columns.push(format!("{title}={text}"));
                    channels.push(Channel::Name { place, name: number as f64 });
                }
            }
            Kind::Time | Kind::Epoch(_) => {
                notes.push(format!("{}: seconds since the previous row", shown(title)));
                columns.push(format!("{title} (interval)"));
                channels.push(Channel::Number { place, origin: 0.0 });
            }
            Kind::Number => {
                let (title, origin) = relative(column, title, notes);
                columns.push(title);
                channels.push(Channel::Number { place, origin });
            }
        }
    }
    Ok((columns, channels))
}

/// Why there is no complete row.
fn no_rows(body: &Body<'_>) -> Failure {
    let line = match (body.filler.empty(), body.filler.note()) {
        (Some(place), _) => {
            let column = shown(&body.header[body.columns[place].index]);
            format!("column {column}: no number in any row; leave it out with --drop")
        }
        (None, Some(_)) => "no complete row; --missing last or mean fills the gaps".to_owned(),
        (None, None) => "a header but no rows".to_owned(),
    };
    Failure::Input(format!("{}: {line}", body.name))
}

/// Whether a column numbers the rows.
fn is_index(column: &Column, header: &[String], rows: usize) -> bool {
    let title = &header[column.index];
    let unnamed = title.is_empty() || title.starts_with("Unnamed:");
    column.counts && rows >= if unnamed { 3 } else { MIN_COUNTED }
}

/// A column's title and origin, which is its first value if its range is small relative to its magnitude.
fn relative(column: &Column, title: &str, notes: &mut Vec<String>) -> (String, f64) {
    let Column { low, high, first, .. } = *column;
    if high <= low || low.abs().max(high.abs()) <= MAX_OFFSET * (high - low) {
        return (title.to_owned(), 0.0);
    }
    notes.push(format!("{}: taken relative to its first value, {first}", shown(title)));
    (format!("{title} (less {first})"), first)
}

/// What happens to a column of text.
fn named(column: &Column, title: &str) -> String {
    let (title, names) = (shown(title), counted(column.names.len(), "name"));
    let rest = if column.names.beyond() {
        format!("; names beyond the first {MAX_NAMES} have none")
    } else {
        String::new()
    };
    format!("{title}: text, one feature for each of {names}{rest}")
}
