//! The report's section on a game that was played.

use super::Series;
use super::markup::{escape, figure};
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

/// The tables as the terminal shows them, and the pictures.
///
/// # Errors
/// [`Failure::Check`] if a plot cannot be drawn.
pub fn section(saved: &Saved) -> Result<String, Failure> {
    let [game, text] = [&saved.play.game, &saved.text].map(|text| escape(text));
    let figures = saved.series.iter().map(figure).collect::<Result<String, _>>()?;
    Ok(format!("<h2>play: {game}</h2><pre>{text}</pre>{figures}"))
}
