//! A claim: a statement of a paper, how it is measured, and the bound that it must satisfy.

use super::{Context, Result};
use crate::report::Relation;

/// Measures a claim.
pub type Measure = fn(&mut Context<'_>) -> Result<Measured>;

/// A claim as data.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Stable name, `system.claim`.
    pub id: &'static str,
    /// The claim in words.
    pub statement: &'static str,
    /// How the measured number must relate to the bound.
    pub relation: Relation,
    /// The bound.
    pub bound: f64,
    /// Unit of both; empty for a pure number.
    pub unit: &'static str,
    /// What the measurement is compared with, independent of the code that is measured.
    pub reference: &'static str,
    /// Whether the measured number is random, so that it has a standard error.
    pub sampled: bool,
    /// Measures it.
    pub measure: Measure,
}

impl Claim {
    const fn new(
        id: &'static str,
        statement: &'static str,
        relation: Relation,
        bound: f64,
        measure: Measure,
    ) -> Self {
        Self { id, statement, relation, bound, unit: "", reference: "", sampled: false, measure }
    }

    /// A claim that a number is at most `bound`.
    pub const fn at_most(
        id: &'static str,
        statement: &'static str,
        bound: f64,
        measure: Measure,
    ) -> Self {
        Self::new(id, statement, Relation::AtMost, bound, measure)
    }

    /// A claim that a number is at least `bound`.
    pub const fn at_least(
        id: &'static str,
        statement: &'static str,
        bound: f64,
        measure: Measure,
    ) -> Self {
        Self::new(id, statement, Relation::AtLeast, bound, measure)
    }

    /// A claim that a number equals `bound`.
    pub const fn equal(
        id: &'static str,
        statement: &'static str,
        bound: f64,
        measure: Measure,
    ) -> Self {
        Self::new(id, statement, Relation::Equal, bound, measure)
    }

    /// The same claim with the reference of its measurement.
    pub const fn against(mut self, reference: &'static str) -> Self {
        self.reference = reference;
        self
    }

    /// The same claim about a number that has a standard error.
    pub const fn sampled(mut self) -> Self {
        self.sampled = true;
        self
    }

    /// The same claim with a unit.
    pub const fn with_unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
}

/// A measured number and its standard error.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The number.
    pub value: f64,
    /// Its standard error over repetitions with other seeds; 0 if the number is exact or the
    /// largest over all cases tried.
    pub standard_error: f64,
    /// Numbers of this run that belong to the statement.
    pub detail: Option<String>,
}

impl Measured {
    /// An estimate from random samples.
    pub fn new(value: f64, standard_error: f64) -> Self {
        Self { value, standard_error, detail: None }
    }

    /// The same with numbers to append to the statement, in parentheses.
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// The number times `factor`.
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            standard_error: self.standard_error * factor.abs(),
            ..self
        }
    }

    /// The number minus that of an independent estimate.
    pub fn minus(&self, other: &Self) -> Self {
        Self::new(self.value - other.value, self.standard_error.hypot(other.standard_error))
    }

    /// Distance of the number from `exact`.
    pub fn distance(self, exact: f64) -> Self {
        Self { value: (self.value - exact).abs(), ..self }
    }

    /// Distance of the number from `exact` in standard errors.
    pub fn z(&self, exact: f64) -> f64 {
        (self.value - exact).abs() / self.standard_error
    }

    /// The estimate with the smaller number.
    pub fn min(self, other: Self) -> Self {
        if other.value < self.value || other.value.is_nan() { other } else { self }
    }

    /// The estimate with the larger number.
    pub fn max(self, other: Self) -> Self {
        if other.value > self.value || other.value.is_nan() { other } else { self }
    }
}

/// A number without a standard error.
impl From<f64> for Measured {
    fn from(value: f64) -> Self {
        Self::new(value, 0.0)
    }
}
