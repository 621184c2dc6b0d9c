//! The learners by name, in a built size that has room for most data.

use crate::Failure;
use situ::online::{
    Error, Ftrl, Learner, LeastSquares, LeastSquaresConfiguration, Normtune, Shape, packed,
};

/// Most features that the host's learners have room for.
pub const FEATURES: usize = 256;
/// Most classes.
pub const CLASSES: usize = 32;
const RANDOM_FEATURES: usize = 128;
/// Units of the frozen network.
const FROZEN_UNITS: usize = 512;
const TERMS: usize = 1 + FEATURES + RANDOM_FEATURES;

/// A learner on the heap, whatever its kind.
pub type Boxed = Box<dyn Learner<f32>>;

/// A learner of the catalogue.
pub struct Entry {
    /// As on the command line.
    pub name: &'static str,
    /// Makes one that has seen nothing.
    pub build: fn(Shape) -> Result<Boxed, Error>,
}

/// All there are.
pub const CATALOGUE: &[Entry] = &[
    Entry {
        name: "ftrl",
        build: |shape| {
            Ok(Box::new(Ftrl::<f32, FEATURES, CLASSES>::new(shape, Default::default())?))
        },
    },
    Entry {
        name: "least-squares",
        build: |shape| {
            type Built = LeastSquares<f32, FEATURES, CLASSES, TERMS, { packed(TERMS) }>;
            Ok(Box::new(Built::new(shape, LeastSquaresConfiguration::default())?))
        },
    },
    Entry {
        name: "normtune",
        build: |shape| {
            type Built = Normtune<f32, FEATURES, CLASSES, FROZEN_UNITS>;
            Ok(Box::new(Built::new(shape, Default::default())?))
        },
    },
];

/// The entries of these names; all for none or for `all`.
///
/// # Errors
/// [`Failure::Input`] for an unknown name.
pub fn select(names: &[String]) -> Result<Vec<&'static Entry>, Failure> {
    if names.is_empty() || names.iter().any(|name| name == "all") {
        return Ok(CATALOGUE.iter().collect());
    }
    let find = |name: &String| {
        CATALOGUE.iter().find(|entry| entry.name == name).ok_or_else(|| {
            let known: Vec<_> = CATALOGUE.iter().map(|entry| entry.name).collect();
            Failure::Input(format!("no --learner '{name}'; there are: {}, all", known.join(", ")))
        })
    };
    names.iter().map(find).collect()
}

/// Why a shape does not fit the built size, and how to raise it.
pub fn too_large(data: &str, shape: Shape) -> Failure {
    Failure::Input(format!(
        "{data}: {} features and {} outputs, but this build has room for {FEATURES} and {CLASSES}; \
         raise FEATURES and CLASSES in host/src/fit/learners.rs and build again",
        shape.features,
        shape.outputs()
    ))
}
