//! The command `situ compare`.

use super::column::Column;
use super::comparison::{Comparison, failures};
use crate::{Failure, console, report};
use std::path::PathBuf;

/// Arguments of `situ compare`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Results saved by `situ bench --save`, or of other libraries (.csv); the first file is the
    /// baseline
    #[arg(value_name = "FILE", required = true, num_args = 2..)]
    pub files: Vec<PathBuf>,
    /// Exit 1 if any row is more than PERCENT slower than the baseline, is missing, has no positive
    /// count or has a different result
    #[arg(long, value_name = "PERCENT")]
    pub fail_over: Option<f64>,
    /// Compare the estimated cycles instead of the counts
    #[arg(long)]
    pub estimate: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

/// Runs `situ compare`.
///
/// # Errors
/// [`Failure::Input`] for a file that cannot be read or compared; [`Failure::Check`] if `--fail-over`
/// rejects a row, after the table has been printed and saved for the report.
pub fn compare(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(limit) = arguments.fail_over
        && !(limit >= 0.0 && limit.is_finite())
    {
        return Err(Failure::Input(format!("--fail-over {limit}: not a percentage")));
    }
    let (base, columns) = read(&arguments.files, arguments.estimate)?;
    let comparison = Comparison::new(&base, &columns)?;
    if arguments.json {
        console::json(&comparison)?;
    } else {
        print(&comparison)?;
    }
    report::save(report::COMPARE, &comparison)?;
    let Some(percent) = arguments.fail_over else { return Ok(()) };
    let failures = failures(&base, &columns, &comparison, percent);
    if failures.is_empty() { Ok(()) } else { Err(Failure::Check(failures.join("; "))) }
}

fn read(files: &[PathBuf], estimate: bool) -> Result<(Column, Vec<Column>), Failure> {
    let is_peers = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "csv");
    let (first, others) = files.split_first().ok_or_else(|| Failure::Input("no file".into()))?;
    if is_peers(first) {
        let line = format!("{}: a file of peers cannot be the baseline", first.display());
        return Err(Failure::Input(line));
    }
    let base = Column::run(first, estimate)?;
    let mut columns = Vec::new();
    for file in others {
        if is_peers(file) {
            columns.extend(Column::peers(file, &base.core)?);
        } else {
            columns.push(Column::run(file, estimate)?);
        }
    }
    Ok((base, columns))
}

fn print(comparison: &Comparison) -> Result<(), Failure> {
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
    console::line(format_args!("{} per call (ratio to {})", comparison.counter, comparison.base))?;
    for column in &comparison.columns {
        let (label, rows, mean) = (&column.label, column.rows, column.geometric_mean);
        console::line(format_args!("{label}: geometric mean of {rows} ratios: {mean:.3}"))?;
        if !column.missing.is_empty() {
            let (base, missing) = (&comparison.base, column.missing.join(", "));
            console::line(format_args!("only in {base}, not in {label}: {missing}"))?;
        }
        if !column.added.is_empty() {
            let added = column.added.join(", ");
            console::line(format_args!("only in {label}: {added}"))?;
        }
    }
    comparison
        .warnings
        .iter()
        .try_for_each(|warning| console::line(format_args!("warning: {warning}")))
}
