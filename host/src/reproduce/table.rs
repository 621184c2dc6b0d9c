//! The table that a system's claims are printed as.

use super::SystemRun;
use crate::report::{number, table};

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
