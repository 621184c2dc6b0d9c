//! From the rows of a table to the features of examples, as the firmware computes them.

use crate::Failure;
use situ::features::{Error, Feature, Set, Window, WindowFeatures};

/// Maximum numbers of columns and of open windows, for the moments.
const CHANNELS: usize = 1040;
const OVERLAP: usize = 64;
/// The same for features that keep more.
const RICH_CHANNELS: usize = 256;
const RICH_OVERLAP: usize = 16;
/// Extra numbers that all features together keep.
const EXTRA: usize = every(Set::EMPTY).extra();

/// The set with all features.
const fn every(mut set: Set) -> Set {
    let mut rest: &[Feature] = &Feature::ALL;
    while let Some((feature, others)) = rest.split_first() {
        set = set.with(*feature);
        rest = others;
    }
    set
}

/// Windows, and the features computed from each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Where they start and end.
    pub window: Window,
    /// Their features.
    pub set: Set,
}

impl Windows {
    /// Numbers that a device keeps per channel.
    pub fn numbers(&self) -> usize {
        (3 + self.set.extra()) * self.window.overlap() + 1
    }

    /// Maximum numbers of columns and of open windows.
    pub fn max(&self) -> (usize, usize) {
        if self.set.extra() == 0 { (CHANNELS, OVERLAP) } else { (RICH_CHANNELS, RICH_OVERLAP) }
    }
}

/// The features with these names; `all` means all.
///
/// # Errors
/// [`Failure::Input`] for an unknown name.
pub fn set(names: &[String]) -> Result<Set, Failure> {
    let mut set = Set::EMPTY;
    for name in names {
        if name == "all" {
            return Ok(every(set));
        }
        let feature = Feature::ALL.into_iter().find(|feature| feature.name() == name);
        let feature = feature.ok_or_else(|| {
            let known: Vec<_> = Feature::ALL.iter().map(|feature| feature.name()).collect();
            let known = known.join(", ");
            Failure::Input(format!("no --features '{name}'; available: {known}, all"))
        })?;
        set = set.with(feature);
    }
    Ok(if set.is_empty() { Set::MOMENTS } else { set })
}

/// Streams rows into features: those of windows, or the rows themselves.
pub struct Features {
    kind: Kind,
    features: Vec<f32>,
}

enum Kind {
    Rows,
    Moments(Box<WindowFeatures<f32, CHANNELS, OVERLAP>>),
    Rich(Box<WindowFeatures<f32, RICH_CHANNELS, RICH_OVERLAP, EXTRA>>),
}

impl Features {
    /// Before the first row.
    ///
    /// # Errors
    /// [`Error::Capacity`] for a window of no rows or beyond the maxima above.
    pub fn new(windows: Option<Windows>, columns: usize) -> Result<Self, Error> {
        let (kind, count) = match windows {
            None => (Kind::Rows, columns),
            Some(Windows { window, set }) if set.extra() == 0 => {
                let windows = Box::new(WindowFeatures::of(set, window, columns)?);
                let count = windows.features();
                (Kind::Moments(windows), count)
            }
            Some(Windows { window, set }) => {
                let windows = Box::new(WindowFeatures::of(set, window, columns)?);
                let count = windows.features();
                (Kind::Rich(windows), count)
            }
        };
        Ok(Self { kind, features: vec![0.0; count] })
    }

    /// Starts a new recording: no window spans two recordings.
    pub fn restart(&mut self) {
        match &mut self.kind {
            Kind::Rows => {}
            Kind::Moments(windows) => windows.restart(),
            Kind::Rich(windows) => windows.restart(),
        }
    }

    /// Takes a row; returns the features of the example that it completes, if any.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a number that is too large to square.
    pub fn push(&mut self, row: &[f32]) -> Result<Option<&[f32]>, Error> {
        let complete = match &mut self.kind {
            Kind::Rows => {
                self.features.copy_from_slice(row);
                true
            }
            Kind::Moments(windows) => windows.push(row, &mut self.features)?,
            Kind::Rich(windows) => windows.push(row, &mut self.features)?,
        };
        Ok(complete.then_some(&self.features))
    }
}

/// Names of the features of these columns.
pub fn names(windows: Option<Windows>, columns: &[String]) -> Vec<String> {
    let Some(Windows { set, .. }) = windows else { return columns.to_vec() };
    let chosen = Feature::ALL.into_iter().filter(|feature| set.contains(*feature));
    let each: Vec<String> = chosen
        .flat_map(|feature| {
            let name = feature.name();
            let one = vec![name.to_owned()];
            let bands = (1..=feature.outputs()).map(|band| format!("{name}-{band}")).collect();
            if feature.outputs() == 1 { one } else { bands }
        })
        .collect();
    columns
        .iter()
        .flat_map(|column| each.iter().map(move |name| format!("{column}.{name}")))
        .collect()
}
