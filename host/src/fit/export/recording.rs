//! The part of a recording that exported firmware replays, and the host's predictions for it.

use crate::Failure;
use crate::fit::examples::Examples;
use crate::fit::features::Features;
use crate::fit::model::Model;
use crate::fit::prequential::decision;
use crate::fit::table::{Meta, Table};
use crate::fit::targets::targets;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use situ::online::{Target, restore};

/// Maximum bytes of recording, unless a quarter of the board's flash is less.
const MAX_BYTES: u64 = 256 * 1024;
/// Flags of a row in the firmware's format.
const RESTART: u32 = 1;
const LABELED: u32 = 2;

/// Rows in the order in which a board sees them.
pub struct Recording {
    rows: Vec<Row>,
}

/// The expected output of a board for a recording.
#[derive(Debug, Default)]
pub struct Expected {
    /// One prediction per complete example.
    pub predictions: Vec<Target<f32>>,
    /// Number of examples with a label, which are learned.
    pub updates: usize,
}

struct Row {
    /// The first of its group: no window spans it and the previous row.
    restart: bool,
    target: Option<Target<f32>>,
    channels: Vec<f32>,
}

impl Recording {
    /// Groups in shuffled order (rows in file order without groups), with as many rows as fit a quarter of
    /// `flash` bytes.
    ///
    /// # Errors
    /// [`Failure::Input`] for targets that cannot be read.
    pub fn new(table: &Table, data: &Examples, flash: u64) -> Result<Self, Failure> {
        let targets = targets(table, data.target.as_deref(), Some(data.task))?;
        let mut groups = table.groups()?;
        if groups.len() > 1 {
            groups.shuffle(&mut Pcg64Mcg::seed_from_u64(0));
        }
        let row_bytes = 4 * (table.columns.len() as u64 + 2);
        let max = (MAX_BYTES.min(flash / 4) / row_bytes) as usize;
        let mut cursor = table.cursor();
        let mut rows = Vec::new();
        for group in groups {
            for (place, index) in group.indices().take(max - rows.len()).enumerate() {
                let row = cursor.row(index)?;
                let mut channels = Vec::new();
                table.narrow(row, &mut channels);
                let target = targets.of(Meta::of(row));
                rows.push(Row { restart: place == 0, target, channels });
            }
        }
        Ok(Self { rows })
    }

    /// The firmware's format: the flags of each row, its target and its channels, four bytes each.
    pub fn bytes(&self) -> Vec<u8> {
        let row = |row: &Row| {
            let target = match row.target {
                Some(Target::Class(class)) => class as u32,
                Some(Target::Value(value)) => value.to_bits(),
                None => 0,
            };
            let restart = if row.restart { RESTART } else { 0 };
            let labeled = if row.target.is_some() { LABELED } else { 0 };
            let head = [restart | labeled, target];
            let words = head.into_iter().chain(row.channels.iter().map(|x| x.to_bits()));
            words.flat_map(u32::to_le_bytes).collect::<Vec<_>>()
        };
        self.rows.iter().flat_map(row).collect()
    }

    /// The predictions of the learner on the host, example by example, as it learns; starting from `state`
    /// if given.
    ///
    /// # Errors
    /// [`Failure::Input`] if the learner rejects an example.
    pub fn expected(
        &self,
        model: &Model,
        data: &Examples,
        state: Option<&[u8]>,
    ) -> Result<Expected, Failure> {
        let refused = |error: &dyn std::fmt::Display| Failure::Input(error.to_string());
        let mut learner = model.build(data.shape()).map_err(|error| refused(&error))?;
        if let Some(state) = state {
            restore(&mut *learner, state).map_err(|error| refused(&error))?;
        }
        let mut prediction = vec![0.0; data.shape().outputs()];
        let mut expected = Expected::default();
        let columns = self.rows.first().map_or(0, |row| row.channels.len());
        let mut features = Features::new(data.windows, columns).map_err(|error| refused(&error))?;
        for row in &self.rows {
            if row.restart {
                features.restart();
            }
            if let Some(example) = features.push(&row.channels).map_err(|error| refused(&error))? {
                let outcome = match row.target {
                    Some(target) => learner.update(example, target, &mut prediction),
                    None => learner.predict(example, &mut prediction),
                };
                outcome.map_err(|error| refused(&error))?;
                expected.updates += usize::from(row.target.is_some());
                expected.predictions.push(decision(data.task, &prediction));
            }
        }
        Ok(expected)
    }
}
