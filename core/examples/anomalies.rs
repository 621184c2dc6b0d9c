//! Judges rows of numbers from standard input by both detectors.
//!
//! Each line is a word and up to 64 numbers: `learn` learns the row, `judge` prints score and threshold
//! of each detector for it, `reset` forgets everything.
//!
//! ```text
//! $ printf 'learn 1 2\nlearn 2 4\njudge 3 6\n' | cargo run --release -p situ --example anomalies
//! 1.36 340282350000000000000000000000000000000 0.28 340282350000000000000000000000000000000
//! ```
//!
//! `benches/peers/anomaly.py` compares them with detectors of other libraries this way.

use situ::anomaly::{Detector, Mahalanobis, Nearest};
use std::error::Error;
use std::io::{BufWriter, Write, stdin, stdout};

const FEATURES: usize = 64;

type Cloud = Mahalanobis<f32, FEATURES, { FEATURES + 1 }>;
type Stored = Nearest<f32, FEATURES, 256>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut detectors: Option<(Cloud, Stored)> = None;
    let mut out = BufWriter::new(stdout().lock());
    for (number, line) in stdin().lines().enumerate() {
        let line = line?;
        let mut words = line.split_whitespace();
        let command = words.next().unwrap_or("");
        let row = words.map(str::parse).collect::<Result<Vec<f32>, _>>()?;
        if detectors.is_none() && !row.is_empty() {
            let cloud = Cloud::new(row.len(), Default::default())?;
            detectors = Some((cloud, Stored::new(row.len(), Default::default())?));
        }
        let Some((cloud, stored)) = &mut detectors else { continue };
        match command {
            "learn" => {
                cloud.update(&row)?;
                stored.update(&row)?;
            }
            "judge" => {
                let (one, other) = (cloud.judge(&row)?, stored.judge(&row)?);
                let [a, b, c, d] = [one.score, one.threshold, other.score, other.threshold];
                writeln!(out, "{a} {b} {c} {d}")?;
            }
            "reset" => {
                cloud.reset();
                stored.reset();
            }
            _ => return Err(format!("line {}: no command '{command}'", number + 1).into()),
        }
    }
    Ok(())
}
