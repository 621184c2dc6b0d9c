//! The HTML report: one self-contained page.

use super::fit::{self, Fit};
use super::markup::{Section, escape, push, slug};
use super::provenance::Provenance;
use super::results::Run;
use super::{boards, directory, files, plays, systems};
use crate::Failure;
use crate::files::replace;
use serde::Deserialize;
use std::path::{Path, PathBuf};

const STYLE: &str = include_str!("style.css");

/// A saved result and its provenance.
#[derive(Deserialize)]
struct Found<R> {
    #[serde(default)]
    provenance: Provenance,
    #[serde(flatten)]
    result: R,
}

/// The sections of the page, and the summary above those of the systems.
pub struct Report {
    sections: Vec<Section>,
    /// Earlier fits.
    earlier: Vec<Section>,
    reproduction: Option<(String, Vec<Section>)>,
}

impl Report {
    /// Reads all saved results.
    ///
    /// # Errors
    /// [`Failure::Input`] if nothing is saved, or a file cannot be read.
    pub fn read() -> Result<Self, Failure> {
        let fit: Option<Found<Fit>> = files::load(files::FIT)?;
        let play: Option<Found<plays::Saved>> = files::load(files::PLAY)?;
        let comparison: Option<Found<boards::Comparison>> = files::load(files::COMPARE)?;
        let run: Option<Found<Run>> = files::load(files::REPRODUCE)?;
        if run.is_none() && fit.is_none() && play.is_none() && comparison.is_none() {
            let directory = directory();
            return Err(Failure::Input(format!(
                "{}: no saved results; run `situ reproduce`, `situ fit` or `situ play` here first",
                directory.display()
            )));
        }
        let mut report = Self { sections: Vec::new(), earlier: Vec::new(), reproduction: None };
        let last = fit.as_ref().map(|fit| fit.provenance.date.clone());
        if let Some(Found { provenance, result }) = fit {
            report.sections.push(section(&provenance, result.section()?));
        }
        for Found { provenance, result } in files::earlier::<Found<Fit>>()? {
            if Some(&provenance.date) != last.as_ref() {
                let mut earlier = section(&provenance, fit::brief(&result));
                earlier.title = format!("{} {}", second(&provenance.date), earlier.title);
                report.earlier.push(earlier);
            }
        }
        if let Some(Found { provenance, result }) = play {
            report.sections.push(section(&provenance, plays::section(&result)?));
        }
        if let Some(Found { provenance, result }) = comparison {
            report.sections.push(section(&provenance, boards::section(&result)));
        }
        if let Some(Found { provenance, result }) = run {
            let summary = systems::summary(&result) + &note(&provenance);
            report.reproduction = Some((summary, systems::sections(&result)?));
        }
        Ok(report)
    }

    /// All sections with figures.
    fn drawn(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().chain(self.reproduction.iter().flat_map(|(_, systems)| systems))
    }

    /// Writes `target/situ/report.html`; returns its path.
    ///
    /// # Errors
    /// [`Failure::Input`] if it cannot be written.
    pub fn write(&self) -> Result<PathBuf, Failure> {
        let path = directory().join("report.html");
        replace(&path, self.page().as_bytes())?;
        Ok(path)
    }

    /// Writes each figure to its own file; returns the number of files.
    ///
    /// # Errors
    /// [`Failure::Input`] naming the file that cannot be written.
    pub fn write_figures(&self, directory: &Path) -> Result<usize, Failure> {
        let mut count = 0;
        for section in self.drawn() {
            for figure in &section.figures {
                let name = format!("{}-{}.svg", section.anchor(), slug(&figure.title));
                replace(&directory.join(name), figure.drawing.as_bytes())?;
                count += 1;
            }
        }
        Ok(count)
    }

    fn page(&self) -> String {
        let mut page = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>situ: learning in place</title><style>{STYLE}</style></head><body>\
             <h1>situ: learning in place</h1>"
        );
        page.push_str("<nav><ul>");
        for section in self.drawn() {
            let (anchor, title) = (section.anchor(), escape(&section.title));
            push(&mut page, format_args!("<li><a href=\"#{anchor}\">{title}</a></li>"));
        }
        page.push_str("</ul></nav>");
        for section in &self.sections {
            page.push_str(&section.html());
        }
        if !self.earlier.is_empty() {
            page.push_str("<h2>Earlier fits</h2>");
        }
        for Section { title, body, .. } in &self.earlier {
            let title = escape(title);
            push(&mut page, format_args!("<details><summary>{title}</summary>{body}</details>"));
        }
        if let Some((summary, systems)) = &self.reproduction {
            push(&mut page, format_args!("<h2>The systems and their claims</h2>{summary}"));
            for system in systems {
                page.push_str(&system.html());
            }
        }
        page + "</body></html>\n"
    }
}

/// A section with the provenance of its result.
fn section(provenance: &Provenance, mut section: Section) -> Section {
    section.body.insert_str(0, &note(provenance));
    section
}

/// Command, date, version and machine; empty for a result that was saved without them.
fn note(provenance: &Provenance) -> String {
    if *provenance == Provenance::default() {
        return String::new();
    }
    let Provenance { command, date, version, commit, machine } = provenance;
    let [command, date, version, machine] = [command, second(date), version, machine].map(escape);
    let commit = commit.as_ref().map(|commit| format!(", commit {}", escape(commit)));
    let commit = commit.unwrap_or_default();
    format!(
        "<p class=\"note\"><code>{command}</code><br>{date}, version {version}{commit}, {machine}</p>"
    )
}

/// A date to the second.
fn second(date: &str) -> &str {
    date.split('.').next().unwrap_or(date)
}
