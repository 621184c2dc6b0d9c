//! Pieces of the HTML report.

use super::{Series, plot};
use crate::Failure;
use std::fmt::Write;

/// A drawing with its title.
///
/// # Errors
/// [`Failure::Check`] with the drawing library's message.
pub fn figure(series: &Series) -> Result<String, Failure> {
    let drawing = plot::svg(series).map_err(Failure::Check)?;
    let title = escape(&series.title);
    Ok(format!("<figure>{drawing}<figcaption>{title}</figcaption></figure>"))
}

/// Appends formatted text.
pub fn push(html: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = html.write_fmt(text);
}

/// Text as HTML and SVG show it.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
