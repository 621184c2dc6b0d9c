//! The part of the report that shows the systems and their claims.

use super::markup::{Cell, Figure, Section, Table, escape, push};
use super::number;
use super::results::{Run, SystemRun};
use crate::Failure;

/// A section per system.
///
/// # Errors
/// [`Failure::Check`] if a plot cannot be drawn.
pub fn sections(run: &Run) -> Result<Vec<Section>, Failure> {
    let section = |system: &SystemRun| {
        let figures = system.series.iter().map(Figure::plot).collect::<Result<_, _>>()?;
        Ok(Section { title: system.system.clone(), body: claims(system), figures })
    };
    run.systems.iter().map(section).collect()
}

/// How many of the claims hold, and the version, mode and seed.
pub fn summary(run: &Run) -> String {
    let claims = || run.systems.iter().flat_map(|system| &system.claims);
    let (holding, all) = (claims().filter(|claim| claim.holds).count(), claims().count());
    let (version, mode, seed) = (escape(&run.version), run.mode, run.seed);
    format!("<p>{holding} of {all} claims hold. Version {version}, {mode} run, seed {seed}.</p>")
}

fn claims(system: &SystemRun) -> String {
    let mut html = format!("<p>{}. {:.1} s.</p>", escape(&system.paper), system.seconds);
    if let Some(error) = &system.error {
        push(&mut html, format_args!("<p class=\"fails\">Not measured: {}</p>", escape(error)));
    }
    let mut table =
        Table::new(&["claim", "statement", "measured", "standard error", "bound", "holds"]);
    for claim in &system.claims {
        let [measured, bound] = [claim.measured, claim.bound].map(number);
        let error =
            if claim.standard_error == 0.0 { String::new() } else { number(claim.standard_error) };
        let bound = format!("{} {bound} {}", claim.relation, claim.unit);
        let (class, holds) = if claim.holds { ("", "yes") } else { ("fails", "no") };
        table.row(
            class,
            &[
                Cell::Text(&claim.id),
                Cell::Text(&claim.statement),
                Cell::Number(measured),
                Cell::Number(error),
                Cell::Number(bound.trim_end().to_owned()),
                Cell::Text(holds),
            ],
        );
    }
    html + &table.html()
}
