//! The report's section on a saved `play`.

use super::Series;
use super::markup::{Figure, Section, escape};
use crate::Failure;
use serde::Deserialize;

/// The part of a saved `play` that the report draws.
#[derive(Deserialize)]
pub struct Saved {
    play: Play,
    series: Vec<Series>,
    text: String,
}

#[derive(Deserialize)]
struct Play {
    game: String,
}

/// The tables as on the terminal, and the figures.
///
/// # Errors
/// [`Failure::Check`] if a plot cannot be drawn.
pub fn section(saved: &Saved) -> Result<Section, Failure> {
    let figures = saved.series.iter().map(Figure::plot).collect::<Result<_, _>>()?;
    let body = format!("<pre>{}</pre>", escape(&saved.text));
    Ok(Section { title: format!("play: {}", saved.play.game), body, figures })
}
