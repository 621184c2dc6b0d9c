//! `situ report`: the page of all saved results.

use super::html::Report;
use crate::{Failure, console};
use std::path::PathBuf;

/// Options of `situ report`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Arguments {
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
    /// Also write each figure to this directory, as an SVG file
    #[arg(long, value_name = "DIR")]
    svg: Option<PathBuf>,
}

/// Writes the page and says where it is.
///
/// # Errors
/// [`Failure::Input`] if nothing is saved or a file cannot be read or written; [`Failure::Tool`] if no
/// browser can be started.
pub fn report(arguments: &Arguments) -> Result<(), Failure> {
    let report = Report::read()?;
    let path = report.write()?;
    console::line(format_args!("The report is in {}.", path.display()))?;
    if let Some(directory) = &arguments.svg {
        let count = report.write_figures(directory)?;
        console::line(format_args!("{count} figures are in {}.", directory.display()))?;
    }
    if arguments.open {
        open::that_detached(&path).map_err(|error| {
            Failure::Tool(format!("{}: no browser could be started: {error}", path.display()))
        })?;
    }
    Ok(())
}
