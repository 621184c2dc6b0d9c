//! The printed table of a system's claims.

use crate::report::{SystemRun, number, table};

/// One system's claims: the measured number with its standard error, the bound, whether it holds.
pub fn claims_table(run: &SystemRun) -> String {
    let mut table = table(&["claim", "measured", "±", "", "bound", "holds"]);
    for claim in &run.claims {
        let error = claim.standard_error;
        table.add_row([
            claim.id.clone(),
            number(claim.measured),
            if error == 0.0 { String::new() } else { number(error) },
            claim.relation.to_string(),
            number(claim.bound),
            if claim.holds { "yes" } else { "NO" }.to_owned(),
        ]);
    }
    let error =
        run.error.as_ref().map_or(String::new(), |error| format!("\nnot measured: {error}"));
    format!("{}, {} ({:.1} s)\n{table}{error}\n", run.system, run.paper, run.seconds)
}
