//! Which column of a file is what.

use crate::Failure;
use csv::StringRecord;

/// Which columns are what, by name.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The column to predict.
    pub target: String,
    /// The column that identifies recordings.
    pub group: Option<String>,
    /// The column whose values are held out in turn.
    pub holdout: Option<String>,
    /// Columns to leave out.
    pub drop: Vec<String>,
}

/// Where the columns stand.
pub struct Layout {
    /// Index of the target.
    pub target: usize,
    /// Index of the group.
    pub group: Option<usize>,
    /// Index of the column to hold out by.
    pub holdout: Option<usize>,
    /// Indices of the columns to predict from.
    pub numbers: Vec<usize>,
}

impl Layout {
    /// Finds the columns in a header.
    ///
    /// # Errors
    /// [`Failure::Input`] naming everything that is wrong with the header.
    pub fn new(name: &str, header: &StringRecord, columns: &Columns) -> Result<Self, Failure> {
        let mut problems = Vec::new();
        let mut find = |flag: &str, column: &str| {
            let index = header.iter().position(|known| known == column);
            if index.is_none() {
                problems.push(format!("{flag} names no column '{}'", shown(column)));
            }
            index
        };
        let target = find("--target", &columns.target);
        let group = columns.group.as_ref().map(|group| find("--group", group));
        let holdout = columns.holdout.as_ref().map(|column| find("--holdout", column));
        let dropped: Vec<_> = columns.drop.iter().map(|column| find("--drop", column)).collect();
        if !problems.is_empty() {
            let known: Vec<_> = header.iter().map(shown).collect();
            problems.push(format!("there are: {}", known.join(", ")));
        }
        let mut twice: Vec<_> = header.iter().filter(|name| !name.is_empty()).collect();
        twice.sort_unstable();
        let mut twice: Vec<_> =
            twice.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        twice.dedup();
        for column in twice {
            let column = shown(column);
            problems.push(format!("the column '{column}' is there twice; rename or remove one"));
        }
        let (Some(target), true) = (target, problems.is_empty()) else {
            return Err(Failure::Input(format!("{name}: {}", problems.join("; "))));
        };
        let (group, holdout) = (group.flatten(), holdout.flatten());
        let other = |index: &usize| {
            let text = *index == target || [group, holdout].contains(&Some(*index));
            text || dropped.contains(&Some(*index))
        };
        let numbers: Vec<_> = (0..header.len()).filter(|index| !other(index)).collect();
        if numbers.is_empty() {
            return Err(Failure::Input(format!("{name}: no column is left to predict from")));
        }
        Ok(Self { target, group, holdout, numbers })
    }
}

/// Maximum length of a cell in a message.
const MAX_SHOWN: usize = 40;

/// A cell as a message shows it: control characters escaped, long ones cut.
pub fn shown(cell: &str) -> String {
    let escaped: String = cell
        .chars()
        .take(MAX_SHOWN)
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect();
    if cell.chars().nth(MAX_SHOWN).is_some() { escaped + "…" } else { escaped }
}
