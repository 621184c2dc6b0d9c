//! A system: a paper and its claims.

use super::{Claim, Settings, Size};
use crate::report::Precision;

/// A system: a paper and its claims.
#[derive(Clone, Copy, Debug)]
pub struct System {
    /// Its name on the command line.
    pub name: &'static str,
    /// Title and identifier of the paper.
    pub paper: &'static str,
    /// Its claims, in the order in which they are measured.
    pub claims: &'static [Claim],
    /// Claims about a pretrained language model that the user provides.
    pub model_claims: &'static [Claim],
    /// Printed if there are claims about a language model but no model is given.
    pub without_model: Option<&'static str>,
    /// Sizes that `--set` may change.
    pub sizes: &'static [Size],
    /// Precisions that [`Settings::precision`] may request; double precision is one of them.
    pub precisions: &'static [Precision],
}

impl System {
    /// A system without claims, which computes in double precision unless a claim says otherwise.
    pub const fn new(name: &'static str, paper: &'static str) -> Self {
        Self {
            name,
            paper,
            claims: &[],
            model_claims: &[],
            without_model: None,
            sizes: &[],
            precisions: &[Precision::F64],
        }
    }

    /// The claims that can be measured with these settings.
    pub fn claims_for(&self, settings: &Settings) -> impl Iterator<Item = &'static Claim> + Clone {
        let model_claims = if settings.model.is_some() { self.model_claims } else { &[] };
        self.claims.iter().chain(model_claims)
    }
}
