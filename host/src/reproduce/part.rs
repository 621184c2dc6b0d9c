//! Parts of a run for several machines.

use super::System;
use crate::report::Shard;
use std::str::FromStr;

/// `K/N`: part K of N, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which part.
    pub index: usize,
    /// Number of parts.
    pub count: usize,
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err("not K/N with K from 1 to N".to_owned()),
        }
    }
}

impl Part {
    /// The systems of this part: every `count`-th one. Whole systems, because the claims of one share
    /// their experiments.
    pub fn select(self, systems: &[&'static System]) -> Vec<&'static System> {
        systems.iter().skip(self.index - 1).step_by(self.count).copied().collect()
    }

    /// This part of a run of these systems, as it is saved.
    pub fn shard(self, systems: &[&'static System]) -> Shard {
        let names = systems.iter().map(|system| system.name.to_owned()).collect();
        Shard { index: self.index, count: self.count, systems: names }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_numbered_from_one() {
        assert_eq!("2/3".parse(), Ok(Part { index: 2, count: 3 }));
        for wrong in ["0/3", "4/3", "1/0", "1", "a/b", "1/2/3", "-1/2"] {
            assert!(wrong.parse::<Part>().is_err(), "{wrong}");
        }
    }
}
