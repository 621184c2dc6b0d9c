//! The HTML report: one page that needs no other file.

use super::fit::Fit;
use super::markup::{escape, figure, push};
use super::results::{MeasuredClaim, Run, SystemRun};
use super::{directory, files, number, plays};
use crate::Failure;
use crate::files::replace;
use std::path::PathBuf;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;\
color:#222}table{border-collapse:collapse;margin:1rem 0;width:100%}td,th{padding:.25rem .75rem;\
border-bottom:1px solid #ddd;text-align:left;vertical-align:top}td.number{text-align:right;\
font-variant-numeric:tabular-nums;white-space:nowrap}.fails{color:#b00020;font-weight:bold}\
figure{display:inline-block;margin:.5rem}figcaption{text-align:center}h2{margin-top:3rem}";

/// Draws `target/situ/report.html` from the saved results; returns its path.
///
/// # Errors
/// [`Failure::Input`] if nothing is saved, or a file cannot be read or written.
pub fn write() -> Result<PathBuf, Failure> {
    let run: Option<Run> = files::load(files::REPRODUCE)?;
    let fit: Option<Fit> = files::load(files::FIT)?;
    let play: Option<plays::Saved> = files::load(files::PLAY)?;
    if run.is_none() && fit.is_none() && play.is_none() {
        let directory = directory();
        return Err(Failure::Input(format!(
            "{}: no saved results; run `situ reproduce`, `situ fit` or `situ play` here first",
            directory.display()
        )));
    }
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>situ</title>\
         <style>{STYLE}</style><h1>situ: learning in place</h1>"
    );
    if let Some(fit) = fit {
        page.push_str(&fit.section()?);
    }
    if let Some(play) = play {
        page.push_str(&plays::section(&play)?);
    }
    if let Some(run) = run {
        page.push_str(&reproduction(&run)?);
    }
    page.push_str("</html>\n");
    let path = directory().join("report.html");
    replace(&path, page.as_bytes())?;
    Ok(path)
}

fn reproduction(run: &Run) -> Result<String, Failure> {
    let (version, mode, seed) = (escape(&run.version), run.mode, run.seed);
    let mut html = format!("<p>Version {version}, {mode} run, seed {seed}.</p>");
    for system in &run.systems {
        html.push_str(&claims(system));
        for series in &system.series {
            html.push_str(&figure(series)?);
        }
    }
    Ok(html)
}

/// A system's heading and the table of its claims.
fn claims(system: &SystemRun) -> String {
    let (name, paper) = (escape(&system.system), escape(&system.paper));
    let mut html = format!("<h2>{name}</h2><p>{paper}. {:.1} s.</p>", system.seconds);
    if let Some(error) = &system.error {
        let error = escape(error);
        push(&mut html, format_args!("<p class=\"fails\">Not measured: {error}</p>"));
    }
    html.push_str(
        "<table><tr><th>claim<th>statement<th>measured<th>standard error<th>bound<th>holds</tr>",
    );
    for claim in &system.claims {
        let MeasuredClaim { id, statement, relation, unit, .. } = claim;
        let [id, statement, unit] = [id, statement, unit].map(|text| escape(text));
        let relation = escape(&relation.to_string());
        let [measured, bound] = [claim.measured, claim.bound].map(number);
        let error =
            if claim.standard_error == 0.0 { String::new() } else { number(claim.standard_error) };
        let (class, holds) = if claim.holds { ("", "yes") } else { ("fails", "no") };
        push(
            &mut html,
            format_args!(
                "<tr class=\"{class}\"><td>{id}<td>{statement}<td class=\"number\">{measured}\
                 <td class=\"number\">{error}<td class=\"number\">{relation} {bound} {unit}\
                 <td>{holds}</tr>"
            ),
        );
    }
    html.push_str("</table>");
    html
}
