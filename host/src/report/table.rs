//! Tables on the terminal.

use crate::reproduce::SystemRun;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// A table with a header; every column but the first is aligned right.
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A number as a reader wants it: integers plain, others with three significant digits.
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    if value.fract() == 0.0 && magnitude < 1e9 {
        format!("{value}")
    } else if (1e-3..1e6).contains(&magnitude) {
        let decimals = (2.0 - magnitude.log10().floor()).max(0.0) as usize;
        format!("{value:.decimals$}")
    } else {
        format!("{value:.2e}")
    }
}

/// One system's claims: what was measured, the bound, whether it holds.
pub fn claims_table(run: &SystemRun) -> String {
    let mut table = table(&["claim", "measured", "", "bound", "holds"]);
    for claim in &run.claims {
        table.add_row([
            claim.id.to_owned(),
            number(claim.measured),
            claim.relation.to_string(),
            number(claim.bound),
            if claim.holds { "yes" } else { "NO" }.to_owned(),
        ]);
    }
    let error = run.error.as_ref().map_or(String::new(), |error| format!("\nerror: {error}"));
    format!("{}, {} ({:.1} s)\n{table}{error}\n", run.system, run.paper, run.seconds)
}
