//! A claim: a measured number held against a bound.

use serde::Serialize;
use std::fmt;

/// How the measured number must stand to the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Relation {
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
    /// Equal to.
    #[serde(rename = "==")]
    Equal,
}

impl fmt::Display for Relation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Equal => "==",
        })
    }
}

/// A statement of a paper with the number that was measured for it in this run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Claim {
    /// Stable name, `system.claim`.
    pub id: &'static str,
    /// What is claimed, in words.
    pub statement: String,
    /// What was measured.
    pub measured: f64,
    /// How it must stand to the bound.
    pub relation: Relation,
    /// The bound.
    pub bound: f64,
    /// Unit of both, empty for a pure number.
    pub unit: &'static str,
    /// Whether it does.
    pub holds: bool,
}

impl Claim {
    /// Holds `measured` against `bound`. NaN holds nowhere.
    pub fn new(
        id: &'static str,
        statement: impl Into<String>,
        measured: f64,
        relation: Relation,
        bound: f64,
    ) -> Self {
        let holds = match relation {
            Relation::AtMost => measured <= bound,
            Relation::AtLeast => measured >= bound,
            Relation::Equal => measured == bound,
        };
        Self { id, statement: statement.into(), measured, relation, bound, unit: "", holds }
    }

    /// A claim that the measured number is at most `bound`.
    pub fn at_most(
        id: &'static str,
        statement: impl Into<String>,
        measured: f64,
        bound: f64,
    ) -> Self {
        Self::new(id, statement, measured, Relation::AtMost, bound)
    }

    /// A claim that the measured number is at least `bound`.
    pub fn at_least(
        id: &'static str,
        statement: impl Into<String>,
        measured: f64,
        bound: f64,
    ) -> Self {
        Self::new(id, statement, measured, Relation::AtLeast, bound)
    }

    /// A claim that the measured number equals `bound`.
    pub fn equal(
        id: &'static str,
        statement: impl Into<String>,
        measured: f64,
        bound: f64,
    ) -> Self {
        Self::new(id, statement, measured, Relation::Equal, bound)
    }

    /// The same claim with a unit.
    pub fn with_unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
}
