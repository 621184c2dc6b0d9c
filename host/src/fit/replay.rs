//! The part of a recording that an exported firmware carries, and what the host predicts on it.

use super::examples::{Examples, targets};
use super::export::Destination;
use super::model::Model;
use super::prequential::decision;
use super::table::Table;
use crate::Failure;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use situ::features::WindowFeatures;
use situ::online::{Learner, Target};

/// Bytes of recording that a firmware carries at most, beside a quarter of the board's flash.
const MOST_BYTES: u64 = 256 * 1024;
/// Room for channels and for windows open at once.
const CHANNELS: usize = 256;
const OVERLAP: usize = 64;

/// Rows in the order in which a board sees them.
pub struct Replay {
    rows: Vec<Row>,
}

struct Row {
    /// The first of its group: windows start afresh.
    restart: bool,
    target: Target<f32>,
    channels: Vec<f32>,
}

impl Replay {
    /// Whole groups in shuffled order (rows in file order where there are none), as many as fit a
    /// quarter of `flash` bytes.
    ///
    /// # Errors
    /// [`Failure::Input`] for targets that cannot be read.
    pub fn new(table: &Table, data: &Examples, flash: u64) -> Result<Self, Failure> {
        let (_, targets) = targets(table, &data.target, Some(data.task()))?;
        let rows: Vec<_> = table.rows.iter().zip(targets).collect();
        let mut groups: Vec<_> = rows.chunk_by(|(a, _), (b, _)| a.group == b.group).collect();
        groups.shuffle(&mut Pcg64Mcg::seed_from_u64(0));
        let row_bytes = 4 * (table.columns.len() as u64 + 2);
        let most = (MOST_BYTES.min(flash / 4) / row_bytes) as usize;
        let rows = groups.into_iter().flat_map(|group| {
            group.iter().enumerate().map(|(index, (row, target))| Row {
                restart: index == 0,
                target: *target,
                channels: row.numbers.clone(),
            })
        });
        Ok(Self { rows: rows.take(most).collect() })
    }

    /// As the firmware reads it: of each row whether it starts a group, the target's bits, and the
    /// channels, all in four bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let row = |row: &Row| {
            let target = match row.target {
                Target::Class(class) => class as u32,
                Target::Value(value) => value.to_bits(),
            };
            let head = [u32::from(row.restart), target];
            let words = head.into_iter().chain(row.channels.iter().map(|x| x.to_bits()));
            words.flat_map(u32::to_le_bytes).collect::<Vec<_>>()
        };
        self.rows.iter().flat_map(row).collect()
    }

    /// What the learner predicts on the host, example after example, as it learns.
    ///
    /// # Errors
    /// [`Failure::Input`] if the learner refuses an example.
    pub fn predictions(
        &self,
        model: &Model,
        data: &Examples,
        to: &Destination,
    ) -> Result<Vec<Target<f32>>, Failure> {
        let refused = |error: &dyn std::fmt::Display| Failure::Input(error.to_string());
        let mut learner = model.build(data.shape()).map_err(|error| refused(&error))?;
        if to.trained {
            learn_all(&mut *learner, data)?;
        }
        let mut features = vec![0.0; data.features.len()];
        let mut prediction = vec![0.0; data.shape().outputs()];
        let mut predicted = Vec::new();
        let channels = self.rows.first().map_or(0, |row| row.channels.len());
        let mut stream = to
            .window
            .map(|window| WindowFeatures::<f32, CHANNELS, OVERLAP>::new(window, channels))
            .transpose()
            .map_err(|error| refused(&error))?;
        for row in &self.rows {
            let complete = match &mut stream {
                Some(stream) => {
                    if row.restart {
                        stream.restart();
                    }
                    stream.push(&row.channels, &mut features).map_err(|error| refused(&error))?
                }
                None => {
                    features.copy_from_slice(&row.channels);
                    true
                }
            };
            if complete {
                learner
                    .update(&features, row.target, &mut prediction)
                    .map_err(|error| refused(&error))?;
                predicted.push(decision(row.target, &prediction));
            }
        }
        Ok(predicted)
    }
}

/// Learns the whole stream.
///
/// # Errors
/// [`Failure::Input`] if the learner refuses an example.
pub fn learn_all(learner: &mut dyn Learner<f32>, data: &Examples) -> Result<(), Failure> {
    let mut prediction = vec![0.0; learner.shape().outputs()];
    for example in &data.examples {
        learner
            .update(&example.features, example.target, &mut prediction)
            .map_err(|error| Failure::Input(error.to_string()))?;
    }
    Ok(())
}
