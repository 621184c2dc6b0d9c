//! The HTML report: one page that needs no other file.

use super::results::{MeasuredClaim, Run, SystemRun};
use super::{Axis, Curve, Series};
use super::{directory, files, number, plot};
use crate::Failure;
use crate::files::replace;
use serde::Deserialize;
use std::fmt::Write;
use std::path::PathBuf;

/// The part of a saved `fit` that the report draws.
#[derive(Deserialize)]
struct Fit {
    data: String,
    rows: u64,
    features: u64,
    learners: Vec<Learner>,
}

#[derive(Deserialize)]
struct Learner {
    learner: String,
    score: f64,
    metric: String,
    score_curve: Vec<f64>,
    state_bytes: u64,
    flops_per_update: u64,
}

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
    if run.is_none() && fit.is_none() {
        let directory = directory();
        return Err(Failure::Input(format!(
            "{}: no saved results; run `situ reproduce` or `situ fit` here first",
            directory.display()
        )));
    }
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>situ</title>\
         <style>{STYLE}</style><h1>situ: learning in place</h1>"
    );
    if let Some(fit) = fit {
        page.push_str(&learners(&fit)?);
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

fn learners(fit: &Fit) -> Result<String, Failure> {
    let (data, rows, features) = (escape(&fit.data), fit.rows, fit.features);
    let mut html = format!(
        "<h2>fit: {data}</h2><p>{rows} rows, {features} features, test-then-train.</p>\
         <table><tr><th>learner<th>score<th>state, bytes<th>flops per update</tr>"
    );
    for learner in &fit.learners {
        let (name, metric) = (escape(&learner.learner), escape(&learner.metric));
        let Learner { score, state_bytes, flops_per_update, .. } = learner;
        push(
            &mut html,
            format_args!(
                "<tr><td>{name}<td class=\"number\">{score:.3} ({metric})\
                 <td class=\"number\">{state_bytes}<td class=\"number\">{flops_per_update}</tr>"
            ),
        );
    }
    html.push_str("</table>");
    let metric = fit.learners.first().map_or("score", |learner| &learner.metric);
    let curve = |learner: &Learner| {
        let count = learner.score_curve.len().max(1) as f64;
        let share = |i: usize| fit.rows as f64 * (i + 1) as f64 / count;
        let points = learner.score_curve.iter().enumerate();
        let points = points.map(|(i, score)| [share(i), *score]).collect();
        Curve { label: learner.learner.clone(), points }
    };
    let series = Series {
        title: "Learning curves".to_owned(),
        x: Axis::linear("rows seen"),
        y: Axis::linear(metric),
        curves: fit.learners.iter().map(curve).collect(),
    };
    html.push_str(&figure(&series)?);
    Ok(html)
}

fn figure(series: &Series) -> Result<String, Failure> {
    let drawing = plot::svg(series).map_err(Failure::Check)?;
    let title = escape(&series.title);
    Ok(format!("<figure>{drawing}<figcaption>{title}</figcaption></figure>"))
}

fn push(html: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = html.write_fmt(text);
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
