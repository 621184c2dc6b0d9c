//! The report's section that compares a board's run with other runs and peers, as `situ compare` saved it.

use super::markup::{Cell, Section, Table, escape, file_name, push};
use super::number;
use serde::Deserialize;

/// The displayed part of a saved comparison.
#[derive(Deserialize)]
pub struct Comparison {
    base: String,
    counter: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Column {
    label: String,
    rows: usize,
    geometric_mean: f64,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    size: u64,
    scalar: String,
    base: f64,
    counts: Vec<Option<f64>>,
    ratios: Vec<Option<f64>>,
}

/// The rows, with the ratio of every column to the baseline.
pub fn section(comparison: &Comparison) -> Section {
    let Comparison { base, counter, columns, rows, warnings } = comparison;
    let (base, counter) = (file_name(base), escape(counter));
    let mut body = format!(
        "<p>Number of {counter} per call. In parentheses, the ratio to {}: above one is more work.</p><ul>",
        escape(base)
    );
    for Column { label, rows, geometric_mean } in columns {
        let (label, mean) = (escape(label), number(*geometric_mean));
        push(&mut body, format_args!("<li>{label}: {mean}, geometric mean of {rows} rows</li>"));
    }
    body.push_str("</ul>");
    for warning in warnings {
        push(&mut body, format_args!("<p class=\"note\">Warning: {}</p>", escape(warning)));
    }
    let labels = columns.iter().map(|column| column.label.as_str());
    let headings: Vec<&str> = ["row", base].into_iter().chain(labels.map(file_name)).collect();
    let mut table = Table::new(&headings);
    for Row { name, size, scalar, base, counts, ratios } in rows {
        let name = format!("{name} {size} {scalar}");
        let cells = counts.iter().zip(ratios).map(|(count, ratio)| match (count, ratio) {
            (Some(count), Some(ratio)) => format!("{count:.0} ({ratio:.2})"),
            (Some(count), None) => format!("{count:.0}"),
            _ => String::new(),
        });
        let counts = [format!("{base:.0}")].into_iter().chain(cells).map(Cell::Number);
        let cells: Vec<_> = [Cell::Text(&name)].into_iter().chain(counts).collect();
        table.row("", &cells);
    }
    let title = format!("compare: {base}");
    Section { title, body: body + &table.html(), figures: Vec::new() }
}
