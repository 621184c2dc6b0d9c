//! The command `situ compare`.

use super::column::{Column, Key};
use crate::bench::Counter;
use crate::{Failure, console, report};
use serde::Serialize;
use std::path::PathBuf;

/// Arguments of `situ compare`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Files that `situ bench --save` wrote, or of peers (.csv); the first is the measure
    #[arg(value_name = "FILE", required = true, num_args = 2..)]
    pub files: Vec<PathBuf>,
    /// Fail if a row costs more than the first file's by over this many percent
    #[arg(long, value_name = "PERCENT")]
    pub fail_over: Option<f64>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The first file.
    pub base: String,
    /// Unit of the counts.
    pub counter: Counter,
    /// The other files, or the peers in them.
    pub columns: Vec<Summary>,
    /// The rows of the first file that any other has.
    pub rows: Vec<Joined>,
}

/// One column as a whole.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// The file's name, or the peer's.
    pub label: String,
    /// Rows that it shares with the first file.
    pub rows: usize,
    /// Geometric mean of their ratios.
    pub geometric_mean: f64,
}

/// One row, joined.
#[derive(Debug, Serialize)]
pub struct Joined {
    /// What was computed.
    pub name: String,
    /// Rows of a matrix, length of a vector.
    pub size: u64,
    /// Storage format of the operands.
    pub scalar: String,
    /// The first file's count.
    pub base: f64,
    /// The columns' counts.
    pub counts: Vec<Option<f64>>,
    /// Their ratios to the first file's.
    pub ratios: Vec<Option<f64>>,
}

/// Runs `situ compare`.
///
/// # Errors
/// [`Failure::Input`] for a file that cannot be read or compared; [`Failure::Check`] if a row is over
/// the limit, after the table has been printed.
pub fn compare(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(limit) = arguments.fail_over
        && !(limit >= 0.0 && limit.is_finite())
    {
        return Err(Failure::Input(format!("--fail-over {limit}: not a percentage")));
    }
    let (base, columns) = read(&arguments.files)?;
    let comparison = join(&base, &columns)?;
    if arguments.json {
        console::json(&comparison)?;
    } else {
        print_table(&comparison)?;
    }
    arguments.fail_over.map_or(Ok(()), |limit| hold(&comparison, limit))
}

fn read(files: &[PathBuf]) -> Result<(Column, Vec<Column>), Failure> {
    let is_peers = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "csv");
    let (first, others) = files.split_first().ok_or_else(|| Failure::Input("no file".into()))?;
    if is_peers(first) {
        let line = format!("{}: a file of peers cannot come first", first.display());
        return Err(Failure::Input(line));
    }
    let base = Column::run(first)?;
    let mut columns = Vec::new();
    for file in others {
        if is_peers(file) {
            columns.extend(Column::peers(file, &base.core)?);
        } else {
            columns.push(Column::run(file)?);
        }
    }
    Ok((base, columns))
}

/// Joins the columns to the base.
fn join(base: &Column, columns: &[Column]) -> Result<Comparison, Failure> {
    for column in columns {
        if column.counter != base.counter {
            return Err(Failure::Input(format!(
                "{} counts {}, {} counts {}: they cannot be compared",
                base.label, base.counter, column.label, column.counter
            )));
        }
    }
    let shares = |column: &&Column| base.rows.iter().any(|key| column.counts.contains_key(key));
    let columns: Vec<&Column> = columns.iter().filter(shares).collect();
    if columns.is_empty() {
        return Err(Failure::Input(format!("no row of {} is in another file", base.label)));
    }
    let rows: Vec<Joined> = base
        .rows
        .iter()
        .filter(|key| columns.iter().any(|column| column.counts.contains_key(*key)))
        .map(|key| joined(base, &columns, key))
        .collect();
    let summary = |(index, column): (usize, &&Column)| {
        let ratios: Vec<f64> = rows.iter().filter_map(|row| row.ratios[index]).collect();
        let mean_log = ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64;
        Summary { label: column.label.clone(), rows: ratios.len(), geometric_mean: mean_log.exp() }
    };
    let columns = columns.iter().enumerate().map(summary).collect();
    Ok(Comparison { base: base.label.clone(), counter: base.counter, columns, rows })
}

fn joined(base: &Column, columns: &[&Column], key: &Key) -> Joined {
    let (name, size, scalar) = key.clone();
    let count = base.counts[key];
    let counts: Vec<_> = columns.iter().map(|column| column.counts.get(key).copied()).collect();
    let ratio = |other: &Option<f64>| other.map(|other| other / count).filter(|r| r.is_normal());
    let ratios = counts.iter().map(ratio).collect();
    Joined { name, size, scalar, base: count, counts, ratios }
}

fn print_table(comparison: &Comparison) -> Result<(), Failure> {
    let labels = comparison.columns.iter().map(|column| column.label.as_str());
    let header: Vec<&str> =
        ["row", "size", "scalar", &comparison.base].into_iter().chain(labels).collect();
    let mut table = report::table(&header);
    for row in &comparison.rows {
        let cells = row.counts.iter().zip(&row.ratios).map(|(count, ratio)| match (count, ratio) {
            (Some(count), Some(ratio)) => format!("{count} ({ratio:.2})"),
            (Some(count), None) => count.to_string(),
            _ => String::new(),
        });
        let key = [row.name.clone(), row.size.to_string(), row.scalar.clone()];
        table.add_row(key.into_iter().chain([row.base.to_string()]).chain(cells));
    }
    console::line(table)?;
    console::line(format_args!("{} a call (ratio to {})", comparison.counter, comparison.base))?;
    for column in &comparison.columns {
        console::line(format_args!(
            "{}: geometric mean of {} ratios {:.3}",
            column.label, column.rows, column.geometric_mean
        ))?;
    }
    Ok(())
}

/// Holds every ratio against the limit.
fn hold(comparison: &Comparison, percent: f64) -> Result<(), Failure> {
    let limit = 1.0 + percent / 100.0;
    let mut over = Vec::new();
    for row in &comparison.rows {
        for (ratio, column) in row.ratios.iter().zip(&comparison.columns) {
            if let Some(ratio) = ratio.filter(|ratio| *ratio > limit) {
                let more = 100.0 * (ratio - 1.0);
                let Joined { name, size, scalar, .. } = row;
                over.push(format!("{name} {size} {scalar} +{more:.1} % in {}", column.label));
            }
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    Err(Failure::Check(format!("over {percent} %: {}", over.join(", "))))
}
