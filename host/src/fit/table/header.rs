//! The roles of a file's columns.

use super::cell::shown;
use crate::Failure;
use crate::fit::listed;

/// The roles of columns, by name.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The column to predict; `None` to look for anomalies.
    pub target: Option<String>,
    /// The column that identifies recordings.
    pub group: Option<String>,
    /// The column whose values are held out in turn.
    pub holdout: Option<String>,
    /// Columns to leave out.
    pub drop: Vec<String>,
    /// Columns to predict from even if they number the rows.
    pub keep: Vec<String>,
}

/// The positions of the columns.
pub struct Layout {
    /// Index of the target.
    pub target: Option<usize>,
    /// Index of the group.
    pub group: Option<usize>,
    /// Index of the column to hold out by.
    pub holdout: Option<usize>,
    /// Indices of the columns to predict from.
    pub numbers: Vec<usize>,
    /// Indices of those to predict from even if they number the rows.
    pub kept: Vec<usize>,
}

impl Layout {
    /// Finds the columns in a header.
    ///
    /// # Errors
    /// [`Failure::Input`] naming everything that is wrong with the header.
    pub fn new(name: &str, header: &[String], columns: &Columns) -> Result<Self, Failure> {
        let mut problems = Vec::new();
        let mut find = |flag: &str, column: &String| {
            let index = header.iter().position(|known| known == column);
            if index.is_none() {
                problems.push(format!("{flag} names no column '{}'", shown(column)));
            }
            index
        };
        let target = columns.target.as_ref().and_then(|target| find("--target", target));
        let group = columns.group.as_ref().and_then(|group| find("--group", group));
        let holdout = columns.holdout.as_ref().and_then(|column| find("--holdout", column));
        // No window spans two parts.
        let group = group.or(holdout);
        let mut all = |flag: &str, names: &[String]| -> Vec<_> {
            names.iter().filter_map(|column| find(flag, column)).collect()
        };
        let (dropped, kept) = (all("--drop", &columns.drop), all("--keep", &columns.keep));
        if !problems.is_empty() {
            let known = listed(header.iter().map(String::as_str));
            problems.push(format!("available: {known}"));
        }
        let mut twice: Vec<_> = header.iter().filter(|name| !name.is_empty()).collect();
        twice.sort_unstable();
        let mut twice: Vec<_> =
            twice.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        twice.dedup();
        for column in twice {
            let column = shown(column);
            problems.push(format!("the column '{column}' appears twice; rename or remove one"));
        }
        let other = |index: &usize| {
            let text = [target, group, holdout].contains(&Some(*index));
            text || dropped.contains(index)
        };
        let numbers: Vec<_> = (0..header.len()).filter(|index| !other(index)).collect();
        if numbers.is_empty() {
            problems.push("no column is left to predict from".to_owned());
        }
        if problems.is_empty() {
            return Ok(Self { target, group, holdout, numbers, kept });
        }
        Err(Failure::Input(format!("{name}: {}", problems.join("; "))))
    }
}
